//go:build fixture

package upgrade

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/test/pgtest"
	"github.com/lanyard-cloud/lanyard/test/process"
)

const (
	other      = "444455556666"
	passphrase = "correct horse battery staple"
	edLine     = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG6MmJagsBTlDu4xJav94bvathV2TCQNb/9qHA3RETCD"
	policy     = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:Get*","Resource":"*"}]}`
	trust      = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}`
)

// TestMakeFixture makes a store of every kind of thing with the binary of LANYARD_BIN, asks it for everything, and
// writes testdata.
func TestMakeFixture(t *testing.T) {
	name := os.Getenv("FIXTURE")
	if name == "" {
		t.Fatal("FIXTURE does not say what to call the folder, such as schema4")
	}
	young, dir := t.TempDir(), filepath.Join("testdata", name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	passphraseFile := write(t, "passphrase", passphrase)
	keys := map[string]Key{"root": {process.AccessKeyID, process.SecretAccessKey}}
	server := process.Start(t, young, "--time-scale", "instant")
	fill(t, server.Endpoint, keys)
	fillIdentities(t, server, keys)
	server.Stop(t)
	all := filepath.Join(t.TempDir(), "all.jsonl")
	run(t, young, "export", "--passphrase-file", passphraseFile, all)
	predate(t, all)

	aged := t.TempDir()
	run(t, aged, "import", "--passphrase-file", passphraseFile, all)
	server = process.Start(t, aged, "--time-scale", "instant")
	finish(t, connect(server.Endpoint, "us-east-1", keys["root"]))
	golden := Golden{Now: time.Now().UTC().Truncate(time.Second).Add(time.Second), Keys: keys, Answers: readAll(t, server.Endpoint, keys)}
	server.Stop(t)
	text, err := json.MarshalIndent(golden, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	save(t, filepath.Join(dir, "answers.json"), append(text, '\n'))
	save(t, filepath.Join(dir, "master.key"), read(t, filepath.Join(aged, "master.key")))
	_ = os.Remove(filepath.Join(dir, "lanyard.db"))
	run(t, aged, "backup", filepath.Join(dir, "lanyard.db"))
	for name, args := range map[string][]string{
		"export.jsonl":          {"export", "--passphrase-file", passphraseFile},
		"without-secrets.jsonl": {"export"},
	} {
		path := filepath.Join(dir, name)
		_ = os.Remove(path)
		run(t, aged, append(args, path)...)
	}
	dump(t, dir)
}

// run runs a command of the binary.
func run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	ended := process.Run(t, dir, args...)
	if ended.Code != 0 {
		t.Fatalf("lanyard %q: %s", args, ended.Stderr)
	}
	return ended.Stdout
}

// do calls an action that has to succeed.
func do[In, Out any](t *testing.T, call func(context.Context, *In, ...func(*lightsail.Options)) (*Out, error), in *In) *Out {
	t.Helper()
	out, err := call(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// keyOf reads the access key that a command has made.
func keyOf(t *testing.T, output string) Key {
	t.Helper()
	id := regexp.MustCompile(`"[A-Za-z]*"\s*:\s*"(AKIA[A-Z0-9]{16})"`).FindStringSubmatch(output)
	secret := regexp.MustCompile(`"[A-Za-z]*"\s*:\s*"([A-Za-z0-9/+]{40})"`).FindStringSubmatch(output)
	if id == nil || secret == nil {
		t.Fatalf("no access key in %s", output)
	}
	return Key{id[1], secret[1]}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	save(t, path, []byte(text))
	return path
}

func save(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// dump moves the store to PostgreSQL with the same binary, and writes what pg_dump says.
func dump(t *testing.T, dir string) {
	t.Helper()
	pg, err := pgtest.New()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pg.Close() }()
	dsn := pg.TestDatabase(t)
	run(t, t.TempDir(), "import", "--store", dsn, "--master-key-file", filepath.Join(dir, "master.key"),
		"--passphrase-file", write(t, "passphrase", passphrase), filepath.Join(dir, "export.jsonl"))
	text, err := pg.Dump(dsn)
	if err != nil {
		t.Fatal(err)
	}
	save(t, filepath.Join(dir, "lanyard.sql"), text)
}

// fill makes something of every kind.
func fill(t *testing.T, endpoint string, keys map[string]Key) {
	t.Helper()
	c := connect(endpoint, "us-east-1", keys["root"])
	tags := []types.Tag{{Key: new("team"), Value: new("wéb")}, {Key: new("flag")}, {Key: new("empty"), Value: new("")}}
	do(t, c.CreateKeyPair, &lightsail.CreateKeyPairInput{KeyPairName: new("deploy"), Tags: tags})
	do(t, c.CreateKeyPair, &lightsail.CreateKeyPairInput{KeyPairName: new("gone")})
	do(t, c.DeleteKeyPair, &lightsail.DeleteKeyPairInput{KeyPairName: new("gone")})
	do(t, c.ImportKeyPair, &lightsail.ImportKeyPairInput{KeyPairName: new("laptop"), PublicKeyBase64: new(edLine)})
	do(t, c.DownloadDefaultKeyPair, &lightsail.DownloadDefaultKeyPairInput{})
	fillInstances(t, c, tags)
	fillStorage(t, c)
	eu := connect(endpoint, "eu-central-1", keys["root"])
	for _, name := range []string{"web-snap", "data-snap"} {
		do(t, eu.CopySnapshot, &lightsail.CopySnapshotInput{SourceRegion: "us-east-1", SourceSnapshotName: &name, TargetSnapshotName: new("copy-of-" + name)})
	}
}

func fillInstances(t *testing.T, c *lightsail.Client, tags []types.Tag) {
	t.Helper()
	auto := []types.AddOnRequest{{AddOnType: types.AddOnTypeAutoSnapshot, AutoSnapshotAddOnRequest: &types.AutoSnapshotAddOnRequest{SnapshotTimeOfDay: new("06:00")}}}
	for _, in := range []*lightsail.CreateInstancesInput{
		{InstanceNames: []string{"web"}, BlueprintId: new("debian_12"), BundleId: new("nano_3_0"), UserData: new(userData), Tags: tags, AddOns: auto},
		{InstanceNames: []string{"app", "app.2"}, BlueprintId: new("wordpress"), BundleId: new("small_3_0"), KeyPairName: new("deploy"), IpAddressType: "ipv4"},
		{InstanceNames: []string{"six"}, BlueprintId: new("ubuntu_24_04"), BundleId: new("nano_ipv6_3_0"), KeyPairName: new("laptop"), IpAddressType: "ipv6"},
		{InstanceNames: []string{"win"}, BlueprintId: new("windows_server_2022"), BundleId: new("small_win_3_0"), UserData: new(userData)},
	} {
		in.AvailabilityZone = new("us-east-1a")
		do(t, c.CreateInstances, in)
	}
	open := &types.PortInfo{FromPort: 8000, ToPort: 8010, Protocol: "udp", Cidrs: []string{"192.0.2.0/24"}, Ipv6Cidrs: []string{"2001:db8::/32"}}
	do(t, c.OpenInstancePublicPorts, &lightsail.OpenInstancePublicPortsInput{InstanceName: new("web"), PortInfo: open})
	put := []types.PortInfo{{FromPort: 0, ToPort: 65535, Protocol: "all", Cidrs: []string{"10.0.0.0/8"}}, {FromPort: 22, ToPort: 22, Protocol: "tcp", CidrListAliases: []string{"lightsail-connect"}}}
	do(t, c.PutInstancePublicPorts, &lightsail.PutInstancePublicPortsInput{InstanceName: new("app"), PortInfos: put})
	do(t, c.CloseInstancePublicPorts, &lightsail.CloseInstancePublicPortsInput{InstanceName: new("six"), PortInfo: &types.PortInfo{FromPort: 80, ToPort: 80, Protocol: "tcp"}})
	do(t, c.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: new("front")})
	do(t, c.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: new("spare")})
	do(t, c.AttachStaticIp, &lightsail.AttachStaticIpInput{StaticIpName: new("front"), InstanceName: new("web")})
	do(t, c.UpdateInstanceMetadataOptions, &lightsail.UpdateInstanceMetadataOptionsInput{InstanceName: new("app"), HttpTokens: "required", HttpPutResponseHopLimit: new(int32(3))})
	do(t, c.RebootInstance, &lightsail.RebootInstanceInput{InstanceName: new("app")})
	do(t, c.DeleteKnownHostKeys, &lightsail.DeleteKnownHostKeysInput{InstanceName: new("app")})
	do(t, c.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("app.2")})
}

func fillStorage(t *testing.T, c *lightsail.Client) {
	t.Helper()
	zone := "us-east-1a"
	do(t, c.CreateDisk, &lightsail.CreateDiskInput{DiskName: new("data"), AvailabilityZone: &zone, SizeInGb: new(int32(32)), Tags: []types.Tag{{Key: new("flag")}}})
	do(t, c.AttachDisk, &lightsail.AttachDiskInput{DiskName: new("data"), InstanceName: new("web"), DiskPath: new("/dev/xvdf")})
	do(t, c.CreateDisk, &lightsail.CreateDiskInput{DiskName: new("vault"), AvailabilityZone: &zone, SizeInGb: new(int32(8)), AddOns: []types.AddOnRequest{{AddOnType: types.AddOnTypeAutoSnapshot}}})
	do(t, c.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskName: new("data"), DiskSnapshotName: new("data-snap"), Tags: []types.Tag{{Key: new("of"), Value: new("data")}}})
	do(t, c.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{InstanceName: new("web"), DiskSnapshotName: new("system-snap")})
	do(t, c.CreateInstanceSnapshot, &lightsail.CreateInstanceSnapshotInput{InstanceName: new("web"), InstanceSnapshotName: new("web-snap")})
	do(t, c.CreateDiskFromSnapshot, &lightsail.CreateDiskFromSnapshotInput{DiskSnapshotName: new("data-snap"), DiskName: new("regrown"), AvailabilityZone: new("us-east-1b"), SizeInGb: new(int32(64))})
	do(t, c.CreateInstancesFromSnapshot, &lightsail.CreateInstancesFromSnapshotInput{
		InstanceSnapshotName: new("web-snap"), InstanceNames: []string{"restored"}, AvailabilityZone: &zone, BundleId: new("micro_3_0"), UserData: new(userData),
	})
	for _, name := range []string{"web-snap", "data-snap", "system-snap"} {
		do(t, c.ExportSnapshot, &lightsail.ExportSnapshotInput{SourceSnapshotName: &name})
	}
	records := do(t, c.GetExportSnapshotRecords, &lightsail.GetExportSnapshotRecordsInput{})
	for _, r := range records.ExportSnapshotRecords {
		if r.SourceInfo.InstanceSnapshotInfo != nil {
			do(t, c.CreateCloudFormationStack, &lightsail.CreateCloudFormationStackInput{Instances: []types.InstanceEntry{{
				AvailabilityZone: &zone, InstanceType: new("t2.micro"), PortInfoSource: "DEFAULT", SourceName: r.Name,
			}}})
		}
	}
}

func fillIdentities(t *testing.T, server *process.Server, keys map[string]Key) {
	t.Helper()
	dir := server.DataDir
	file := write(t, "read.json", policy)
	run(t, dir, "policy", "create", "readers", "--policy-file", file, "--description", "may look")
	run(t, dir, "group", "create", "web")
	run(t, dir, "group", "attach-policy", "web", "readers")
	keys["alice"] = keyOf(t, run(t, dir, "user", "create", "alice", "--output", "json", "--policy-file", file, "--permissions-boundary", "readers", "--tag", "team=web"))
	run(t, dir, "user", "add-to-group", "alice", "web")
	run(t, dir, "role", "create", "deploy", "--trust-policy-file", write(t, "trust.json", trust), "--policy-file", file, "--tag", "team=web")
	keys["other"] = keyOf(t, run(t, dir, "account", "create", other, "--output", "json"))
	run(t, dir, "account", "set-up", other, "--opt-in-region", "eu-south-2", "--for", "1h")
	c := connect(server.Endpoint, "us-east-1", keys["other"])
	do(t, c.CreateDisk, &lightsail.CreateDiskInput{DiskName: new("data"), AvailabilityZone: new("us-east-1a"), SizeInGb: new(int32(16))})
}

// finish leaves one automatic snapshot deleted, and one setting off.
func finish(t *testing.T, c *lightsail.Client) {
	t.Helper()
	taken := do(t, c.GetAutoSnapshots, &lightsail.GetAutoSnapshotsInput{ResourceName: new("web")})
	do(t, c.DeleteAutoSnapshot, &lightsail.DeleteAutoSnapshotInput{ResourceName: new("web"), Date: taken.AutoSnapshots[0].Date})
	do(t, c.DisableAddOn, &lightsail.DisableAddOnInput{ResourceName: new("vault"), AddOnType: types.AddOnTypeAutoSnapshot})
}

// planned is a moment in what an export knows of an instance or a disk.
var planned = regexp.MustCompile(`"(at|from)":"(20[^"]+Z)"`)

// predate makes the automatic snapshots of an export four days older.
func predate(t *testing.T, file string) {
	t.Helper()
	var out bytes.Buffer
	for line := range bytes.Lines(read(t, file)) {
		if bytes.Contains(line, []byte(`"autoSnapshot"`)) {
			line = planned.ReplaceAllFunc(line, func(found []byte) []byte {
				m := planned.FindSubmatch(found)
				at, err := time.Parse(time.RFC3339Nano, string(m[2]))
				if err != nil {
					t.Fatal(err)
				}
				return bytes.Replace(found, m[2], []byte(at.Add(-4*24*time.Hour).Format("2006-01-02T15:04:05.000Z")), 1)
			})
		}
		out.Write(line)
	}
	save(t, file, out.Bytes())
}

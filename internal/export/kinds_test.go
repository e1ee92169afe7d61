package export_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// everyKind reads an export that an earlier version made of a store with every kind of resource in it.
func everyKind(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../test/upgrade/testdata/schema4/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestImport_everyKind reads what an earlier version exported, with the secrets and without.
func TestImport_everyKind(t *testing.T) {
	want := export.Counts{Accounts: 2, RegionSetups: 1, Identities: 4, AccessKeys: 3, Resources: 25, Links: 3, Addresses: 18, Operations: 42}
	sealed := newSite(t, newDSN(t))
	done, err := sealed.load(export.ImportOptions{Passphrase: passphrase}, everyKind(t, "export.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if done.Counts != want {
		t.Errorf("imported %+v, want %+v", done.Counts, want)
	}
	open := newSite(t, newDSN(t))
	if done, err = open.load(export.ImportOptions{}, everyKind(t, "without-secrets.jsonl")); err != nil {
		t.Fatal(err)
	}
	want.AccessKeys, want.Resources = 0, 24 // the default key pair needs its secret
	if done.Counts != want {
		t.Errorf("imported without secrets %+v, want %+v", done.Counts, want)
	}
	for what, s := range map[string]*site{"with secrets": sealed, "without": open} {
		wantUserData(t, what, s, "web", "#!/bin/sh\nexport DB_PASSWORD=hunter2-in-the-open\n")
		file, _ := s.export(export.Options{})
		wantNoSecret(t, file, s)
		again, _ := s.export(export.Options{Passphrase: passphrase})
		wantNoSecret(t, again, s)
	}
}

// wantUserData wants user data of an instance to be sealed, and nowhere else.
func wantUserData(t *testing.T, what string, s *site, name, want string) {
	t.Helper()
	s.view(func(tx *store.Tx) error {
		r, err := tx.Resource(root, region, name)
		if err != nil {
			return err
		}
		if strings.Contains(string(r.Priv), "hunter2") {
			t.Errorf("%s: the store has the user data of %s in the open", what, name)
		}
		i, err := instance.Load(r)
		if err != nil {
			return err
		}
		keys, err := i.OpenKeys(s.sealer)
		if diff := cmp.Diff(want, keys.UserData); diff != "" {
			t.Errorf("%s: user data of %s (-want +got):\n%s", what, name, diff)
		}
		return err
	})
}

// TestImport_everyFormOfATime takes times as another program may have written them.
func TestImport_everyFormOfATime(t *testing.T) {
	good := everyKind(t, "without-secrets.jsonl")
	other := change(t, good, "Disk", "vault", `"at":"2026-11-22T21:02:20.362Z"`, `"at":"2026-11-22T22:02:20.362000+01:00"`)
	if _, err := newSite(t, newDSN(t)).load(export.ImportOptions{}, other); err != nil {
		t.Error(err)
	}
}

// change replaces text in the line of one resource, and fails if it is not there.
func change(t *testing.T, file, kind, name, old, with string) string {
	t.Helper()
	before, rest, found := strings.Cut(file, `"name":"`+name+`","kind":"`+kind+`"`)
	line, after, _ := strings.Cut(rest, "\n")
	changed := replaceRegexp(line, old, with)
	if !found || changed == line {
		t.Fatalf("the change of %s %s met nothing: %s", kind, name, old)
	}
	return before + `"name":"` + name + `","kind":"` + kind + `"` + changed + "\n" + after
}

// try loads a file and undoes it, if it was accepted.
func (s *site) try(file string) (done export.Imported, err error) {
	errUndo := errors.New("undo")
	err = s.db.Update(s.t.Context(), func(tx *store.Tx) error {
		o := export.ImportOptions{Now: now, Kinds: families.StoredKinds()}
		if done, err = export.Import(s.t.Context(), tx, s.sealer, o, strings.NewReader(file)); err != nil {
			return err
		}
		return errUndo
	})
	if errors.Is(err, errUndo) {
		err = nil
	}
	return done, err
}

// TestImport_invalidKinds changes one thing in the documents of one resource. The API would not have made any of them.
func TestImport_invalidKinds(t *testing.T) {
	good := everyKind(t, "without-secrets.jsonl")
	to := newSite(t, newDSN(t))
	for _, tc := range []struct{ title, kind, name, old, with, want string }{
		{"no hardware", "Instance", "web", `"hardware":\{.*?\],"ramSizeInGb":0.5\},`, "", "hardware is missing"},
		{"no disks", "Instance", "app", `"disks":\[.*?\],`, `"disks":[],`, "one system disk"},
		{"a disk without size", "Instance", "app", `,"sizeInGb":60`, "", "sizeInGb of the system disk"},
		{"a username with a line break", "Instance", "web", `"username":"admin"`, `"username":"admin\n    ProxyCommand touch /tmp/PWNED #"`, "username is not admin"},
		{"another username", "Instance", "web", `"username":"admin"`, `"username":"root"`, "username is not admin"},
		{"a name of a blueprint for a terminal", "Instance", "web", `"blueprintName":"Debian"`, `"blueprintName":"\u001b[2J"`, "blueprintName is not a line of text"},
		{"an unknown blueprint", "Instance", "web", `"blueprintId":"debian_12"`, `"blueprintId":"hannah_montana"`, `unknown blueprint "hannah_montana"`},
		{"an unknown bundle", "Instance", "web", `"bundleId":"nano_3_0"`, `"bundleId":"x"`, `unknown bundle "x"`},
		{"another public address", "Instance", "app", `"publicIpAddress":"[^"]*"`, `"publicIpAddress":"198.19.230.206"`, "its document has the address 198.19.230.206"},
		{"another private address", "Instance", "app", `"privateIpAddress":"[^"]*"`, `"privateIpAddress":"172.26.1.1"`, "its document has the address 172.26.1.1"},
		{"no public address", "Instance", "app", `"publicIpAddress":"[^"]*",`, ``, "it has no public address, by its document"},
		{"another IPv6 address", "Instance", "six", `"ipv6Addresses":\["[^"]*"\]`, `"ipv6Addresses":["2606:4700::1111"]`, "ipv6Addresses are not those that instances have"},
		{"the IPv6 address of another", "Instance", "six", `"ipv6Addresses":\["[^"]*"\]`, `"ipv6Addresses":["2001:2:0:2aaa:58a9:4ed4:efdd:dc46"]`, "another resource has 2001:2:0:2aaa:58a9:4ed4:efdd:dc46"},
		{"no metadata options", "Instance", "app", `"metadataOptions":\{[^}]*\},`, "", "metadataOptions are missing"},
		{"no networking", "Instance", "six", `"networking":\{.*?\}\]\},`, "", "networking has no monthly transfer"},
		{"a rule for no port", "Instance", "six", `"toPort":22`, `"toPort":70000`, "toPort"},
		{"an invalid source", "Instance", "six", `"::/0"`, `"nowhere"`, "a firewall rule is not valid"},
		{"two rules for a port", "Instance", "app.2", `"fromPort":80(.*?)"toPort":80`, `"fromPort":22${1}"toPort":22`, "two firewall rules are for the same ports"},
		{"a source twice", "Instance", "app", `"cidrs":\["10.0.0.0/8"\]`, `"cidrs":["10.0.0.0/8","10.0.0.0/8"]`, "the sources of a firewall rule are missing, or one is there twice"},
		{"no plan", "Instance", "six", `"plan":\[.*\]`, `"plan":[]`, "the plan does not have from 1 to 64 steps"},
		{"a start without end", "Instance", "app", `("state":"pending"\},\{"at":").*?("state":"running"\})[^\]]*`, `${1}2099-01-01T00:00:00Z",${2}`, "a step of the plan takes more than 30 days"},
		{"an unknown state", "Instance", "six", `"state":"running"\}`, `"state":"flying"}`, `unknown state "flying"`},
		{"a key with options", "Instance", "six", `"authorizedKey":"`, `"authorizedKey":"command=\"id\" `, "authorizedKey is not a public key"},
		{"a static IP that is not there", "Instance", "web", `"staticIp":"front"`, `"staticIp":"spare"`, "it is attached, but the"},
		{"an unknown member", "Instance", "web", `"priv":\{`, `"priv":{"root":true,`, "root is not what Lanyard writes"},
		{"a state beside the plan", "Instance", "web", `"doc":\{`, `"doc":{"state":{"name":"running"},`, "state.name is not what Lanyard writes"},
		{"another zone", "Instance", "web", `"zone":"us-east-1a"`, `"zone":"us-east-1z"`, "location is not the resource's"},
		{"another support code", "Instance", "web", `"supportCode":"\d+/i-`, `"supportCode":"000000000000/i-`, "supportCode is not the resource's"},
		{"another time", "Instance", "web", `"created":"2026`, `"created":"2025`, "createdAt is not when the resource was created"},

		{"attached to what is not there", "Disk", "data", `"attachedTo":"web"`, `"attachedTo":"gone"`, "it is attached, but the Instance gone does not say the same"},
		{"attached to another instance", "Disk", "data", `"attachedTo":"web"`, `"attachedTo":"six"`, "it is attached, but the Instance six does not say the same"},
		{"at another path", "Disk", "data", `"path":"/dev/xvdf"`, `"path":"/dev/xvdg"`, "does not say the same"},
		{"in another zone than its instance", "Disk", "data", `us-east-1a"(.*?)"us-east-1a"`, `us-east-1c"$1"us-east-1c"`, "it is attached, but the Instance web does not say the same"},
		{"at no path", "Disk", "data", `"path":"/dev/xvdf"`, `"path":"/etc"`, "does not say the same"},
		{"attached by halves", "Disk", "data", `"isAttached":true`, `"isAttached":false`, "do not go together"},
		{"too large a disk", "Disk", "vault", `"sizeInGb":8`, `"sizeInGb":2000000`, "sizeInGb is not from 8 to 16384"},
		{"a disk without size", "Disk", "vault", `"sizeInGb":8,`, "", "sizeInGb is not from 8 to 16384"},
		{"snapshots at no hour", "Disk", "vault", `"hour":6`, `"hour":600`, "600 is not an hour of the day"},
		{"snapshots of too many times of day", "Disk", "vault", `"periods":\[`, `"periods":[` + strings.Repeat(`{"hour":6,"from":"2026-01-01T00:00:00Z","to":"2026-01-01T00:00:00Z"},`, 10000), "more than 10000 periods"},
		{"too many deleted snapshots", "Disk", "vault", `"autoSnapshot":\{`, `"autoSnapshot":{"deleted":[` + strings.Repeat(`{"date":"2026-01-01","at":"2026-01-01T00:00:00Z"},`, 10000) + `{}],`, "more than 10000 periods or deleted snapshots"},
		{"snapshots since the flood", "Disk", "vault", `"from":"2026`, `"from":"0026`, "a period begins before 1970"},
		{"a disk in use by nothing", "Disk", "regrown", `"state":"available"\}`, `"state":"in-use"}`, "it has no link of the role attachedDisk, and cannot be without"},

		{"a static IP of another address", "StaticIp", "spare", `"ipAddress":"[^"]*"`, `"ipAddress":"198.18.0.9"`, "supportCode is not the resource's"},
		{"attached by one side", "StaticIp", "spare", `"isAttached":false`, `"isAttached":true,"attachedTo":"six"`, "it is attached, but the Instance six does not say the same"},

		{"a snapshot of nothing", "DiskSnapshot", "data-snap", `"fromDiskArn":"[^"]*",`, "", "fromInstanceName is not the name of a resource"},
		{"a snapshot without size", "DiskSnapshot", "data-snap", `"sizeInGb":32,`, "", "sizeInGb is not from 1"},
		{"a snapshot of another account", "DiskSnapshot", "data-snap", `1:111122223333:Disk/`, `1:999999999999:Disk/`, "fromDiskArn is not the ARN of a Disk of the account"},
		{"a snapshot of an unknown blueprint", "InstanceSnapshot", "web-snap", `"fromBlueprintId":"debian_12"`, `"fromBlueprintId":"x"`, `unknown blueprint "x"`},
		{"a disk of a snapshot without path", "InstanceSnapshot", "web-snap", `"path":"/dev/xvdf",`, "", "the path of an attached disk is not valid"},
		{"a snapshot in no state", "InstanceSnapshot", "web-snap", `"plan":\[[^]]*\]`, `"plan":[]`, "the plan does not have from 1 to 64 steps"},

		{"a fingerprint of another key", "KeyPair", "laptop", `"fingerprint":"Z`, `"fingerprint":"Y`, "fingerprint is not that of the public key"},
		{"a public key with a line break", "KeyPair", "laptop", `"publicKey":"`, `"publicKey":"ssh-rsa AAAA\n`, "publicKey: not a valid public key"},
		{"a public key of no kind", "KeyPair", "laptop", `"publicKey":"[^"]*"`, `"publicKey":"x"`, "publicKey: not a valid public key"},
		{"the private half of a common key pair", "KeyPair", "laptop", `"priv":(\{.*\})\}`, `"priv":$1,"secretLeftOut":true}`, "there is a secret, which only others of the kind have"},
		{"an instance that has no keys", "Instance", "six", `,"secretLeftOut":true`, "", "there is no secret"},
	} {
		t.Run(tc.kind+"/"+tc.title, func(t *testing.T) {
			_, err := to.try(change(t, good, tc.kind, tc.name, tc.old, tc.with))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error: %v\nwant: …%s", err, tc.want)
			}
			if err != nil && !strings.HasPrefix(err.Error(), "line ") {
				t.Errorf("the error says no line: %v", err)
			}
		})
	}
}

// TestImport_invalidNamesAndRecords changes what makes more than one line wrong.
func TestImport_invalidNamesAndRecords(t *testing.T) {
	good := everyKind(t, "without-secrets.jsonl")
	to := newSite(t, newDSN(t))
	for title, tc := range map[string]struct{ file, want string }{
		"the name *":                  {strings.ReplaceAll(good, `"name":"app"`, `"name":"*"`), `"*" is not a valid resource name`},
		"a name with spaces":          {strings.ReplaceAll(good, `"name":"app"`, `"name":"a b"`), `"a b" is not a valid resource name`},
		"a kind that is another's":    {replaceRegexp(good, `"kind":"StaticIp"(.*)`, `"kind":"LoadBalancer"$1`), "its arn or name are not the resource's"},
		"a document of another kind":  {strings.NewReplacer(`"kind":"StaticIp"`, `"kind":"Distribution"`, `:StaticIp/`, `:Distribution/`).Replace(good), "doc: resourceType is not the resource's kind"},
		"the default key pair's name": {strings.ReplaceAll(good, `"name":"vault"`, `"name":"LightsailDefaultKeyPair"`), "the name LightsailDefaultKeyPair is that of key pairs only"},
		"a record of another name":    {strings.ReplaceAll(good, "ExportSnapshotRecord-27231daa", "ExportSnapshotRecord-00000000"), "the name of a record is its kind and its id"},
		"a record of nothing":         {replaceRegexp(good, `"sourceInfo":\{.*\}\},"priv"`, `"x":{}},"priv"`), "sourceInfo is missing"},
		"a stack of nothing":          {replaceRegexp(good, `"sourceInfo":\[.*\]\},"priv"`, `"sourceInfo":[]},"priv"`), "sourceInfo does not have one source"},
		"another stack":               {strings.Replace(good, ":stack/Lightsail-Stack-", ":stack/Other-Stack-", 1), "exportedId is not that of the record"},
		"an operation that fails":     {strings.Replace(good, `"status":"Succeeded"`, `"status":"Failed"`, 1), "not an operation that has succeeded"},
		"an operation of no type":     {strings.Replace(good, `"operationType":"CreateKeyPair"`, `"operationType":"MakeHay"`, 1), `unknown operationType "MakeHay"`},
		"an operation without time":   {replaceRegexp(good, `(:\{)"createdAt":[0-9.]+,("id")`, "$1$2"), "its times are not those of an operation"},
		"an operation with more":      {strings.Replace(good, `isTerminal":true,"location":{`, `isTerminal":true,"location":{"more":[],`, 1), "it has members that Lanyard does not write"},
		"an operation elsewhere":      {replaceRegexp(good, `(isTerminal":true,"location":\{"availabilityZone":")[^"]*`, "${1}mars"), "its location is not in the operation's region"},
		"an operation of no resource": {replaceRegexp(good, `,"resourceType":"KeyPair","status"`, `,"status"`), `unknown resourceType ""`},
	} {
		t.Run(title, func(t *testing.T) {
			if tc.file == good {
				t.Fatal("the change met nothing")
			}
			if _, err := to.try(tc.file); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error: %v\nwant: …%s", err, tc.want)
			}
		})
	}
}

package compute_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// input asks for Debian on the smallest bundle with the lab's key pair.
func (l *lab) input(names ...string) *lightsail.CreateInstancesInput {
	return &lightsail.CreateInstancesInput{
		InstanceNames: names, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"), KeyPairName: new("deploy"),
	}
}

func (l *lab) create(in *lightsail.CreateInstancesInput) []types.Operation {
	l.T.Helper()
	out, err := l.CreateInstances(l.T.Context(), in)
	if err != nil {
		l.T.Fatal(err)
	}
	return out.Operations
}

// run creates instances and waits until they run.
func (l *lab) run(names ...string) {
	l.T.Helper()
	l.create(l.input(names...))
	l.Pass(time.Minute)
}

func (l *lab) get(name string) *types.Instance {
	l.T.Helper()
	out, err := l.GetInstance(l.T.Context(), &lightsail.GetInstanceInput{InstanceName: &name})
	if err != nil {
		l.T.Fatal(err)
	}
	return out.Instance
}

func (l *lab) wantState(name, state string, code int32) {
	l.T.Helper()
	out, err := l.GetInstanceState(l.T.Context(), &lightsail.GetInstanceStateInput{InstanceName: &name})
	if err != nil {
		l.T.Fatal(err)
	}
	if *out.State.Name != state || *out.State.Code != code {
		l.T.Errorf("state = %s %d, want %s %d", *out.State.Name, *out.State.Code, state, code)
	}
}

func TestCreateInstances_makesWhatGetInstanceShows(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	in := l.input("web")
	in.Tags = []types.Tag{familytest.Tag("stage", "test"), {Key: new("only-a-key")}}
	in.UserData = new("")
	l.create(in)
	got := l.get("web")

	want := &types.Instance{
		AddOns: []types.AddOn{}, BlueprintId: new("debian_12"), BlueprintName: new("Debian"), BundleId: new("nano_3_0"), CreatedAt: new(familytest.Start),
		Hardware: &types.InstanceHardware{
			CpuCount: new(int32(2)), RamSizeInGb: new(float32(0.5)),
			Disks: []types.Disk{{
				AttachedTo: new("web"), AttachmentState: new("attached"), CreatedAt: new(familytest.Start), Iops: new(int32(100)),
				IsSystemDisk: new(true), Path: new("/dev/xvda"), SizeInGb: new(int32(20)),
			}},
		},
		IpAddressType: types.IpAddressTypeDualstack, IsStaticIp: new(false),
		Location: &types.ResourceLocation{AvailabilityZone: new("us-east-1a"), RegionName: types.RegionNameUsEast1},
		MetadataOptions: &types.InstanceMetadataOptions{
			HttpEndpoint: types.HttpEndpointEnabled, HttpProtocolIpv6: types.HttpProtocolIpv6Disabled, HttpPutResponseHopLimit: new(int32(1)),
			HttpTokens: types.HttpTokensOptional, State: types.InstanceMetadataStateApplied,
		},
		Name: new("web"),
		Networking: &types.InstanceNetworking{
			MonthlyTransfer: &types.MonthlyTransfer{GbPerMonthAllocated: new(int32(1024))},
			Ports:           []types.InstancePortInfo{openPort(80), openPort(22)},
		},
		ResourceType: types.ResourceTypeInstance, SshKeyName: new("deploy"), State: &types.InstanceState{Code: new(int32(0)), Name: new("pending")},
		Tags: []types.Tag{familytest.Tag("stage", "test"), {Key: new("only-a-key")}}, Username: new("admin"),
	}
	random := cmpopts.IgnoreFields(types.Instance{}, "Arn", "SupportCode", "PrivateIpAddress", "Ipv6Addresses")
	if diff := cmp.Diff(want, got, random, familytest.Plain); diff != "" {
		t.Errorf("GetInstance (-want +got):\n%s", diff)
	}
	wantMatch(t, *got.Arn, `^arn:aws:lightsail:us-east-1:`+l.Server.AccountID+`:Instance/[0-9a-f-]{36}$`)
	wantMatch(t, *got.SupportCode, `^[0-9]{12}/i-[0-9a-f]{17}$`)
	wantIn(t, *got.PrivateIpAddress, "172.26.0.0/20")
	wantIn(t, got.Ipv6Addresses[0], "2001:2::/48")

	_, err := l.GetInstance(t.Context(), &lightsail.GetInstanceInput{InstanceName: new("none")})
	familytest.WantNotFound(t, err, "The Instance does not exist: none")
	before := got
	l.Server.Restart(t)
	if diff := cmp.Diff(before, l.get("web"), familytest.Plain); diff != "" {
		t.Errorf("after a restart (-before +after):\n%s", diff)
	}
}

func openPort(port int32) types.InstancePortInfo {
	return types.InstancePortInfo{
		AccessDirection: types.AccessDirectionInbound, AccessFrom: new("Anywhere (0.0.0.0/0 and ::/0)"), AccessType: "public",
		CidrListAliases: []string{}, Cidrs: []string{"0.0.0.0/0"}, CommonName: new(""), FromPort: port, Ipv6Cidrs: []string{"::/0"},
		Protocol: types.NetworkProtocolTcp, ToPort: port,
	}
}

func wantMatch(t *testing.T, text, pattern string) {
	t.Helper()
	if !regexp.MustCompile(pattern).MatchString(text) {
		t.Errorf("%s does not match %s", text, pattern)
	}
}

func wantIn(t *testing.T, address, prefix string) {
	t.Helper()
	if a, err := netip.ParseAddr(address); err != nil || !netip.MustParsePrefix(prefix).Contains(a) {
		t.Errorf("%q is no address of %s", address, prefix)
	}
}

func TestCreateInstances_recordsAnOperationForEach(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	ops := l.create(l.input("one", "two"))
	l.WantOperations(ops, "CreateInstance Instance one - Started", "CreateInstance Instance two - Started")
	if zone := *ops[0].Location.AvailabilityZone; zone != "us-east-1a" {
		t.Errorf("zone = %s", zone)
	}
	l.wantState("one", "pending", 0)
	l.WantSucceeds(ops[0], 20*time.Second)
	l.wantState("one", "running", 16)
	l.wantState("two", "running", 16)
	l.Pass(time.Minute)
	one, two := l.get("one"), l.get("two")
	if *one.PublicIpAddress == *two.PublicIpAddress || *one.PrivateIpAddress == *two.PrivateIpAddress || one.Ipv6Addresses[0] == two.Ipv6Addresses[0] {
		t.Error("two instances share an address")
	}
}

func TestCreateInstances_followBlueprint(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	for _, tc := range []struct {
		blueprint, username string
		ports               []int32
	}{
		{"amazon_linux_2023", "ec2-user", []int32{80, 22}},
		{"ubuntu_24_04", "ubuntu", []int32{80, 22}},
		{"wordpress", "bitnami", []int32{80, 22, 443}},
	} {
		t.Run(tc.blueprint, func(t *testing.T) {
			in := l.input(tc.blueprint)
			in.BlueprintId = &tc.blueprint
			l.create(in)
			got := l.get(tc.blueprint)
			var ports []int32
			for _, p := range got.Networking.Ports {
				ports = append(ports, p.FromPort)
			}
			if *got.Username != tc.username || !slices.Equal(ports, tc.ports) {
				t.Errorf("user %s and ports %v, want %s and %v", *got.Username, ports, tc.username, tc.ports)
			}
		})
	}
}

func TestCreateInstances_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"instances=2"}})
	l.create(l.input("taken"))
	for _, tc := range []struct {
		name, code, message string
		change              func(*lightsail.CreateInstancesInput)
	}{
		{"no names", "InvalidParams", "These parameters are required: instanceNames", func(in *lightsail.CreateInstancesInput) {
			in.InstanceNames = []string{}
		}},
		{
			"a bad name", "InvalidResourceName",
			"a b is not a valid resource name. Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and .",
			func(in *lightsail.CreateInstancesInput) { in.InstanceNames = []string{"good", "a b"} },
		},
		{"a taken name", "NameExists", "Some names are already in use: taken", func(in *lightsail.CreateInstancesInput) {
			in.InstanceNames = []string{"free", "taken"}
		}},
		{"a name twice", "NameExists", "Some names are already in use: twice", func(in *lightsail.CreateInstancesInput) {
			in.InstanceNames = []string{"twice", "twice"}
		}},
		{"a key pair's name", "NameExists", "Some names are already in use: deploy", func(in *lightsail.CreateInstancesInput) {
			in.InstanceNames = []string{"deploy"}
		}},
		{
			"more than the quota", "LimitExceeded",
			"Sorry, you've reached your maximum limit of Lightsail Instances : 2. If you're new to Lightsail, please try again later. " +
				"If the issue persists, please contact Customer Support.",
			func(in *lightsail.CreateInstancesInput) { in.InstanceNames = []string{"two", "three"} },
		},
		{
			"a zone of another region", "InvalidParams", "The given Availability Zone is invalid. It must be one of the following: us-east-1a,us-east-1b,us-east-1c,us-east-1d,us-east-1e,us-east-1f.",
			func(in *lightsail.CreateInstancesInput) { in.AvailabilityZone = new("eu-west-1a") },
		},
		{
			"a region as the zone", "InvalidParams", "The given Availability Zone is invalid. It must be one of the following: us-east-1a,us-east-1b,us-east-1c,us-east-1d,us-east-1e,us-east-1f.",
			func(in *lightsail.CreateInstancesInput) { in.AvailabilityZone = new("us-east-1") },
		},
		{
			"an unknown blueprint", "InvalidParams", "The specified blueprint does not exist in this region: beos_5",
			func(in *lightsail.CreateInstancesInput) { in.BlueprintId = new("beos_5") },
		},
		{
			"an inactive blueprint", "InvalidParams", "The Debian blueprint debian_10 is not available in us-east-1",
			func(in *lightsail.CreateInstancesInput) { in.BlueprintId = new("debian_10") },
		},
		{
			"a bundle of another region", "InvalidParams", "The specified bundle does not exist in this region: nano_3_1",
			func(in *lightsail.CreateInstancesInput) { in.BundleId = new("nano_3_1") },
		},
		{
			"Linux on a bundle for Windows", "InvalidParams", "The blueprint debian_12 is for the platform LINUX_UNIX, the bundle nano_win_3_0 for WINDOWS.",
			func(in *lightsail.CreateInstancesInput) { in.BundleId = new("nano_win_3_0") },
		},
		{
			"IPv6 on a bundle with IPv4", "InvalidParams", "The bundle nano_3_0 doesn't support the IP address type ipv6.",
			func(in *lightsail.CreateInstancesInput) { in.IpAddressType = types.IpAddressTypeIpv6 },
		},
		{
			"an IPv6 bundle without its type", "InvalidParams", "The bundle nano_ipv6_3_0 doesn't support the IP address type dualstack.",
			func(in *lightsail.CreateInstancesInput) { in.BundleId = new("nano_ipv6_3_0") },
		},
		{
			"too much user data", "InvalidParams", "User data is limited to 16384 bytes.",
			func(in *lightsail.CreateInstancesInput) { in.UserData = new(strings.Repeat("x", 16385)) },
		},
		{
			"a bad tag", "InvalidParams", `The tag key "aws:x" starts with aws:, which is reserved.`,
			func(in *lightsail.CreateInstancesInput) { in.Tags = []types.Tag{familytest.Tag("aws:x", "")} },
		},
		{
			"an add-on of Lightsail for Research", "InvalidParams", "The add-on StopInstanceOnIdle is available for Lightsail for Research resources only.",
			func(in *lightsail.CreateInstancesInput) {
				in.AddOns = []types.AddOnRequest{{AddOnType: types.AddOnTypeStopInstanceOnIdle}}
			},
		},
		{
			"an add-on twice", "InvalidParams", "The add-on AutoSnapshot is given more than once.",
			func(in *lightsail.CreateInstancesInput) {
				in.AddOns = []types.AddOnRequest{autoSnapshot(""), autoSnapshot("")}
			},
		},
		{
			"automatic snapshots on Windows", "InvalidParams", "Automatic snapshots are not supported for Windows instances.",
			func(in *lightsail.CreateInstancesInput) {
				windows(in)
				in.AddOns = []types.AddOnRequest{autoSnapshot("")}
			},
		},
		{"Windows with an Ed25519 key", "InvalidParams", "The key pair deploy is not an RSA key pair, as Windows instances need it.", windows},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := l.input("new")
			tc.change(in)
			_, err := l.CreateInstances(t.Context(), in)
			familytest.WantInvalid(t, err, tc.code, tc.message)
		})
	}
	in := l.input("new")
	in.KeyPairName = new("missing")
	_, err := l.CreateInstances(t.Context(), in)
	familytest.WantNotFound(t, err, "The KeyPair does not exist: missing")
	in.KeyPairName = new("taken")
	_, err = l.CreateInstances(t.Context(), in)
	familytest.WantNotFound(t, err, "The KeyPair does not exist: taken")

	all, err := l.GetInstances(t.Context(), &lightsail.GetInstancesInput{})
	if err != nil || len(all.Instances) != 1 {
		t.Errorf("%d instances are there, %v, want 1: a refused call makes none", len(all.Instances), err)
	}
}

// windows makes it an instance of Windows.
func windows(in *lightsail.CreateInstancesInput) {
	in.BlueprintId, in.BundleId = new("windows_server_2022"), new("nano_win_3_0")
}

func TestCreateInstances_defaultKeyPair(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	in := l.input("web")
	in.KeyPairName = nil
	l.create(in)
	again := l.input("other")
	again.KeyPairName = nil
	l.create(again)
	named := l.input("named")
	named.KeyPairName = new("LightsailDefaultKeyPair")
	l.create(named)
	for _, name := range []string{"web", "other", "named"} {
		if got := *l.get(name).SshKeyName; got != "LightsailDefaultKeyPair" {
			t.Errorf("the key pair of %s is %s", name, got)
		}
	}
	ops, err := l.GetOperations(t.Context(), &lightsail.GetOperationsInput{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"CreateInstance named", "CreateInstance other", "CreateInstance web", "CreateKeyPair LightsailDefaultKeyPair", "ImportKeyPair deploy",
	}
	if diff := cmp.Diff(want, familytest.Titles(ops.Operations)); diff != "" {
		t.Errorf("operations (-want +got):\n%s", diff)
	}
	if _, err := l.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{}); err != nil {
		t.Error(err)
	}
}

func TestGetInstances_pagesByName(t *testing.T) {
	l := newLab(t, lanyardtest.Options{PageSize: 2})
	in := lightsail.GetInstancesInput{}
	if empty, err := l.GetInstances(t.Context(), &in); err != nil || empty.Instances == nil || len(empty.Instances) != 0 {
		t.Fatalf("without instances: %+v, %v", empty, err)
	}
	l.run("cc", "aa", "bb")
	var pages [][]string
	for {
		out, err := l.GetInstances(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, i := range out.Instances {
			names = append(names, *i.Name+" "+*i.State.Name)
		}
		pages = append(pages, names)
		if in.PageToken = out.NextPageToken; in.PageToken == nil {
			break
		}
	}
	if diff := cmp.Diff([][]string{{"aa running", "bb running"}, {"cc running"}}, pages); diff != "" {
		t.Errorf("GetInstances (-want +got):\n%s", diff)
	}
}

func TestGetInstance_healthStatusOnDemand(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create(l.input("web"))
	health := func() string {
		out, err := l.GetInstances(t.Context(), &lightsail.GetInstancesInput{IncludeHealthStatus: new(true)})
		if err != nil {
			t.Fatal(err)
		}
		i := out.Instances[0]
		if i.InstanceStatus.Status != i.SystemStatus.Status {
			t.Errorf("the two checks differ: %s and %s", i.InstanceStatus.Status, i.SystemStatus.Status)
		}
		text := string(i.InstanceStatus.Status)
		for _, d := range i.InstanceStatus.Details {
			text += fmt.Sprintf(" %s %s", d.Name, d.Status)
		}
		return text
	}
	for _, step := range []struct {
		after time.Duration
		want  string
	}{
		{0, "not-applicable"},
		{20 * time.Second, "initializing reachability initializing"},
		{2 * time.Minute, "ok reachability passed"},
	} {
		l.Pass(step.after)
		if got := health(); got != step.want {
			t.Errorf("%s later: %s, want %s", step.after, got, step.want)
		}
	}
	if i := l.get("web"); i.InstanceStatus != nil || i.SystemStatus != nil {
		t.Error("the health status is shown to who did not ask")
	}
}

//go:build clients

package clients

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// everybody is a firewall's rule for one TCP port as an instance shows it.
func everybody(port int32) types.InstancePortInfo {
	return types.InstancePortInfo{
		FromPort: port, ToPort: port, Protocol: "tcp", AccessFrom: new("Anywhere (0.0.0.0/0 and ::/0)"), AccessType: "public", AccessDirection: "inbound",
		CommonName: new(""), Cidrs: []string{"0.0.0.0/0"}, Ipv6Cidrs: []string{"::/0"}, CidrListAliases: []string{},
	}
}

func testCreatedInstances(t *testing.T, c *lightsail.Client) {
	u := newUser(t, c)
	importKey(t, c, "laptop")
	in := u.input("web", "db")
	in.KeyPairName, in.UserData, in.Tags = new("laptop"), new("#!/bin/sh\n"), []types.Tag{tag("team", "web"), {Key: new("x")}}
	out := do(u, u.CreateInstances, in)
	u.wantStarted(out.Operations, u.onInstance("CreateInstance", "web"), u.onInstance("CreateInstance", "db"))

	web := u.instance("web")
	want := &types.Instance{
		Name: new("web"), ResourceType: types.ResourceTypeInstance, Location: &types.ResourceLocation{AvailabilityZone: new("us-east-1a"), RegionName: "us-east-1"},
		Tags: []types.Tag{tag("team", "web"), {Key: new("x")}}, AddOns: []types.AddOn{}, BlueprintId: new("debian_12"), BlueprintName: new("Debian"),
		BundleId: new("nano_3_0"), Username: new("admin"), SshKeyName: new("laptop"), IpAddressType: types.IpAddressTypeDualstack, IsStaticIp: new(false),
		State: &types.InstanceState{Code: new(int32(16)), Name: new("running")},
		Hardware: &types.InstanceHardware{CpuCount: new(int32(2)), RamSizeInGb: new(float32(0.5)), Disks: []types.Disk{{
			AttachedTo: new("web"), AttachmentState: new("attached"), CreatedAt: web.CreatedAt, Iops: new(int32(100)), IsSystemDisk: new(true),
			Path: new("/dev/xvda"), SizeInGb: new(int32(20)),
		}}},
		Networking: &types.InstanceNetworking{
			MonthlyTransfer: &types.MonthlyTransfer{GbPerMonthAllocated: new(int32(1024))}, Ports: []types.InstancePortInfo{everybody(80), everybody(22)},
		},
		MetadataOptions: &types.InstanceMetadataOptions{
			State: "applied", HttpTokens: "optional", HttpEndpoint: "enabled", HttpProtocolIpv6: "disabled", HttpPutResponseHopLimit: new(int32(1)),
		},
	}
	varying := cmpopts.IgnoreFields(types.Instance{}, "Arn", "SupportCode", "CreatedAt", "PrivateIpAddress", "PublicIpAddress", "Ipv6Addresses")
	if diff := cmp.Diff(want, web, ignoreUnexported, varying); diff != "" {
		t.Errorf("instance: -want +got\n%s", diff)
	}
	for text, form := range map[*string]string{
		web.Arn:               "arn:aws:lightsail:us-east-1:" + process.AccountID + ":Instance/[0-9a-f-]{36}",
		web.SupportCode:       "[0-9]{12}/i-[0-9a-f]{17}",
		web.PrivateIpAddress:  `172\.26\.([0-9]|1[0-5])\.\d+`,
		web.PublicIpAddress:   `198\.1[89]\.\d+\.\d+`,
		&web.Ipv6Addresses[0]: "2001:2:[0-9a-f:]+",
	} {
		if text == nil || !regexp.MustCompile("^("+form+")$").MatchString(*text) {
			t.Errorf("%v does not match %s", text, form)
		}
	}
	wantRecent(t, web.CreatedAt)
	state := do(u, u.GetInstanceState, &lightsail.GetInstanceStateInput{InstanceName: new("web")}).State
	if diff := cmp.Diff(want.State, state, ignoreUnexported); diff != "" {
		t.Errorf("state: -want +got\n%s", diff)
	}
}

func testLifeOfInstance(t *testing.T, c *lightsail.Client) {
	u, web := newUser(t, c), new("web")
	u.run("web")
	before := u.instance("web")
	rebooted := do(u, u.RebootInstance, &lightsail.RebootInstanceInput{InstanceName: web})
	u.wantDone(rebooted.Operations, u.onInstance("RebootInstance", "web", ""))
	stopped := do(u, u.StopInstance, &lightsail.StopInstanceInput{InstanceName: web})
	u.wantStarted(stopped.Operations, u.onInstance("StopInstance", "web"))
	if i := u.instance("web"); *i.State.Code != 80 || *i.State.Name != "stopped" || i.PublicIpAddress != nil {
		t.Errorf("a stopped instance: %v, public address %v", *i.State.Name, i.PublicIpAddress)
	}
	isStopped := "You can't %s this instance right now. The state of this instance is: stopped"
	refused(u, u.StopInstance, &lightsail.StopInstanceInput{InstanceName: web}, notNow(fmt.Sprintf(isStopped, "stop")))
	refused(u, u.RebootInstance, &lightsail.RebootInstanceInput{InstanceName: web}, notNow(fmt.Sprintf(isStopped, "reboot")))
	refused(u, u.GetInstanceAccessDetails, &lightsail.GetInstanceAccessDetailsInput{InstanceName: web}, notNow(fmt.Sprintf(isStopped, "get access details of")))
	started := do(u, u.StartInstance, &lightsail.StartInstanceInput{InstanceName: web})
	u.wantStarted(started.Operations, u.onInstance("StartInstance", "web", ""))
	refused(u, u.StartInstance, &lightsail.StartInstanceInput{InstanceName: web}, notNow("You can't start this instance right now. The state of this instance is: running"))
	after := u.instance("web")
	if *after.PublicIpAddress == *before.PublicIpAddress {
		t.Errorf("the public address is %s after a stop, too", *after.PublicIpAddress)
	}
	if diff := cmp.Diff(before, after, ignoreUnexported, cmpopts.IgnoreFields(types.Instance{}, "PublicIpAddress")); diff != "" {
		t.Errorf("instance: -before +after a stop\n%s", diff)
	}
	deleted := do(u, u.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: web})
	u.wantDone(deleted.Operations, u.onInstance("DeleteInstance", "web"))
	refused(u, u.GetInstance, &lightsail.GetInstanceInput{InstanceName: web}, missing("The Instance does not exist: web"))
}

func testRefusedInstances(t *testing.T, c *lightsail.Client) {
	u := newUser(t, c)
	u.run("web")
	for name, tt := range map[string]struct {
		change func(*lightsail.CreateInstancesInput)
		want   smithy.APIError
	}{
		"a taken name": {
			func(in *lightsail.CreateInstancesInput) { in.InstanceNames = []string{"db", "web"} }, invalid("NameExists", "Some names are already in use: web"),
		},
		"one name twice": {
			func(in *lightsail.CreateInstancesInput) { in.InstanceNames = []string{"db", "db"} }, invalid("NameExists", "Some names are already in use: db"),
		},
		"a bad name": {
			func(in *lightsail.CreateInstancesInput) { in.InstanceNames = []string{"d b"} },
			invalid("InvalidResourceName", "d b is not a valid resource name. "+
				"Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and ."),
		},
		"an unknown bundle": {
			func(in *lightsail.CreateInstancesInput) { in.BundleId = new("nano_3_1") },
			invalid("InvalidParams", "The specified bundle does not exist in this region: nano_3_1"),
		},
		"an unknown blueprint": {
			func(in *lightsail.CreateInstancesInput) { in.BlueprintId = new("nothing") },
			invalid("InvalidParams", "The specified blueprint does not exist in this region: nothing"),
		},
		"a zone elsewhere": {
			func(in *lightsail.CreateInstancesInput) { in.AvailabilityZone = new("us-east-1a") },
			invalid("InvalidParams", "The given Availability Zone is invalid. It must be one of the following: us-west-2a,us-west-2b,us-west-2c,us-west-2d."),
		},
		"an unknown key pair": {
			func(in *lightsail.CreateInstancesInput) { in.KeyPairName = new("nobody") }, missing("The KeyPair does not exist: nobody"),
		},
		"long user data": {
			func(in *lightsail.CreateInstancesInput) { in.UserData = new(strings.Repeat("x", 16385)) },
			invalid("InvalidParams", "User data is limited to 16384 bytes."),
		},
		"an invalid tag": {
			func(in *lightsail.CreateInstancesInput) { in.Tags = []types.Tag{tag("aws:a", "")} }, invalid("InvalidParams", ""),
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := u.input("db")
			tt.change(in)
			_, err := c.CreateInstances(t.Context(), in)
			wantError(t, err, tt.want)
		})
	}
	names := do(u, u.GetActiveNames, &lightsail.GetActiveNamesInput{}).ActiveNames
	if diff := cmp.Diff([]string{"web"}, names); diff != "" {
		t.Errorf("names after refused creates: -want +got\n%s", diff)
	}
}

// testNewMembers is about what only new SDKs know.
func testNewMembers(t *testing.T, c *lightsail.Client) {
	u, web := newUser(t, c), new("web")
	u.run("web")
	read := func() *types.Instance {
		return do(u, u.GetInstance, &lightsail.GetInstanceInput{InstanceName: web, IncludeHealthStatus: new(true)}).Instance
	}
	healthy := poll(u, read, func(i *types.Instance) bool { return i.SystemStatus.Status == types.InstanceHealthStatusValueOk })
	want := &types.InstanceHealthStatus{Status: "ok", Details: []types.InstanceHealthStatusDetail{{Name: "reachability", Status: "passed"}}}
	if diff := cmp.Diff(want, healthy.InstanceStatus, ignoreUnexported); diff != "" {
		t.Errorf("health: -want +got\n%s", diff)
	}
	if i := u.instance("web"); i.SystemStatus != nil || i.InstanceStatus != nil {
		t.Errorf("health that was not asked for: %v, %v", i.SystemStatus, i.InstanceStatus)
	}
	u.stop("web")
	newer := &lightsail.StartInstanceInput{InstanceName: web, AttributeUpdates: &types.InstanceAttributeUpdates{BundleId: new("auto")}}
	refused(u, u.StartInstance, newer, invalid("InvalidParams", "The instance web can't be updated from the bundle nano_3_1 to auto."))
	options := do(u, u.UpdateInstanceMetadataOptions, &lightsail.UpdateInstanceMetadataOptionsInput{InstanceName: web, HttpTokens: "required"})
	u.wantRecord(*options.Operation, u.onInstance("UpdateInstanceMetadataOptions", "web"), true)
	if i := u.instance("web"); i.MetadataOptions.HttpTokens != "required" || *i.MetadataOptions.HttpPutResponseHopLimit != 1 {
		t.Errorf("metadata options = %+v", i.MetadataOptions)
	}
}

func testIPv6Only(t *testing.T, c *lightsail.Client) {
	u := newUser(t, c)
	in := u.input("six")
	in.BundleId, in.IpAddressType = new("nano_ipv6_3_0"), types.IpAddressTypeIpv6
	do(u, u.CreateInstances, in)
	six := u.await("six", "running")
	if six.PublicIpAddress != nil || len(six.Ipv6Addresses) != 1 || six.IpAddressType != types.IpAddressTypeIpv6 {
		t.Errorf("addresses: %v and %v", six.PublicIpAddress, six.Ipv6Addresses)
	}
	do(u, u.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: new("front")})
	refused(u, u.AttachStaticIp, &lightsail.AttachStaticIpInput{StaticIpName: new("front"), InstanceName: new("six")},
		invalid("InvalidParams", "The instance six uses a bundle that doesn't support the attachStaticIp operation"))
	become := &lightsail.SetIpAddressTypeInput{ResourceType: types.ResourceTypeInstance, ResourceName: new("six"), IpAddressType: types.IpAddressTypeDualstack}
	refused(u, u.SetIpAddressType, become, invalid("InvalidParams",
		"You cannot set the IP address type of the Instance six without a bundle update. Specify the acceptBundleUpdate parameter to update the bundle to nano_3_0."))
	become.AcceptBundleUpdate = new(true)
	u.wantDone(do(u, u.SetIpAddressType, become).Operations, u.onInstance("SetIpAddressType", "six"))
	if both := u.instance("six"); both.PublicIpAddress == nil || *both.BundleId != "nano_3_0" || !cmp.Equal(both.Ipv6Addresses, six.Ipv6Addresses) {
		t.Errorf("with both: %v, %v, %s", both.PublicIpAddress, both.Ipv6Addresses, *both.BundleId)
	}
}

// testCertificates reads access details as an SSH client does.
func testCertificates(t *testing.T, c *lightsail.Client) {
	u, web := newUser(t, c), new("web")
	u.run("web")
	read := func() *types.InstanceAccessDetails {
		return do(u, u.GetInstanceAccessDetails, &lightsail.GetInstanceAccessDetailsInput{InstanceName: web}).AccessDetails
	}
	details := read()
	signer, err := ssh.ParsePrivateKey([]byte(*details.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(*details.CertKey))
	if err != nil {
		t.Fatal(err)
	}
	certificate := key.(*ssh.Certificate)
	if _, err := ssh.NewCertSigner(certificate, signer); err != nil {
		t.Errorf("the certificate is not the key's: %v", err)
	}
	if err := new(ssh.CertChecker).CheckCert("admin", certificate); err != nil {
		t.Errorf("the certificate is not the user's: %v", err)
	}
	if ends := time.Unix(int64(certificate.ValidBefore), 0); !ends.Equal(*details.ExpiresAt) || time.Until(ends) > 10*time.Minute {
		t.Errorf("the certificate ends at %v, the access at %v", ends, details.ExpiresAt)
	}
	for _, host := range details.HostKeys {
		line := *host.Algorithm + " " + *host.PublicKey
		public, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
		if err != nil || ssh.FingerprintSHA256(public) != *host.FingerprintSHA256 {
			t.Errorf("host key %s has the fingerprint %s: %v", line, *host.FingerprintSHA256, err)
		}
	}
	if *details.Username != "admin" || details.Protocol != types.InstanceAccessProtocolSsh || len(details.HostKeys) == 0 || details.Password != nil {
		t.Errorf("access details: user %s, protocol %s, %d host keys", *details.Username, details.Protocol, len(details.HostKeys))
	}
	forgotten := do(u, u.DeleteKnownHostKeys, &lightsail.DeleteKnownHostKeysInput{InstanceName: web})
	u.wantDone(forgotten.Operations, u.onInstance("DeleteKnownHostKeys", "web"))
	if again := read(); !again.HostKeys[0].WitnessedAt.After(*details.HostKeys[0].WitnessedAt) || *again.PrivateKey == *details.PrivateKey {
		t.Error("host keys were not seen again, or a key was handed out twice")
	}
}

func testWindows(t *testing.T, c *lightsail.Client) {
	u := newUser(t, c)
	in := u.input("desk")
	in.BlueprintId, in.BundleId = new("windows_server_2022"), new("small_win_3_0")
	do(u, u.CreateInstances, in)
	if desk := u.await("desk", "running"); *desk.Username != "Administrator" || desk.Networking.Ports[len(desk.Networking.Ports)-1].FromPort != 3389 {
		t.Errorf("user %s, ports %+v", *desk.Username, desk.Networking.Ports)
	}
	read := func() *types.InstanceAccessDetails {
		in := &lightsail.GetInstanceAccessDetailsInput{InstanceName: new("desk"), Protocol: types.InstanceAccessProtocolRdp}
		return do(u, u.GetInstanceAccessDetails, in).AccessDetails
	}
	ready := poll(u, read, func(d *types.InstanceAccessDetails) bool { return *d.Password != "" })
	if *ready.PasswordData.Ciphertext == "" || *ready.PasswordData.KeyPairName != "LightsailDefaultKeyPair" || ready.PrivateKey != nil {
		t.Errorf("access details = %+v", ready)
	}
	refused(u, u.GetInstanceAccessDetails, &lightsail.GetInstanceAccessDetailsInput{InstanceName: new("desk")},
		invalid("InvalidParams", "The protocol ssh is not for instances of the platform WINDOWS: desk"))
}

// testPending is about what takes as long as on AWS, while it takes.
func testPending(t *testing.T, c *lightsail.Client) {
	u, web := newUser(t, c), new("web")
	made := do(u, u.CreateInstances, u.input("web"))
	u.wantRecords(made.Operations, []record{u.onInstance("CreateInstance", "web")}, false)
	if i := u.instance("web"); *i.State.Code != 0 || *i.State.Name != "pending" {
		t.Errorf("state = %d %s", *i.State.Code, *i.State.Name)
	} else if i.PublicIpAddress != nil {
		t.Errorf("a pending instance has the public address %s", *i.PublicIpAddress)
	}
	isPending := "You can't %s this instance right now. The state of this instance is: pending"
	refused(u, u.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: web}, notNow(fmt.Sprintf(isPending, "delete")))
	refused(u, u.StopInstance, &lightsail.StopInstanceInput{InstanceName: web, Force: new(true)}, notNow(fmt.Sprintf(isPending, "stop")))
	refused(u, u.CreateInstanceSnapshot, &lightsail.CreateInstanceSnapshotInput{InstanceName: web, InstanceSnapshotName: new("snap")},
		notNow(fmt.Sprintf(isPending, "create a snapshot of")))
	disk := do(u, u.CreateDisk, &lightsail.CreateDiskInput{DiskName: new("data"), AvailabilityZone: new(u.zone()), SizeInGb: new(int32(8))})
	u.wantRecords(disk.Operations, []record{u.onDisk("CreateDisk", "data")}, false)
	refused(u, u.AttachDisk, &lightsail.AttachDiskInput{DiskName: new("data"), InstanceName: web, DiskPath: new("/dev/xvdf")},
		notNow("You can't attach this disk right now. The state of this disk is: pending"))
}

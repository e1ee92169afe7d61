package compute_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

func (l *lab) allocate(name string) []types.Operation {
	l.T.Helper()
	return do(l, l.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: &name}).Operations
}

func (l *lab) attachIP(name, to string) []types.Operation {
	l.T.Helper()
	return do(l, l.AttachStaticIp, attachIPInput(name, to)).Operations
}

func attachIPInput(name, to string) *lightsail.AttachStaticIpInput {
	return &lightsail.AttachStaticIpInput{StaticIpName: &name, InstanceName: &to}
}

func (l *lab) detachIP(name string) []types.Operation {
	l.T.Helper()
	return do(l, l.DetachStaticIp, &lightsail.DetachStaticIpInput{StaticIpName: &name}).Operations
}

func (l *lab) release(name string) []types.Operation {
	l.T.Helper()
	return do(l, l.ReleaseStaticIp, &lightsail.ReleaseStaticIpInput{StaticIpName: &name}).Operations
}

func (l *lab) staticIP(name string) *types.StaticIp {
	l.T.Helper()
	return do(l, l.GetStaticIp, &lightsail.GetStaticIpInput{StaticIpName: &name}).StaticIp
}

// wantAttached checks both sides of an attachment.
func (l *lab) wantAttached(name, to string) {
	l.T.Helper()
	ip, i := l.staticIP(name), l.get(to)
	if !*ip.IsAttached || ip.AttachedTo == nil || *ip.AttachedTo != to {
		l.T.Errorf("static IP %s: attached %t to %v", name, *ip.IsAttached, ip.AttachedTo)
	}
	if !*i.IsStaticIp || i.PublicIpAddress == nil || *i.PublicIpAddress != *ip.IpAddress {
		l.T.Errorf("instance %s: static %t, address %v, want %s", to, *i.IsStaticIp, i.PublicIpAddress, *ip.IpAddress)
	}
}

// wantFree checks that a static IP is attached to nothing.
func (l *lab) wantFree(name string) {
	l.T.Helper()
	if ip := l.staticIP(name); *ip.IsAttached || ip.AttachedTo != nil {
		l.T.Errorf("static IP %s: attached %t to %v", name, *ip.IsAttached, ip.AttachedTo)
	}
}

// wantDynamic checks that an instance has an address that is not a static IP's.
func (l *lab) wantDynamic(name string, not ...string) {
	l.T.Helper()
	i := l.get(name)
	if *i.IsStaticIp || i.PublicIpAddress == nil {
		l.T.Fatalf("instance %s: static %t, address %v", name, *i.IsStaticIp, i.PublicIpAddress)
	}
	for _, other := range not {
		if *i.PublicIpAddress == other {
			l.T.Errorf("instance %s still has the address %s", name, other)
		}
	}
}

// wantLastOperation checks the newest operation on a resource: calls leave no others than those of their answers.
func (l *lab) wantLastOperation(name, want string) {
	l.T.Helper()
	ops := do(l, l.GetOperationsForResource, &lightsail.GetOperationsForResourceInput{ResourceName: &name}).Operations
	l.WantOperations(ops[:1], want)
}

func TestAllocateStaticIp_makesWhatGetStaticIpShows(t *testing.T) {
	l := newLab(t, lanyardtest.Options{AccountID: "111122223333"})
	ops := l.allocate("front")
	l.WantOperations(ops, "AllocateStaticIp StaticIp front - Succeeded")
	if zone := *ops[0].Location.AvailabilityZone; zone != "all" {
		t.Errorf("the operation is in %s", zone)
	}
	got := l.staticIP("front")
	want := &types.StaticIp{
		CreatedAt: new(familytest.Start), IsAttached: new(false), Name: new("front"), ResourceType: types.ResourceTypeStaticIp,
		Location: &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: types.RegionNameUsEast1},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(types.StaticIp{}, "Arn", "SupportCode", "IpAddress"), familytest.Plain); diff != "" {
		t.Errorf("GetStaticIp (-want +got):\n%s", diff)
	}
	wantMatch(t, *got.Arn, `^arn:aws:lightsail:us-east-1:111122223333:StaticIp/[0-9a-f-]{36}$`)
	wantMatch(t, *got.SupportCode, `^[0-9]{12}/`+*got.IpAddress+`$`)
	wantIn(t, *got.IpAddress, "198.18.0.0/15")
	l.Server.Restart(t)
	if diff := cmp.Diff(got, l.staticIP("front"), familytest.Plain); diff != "" {
		t.Errorf("after a restart (-before +after):\n%s", diff)
	}
}

func TestAttachStaticIp_thenDetach(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	l.allocate("front")
	l.wantDynamic("web")

	l.WantOperations(l.attachIP("front", "web"), "AttachStaticIp StaticIp front web Succeeded", "AttachStaticIp Instance web front Succeeded")
	l.wantAttached("front", "web")
	l.WantOperations(l.attachIP("front", "web"), "AttachStaticIp StaticIp front web Succeeded", "AttachStaticIp Instance web front Succeeded")
	l.wantAttached("front", "web")

	l.WantOperations(l.detachIP("front"), "DetachStaticIp StaticIp front web Succeeded", "DetachStaticIp Instance web front Succeeded")
	l.wantFree("front")
	l.wantDynamic("web", *l.staticIP("front").IpAddress)
	l.Server.Restart(t)
	l.wantFree("front")
	l.wantDynamic("web")
}

// TestAttachStaticIp_outlivesStops: a stopped instance keeps its static IP, and one that is
// detached meanwhile gets an address at the next start.
func TestAttachStaticIp_outlivesStops(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	l.allocate("front")
	stop := func() {
		do(l, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
		l.Pass(time.Minute)
	}
	start := func() {
		do(l, l.StartInstance, &lightsail.StartInstanceInput{InstanceName: new("web")})
		l.Pass(time.Minute)
	}
	l.attachIP("front", "web")
	stop()
	l.wantAttached("front", "web")
	start()
	l.wantAttached("front", "web")
	stop()
	l.detachIP("front")
	if address := l.get("web").PublicIpAddress; address != nil {
		t.Errorf("the stopped instance has the address %s", *address)
	}
	l.attachIP("front", "web")
	l.wantAttached("front", "web")
	l.detachIP("front")
	start()
	l.wantDynamic("web", *l.staticIP("front").IpAddress)
}

func TestAttachStaticIp_moves(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web", "db")
	l.allocate("front")
	l.attachIP("front", "web")
	l.WantOperations(l.attachIP("front", "db"), "AttachStaticIp StaticIp front db Succeeded", "AttachStaticIp Instance db front Succeeded")
	l.wantAttached("front", "db")
	l.wantDynamic("web", *l.staticIP("front").IpAddress)
	l.wantLastOperation("web", "AttachStaticIp Instance web front Succeeded")
}

func TestAttachStaticIp_replacesTheFirst(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	l.allocate("front")
	l.allocate("back")
	l.attachIP("front", "web")
	l.attachIP("back", "web")
	l.wantAttached("back", "web")
	l.wantFree("front")
	l.wantLastOperation("front", "AttachStaticIp StaticIp front web Succeeded")
	l.attachIP("front", "web")
	l.wantAttached("front", "web")
	l.wantFree("back")
}

func TestReleaseStaticIp(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	l.allocate("front")
	l.allocate("back")
	l.WantOperations(l.release("back"), "ReleaseStaticIp StaticIp back - Succeeded")
	address := *l.staticIP("front").IpAddress
	l.attachIP("front", "web")
	l.WantOperations(l.release("front"), "ReleaseStaticIp StaticIp front - Succeeded")
	l.wantDynamic("web", address)
	l.wantLastOperation("web", "AttachStaticIp Instance web front Succeeded")
	familytest.WantNotFound(t, fails(l, l.GetStaticIp, &lightsail.GetStaticIpInput{StaticIpName: new("front")}), "The StaticIp does not exist: front")
	l.allocate("front")
}

// TestDeleteInstance_leavesStaticIP: it stays allocated.
func TestDeleteInstance_leavesStaticIP(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web", "db")
	l.allocate("front")
	address := *l.staticIP("front").IpAddress
	l.attachIP("front", "web")
	do(l, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("web")})
	l.wantFree("front")
	l.attachIP("front", "db")
	l.wantAttached("front", "db")
	if got := *l.get("db").PublicIpAddress; got != address {
		t.Errorf("address = %s, want %s", got, address)
	}
}

func TestGetStaticIps(t *testing.T) {
	l := newLab(t, lanyardtest.Options{PageSize: 2})
	if list := do(l, l.GetStaticIps, &lightsail.GetStaticIpsInput{}).StaticIps; list == nil || len(list) != 0 {
		t.Errorf("no static IPs are listed as %v", list)
	}
	addresses := map[string]bool{}
	for _, name := range []string{"cc", "aa", "bb"} {
		l.allocate(name)
	}
	var names []string
	var token *string
	for range 2 {
		out := do(l, l.GetStaticIps, &lightsail.GetStaticIpsInput{PageToken: token})
		for _, ip := range out.StaticIps {
			names, addresses[*ip.IpAddress] = append(names, *ip.Name), true
		}
		token = out.NextPageToken
	}
	if diff := cmp.Diff([]string{"aa", "bb", "cc"}, names); diff != "" || token != nil || len(addresses) != 3 {
		t.Errorf("two pages, then %v, with %d addresses (-want +got):\n%s", token, len(addresses), diff)
	}
}

func TestAttachStaticIp_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"static-ips=2"}})
	l.allocate("front")
	l.create(l.input("web"))
	in := l.input("six")
	in.IpAddressType, in.BundleId = types.IpAddressTypeIpv6, new("nano_ipv6_3_0")
	l.create(in)

	familytest.WantFailed(t, fails(l, l.AttachStaticIp, attachIPInput("front", "web")),
		"You can't attach a static IP to this instance right now. The state of this instance is: pending")
	familytest.WantInvalid(t, fails(l, l.AttachStaticIp, attachIPInput("front", "six")), "InvalidParams",
		"The instance six uses a bundle that doesn't support the attachStaticIp operation")
	l.Pass(time.Minute)
	do(l, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
	familytest.WantFailed(t, fails(l, l.AttachStaticIp, attachIPInput("front", "web")),
		"You can't attach a static IP to this instance right now. The state of this instance is: stopping")
	familytest.WantNotFound(t, fails(l, l.AttachStaticIp, attachIPInput("front", "none")), "The Instance does not exist: none")
	familytest.WantNotFound(t, fails(l, l.AttachStaticIp, attachIPInput("none", "web")), "The StaticIp does not exist: none")
	familytest.WantFailed(t, fails(l, l.DetachStaticIp, &lightsail.DetachStaticIpInput{StaticIpName: new("front")}),
		"You can't detach this static IP right now. The state of this static IP is: detached")
	familytest.WantNotFound(t, fails(l, l.DetachStaticIp, &lightsail.DetachStaticIpInput{StaticIpName: new("none")}), "The StaticIp does not exist: none")
	familytest.WantNotFound(t, fails(l, l.ReleaseStaticIp, &lightsail.ReleaseStaticIpInput{StaticIpName: new("web")}), "The StaticIp does not exist: web")
	familytest.WantInvalid(t, fails(l, l.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: new("web")}), "NameExists", "Some names are already in use: web")
	l.wantFree("front")

	l.allocate("back")
	familytest.WantInvalid(t, fails(l, l.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: new("third")}), "LimitExceeded",
		"Sorry, you've reached your maximum limit of Lightsail Static IPs : 2. "+
			"If you're new to Lightsail, please try again later. If the issue persists, please contact Customer Support.")
	l.release("back")
	l.allocate("third")
}

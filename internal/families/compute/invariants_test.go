package compute_test

import (
	"context"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/compute"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/store"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
)

// walk takes random moves in two regions of one account, and looks into the store
// between them. Public addresses are scarce: all that the quotas allow need more.
type walk struct{ *familytest.Walk }

var walkRegions = []string{"us-east-1", "us-west-2"}

const walkAccount = "111122223333"

func newWalk(t *testing.T, timeScale float64) *walk {
	t.Helper()
	network := compute.DefaultNetwork
	network.Public = netip.MustParsePrefix("198.18.0.0/28")
	return &walk{familytest.NewWalk(t, familytest.WalkOptions{
		Accounts: []string{walkAccount}, Regions: walkRegions, Network: &network, TimeScale: timeScale, Ahead: ahead,
		Moves: len(moves), Move: func(ctx context.Context, number int, at familytest.Tenant, r *mathrand.Rand) error {
			return moves[number](ctx, at.Client, chance{r, at.Region})
		},
	})}
}

// ahead is some seconds, now and then days, or a little back.
func ahead(r *mathrand.Rand) time.Duration {
	switch r.IntN(20) {
	case 0:
		return 36 * time.Hour
	case 1:
		return -30 * time.Second
	}
	return time.Duration(r.IntN(60)) * time.Second
}

// world is what a region holds.
type world struct {
	instances []types.Instance
	disks     []types.Disk
	ips       []types.StaticIp
}

func (w *walk) look(c *lightsail.Client) world {
	instances, err1 := c.GetInstances(w.T.Context(), &lightsail.GetInstancesInput{})
	disks, err2 := c.GetDisks(w.T.Context(), &lightsail.GetDisksInput{})
	ips, err3 := c.GetStaticIps(w.T.Context(), &lightsail.GetStaticIpsInput{})
	if err := errors.Join(err1, err2, err3); err != nil {
		w.T.Fatal(err)
	}
	return world{instances.Instances, disks.Disks, ips.StaticIps}
}

// checkAttachments wants what is attached to know of each other on both sides.
func (w *walk) checkAttachments(in world) {
	w.T.Helper()
	onDisks, onInstances := []string{}, []string{}
	for _, d := range in.disks {
		if *d.IsAttached {
			onDisks = append(onDisks, fmt.Sprintln(*d.Name, "at", *d.AttachedTo, *d.Path))
		}
	}
	for _, ip := range in.ips {
		if *ip.IsAttached {
			onDisks = append(onDisks, fmt.Sprintln(*ip.IpAddress, "at", *ip.AttachedTo))
		}
	}
	for _, i := range in.instances {
		for _, d := range i.Hardware.Disks {
			if !*d.IsSystemDisk {
				onInstances = append(onInstances, fmt.Sprintln(*d.Name, "at", *i.Name, *d.Path))
			}
		}
		if *i.IsStaticIp {
			onInstances = append(onInstances, fmt.Sprintln(*i.PublicIpAddress, "at", *i.Name))
		}
	}
	slices.Sort(onDisks)
	slices.Sort(onInstances)
	if diff := cmp.Diff(onDisks, onInstances); diff != "" {
		w.T.Errorf("attachments, as disks and static IPs have them (-) and as instances do (+):\n%s", diff)
	}
}

// checkAddresses wants each number that is taken to belong to what shows it, and each
// instance and static IP to have its own.
func (w *walk) checkAddresses(regions []world) {
	w.T.Helper()
	want := map[string]string{}
	for _, in := range regions {
		for _, ip := range in.ips {
			want[instance.PublicPool+" "+idOf(ip.Arn)] = *ip.IpAddress
		}
		for _, i := range in.instances {
			id := idOf(i.Arn)
			want[instance.PortPool+" "+id] = ""
			want[instance.PrivatePool(walkAccount, string(i.Location.RegionName))+" "+id] = *i.PrivateIpAddress
			if !*i.IsStaticIp && i.IpAddressType != types.IpAddressTypeIpv6 {
				want[instance.PublicPool+" "+id] = w.shown(i)
			}
		}
	}
	if diff := cmp.Diff(want, w.taken(want)); diff != "" {
		w.T.Errorf("addresses, as they are shown (-) and as they are taken (+):\n%s", diff)
	}
}

func idOf(arn *string) string { return (*arn)[strings.LastIndexByte(*arn, '/')+1:] }

// shown is an instance's public address, "" if it is hidden: before it is known after a
// start, and after a stop.
func (w *walk) shown(i types.Instance) string {
	if i.PublicIpAddress != nil {
		return *i.PublicIpAddress
	}
	if state := *i.State.Name; state != instance.Pending && state != instance.Stopped && !w.Now().Before(w.knownFrom(i)) {
		w.T.Errorf("%s is %s and has no public address", *i.Name, state)
	}
	return ""
}

// knownFrom is when an instance's address is known after its last start.
func (w *walk) knownFrom(i types.Instance) (at time.Time) {
	err := w.DB.View(w.T.Context(), func(tx *store.Tx) error {
		r, err := tx.Resource(walkAccount, string(i.Location.RegionName), *i.Name)
		if err != nil {
			return err
		}
		stored, err := instance.Load(r)
		at = stored.Priv.KnownFrom
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return at
}

// taken are the numbers in the store, by pool and owner; those that are not shown are
// "".
func (w *walk) taken(shown map[string]string) map[string]string {
	got := map[string]string{}
	err := w.DB.View(w.T.Context(), func(tx *store.Tx) error {
		pools := []string{instance.PublicPool, instance.PortPool}
		for _, name := range walkRegions {
			pools = append(pools, instance.PrivatePool(walkAccount, name))
		}
		for _, pool := range pools {
			list, err := tx.AddressesOf(pool)
			if err != nil {
				return err
			}
			for _, a := range list {
				key, n := pool+" "+a.Owner, uint32(a.Number)
				got[key] = netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}).String()
				if text, known := shown[key]; known && text == "" {
					got[key] = ""
				}
			}
		}
		return nil
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return got
}

func (w *walk) check() {
	w.T.Helper()
	var regions []world
	for _, at := range w.Tenants {
		in := w.look(at.Client)
		w.checkAttachments(in)
		regions = append(regions, in)
	}
	w.checkAddresses(regions)
}

// TestActions_invariantsHoldAtEachMove takes random moves, one at a time.
func TestActions_invariantsHoldAtEachMove(t *testing.T) {
	for _, timeScale := range []float64{0, 1} {
		t.Run(fmt.Sprint("time scale ", timeScale), func(t *testing.T) {
			w := newWalk(t, timeScale)
			w.OneByOne(800, 8, w.check)
			w.WantDone(2)
		})
	}
}

// TestActions_invariantsHoldAfterConcurrentMoves lets the moves meet.
func TestActions_invariantsHoldAfterConcurrentMoves(t *testing.T) {
	w := newWalk(t, 0)
	w.Concurrently(150)
	w.check()
}

// TestAllocateStaticIp_lastAddress uses up the pool: that is refused as a state of things, and what
// needs no more addresses continues.
func TestAllocateStaticIp_lastAddress(t *testing.T) {
	w := newWalk(t, 0)
	l := &lab{&familytest.Lab{T: t, Client: w.Tenants[0].Client}}
	names := []string{"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b0"}
	in := &lightsail.CreateInstancesInput{
		InstanceNames: append(names, "b1"), AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
		KeyPairName: new("deploy"),
	}
	const none = "No public IPv4 address is available."
	familytest.WantFailed(t, fails(l, l.CreateInstances, in), none)
	in.InstanceNames = names
	do(l, l.CreateInstances, in)
	familytest.WantFailed(t, fails(l, l.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: new("ip")}), none)

	do(l, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("b0")})
	l.allocate("ip")
	do(l, l.AttachStaticIp, attachIPInput("ip", "a0"))
	do(l, l.AttachStaticIp, attachIPInput("ip", "a1"))
	l.allocate("full")
	familytest.WantFailed(t, fails(l, l.DetachStaticIp, &lightsail.DetachStaticIpInput{StaticIpName: new("ip")}), none)
	do(l, l.AttachStaticIp, attachIPInput("ip", "a2"))
	l.release("ip")
	w.check()
}

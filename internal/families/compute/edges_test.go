package compute_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// wantAddress checks whether GetInstance and GetInstances show a public address.
func (l *lab) wantAddress(name string, want bool) {
	l.T.Helper()
	one := l.get(name)
	all := do(l, l.GetInstances, &lightsail.GetInstancesInput{}).Instances
	at := slices.IndexFunc(all, func(i types.Instance) bool { return *i.Name == name })
	if (one.PublicIpAddress != nil) != want || (all[at].PublicIpAddress != nil) != want {
		l.T.Errorf("the %s instance %s shows the address %v, in the list %v, want one: %t",
			*one.State.Name, name, one.PublicIpAddress, all[at].PublicIpAddress, want)
	}
}

func TestPublicAddress_comesAfterAStart(t *testing.T) {
	for _, tc := range []struct {
		name         string
		scale        float64
		starts, lags time.Duration
	}{
		{"by default", 0.1, 2 * time.Second, 0},
		{"on AWS's scale", 1, 20 * time.Second, 3 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l := newLab(t, lanyardtest.Options{TimeScale: tc.scale})
			starts := func() {
				t.Helper()
				l.wantState("web", "pending", 0)
				l.wantAddress("web", false)
				l.Pass(tc.starts - time.Millisecond)
				l.wantAddress("web", false)
				l.Pass(time.Millisecond)
				l.wantState("web", "running", 16)
				l.wantAddress("web", tc.lags == 0)
				details := l.mustAccess("web", "")
				if known := details.IpAddress != nil; known != (tc.lags == 0) || known != (len(details.HostKeys) > 0) {
					t.Errorf("access details right after the start have the address %v and %d host keys", details.IpAddress, len(details.HostKeys))
				}
				l.Pass(tc.lags)
				l.wantAddress("web", true)
				if got := l.mustAccess("web", ""); *got.IpAddress != *l.get("web").PublicIpAddress || len(got.HostKeys) == 0 {
					t.Errorf("access details have the address %s and %d host keys", *got.IpAddress, len(got.HostKeys))
				}
			}
			l.create(l.input("web"))
			l.Server.Restart(t)
			starts()
			first := *l.get("web").PublicIpAddress
			must(t)(l.reboot("web"))
			l.wantAddress("web", true)
			l.halt("web")
			l.wantAddress("web", false)
			must(t)(l.start("web"))
			starts()
			if again := *l.get("web").PublicIpAddress; again == first {
				t.Errorf("the address after a stop and a start is %s again, want another", again)
			}
		})
	}
}

// TestPublicAddress_isThereAtOnceWithoutTime is for the clients that never wait.
func TestPublicAddress_isThereAtOnceWithoutTime(t *testing.T) {
	s := lanyardtest.New(t)
	l := &lab{&familytest.Lab{T: t, Server: s, Client: s.Client(familytest.Region)}}
	familytest.ImportKey(t, l.Client, "deploy")
	l.create(l.input("web"))
	l.wantState("web", "running", 16)
	l.wantAddress("web", true)
	if details := l.mustAccess("web", ""); details.IpAddress == nil || len(details.HostKeys) == 0 {
		t.Errorf("access details have the address %v and %d host keys", details.IpAddress, len(details.HostKeys))
	}
}

func TestStaticIP_isShownOverAStopAndAStart(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	do(l, l.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: new("front")})
	do(l, l.AttachStaticIp, &lightsail.AttachStaticIpInput{StaticIpName: new("front"), InstanceName: new("web")})
	l.wantAddress("web", true)
	l.halt("web")
	l.wantAddress("web", true)
	must(t)(l.start("web"))
	l.wantState("web", "pending", 0)
	l.wantAddress("web", true)
	do(l, l.DetachStaticIp, &lightsail.DetachStaticIpInput{StaticIpName: new("front")})
	l.wantAddress("web", false)
	l.Pass(time.Minute)
	l.wantAddress("web", true)
}

// TestRestoredDisks_arePendingBeforeTheyAreInUse holds the edge of disks that come with
// an instance.
func TestRestoredDisks_arePendingBeforeTheyAreInUse(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.run("web")
	l.attach("data", "web", "/dev/xvdf")
	l.instanceSnapshot("snap", "web")
	do(l, l.CreateInstancesFromSnapshot, restore("snap", "again"))
	if d := l.getDisk("again-xvdf"); d.State != types.DiskStatePending || *d.AttachedTo != "again" {
		t.Errorf("the disk of a pending instance is %s, attached to %s", d.State, *d.AttachedTo)
	}
	l.Pass(5 * time.Second)
	if d := l.getDisk("again-xvdf"); d.State != types.DiskStateInUse || !*d.IsAttached {
		t.Errorf("the disk that is made is %s, attached: %t", d.State, *d.IsAttached)
	}
}

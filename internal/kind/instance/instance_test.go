package instance_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func after(d time.Duration) time.Time { return start.Add(d) }

func step(d time.Duration, state string) resource.Step {
	return resource.Step{At: after(d), State: state}
}

func web() *instance.Instance {
	r := &resource.Resource{
		ID: "19a4efdf-1111-4222-8333-123456789012", Account: "111122223333", Region: "us-east-1", Name: "web", Kind: resource.Instance,
		Tags: []types.Tag{{Key: new("stage"), Value: new("test")}},
	}
	i := instance.New(r, types.Instance{
		Name: &r.Name, PublicIpAddress: new("198.18.0.9"), PrivateIpAddress: new("172.26.10.39"),
		Hardware: &types.InstanceHardware{Disks: []types.Disk{{IsSystemDisk: new(true)}}},
	}, instance.Priv{})
	i.Enter(resource.Plan{step(0, instance.Pending), step(20*time.Second, instance.Running)})
	return i
}

func TestInstance_followsItsPlan(t *testing.T) {
	i := web()
	i.Enter(resource.Plan{step(time.Minute, instance.Stopping), step(100*time.Second, instance.Stopped)})
	i.Enter(resource.Plan{step(2*time.Minute, instance.Pending), step(140*time.Second, instance.Running)})
	for _, tc := range []struct {
		at    time.Duration
		state string
		code  int32
	}{
		{-time.Hour, "pending", 0},
		{0, "pending", 0},
		{20 * time.Second, "running", 16},
		{time.Minute, "stopping", 64},
		{100 * time.Second, "stopped", 80},
		{2 * time.Minute, "pending", 0},
		{time.Hour, "running", 16},
	} {
		shown := i.Show(after(tc.at))
		if *shown.State.Name != tc.state || *shown.State.Code != tc.code {
			t.Errorf("at %s: %s %d, want %s %d", tc.at, *shown.State.Name, *shown.State.Code, tc.state, tc.code)
		}
	}
	if !i.RunsFrom().Equal(after(140*time.Second)) || !i.BootedAt(after(time.Hour)).Equal(after(140*time.Second)) {
		t.Errorf("runs from %s, booted at %s", i.RunsFrom(), i.BootedAt(after(time.Hour)))
	}
}

func TestEnter_dropsWhatHasNotCome(t *testing.T) {
	i := web()
	i.Enter(resource.Plan{step(time.Minute, instance.Stopping), step(100*time.Second, instance.Stopped)})
	i.Enter(resource.Plan{step(70*time.Second, instance.Stopped)})
	if state := i.State(after(99 * time.Second)); state != instance.Stopped {
		t.Errorf("state = %s", state)
	}
	if n := len(i.Priv.Plan); n != 4 {
		t.Errorf("%d steps, want 4", n)
	}
}

func TestEnter_forgetsOldestSteps(t *testing.T) {
	i := web()
	for n := range 1000 {
		i.Enter(resource.Plan{step(time.Hour+time.Duration(n)*time.Minute, instance.Running)})
	}
	if n := len(i.Priv.Plan); n > 100 {
		t.Errorf("%d steps are kept", n)
	}
	last := after(time.Hour + 999*time.Minute)
	if !i.BootedAt(last).Equal(last) {
		t.Errorf("booted at %s, want %s", i.BootedAt(last), last)
	}
}

func TestShow_hidesThePublicAddressUntilItIsKnown(t *testing.T) {
	i := web()
	i.Enter(resource.Plan{step(time.Minute, instance.Stopping), step(100*time.Second, instance.Stopped)})
	shows := func(want map[time.Duration]bool) {
		t.Helper()
		for at, shown := range want {
			if got := i.Show(after(at)).PublicIpAddress; (got != nil) != shown {
				t.Errorf("the public address of a %s instance at %s = %v, want it shown: %t", i.State(after(at)), at, got, shown)
			}
		}
	}
	shows(map[time.Duration]bool{0: false, 19 * time.Second: false, 20 * time.Second: true, time.Minute: true, 100 * time.Second: false, time.Hour: false})
	i.Priv.KnownFrom = after(23 * time.Second)
	shows(map[time.Duration]bool{20 * time.Second: false, 22 * time.Second: false, 23 * time.Second: true, time.Hour: false})
	front := instance.NewStaticIP(&resource.Resource{Name: "front", Kind: resource.StaticIP}, "198.18.0.9")
	if err := errors.Join(i.Pack(), front.Pack()); err != nil {
		t.Fatal(err)
	}
	i.Resource.Links = []resource.Link{{Role: resource.AttachedStaticIP, Side: resource.To, Other: front.Resource}}
	i, err := instance.Load(i.Resource)
	if err != nil {
		t.Fatal(err)
	}
	shows(map[time.Duration]bool{0: true, 20 * time.Second: true, time.Hour: true})
	if got := i.Show(after(time.Hour)).PublicIpAddress; *got != "198.18.0.9" {
		t.Errorf("the public address of an instance with a static IP = %s, want 198.18.0.9", *got)
	}
}

func TestInstance_packAndLoad(t *testing.T) {
	i := web()
	i.Priv.AuthorizedKey, i.Priv.AutoSnapshot = "ssh-rsa AAAA", &instance.AutoSnapshot{}
	i.Priv.AutoSnapshot.Enable(start, 6)
	data := instance.NewDisk(&resource.Resource{Name: "data", Kind: resource.Disk}, 32, resource.Plan{step(0, "in-use")})
	if err := errors.Join(i.Pack(), data.Pack()); err != nil {
		t.Fatal(err)
	}
	i.Resource.Links = []resource.Link{{
		Role: resource.AttachedDisk, Side: resource.To, Doc: instance.Attachment{Path: "/dev/xvdf"}.Doc(), Other: data.Resource,
	}}
	got, err := instance.Load(i.Resource)
	if err != nil {
		t.Fatal(err)
	}
	shown := got.Show(after(time.Hour))
	if *shown.Name != "web" || len(shown.Tags) != 1 || len(shown.AddOns) != 1 || got.Priv.AuthorizedKey != "ssh-rsa AAAA" || !got.Runs(after(time.Hour)) {
		t.Errorf("loaded: %+v", shown)
	}
	if disks := got.Disks(); len(disks) != 1 || *disks[0].Name != "data" || *disks[0].Path != "/dev/xvdf" || *disks[0].AttachedTo != "web" {
		t.Errorf("disks = %v, want data at /dev/xvdf of web", disks)
	}
	if disks := shown.Hardware.Disks; len(disks) != 2 || *disks[1].Name != "data" {
		t.Errorf("shown disks = %v, want the system disk and data", disks)
	}
	if disks := got.Doc.Hardware.Disks; len(disks) != 1 {
		t.Errorf("disks in the document = %v, want the system disk alone", disks)
	}
	if name := got.Hostname(); name != "ip-172-26-10-39" {
		t.Errorf("hostname = %s", name)
	}
	got.Doc.PrivateIpAddress = nil
	if name := got.Hostname(); name != "ip-19a4efdf" {
		t.Errorf("hostname without an address = %s", name)
	}
	for _, broken := range []resource.Resource{{ID: "x", Doc: []byte("{"), Priv: []byte("{}")}, {ID: "x", Doc: []byte("{}"), Priv: []byte("{")}} {
		if _, err := instance.Load(&broken); err == nil {
			t.Errorf("%s and %s were loaded", broken.Doc, broken.Priv)
		}
	}
}

func TestSealKeys_boundToInstance(t *testing.T) {
	s, err := seal.New([]byte(strings.Repeat("k", seal.MasterKeySize)))
	if err != nil {
		t.Fatal(err)
	}
	i := web()
	keys := instance.Keys{HostKeys: "PEM", AuthoritySeed: [32]byte{1, 2, 3}, Password: "secret"}
	if i.Priv.Sealed, err = instance.SealKeys(s, i.Resource, keys); err != nil {
		t.Fatal(err)
	}
	if got, err := i.OpenKeys(s); err != nil || got != keys {
		t.Errorf("OpenKeys = %v", err)
	}
	other := web()
	other.Resource.ID, other.Priv.Sealed = "another", i.Priv.Sealed
	if _, err := other.OpenKeys(s); !errors.Is(err, seal.ErrOpen) {
		t.Errorf("another instance opens the keys: %v", err)
	}
}

// TestSealPlain_leavesNothingInTheOpen seals what an earlier version stored.
func TestSealPlain_leavesNothingInTheOpen(t *testing.T) {
	s, err := seal.New([]byte(strings.Repeat("k", seal.MasterKeySize)))
	if err != nil {
		t.Fatal(err)
	}
	i := web()
	if i.Priv.Sealed, err = instance.SealKeys(s, i.Resource, instance.Keys{HostKeys: "PEM"}); err != nil {
		t.Fatal(err)
	}
	i.Priv.PlainUserData, i.Priv.PlainCiphertext = "password=hunter2", "aHVudGVyMg=="
	if err := i.Pack(); err != nil {
		t.Fatal(err)
	}
	for n, want := range []bool{true, false} { // the second time there is nothing left to do
		if changed, err := instance.SealPlain(s, i.Resource); err != nil || changed != want {
			t.Fatalf("SealPlain, time %d: %v, %v, want %v", n+1, changed, err, want)
		}
	}
	for _, secret := range []string{"hunter2", "aHVudGVyMg"} {
		if strings.Contains(string(i.Resource.Priv)+string(i.Resource.Doc), secret) {
			t.Errorf("the instance's documents have %s: %s", secret, i.Resource.Priv)
		}
	}
	sealed, err := instance.Load(i.Resource)
	if err != nil {
		t.Fatal(err)
	}
	want := instance.Keys{HostKeys: "PEM", UserData: "password=hunter2", EncryptedPassword: "aHVudGVyMg=="}
	if keys, err := sealed.OpenKeys(s); err != nil || keys != want {
		t.Errorf("OpenKeys = %+v, %v, want %+v", keys, err, want)
	}
}

func TestInstance_showsWhatWasObserved(t *testing.T) {
	i := web()
	i.Resource.Observe(resource.Observation{Generation: i.Resource.Generation, At: after(time.Minute), State: instance.Stopped})
	if got := *i.Show(after(time.Hour)).State.Name; got != instance.Stopped {
		t.Errorf("the state of an instance that was observed to be stopped = %s", got)
	}
	i.Enter(resource.Plan{step(2*time.Hour, instance.Pending), step(3*time.Hour, instance.Running)})
	if got := *i.Show(after(4 * time.Hour)).State.Name; got != instance.Running {
		t.Errorf("the state after another start = %s, want running", got)
	}
}

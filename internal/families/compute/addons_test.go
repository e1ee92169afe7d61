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

// autoSnapshot asks for automatic snapshots at a time of day, or the default one.
func autoSnapshot(at string) types.AddOnRequest {
	request := types.AddOnRequest{AddOnType: types.AddOnTypeAutoSnapshot}
	if at != "" {
		request.AutoSnapshotAddOnRequest = &types.AutoSnapshotAddOnRequest{SnapshotTimeOfDay: &at}
	}
	return request
}

func (l *lab) enable(name, at string) ([]types.Operation, error) {
	out, err := l.EnableAddOn(l.T.Context(), &lightsail.EnableAddOnInput{ResourceName: &name, AddOnRequest: new(autoSnapshot(at))})
	if err != nil {
		return nil, err
	}
	return out.Operations, nil
}

func (l *lab) disable(name string) ([]types.Operation, error) {
	out, err := l.DisableAddOn(l.T.Context(), &lightsail.DisableAddOnInput{ResourceName: &name, AddOnType: types.AddOnTypeAutoSnapshot})
	if err != nil {
		return nil, err
	}
	return out.Operations, nil
}

// wantAddOn checks for the one add-on that a resource shows.
func (l *lab) wantAddOn(got []types.AddOn, status, at string) {
	l.T.Helper()
	want := []types.AddOn{{Name: new("AutoSnapshot"), Status: &status, SnapshotTimeOfDay: &at}}
	ignore := cmpopts.IgnoreFields(types.AddOn{}, "NextSnapshotTimeOfDay")
	if diff := cmp.Diff(want, got, ignore, familytest.Plain); diff != "" {
		l.T.Errorf("add-ons (-want +got):\n%s", diff)
	}
}

func TestEnableAddOn_changesAndDisables(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	if _, err := l.CreateDisk(t.Context(), &lightsail.CreateDiskInput{
		DiskName: new("data"), AvailabilityZone: new("us-east-1a"), SizeInGb: new(int32(8)),
	}); err != nil {
		t.Fatal(err)
	}
	l.Pass(time.Minute)
	for name, tc := range map[string]struct {
		kind   string
		addOns func() []types.AddOn
	}{
		"web": {"Instance", func() []types.AddOn { return l.get("web").AddOns }},
		"data": {"Disk", func() []types.AddOn {
			out, err := l.GetDisk(t.Context(), &lightsail.GetDiskInput{DiskName: new("data")})
			if err != nil {
				t.Fatal(err)
			}
			return out.Disk.AddOns
		}},
	} {
		t.Run(tc.kind, func(t *testing.T) {
			_, err := l.disable(name)
			familytest.WantInvalid(t, err, "InvalidParams", "AutoSnapshot not enabled for the resource")

			ops, err := l.enable(name, "")
			if err != nil {
				t.Fatal(err)
			}
			l.WantOperations(ops, "EnableAddOn "+tc.kind+" "+name+" - Succeeded")
			l.wantAddOn(tc.addOns(), "Enabled", "06:00")
			_, err = l.enable(name, "06:00")
			familytest.WantInvalid(t, err, "InvalidParams", "The addOn is already in requested state")

			if _, err = l.enable(name, "23:00"); err != nil {
				t.Fatal(err)
			}
			l.wantAddOn(tc.addOns(), "Enabled", "23:00")
			l.Pass(24 * time.Hour) // the change may wait for the next day

			ops, err = l.disable(name)
			if err != nil {
				t.Fatal(err)
			}
			l.WantOperations(ops, "DisableAddOn "+tc.kind+" "+name+" - Succeeded")
			l.wantAddOn(tc.addOns(), "Disabled", "23:00")
			_, err = l.disable(name)
			familytest.WantInvalid(t, err, "InvalidParams", "The addOn is already in requested state")
		})
	}
}

func TestEnableAddOn_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	in := l.input("win")
	windows(in)
	in.KeyPairName = nil
	l.create(in)

	for _, at := range []string{"06:30", "23:59"} {
		_, err := l.enable("web", at)
		familytest.WantInvalid(t, err, "InvalidParams", "The snapshot time of day must be in HH:00 format: "+at)
	}
	_, err := l.enable("win", "")
	familytest.WantInvalid(t, err, "InvalidParams", "Automatic snapshots are not supported for Windows instances.")
	_, err = l.enable("none", "")
	familytest.WantNotFound(t, err, "The resource does not exist: none")
	_, err = l.enable("deploy", "")
	familytest.WantNotFound(t, err, "The resource does not exist: deploy")
	_, err = l.disable("none")
	familytest.WantNotFound(t, err, "The resource does not exist: none")

	idle := types.AddOnRequest{AddOnType: types.AddOnTypeStopInstanceOnIdle}
	_, err = l.EnableAddOn(t.Context(), &lightsail.EnableAddOnInput{ResourceName: new("web"), AddOnRequest: &idle})
	familytest.WantInvalid(t, err, "InvalidParams", "The add-on StopInstanceOnIdle is available for Lightsail for Research resources only.")
	_, err = l.DisableAddOn(t.Context(), &lightsail.DisableAddOnInput{ResourceName: new("web"), AddOnType: types.AddOnTypeStopInstanceOnIdle})
	familytest.WantInvalid(t, err, "InvalidParams", "The add-on StopInstanceOnIdle is available for Lightsail for Research resources only.")
}

func TestCreateInstances_withAddOns(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	in := l.input("web")
	in.AddOns = []types.AddOnRequest{autoSnapshot("10:00")}
	l.create(in)
	l.wantAddOn(l.get("web").AddOns, "Enabled", "10:00")
}

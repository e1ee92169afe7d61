package compute

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Errors of add-ons. AWS's own CloudFormation provider knows the first two texts.
func errAddOnInState() error {
	return api.InvalidParams("The addOn is already in requested state")
}

func errAddOnNotEnabled() error {
	return api.InvalidParams("AutoSnapshot not enabled for the resource")
}

// errHasAddOns is the error when a resource with add-ons that are on is deleted. The text and the
// exception were observed for an instance, with this spelling of the parameter's name.
func errHasAddOns(r *resource.Resource) error {
	return api.InvalidParams("You cannot delete the %[1]s %[2]s with addons. "+
		"Specify the forceDeleteAddons parameter to delete the %[1]s and its associated addons.", r.Kind, r.Name)
}

func errNoAutoSnapshotOnWindows() error {
	return api.InvalidParams("Automatic snapshots are not supported for Windows instances.")
}

// enableAddOn also changes the time of day of automatic snapshots that are on.
func enableAddOn(c *api.Call, in *lightsail.EnableAddOnInput) (*lightsail.EnableAddOnOutput, error) {
	hour, err := snapshotHour(in.AddOnRequest)
	if err != nil {
		return nil, err
	}
	ops, err := setAutoSnapshot(c, func(a *instance.AutoSnapshot) error {
		if a.On() && a.Hour() == hour {
			return errAddOnInState()
		}
		a.Enable(c.Now, hour)
		return nil
	})
	return &lightsail.EnableAddOnOutput{Operations: ops}, err
}

func disableAddOn(c *api.Call, in *lightsail.DisableAddOnInput) (*lightsail.DisableAddOnOutput, error) {
	if in.AddOnType != types.AddOnTypeAutoSnapshot {
		return nil, errNoSuchAddOn(in.AddOnType)
	}
	ops, err := setAutoSnapshot(c, func(a *instance.AutoSnapshot) error {
		switch {
		case len(a.Periods) == 0:
			return errAddOnNotEnabled()
		case !a.On():
			return errAddOnInState()
		}
		a.Disable(c.Now)
		return nil
	})
	return &lightsail.DisableAddOnOutput{Operations: ops}, err
}

// setAutoSnapshot changes the setting of automatic snapshots of the call's target. A
// resource that never had one has an empty setting.
func setAutoSnapshot(c *api.Call, change func(*instance.AutoSnapshot) error) ([]types.Operation, error) {
	r, err := changeAutoSnapshot(c, func(a *instance.AutoSnapshot) (*instance.AutoSnapshot, error) {
		if a == nil {
			a = &instance.AutoSnapshot{}
		}
		return a, change(a)
	})
	if err != nil {
		return nil, err
	}
	return []types.Operation{*c.Record(r)}, nil
}

// changeAutoSnapshot changes the automatic snapshots of the call's target.
func changeAutoSnapshot(c *api.Call, change func(*instance.AutoSnapshot) (*instance.AutoSnapshot, error)) (*resource.Resource, error) {
	of, err := instance.OpenAutoSnapshotted(c.Target())
	if err != nil {
		return nil, err
	}
	if !of.CanAutoSnapshot() {
		return nil, errNoAutoSnapshotOnWindows()
	}
	setting := of.AutoSnapshots()
	if *setting, err = change(*setting); err != nil {
		return nil, err
	}
	return of.Row(), c.Save(of)
}

// newAutoSnapshot is the setting of a new resource with add-ons; nil without any.
func newAutoSnapshot(c *api.Call, requests []types.AddOnRequest) (*instance.AutoSnapshot, error) {
	var a *instance.AutoSnapshot
	for n := range requests {
		hour, err := snapshotHour(&requests[n])
		if err != nil {
			return nil, err
		}
		if a != nil {
			return nil, api.InvalidParams("The add-on %s is given more than once.", requests[n].AddOnType)
		}
		a = &instance.AutoSnapshot{}
		a.Enable(c.Now, hour)
	}
	return a, nil
}

// snapshotHour reads the hour of the day at which snapshots are asked for.
func snapshotHour(request *types.AddOnRequest) (int, error) {
	if request.AddOnType != types.AddOnTypeAutoSnapshot {
		return 0, errNoSuchAddOn(request.AddOnType)
	}
	auto := request.AutoSnapshotAddOnRequest
	if auto == nil || auto.SnapshotTimeOfDay == nil {
		return instance.DefaultSnapshotHour, nil
	}
	hour, ok := instance.ParseTimeOfDay(*auto.SnapshotTimeOfDay)
	if !ok {
		return 0, api.InvalidParams("The snapshot time of day must be in HH:00 format: %s", *auto.SnapshotTimeOfDay)
	}
	return hour, nil
}

// errNoSuchAddOn is the error for StopInstanceOnIdle, which is for bundles of Lightsail for
// Research: there are none here.
func errNoSuchAddOn(kind types.AddOnType) error {
	return api.InvalidParams("The add-on %s is available for Lightsail for Research resources only.", kind)
}

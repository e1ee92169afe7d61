package compute

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/quota"
)

// getAutoSnapshots lists the newest first (observed in AWS CLI output).
func getAutoSnapshots(c *api.Call, _ *lightsail.GetAutoSnapshotsInput) (*lightsail.GetAutoSnapshotsOutput, error) {
	of, err := instance.OpenAutoSnapshotted(c.Target())
	if err != nil {
		return nil, err
	}
	list, attached := []types.AutoSnapshotDetails{}, of.AttachedDisks()
	for _, t := range (*of.AutoSnapshots()).Taken(c.Now, c.Quota(quota.AutoSnapshots)) {
		status := types.AutoSnapshotStatusSuccess
		if !t.Ready(c.Now) {
			status = types.AutoSnapshotStatusInProgress
		}
		list = append(list, types.AutoSnapshotDetails{CreatedAt: &t.CreatedAt, Date: &t.Date, FromAttachedDisks: attached, Status: status})
	}
	r := of.Row()
	return &lightsail.GetAutoSnapshotsOutput{ResourceName: &r.Name, ResourceType: types.ResourceType(r.Kind), AutoSnapshots: list}, nil
}

func deleteAutoSnapshot(c *api.Call, in *lightsail.DeleteAutoSnapshotInput) (*lightsail.DeleteAutoSnapshotOutput, error) {
	r, err := changeAutoSnapshot(c, func(a *instance.AutoSnapshot) (*instance.AutoSnapshot, error) {
		keep := c.Quota(quota.AutoSnapshots)
		taken, err := autoSnapshotAt(a.Taken(c.Now, keep), *in.Date)
		switch {
		case err != nil:
			return nil, err
		case !taken.Ready(c.Now):
			return nil, api.WrongState("delete", "automatic snapshot", types.AutoSnapshotStatusInProgress)
		}
		a.Delete(c.Now, keep, *in.Date)
		return a, nil
	})
	if err != nil {
		return nil, err
	}
	// The operation has the Region in place of the availability zone and no
	// statusChangedAt (both observed in AWS CLI output).
	op, region, details := c.Record(r), c.Region, "DeleteAutoSnapshot-"+*in.Date
	op.Location.AvailabilityZone, op.OperationDetails, op.StatusChangedAt = &region, &details, nil
	return &lightsail.DeleteAutoSnapshotOutput{Operations: []types.Operation{*op}}, nil
}

// autoSnapshotAt is the snapshot of a date.
func autoSnapshotAt(taken []instance.AutoSnapshotTaken, date string) (t instance.AutoSnapshotTaken, err error) {
	for _, t := range taken {
		if t.Date == date {
			return t, nil
		}
	}
	return t, api.NotFound("AutoSnapshot", date)
}

// snapshotChoice is how an action's input names what it starts from: a manual
// snapshot, or an automatic one by its source and the date.
type snapshotChoice struct {
	manual, source *string
	// manualMember and sourceMember are the input's names of both.
	manualMember, sourceMember string
	date                       *string
	latest                     *bool
}

// name is what the input names.
func (s snapshotChoice) name() string {
	if s.manual != nil {
		return *s.manual
	}
	return *s.source
}

// auto reports whether an automatic snapshot is meant.
func (s snapshotChoice) auto() (bool, error) {
	if err := api.ExactlyOne(s.manualMember, s.manual != nil, s.sourceMember, s.source != nil); err != nil {
		return false, err
	}
	dated, latest := s.date != nil, aws.ToBool(s.latest)
	if s.source != nil {
		return true, api.ExactlyOne("restoreDate", dated, "useLatestRestorableAutoSnapshot", latest)
	}
	if dated || latest {
		return false, api.InvalidParams("You must specify restoreDate and useLatestRestorableAutoSnapshot only with %s.", s.sourceMember)
	}
	return false, nil
}

// checkAuto returns an error if the chosen automatic snapshot does not exist or is not
// complete.
func (s snapshotChoice) checkAuto(c *api.Call, auto *instance.AutoSnapshot) error {
	taken := auto.Taken(c.Now, c.Quota(quota.AutoSnapshots))
	if s.date == nil {
		for _, t := range taken {
			if t.Ready(c.Now) {
				return nil
			}
		}
		return api.NotFound("AutoSnapshot", *s.source)
	}
	t, err := autoSnapshotAt(taken, *s.date)
	if err == nil && !t.Ready(c.Now) {
		err = api.WrongState("use", "automatic snapshot", types.AutoSnapshotStatusInProgress)
	}
	return err
}

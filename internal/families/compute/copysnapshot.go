package compute

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// copySnapshot makes a manual snapshot in the call's Region from one of any Region. A
// copy has no tags, as on EC2.
func copySnapshot(c *api.Call, in *lightsail.CopySnapshotInput) (*lightsail.CopySnapshotOutput, error) {
	choice := snapshotChoice{
		manual: in.SourceSnapshotName, manualMember: "sourceSnapshotName", source: in.SourceResourceName, sourceMember: "sourceResourceName",
		date: in.RestoreDate, latest: in.UseLatestRestorableAutoSnapshot,
	}
	auto, err := choice.auto()
	if err != nil {
		return nil, err
	}
	from, target := string(in.SourceRegion), *in.TargetSnapshotName
	var s instance.AnySnapshot
	if auto {
		s, err = copyAutoSnapshot(c, from, target, choice)
	} else {
		s, err = copyManualSnapshot(c, from, target, *in.SourceSnapshotName)
	}
	if err != nil {
		return nil, err
	}
	if err := c.Insert(s); err != nil {
		return nil, err
	}
	op := c.Started(s.Row(), s.Private().Settled())
	details := from + ":" + choice.name()
	op.OperationDetails = &details
	return &lightsail.CopySnapshotOutput{Operations: []types.Operation{*op}}, nil
}

// copyManualSnapshot makes the copy of a snapshot, which cannot be deleted before
// the copy is complete.
func copyManualSnapshot(c *api.Call, region, target, name string) (instance.AnySnapshot, error) {
	r, err := c.FindIn(region, name, resource.InstanceSnapshot, resource.DiskSnapshot)
	if err != nil {
		return nil, err
	}
	source, err := completeSnapshot(c, r, "copy")
	if err != nil {
		return nil, err
	}
	copied := source.Copy(c.NewResource(r.Kind, target), copyPlan(c))
	source.Private().Busy(copied.Private().Settled())
	return copied, c.Save(source)
}

// copyPlan makes the plan of a copy of either kind.
func copyPlan(c *api.Call) func(resource.Lifecycle) resource.Plan {
	return func(l resource.Lifecycle) resource.Plan { return c.Plan(l, "copy") }
}

// copyAutoSnapshot keeps an automatic snapshot as a manual one.
func copyAutoSnapshot(c *api.Call, region, target string, choice snapshotChoice) (instance.AnySnapshot, error) {
	r, err := c.FindIn(region, *choice.source, resource.Instance, resource.Disk)
	if err != nil {
		return nil, err
	}
	source, err := instance.OpenAutoSnapshotted(r)
	if err != nil {
		return nil, err
	}
	if err := choice.checkAuto(c, *source.AutoSnapshots()); err != nil {
		return nil, err
	}
	return source.Keep(func(kind resource.Kind) *resource.Resource { return c.NewResource(kind, target) }, copyPlan(c)), nil
}

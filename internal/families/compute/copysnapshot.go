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
	var s *snapshot
	if auto {
		s, err = copyAutoSnapshot(c, from, target, choice)
	} else {
		s, err = copyManualSnapshot(c, from, target, *in.SourceSnapshotName)
	}
	if err != nil {
		return nil, err
	}
	if err := s.insert(c); err != nil {
		return nil, err
	}
	op := c.Started(s.r, s.settled())
	details := from + ":" + choice.name()
	op.OperationDetails = &details
	return &lightsail.CopySnapshotOutput{Operations: []types.Operation{*op}}, nil
}

// copyManualSnapshot makes the copy of a snapshot, which cannot be deleted before
// the copy is complete.
func copyManualSnapshot(c *api.Call, region, target, name string) (*snapshot, error) {
	r, err := c.FindIn(region, name, resource.InstanceSnapshot, resource.DiskSnapshot)
	if err != nil {
		return nil, err
	}
	source, err := loadSnapshot(r)
	if err != nil {
		return nil, err
	}
	if err := source.check(c.Now, "copy"); err != nil {
		return nil, err
	}
	if err := source.keep(c, c.After(copySnapshotTakes)); err != nil {
		return nil, err
	}
	if source.disk != nil {
		return newDiskSnapshot(c, target, []types.Tag{}, copySnapshotTakes, *source.disk), nil
	}
	return newInstanceSnapshot(c, target, []types.Tag{}, copySnapshotTakes, *source.instance), nil
}

// copyAutoSnapshot keeps an automatic snapshot as a manual one.
func copyAutoSnapshot(c *api.Call, region, target string, choice snapshotChoice) (*snapshot, error) {
	r, err := c.FindIn(region, *choice.source, resource.Instance, resource.Disk)
	if err != nil {
		return nil, err
	}
	auto, _, err := autoSnapshotOf(r)
	if err != nil {
		return nil, err
	}
	if err := choice.checkAuto(c, auto); err != nil {
		return nil, err
	}
	if r.Kind == resource.Disk {
		d, err := loadDisk(r)
		if err != nil {
			return nil, err
		}
		return newDiskSnapshot(c, target, []types.Tag{}, copySnapshotTakes, ofDisk(d, true)), nil
	}
	i, err := instance.Load(r)
	if err != nil {
		return nil, err
	}
	return newInstanceSnapshot(c, target, []types.Tag{}, copySnapshotTakes, ofInstance(i, true)), nil
}

package compute

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// createInstanceSnapshot takes a snapshot of an instance with its attached disks.
func createInstanceSnapshot(c *api.Call, in *lightsail.CreateInstanceSnapshotInput) (*lightsail.CreateInstanceSnapshotOutput, error) {
	tags, err := resource.MergeTags(nil, in.Tags)
	if err != nil {
		return nil, api.TagError(err)
	}
	i, err := instanceToSnapshot(c)
	if err != nil {
		return nil, err
	}
	s := newInstanceSnapshot(c, *in.InstanceSnapshotName, tags, instanceSnapshotTakes, ofInstance(i, false))
	if err := s.insert(c); err != nil {
		return nil, err
	}
	return &lightsail.CreateInstanceSnapshotOutput{Operations: bothStarted(c, s.r, i.Resource, s.settled())}, nil
}

func getInstanceSnapshot(c *api.Call, _ *lightsail.GetInstanceSnapshotInput) (*lightsail.GetInstanceSnapshotOutput, error) {
	s, err := loadSnapshot(c.Target(resource.InstanceSnapshot))
	if err != nil {
		return nil, err
	}
	return &lightsail.GetInstanceSnapshotOutput{InstanceSnapshot: s.showInstance(c.Now)}, nil
}

// getInstanceSnapshots lists the snapshots of instances by name.
func getInstanceSnapshots(c *api.Call, in *lightsail.GetInstanceSnapshotsInput) (*lightsail.GetInstanceSnapshotsOutput, error) {
	list, next, err := listOf(c, in.PageToken, resource.InstanceSnapshot, func(r *resource.Resource) (*types.InstanceSnapshot, error) {
		s, err := loadSnapshot(r)
		if err != nil {
			return nil, err
		}
		return s.showInstance(c.Now), nil
	})
	return &lightsail.GetInstanceSnapshotsOutput{InstanceSnapshots: list, NextPageToken: next}, err
}

func deleteInstanceSnapshot(c *api.Call, _ *lightsail.DeleteInstanceSnapshotInput) (*lightsail.DeleteInstanceSnapshotOutput, error) {
	ops, err := deleteSnapshot(c)
	return &lightsail.DeleteInstanceSnapshotOutput{Operations: ops}, err
}

package compute

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// createInstanceSnapshot takes a snapshot of an instance with its attached disks.
func createInstanceSnapshot(c *api.Call, in *lightsail.CreateInstanceSnapshotInput) (*lightsail.CreateInstanceSnapshotOutput, error) {
	i, err := instanceToSnapshot(c)
	if err != nil {
		return nil, err
	}
	r := c.New(resource.InstanceSnapshot, *in.InstanceSnapshotName)
	s := instance.NewSnapshot(r, i.Content(false), c.Plan(instance.SnapshotLifecycle, "create"))
	if err := c.Insert(s); err != nil {
		return nil, err
	}
	return &lightsail.CreateInstanceSnapshotOutput{Operations: bothStarted(c, r, i.Resource, s.Priv.Settled())}, nil
}

func getInstanceSnapshot(c *api.Call, _ *lightsail.GetInstanceSnapshotInput) (*lightsail.GetInstanceSnapshotOutput, error) {
	s, err := api.Show[instance.Snapshot, types.InstanceSnapshot](c)
	return &lightsail.GetInstanceSnapshotOutput{InstanceSnapshot: s}, err
}

// getInstanceSnapshots lists the snapshots of instances by name.
func getInstanceSnapshots(c *api.Call, in *lightsail.GetInstanceSnapshotsInput) (*lightsail.GetInstanceSnapshotsOutput, error) {
	list, next, err := api.List[instance.Snapshot, types.InstanceSnapshot](c, in.PageToken)
	return &lightsail.GetInstanceSnapshotsOutput{InstanceSnapshots: list, NextPageToken: next}, err
}

func deleteInstanceSnapshot(c *api.Call, _ *lightsail.DeleteInstanceSnapshotInput) (*lightsail.DeleteInstanceSnapshotOutput, error) {
	ops, err := deleteSnapshot(c)
	return &lightsail.DeleteInstanceSnapshotOutput{Operations: ops}, err
}

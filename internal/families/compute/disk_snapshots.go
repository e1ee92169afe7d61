package compute

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// createDiskSnapshot takes a snapshot of a disk, or of an instance's system disk.
func createDiskSnapshot(c *api.Call, in *lightsail.CreateDiskSnapshotInput) (*lightsail.CreateDiskSnapshotOutput, error) {
	if err := api.ExactlyOne("diskName", in.DiskName != nil, "instanceName", in.InstanceName != nil); err != nil {
		return nil, err
	}
	source, content, err := diskToSnapshot(c)
	if err != nil {
		return nil, err
	}
	r := c.New(resource.DiskSnapshot, *in.DiskSnapshotName)
	s := instance.NewDiskSnapshot(r, content, c.Plan(instance.DiskSnapshotLifecycle, "create"))
	if err := c.Insert(s); err != nil {
		return nil, err
	}
	return &lightsail.CreateDiskSnapshotOutput{Operations: bothStarted(c, r, source, s.Priv.Settled())}, nil
}

// diskToSnapshot is the resource that a snapshot is taken of, and what that will hold.
func diskToSnapshot(c *api.Call) (*resource.Resource, types.DiskSnapshot, error) {
	d, err := api.Target[instance.Disk](c)
	if err != nil {
		return nil, types.DiskSnapshot{}, err
	}
	if d == nil {
		i, err := instanceToSnapshot(c)
		if err != nil {
			return nil, types.DiskSnapshot{}, err
		}
		return i.Resource, i.SystemDiskContent(), nil
	}
	if d.State(c.Now) == types.DiskStatePending {
		return nil, types.DiskSnapshot{}, api.WrongState("create a snapshot of", "disk", types.DiskStatePending)
	}
	return d.Resource, d.Content(false), noAutoSnapshotRunning(c, d)
}

// instanceToSnapshot opens the call's instance, of which a snapshot can be taken now.
func instanceToSnapshot(c *api.Call) (*instance.Instance, error) {
	i, err := targetIn(c, "create a snapshot of", instance.Running, instance.Stopped)
	if err != nil {
		return nil, err
	}
	return i, noAutoSnapshotRunning(c, i)
}

// noAutoSnapshotRunning returns an error for a manual snapshot while an automatic one is
// being made (Lightsail user guide).
func noAutoSnapshotRunning(c *api.Call, of instance.AutoSnapshotted) error {
	taken := (*of.AutoSnapshots()).Taken(c.Now, c.Quota(quota.AutoSnapshots))
	if len(taken) > 0 && !taken[0].Ready(c.Now) {
		return api.InProgress("an automatic snapshot", string(of.Row().Kind), of.Row().Name)
	}
	return nil
}

func getDiskSnapshot(c *api.Call, _ *lightsail.GetDiskSnapshotInput) (*lightsail.GetDiskSnapshotOutput, error) {
	s, err := api.Show[instance.DiskSnapshot, types.DiskSnapshot](c)
	return &lightsail.GetDiskSnapshotOutput{DiskSnapshot: s}, err
}

// getDiskSnapshots lists the snapshots of disks by name.
func getDiskSnapshots(c *api.Call, in *lightsail.GetDiskSnapshotsInput) (*lightsail.GetDiskSnapshotsOutput, error) {
	list, next, err := api.List[instance.DiskSnapshot, types.DiskSnapshot](c, in.PageToken)
	return &lightsail.GetDiskSnapshotsOutput{DiskSnapshots: list, NextPageToken: next}, err
}

func deleteDiskSnapshot(c *api.Call, _ *lightsail.DeleteDiskSnapshotInput) (*lightsail.DeleteDiskSnapshotOutput, error) {
	ops, err := deleteSnapshot(c)
	return &lightsail.DeleteDiskSnapshotOutput{Operations: ops}, err
}

// snapshotFor opens the snapshot that the call is on, which must be complete.
func snapshotFor(c *api.Call, verb string) (instance.AnySnapshot, error) {
	return completeSnapshot(c, c.Target(), verb)
}

func completeSnapshot(c *api.Call, r *resource.Resource, verb string) (instance.AnySnapshot, error) {
	s, err := instance.OpenSnapshot(r)
	if err != nil {
		return nil, err
	}
	if private := s.Private(); c.Now.Before(private.Settled()) {
		return nil, api.WrongState(verb, "snapshot", private.State(c.Now))
	}
	return s, nil
}

// deleteSnapshot deletes the snapshot that the call is on. Resources that were made from it
// stay.
func deleteSnapshot(c *api.Call) ([]types.Operation, error) {
	s, err := snapshotFor(c, "delete")
	if err != nil {
		return nil, err
	}
	r := s.Row()
	if c.Now.Before(s.Private().BusyUntil) {
		return nil, api.InProgress("a copy or export", string(r.Kind), r.Name)
	}
	op, err := c.Delete(r)
	if err != nil {
		return nil, err
	}
	return []types.Operation{*op}, nil
}

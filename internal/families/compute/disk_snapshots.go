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
	if err := exactlyOne("diskName", in.DiskName != nil, "instanceName", in.InstanceName != nil); err != nil {
		return nil, err
	}
	tags, err := resource.MergeTags(nil, in.Tags)
	if err != nil {
		return nil, api.TagError(err)
	}
	source, content, err := diskToSnapshot(c)
	if err != nil {
		return nil, err
	}
	s := newDiskSnapshot(c, *in.DiskSnapshotName, tags, diskSnapshotTakes, content)
	if err := s.insert(c); err != nil {
		return nil, err
	}
	return &lightsail.CreateDiskSnapshotOutput{Operations: bothStarted(c, s.r, source, s.settled())}, nil
}

// diskToSnapshot is the resource that a snapshot is taken of, and what that will hold.
func diskToSnapshot(c *api.Call) (*resource.Resource, types.DiskSnapshot, error) {
	r := c.Target(resource.Disk)
	if r == nil {
		i, err := instanceToSnapshot(c)
		if err != nil {
			return nil, types.DiskSnapshot{}, err
		}
		return i.Resource, ofSystemDisk(i), nil
	}
	d, err := loadDisk(r)
	if err != nil {
		return nil, types.DiskSnapshot{}, err
	}
	if d.state(c.Now) == types.DiskStatePending {
		return nil, types.DiskSnapshot{}, api.WrongState("create a snapshot of", "disk", types.DiskStatePending)
	}
	return d.r, ofDisk(d, false), noAutoSnapshotRunning(c, d.r, d.priv.AutoSnapshot)
}

// instanceToSnapshot opens the call's instance, if a snapshot can be taken of it now.
func instanceToSnapshot(c *api.Call) (*instance.Instance, error) {
	r := c.Target(resource.Instance)
	i, err := instance.Load(r)
	if err != nil {
		return nil, err
	}
	if err := checkState(i, c.Now, "create a snapshot of", instance.Running, instance.Stopped); err != nil {
		return nil, err
	}
	return i, noAutoSnapshotRunning(c, r, i.Priv.AutoSnapshot)
}

// noAutoSnapshotRunning refuses a manual snapshot while an automatic one is being
// made (Lightsail user guide).
func noAutoSnapshotRunning(c *api.Call, r *resource.Resource, auto *resource.AutoSnapshot) error {
	taken := auto.Taken(c.Now, c.Quota(quota.AutoSnapshots))
	if len(taken) > 0 && !taken[0].Ready(c.Now) {
		return api.InProgress("an automatic snapshot", string(r.Kind), r.Name)
	}
	return nil
}

func getDiskSnapshot(c *api.Call, _ *lightsail.GetDiskSnapshotInput) (*lightsail.GetDiskSnapshotOutput, error) {
	s, err := loadSnapshot(c.Target(resource.DiskSnapshot))
	if err != nil {
		return nil, err
	}
	return &lightsail.GetDiskSnapshotOutput{DiskSnapshot: s.showDisk(c.Now)}, nil
}

// getDiskSnapshots lists the snapshots of disks by name.
func getDiskSnapshots(c *api.Call, in *lightsail.GetDiskSnapshotsInput) (*lightsail.GetDiskSnapshotsOutput, error) {
	list, next, err := listOf(c, in.PageToken, resource.DiskSnapshot, func(r *resource.Resource) (*types.DiskSnapshot, error) {
		s, err := loadSnapshot(r)
		if err != nil {
			return nil, err
		}
		return s.showDisk(c.Now), nil
	})
	return &lightsail.GetDiskSnapshotsOutput{DiskSnapshots: list, NextPageToken: next}, err
}

func deleteDiskSnapshot(c *api.Call, _ *lightsail.DeleteDiskSnapshotInput) (*lightsail.DeleteDiskSnapshotOutput, error) {
	ops, err := deleteSnapshot(c)
	return &lightsail.DeleteDiskSnapshotOutput{Operations: ops}, err
}

// deleteSnapshot deletes the snapshot that the call is on. What was made from it
// stays.
func deleteSnapshot(c *api.Call) ([]types.Operation, error) {
	s, err := loadSnapshot(c.Target())
	if err != nil {
		return nil, err
	}
	if err := s.check(c.Now, "delete"); err != nil {
		return nil, err
	}
	if c.Now.Before(s.priv.BusyUntil) {
		return nil, api.InProgress("a copy or export", string(s.r.Kind), s.r.Name)
	}
	if err := c.Tx.DeleteResource(s.r); err != nil {
		return nil, err
	}
	return []types.Operation{*c.Record(s.r)}, nil
}

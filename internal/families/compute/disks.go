package compute

import (
	"errors"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The sizes of disks, in GB (developer guide, troubleshooting disks). No version made
// larger ones.
const minDiskGB, maxDiskGB = 8, 16384

func createDisk(c *api.Call, in *lightsail.CreateDiskInput) (*lightsail.CreateDiskOutput, error) {
	d, err := insertDisk(c, diskSpec{*in.DiskName, *in.AvailabilityZone, *in.SizeInGb, in.Tags, in.AddOns})
	if err != nil {
		return nil, err
	}
	return &lightsail.CreateDiskOutput{Operations: []types.Operation{*c.Started(d.r, d.settled())}}, nil
}

// diskSpec is what a new disk is made from.
type diskSpec struct {
	name, zone string
	sizeInGB   int32
	tags       []types.Tag
	addOns     []types.AddOnRequest
}

// insertDisk checks a spec and stores the disk.
func insertDisk(c *api.Call, s diskSpec) (*disk, error) {
	if err := checkZone(c, s.zone); err != nil {
		return nil, err
	}
	if err := checkDiskSize(s.sizeInGB, minDiskGB); err != nil {
		return nil, err
	}
	tags, err := resource.MergeTags(nil, s.tags)
	if err != nil {
		return nil, api.TagError(err)
	}
	if err := checkDiskQuota(c, 1, int64(s.sizeInGB)); err != nil {
		return nil, err
	}
	d := newDisk(c, s.name, s.zone, s.sizeInGB, tags)
	if d.priv.AutoSnapshot, err = newAutoSnapshot(c, s.addOns); err != nil {
		return nil, err
	}
	return d, d.insert(c)
}

// checkDiskSize refuses a size that no disk has, or that is too small for what the disk
// is made from. AWS publishes the text for new disks (developer guide, troubleshooting
// disks).
func checkDiskSize(size, least int32) error {
	if size < least || size > maxDiskGB {
		return api.InvalidParams("The size of a block storage disk must be between %d and %d GB.", least, maxDiskGB)
	}
	return nil
}

func getDisk(c *api.Call, _ *lightsail.GetDiskInput) (*lightsail.GetDiskOutput, error) {
	d, err := loadDisk(c.Target(resource.Disk))
	if err != nil {
		return nil, err
	}
	return &lightsail.GetDiskOutput{Disk: d.show(c.Now)}, nil
}

// getDisks lists the disks by name, without instances' system disks.
func getDisks(c *api.Call, in *lightsail.GetDisksInput) (*lightsail.GetDisksOutput, error) {
	list, next, err := listOf(c, in.PageToken, resource.Disk, func(r *resource.Resource) (*types.Disk, error) {
		d, err := loadDisk(r)
		if err != nil {
			return nil, err
		}
		return d.show(c.Now), nil
	})
	return &lightsail.GetDisksOutput{Disks: list, NextPageToken: next}, err
}

// attachDisk ignores autoMounting, which is for Lightsail for Research only.
func attachDisk(c *api.Call, in *lightsail.AttachDiskInput) (*lightsail.AttachDiskOutput, error) {
	d, err := loadDisk(c.Target(resource.Disk))
	if err != nil {
		return nil, err
	}
	i, err := instance.Load(c.Target(resource.Instance))
	if err != nil {
		return nil, err
	}
	if err := checkAttach(c, d, i, *in.DiskPath); err != nil {
		return nil, err
	}
	d.attachTo(c, i, *in.DiskPath)
	if err := errors.Join(d.save(c), saveInstance(c, i)); err != nil {
		return nil, err
	}
	end := c.After(attachDiskTakes)
	return &lightsail.AttachDiskOutput{Operations: bothStarted(c, d.r, i.Resource, end)}, nil
}

// checkAttach refuses a disk and an instance that cannot come together.
func checkAttach(c *api.Call, d *disk, i *instance.Instance, path string) error {
	if d.r.Zone != i.Resource.Zone {
		return api.InvalidParams("The disk %s is in the Availability Zone %s, the instance %s in %s. They must be in the same Availability Zone.",
			d.r.Name, d.r.Zone, i.Resource.Name, i.Resource.Zone)
	}
	if err := d.check(c.Now, "attach", types.DiskStateAvailable); err != nil {
		return err
	}
	if err := checkState(i, c.Now, "attach a disk to", instance.Running, instance.Stopped); err != nil {
		return err
	}
	if err := checkPath(i, path); err != nil {
		return err
	}
	return checkAttachedQuota(c, len(i.Disks())+1)
}

// diskPath is a device's path as EC2 has it; the first disk, a, is the system's.
var diskPath = regexp.MustCompile(`\A/dev/(?:xvd|sd)([b-z])\z`)

// checkPath refuses a path that is none, or that another disk of the instance has.
// sdf and xvdf are two names of one device.
func checkPath(i *instance.Instance, path string) error {
	device := diskPath.FindStringSubmatch(path)
	if device == nil {
		return api.InvalidParams("The disk path is invalid. You must specify a valid disk path.")
	}
	for _, other := range i.Disks() {
		if taken := diskPath.FindStringSubmatch(*other.Path); taken != nil && taken[1] == device[1] {
			return api.InvalidParams("The disk path is already in use: %s", path)
		}
	}
	return nil
}

// detachDiskByName wants the instance to be stopped, as AWS does.
func detachDiskByName(c *api.Call, _ *lightsail.DetachDiskInput) (*lightsail.DetachDiskOutput, error) {
	d, err := loadDisk(c.Target(resource.Disk))
	if err != nil {
		return nil, err
	}
	if d.doc.AttachedTo == nil {
		return nil, api.WrongState("detach", "disk", d.state(c.Now))
	}
	i, err := findInstance(c, *d.doc.AttachedTo)
	if err != nil {
		return nil, err
	}
	if i.State(c.Now) != instance.Stopped {
		return nil, api.WrongState("detach", "disk", d.state(c.Now))
	}
	if d, err = detachDisk(c, i, d.r.Name); err != nil {
		return nil, err
	}
	if err := saveInstance(c, i); err != nil {
		return nil, err
	}
	return &lightsail.DetachDiskOutput{Operations: bothStarted(c, d.r, i.Resource, d.settled())}, nil
}

func deleteDisk(c *api.Call, in *lightsail.DeleteDiskInput) (*lightsail.DeleteDiskOutput, error) {
	d, err := loadDisk(c.Target(resource.Disk))
	if err != nil {
		return nil, err
	}
	if d.doc.AttachedTo != nil {
		return nil, api.StillAttached("disk", *d.doc.AttachedTo)
	}
	if err := d.check(c.Now, "delete", types.DiskStateAvailable); err != nil {
		return nil, err
	}
	if d.priv.AutoSnapshot.On() && !isSet(in.ForceDeleteAddOns) {
		return nil, errHasAddOns(d.r)
	}
	if err := c.Tx.DeleteResource(d.r); err != nil {
		return nil, err
	}
	return &lightsail.DeleteDiskOutput{Operations: []types.Operation{*c.Record(d.r)}}, nil
}

// bothStarted records one operation for two resources: each names the other.
func bothStarted(c *api.Call, a, b *resource.Resource, end time.Time) []types.Operation {
	first, second := c.Started(a, end), c.Started(b, end)
	first.OperationDetails, second.OperationDetails = &b.Name, &a.Name
	return []types.Operation{*first, *second}
}

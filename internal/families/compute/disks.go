package compute

import (
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func createDisk(c *api.Call, in *lightsail.CreateDiskInput) (*lightsail.CreateDiskOutput, error) {
	d, err := insertDisk(c, diskSpec{*in.DiskName, *in.AvailabilityZone, *in.SizeInGb, in.AddOns}, instance.MinDiskGB)
	if err != nil {
		return nil, err
	}
	return &lightsail.CreateDiskOutput{Operations: []types.Operation{*c.Started(d.Resource, d.Priv.Settled())}}, nil
}

// diskSpec is what a new disk is made from.
type diskSpec struct {
	name, zone string
	sizeInGB   int32
	addOns     []types.AddOnRequest
}

// insertDisk checks a spec and stores the disk, which has at least so many GB.
func insertDisk(c *api.Call, s diskSpec, least int32) (*instance.Disk, error) {
	if err := checkZone(c, s.zone); err != nil {
		return nil, err
	}
	if err := checkDiskSize(s.sizeInGB, least); err != nil {
		return nil, err
	}
	if err := checkDiskGB(c, int64(s.sizeInGB)); err != nil {
		return nil, err
	}
	d := newDisk(c, c.New(resource.Disk, s.name), s.zone, s.sizeInGB, "create")
	var err error
	if d.Priv.AutoSnapshot, err = newAutoSnapshot(c, s.addOns); err != nil {
		return nil, err
	}
	return d, c.Insert(d)
}

// newDisk makes a disk that becomes available after a while. It is not stored yet.
func newDisk(c *api.Call, r *resource.Resource, zone string, sizeInGB int32, event string) *instance.Disk {
	r.Zone = zone
	return instance.NewDisk(r, sizeInGB, c.Plan(instance.DiskLifecycle, event))
}

// checkDiskSize refuses a size that no disk has, or that is too small for what the disk
// is made from. AWS publishes the text for new disks (developer guide, troubleshooting
// disks).
func checkDiskSize(size, least int32) error {
	if size < least || size > instance.MaxDiskGB {
		return api.InvalidParams("The size of a block storage disk must be between %d and %d GB.", least, instance.MaxDiskGB)
	}
	return nil
}

func getDisk(c *api.Call, _ *lightsail.GetDiskInput) (*lightsail.GetDiskOutput, error) {
	d, err := api.Show[instance.Disk, types.Disk](c)
	return &lightsail.GetDiskOutput{Disk: d}, err
}

// getDisks lists the disks by name, without instances' system disks.
func getDisks(c *api.Call, in *lightsail.GetDisksInput) (*lightsail.GetDisksOutput, error) {
	list, next, err := api.List[instance.Disk, types.Disk](c, in.PageToken)
	return &lightsail.GetDisksOutput{Disks: list, NextPageToken: next}, err
}

// attachDisk ignores autoMounting, which is for Lightsail for Research only.
func attachDisk(c *api.Call, in *lightsail.AttachDiskInput) (*lightsail.AttachDiskOutput, error) {
	d, err := api.Target[instance.Disk](c)
	if err != nil {
		return nil, err
	}
	i, err := api.Target[instance.Instance](c)
	if err != nil {
		return nil, err
	}
	if err := checkAttach(c, d, i, *in.DiskPath); err != nil {
		return nil, err
	}
	d.Enter(c.Plan(instance.DiskLifecycle, "attach"))
	if err := errors.Join(c.Save(d), linkDisk(c, d, i, *in.DiskPath)); err != nil {
		return nil, err
	}
	return &lightsail.AttachDiskOutput{Operations: bothStarted(c, d.Resource, i.Resource, c.After(instance.AttachDiskTakes))}, nil
}

// linkDisk attaches a disk to an instance at a path. Both are stored.
func linkDisk(c *api.Call, d *instance.Disk, i *instance.Instance, path string) error {
	return c.Link(d, resource.AttachedDisk, i, instance.Attachment{Path: path}.Doc())
}

// checkAttach returns an error if a disk and an instance cannot come together.
func checkAttach(c *api.Call, d *instance.Disk, i *instance.Instance, path string) error {
	if d.Resource.Zone != i.Resource.Zone {
		return api.InvalidParams("The disk %s is in the Availability Zone %s, the instance %s in %s. They must be in the same Availability Zone.",
			d.Resource.Name, d.Resource.Zone, i.Resource.Name, i.Resource.Zone)
	}
	if err := checkDisk(c, d, "attach", types.DiskStateAvailable); err != nil {
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

// checkDisk returns an error if a disk is in another state than the wanted one.
func checkDisk(c *api.Call, d *instance.Disk, verb string, wanted types.DiskState) error {
	if state := d.State(c.Now); state != wanted {
		return api.WrongState(verb, "disk", state)
	}
	return nil
}

// checkPath returns an error if a path is invalid, or already in use on the instance.
func checkPath(i *instance.Instance, path string) error {
	device, ok := instance.Device(path)
	if !ok {
		return api.InvalidParams("The disk path is invalid. You must specify a valid disk path.")
	}
	if i.HasDevice(device) {
		return api.InvalidParams("The disk path is already in use: %s", path)
	}
	return nil
}

// detachDisk requires a stopped instance, as AWS does.
func detachDisk(c *api.Call, _ *lightsail.DetachDiskInput) (*lightsail.DetachDiskOutput, error) {
	d, err := api.Target[instance.Disk](c)
	if err != nil {
		return nil, err
	}
	link := d.Attached()
	i, err := api.Other[instance.Instance](c, link)
	if err != nil {
		return nil, err
	}
	if i.State(c.Now) != instance.Stopped {
		return nil, notDetachable(c, d.Resource)
	}
	d.Enter(c.Plan(instance.DiskLifecycle, "detach"))
	if err := errors.Join(c.Unlink(d.Resource, link), c.Save(d)); err != nil {
		return nil, err
	}
	return &lightsail.DetachDiskOutput{Operations: bothStarted(c, d.Resource, i.Resource, d.Priv.Settled())}, nil
}

// notDetachable is the error of a call that would detach a disk which is attached to nothing, or
// to an instance that runs.
func notDetachable(c *api.Call, r *resource.Resource) error {
	d := &instance.Disk{}
	if err := d.Open(r); err != nil {
		return err
	}
	return api.WrongState("detach", "disk", d.State(c.Now))
}

// diskBlocked is the error of a call that would delete a disk which is attached to an instance.
func diskBlocked(instance string) error { return api.StillAttached("disk", instance) }

// diskEnded detaches a disk from an instance that is deleted. It records both sides.
func diskEnded(c *api.Call, deleted *resource.Resource, link resource.Link) error {
	d, err := api.Other[instance.Disk](c, &link)
	if err != nil {
		return err
	}
	d.Enter(c.Plan(instance.DiskLifecycle, "detach"))
	for _, on := range [][2]*resource.Resource{{d.Resource, deleted}, {deleted, d.Resource}} {
		op := c.Started(on[0], d.Priv.Settled())
		op.OperationType, op.OperationDetails = types.OperationTypeDetachDisk, &on[1].Name
	}
	return c.Save(d)
}

func deleteDisk(c *api.Call, in *lightsail.DeleteDiskInput) (*lightsail.DeleteDiskOutput, error) {
	d, err := api.Target[instance.Disk](c)
	if err != nil {
		return nil, err
	}
	if err := checkDisk(c, d, "delete", types.DiskStateAvailable); err != nil {
		return nil, err
	}
	if d.Priv.AutoSnapshot.On() && !aws.ToBool(in.ForceDeleteAddOns) {
		return nil, errHasAddOns(d.Resource)
	}
	op, err := c.Delete(d.Resource)
	if err != nil {
		return nil, err
	}
	return &lightsail.DeleteDiskOutput{Operations: []types.Operation{*op}}, nil
}

// bothStarted records one operation for two resources: each names the other.
func bothStarted(c *api.Call, a, b *resource.Resource, end time.Time) []types.Operation {
	return api.EachNamesOther(c.Started(a, end), c.Started(b, end))
}

package instance

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Disk is a stored disk, opened. Its attachment changes at once; its state follows the
// clock: a disk that is being detached is in use for a while.
type Disk struct {
	resource.Record[types.Disk, DiskPriv, *types.Disk]
}

// DiskPriv is what Lanyard knows of a disk and the API never shows.
type DiskPriv struct {
	resource.Planned
	// AutoSnapshot is the disk's automatic snapshots, when they were ever on.
	AutoSnapshot *AutoSnapshot `json:"autoSnapshot,omitempty"`
}

// NewDisk returns a disk that is attached to nothing and not stored yet.
func NewDisk(r *resource.Resource, sizeInGB int32, plan resource.Plan) *Disk {
	d := &Disk{}
	d.Resource, d.Priv.Plan = r, plan
	iops := catalogue.DiskIOPS(sizeInGB)
	d.Doc = types.Disk{
		SizeInGb: &sizeInGB, Iops: &iops,
		IsAttached: new(false), AttachmentState: new("detached"), IsSystemDisk: new(false), //nolint:staticcheck // clients still read attachmentState
	}
	d.Fill(d.SupportSuffix()) // instances show it, too
	return d
}

// Kind is resource.Disk.
func (*Disk) Kind() resource.Kind { return resource.Disk }

// SupportSuffix is the id of the EBS volume.
func (d *Disk) SupportSuffix() string { return "vol-" + ec2ID(d.Resource.ID) }

// Pack writes the documents into the row, without what Show adds.
func (d *Disk) Pack() error {
	doc := d.Doc
	doc.State, doc.AddOns, doc.Tags = "", nil, nil
	return d.PackDoc(doc)
}

// Show is the disk as the API shows it at a moment.
func (d *Disk) Show(now time.Time) *types.Disk {
	doc := d.Doc
	doc.State, doc.AddOns, doc.Tags = d.State(now), d.Priv.AutoSnapshot.AddOns(now), d.Resource.Tags
	return &doc
}

// State is the disk's state at a moment.
func (d *Disk) State(now time.Time) types.DiskState {
	return types.DiskState(d.Resource.Status(d.Priv.Plan, now).State)
}

// AutoSnapshots is the setting of automatic snapshots; it may be changed.
func (d *Disk) AutoSnapshots() **AutoSnapshot { return &d.Priv.AutoSnapshot }

// AttachedDisks are what an automatic snapshot holds besides the disk: nothing.
func (*Disk) AttachedDisks() []types.AttachedDisk { return []types.AttachedDisk{} }

// AttachTo attaches a disk to an instance at a path. It stores neither.
func (d *Disk) AttachTo(i *Instance, path string, plan resource.Plan) {
	d.Doc.AttachedTo, d.Doc.Path = new(i.Resource.Name), &path
	d.Doc.IsAttached, d.Doc.AttachmentState = new(true), new("attached") //nolint:staticcheck // clients still read attachmentState
	d.enter(plan)
	attachment := d.Doc
	attachment.State = types.DiskStateInUse
	i.Doc.Hardware.Disks = append(slices.Clip(i.Doc.Hardware.Disks), attachment)
}

// DetachFrom detaches a disk from its instance. It stores neither.
func (d *Disk) DetachFrom(i *Instance, plan resource.Plan) {
	d.Doc.AttachedTo, d.Doc.Path = nil, nil
	d.Doc.IsAttached, d.Doc.AttachmentState = new(false), new("detached") //nolint:staticcheck // clients still read attachmentState
	d.enter(plan)
	i.Doc.Hardware.Disks = slices.DeleteFunc(slices.Clone(i.Doc.Hardware.Disks), func(a types.Disk) bool {
		return a.Name != nil && *a.Name == d.Resource.Name
	})
}

// enter gives the disk another plan.
func (d *Disk) enter(plan resource.Plan) {
	d.Priv.Plan = plan
	d.Resource.Begin()
}

// ec2ID makes the 17 hexadecimal digits of an EC2 id, always the same for one name.
func ec2ID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "0" + hex.EncodeToString(sum[:8])
}

package compute

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// How long AWS takes for what is done to disks.
const (
	makeDiskTakes   = 5 * time.Second
	attachDiskTakes = 5 * time.Second
	detachDiskTakes = 5 * time.Second
)

// disk is a stored disk, opened. Its attachment changes at once; its state follows the
// clock: a disk that is being detached is in use for a while.
type disk struct {
	r *resource.Resource
	// doc is what the API shows, but for state, add-ons and tags.
	doc  types.Disk
	priv diskPriv
}

// diskPriv is what Lanyard knows of a disk and the API never shows.
type diskPriv struct {
	// Plan is the disk's state over time.
	Plan resource.Plan `json:"plan"`
	// AutoSnapshot is the disk's automatic snapshots, when they were ever on.
	AutoSnapshot *resource.AutoSnapshot `json:"autoSnapshot,omitempty"`
}

func loadDisk(r *resource.Resource) (*disk, error) {
	d := &disk{r: r}
	return d, r.Unpack(&d.doc, &d.priv)
}

// findDisk opens a disk that the call does not declare to be on.
func findDisk(c *api.Call, name string) (*disk, error) {
	r, err := c.Find(resource.Disk, name)
	if err != nil {
		return nil, err
	}
	return loadDisk(r)
}

// newDisk makes a disk that becomes available after a while. It is not stored yet.
func newDisk(c *api.Call, name, zone string, sizeInGB int32, tags []types.Tag) *disk {
	r := c.NewResource(resource.Disk, name)
	r.Zone, r.Tags = zone, tags
	arn, code := r.ARN(), r.SupportCode("vol-"+ec2ID(r.ID))
	iops := catalogue.DiskIOPS(sizeInGB)
	return &disk{
		r: r,
		doc: types.Disk{
			Arn: &arn, CreatedAt: &r.CreatedAt, Location: r.Location(), Name: &r.Name, ResourceType: types.ResourceTypeDisk, SupportCode: &code,
			SizeInGb: &sizeInGB, Iops: &iops,
			IsAttached: new(false), AttachmentState: new("detached"), IsSystemDisk: new(false), //nolint:staticcheck // clients still read attachmentState
		},
		priv: diskPriv{Plan: resource.Plan{
			{At: c.Now, State: string(types.DiskStatePending)}, {At: c.After(makeDiskTakes), State: string(types.DiskStateAvailable)},
		}},
	}
}

// insert stores a new disk.
func (d *disk) insert(c *api.Call) error {
	if err := d.pack(); err != nil {
		return err
	}
	return c.Tx.InsertResource(d.r)
}

// save stores what was changed in a disk.
func (d *disk) save(c *api.Call) error {
	if err := d.pack(); err != nil {
		return err
	}
	return c.Tx.UpdateResource(d.r)
}

func (d *disk) pack() error {
	doc := d.doc
	doc.State, doc.AddOns, doc.Tags = "", nil, nil
	return d.r.Pack(&doc, d.priv)
}

// show is the disk as the API shows it at a moment.
func (d *disk) show(now time.Time) *types.Disk {
	doc := d.doc
	doc.State, doc.AddOns, doc.Tags = d.state(now), d.priv.AutoSnapshot.AddOns(now), d.r.Tags
	return &doc
}

func (d *disk) state(now time.Time) types.DiskState {
	return types.DiskState(d.priv.Plan.At(now).State)
}

// settled is when the disk is in the last of its states: what was begun is done then.
func (d *disk) settled() time.Time { return d.priv.Plan.End() }

// check refuses what a disk is in no state for.
func (d *disk) check(now time.Time, verb string, wanted types.DiskState) error {
	if state := d.state(now); state != wanted {
		return api.WrongState(verb, "disk", state)
	}
	return nil
}

// attachTo attaches a disk to an instance. It stores neither.
func (d *disk) attachTo(c *api.Call, i *instance.Instance, path string) {
	attachedTo := i.Resource.Name
	d.doc.AttachedTo, d.doc.Path = &attachedTo, &path
	d.doc.IsAttached, d.doc.AttachmentState = new(true), new("attached") //nolint:staticcheck // clients still read attachmentState
	d.priv.Plan = resource.Plan{{At: c.Now, State: string(types.DiskStateInUse)}}
	i.Doc.Hardware.Disks = append(slices.Clip(i.Doc.Hardware.Disks), d.attachment())
}

// attachment is the disk as the instance shows it.
func (d *disk) attachment() types.Disk {
	doc := d.doc
	doc.State = types.DiskStateInUse
	return doc
}

// detachDisk detaches a disk from an instance. It stores the disk, but not the
// instance.
func detachDisk(c *api.Call, i *instance.Instance, name string) (*disk, error) {
	d, err := findDisk(c, name)
	if err != nil {
		return nil, err
	}
	d.doc.AttachedTo, d.doc.Path = nil, nil
	d.doc.IsAttached, d.doc.AttachmentState = new(false), new("detached") //nolint:staticcheck // clients still read attachmentState
	d.priv.Plan = resource.Plan{
		{At: c.Now, State: string(types.DiskStateInUse)}, {At: c.After(detachDiskTakes), State: string(types.DiskStateAvailable)},
	}
	i.Doc.Hardware.Disks = slices.DeleteFunc(slices.Clone(i.Doc.Hardware.Disks), func(a types.Disk) bool {
		return a.Name != nil && *a.Name == name
	})
	return d, d.save(c)
}

// ec2ID makes the 17 hexadecimal digits of an EC2 id, always the same for one name.
func ec2ID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "0" + hex.EncodeToString(sum[:8])
}

// findInstance opens an instance that the call does not declare to be on.
func findInstance(c *api.Call, name string) (*instance.Instance, error) {
	r, err := c.Find(resource.Instance, name)
	if err != nil {
		return nil, err
	}
	return instance.Load(r)
}

// saveInstance stores what was changed in an instance.
func saveInstance(c *api.Call, i *instance.Instance) error {
	if err := i.Save(); err != nil {
		return err
	}
	return c.Tx.UpdateResource(i.Resource)
}

package instance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
		SizeInGb: &sizeInGB, Iops: &iops, IsSystemDisk: new(false),
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
	doc.AttachedTo, doc.Path, doc.IsAttached, doc.AttachmentState = nil, nil, nil, nil //nolint:staticcheck // Show sets attachmentState
	return d.PackDoc(doc)
}

// Show is the disk as the API shows it at a moment.
func (d *Disk) Show(now time.Time) *types.Disk {
	doc := d.Doc
	doc.State, doc.AddOns, doc.Tags = d.State(now), d.Priv.AutoSnapshot.AddOns(now), d.Resource.Tags
	doc.IsAttached, doc.AttachmentState = new(false), new("detached") //nolint:staticcheck // clients still read attachmentState
	if link := d.Attached(); link != nil {
		showAttachment(&doc, link.Other.Name, attachmentOf(link))
	}
	return &doc
}

// Attached is the link to the instance that the disk is attached to; nil if there is none.
func (d *Disk) Attached() *resource.Link { return d.Resource.Linked(resource.AttachedDisk) }

// State is the disk's state at a moment.
func (d *Disk) State(now time.Time) types.DiskState {
	return types.DiskState(d.Resource.Status(d.Priv.Plan, now).State)
}

// AutoSnapshots is the setting of automatic snapshots; it may be changed.
func (d *Disk) AutoSnapshots() **AutoSnapshot { return &d.Priv.AutoSnapshot }

// AttachedDisks are what an automatic snapshot holds besides the disk: nothing.
func (*Disk) AttachedDisks() []types.AttachedDisk { return []types.AttachedDisk{} }

// Attachment is what belongs to the link between a disk and an instance.
type Attachment struct {
	// Path is the disk's device in the instance.
	Path string `json:"path"`
}

// Doc is the attachment as links have it.
func (a Attachment) Doc() []byte {
	doc, _ := json.Marshal(a) // a text cannot fail
	return doc
}

// attachmentOf reads the attachment of a link. One that cannot be read has no path.
func attachmentOf(link *resource.Link) (a Attachment) {
	_ = json.Unmarshal(link.Doc, &a)
	return a
}

// showAttachment shows in a disk's document to which instance it is attached.
func showAttachment(doc *types.Disk, to string, a Attachment) {
	doc.AttachedTo, doc.Path = &to, &a.Path
	doc.IsAttached, doc.AttachmentState = new(true), new("attached") //nolint:staticcheck // clients still read attachmentState
}

// Enter gives the disk another plan, when it is attached or detached.
func (d *Disk) Enter(plan resource.Plan) {
	d.Priv.Plan = plan
	d.Resource.Begin()
}

// ec2ID makes the 17 hexadecimal digits of an EC2 id, always the same for one name.
func ec2ID(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "0" + hex.EncodeToString(sum[:8])
}

package compute

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// How long AWS takes for what is done to snapshots.
const (
	diskSnapshotTakes     = 60 * time.Second
	instanceSnapshotTakes = 120 * time.Second
	copySnapshotTakes     = 180 * time.Second
	exportSnapshotTakes   = 300 * time.Second
)

// snapshot is a stored snapshot of a disk or an instance, opened: one of disk and
// instance is set, which is what the API shows but for state, progress and tags.
type snapshot struct {
	r        *resource.Resource
	disk     *types.DiskSnapshot
	instance *types.InstanceSnapshot
	priv     snapshotPriv
}

// snapshotPriv is what Lanyard knows of a snapshot and the API never shows.
type snapshotPriv struct {
	// Plan is the snapshot's state over time.
	Plan resource.Plan `json:"plan"`
	// BusyUntil is when the last copy or export of it is done.
	BusyUntil time.Time `json:"busyUntil,omitzero"`
}

func loadSnapshot(r *resource.Resource) (*snapshot, error) {
	s := &snapshot{r: r}
	if r.Kind == resource.DiskSnapshot {
		s.disk = &types.DiskSnapshot{}
	} else {
		s.instance = &types.InstanceSnapshot{}
	}
	return s, r.Unpack(s.doc(), &s.priv)
}

func (s *snapshot) doc() smithy.Serializable {
	if s.disk != nil {
		return s.disk
	}
	return s.instance
}

// newDiskSnapshot makes a snapshot of a disk, also of an instance's system disk. It
// is not stored yet.
func newDiskSnapshot(c *api.Call, name string, tags []types.Tag, takes time.Duration, content types.DiskSnapshot) *snapshot {
	r := c.NewResource(resource.DiskSnapshot, name)
	r.Tags = tags
	arn, code := r.ARN(), r.SupportCode("snap-"+ec2ID(r.ID))
	content.Arn, content.CreatedAt, content.Location, content.Name = &arn, &r.CreatedAt, r.Location(), &r.Name
	content.ResourceType, content.SupportCode = types.ResourceTypeDiskSnapshot, &code
	return &snapshot{r: r, disk: &content, priv: snapshotPriv{Plan: pendingThen(c, takes, string(types.DiskSnapshotStateCompleted))}}
}

// newInstanceSnapshot makes a snapshot of an instance. It is not stored yet.
func newInstanceSnapshot(c *api.Call, name string, tags []types.Tag, takes time.Duration, content types.InstanceSnapshot) *snapshot {
	r := c.NewResource(resource.InstanceSnapshot, name)
	r.Tags = tags
	arn, code := r.ARN(), r.SupportCode("ami-"+ec2ID(r.ID))
	content.Arn, content.CreatedAt, content.Location, content.Name = &arn, &r.CreatedAt, r.Location(), &r.Name
	content.ResourceType, content.SupportCode = types.ResourceTypeInstanceSnapshot, &code
	return &snapshot{r: r, instance: &content, priv: snapshotPriv{Plan: pendingThen(c, takes, string(types.InstanceSnapshotStateAvailable))}}
}

// pendingThen is the plan of a snapshot that is made now.
func pendingThen(c *api.Call, takes time.Duration, state string) resource.Plan {
	return resource.Plan{{At: c.Now, State: "pending"}, {At: c.After(takes), State: state}}
}

// ofDisk is what a snapshot of a disk holds.
func ofDisk(d *disk, auto bool) types.DiskSnapshot {
	return types.DiskSnapshot{FromDiskArn: d.doc.Arn, FromDiskName: d.doc.Name, SizeInGb: d.doc.SizeInGb, IsFromAutoSnapshot: &auto}
}

// ofSystemDisk is what a snapshot of an instance's system disk holds.
func ofSystemDisk(i *instance.Instance) types.DiskSnapshot {
	size := systemGB(i)
	return types.DiskSnapshot{FromInstanceArn: i.Doc.Arn, FromInstanceName: i.Doc.Name, SizeInGb: &size, IsFromAutoSnapshot: new(false)}
}

// ofInstance is what a snapshot of an instance with its disks holds.
func ofInstance(i *instance.Instance, auto bool) types.InstanceSnapshot {
	attached, size := i.Disks(), systemGB(i)
	for k := range attached {
		size += *attached[k].SizeInGb
		attached[k].State = ""
	}
	return types.InstanceSnapshot{
		FromAttachedDisks: append([]types.Disk{}, attached...), FromBlueprintId: i.Doc.BlueprintId, FromBundleId: i.Doc.BundleId,
		FromInstanceArn: i.Doc.Arn, FromInstanceName: i.Doc.Name, IsFromAutoSnapshot: &auto, SizeInGb: &size,
	}
}

// systemGB is the size of an instance's system disk.
func systemGB(i *instance.Instance) int32 {
	for _, d := range i.Doc.Hardware.Disks {
		if *d.IsSystemDisk {
			return *d.SizeInGb
		}
	}
	return 0
}

// insert stores a new snapshot.
func (s *snapshot) insert(c *api.Call) error {
	if err := s.r.Pack(s.doc(), s.priv); err != nil {
		return err
	}
	return c.Tx.InsertResource(s.r)
}

// keep remembers that a snapshot is read until a moment, and stores that: it cannot
// be deleted before.
func (s *snapshot) keep(c *api.Call, until time.Time) error {
	if until.After(s.priv.BusyUntil) {
		s.priv.BusyUntil = until
	}
	if err := s.r.Pack(s.doc(), s.priv); err != nil {
		return err
	}
	return c.Tx.UpdateResource(s.r)
}

func (s *snapshot) state(now time.Time) string { return s.priv.Plan.At(now).State }

// settled is when the snapshot is complete.
func (s *snapshot) settled() time.Time { return s.priv.Plan.End() }

// check refuses what cannot be done to a snapshot that is not complete.
func (s *snapshot) check(now time.Time, verb string) error {
	if now.Before(s.settled()) {
		return api.WrongState(verb, "snapshot", s.state(now))
	}
	return nil
}

// showDisk is the snapshot of a disk as the API shows it at a moment.
func (s *snapshot) showDisk(now time.Time) *types.DiskSnapshot {
	shown, progress := *s.disk, s.progress(now)
	shown.State, shown.Progress, shown.Tags = types.DiskSnapshotState(s.state(now)), &progress, s.r.Tags
	return &shown
}

// showInstance is the snapshot of an instance as the API shows it at a moment. It has
// no progress (AWS API reference).
func (s *snapshot) showInstance(now time.Time) *types.InstanceSnapshot {
	shown := *s.instance
	shown.State, shown.Tags = types.InstanceSnapshotState(s.state(now)), s.r.Tags
	return &shown
}

// progress is how much of a snapshot is done; nothing, where the clock was put back
// to a time before it was begun.
func (s *snapshot) progress(now time.Time) string {
	begun, done := s.priv.Plan[0].At, s.settled()
	switch {
	case !now.Before(done):
		return "100%"
	case now.Before(begun):
		return "0%"
	}
	return fmt.Sprintf("%d%%", 100*now.Sub(begun)/done.Sub(begun))
}

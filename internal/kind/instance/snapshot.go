package instance

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// SnapshotPriv is what Lanyard knows of a snapshot and the API never shows.
type SnapshotPriv struct {
	resource.Planned
	// BusyUntil is when the last copy or export of it is done.
	BusyUntil time.Time `json:"busyUntil,omitzero"`
}

// Busy notes that a snapshot is read until a moment: it cannot be deleted before.
func (p *SnapshotPriv) Busy(until time.Time) {
	if until.After(p.BusyUntil) {
		p.BusyUntil = until
	}
}

// snapshotRecord is what snapshots of disks and of instances have in common.
type snapshotRecord[Doc any, P resource.Document[Doc]] struct {
	resource.Record[Doc, SnapshotPriv, P]
}

// Private is what the API never shows.
func (s *snapshotRecord[Doc, P]) Private() *SnapshotPriv { return &s.Priv }

// AnySnapshot is a snapshot of a disk or of an instance.
type AnySnapshot interface {
	resource.Opened
	Open(*resource.Resource) error
	Empty() smithy.Serializable
	Private() *SnapshotPriv
	// ExportSource describes the snapshot in the record of its export, ExportedID is what
	// is made on EC2 by that.
	ExportSource() *types.ExportSnapshotRecordSourceInfo
	ExportedID(recordID string) string
	// Copy is a copy of the snapshot that is not stored yet; plan makes the copy's plan.
	Copy(r *resource.Resource, plan func(resource.Lifecycle) resource.Plan) AnySnapshot
}

// DiskSnapshot is a stored snapshot of a disk, or of an instance's system disk, opened.
type DiskSnapshot struct {
	snapshotRecord[types.DiskSnapshot, *types.DiskSnapshot]
}

// Snapshot is a stored snapshot of an instance with its disks, opened.
type Snapshot struct {
	snapshotRecord[types.InstanceSnapshot, *types.InstanceSnapshot]
}

// snapshots are the kinds of snapshots.
var snapshots = map[resource.Kind]func() AnySnapshot{
	resource.DiskSnapshot:     func() AnySnapshot { return &DiskSnapshot{} },
	resource.InstanceSnapshot: func() AnySnapshot { return &Snapshot{} },
}

// OpenSnapshot opens a snapshot of either kind.
func OpenSnapshot(r *resource.Resource) (AnySnapshot, error) {
	s := snapshots[r.Kind]()
	return s, s.Open(r)
}

// NewDiskSnapshot returns a snapshot of a disk that is not stored yet.
func NewDiskSnapshot(r *resource.Resource, content types.DiskSnapshot, plan resource.Plan) *DiskSnapshot {
	s := &DiskSnapshot{}
	s.Resource, s.Doc, s.Priv.Plan = r, content, plan
	s.Doc.SupportCode = nil // a copy has its own
	return s
}

// NewSnapshot returns a snapshot of an instance that is not stored yet.
func NewSnapshot(r *resource.Resource, content types.InstanceSnapshot, plan resource.Plan) *Snapshot {
	s := &Snapshot{}
	s.Resource, s.Doc, s.Priv.Plan = r, content, plan
	s.Doc.SupportCode = nil // a copy has its own
	return s
}

// Kind is resource.DiskSnapshot.
func (*DiskSnapshot) Kind() resource.Kind { return resource.DiskSnapshot }

// Kind is resource.InstanceSnapshot.
func (*Snapshot) Kind() resource.Kind { return resource.InstanceSnapshot }

// SupportSuffix is the id of the EBS snapshot.
func (s *DiskSnapshot) SupportSuffix() string { return "snap-" + ec2ID(s.Resource.ID) }

// SupportSuffix is the id of the image on EC2.
func (s *Snapshot) SupportSuffix() string { return "ami-" + ec2ID(s.Resource.ID) }

// ExportedID is the id of the EBS snapshot that an export makes.
func (*DiskSnapshot) ExportedID(recordID string) string { return "snap-" + ec2ID(recordID) }

// ExportedID is the id of the image that an export makes.
func (*Snapshot) ExportedID(recordID string) string { return "ami-" + ec2ID(recordID) }

// Show is the snapshot of a disk as the API shows it at a moment.
func (s *DiskSnapshot) Show(now time.Time) *types.DiskSnapshot {
	shown, progress := s.Doc, s.progress(now)
	shown.State, shown.Progress, shown.Tags = types.DiskSnapshotState(s.Priv.State(now)), &progress, s.Resource.Tags
	return &shown
}

// Show is the snapshot of an instance as the API shows it at a moment. It has no progress
// (AWS API reference).
func (s *Snapshot) Show(now time.Time) *types.InstanceSnapshot {
	shown := s.Doc
	shown.State, shown.Tags = types.InstanceSnapshotState(s.Priv.State(now)), s.Resource.Tags
	return &shown
}

// progress is how much of a snapshot is done; nothing if the clock was put back to a time
// before it was begun.
func (s *DiskSnapshot) progress(now time.Time) string {
	begun, done := s.Priv.Plan[0].At, s.Priv.Settled()
	switch {
	case !now.Before(done):
		return "100%"
	case now.Before(begun):
		return "0%"
	}
	return fmt.Sprintf("%d%%", 100*now.Sub(begun)/done.Sub(begun))
}

// Copy is a copy of the snapshot that is not stored yet.
func (s *DiskSnapshot) Copy(r *resource.Resource, plan func(resource.Lifecycle) resource.Plan) AnySnapshot {
	return NewDiskSnapshot(r, s.Doc, plan(DiskSnapshotLifecycle))
}

// Copy is a copy of the snapshot that is not stored yet.
func (s *Snapshot) Copy(r *resource.Resource, plan func(resource.Lifecycle) resource.Plan) AnySnapshot {
	return NewSnapshot(r, s.Doc, plan(SnapshotLifecycle))
}

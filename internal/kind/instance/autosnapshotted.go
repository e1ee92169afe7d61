package instance

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// AutoSnapshotted is a record of a kind that has automatic snapshots.
type AutoSnapshotted interface {
	resource.Opened
	Open(*resource.Resource) error
	// CanAutoSnapshot reports whether automatic snapshots can be switched on.
	CanAutoSnapshot() bool
	// AutoSnapshots is the setting; it may be changed. It is nil if there never was one.
	AutoSnapshots() **AutoSnapshot
	// AttachedDisks are what a snapshot holds besides the resource itself: the disks that
	// are attached at present.
	AttachedDisks() []types.AttachedDisk
	// Keep makes a manual snapshot of an automatic one. It is not stored yet.
	Keep(named func(resource.Kind) *resource.Resource, plan func(resource.Lifecycle) resource.Plan) AnySnapshot
}

// autoSnapshotted are the kinds that have automatic snapshots.
var autoSnapshotted = map[resource.Kind]func() AutoSnapshotted{
	resource.Instance: func() AutoSnapshotted { return &Instance{} },
	resource.Disk:     func() AutoSnapshotted { return &Disk{} },
}

// OpenAutoSnapshotted opens an instance or a disk.
func OpenAutoSnapshotted(r *resource.Resource) (AutoSnapshotted, error) {
	record := autoSnapshotted[r.Kind]()
	return record, record.Open(r)
}

// CanAutoSnapshot is true of all disks.
func (*Disk) CanAutoSnapshot() bool { return true }

// CanAutoSnapshot is false for Windows (Lightsail user guide).
func (i *Instance) CanAutoSnapshot() bool { return !i.Windows() }

// Keep makes a manual snapshot of an automatic one.
func (d *Disk) Keep(named func(resource.Kind) *resource.Resource, plan func(resource.Lifecycle) resource.Plan) AnySnapshot {
	return NewDiskSnapshot(named(resource.DiskSnapshot), d.Content(true), plan(DiskSnapshotLifecycle))
}

// Keep makes a manual snapshot of an automatic one.
func (i *Instance) Keep(named func(resource.Kind) *resource.Resource, plan func(resource.Lifecycle) resource.Plan) AnySnapshot {
	return NewSnapshot(named(resource.InstanceSnapshot), i.Content(true), plan(SnapshotLifecycle))
}

package instance

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
)

// Content is what a snapshot of a disk holds.
func (d *Disk) Content(auto bool) types.DiskSnapshot {
	return types.DiskSnapshot{FromDiskArn: d.Doc.Arn, FromDiskName: d.Doc.Name, SizeInGb: d.Doc.SizeInGb, IsFromAutoSnapshot: &auto}
}

// SystemDiskContent is what a snapshot of an instance's system disk holds.
func (i *Instance) SystemDiskContent() types.DiskSnapshot {
	size := i.systemGB()
	return types.DiskSnapshot{FromInstanceArn: i.Doc.Arn, FromInstanceName: i.Doc.Name, SizeInGb: &size, IsFromAutoSnapshot: new(false)}
}

// Content is what a snapshot of an instance with its disks holds.
func (i *Instance) Content(auto bool) types.InstanceSnapshot {
	attached, size := i.Disks(), i.systemGB()
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
func (i *Instance) systemGB() int32 {
	for _, d := range i.Doc.Hardware.Disks {
		if *d.IsSystemDisk {
			return *d.SizeInGb
		}
	}
	return 0
}

// ExportSource describes the snapshot in the record of its export.
func (s *DiskSnapshot) ExportSource() *types.ExportSnapshotRecordSourceInfo {
	info := &types.ExportSnapshotRecordSourceInfo{
		Arn: s.Doc.Arn, CreatedAt: s.Doc.CreatedAt, Name: s.Doc.Name, ResourceType: types.ExportSnapshotRecordSourceTypeDiskSnapshot,
		DiskSnapshotInfo: &types.DiskSnapshotInfo{SizeInGb: s.Doc.SizeInGb},
		FromResourceArn:  s.Doc.FromDiskArn, FromResourceName: s.Doc.FromDiskName,
	}
	if s.Doc.FromDiskArn == nil {
		info.FromResourceArn, info.FromResourceName = s.Doc.FromInstanceArn, s.Doc.FromInstanceName
	}
	return info
}

// ExportSource describes the snapshot in the record of its export.
func (s *Snapshot) ExportSource() *types.ExportSnapshotRecordSourceInfo {
	return &types.ExportSnapshotRecordSourceInfo{
		Arn: s.Doc.Arn, CreatedAt: s.Doc.CreatedAt, Name: s.Doc.Name, ResourceType: types.ExportSnapshotRecordSourceTypeInstanceSnapshot,
		FromResourceArn: s.Doc.FromInstanceArn, FromResourceName: s.Doc.FromInstanceName,
		InstanceSnapshotInfo: &types.InstanceSnapshotInfo{
			FromBlueprintId: s.Doc.FromBlueprintId, FromBundleId: s.Doc.FromBundleId, FromDiskInfo: s.exportedDisks(),
		},
	}
}

// exportedDisks are the disks in an instance's snapshot, the system's first: it has
// no name and its blueprint's path (observed in AWS CLI output).
func (s *Snapshot) exportedDisks() []types.DiskInfo {
	size := *s.Doc.SizeInGb
	list := []types.DiskInfo{{IsSystemDisk: new(true), SizeInGb: &size}}
	if blueprint, known := catalogue.LookupBlueprint(string(s.Doc.Location.RegionName), *s.Doc.FromBlueprintId); known {
		list[0].Path = &blueprint.SystemDisk
	}
	for _, d := range s.Doc.FromAttachedDisks {
		size -= *d.SizeInGb
		list = append(list, types.DiskInfo{IsSystemDisk: new(false), Name: d.Name, Path: d.Path, SizeInGb: d.SizeInGb})
	}
	return list
}

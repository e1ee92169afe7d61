package instance

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func checkDisk(r *resource.Resource) (resource.Claims, error) {
	d := &Disk{}
	if err := d.Open(r); err != nil {
		return resource.Claims{}, err
	}
	a := checker{}
	doc, claims := &d.Doc, resource.Claims{}
	a.Envelope(d, d.SupportSuffix())
	a.Zonal(r)
	a.Size("sizeInGb", doc.SizeInGb, MinDiskGB, MaxDiskGB)
	a.Want(doc.Iops != nil && *doc.Iops > 0 && doc.IsSystemDisk != nil && !*doc.IsSystemDisk, "doc: not a whole disk")
	a.Want(d.Priv.AutoSnapshot.Check() == nil, "priv: autoSnapshot: %w", d.Priv.AutoSnapshot.Check())
	a.Plan(d.Priv.Plan, string(types.DiskStatePending), string(types.DiskStateAvailable), string(types.DiskStateInUse))
	switch last := d.State(d.Priv.Settled()); last {
	case types.DiskStateInUse:
		claims.Links = []resource.Role{resource.AttachedDisk}
	default:
		a.Want(last == types.DiskStateAvailable, "priv: the plan of the disk ends neither in the state %s nor in %s",
			types.DiskStateAvailable, types.DiskStateInUse)
	}
	return claims, a.Repack(d)
}

func checkDiskSnapshot(r *resource.Resource) (claims resource.Claims, err error) {
	s := &DiskSnapshot{}
	if err := s.Open(r); err != nil {
		return claims, err
	}
	a, doc := checker{}, &s.Doc
	a.Envelope(s, s.SupportSuffix())
	a.snapshot(r, &s.Priv, types.DiskSnapshotStateCompleted)
	a.Size("sizeInGb", doc.SizeInGb, 1, maxSystemGB)
	a.Want(doc.IsFromAutoSnapshot != nil, "doc: isFromAutoSnapshot is missing")
	if doc.FromDiskArn != nil {
		a.Name("fromDiskName", doc.FromDiskName)
		a.ARN(r, "fromDiskArn", doc.FromDiskArn, resource.Disk)
		a.Want(doc.FromInstanceArn == nil && doc.FromInstanceName == nil, "doc: a snapshot of a disk and of an instance")
		return claims, a.Repack(s)
	}
	a.Name("fromInstanceName", doc.FromInstanceName)
	a.ARN(r, "fromInstanceArn", doc.FromInstanceArn, resource.Instance)
	a.Want(doc.FromDiskName == nil, "doc: a snapshot of an instance and of a disk")
	return claims, a.Repack(s)
}

// snapshot checks what snapshots of both kinds have.
func (a *checker) snapshot(r *resource.Resource, priv *SnapshotPriv, last types.DiskSnapshotState) {
	a.Everywhere(r)
	a.Transition(priv.Plan, string(types.DiskSnapshotStatePending), string(last))
	a.Moment("busyUntil", priv.BusyUntil)
}

func checkSnapshot(r *resource.Resource) (claims resource.Claims, err error) {
	s := &Snapshot{}
	if err := s.Open(r); err != nil {
		return claims, err
	}
	a, doc := checker{}, &s.Doc
	a.Envelope(s, s.SupportSuffix())
	a.snapshot(r, &s.Priv, types.DiskSnapshotState(types.InstanceSnapshotStateAvailable))
	a.Size("sizeInGb", doc.SizeInGb, 1, maxSystemGB)
	a.Want(doc.IsFromAutoSnapshot != nil, "doc: isFromAutoSnapshot is missing")
	a.Name("fromInstanceName", doc.FromInstanceName)
	a.ARN(r, "fromInstanceArn", doc.FromInstanceArn, resource.Instance)
	a.from(r, doc.FromBlueprintId, doc.FromBundleId)
	a.snapshotDisks(doc)
	return claims, a.Repack(s)
}

// snapshotDisks checks the attached disks in a snapshot of an instance.
func (a *checker) snapshotDisks(doc *types.InstanceSnapshot) {
	left, paths := int64(aws.ToInt32(doc.SizeInGb)), map[string]bool{}
	for _, d := range doc.FromAttachedDisks {
		a.Name("the name of an attached disk", d.Name)
		a.Size("sizeInGb of an attached disk", d.SizeInGb, MinDiskGB, MaxDiskGB)
		device, ok := Device(aws.ToString(d.Path))
		a.Want(ok && !paths[device], "doc: the path of an attached disk is not valid, or two disks have it")
		a.Want(d.IsSystemDisk != nil && !*d.IsSystemDisk, "doc: an attached disk is the system disk")
		if a.Err == nil {
			paths[device] = true
			left -= int64(*d.SizeInGb)
		}
	}
	a.Want(left > 0, "doc: sizeInGb leaves no system disk")
}

// from wants the products that an instance was made of.
func (a *checker) from(r *resource.Resource, blueprint, bundle *string) {
	_, known := catalogue.LookupBlueprint(r.Region, aws.ToString(blueprint))
	a.Want(known, "doc: unknown blueprint %q", audit.Shorten(aws.ToString(blueprint)))
	_, known = catalogue.FindBundle(aws.ToString(bundle))
	a.Want(known, "doc: unknown bundle %q", audit.Shorten(aws.ToString(bundle)))
}

// record checks what the records of exports and stacks have. AWS names them.
func (a *checker) record(r *resource.Resource, priv *RecordPriv, exported string) {
	a.Everywhere(r)
	a.Want(r.Name == string(r.Kind)+"-"+r.ID, "the name of a record is its kind and its id")
	a.Transition(priv.Plan, string(types.RecordStateStarted), string(types.RecordStateSucceeded))
	a.Want(priv.ExportedID == exported, "priv: exportedId is not that of the record")
	a.Moment("busyUntil", priv.BusyUntil)
}

func checkExport(r *resource.Resource) (claims resource.Claims, err error) {
	e := &Export{}
	if err := e.Open(r); err != nil {
		return claims, err
	}
	a := checker{}
	if from := e.Doc.SourceInfo; from == nil {
		a.Want(false, "doc: sourceInfo is missing")
	} else {
		a.exportSource(r, from)
	}
	exported := (*Snapshot)(nil).ExportedID(r.ID)
	if a.Err == nil && e.Doc.SourceInfo.DiskSnapshotInfo != nil {
		exported = (*DiskSnapshot)(nil).ExportedID(r.ID)
	}
	a.Envelope(e, "")
	a.record(r, &e.Priv, exported)
	return claims, a.Repack(e)
}

func (a *checker) exportSource(r *resource.Resource, from *types.ExportSnapshotRecordSourceInfo) {
	a.Name("the name of the source", from.Name)
	a.Name("fromResourceName", from.FromResourceName)
	a.Want(from.CreatedAt != nil, "doc: createdAt of the source is missing")
	a.ARN(r, "arn of the source", from.Arn, resource.Kind(from.ResourceType))
	disk, instance := from.DiskSnapshotInfo, from.InstanceSnapshotInfo
	switch {
	case from.ResourceType == types.ExportSnapshotRecordSourceTypeDiskSnapshot && disk != nil && instance == nil:
		kind := resource.Disk
		if audit.ARNKind(from.FromResourceArn) == resource.Instance {
			kind = resource.Instance // of its system disk
		}
		a.ARN(r, "fromResourceArn", from.FromResourceArn, kind)
		a.Size("sizeInGb of the source", disk.SizeInGb, 1, maxSystemGB)
	case from.ResourceType == types.ExportSnapshotRecordSourceTypeInstanceSnapshot && instance != nil && disk == nil:
		a.ARN(r, "fromResourceArn", from.FromResourceArn, resource.Instance)
		a.from(r, instance.FromBlueprintId, instance.FromBundleId)
		for _, d := range instance.FromDiskInfo {
			a.Size("sizeInGb of a disk of the source", d.SizeInGb, 1, maxSystemGB)
			path := aws.ToString(d.Path)
			a.Want(d.IsSystemDisk != nil && (systemPath.MatchString(path) || diskPath.MatchString(path)), "doc: a disk of the source is not whole")
			if d.Name != nil {
				a.Name("the name of a disk of the source", d.Name)
			}
		}
	default:
		a.Want(false, "doc: sourceInfo is not of a disk's snapshot or an instance's")
	}
}

func checkStack(r *resource.Resource) (claims resource.Claims, err error) {
	s := &Stack{}
	if err := s.Open(r); err != nil {
		return claims, err
	}
	a := checker{}
	a.Envelope(s, "")
	a.record(r, &s.Priv, stackARN(r))
	a.Want(len(s.Doc.SourceInfo) == 1, "doc: sourceInfo does not have one source")
	for _, from := range s.Doc.SourceInfo {
		a.Name("the name of the source", from.Name)
		a.ARN(r, "arn of the source", from.Arn, resource.ExportSnapshotRecord)
		a.Want(from.ResourceType == types.CloudFormationStackRecordSourceTypeExportSnapshotRecord, "doc: the source is not the record of an export")
	}
	return claims, a.Repack(s)
}

func checkStaticIP(r *resource.Resource) (claims resource.Claims, err error) {
	s := &StaticIP{}
	if err := s.Open(r); err != nil {
		return claims, err
	}
	a, doc := checker{}, &s.Doc
	a.Envelope(s, s.SupportSuffix())
	a.Everywhere(r)
	address := a.Address("ipAddress", doc.IpAddress)
	claims.Addresses = []resource.AddressClaim{{Pool: PublicPool, Address: address}}
	return claims, a.Repack(s)
}

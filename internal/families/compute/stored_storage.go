package compute

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func checkStoredDisk(r *resource.Resource) (resource.Claims, error) {
	d, err := loadDisk(r)
	if err != nil {
		return resource.Claims{}, err
	}
	var a audit
	doc, claims := &d.doc, resource.Claims{}
	a.shared(r, shared{doc.Arn, doc.Name, doc.SupportCode, doc.CreatedAt, doc.Location, doc.ResourceType, doc.Tags}, "vol-"+ec2ID(r.ID))
	a.zonal(r)
	a.size("sizeInGb", doc.SizeInGb, minDiskGB, maxDiskGB)
	a.want(doc.Iops != nil && *doc.Iops > 0 && doc.IsSystemDisk != nil && !*doc.IsSystemDisk, "doc: not a whole disk")
	a.want(d.priv.AutoSnapshot.Check() == nil, "priv: autoSnapshot: %w", d.priv.AutoSnapshot.Check())
	a.plan(d.priv.Plan, string(types.DiskStatePending), string(types.DiskStateAvailable), string(types.DiskStateInUse))
	a.attachmentState(*doc)
	attached := doc.AttachedTo != nil
	a.want(doc.IsAttached != nil && *doc.IsAttached == attached && attached == (doc.Path != nil), "doc: isAttached, attachedTo and path do not go together")
	if attached {
		a.name("attachedTo", doc.AttachedTo)
		a.want(diskPath.MatchString(aws.ToString(doc.Path)), "doc: the path of the disk is not valid")
		claims.Ties = []resource.Tie{diskTie(r, *doc.AttachedTo, *doc)}
	}
	last := types.DiskStateAvailable
	if attached {
		last = types.DiskStateInUse
	}
	a.want(d.state(d.settled()) == last, "priv: the plan of the disk does not end in the state %s", last)
	return claims, a.repack(r, &types.Disk{}, d.pack)
}

func checkStoredSnapshot(r *resource.Resource) (resource.Claims, error) {
	s, err := loadSnapshot(r)
	if err != nil {
		return resource.Claims{}, err
	}
	var a audit
	a.everywhere(r)
	a.want(s.priv.BusyUntil.IsZero() || !s.priv.BusyUntil.Before(firstMoment), "priv: busyUntil is before 1970")
	empty := smithy.Serializable(&types.DiskSnapshot{})
	if s.disk != nil {
		a.diskSnapshot(s)
	} else {
		a.instanceSnapshot(s)
		empty = &types.InstanceSnapshot{}
	}
	return resource.Claims{}, a.repack(r, empty, func() error { return r.Pack(s.doc(), s.priv) })
}

func (a *audit) diskSnapshot(s *snapshot) {
	r, doc := s.r, s.disk
	a.shared(r, shared{doc.Arn, doc.Name, doc.SupportCode, doc.CreatedAt, doc.Location, doc.ResourceType, doc.Tags}, "snap-"+ec2ID(r.ID))
	a.transition(s.priv.Plan, string(types.DiskSnapshotStatePending), string(types.DiskSnapshotStateCompleted))
	a.size("sizeInGb", doc.SizeInGb, 1, maxSystemGB)
	a.want(doc.IsFromAutoSnapshot != nil, "doc: isFromAutoSnapshot is missing")
	if doc.FromDiskArn != nil {
		a.name("fromDiskName", doc.FromDiskName)
		a.arn(r, "fromDiskArn", doc.FromDiskArn, resource.Disk)
		a.want(doc.FromInstanceArn == nil && doc.FromInstanceName == nil, "doc: a snapshot of a disk and of an instance")
		return
	}
	a.name("fromInstanceName", doc.FromInstanceName)
	a.arn(r, "fromInstanceArn", doc.FromInstanceArn, resource.Instance)
	a.want(doc.FromDiskName == nil, "doc: a snapshot of an instance and of a disk")
}

func (a *audit) instanceSnapshot(s *snapshot) {
	r, doc := s.r, s.instance
	a.shared(r, shared{doc.Arn, doc.Name, doc.SupportCode, doc.CreatedAt, doc.Location, doc.ResourceType, doc.Tags}, "ami-"+ec2ID(r.ID))
	a.transition(s.priv.Plan, string(types.InstanceSnapshotStatePending), string(types.InstanceSnapshotStateAvailable))
	a.size("sizeInGb", doc.SizeInGb, 1, maxSystemGB)
	a.want(doc.IsFromAutoSnapshot != nil, "doc: isFromAutoSnapshot is missing")
	a.name("fromInstanceName", doc.FromInstanceName)
	a.arn(r, "fromInstanceArn", doc.FromInstanceArn, resource.Instance)
	a.from(r, doc.FromBlueprintId, doc.FromBundleId)
	left, paths := int64(aws.ToInt32(doc.SizeInGb)), map[string]bool{}
	for _, d := range doc.FromAttachedDisks {
		a.name("the name of an attached disk", d.Name)
		a.size("sizeInGb of an attached disk", d.SizeInGb, minDiskGB, maxDiskGB)
		device := diskPath.FindStringSubmatch(aws.ToString(d.Path))
		a.want(device != nil && !paths[device[1]], "doc: the path of an attached disk is not valid, or two disks have it")
		a.want(d.IsSystemDisk != nil && !*d.IsSystemDisk, "doc: an attached disk is the system disk")
		if a.err == nil {
			paths[device[1]] = true
			left -= int64(*d.SizeInGb)
		}
	}
	a.want(left > 0, "doc: sizeInGb leaves no system disk")
}

// from wants the products that an instance was made of.
func (a *audit) from(r *resource.Resource, blueprint, bundle *string) {
	_, known := catalogue.LookupBlueprint(r.Region, aws.ToString(blueprint))
	a.want(known, "doc: unknown blueprint %q", shorten(aws.ToString(blueprint)))
	_, known = catalogue.FindBundle(aws.ToString(bundle))
	a.want(known, "doc: unknown bundle %q", shorten(aws.ToString(bundle)))
}

// record holds a record of what leaves Lightsail to what all of them have. AWS names
// them.
func (a *audit) record(r *resource.Resource, doc shared, priv recordPriv, exported string) {
	a.shared(r, doc, "")
	a.everywhere(r)
	a.want(r.Name == string(r.Kind)+"-"+r.ID, "the name of a record is its kind and its id")
	a.transition(priv.Plan, string(types.RecordStateStarted), string(types.RecordStateSucceeded))
	a.want(priv.ExportedID == exported, "priv: exportedId is not that of the record")
	a.want(priv.BusyUntil.IsZero() || !priv.BusyUntil.Before(firstMoment), "priv: busyUntil is before 1970")
}

func checkStoredExport(r *resource.Resource) (resource.Claims, error) {
	doc, priv := &types.ExportSnapshotRecord{}, recordPriv{}
	if err := r.Unpack(doc, &priv); err != nil {
		return resource.Claims{}, err
	}
	var a audit
	if from := doc.SourceInfo; from == nil {
		a.want(false, "doc: sourceInfo is missing")
	} else {
		a.exportSource(r, from)
	}
	exported := "ami-" + ec2ID(r.ID)
	if a.err == nil && doc.SourceInfo.DiskSnapshotInfo != nil {
		exported = "snap-" + ec2ID(r.ID)
	}
	a.record(r, shared{doc.Arn, doc.Name, nil, doc.CreatedAt, doc.Location, doc.ResourceType, nil}, priv, exported)
	return resource.Claims{}, a.repack(r, &types.ExportSnapshotRecord{}, func() error { return r.Pack(doc, priv) })
}

func (a *audit) exportSource(r *resource.Resource, from *types.ExportSnapshotRecordSourceInfo) {
	a.name("the name of the source", from.Name)
	a.name("fromResourceName", from.FromResourceName)
	a.want(from.CreatedAt != nil, "doc: createdAt of the source is missing")
	a.arn(r, "arn of the source", from.Arn, resource.Kind(from.ResourceType))
	disk, instance := from.DiskSnapshotInfo, from.InstanceSnapshotInfo
	switch {
	case from.ResourceType == types.ExportSnapshotRecordSourceTypeDiskSnapshot && disk != nil && instance == nil:
		kind := resource.Disk
		if parts := arnPattern.FindStringSubmatch(aws.ToString(from.FromResourceArn)); parts != nil && parts[3] == string(resource.Instance) {
			kind = resource.Instance // of its system disk
		}
		a.arn(r, "fromResourceArn", from.FromResourceArn, kind)
		a.size("sizeInGb of the source", disk.SizeInGb, 1, maxSystemGB)
	case from.ResourceType == types.ExportSnapshotRecordSourceTypeInstanceSnapshot && instance != nil && disk == nil:
		a.arn(r, "fromResourceArn", from.FromResourceArn, resource.Instance)
		a.from(r, instance.FromBlueprintId, instance.FromBundleId)
		for _, d := range instance.FromDiskInfo {
			a.size("sizeInGb of a disk of the source", d.SizeInGb, 1, maxSystemGB)
			path := aws.ToString(d.Path)
			a.want(d.IsSystemDisk != nil && (systemPath.MatchString(path) || diskPath.MatchString(path)), "doc: a disk of the source is not whole")
			if d.Name != nil {
				a.name("the name of a disk of the source", d.Name)
			}
		}
	default:
		a.want(false, "doc: sourceInfo is not of a disk's snapshot or an instance's")
	}
}

func checkStoredStack(r *resource.Resource) (resource.Claims, error) {
	doc, priv := &types.CloudFormationStackRecord{}, recordPriv{}
	if err := r.Unpack(doc, &priv); err != nil {
		return resource.Claims{}, err
	}
	var a audit
	a.record(r, shared{doc.Arn, doc.Name, nil, doc.CreatedAt, doc.Location, doc.ResourceType, nil}, priv, stackARN(r))
	a.want(len(doc.SourceInfo) == 1, "doc: sourceInfo does not have one source")
	for _, from := range doc.SourceInfo {
		a.name("the name of the source", from.Name)
		a.arn(r, "arn of the source", from.Arn, resource.ExportSnapshotRecord)
		a.want(from.ResourceType == types.CloudFormationStackRecordSourceTypeExportSnapshotRecord, "doc: the source is not the record of an export")
	}
	return resource.Claims{}, a.repack(r, &types.CloudFormationStackRecord{}, func() error { return r.Pack(doc, priv) })
}

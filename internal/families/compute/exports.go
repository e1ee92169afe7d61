package compute

import (
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// stackTakes is how long AWS takes for a stack with one instance.
const stackTakes = 120 * time.Second

// recordPriv is what Lanyard knows of a record and the API never shows.
type recordPriv struct {
	// Plan is the record's state over time.
	Plan resource.Plan `json:"plan"`
	// ExportedID is the id of what is made on EC2, or in CloudFormation.
	ExportedID string `json:"exportedId"`
	// BusyUntil is when the last stack of an exported snapshot is complete.
	BusyUntil time.Time `json:"busyUntil,omitzero"`
}

// newRecord makes a record, which AWS names after its kind. It is not stored yet.
func newRecord(c *api.Call, kind resource.Kind, takes time.Duration) (*resource.Resource, recordPriv) {
	r := c.NewResource(kind, "")
	r.Name = string(kind) + "-" + r.ID
	return r, recordPriv{Plan: resource.Plan{
		{At: c.Now, State: string(types.RecordStateStarted)}, {At: c.After(takes), State: string(types.RecordStateSucceeded)},
	}}
}

// settled is when what the record is of is done.
func (p recordPriv) settled() time.Time { return p.Plan.End() }

// show is the state at a moment, and the destination: its id is known in the end.
func (p recordPriv) show(now time.Time, service string) (types.RecordState, *types.DestinationInfo) {
	to := &types.DestinationInfo{Service: &service}
	if !now.Before(p.settled()) {
		to.Id = &p.ExportedID
	}
	return types.RecordState(p.Plan.At(now).State), to
}

// exportSnapshot exports a manual snapshot, which cannot be deleted before that is done.
func exportSnapshot(c *api.Call, _ *lightsail.ExportSnapshotInput) (*lightsail.ExportSnapshotOutput, error) {
	s, err := loadSnapshot(c.Target())
	if err != nil {
		return nil, err
	}
	if err := s.check(c.Now, "export"); err != nil {
		return nil, err
	}
	r, priv := newRecord(c, resource.ExportSnapshotRecord, exportSnapshotTakes)
	if err := s.keep(c, priv.settled()); err != nil {
		return nil, err
	}
	source := s.exportSource()
	priv.ExportedID = "ami-" + ec2ID(r.ID)
	if s.disk != nil {
		priv.ExportedID = "snap-" + ec2ID(r.ID)
	}
	arn := r.ARN()
	doc := &types.ExportSnapshotRecord{
		Arn: &arn, CreatedAt: &r.CreatedAt, Location: r.Location(), Name: &r.Name, ResourceType: types.ResourceTypeExportSnapshotRecord, SourceInfo: source,
	}
	if err := r.Pack(doc, priv); err != nil {
		return nil, err
	}
	if err := c.Tx.InsertResource(r); err != nil {
		return nil, err
	}
	return &lightsail.ExportSnapshotOutput{Operations: []types.Operation{*c.Started(r, priv.settled())}}, nil
}

// exportSource describes the snapshot in the record of its export.
func (s *snapshot) exportSource() *types.ExportSnapshotRecordSourceInfo {
	arn := s.r.ARN()
	info := &types.ExportSnapshotRecordSourceInfo{
		Arn: &arn, CreatedAt: &s.r.CreatedAt, Name: &s.r.Name, ResourceType: types.ExportSnapshotRecordSourceType(s.r.Kind),
	}
	if d := s.disk; d != nil {
		info.DiskSnapshotInfo = &types.DiskSnapshotInfo{SizeInGb: d.SizeInGb}
		info.FromResourceArn, info.FromResourceName = d.FromDiskArn, d.FromDiskName
		if d.FromDiskArn == nil {
			info.FromResourceArn, info.FromResourceName = d.FromInstanceArn, d.FromInstanceName
		}
		return info
	}
	from := s.instance
	info.FromResourceArn, info.FromResourceName = from.FromInstanceArn, from.FromInstanceName
	info.InstanceSnapshotInfo = &types.InstanceSnapshotInfo{
		FromBlueprintId: from.FromBlueprintId, FromBundleId: from.FromBundleId, FromDiskInfo: exportedDisks(from),
	}
	return info
}

// exportedDisks are the disks in an instance's snapshot, the system's first: it has
// no name and its blueprint's path (observed in AWS CLI output).
func exportedDisks(from *types.InstanceSnapshot) []types.DiskInfo {
	size := *from.SizeInGb
	list := []types.DiskInfo{{IsSystemDisk: new(true), SizeInGb: &size}}
	if blueprint, known := catalogue.LookupBlueprint(string(from.Location.RegionName), *from.FromBlueprintId); known {
		list[0].Path = &blueprint.SystemDisk
	}
	for _, d := range from.FromAttachedDisks {
		size -= *d.SizeInGb
		list = append(list, types.DiskInfo{IsSystemDisk: new(false), Name: d.Name, Path: d.Path, SizeInGb: d.SizeInGb})
	}
	return list
}

// getExportSnapshotRecords lists the records by name. They stay for good, as on AWS.
func getExportSnapshotRecords(c *api.Call, in *lightsail.GetExportSnapshotRecordsInput) (*lightsail.GetExportSnapshotRecordsOutput, error) {
	list, next, err := listOf(c, in.PageToken, resource.ExportSnapshotRecord, func(r *resource.Resource) (*types.ExportSnapshotRecord, error) {
		record, priv := &types.ExportSnapshotRecord{}, recordPriv{}
		if err := r.Unpack(record, &priv); err != nil {
			return nil, err
		}
		service := "Aws::EC2::Image" // observed in AWS CLI output; for disks by analogy
		if record.SourceInfo.ResourceType == types.ExportSnapshotRecordSourceTypeDiskSnapshot {
			service = "Aws::EC2::Snapshot"
		}
		record.State, record.DestinationInfo = priv.show(c.Now, service)
		return record, nil
	})
	return &lightsail.GetExportSnapshotRecordsOutput{ExportSnapshotRecords: list, NextPageToken: next}, err
}

// instanceType is the form of EC2's instance types, such as t2.micro.
var instanceType = regexp.MustCompile(`\A[a-z][a-z0-9-]*\.[a-z0-9-]+\z`)

// createCloudFormationStack wants an exported snapshot of an instance, from which no
// other stack is being made.
func createCloudFormationStack(c *api.Call, in *lightsail.CreateCloudFormationStackInput) (*lightsail.CreateCloudFormationStackOutput, error) {
	if len(in.Instances) == 0 {
		return nil, api.MissingParameters("instances")
	}
	if len(in.Instances) > 1 {
		return nil, api.InvalidParams("You must specify exactly one instance entry.")
	}
	entry := in.Instances[0]
	if err := checkZone(c, *entry.AvailabilityZone); err != nil {
		return nil, err
	}
	if !instanceType.MatchString(*entry.InstanceType) {
		return nil, api.InvalidParams("%s is not an instance type of Amazon EC2, such as t2.micro.", *entry.InstanceType)
	}
	source, err := c.Find(resource.ExportSnapshotRecord, *entry.SourceName)
	if err != nil {
		return nil, err
	}
	r, priv := newRecord(c, resource.CloudFormationStackRecord, stackTakes)
	if err := useExport(c, source, priv.settled()); err != nil {
		return nil, err
	}
	priv.ExportedID = stackARN(r)
	arn, sourceARN := r.ARN(), source.ARN()
	doc := &types.CloudFormationStackRecord{
		Arn: &arn, CreatedAt: &r.CreatedAt, Location: r.Location(), Name: &r.Name, ResourceType: types.ResourceTypeCloudFormationStackRecord,
		SourceInfo: []types.CloudFormationStackRecordSourceInfo{{
			Arn: &sourceARN, Name: &source.Name, ResourceType: types.CloudFormationStackRecordSourceTypeExportSnapshotRecord,
		}},
	}
	if err := r.Pack(doc, priv); err != nil {
		return nil, err
	}
	if err := c.Tx.InsertResource(r); err != nil {
		return nil, err
	}
	return &lightsail.CreateCloudFormationStackOutput{Operations: []types.Operation{*c.Started(r, priv.settled())}}, nil
}

// stackARN is the ARN of the stack that a record is of.
func stackARN(r *resource.Resource) string {
	return "arn:aws:cloudformation:" + r.Region + ":" + r.Account + ":stack/Lightsail-Stack-" + r.ID + "/" + r.ID
}

// useExport remembers that a stack is made from an exported snapshot until a moment.
func useExport(c *api.Call, r *resource.Resource, until time.Time) error {
	record, priv := &types.ExportSnapshotRecord{}, recordPriv{}
	if err := r.Unpack(record, &priv); err != nil {
		return err
	}
	switch {
	case record.SourceInfo.InstanceSnapshotInfo == nil:
		return api.InvalidParams("The export snapshot record %s is not of an instance snapshot.", r.Name)
	case c.Now.Before(priv.settled()):
		return api.WrongState("use", "export snapshot record", types.RecordStateStarted)
	case c.Now.Before(priv.BusyUntil):
		return api.InProgress("a CloudFormation stack", string(r.Kind), r.Name)
	}
	priv.BusyUntil = until
	if err := r.Pack(record, priv); err != nil {
		return err
	}
	return c.Tx.UpdateResource(r)
}

// getCloudFormationStackRecords lists the records by name. They stay for good, as on AWS.
func getCloudFormationStackRecords(c *api.Call, in *lightsail.GetCloudFormationStackRecordsInput) (*lightsail.GetCloudFormationStackRecordsOutput, error) {
	list, next, err := listOf(c, in.PageToken, resource.CloudFormationStackRecord, func(r *resource.Resource) (*types.CloudFormationStackRecord, error) {
		record, priv := &types.CloudFormationStackRecord{}, recordPriv{}
		if err := r.Unpack(record, &priv); err != nil {
			return nil, err
		}
		record.State, record.DestinationInfo = priv.show(c.Now, "Aws::CloudFormation::Stack")
		return record, nil
	})
	return &lightsail.GetCloudFormationStackRecordsOutput{CloudFormationStackRecords: list, NextPageToken: next}, err
}

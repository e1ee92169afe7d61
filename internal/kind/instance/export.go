package instance

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// RecordPriv is what Lanyard knows of a record and the API never shows.
type RecordPriv struct {
	resource.Planned
	// ExportedID is the id of what is made on EC2, or in CloudFormation.
	ExportedID string `json:"exportedId"`
	// BusyUntil is when the last stack of an exported snapshot is complete.
	BusyUntil time.Time `json:"busyUntil,omitzero"`
}

// destination is the destination at a moment: its id is known in the end.
func (p *RecordPriv) destination(now time.Time, service string) *types.DestinationInfo {
	to := &types.DestinationInfo{Service: &service}
	if !now.Before(p.Settled()) {
		to.Id = &p.ExportedID
	}
	return to
}

// Export is the stored record of a snapshot's export, opened.
type Export struct {
	resource.Record[types.ExportSnapshotRecord, RecordPriv, *types.ExportSnapshotRecord]
}

// Stack is the stored record of a CloudFormation stack, opened.
type Stack struct {
	resource.Record[types.CloudFormationStackRecord, RecordPriv, *types.CloudFormationStackRecord]
}

// NewExport returns the record of an export that is not stored yet. AWS names records after
// their kinds.
func NewExport(r *resource.Resource, of AnySnapshot, plan resource.Plan) *Export {
	e := &Export{}
	r.Name = string(r.Kind) + "-" + r.ID
	e.Resource, e.Doc.SourceInfo = r, of.ExportSource()
	e.Priv.Plan, e.Priv.ExportedID = plan, of.ExportedID(r.ID)
	return e
}

// NewStack returns the record of a stack that is not stored yet.
func NewStack(r *resource.Resource, from *Export, plan resource.Plan) *Stack {
	s := &Stack{}
	r.Name = string(r.Kind) + "-" + r.ID
	s.Resource = r
	s.Doc.SourceInfo = []types.CloudFormationStackRecordSourceInfo{{
		Arn: from.Doc.Arn, Name: from.Doc.Name, ResourceType: types.CloudFormationStackRecordSourceTypeExportSnapshotRecord,
	}}
	s.Priv.Plan, s.Priv.ExportedID = plan, stackARN(r)
	return s
}

// stackARN is the ARN of the stack that a record is of.
func stackARN(r *resource.Resource) string {
	return "arn:aws:cloudformation:" + r.Region + ":" + r.Account + ":stack/Lightsail-Stack-" + r.ID + "/" + r.ID
}

// Kind is resource.ExportSnapshotRecord.
func (*Export) Kind() resource.Kind { return resource.ExportSnapshotRecord }

// Kind is resource.CloudFormationStackRecord.
func (*Stack) Kind() resource.Kind { return resource.CloudFormationStackRecord }

// SupportSuffix is "": records have no support code.
func (*Export) SupportSuffix() string { return "" }

// SupportSuffix is "": records have no support code.
func (*Stack) SupportSuffix() string { return "" }

// Show is the record as the API shows it at a moment.
func (e *Export) Show(now time.Time) *types.ExportSnapshotRecord {
	service := "Aws::EC2::Image" // observed in AWS CLI output; for disks by analogy
	if e.Doc.SourceInfo.ResourceType == types.ExportSnapshotRecordSourceTypeDiskSnapshot {
		service = "Aws::EC2::Snapshot"
	}
	shown := e.Doc
	shown.State, shown.DestinationInfo = types.RecordState(e.Priv.State(now)), e.Priv.destination(now, service)
	return &shown
}

// Show is the record as the API shows it at a moment.
func (s *Stack) Show(now time.Time) *types.CloudFormationStackRecord {
	shown := s.Doc
	shown.State, shown.DestinationInfo = types.RecordState(s.Priv.State(now)), s.Priv.destination(now, "Aws::CloudFormation::Stack")
	return &shown
}

package compute

import (
	"errors"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// exportSnapshot exports a manual snapshot, which cannot be deleted before that is done.
func exportSnapshot(c *api.Call, _ *lightsail.ExportSnapshotInput) (*lightsail.ExportSnapshotOutput, error) {
	s, err := snapshotFor(c, "export")
	if err != nil {
		return nil, err
	}
	record := instance.NewExport(c.NewResource(resource.ExportSnapshotRecord, ""), s, c.Plan(instance.RecordLifecycle, "export"))
	s.Private().Busy(record.Priv.Settled())
	if err := errors.Join(c.Save(s), c.Insert(record)); err != nil {
		return nil, err
	}
	return &lightsail.ExportSnapshotOutput{Operations: []types.Operation{*c.Started(record.Resource, record.Priv.Settled())}}, nil
}

// getExportSnapshotRecords lists the records by name. They are never deleted, as on AWS.
func getExportSnapshotRecords(c *api.Call, in *lightsail.GetExportSnapshotRecordsInput) (*lightsail.GetExportSnapshotRecordsOutput, error) {
	list, next, err := api.List[instance.Export, types.ExportSnapshotRecord](c, in.PageToken)
	return &lightsail.GetExportSnapshotRecordsOutput{ExportSnapshotRecords: list, NextPageToken: next}, err
}

// instanceType is the form of EC2's instance types, such as t2.micro.
var instanceType = regexp.MustCompile(`\A[a-z][a-z0-9-]*\.[a-z0-9-]+\z`)

// createCloudFormationStack requires an exported snapshot of an instance, from which no other
// stack is being made.
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
	source, err := api.Find[instance.Export](c, *entry.SourceName)
	if err != nil {
		return nil, err
	}
	stack := instance.NewStack(c.NewResource(resource.CloudFormationStackRecord, ""), source, c.Plan(instance.RecordLifecycle, "stack"))
	if err := useExport(c, source, stack.Priv.Settled()); err != nil {
		return nil, err
	}
	if err := errors.Join(c.Save(source), c.Insert(stack)); err != nil {
		return nil, err
	}
	return &lightsail.CreateCloudFormationStackOutput{Operations: []types.Operation{*c.Started(stack.Resource, stack.Priv.Settled())}}, nil
}

// useExport notes that a stack is made from an exported snapshot until a moment.
func useExport(c *api.Call, e *instance.Export, until time.Time) error {
	switch {
	case e.Doc.SourceInfo.InstanceSnapshotInfo == nil:
		return api.InvalidParams("The export snapshot record %s is not of an instance snapshot.", e.Resource.Name)
	case c.Now.Before(e.Priv.Settled()):
		return api.WrongState("use", "export snapshot record", types.RecordStateStarted)
	case c.Now.Before(e.Priv.BusyUntil):
		return api.InProgress("a CloudFormation stack", string(e.Resource.Kind), e.Resource.Name)
	}
	e.Priv.BusyUntil = until
	return nil
}

// getCloudFormationStackRecords lists the records by name. They are never deleted, as on
// AWS.
func getCloudFormationStackRecords(c *api.Call, in *lightsail.GetCloudFormationStackRecordsInput) (*lightsail.GetCloudFormationStackRecordsOutput, error) {
	list, next, err := api.List[instance.Stack, types.CloudFormationStackRecord](c, in.PageToken)
	return &lightsail.GetCloudFormationStackRecordsOutput{CloudFormationStackRecords: list, NextPageToken: next}, err
}

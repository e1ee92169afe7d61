package compute_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// export exports a snapshot and returns the name of the record.
func (l *lab) export(snapshot string) string {
	l.T.Helper()
	out := do(l, l.ExportSnapshot, &lightsail.ExportSnapshotInput{SourceSnapshotName: &snapshot})
	name := *out.Operations[0].ResourceName
	l.WantOperations(out.Operations, "ExportSnapshot ExportSnapshotRecord "+name+" - Started")
	return name
}

func (l *lab) exportRecords() []types.ExportSnapshotRecord {
	l.T.Helper()
	return do(l, l.GetExportSnapshotRecords, &lightsail.GetExportSnapshotRecordsInput{}).ExportSnapshotRecords
}

func TestExportSnapshot_ofAnInstance(t *testing.T) {
	l := newLab(t, lanyardtest.Options{AccountID: "111122223333"})
	l.disk("data")
	l.run("web")
	l.attach("data", "web", "/dev/xvdf")
	l.instanceSnapshot("snap", "web")
	name, source := l.export("snap"), l.getInstanceSnapshot("snap")
	wantMatch(t, name, `^ExportSnapshotRecord-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

	got := l.exportRecords()[0]
	wantMatch(t, *got.Arn, `^arn:aws:lightsail:us-east-1:111122223333:ExportSnapshotRecord/[0-9a-f-]{36}$`)
	now := l.Now()
	want := types.ExportSnapshotRecord{
		Name: &name, Arn: got.Arn, CreatedAt: &now, ResourceType: types.ResourceTypeExportSnapshotRecord, State: types.RecordStateStarted,
		Location:        &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: region},
		DestinationInfo: &types.DestinationInfo{Service: new("Aws::EC2::Image")},
		SourceInfo: &types.ExportSnapshotRecordSourceInfo{
			Name: new("snap"), Arn: source.Arn, CreatedAt: source.CreatedAt, ResourceType: types.ExportSnapshotRecordSourceTypeInstanceSnapshot,
			FromResourceName: new("web"), FromResourceArn: source.FromInstanceArn,
			InstanceSnapshotInfo: &types.InstanceSnapshotInfo{FromBlueprintId: new("debian_12"), FromBundleId: new("nano_3_0"), FromDiskInfo: []types.DiskInfo{
				{IsSystemDisk: new(true), Path: new("/dev/xvda"), SizeInGb: new(int32(20))},
				{IsSystemDisk: new(false), Name: new("data"), Path: new("/dev/xvdf"), SizeInGb: new(int32(8))},
			}},
		},
	}
	if diff := cmp.Diff(want, got, familytest.Plain); diff != "" {
		t.Errorf("the record (-want +got):\n%s", diff)
	}
	drop := &lightsail.DeleteInstanceSnapshotInput{InstanceSnapshotName: new("snap")}
	familytest.WantFailed(t, fails(l, l.DeleteInstanceSnapshot, drop),
		`Sorry, a copy or export is in progress for InstanceSnapshot "snap". Please wait for it to complete before trying again.`)
	l.Server.Restart(t)
	l.Pass(300 * time.Second)
	do(l, l.DeleteInstanceSnapshot, drop)
	got = l.exportRecords()[0] // it outlives its snapshot
	if got.State != types.RecordStateSucceeded {
		t.Errorf("after five minutes the record is %s", got.State)
	}
	wantMatch(t, *got.DestinationInfo.Id, `^ami-[0-9a-f]{17}$`)
}

func TestExportSnapshot_ofADisk(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.run("web")
	l.diskSnapshot("snap", "data")
	do(l, l.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("system"), InstanceName: new("web")})
	l.Pass(time.Minute)
	for snapshot, of := range map[string]string{"snap": "data", "system": "web"} {
		name := l.export(snapshot)
		l.Pass(5 * time.Minute)
		for _, got := range l.exportRecords() {
			if *got.Name != name {
				continue
			}
			from, to := got.SourceInfo, got.DestinationInfo
			if *from.Name != snapshot || *from.FromResourceName != of || from.FromResourceArn == nil || from.InstanceSnapshotInfo != nil ||
				*from.DiskSnapshotInfo.SizeInGb != *l.getDiskSnapshot(snapshot).SizeInGb || from.ResourceType != types.ExportSnapshotRecordSourceTypeDiskSnapshot {
				t.Errorf("%s: the source is %s of %s", snapshot, *from.Name, *from.FromResourceName)
			}
			if *to.Service != "Aws::EC2::Snapshot" || !strings.HasPrefix(*to.Id, "snap-") {
				t.Errorf("%s: the destination is %s %s", snapshot, *to.Service, *to.Id)
			}
		}
	}
}

func TestExportSnapshot_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	do(l, l.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskSnapshotName: new("snap"), DiskName: new("data")})
	familytest.WantFailed(t, fails(l, l.ExportSnapshot, &lightsail.ExportSnapshotInput{SourceSnapshotName: new("snap")}),
		"You can't export this snapshot right now. The state of this snapshot is: pending")
	familytest.WantNotFound(t, fails(l, l.ExportSnapshot, &lightsail.ExportSnapshotInput{SourceSnapshotName: new("none")}), "The resource does not exist: none")
	familytest.WantNotFound(t, fails(l, l.ExportSnapshot, &lightsail.ExportSnapshotInput{SourceSnapshotName: new("data")}), "The resource does not exist: data")
}

func stack(source string) *lightsail.CreateCloudFormationStackInput {
	return &lightsail.CreateCloudFormationStackInput{Instances: []types.InstanceEntry{{
		AvailabilityZone: new("us-east-1a"), InstanceType: new("t2.micro"), PortInfoSource: types.PortInfoSourceTypeDefault, SourceName: &source,
	}}}
}

func TestCreateCloudFormationStack(t *testing.T) {
	l := newLab(t, lanyardtest.Options{AccountID: "111122223333"})
	l.run("web")
	l.instanceSnapshot("snap", "web")
	source := l.export("snap")
	familytest.WantFailed(t, fails(l, l.CreateCloudFormationStack, stack(source)), "You can't use this export snapshot record right now. The state of this export snapshot record is: Started")
	l.Pass(5 * time.Minute)
	out := do(l, l.CreateCloudFormationStack, stack(source))
	name := *out.Operations[0].ResourceName
	l.WantOperations(out.Operations, "CreateCloudFormationStack CloudFormationStackRecord "+name+" - Started")

	show := func() types.CloudFormationStackRecord {
		return do(l, l.GetCloudFormationStackRecords, &lightsail.GetCloudFormationStackRecordsInput{}).CloudFormationStackRecords[0]
	}
	got, now := show(), l.Now()
	want := types.CloudFormationStackRecord{
		Name: &name, Arn: got.Arn, CreatedAt: &now, ResourceType: types.ResourceTypeCloudFormationStackRecord, State: types.RecordStateStarted,
		Location:        &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: region},
		DestinationInfo: &types.DestinationInfo{Service: new("Aws::CloudFormation::Stack")},
		SourceInfo: []types.CloudFormationStackRecordSourceInfo{{
			Name: &source, Arn: l.exportRecords()[0].Arn, ResourceType: types.CloudFormationStackRecordSourceTypeExportSnapshotRecord,
		}},
	}
	if diff := cmp.Diff(want, got, familytest.Plain); diff != "" {
		t.Errorf("the record (-want +got):\n%s", diff)
	}
	wantMatch(t, *got.Arn, `^arn:aws:lightsail:us-east-1:111122223333:CloudFormationStackRecord/[0-9a-f-]{36}$`)
	id := strings.TrimPrefix(name, "CloudFormationStackRecord-")
	familytest.WantFailed(t, fails(l, l.CreateCloudFormationStack, stack(source)),
		`Sorry, a CloudFormation stack is in progress for ExportSnapshotRecord "`+source+`". Please wait for it to complete before trying again.`)
	l.WantSucceeds(out.Operations[0], 120*time.Second)
	got = show()
	if got.State != types.RecordStateSucceeded {
		t.Errorf("after two minutes the record is %s", got.State)
	}
	wantMatch(t, *got.DestinationInfo.Id, `^arn:aws:cloudformation:us-east-1:111122223333:stack/Lightsail-Stack-`+id+`/[0-9a-f-]{36}$`)
	do(l, l.CreateCloudFormationStack, stack(source))
}

func TestCreateCloudFormationStack_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.diskSnapshot("snap", "data")
	ofDisk := l.export("snap")
	l.Pass(5 * time.Minute)
	type entry = types.InstanceEntry
	for _, tc := range []struct {
		name, message string
		change        func(*lightsail.CreateCloudFormationStackInput)
	}{
		{"a record of a disk", "The export snapshot record " + ofDisk + " is not of an instance snapshot.", func(*lightsail.CreateCloudFormationStackInput) {}},
		{"no instance", "These parameters are required: instances", func(in *lightsail.CreateCloudFormationStackInput) { in.Instances = []entry{} }},
		{
			"two instances", "You must specify exactly one instance entry.",
			func(in *lightsail.CreateCloudFormationStackInput) {
				in.Instances = append(in.Instances, in.Instances[0])
			},
		},
		{
			"a zone of another region", "The given Availability Zone is invalid. It must be one of the following: us-east-1a,us-east-1b,us-east-1c,us-east-1d,us-east-1e,us-east-1f.",
			func(in *lightsail.CreateCloudFormationStackInput) {
				in.Instances[0].AvailabilityZone = new("eu-west-1a")
			},
		},
		{
			"no instance type", "tiny is not an instance type of Amazon EC2, such as t2.micro.",
			func(in *lightsail.CreateCloudFormationStackInput) { in.Instances[0].InstanceType = new("tiny") },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := stack(ofDisk)
			tc.change(in)
			familytest.WantInvalid(t, fails(l, l.CreateCloudFormationStack, in), "InvalidParams", tc.message)
		})
	}
	familytest.WantNotFound(t, fails(l, l.CreateCloudFormationStack, stack("snap")), "The ExportSnapshotRecord does not exist: snap")
}

func TestGetExportSnapshotRecords_pagedAndNotTaggable(t *testing.T) {
	l := newLab(t, lanyardtest.Options{PageSize: 1})
	l.run("web")
	l.instanceSnapshot("snap", "web")
	one, other := l.export("snap"), l.export("snap")
	l.Pass(5 * time.Minute)
	do(l, l.CreateCloudFormationStack, stack(one))
	do(l, l.CreateCloudFormationStack, stack(other))

	first := do(l, l.GetExportSnapshotRecords, &lightsail.GetExportSnapshotRecordsInput{})
	second := do(l, l.GetExportSnapshotRecords, &lightsail.GetExportSnapshotRecordsInput{PageToken: first.NextPageToken})
	if *first.ExportSnapshotRecords[0].Name >= *second.ExportSnapshotRecords[0].Name || second.NextPageToken != nil {
		t.Errorf("pages: %s, %s, next %v", *first.ExportSnapshotRecords[0].Name, *second.ExportSnapshotRecords[0].Name, second.NextPageToken)
	}
	stacks := do(l, l.GetCloudFormationStackRecords, &lightsail.GetCloudFormationStackRecordsInput{})
	more := do(l, l.GetCloudFormationStackRecords, &lightsail.GetCloudFormationStackRecordsInput{PageToken: stacks.NextPageToken})
	if len(stacks.CloudFormationStackRecords) != 1 || len(more.CloudFormationStackRecords) != 1 || more.NextPageToken != nil {
		t.Errorf("pages of %d and %d, next %v", len(stacks.CloudFormationStackRecords), len(more.CloudFormationStackRecords), more.NextPageToken)
	}
	for _, call := range []error{
		fails(l, l.GetExportSnapshotRecords, &lightsail.GetExportSnapshotRecordsInput{PageToken: new("x")}),
		fails(l, l.GetCloudFormationStackRecords, &lightsail.GetCloudFormationStackRecordsInput{PageToken: new("x")}),
	} {
		familytest.WantInvalid(t, call, "InvalidParams", "The page token is not valid.")
	}
	familytest.WantInvalid(t, fails(l, l.TagResource, &lightsail.TagResourceInput{ResourceName: &one, Tags: []types.Tag{familytest.Tag("a", "b")}}), "InvalidParams",
		"The resource type, ExportSnapshotRecord, is not taggable.")
}

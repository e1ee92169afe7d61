package account_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

func tagsOf(t *testing.T, c *lightsail.Client, name string) map[string]string {
	t.Helper()
	out, err := c.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: &name})
	if err != nil {
		t.Fatal(err)
	}
	tags := map[string]string{}
	for _, tag := range out.KeyPair.Tags {
		tags[*tag.Key] = resource.TagValue(tag)
	}
	return tags
}

func TestTagResource_byNameAndByARN(t *testing.T) {
	c := familytest.Client(t)
	familytest.ImportKey(t, c, "deploy")
	pair, err := c.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("deploy")})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name string
		call func() ([]types.Operation, error)
		op   types.OperationType
		want map[string]string
	}{
		{"tag by name", func() ([]types.Operation, error) {
			out, err := c.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("deploy"), Tags: []types.Tag{familytest.Tag("team", "web"), {Key: new("only")}}})
			return out.Operations, err
		}, "TagResource", map[string]string{"team": "web", "only": ""}},
		{"tag by name and ARN", func() ([]types.Operation, error) {
			out, err := c.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("deploy"), ResourceArn: pair.KeyPair.Arn, Tags: []types.Tag{familytest.Tag("team", "db")}})
			return out.Operations, err
		}, "TagResource", map[string]string{"team": "db", "only": ""}},
		{"untag, also a missing key", func() ([]types.Operation, error) {
			out, err := c.UntagResource(t.Context(), &lightsail.UntagResourceInput{ResourceName: new("deploy"), TagKeys: []string{"only", "missing"}})
			return out.Operations, err
		}, "UntagResource", map[string]string{"team": "db"}},
		{"untag by name and ARN", func() ([]types.Operation, error) {
			out, err := c.UntagResource(t.Context(), &lightsail.UntagResourceInput{ResourceName: new("deploy"), ResourceArn: pair.KeyPair.Arn, TagKeys: []string{"team"}})
			return out.Operations, err
		}, "UntagResource", map[string]string{}},
	} {
		ops, err := step.call()
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if len(ops) != 1 || ops[0].OperationType != step.op || ops[0].Status != types.OperationStatusSucceeded || *ops[0].ResourceName != "deploy" {
			t.Errorf("%s: operations = %+v", step.name, ops)
		}
		if diff := cmp.Diff(step.want, tagsOf(t, c, "deploy")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
}

func TestTagResource_refusals(t *testing.T) {
	c := familytest.Client(t)
	familytest.ImportKey(t, c, "deploy")
	arn := "arn:aws:lightsail:us-east-1:111122223333:KeyPair/19a4efdf-3054-43d6-91fd-e0123456789a"
	one := []types.Tag{familytest.Tag("k", "v")}

	_, err := c.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("deploy"), ResourceArn: &arn, Tags: one})
	familytest.WantInvalid(t, err, "InvalidParams", "The ARN "+arn+" is not that of the resource deploy.")
	_, err = c.UntagResource(t.Context(), &lightsail.UntagResourceInput{ResourceName: new("deploy"), ResourceArn: &arn, TagKeys: []string{"k"}})
	familytest.WantInvalid(t, err, "InvalidParams", "The ARN "+arn+" is not that of the resource deploy.")
	_, err = c.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("none"), Tags: one})
	familytest.WantNotFound(t, err, "The resource does not exist: none")
	_, err = c.UntagResource(t.Context(), &lightsail.UntagResourceInput{ResourceName: new("none"), TagKeys: []string{"k"}})
	familytest.WantNotFound(t, err, "The resource does not exist: none")
	_, err = c.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("deploy"), Tags: []types.Tag{familytest.Tag("k", "1"), familytest.Tag("k", "2")}})
	familytest.WantInvalid(t, err, "InvalidParams", `The tag key "k" is given more than once.`)
	_, err = c.UntagResource(t.Context(), &lightsail.UntagResourceInput{ResourceName: new("deploy"), TagKeys: []string{"aws:x"}})
	familytest.WantInvalid(t, err, "InvalidParams", `The tag key "aws:x" starts with aws:, which is reserved.`)
	if got := tagsOf(t, c, "deploy"); len(got) != 0 {
		t.Errorf("refused calls left the tags %v", got)
	}
}

// TestTags_haveNoEmptyValue makes one of each kind with a tag without a value and one
// with an empty value, and looks at every answer that shows tags.
func TestTags_haveNoEmptyValue(t *testing.T) {
	server := lanyardtest.New(t)
	c := server.Client(familytest.Region)
	tags := []types.Tag{{Key: new("none")}, familytest.Tag("empty", ""), familytest.Tag("team", "web")}
	want := []types.Tag{{Key: new("none")}, {Key: new("empty")}, familytest.Tag("team", "web")}
	created, err := c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("kk"), Tags: tags})
	familytest.NoError(t, err)
	_, err = c.CreateInstances(t.Context(), &lightsail.CreateInstancesInput{
		InstanceNames: []string{"ii"}, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"), Tags: tags,
	})
	familytest.NoError(t, err)
	_, err = c.CreateDisk(t.Context(), &lightsail.CreateDiskInput{DiskName: new("dd"), AvailabilityZone: new("us-east-1a"), SizeInGb: new(int32(8)), Tags: tags})
	familytest.NoError(t, err)
	_, err = c.CreateInstanceSnapshot(t.Context(), &lightsail.CreateInstanceSnapshotInput{InstanceName: new("ii"), InstanceSnapshotName: new("is"), Tags: tags})
	familytest.NoError(t, err)
	_, err = c.CreateDiskSnapshot(t.Context(), &lightsail.CreateDiskSnapshotInput{DiskName: new("dd"), DiskSnapshotName: new("ds")})
	familytest.NoError(t, err)
	_, err = c.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("ds"), Tags: tags})
	familytest.NoError(t, err)
	compare := func() {
		t.Helper()
		for answer, got := range shownTags(t, c) {
			if diff := cmp.Diff(want, got, familytest.Plain); diff != "" {
				t.Errorf("tags in the answer of %s (-want +got):\n%s", answer, diff)
			}
		}
	}
	if diff := cmp.Diff(want, created.KeyPair.Tags, familytest.Plain); diff != "" {
		t.Errorf("tags in the answer of CreateKeyPair (-want +got):\n%s", diff)
	}
	compare()
	server.Restart(t)
	compare()
}

// shownTags are the tags of the one resource of each kind, by the action that showed
// them.
func shownTags(t *testing.T, c *lightsail.Client) map[string][]types.Tag {
	t.Helper()
	pair, err := c.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("kk")})
	familytest.NoError(t, err)
	pairs, err := c.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
	familytest.NoError(t, err)
	instance, err := c.GetInstance(t.Context(), &lightsail.GetInstanceInput{InstanceName: new("ii")})
	familytest.NoError(t, err)
	instances, err := c.GetInstances(t.Context(), &lightsail.GetInstancesInput{})
	familytest.NoError(t, err)
	disk, err := c.GetDisk(t.Context(), &lightsail.GetDiskInput{DiskName: new("dd")})
	familytest.NoError(t, err)
	disks, err := c.GetDisks(t.Context(), &lightsail.GetDisksInput{})
	familytest.NoError(t, err)
	instanceSnapshots, err := c.GetInstanceSnapshots(t.Context(), &lightsail.GetInstanceSnapshotsInput{})
	familytest.NoError(t, err)
	diskSnapshots, err := c.GetDiskSnapshots(t.Context(), &lightsail.GetDiskSnapshotsInput{})
	familytest.NoError(t, err)
	return map[string][]types.Tag{
		"GetKeyPair": pair.KeyPair.Tags, "GetKeyPairs": pairs.KeyPairs[0].Tags,
		"GetInstance": instance.Instance.Tags, "GetInstances": instances.Instances[0].Tags,
		"GetDisk": disk.Disk.Tags, "GetDisks": disks.Disks[0].Tags,
		"GetInstanceSnapshots": instanceSnapshots.InstanceSnapshots[0].Tags, "GetDiskSnapshots": diskSnapshots.DiskSnapshots[0].Tags,
	}
}

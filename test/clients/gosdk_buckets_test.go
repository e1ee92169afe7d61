//go:build clients

package clients

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
)

func onBucket(action, name string, details ...string) record {
	return withDetails(record{action: action, kind: types.ResourceTypeBucket, name: name}, details)
}

func (u *user) bucket(name string, in lightsail.GetBucketsInput) types.Bucket {
	u.t.Helper()
	in.BucketName = &name
	list := do(u, u.GetBuckets, &in).Buckets
	if len(list) != 1 {
		u.t.Fatalf("GetBuckets returned %d buckets, want %s alone", len(list), name)
	}
	return list[0]
}

// testBuckets goes through a bucket's life: its settings, its keys, an instance that has access, and the end by force.
func testBuckets(t *testing.T, c *lightsail.Client) {
	u, name := newUser(t, c), "go-sdk-bucket"
	created := do(u, u.CreateBucket, &lightsail.CreateBucketInput{BucketName: &name, BundleId: new("small_1_0"), Tags: []types.Tag{tag("team", "web")}})
	u.wantDone(created.Operations, onBucket("CreateBucket", name))
	if diff := cmp.Diff(*created.Bucket, u.bucket(name, lightsail.GetBucketsInput{}), ignoreUnexported); diff != "" {
		t.Errorf("bucket: -created +read\n%s", diff)
	}
	refused(u, u.CreateBucket, &lightsail.CreateBucketInput{BucketName: &name, BundleId: new("small_1_0")}, invalid("NameExists", ""))
	refused(u, u.CreateBucket, &lightsail.CreateBucketInput{BucketName: new("other-bucket"), BundleId: new("tiny_1_0")}, invalid("InvalidParams", ""))

	updated := do(u, u.UpdateBucket, &lightsail.UpdateBucketInput{
		BucketName: &name, Versioning: new("Enabled"), AccessRules: &types.AccessRules{GetObject: types.AccessTypePublic},
		ReadonlyAccessAccounts: []string{"222233334444"}, AccessLogConfig: &types.BucketAccessLogConfig{Enabled: new(true), Destination: &name},
		Cors: &types.BucketCorsConfig{Rules: []types.BucketCorsRule{{AllowedMethods: []string{"GET"}, AllowedOrigins: []string{"*"}}}},
	})
	u.wantDone(updated.Operations, onBucket("UpdateBucket", name))
	read := u.bucket(name, lightsail.GetBucketsInput{IncludeCors: new(true)})
	if diff := cmp.Diff(*updated.Bucket, read, ignoreUnexported); diff != "" {
		t.Errorf("bucket: -updated +read\n%s", diff)
	}
	u.wantDone(do(u, u.UpdateBucketBundle, &lightsail.UpdateBucketBundleInput{BucketName: &name, BundleId: new("medium_1_0")}).Operations, onBucket("UpdateBucketBundle", name))
	refused(u, u.UpdateBucketBundle, &lightsail.UpdateBucketBundleInput{BucketName: &name, BundleId: new("large_1_0")}, invalid("InvalidParams", ""))

	testBucketAccess(u, name)
	refused(u, u.DeleteBucket, &lightsail.DeleteBucketInput{BucketName: &name}, invalid("InvalidParams", ""))
	u.wantDone(do(u, u.DeleteBucket, &lightsail.DeleteBucketInput{BucketName: &name, ForceDelete: new(true)}).Operations, onBucket("DeleteBucket", name))
	refused(u, u.GetBuckets, &lightsail.GetBucketsInput{BucketName: &name}, missing("The Bucket does not exist: "+name))
	if list := do(u, u.GetBuckets, &lightsail.GetBucketsInput{}); len(list.Buckets) != 0 || list.AccountLevelBpaSync == nil {
		t.Errorf("GetBuckets returned %d buckets, and %v of the account", len(list.Buckets), list.AccountLevelBpaSync)
	}
	if list := do(u, u.GetBucketBundles, &lightsail.GetBucketBundlesInput{}).Bundles; len(list) != 3 || *list[0].BundleId != "small_1_0" {
		t.Errorf("GetBucketBundles returned %d bundles", len(list))
	}
}

// testBucketAccess leaves a bucket with a key.
func testBucketAccess(u *user, name string) {
	made := do(u, u.CreateBucketAccessKey, &lightsail.CreateBucketAccessKeyInput{BucketName: &name})
	u.wantDone(made.Operations, onBucket("CreateBucketAccessKey", name))
	do(u, u.CreateBucketAccessKey, &lightsail.CreateBucketAccessKeyInput{BucketName: &name})
	refused(u, u.CreateBucketAccessKey, &lightsail.CreateBucketAccessKeyInput{BucketName: &name},
		invalid("LimitExceeded", "You have reached the limit of access keys for "+name))
	deletion := &lightsail.DeleteBucketAccessKeyInput{BucketName: &name, AccessKeyId: made.AccessKey.AccessKeyId}
	u.wantDone(do(u, u.DeleteBucketAccessKey, deletion).Operations, onBucket("DeleteBucketAccessKey", name))
	refused(u, u.DeleteBucketAccessKey, deletion, missing(""))
	if keys := do(u, u.GetBucketAccessKeys, &lightsail.GetBucketAccessKeysInput{BucketName: &name}).AccessKeys; len(keys) != 1 || keys[0].SecretAccessKey != nil {
		u.t.Errorf("%d keys are left, want one without its secret", len(keys))
	}

	u.run("web")
	for _, access := range types.ResourceBucketAccess("").Values() {
		in := &lightsail.SetResourceAccessForBucketInput{BucketName: &name, ResourceName: new("web"), Access: access}
		u.wantDone(do(u, u.SetResourceAccessForBucket, in).Operations,
			onBucket("SetResourceAccessForBucket", name, "web"), u.onInstance("SetResourceAccessForBucket", "web", name))
		receivers := u.bucket(name, lightsail.GetBucketsInput{IncludeConnectedResources: new(true)}).ResourcesReceivingAccess
		if has := len(receivers) == 1; has != (access == types.ResourceBucketAccessAllow) {
			u.t.Errorf("%d instances have access after %s", len(receivers), access)
		}
	}
	data := do(u, u.GetBucketMetricData, &lightsail.GetBucketMetricDataInput{
		BucketName: &name, MetricName: types.BucketMetricNameBucketSizeBytes, Unit: types.MetricUnitBytes, Statistics: []types.MetricStatistic{"Maximum"},
		StartTime: new(time.Now().Add(-72 * time.Hour)), EndTime: new(time.Now()), Period: new(int32(86400)),
	})
	if data.MetricName != types.BucketMetricNameBucketSizeBytes || len(data.MetricData) != 0 {
		u.t.Errorf("an empty bucket has the metric data %s %v", data.MetricName, data.MetricData)
	}
}

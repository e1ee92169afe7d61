package bucket_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
)

func createKey(l *familytest.Lab, bucket string) *types.AccessKey {
	l.T.Helper()
	out := familytest.Do(l.T, l.CreateBucketAccessKey, &lightsail.CreateBucketAccessKeyInput{BucketName: &bucket})
	l.WantOperations(out.Operations, "CreateBucketAccessKey Bucket "+bucket+" - Succeeded")
	return out.AccessKey
}

func keys(l *familytest.Lab, bucket string) []types.AccessKey {
	l.T.Helper()
	return familytest.Do(l.T, l.GetBucketAccessKeys, &lightsail.GetBucketAccessKeysInput{BucketName: &bucket}).AccessKeys
}

func deleteKey(l *familytest.Lab, bucket, id string) {
	l.T.Helper()
	out := familytest.Do(l.T, l.DeleteBucketAccessKey, &lightsail.DeleteBucketAccessKeyInput{BucketName: &bucket, AccessKeyId: &id})
	l.WantOperations(out.Operations, "DeleteBucketAccessKey Bucket "+bucket+" - Succeeded")
}

// listed is how a key that was made is listed.
func listed(made *types.AccessKey) types.AccessKey {
	k := *made
	k.SecretAccessKey, k.LastUsed = nil, &types.AccessKeyLastUsed{Region: new("N/A"), ServiceName: new("N/A")}
	return k
}

func TestBucketAccessKeys_throughALife(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	if got := keys(l, "photos"); got == nil || len(got) > 0 {
		t.Errorf("keys of a new bucket are %v, want an empty list", got)
	}
	first := createKey(l, "photos")
	l.Pass(time.Minute)
	second := createKey(l, "photos")
	for _, k := range []*types.AccessKey{first, second} {
		if !regexp.MustCompile(`^AKIA[A-Z2-7]{16}$`).MatchString(*k.AccessKeyId) || !regexp.MustCompile(`^[A-Za-z0-9/+]{40}$`).MatchString(*k.SecretAccessKey) ||
			k.Status != types.StatusTypeActive || k.LastUsed != nil {
			t.Errorf("a new key is %+v", k)
		}
	}
	if !first.CreatedAt.Equal(familytest.Start) || *first.AccessKeyId == *second.AccessKeyId || *first.SecretAccessKey == *second.SecretAccessKey {
		t.Errorf("two keys are %+v and %+v", first, second)
	}
	_, err := l.CreateBucketAccessKey(t.Context(), &lightsail.CreateBucketAccessKeyInput{BucketName: new("photos")})
	familytest.WantInvalid(t, err, "LimitExceeded", "You have reached the limit of access keys for photos")
	l.Server.Restart(t)
	l.Client = l.Server.Client(familytest.Region)
	if diff := cmp.Diff([]types.AccessKey{listed(first), listed(second)}, keys(l, "photos"), familytest.Plain); diff != "" {
		t.Errorf("GetBucketAccessKeys (-want +got):\n%s", diff)
	}
	deleteKey(l, "photos", *first.AccessKeyId)
	_, err = l.DeleteBucketAccessKey(t.Context(), &lightsail.DeleteBucketAccessKeyInput{BucketName: new("photos"), AccessKeyId: first.AccessKeyId})
	familytest.WantNotFound(t, err, "The AccessKey does not exist: "+*first.AccessKeyId)
	third := createKey(l, "photos")
	if diff := cmp.Diff([]types.AccessKey{listed(second), listed(third)}, keys(l, "photos"), familytest.Plain); diff != "" {
		t.Errorf("after a deletion and a creation (-want +got):\n%s", diff)
	}
	create(l, "other")
	_, err = l.DeleteBucketAccessKey(t.Context(), &lightsail.DeleteBucketAccessKeyInput{BucketName: new("other"), AccessKeyId: third.AccessKeyId})
	familytest.WantNotFound(t, err, "The AccessKey does not exist: "+*third.AccessKeyId)
	_, err = l.DeleteBucket(t.Context(), &lightsail.DeleteBucketInput{BucketName: new("photos")})
	familytest.WantInvalid(t, err, "InvalidParams", "The bucket photos can't be deleted because it has access keys. To delete it anyway, use force delete.")
	familytest.Do(t, l.DeleteBucket, &lightsail.DeleteBucketInput{BucketName: new("photos"), ForceDelete: new(true)})
	create(l, "photos")
	if got := keys(l, "photos"); len(got) > 0 {
		t.Errorf("a new bucket of the name has the keys %v", got)
	}
}

// createInstances makes instances that run.
func createInstances(l *familytest.Lab, names ...string) {
	l.T.Helper()
	familytest.Do(l.T, l.CreateInstances, &lightsail.CreateInstancesInput{
		InstanceNames: names, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"), KeyPairName: new("deploy"),
	})
	l.Pass(time.Hour)
}

func access(bucket, to string, access types.ResourceBucketAccess) *lightsail.SetResourceAccessForBucketInput {
	return &lightsail.SetResourceAccessForBucketInput{BucketName: &bucket, ResourceName: &to, Access: access}
}

// set changes access and checks both operations.
func set(l *familytest.Lab, bucket, to string, what types.ResourceBucketAccess) {
	l.T.Helper()
	out := familytest.Do(l.T, l.SetResourceAccessForBucket, access(bucket, to, what))
	l.WantOperations(out.Operations, "SetResourceAccessForBucket Bucket "+bucket+" "+to+" Succeeded",
		"SetResourceAccessForBucket Instance "+to+" "+bucket+" Succeeded")
}

func wantReceivers(l *familytest.Lab, bucket string, want ...string) {
	l.T.Helper()
	got := []string{}
	for _, r := range get(l, bucket).ResourcesReceivingAccess {
		got = append(got, *r.Name)
		if *r.ResourceType != "Instance" {
			l.T.Errorf("%s has access to %s as a %s, want Instance", *r.Name, bucket, *r.ResourceType)
		}
	}
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		l.T.Errorf("instances with access to %s (-want +got):\n%s", bucket, diff)
	}
}

// TestSetResourceAccessForBucket_manyToMany gives two instances access to two buckets.
func TestSetResourceAccessForBucket_manyToMany(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	create(l, "videos")
	createInstances(l, "web", "db")
	const allow, deny = types.ResourceBucketAccessAllow, types.ResourceBucketAccessDeny
	set(l, "photos", "web", deny)
	wantReceivers(l, "photos")
	set(l, "photos", "web", allow)
	set(l, "photos", "db", allow)
	set(l, "photos", "web", allow)
	set(l, "videos", "web", allow)
	wantReceivers(l, "photos", "web", "db")
	wantReceivers(l, "videos", "web")
	l.Server.Restart(t)
	l.Client = l.Server.Client(familytest.Region)
	wantReceivers(l, "photos", "web", "db")
	set(l, "photos", "web", deny)
	wantReceivers(l, "photos", "db")
	wantReceivers(l, "videos", "web")
	_, err := l.DeleteBucket(t.Context(), &lightsail.DeleteBucketInput{BucketName: new("photos"), ForceDelete: new(false)})
	familytest.WantInvalid(t, err, "InvalidParams", "The bucket photos can't be deleted because instances have access to it. To delete it anyway, use force delete.")
	out := familytest.Do(t, l.DeleteBucket, &lightsail.DeleteBucketInput{BucketName: new("photos"), ForceDelete: new(true)})
	l.WantOperations(out.Operations, "DeleteBucket Bucket photos - Succeeded")
	create(l, "photos")
	wantReceivers(l, "photos")
	wantReceivers(l, "videos", "web")
}

// TestDeleteInstance_endsAccessToBuckets leaves one operation.
func TestDeleteInstance_endsAccessToBuckets(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	createInstances(l, "web")
	set(l, "photos", "web", types.ResourceBucketAccessAllow)
	out := familytest.Do(t, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("web")})
	l.WantOperations(out.Operations, "DeleteInstance Instance web - Succeeded")
	wantReceivers(l, "photos")
	createInstances(l, "web")
	wantReceivers(l, "photos")
	familytest.Do(t, l.DeleteBucket, &lightsail.DeleteBucketInput{BucketName: new("photos")})
}

func TestSetResourceAccessForBucket_refusals(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	familytest.Do(t, l.CreateDisk, &lightsail.CreateDiskInput{DiskName: new("data"), AvailabilityZone: new("us-east-1a"), SizeInGb: new(int32(8))})
	try := func(to string) error {
		_, err := l.SetResourceAccessForBucket(t.Context(), access("photos", to, types.ResourceBucketAccessAllow))
		return err
	}
	familytest.WantInvalid(t, try("data"), "InvalidParams", "Only instances can have access to a bucket. data is a Disk.")
	familytest.WantInvalid(t, try("deploy"), "InvalidParams", "Only instances can have access to a bucket. deploy is a KeyPair.")
	familytest.WantInvalid(t, try("photos"), "InvalidParams", "Only instances can have access to a bucket. photos is a Bucket.")
	there := l.Server.Client("eu-central-1")
	familytest.ImportKey(t, there, "deploy")
	familytest.Do(t, there.CreateInstances, &lightsail.CreateInstancesInput{
		InstanceNames: []string{"far"}, AvailabilityZone: new("eu-central-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"), KeyPairName: new("deploy"),
	})
	for _, name := range []string{"none", "far"} {
		familytest.WantNotFound(t, try(name), "The Instance does not exist: "+name)
	}
	familytest.Do(t, l.CreateInstances, &lightsail.CreateInstancesInput{
		InstanceNames: []string{"web"}, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"), KeyPairName: new("deploy"),
	})
	const text = "You can't change the access of this instance right now. The state of this instance is: "
	familytest.WantInvalid(t, try("web"), "InvalidParams", text+"pending")
	l.Pass(time.Hour)
	familytest.Do(t, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
	familytest.WantInvalid(t, try("web"), "InvalidParams", text+"stopping")
	wantReceivers(l, "photos")
	l.Pass(time.Hour)
	set(l, "photos", "web", types.ResourceBucketAccessAllow)
	wantReceivers(l, "photos", "web")
}

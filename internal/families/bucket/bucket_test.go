package bucket_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

func newLab(t *testing.T) *familytest.Lab {
	t.Helper()
	return familytest.NewLab(t, lanyardtest.Options{})
}

func create(l *familytest.Lab, name string) *types.Bucket {
	l.T.Helper()
	return familytest.Do(l.T, l.CreateBucket, &lightsail.CreateBucketInput{BucketName: &name, BundleId: new("small_1_0")}).Bucket
}

// get reads one bucket with all that can be shown.
func get(l *familytest.Lab, name string) types.Bucket {
	l.T.Helper()
	out := familytest.Do(l.T, l.GetBuckets, &lightsail.GetBucketsInput{
		BucketName: &name, IncludeConnectedResources: new(true), IncludeCors: new(true),
	})
	if len(out.Buckets) != 1 {
		l.T.Fatalf("GetBuckets of %s: %d buckets, want 1", name, len(out.Buckets))
	}
	return out.Buckets[0]
}

// names are the buckets of a list, in its order.
func names(buckets []types.Bucket) (all []string) {
	for _, b := range buckets {
		all = append(all, *b.Name)
	}
	return all
}

func TestCreateBucket_makesWhatGetBucketsShows(t *testing.T) {
	l := newLab(t)
	out := familytest.Do(t, l.CreateBucket, &lightsail.CreateBucketInput{
		BucketName: new("photos"), BundleId: new("medium_1_0"), Tags: []types.Tag{familytest.Tag("team", "web"), {Key: new("only-a-key")}},
	})
	l.WantOperations(out.Operations, "CreateBucket Bucket photos - Succeeded")
	if az := *out.Operations[0].Location.AvailabilityZone; az != "all" {
		t.Errorf("the operation is in the zone %s, want all", az)
	}
	want := &types.Bucket{
		AbleToUpdateBundle: new(true), AccessLogConfig: &types.BucketAccessLogConfig{Enabled: new(false)},
		AccessRules: &types.AccessRules{GetObject: types.AccessTypePrivate, AllowPublicOverrides: new(false)},
		BundleId:    new("medium_1_0"), CreatedAt: new(familytest.Start), Name: new("photos"), ObjectVersioning: new("NeverEnabled"),
		Location:               &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: familytest.Region},
		ReadonlyAccessAccounts: []string{}, ResourceType: new("Bucket"), State: &types.BucketState{Code: new("OK")},
		Tags: []types.Tag{familytest.Tag("team", "web"), {Key: new("only-a-key")}}, Url: new("https://photos.s3.us-east-1.amazonaws.com/"),
	}
	if diff := cmp.Diff(want, out.Bucket, familytest.Plain, cmpopts.IgnoreFields(types.Bucket{}, "Arn", "SupportCode")); diff != "" {
		t.Errorf("CreateBucket (-want +got):\n%s", diff)
	}
	for what, pattern := range map[string]string{
		*out.Bucket.Arn:         `^arn:aws:lightsail:us-east-1:` + l.Server.AccountID + `:Bucket/[0-9a-f-]{36}$`,
		*out.Bucket.SupportCode: `^[0-9]{12}/photos$`,
	} {
		if !regexp.MustCompile(pattern).MatchString(what) {
			t.Errorf("got %s, want %s", what, pattern)
		}
	}
	l.Server.Restart(t)
	l.Client = l.Server.Client(familytest.Region)
	for what, in := range map[string]*lightsail.GetBucketsInput{"by name": {BucketName: new("photos")}, "in the list": {}} {
		got := familytest.Do(t, l.GetBuckets, in)
		if diff := cmp.Diff([]types.Bucket{*out.Bucket}, got.Buckets, familytest.Plain); diff != "" {
			t.Errorf("GetBuckets %s after a restart (-created +got):\n%s", what, diff)
		}
		sync := &types.AccountLevelBpaSync{Status: "InSync", LastSyncedAt: new(familytest.Start), BpaImpactsLightsail: new(false)}
		if diff := cmp.Diff(sync, got.AccountLevelBpaSync, familytest.Plain); diff != "" {
			t.Errorf("accountLevelBpaSync %s (-want +got):\n%s", what, diff)
		}
	}
}

func TestCreateBucket_versioned(t *testing.T) {
	l := newLab(t)
	for versioned, want := range map[bool]string{true: "Enabled", false: "NeverEnabled"} {
		out := familytest.Do(t, l.CreateBucket, &lightsail.CreateBucketInput{
			BucketName: new(fmt.Sprint("versions-", versioned)), BundleId: new("small_1_0"), EnableObjectVersioning: &versioned,
		})
		if got := *out.Bucket.ObjectVersioning; got != want {
			t.Errorf("objectVersioning with enableObjectVersioning %t is %s, want %s", versioned, got, want)
		}
	}
}

func TestCreateBucket_refusals(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	for name, want := range map[string]string{
		"photos": "Bucket with name photos already exists", "deploy": "Some names are already in use: deploy",
	} {
		_, err := l.CreateBucket(t.Context(), &lightsail.CreateBucketInput{BucketName: &name, BundleId: new("small_1_0")})
		familytest.WantInvalid(t, err, "NameExists", want)
	}
	_, err := l.CreateBucket(t.Context(), &lightsail.CreateBucketInput{BucketName: new("videos"), BundleId: new("tiny_1_0")})
	familytest.WantInvalid(t, err, "InvalidParams", "The specified bundle does not exist in this region: tiny_1_0")
	for _, name := range []string{"ab", "Photos", "a.b.c", "-photos", "photos-", "pho_tos", strings.Repeat("a", 55)} {
		_, err := l.CreateBucket(t.Context(), &lightsail.CreateBucketInput{BucketName: &name, BundleId: new("small_1_0")})
		if err == nil || !strings.Contains(err.Error(), "'bucketName' failed to satisfy constraint") {
			t.Errorf("CreateBucket %q: error %v, want one about bucketName", name, err)
		}
	}
	for _, name := range []string{"abc", "1-2", "a--b", strings.Repeat("a", 54)} {
		create(l, name)
	}
	if got := familytest.Do(t, l.GetBuckets, &lightsail.GetBucketsInput{}).Buckets; len(got) != 5 {
		t.Errorf("there are the buckets %q, want 5", names(got))
	}
	there := l.Server.Client("eu-central-1")
	for n := range 15 {
		_, err := there.CreateBucket(t.Context(), &lightsail.CreateBucketInput{BucketName: new(fmt.Sprint("more-", n)), BundleId: new("small_1_0")})
		familytest.NoError(t, err)
	}
	_, err = l.CreateBucket(t.Context(), &lightsail.CreateBucketInput{BucketName: new("one-more"), BundleId: new("small_1_0")})
	familytest.WantInvalid(t, err, "LimitExceeded", "Sorry, you've either reached or will exceed your maximum limit of Lightsail Buckets.")
}

func TestGetBuckets_selects(t *testing.T) {
	l := newLab(t)
	create(l, "b-2")
	create(l, "b-1")
	out := familytest.Do(t, l.GetBuckets, &lightsail.GetBucketsInput{})
	if diff := cmp.Diff([]string{"b-1", "b-2"}, names(out.Buckets)); diff != "" {
		t.Errorf("GetBuckets (-want +got):\n%s", diff)
	}
	for _, b := range out.Buckets {
		if b.Cors != nil || b.ResourcesReceivingAccess != nil {
			t.Errorf("%s is shown with cors %v and resources %v, which were not asked for", *b.Name, b.Cors, b.ResourcesReceivingAccess)
		}
	}
	for _, b := range familytest.Do(t, l.GetBuckets, &lightsail.GetBucketsInput{IncludeConnectedResources: new(true)}).Buckets {
		if b.ResourcesReceivingAccess == nil || len(b.ResourcesReceivingAccess) > 0 {
			t.Errorf("%s: resourcesReceivingAccess %v, want an empty list", *b.Name, b.ResourcesReceivingAccess)
		}
	}
	if got := get(l, "b-1"); got.Cors == nil || len(got.Cors.Rules) > 0 {
		t.Errorf("cors of a bucket without rules is %v, want no rules", got.Cors)
	}
	_, err := l.GetBuckets(t.Context(), &lightsail.GetBucketsInput{IncludeCors: new(true)})
	familytest.WantInvalid(t, err, "InvalidParams", "The parameter includeCors can be used only together with bucketName.")
	familytest.Do(t, l.GetBuckets, &lightsail.GetBucketsInput{IncludeCors: new(false)})
	_, err = l.GetBuckets(t.Context(), &lightsail.GetBucketsInput{BucketName: new("none")})
	familytest.WantNotFound(t, err, "The Bucket does not exist: none")
	_, err = l.Server.Client("eu-central-1").GetBuckets(t.Context(), &lightsail.GetBucketsInput{BucketName: new("b-1")})
	familytest.WantNotFound(t, err, "The Bucket does not exist: b-1")
	_, err = l.GetBuckets(t.Context(), &lightsail.GetBucketsInput{BucketName: new("b-1"), PageToken: new("x")})
	familytest.WantInvalid(t, err, "InvalidParams", "The page token is not valid.")
}

func TestGetBuckets_pages(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{PageSize: 2})
	want := []string{"b-0", "b-1", "b-2", "b-3", "b-4"}
	for _, name := range want {
		create(l, name)
	}
	var got []string
	in, pages := &lightsail.GetBucketsInput{}, 0
	for in.PageToken != nil || pages == 0 {
		page := familytest.Do(t, l.GetBuckets, in)
		got, in.PageToken, pages = append(got, names(page.Buckets)...), page.NextPageToken, pages+1
	}
	if diff := cmp.Diff(want, got); diff != "" || pages != 3 {
		t.Errorf("buckets on %d pages, want 3 (-want +got):\n%s", pages, diff)
	}
}

func TestUpdateBucketBundle_oncePerMonth(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	change := func(to string) ([]types.Operation, error) {
		out, err := l.UpdateBucketBundle(t.Context(), &lightsail.UpdateBucketBundleInput{BucketName: new("photos"), BundleId: &to})
		if err != nil {
			return nil, err
		}
		return out.Operations, nil
	}
	_, err := change("small_1_0")
	familytest.WantInvalid(t, err, "InvalidParams", "The bucket photos has the bundle small_1_0 already.")
	_, err = change("tiny_1_0")
	familytest.WantInvalid(t, err, "InvalidParams", "The specified bundle does not exist in this region: tiny_1_0")
	ops, err := change("large_1_0")
	familytest.NoError(t, err)
	l.WantOperations(ops, "UpdateBucketBundle Bucket photos - Succeeded")
	if got := get(l, "photos"); *got.BundleId != "large_1_0" || *got.AbleToUpdateBundle {
		t.Errorf("after the change: bundle %s, able to update %t, want large_1_0 and false", *got.BundleId, *got.AbleToUpdateBundle)
	}
	l.Pass(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).Sub(l.Now()) - time.Millisecond)
	_, err = change("medium_1_0")
	familytest.WantInvalid(t, err, "InvalidParams", "The bundle of the bucket photos was changed in this month already. "+
		"You can change it only once within a monthly billing cycle.")
	l.Pass(time.Millisecond)
	if !*get(l, "photos").AbleToUpdateBundle {
		t.Error("the bundle cannot be changed in the next month")
	}
	_, err = change("medium_1_0")
	familytest.NoError(t, err)
}

func TestDeleteBucket(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	out := familytest.Do(t, l.DeleteBucket, &lightsail.DeleteBucketInput{BucketName: new("photos")})
	l.WantOperations(out.Operations, "DeleteBucket Bucket photos - Succeeded")
	_, err := l.GetBuckets(t.Context(), &lightsail.GetBucketsInput{BucketName: new("photos")})
	familytest.WantNotFound(t, err, "The Bucket does not exist: photos")
	_, err = l.DeleteBucket(t.Context(), &lightsail.DeleteBucketInput{BucketName: new("photos"), ForceDelete: new(true)})
	familytest.WantNotFound(t, err, "The Bucket does not exist: photos")
	there := l.Server.Client("eu-central-1")
	_, err = there.CreateBucket(t.Context(), &lightsail.CreateBucketInput{BucketName: new("photos"), BundleId: new("small_1_0")})
	familytest.NoError(t, err)
}

func TestGetBucketBundles(t *testing.T) {
	l := newLab(t)
	bundle := func(id, name string, price float32, storage, transfer int32) types.BucketBundle {
		return types.BucketBundle{
			BundleId: &id, Name: &name, Price: &price, StoragePerMonthInGb: &storage, TransferPerMonthInGb: &transfer, IsActive: new(true),
		}
	}
	want := []types.BucketBundle{
		bundle("small_1_0", "Object Storage 5GB", 1, 5, 25), bundle("medium_1_0", "Object Storage 100GB", 3, 100, 250),
		bundle("large_1_0", "Object Storage 250GB", 5, 250, 500),
	}
	for _, inactive := range []*bool{nil, new(false), new(true)} {
		got := familytest.Do(t, l.GetBucketBundles, &lightsail.GetBucketBundlesInput{IncludeInactive: inactive})
		if diff := cmp.Diff(want, got.Bundles, familytest.Plain); diff != "" {
			t.Errorf("GetBucketBundles (-want +got):\n%s", diff)
		}
	}
}

func TestGetBucketMetricData_hasNoPointsOfAnEmptyBucket(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	in := &lightsail.GetBucketMetricDataInput{
		BucketName: new("photos"), MetricName: types.BucketMetricNameBucketSizeBytes, Period: new(int32(86400)), Unit: types.MetricUnitBytes,
		StartTime: new(l.Now().Add(-48 * time.Hour)), EndTime: new(l.Now()), Statistics: []types.MetricStatistic{types.MetricStatisticMaximum},
	}
	for _, unit := range []types.MetricUnit{types.MetricUnitBytes, types.MetricUnitCount} {
		in.Unit = unit
		got := familytest.Do(t, l.GetBucketMetricData, in)
		if got.MetricName != in.MetricName || got.MetricData == nil || len(got.MetricData) > 0 {
			t.Errorf("metric data in %s: %s %v, want BucketSizeBytes and no points", unit, got.MetricName, got.MetricData)
		}
	}
	in.EndTime = in.StartTime
	_, err := l.GetBucketMetricData(t.Context(), in)
	familytest.WantInvalid(t, err, "InvalidParams", "The parameter StartTime must not equal parameter EndTime.")
}

func TestTagResource_acceptsABucket(t *testing.T) {
	l := newLab(t)
	create(l, "photos")
	familytest.Do(t, l.TagResource, &lightsail.TagResourceInput{ResourceName: new("photos"), Tags: []types.Tag{familytest.Tag("a", "b")}})
	if got := get(l, "photos").Tags; len(got) != 1 || *got[0].Key != "a" {
		t.Errorf("tags are %v, want a=b", got)
	}
	active := familytest.Do(t, l.GetActiveNames, &lightsail.GetActiveNamesInput{}).ActiveNames
	if diff := cmp.Diff([]string{"deploy", "photos"}, active); diff != "" {
		t.Errorf("GetActiveNames (-want +got):\n%s", diff)
	}
}

package provider

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

func bucketResources() []resource {
	return []resource{bucket(newName()), versionedBucket(newName()), bucketAccessKey(newName()), bucketResourceAccess(newName())}
}

// bucket changes its bundle soon after its creation. It is deleted without force, and the third-party provider does not
// wait for that.
func bucket(name string) resource {
	return resource{
		name: "bucket",
		id:   name,
		create: []step{awaited((*lightsail.Client).CreateBucket, &lightsail.CreateBucketInput{
			BucketName: &name, BundleId: new("small_1_0"), Tags: tags("key1", "value1"),
		})},
		read:  readBucket(),
		reads: "name! arn! bundleId! url! createdAt! supportCode! objectVersioning! tags location.availabilityZone! location.regionName!",
		want: attributes{
			"name": name, "bundleId": "small_1_0", "objectVersioning": "NeverEnabled", "location.regionName": "us-east-1", "tags.%": "1", "tags.key1": "value1",
		},
		changes: []change{
			{steps: retagged(name, []string{"key1"}, "key2", "value2"), want: attributes{"tags.%": "1", "tags.key2": "value2"}},
			{
				steps: []step{awaited((*lightsail.Client).UpdateBucketBundle, &lightsail.UpdateBucketBundleInput{BucketName: &name, BundleId: new("medium_1_0")})},
				want:  attributes{"bundleId": "medium_1_0"},
			},
			{steps: versioning(name, "Enabled"), want: attributes{"objectVersioning": "Enabled", "bundleId": "medium_1_0"}},
			{steps: versioning(name, "Suspended"), want: attributes{"objectVersioning": "Suspended"}},
		},
		remove: []step{sent((*lightsail.Client).DeleteBucket, &lightsail.DeleteBucketInput{BucketName: &name})},
	}
}

// versionedBucket is created with versions. The official provider waits for its deletion.
func versionedBucket(name string) resource {
	r := bucket(name)
	r.name = "bucket with versions"
	r.create = []step{awaited((*lightsail.Client).CreateBucket, &lightsail.CreateBucketInput{
		BucketName: &name, BundleId: new("small_1_0"), EnableObjectVersioning: new(true),
	})}
	r.want = attributes{"objectVersioning": "Enabled", "tags.%": "0"}
	r.changes = []change{{steps: versioning(name, "Suspended"), want: attributes{"objectVersioning": "Suspended"}}}
	r.remove = []step{awaited((*lightsail.Client).DeleteBucket, &lightsail.DeleteBucketInput{BucketName: &name})}
	return r
}

func versioning(name, state string) []step {
	return []step{awaited((*lightsail.Client).UpdateBucket, &lightsail.UpdateBucketInput{BucketName: &name, Versioning: &state})}
}

func readBucket() func(*session, string) (any, error) {
	return reads((*lightsail.Client).GetBuckets, func(id string) *lightsail.GetBucketsInput { return &lightsail.GetBucketsInput{BucketName: &id} },
		func(out *lightsail.GetBucketsOutput, _ string) (any, error) { return first(out.Buckets) })
}

// bucketAccessKey is known by the bucket's name and the key's id.
func bucketAccessKey(name string) resource {
	return resource{
		name:  "bucket_access_key",
		needs: []resource{bucket(name)},
		create: []step{identified(
			awaited((*lightsail.Client).CreateBucketAccessKey, &lightsail.CreateBucketAccessKeyInput{BucketName: &name}),
			func(out *lightsail.CreateBucketAccessKeyOutput) string {
				return name + "," + *out.AccessKey.AccessKeyId
			},
		)},
		read: reads((*lightsail.Client).GetBucketAccessKeys, func(id string) *lightsail.GetBucketAccessKeysInput {
			bucket, _, _ := strings.Cut(id, ",")
			return &lightsail.GetBucketAccessKeysInput{BucketName: &bucket}
		}, func(out *lightsail.GetBucketAccessKeysOutput, id string) (any, error) {
			return find(out.AccessKeys, func(k types.AccessKey) bool { return name+","+*k.AccessKeyId == id })
		}),
		reads: "accessKeyId! createdAt! status!",
		want:  attributes{"status": "Active", "secretAccessKey": absent},
		remove: []step{byID(func(id string) step {
			_, key, _ := strings.Cut(id, ",")
			return awaited((*lightsail.Client).DeleteBucketAccessKey, &lightsail.DeleteBucketAccessKeyInput{BucketName: &name, AccessKeyId: &key})
		})},
	}
}

func bucketResourceAccess(name string) resource {
	web := newName()
	access := func(access types.ResourceBucketAccess) []step {
		return []step{awaited((*lightsail.Client).SetResourceAccessForBucket, &lightsail.SetResourceAccessForBucketInput{
			BucketName: &name, ResourceName: &web, Access: access,
		})}
	}
	return resource{
		name:   "bucket_resource_access",
		needs:  []resource{bucket(name), instance(web)},
		id:     name + "," + web,
		create: access(types.ResourceBucketAccessAllow),
		read: reads((*lightsail.Client).GetBuckets, func(id string) *lightsail.GetBucketsInput {
			bucket, _, _ := strings.Cut(id, ",")
			return &lightsail.GetBucketsInput{BucketName: &bucket, IncludeConnectedResources: new(true)}
		}, func(out *lightsail.GetBucketsOutput, id string) (any, error) {
			if len(out.Buckets) == 0 {
				return nil, errAbsent
			}
			return find(out.Buckets[0].ResourcesReceivingAccess, func(r types.ResourceReceivingAccess) bool { return name+","+*r.Name == id })
		}),
		reads:  "name! resourceType!",
		want:   attributes{"name": web, "resourceType": "Instance"},
		remove: access(types.ResourceBucketAccessDeny),
	}
}

package catalogue

import "github.com/aws/aws-sdk-go-v2/service/lightsail/types"

// BucketBundles returns the plans of buckets in the order in which GetBucketBundles lists
// them (observed). All regions have the same.
func BucketBundles() []types.BucketBundle { return all().bucketBundles.list }

// LookupBucketBundle finds a plan of buckets, active or not.
func LookupBucketBundle(id string) (*types.BucketBundle, bool) { return all().bucketBundles.lookup(id) }

func readBucketBundles() index[types.BucketBundle] {
	var list []types.BucketBundle
	readFile("bucket_bundles.json", bucketBundlesJSON, &list)
	return newIndex(list, func(b *types.BucketBundle) string { return *b.BundleId })
}

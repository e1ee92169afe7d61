package bucket

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/cost"
)

// Terms are what a bucket is charged by at present.
func (b *Bucket) Terms() cost.BundleTerms { return cost.BundleTerms{BundleID: *b.Doc.BundleId} }

// BundlesOver is how buckets are charged: the share of a month in which they have a bundle. AWS's usage
// type is not known.
var BundlesOver = cost.ByBundle(func(id string) (cost.Charge, bool) {
	b, ok := catalogue.LookupBucketBundle(id)
	if !ok {
		return cost.Charge{}, false
	}
	return cost.Charge{
		UsageType: fmt.Sprintf("ObjectStorageUsage:%dGB", *b.StoragePerMonthInGb), Unit: types.PricingUnitBundles, Amount: 1, Price: float64(*b.Price),
	}, true
})

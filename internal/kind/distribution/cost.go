package distribution

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/cost"
	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
)

// BundleTerms are what a distribution is charged by, enabled or not.
type BundleTerms struct {
	BundleID string `json:"bundleId"`
}

// Terms are the present terms of a distribution.
func (d *Distribution) Terms() BundleTerms { return BundleTerms{*d.Doc.BundleId} }

// BundlesOver is how distributions are charged: the share of a month in which they have a bundle. AWS's usage
// type is not known.
var BundlesOver = cost.NewTerms(checkBundleTerms, func(t BundleTerms, over cost.Span) (c cost.Charge) {
	if bundle, ok := catalogue.LookupDistributionBundle(t.BundleID); ok {
		c = cost.Charge{
			Span: over, UsageType: fmt.Sprintf("CDNUsage:%dGB", *bundle.TransferPerMonthInGb),
			Unit: types.PricingUnitBundles, Amount: 1, Price: float64(*bundle.Price),
		}
	}
	return c
})

func checkBundleTerms(t BundleTerms) error {
	if _, known := catalogue.LookupDistributionBundle(t.BundleID); !known {
		return fmt.Errorf("unknown bundle %q", audit.Shorten(t.BundleID))
	}
	return nil
}

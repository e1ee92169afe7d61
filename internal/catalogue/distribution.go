package catalogue

import "github.com/aws/aws-sdk-go-v2/service/lightsail/types"

// DistributionBundles returns the plans of distributions, the smallest first. Their prices and transfer are those of
// Lightsail's price list. Their names are a guess.
func DistributionBundles() []types.DistributionBundle { return all().distributionBundles.list }

// LookupDistributionBundle finds a plan of distributions.
func LookupDistributionBundle(id string) (*types.DistributionBundle, bool) {
	return all().distributionBundles.lookup(id)
}

func readDistributionBundles() index[types.DistributionBundle] {
	var list []types.DistributionBundle
	readFile("distribution_bundles.json", distributionBundlesJSON, &list)
	return newIndex(list, func(b *types.DistributionBundle) string { return *b.BundleId })
}

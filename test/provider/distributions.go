package provider

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

func distributionResources() []resource {
	return []resource{distribution(newName(), newName()), uncachedDistribution(newName(), newName())}
}

// distribution has a bucket as its origin. The official provider waits for each change, and for the deletion.
func distribution(name, from string) resource {
	changed := func(in lightsail.UpdateDistributionInput) []step {
		in.DistributionName = &name
		return []step{awaited((*lightsail.Client).UpdateDistribution, &in)}
	}
	return resource{
		name: "distribution", id: name, needs: []resource{bucket(from)},
		create: []step{awaited((*lightsail.Client).CreateDistribution, &lightsail.CreateDistributionInput{
			DistributionName: &name, BundleId: new("small_1_0"), Origin: &types.InputOrigin{Name: &from, RegionName: types.RegionNameUsEast1},
			DefaultCacheBehavior: &types.CacheBehavior{Behavior: types.BehaviorEnumCacheSetting}, Tags: tags("key1", "value1"),
			CacheBehaviorSettings: &types.CacheSettings{
				AllowedHTTPMethods: new("GET,HEAD,OPTIONS,PUT,PATCH,POST,DELETE"), CachedHTTPMethods: new("GET,HEAD"),
				DefaultTTL: new(int64(86400)), MaximumTTL: new(int64(31536000)), ForwardedCookies: &types.CookieObject{Option: types.ForwardValuesNone},
				ForwardedHeaders: &types.HeaderObject{Option: "default"}, ForwardedQueryStrings: &types.QueryStringObject{Option: new(false)},
			},
		})},
		read: readDistribution,
		reads: "name! arn! bundleId! createdAt! domainName! isEnabled! ipAddressType! originPublicDNS! status! supportCode! resourceType! tags " +
			"location.availabilityZone! location.regionName! origin defaultCacheBehavior cacheBehaviorSettings? cacheBehaviors alternativeDomainNames",
		want: attributes{
			"name": name, "bundleId": "small_1_0", "isEnabled": "true", "ipAddressType": "dualstack", "origin.name": from, "origin.resourceType": "Bucket",
			"origin.regionName": "us-east-1", "defaultCacheBehavior.behavior": "cache", "cacheBehaviorSettings.minimumTTL": "0", "cacheBehaviors.#": "0",
			"cacheBehaviorSettings.forwardedHeaders.option": "default", "cacheBehaviorSettings.forwardedCookies.option": "none", "alternativeDomainNames.#": "0",
			"tags.%": "1", "tags.key1": "value1",
		},
		changes: []change{
			{steps: retagged(name, []string{"key1"}, "key2", "value2"), want: attributes{"tags.%": "1", "tags.key2": "value2"}},
			{steps: changed(lightsail.UpdateDistributionInput{IsEnabled: new(false)}), want: attributes{"isEnabled": "false"}},
			{steps: changed(lightsail.UpdateDistributionInput{IsEnabled: new(true)}), want: attributes{"isEnabled": "true"}},
			{
				steps: []step{awaited((*lightsail.Client).UpdateDistributionBundle, &lightsail.UpdateDistributionBundleInput{DistributionName: &name, BundleId: new("medium_1_0")})},
				want:  attributes{"bundleId": "medium_1_0"},
			},
			{
				steps: changed(lightsail.UpdateDistributionInput{CacheBehaviors: []types.CacheBehaviorPerPath{{Path: new("/images"), Behavior: types.BehaviorEnumCacheSetting}}}),
				want:  attributes{"cacheBehaviors.#": "1", "cacheBehaviors.0.path": "/images", "cacheBehaviors.0.behavior": "cache"},
			},
		},
		remove: []step{awaited((*lightsail.Client).DeleteDistribution, &lightsail.DeleteDistributionInput{DistributionName: &name})},
	}
}

// readDistribution takes an InvalidInputException for "gone", as the official provider does here, and an empty list: that is the
// answer if the account has no other distribution.
func readDistribution(s *session, id string) (any, error) {
	out, err := s.GetDistributions(s.t.Context(), &lightsail.GetDistributionsInput{DistributionName: &id})
	var invalid *types.InvalidInputException
	if errors.As(err, &invalid) || err == nil && len(out.Distributions) == 0 {
		return nil, errAbsent
	}
	if err != nil {
		return nil, err
	}
	return first(out.Distributions)
}

// uncachedDistribution sends an empty block of settings, and reads it back so.
func uncachedDistribution(name, from string) resource {
	r := distribution(name, from)
	r.name = "distribution without settings"
	r.create = []step{awaited((*lightsail.Client).CreateDistribution, &lightsail.CreateDistributionInput{
		DistributionName: &name, BundleId: new("small_1_0"), Origin: &types.InputOrigin{Name: &from, RegionName: types.RegionNameUsEast1},
		DefaultCacheBehavior: &types.CacheBehavior{Behavior: types.BehaviorEnumDontCacheSetting}, CacheBehaviorSettings: &types.CacheSettings{},
	})}
	r.want = attributes{"defaultCacheBehavior.behavior": "dont-cache", "cacheBehaviorSettings.defaultTTL": absent, "tags.%": "0"}
	r.changes = nil
	return r
}

package provider

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

func distributionResources() []resource {
	return []resource{
		distribution(newName(), newName()), uncachedDistribution(newName(), newName()), servedDistribution(newName()), balancedDistribution(newName()),
	}
}

// distribution has a bucket as its origin. The official provider waits for each change, and for the deletion.
func distribution(name, from string) resource {
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
			"name": name, "bundleId": "small_1_0", "origin.protocolPolicy": absent, "isEnabled": "true", "ipAddressType": "dualstack", "origin.name": from, "origin.resourceType": "Bucket",
			"origin.regionName": "us-east-1", "defaultCacheBehavior.behavior": "cache", "cacheBehaviorSettings.minimumTTL": "0", "cacheBehaviors.#": "0",
			"cacheBehaviorSettings.forwardedHeaders.option": "default", "cacheBehaviorSettings.forwardedCookies.option": "none", "alternativeDomainNames.#": "0",
			"tags.%": "1", "tags.key1": "value1",
		},
		changes: distributionChanges(name),
		remove:  []step{awaited((*lightsail.Client).DeleteDistribution, &lightsail.DeleteDistributionInput{DistributionName: &name})},
	}
}

// distributionChanges are all updates that the provider has, each alone.
func distributionChanges(name string) []change {
	changed := func(in lightsail.UpdateDistributionInput) []step { return []step{updatedDistribution(name, in)} }
	return []change{
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
		{steps: []step{awaited((*lightsail.Client).SetIpAddressType, &lightsail.SetIpAddressTypeInput{
			ResourceType: types.ResourceTypeDistribution, ResourceName: &name, IpAddressType: types.IpAddressTypeIpv4,
		})}, want: attributes{"ipAddressType": "ipv4"}},
		{
			steps: changed(lightsail.UpdateDistributionInput{CacheBehaviorSettings: &types.CacheSettings{
				AllowedHTTPMethods: new("GET,HEAD,OPTIONS"), CachedHTTPMethods: new("GET,HEAD,OPTIONS"),
				DefaultTTL: new(int64(50000)), MinimumTTL: new(int64(10000)), MaximumTTL: new(int64(100000)),
				ForwardedHeaders:      &types.HeaderObject{Option: types.ForwardValuesAllowList, HeadersAllowList: []types.HeaderEnum{"Host", "Origin"}},
				ForwardedQueryStrings: &types.QueryStringObject{Option: new(true), QueryStringsAllowList: []string{"test"}},
			}}),
			want: attributes{
				"cacheBehaviorSettings.minimumTTL": "10000", "cacheBehaviorSettings.forwardedHeaders.headersAllowList.#": "2",
				"cacheBehaviorSettings.forwardedQueryStrings.option": "true",
			},
		},
		{
			steps: changed(lightsail.UpdateDistributionInput{DefaultCacheBehavior: &types.CacheBehavior{Behavior: types.BehaviorEnumDontCacheSetting}}),
			want:  attributes{"defaultCacheBehavior.behavior": "dont-cache"},
		},
	}
}

func updatedDistribution(name string, in lightsail.UpdateDistributionInput) step {
	in.DistributionName = &name
	return awaited((*lightsail.Client).UpdateDistribution, &in)
}

// servedDistribution has a certificate from the start, and another one later: the provider sends its name alone.
func servedDistribution(name string) resource {
	from, zone, first, second := newName(), name+".com", name+"-first", name+"-second"
	r := distribution(name, from)
	r.name = "distribution with a certificate"
	r.needs = append(r.needs, domain(zone), issued(first, zone), issued(second, "shop."+zone))
	r.create = []step{awaited((*lightsail.Client).CreateDistribution, &lightsail.CreateDistributionInput{
		DistributionName: &name, BundleId: new("small_1_0"), Origin: &types.InputOrigin{Name: &from, RegionName: types.RegionNameUsEast1},
		DefaultCacheBehavior: &types.CacheBehavior{Behavior: types.BehaviorEnumCacheSetting}, CertificateName: &first,
		IpAddressType: types.IpAddressTypeDualstack,
	}), updatedDistribution(name, lightsail.UpdateDistributionInput{IsEnabled: new(false)})}
	r.reads += " certificateName!"
	r.want = attributes{"certificateName": first, "isEnabled": "false", "alternativeDomainNames.#": "2", "alternativeDomainNames.0": zone}
	r.changes = []change{{
		steps: []step{updatedDistribution(name, lightsail.UpdateDistributionInput{CertificateName: &second})},
		want:  attributes{"certificateName": second},
	}}
	return r
}

// balancedDistribution has a load balancer as its origin, and a bucket later.
func balancedDistribution(name string) resource {
	bucketName, attachment := newName(), loadBalancerAttachment(newName())
	balancer := attachment.id
	r := distribution(name, bucketName)
	r.name = "distribution of a load balancer"
	r.needs = append(append(r.needs, attachment.needs...), attachment)
	r.create = []step{awaited((*lightsail.Client).CreateDistribution, &lightsail.CreateDistributionInput{
		DistributionName: &name, BundleId: new("small_1_0"), DefaultCacheBehavior: &types.CacheBehavior{Behavior: types.BehaviorEnumCacheSetting},
		Origin: &types.InputOrigin{Name: &balancer, RegionName: types.RegionNameUsEast1, ProtocolPolicy: types.OriginProtocolPolicyEnumHTTPOnly},
	})}
	r.want = attributes{"origin.name": balancer, "origin.resourceType": "LoadBalancer", "origin.protocolPolicy": "http-only"}
	r.changes = []change{{
		steps: []step{updatedDistribution(name, lightsail.UpdateDistributionInput{Origin: &types.InputOrigin{Name: &bucketName, RegionName: types.RegionNameUsEast1}})},
		want:  attributes{"origin.name": bucketName, "origin.resourceType": "Bucket", "origin.protocolPolicy": absent},
	}}
	return r
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

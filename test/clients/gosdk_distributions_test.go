//go:build clients

package clients

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
)

func onDistribution(action, name string, details ...string) record {
	return withDetails(record{action: action, kind: types.ResourceTypeDistribution, name: name}, details)
}

func (u *user) distribution(name string) types.LightsailDistribution {
	u.t.Helper()
	list := do(u, u.GetDistributions, &lightsail.GetDistributionsInput{DistributionName: &name}).Distributions
	if len(list) != 1 {
		u.t.Fatalf("GetDistributions returned %d distributions, want %s alone", len(list), name)
	}
	return list[0]
}

// testDistributions goes through the life of a distribution of a bucket: changes, a certificate, and the end.
func testDistributions(t *testing.T, c *lightsail.Client) {
	u, name, from := newUser(t, c), "go-sdk-cdn", new("go-sdk-origin")
	do(u, u.CreateBucket, &lightsail.CreateBucketInput{BucketName: from, BundleId: new("small_1_0")})
	created := do(u, u.CreateDistribution, &lightsail.CreateDistributionInput{
		DistributionName: &name, BundleId: new("small_1_0"), Tags: []types.Tag{tag("team", "web")},
		Origin:               &types.InputOrigin{Name: from, RegionName: types.RegionNameUsEast1},
		DefaultCacheBehavior: &types.CacheBehavior{Behavior: types.BehaviorEnumCacheSetting},
	})
	if got := *created.Distribution.Status; got != "InProgress" {
		t.Errorf("a new distribution is %s, want InProgress", got)
	}
	u.wantStarted([]types.Operation{*created.Operation}, onDistribution("CreateDistribution", name))
	created.Distribution.Status = new("Deployed")
	if diff := cmp.Diff(*created.Distribution, u.distribution(name), ignoreUnexported); diff != "" {
		t.Errorf("distribution: -created +read\n%s", diff)
	}
	refused(u, u.GetDistributions, &lightsail.GetDistributionsInput{DistributionName: new("none")}, invalid("DoesNotExist", "Requested resource not found"))
	refused(u, u.DeleteBucket, &lightsail.DeleteBucketInput{BucketName: from}, invalid("InvalidParams", ""))

	testDistributionChanges(u, name)
	testDistributionCertificate(u, name)
	testDistributionSubdomain(u, name)

	deleted := do(u, u.DeleteDistribution, &lightsail.DeleteDistributionInput{DistributionName: &name})
	u.wantDone([]types.Operation{*deleted.Operation}, onDistribution("DeleteDistribution", name))
	if list := do(u, u.GetDistributions, &lightsail.GetDistributionsInput{}).Distributions; len(list) != 0 {
		t.Errorf("GetDistributions returned %d distributions after the deletion", len(list))
	}
	do(u, u.DeleteBucket, &lightsail.DeleteBucketInput{BucketName: from})
}

// testDistributionChanges changes settings and the bundle, and resets the cache.
func testDistributionChanges(u *user, name string) {
	updated := do(u, u.UpdateDistribution, &lightsail.UpdateDistributionInput{
		DistributionName: &name, IsEnabled: new(false), CacheBehaviorSettings: &types.CacheSettings{DefaultTTL: new(int64(60))},
	})
	u.wantStarted([]types.Operation{*updated.Operation}, onDistribution("UpdateDistribution", name))
	u.wantStarted(do(u, u.SetIpAddressType, &lightsail.SetIpAddressTypeInput{
		ResourceType: types.ResourceTypeDistribution, ResourceName: &name, IpAddressType: types.IpAddressTypeIpv4,
	}).Operations, onDistribution("SetIpAddressType", name))
	if d := u.distribution(name); *d.IsEnabled || *d.CacheBehaviorSettings.DefaultTTL != 60 || d.IpAddressType != types.IpAddressTypeIpv4 {
		u.t.Errorf("after the changes: enabled %t, default TTL %d, %s", *d.IsEnabled, *d.CacheBehaviorSettings.DefaultTTL, d.IpAddressType)
	}
	bundles := do(u, u.GetDistributionBundles, &lightsail.GetDistributionBundlesInput{}).Bundles
	change := &lightsail.UpdateDistributionBundleInput{DistributionName: &name, BundleId: bundles[1].BundleId}
	u.wantDone([]types.Operation{*do(u, u.UpdateDistributionBundle, change).Operation}, onDistribution("UpdateDistributionBundle", name))
	refused(u, u.UpdateDistributionBundle, &lightsail.UpdateDistributionBundleInput{DistributionName: &name, BundleId: bundles[0].BundleId}, invalid("InvalidParams", ""))
	reset := do(u, u.ResetDistributionCache, &lightsail.ResetDistributionCacheInput{DistributionName: &name})
	u.wantStarted([]types.Operation{*reset.Operation}, onDistribution("ResetDistributionCache", name))
	latest := do(u, u.GetDistributionLatestCacheReset, &lightsail.GetDistributionLatestCacheResetInput{})
	if *latest.Status != "Completed" || !latest.CreateTime.Equal(*reset.CreateTime) {
		u.t.Errorf("the latest reset is %s of %v, want Completed of %v", *latest.Status, latest.CreateTime, reset.CreateTime)
	}
	metric := do(u, u.GetDistributionMetricData, &lightsail.GetDistributionMetricDataInput{
		DistributionName: &name, MetricName: types.DistributionMetricNameRequests, Unit: types.MetricUnitNone, Period: new(int32(300)),
		StartTime: new(time.Now().Add(-time.Hour)), EndTime: new(time.Now()), Statistics: []types.MetricStatistic{types.MetricStatisticSum},
	})
	if metric.MetricName != types.DistributionMetricNameRequests || metric.MetricData == nil {
		u.t.Errorf("the metric %s has the data %v, want a list of Requests", metric.MetricName, metric.MetricData)
	}
}

// testDistributionCertificate attaches a certificate that a zone validates, and detaches it.
func testDistributionCertificate(u *user, name string) {
	zone, cert := new("go-sdk-cdn.example.net"), new("go-sdk-certificate")
	do(u, u.CreateDomain, &lightsail.CreateDomainInput{DomainName: zone})
	do(u, u.CreateCertificate, &lightsail.CreateCertificateInput{CertificateName: cert, DomainName: zone})
	poll(u, func() *types.Certificate { return u.certificate(*cert) }, func(c *types.Certificate) bool { return c.Status == types.CertificateStatusIssued })
	attached := do(u, u.AttachCertificateToDistribution, &lightsail.AttachCertificateToDistributionInput{DistributionName: &name, CertificateName: cert})
	u.wantStarted([]types.Operation{*attached.Operation}, onDistribution("AttachCertificateToDistribution", name, *cert))
	if d := u.distribution(name); *d.CertificateName != *cert || !slices.Equal(d.AlternativeDomainNames, []string{*zone}) {
		u.t.Errorf("the distribution has the certificate %s and the names %q, want %s and %s", *d.CertificateName, d.AlternativeDomainNames, *cert, *zone)
	}
	refused(u, u.DeleteCertificate, &lightsail.DeleteCertificateInput{CertificateName: cert}, invalid("InvalidParams", ""))
	detached := do(u, u.DetachCertificateFromDistribution, &lightsail.DetachCertificateFromDistributionInput{DistributionName: &name})
	u.wantStarted([]types.Operation{*detached.Operation}, onDistribution("DetachCertificateFromDistribution", name, *cert))
	do(u, u.DeleteCertificate, &lightsail.DeleteCertificateInput{CertificateName: cert})
	do(u, u.DeleteDomain, &lightsail.DeleteDomainInput{DomainName: zone})
}

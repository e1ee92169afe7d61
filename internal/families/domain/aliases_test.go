package domain_test

import (
	"errors"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// targets are the DNS names of a new load balancer, distribution and container service.
func targets(l *familytest.Lab) (all []string) {
	l.T.Helper()
	familytest.Do(l.T, l.CreateLoadBalancer, &lightsail.CreateLoadBalancerInput{LoadBalancerName: new("lb"), InstancePort: 80})
	lb := familytest.Do(l.T, l.GetLoadBalancer, &lightsail.GetLoadBalancerInput{LoadBalancerName: new("lb")}).LoadBalancer
	familytest.Do(l.T, l.CreateBucket, &lightsail.CreateBucketInput{BucketName: new("an-origin"), BundleId: new("small_1_0")})
	cdn := familytest.Do(l.T, l.CreateDistribution, &lightsail.CreateDistributionInput{
		DistributionName: new("cdn"), BundleId: new("small_1_0"), Origin: &types.InputOrigin{Name: new("an-origin"), RegionName: "us-east-1"},
		DefaultCacheBehavior: &types.CacheBehavior{Behavior: types.BehaviorEnumCacheSetting},
	}).Distribution
	service := familytest.Do(l.T, l.CreateContainerService, &lightsail.CreateContainerServiceInput{
		ServiceName: new("svc"), Power: types.ContainerServicePowerNameNano, Scale: new(int32(1)),
	}).ContainerService
	address, err := url.Parse(*service.Url)
	familytest.NoError(l.T, err)
	return []string{*lb.DnsName, *cdn.DomainName, address.Host}
}

// TestCreateDomainEntry_aliases: an alias leads to a load balancer, a distribution or a container service, and shows its
// name as that does. What it leads to can go.
func TestCreateDomainEntry_aliases(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	create(l, "example.com")
	want := []string{}
	for n, target := range targets(l) {
		for _, kind := range []string{"A", "AAAA"} {
			e := entry([]string{"example.com", "cdn.example.com", "svc.example.com"}[n], kind, target+".")
			e.IsAlias = new(true)
			add(l, "example.com", e)
			want = append(want, *e.Name+" "+kind+" "+target+" true")
		}
	}
	if diff := cmp.Diff(want, entries(l, "example.com")); diff != "" {
		t.Errorf("aliases (-want +got):\n%s", diff)
	}
	familytest.Do(t, l.DeleteLoadBalancer, &lightsail.DeleteLoadBalancerInput{LoadBalancerName: new("lb")})
	if diff := cmp.Diff(want, entries(l, "example.com")); diff != "" {
		t.Errorf("aliases after the deletion of the load balancer (-want +got):\n%s", diff)
	}
}

// TestCreateDomainEntry_aliasIsNoAddress: an alias leads to a name.
func TestCreateDomainEntry_aliasIsNoAddress(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	create(l, "example.com")
	for kind, target := range map[string]string{"A": "192.0.2.1", "AAAA": "2001:db8::1"} {
		e := entry("example.com", kind, target)
		e.IsAlias = new(true)
		_, err := l.CreateDomainEntry(t.Context(), &lightsail.CreateDomainEntryInput{DomainName: new("example.com"), DomainEntry: e})
		familytest.WantInvalid(t, err, "InvalidParams", "The target of the "+kind+" entry example.com is invalid: "+target)
	}
	for _, e := range []*types.DomainEntry{
		{Name: new("www.example.com"), Type: new("CNAME"), Target: new("a.example.net"), IsAlias: new(true)},
		{Name: new("www.example.com"), Type: new("A"), Target: new("a.example.net"), IsAlias: new(false)},
	} {
		_, err := l.CreateDomainEntry(t.Context(), &lightsail.CreateDomainEntryInput{DomainName: new("example.com"), DomainEntry: e})
		if _, ok := errors.AsType[*types.InvalidInputException](err); !ok {
			t.Errorf("CreateDomainEntry of %s %s as alias %t: error %v, want InvalidInputException", *e.Type, *e.Target, *e.IsAlias, err)
		}
	}
}

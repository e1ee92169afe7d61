package distribution_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
)

// TestCreateDistribution_ofALoadBalancer has a load balancer with an instance, under its DNS name.
func TestCreateDistribution_ofALoadBalancer(t *testing.T) {
	l := newLab(t)
	l.web(l.Client, "us-east-1")
	const name = "front_end.lb-1"
	familytest.Do(t, l.CreateLoadBalancer, &lightsail.CreateLoadBalancerInput{LoadBalancerName: new(name), InstancePort: 80})
	l.Pass(2 * time.Minute)
	in := of("cdn")
	in.Origin = origin(name, "us-east-1")
	in.Origin.ProtocolPolicy = types.OriginProtocolPolicyEnumHTTPSOnly
	_, err := l.CreateDistribution(t.Context(), in)
	wantRefused(t, err, "The load balancer needs an attached instance to be the origin of a distribution: "+name)
	familytest.Do(t, l.AttachInstancesToLoadBalancer, &lightsail.AttachInstancesToLoadBalancerInput{LoadBalancerName: new(name), InstanceNames: []string{"web"}})
	d := l.create(in)
	b := familytest.Do(t, l.GetLoadBalancer, &lightsail.GetLoadBalancerInput{LoadBalancerName: new(name)}).LoadBalancer
	want := &types.Origin{Name: new(name), RegionName: "us-east-1", ResourceType: "LoadBalancer", ProtocolPolicy: "https-only", ResponseTimeout: new(int32(30))}
	if diff := gocmp.Diff(want, d.Origin, familytest.Plain); diff != "" || *d.OriginPublicDNS != *b.DnsName {
		t.Errorf("the name is %s, want %s; the origin (-want +got):\n%s", *d.OriginPublicDNS, *b.DnsName, diff)
	}
	familytest.Do(t, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("web")})
	familytest.Do(t, l.DeleteLoadBalancer, &lightsail.DeleteLoadBalancerInput{LoadBalancerName: new(name)})
	if diff := gocmp.Diff(d, l.get("cdn"), familytest.Plain); diff != "" {
		t.Errorf("the distribution before (-) and after (+) its origin was deleted:\n%s", diff)
	}
}

// TestCreateDistribution_ofALoadBalancerWithoutItsInstance counts an instance that was detached until it is gone from the load
// balancer, and no longer.
func TestCreateDistribution_ofALoadBalancerWithoutItsInstance(t *testing.T) {
	l := newLab(t)
	l.web(l.Client, "us-east-1")
	instances, name := []string{"web"}, new("front")
	familytest.Do(t, l.CreateLoadBalancer, &lightsail.CreateLoadBalancerInput{LoadBalancerName: name, InstancePort: 80})
	l.Pass(2 * time.Minute)
	familytest.Do(t, l.AttachInstancesToLoadBalancer, &lightsail.AttachInstancesToLoadBalancerInput{LoadBalancerName: name, InstanceNames: instances})
	familytest.Do(t, l.DetachInstancesFromLoadBalancer, &lightsail.DetachInstancesFromLoadBalancerInput{LoadBalancerName: name, InstanceNames: instances})
	l.Pass(299 * time.Second)
	in := of("cdn")
	in.Origin = origin(*name, "us-east-1")
	familytest.Do(t, l.CreateDistribution, in)
	l.Pass(time.Second)
	in.DistributionName = new("other")
	_, err := l.CreateDistribution(t.Context(), in)
	wantRefused(t, err, "The load balancer needs an attached instance to be the origin of a distribution: front")
}

// TestUpdateDistribution_ofAContainerService is shown among the public domain names of the service while it is the origin.
func TestUpdateDistribution_ofAContainerService(t *testing.T) {
	l := newLab(t)
	d := l.create(of("cdn"))
	familytest.Do(t, l.CreateContainerService, &lightsail.CreateContainerServiceInput{ServiceName: new("svc"), Power: "nano", Scale: new(int32(1))})
	l.Pass(5 * time.Minute)
	wantNames := func(want map[string][]string) {
		t.Helper()
		got := familytest.Do(t, l.GetContainerServices, &lightsail.GetContainerServicesInput{ServiceName: new("svc")}).ContainerServices[0].PublicDomainNames
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("publicDomainNames (-want +got):\n%s", diff)
		}
	}
	wantNames(nil)
	l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), Origin: origin("svc", "us-east-1")})
	own := map[string][]string{"_": {*d.DomainName}}
	wantNames(own)
	familytest.Do(t, l.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: new("svc"), PublicDomainNames: own})
	l.Pass(5 * time.Minute)
	_, err := l.UpdateContainerService(t.Context(), &lightsail.UpdateContainerServiceInput{
		ServiceName: new("svc"), PublicDomainNames: map[string][]string{"_": {"d123.cloudfront.net"}},
	})
	var refused *types.InvalidInputException
	if !asInvalid(err, &refused) || *refused.Message != `The following certificates do not exist: "_"` {
		t.Errorf("a name of no distribution: got %v, want that its certificate does not exist", err)
	}
	wantNames(own)
	l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), Origin: origin("photos", "us-east-1")})
	wantNames(nil)
	familytest.Do(t, l.DeleteContainerService, &lightsail.DeleteContainerServiceInput{ServiceName: new("svc")})
	_, err = l.UpdateDistribution(t.Context(), &lightsail.UpdateDistributionInput{DistributionName: new("cdn"), Origin: origin("svc", "us-east-1")})
	wantRefused(t, err, "The origin does not exist in the Region us-east-1: svc")
}

// TestSetIpAddressType_ofADistribution sets the types that a distribution can have.
func TestSetIpAddressType_ofADistribution(t *testing.T) {
	l := newLab(t)
	l.create(of("cdn"))
	set := func(c *lightsail.Client, name string, to types.IpAddressType) ([]types.Operation, error) {
		out, err := c.SetIpAddressType(t.Context(), &lightsail.SetIpAddressTypeInput{ResourceType: "Distribution", ResourceName: &name, IpAddressType: to})
		if err != nil {
			return nil, err
		}
		return out.Operations, nil
	}
	for _, to := range []types.IpAddressType{"ipv4", "ipv4", "dualstack"} {
		ops, err := set(l.Client, "cdn", to)
		familytest.NoError(t, err)
		l.WantOperations(ops, "SetIpAddressType Distribution cdn - Started")
		l.WantSucceeds(ops[0], deployment)
		if d := l.get("cdn"); d.IpAddressType != to || *d.Status != "Deployed" {
			t.Errorf("the type is %s, the status %s, want %s, Deployed", d.IpAddressType, *d.Status, to)
		}
	}
	_, err := set(l.Client, "cdn", "ipv6")
	wantRefused(t, err, "The IP address type of a distribution is ipv4 or dualstack, not ipv6.")
	_, err = set(l.Client, "photos", "ipv4")
	familytest.WantInvalid(t, err, "DoesNotExist", missing)
	_, err = set(l.Server.Client("eu-west-1"), "cdn", "ipv4")
	familytest.WantInvalid(t, err, "UnsupportedOperation", "Distribution-related APIs are only available in the us-east-1 Region. "+
		"Please set your Region configuration to us-east-1 to create, view, or edit distribution resources.")
}

// TestUpdateDistribution_protocolPolicy is always HTTPS for a bucket, and shown if it was given.
func TestUpdateDistribution_protocolPolicy(t *testing.T) {
	l := newLab(t)
	l.create(of("cdn"))
	for sent, want := range map[types.OriginProtocolPolicyEnum]types.OriginProtocolPolicyEnum{"": "", "http-only": "https-only", "https-only": "https-only"} {
		from := origin("photos", "us-east-1")
		from.ProtocolPolicy = sent
		if d := l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), Origin: from}); d.Origin.ProtocolPolicy != want {
			t.Errorf("sent %q: the policy is %q, want %q", sent, d.Origin.ProtocolPolicy, want)
		}
	}
}

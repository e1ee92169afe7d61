package loadbalancer_test

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// chance draws what moves are about: few names, so that moves meet.
type chance struct{ *mathrand.Rand }

func (r chance) name(kind string, n int) *string { return new(fmt.Sprint(kind, r.IntN(n))) }

func (r chance) balancer() *string    { return r.name("lb", 3) }
func (r chance) certificate() *string { return r.name("cert", 4) }
func (r chance) instance() *string    { return r.name("web", 4) }

var moves = []func(context.Context, *lightsail.Client, chance) error{
	createSome, deleteSome, updateSome, createInstance, deleteInstance, stopSome, startSome, attachSome, detachSome,
	attachSome, detachSome, requestSome, requestSome, proveSome, proveSome, serveSome, serveSome, deleteCertificate, redirectSome,
}

func createSome(ctx context.Context, c *lightsail.Client, r chance) error {
	in := &lightsail.CreateLoadBalancerInput{LoadBalancerName: r.balancer(), InstancePort: 80}
	if r.IntN(2) == 0 {
		in.CertificateName, in.CertificateDomainName = r.certificate(), new("example.com")
	}
	_, err := c.CreateLoadBalancer(ctx, in)
	return err
}

func deleteSome(ctx context.Context, c *lightsail.Client, r chance) error {
	if r.IntN(3) > 0 {
		_, err := c.GetLoadBalancer(ctx, &lightsail.GetLoadBalancerInput{LoadBalancerName: r.balancer()})
		return err
	}
	_, err := c.DeleteLoadBalancer(ctx, &lightsail.DeleteLoadBalancerInput{LoadBalancerName: r.balancer()})
	return err
}

func updateSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.UpdateLoadBalancerAttribute(ctx, &lightsail.UpdateLoadBalancerAttributeInput{
		LoadBalancerName: r.balancer(), AttributeName: types.LoadBalancerAttributeNameHealthCheckPath, AttributeValue: new(fmt.Sprint("/", r.IntN(9))),
	})
	return err
}

func redirectSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.UpdateLoadBalancerAttribute(ctx, &lightsail.UpdateLoadBalancerAttributeInput{
		LoadBalancerName: r.balancer(), AttributeName: types.LoadBalancerAttributeNameHttpsRedirectionEnabled, AttributeValue: new("true"),
	})
	return err
}

func createInstance(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.CreateInstances(ctx, &lightsail.CreateInstancesInput{
		InstanceNames: []string{*r.instance()}, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"), KeyPairName: new("deploy"),
	})
	return err
}

func deleteInstance(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.DeleteInstance(ctx, &lightsail.DeleteInstanceInput{InstanceName: r.instance()})
	return err
}

func stopSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.StopInstance(ctx, &lightsail.StopInstanceInput{InstanceName: r.instance()})
	return err
}

func startSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.StartInstance(ctx, &lightsail.StartInstanceInput{InstanceName: r.instance()})
	return err
}

func attachSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.AttachInstancesToLoadBalancer(ctx, &lightsail.AttachInstancesToLoadBalancerInput{
		LoadBalancerName: r.balancer(), InstanceNames: []string{*r.instance(), *r.instance()},
	})
	return err
}

func detachSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.DetachInstancesFromLoadBalancer(ctx, &lightsail.DetachInstancesFromLoadBalancerInput{
		LoadBalancerName: r.balancer(), InstanceNames: []string{*r.instance()},
	})
	return err
}

func requestSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.CreateLoadBalancerTlsCertificate(ctx, &lightsail.CreateLoadBalancerTlsCertificateInput{
		LoadBalancerName: r.balancer(), CertificateName: r.certificate(), CertificateDomainName: new("example.com"),
		CertificateAlternativeNames: []string{*r.certificate() + ".test"}[:max(0, r.IntN(4)-2)],
	})
	return err
}

// proveSome adds the record of the domain that most certificates have.
func proveSome(ctx context.Context, c *lightsail.Client, r chance) error {
	out, err := c.GetLoadBalancerTlsCertificates(ctx, &lightsail.GetLoadBalancerTlsCertificatesInput{LoadBalancerName: r.balancer()})
	if err != nil || len(out.TlsCertificates) == 0 {
		return err
	}
	record := out.TlsCertificates[0].DomainValidationRecords[0]
	entry := &types.DomainEntry{Name: record.Name, Type: record.Type, Target: record.Value}
	if r.IntN(6) == 0 {
		_, err = c.DeleteDomainEntry(ctx, &lightsail.DeleteDomainEntryInput{DomainName: new("example.com"), DomainEntry: entry})
		return err
	}
	_, err = c.CreateDomainEntry(ctx, &lightsail.CreateDomainEntryInput{DomainName: new("example.com"), DomainEntry: entry})
	return err
}

func serveSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.AttachLoadBalancerTlsCertificate(ctx, &lightsail.AttachLoadBalancerTlsCertificateInput{
		LoadBalancerName: r.balancer(), CertificateName: r.certificate(),
	})
	return err
}

func deleteCertificate(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.DeleteLoadBalancerTlsCertificate(ctx, &lightsail.DeleteLoadBalancerTlsCertificateInput{
		LoadBalancerName: r.balancer(), CertificateName: r.certificate(), Force: new(r.IntN(2) == 0),
	})
	return err
}

package loadbalancer_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// lab is a server with a clock of its own, and what tests do with its load balancers.
type lab struct{ *familytest.Lab }

func newLab(t *testing.T, o lanyardtest.Options) *lab {
	t.Helper()
	return &lab{familytest.NewLab(t, o)}
}

// create makes a load balancer for port 80 and waits until it is active.
func (l *lab) create(name string) {
	l.T.Helper()
	familytest.Do(l.T, l.CreateLoadBalancer, &lightsail.CreateLoadBalancerInput{LoadBalancerName: &name, InstancePort: 80})
	l.Pass(90 * time.Second)
}

func (l *lab) get(name string) *types.LoadBalancer {
	l.T.Helper()
	return familytest.Do(l.T, l.GetLoadBalancer, &lightsail.GetLoadBalancerInput{LoadBalancerName: &name}).LoadBalancer
}

// createInstances makes instances that run. The firewall of their blueprint opens 22 and 80.
func (l *lab) createInstances(names ...string) {
	l.T.Helper()
	familytest.Do(l.T, l.CreateInstances, &lightsail.CreateInstancesInput{
		InstanceNames: names, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"), KeyPairName: new("deploy"),
	})
	l.Pass(time.Hour)
}

func (l *lab) attach(balancer string, instances ...string) []types.Operation {
	l.T.Helper()
	return familytest.Do(l.T, l.AttachInstancesToLoadBalancer, &lightsail.AttachInstancesToLoadBalancerInput{
		LoadBalancerName: &balancer, InstanceNames: instances,
	}).Operations
}

func (l *lab) detach(balancer string, instances ...string) []types.Operation {
	l.T.Helper()
	return familytest.Do(l.T, l.DetachInstancesFromLoadBalancer, &lightsail.DetachInstancesFromLoadBalancerInput{
		LoadBalancerName: &balancer, InstanceNames: instances,
	}).Operations
}

// wantHealth wants the instances of the load balancer, each as "name health reason".
func (l *lab) wantHealth(balancer string, want ...string) {
	l.T.Helper()
	got := []string{}
	for _, h := range l.get(balancer).InstanceHealthSummary {
		got = append(got, *h.InstanceName+" "+string(h.InstanceHealth)+" "+string(h.InstanceHealthReason))
	}
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		l.T.Errorf("health of the instances of %s (-want +got):\n%s", balancer, diff)
	}
}

// set changes an attribute of the load balancer lb.
func (l *lab) set(name types.LoadBalancerAttributeName, value string) error {
	_, err := l.UpdateLoadBalancerAttribute(l.T.Context(), &lightsail.UpdateLoadBalancerAttributeInput{
		LoadBalancerName: new("lb"), AttributeName: name, AttributeValue: &value,
	})
	return err
}

// request asks for a certificate for the load balancer lb.
func (l *lab) request(name, domain string, others ...string) []types.Operation {
	l.T.Helper()
	return familytest.Do(l.T, l.CreateLoadBalancerTlsCertificate, &lightsail.CreateLoadBalancerTlsCertificateInput{
		LoadBalancerName: new("lb"), CertificateName: &name, CertificateDomainName: &domain, CertificateAlternativeNames: others,
	}).Operations
}

func (l *lab) certificates() []types.LoadBalancerTlsCertificate {
	l.T.Helper()
	return familytest.Do(l.T, l.GetLoadBalancerTlsCertificates, &lightsail.GetLoadBalancerTlsCertificatesInput{LoadBalancerName: new("lb")}).TlsCertificates
}

// zone makes a DNS zone, and adds the validation records of the load balancer's certificates for it.
func (l *lab) validate(zone string) {
	l.T.Helper()
	familytest.Do(l.T, l.CreateDomain, &lightsail.CreateDomainInput{DomainName: &zone})
	seen := map[string]bool{}
	for _, c := range l.certificates() {
		for _, r := range c.DomainValidationRecords {
			if seen[*r.Name] {
				continue
			}
			seen[*r.Name] = true
			familytest.Do(l.T, l.CreateDomainEntry, &lightsail.CreateDomainEntryInput{DomainName: &zone, DomainEntry: &types.DomainEntry{
				Name: r.Name, Type: r.Type, Target: r.Value,
			}})
		}
	}
	l.Pass(45 * time.Second)
}

func attachCertificate(name string) *lightsail.AttachLoadBalancerTlsCertificateInput {
	return &lightsail.AttachLoadBalancerTlsCertificateInput{LoadBalancerName: new("lb"), CertificateName: &name}
}

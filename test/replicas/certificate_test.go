//go:build postgres

package replicas

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/home"
)

// TestIssueCertificate_isShownByAllReplicas issues certificates of both kinds beside two replicas, as
// lanyard certificate issue does.
func TestIssueCertificate_isShownByAllReplicas(t *testing.T) {
	a, b := pair(t)
	if _, err := a.client().CreateCertificate(t.Context(), &lightsail.CreateCertificateInput{
		CertificateName: new("shop"), DomainName: new("shop.example.com"),
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.client().CreateLoadBalancer(t.Context(), &lightsail.CreateLoadBalancerInput{
		LoadBalancerName: new("lb"), InstancePort: 80, CertificateName: new("lb-cert"), CertificateDomainName: new("lb.example.com"),
	}); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*replica{a, b} {
		wantStatuses(t, r, "PENDING_VALIDATION")
	}
	s, err := home.Open(t.Context(), a.o.Database)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"shop", "lb-cert"} {
		if in, err := s.IssueCertificate(t.Context(), "", "", name); err != nil || in != "us-east-1" {
			t.Errorf("issue %s: in %q, error %v, want in us-east-1", name, in, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for _, r := range []*replica{a, b} {
		wantStatuses(t, r, "ISSUED")
	}
}

func wantStatuses(t *testing.T, r *replica, want string) {
	t.Helper()
	list, err := r.client().GetCertificates(t.Context(), &lightsail.GetCertificatesInput{CertificateName: new("shop")})
	if err != nil {
		t.Fatal(err)
	}
	of, err := r.client().GetLoadBalancerTlsCertificates(t.Context(), &lightsail.GetLoadBalancerTlsCertificatesInput{LoadBalancerName: new("lb")})
	if err != nil {
		t.Fatal(err)
	}
	one, other := list.Certificates[0].CertificateDetail.Status, of.TlsCertificates[0].Status
	if string(one) != want || string(other) != want {
		t.Errorf("%s shows the statuses %s and %s of the load balancer's, want %s", r.Endpoint(), one, other, want)
	}
}

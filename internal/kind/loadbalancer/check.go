package loadbalancer

import (
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cloud/lanyard/internal/acm"
	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/kind/certificate"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Stored is how an import checks load balancers and their certificates.
func Stored() resource.StoredKinds {
	return resource.StoredKinds{
		resource.LoadBalancer:               {Check: check, CheckLinks: checkAttachment},
		resource.LoadBalancerTLSCertificate: {Check: checkCertificate, CheckLinks: checkCertificateLink},
	}
}

func check(r *resource.Resource) (claims resource.Claims, err error) {
	b, err := Load(r)
	if err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(b, b.SupportSuffix())
	a.Everywhere(r)
	a.Name("name", &r.Name)
	a.Transition(b.Priv.Plan, provisioning, active)
	d := &b.Doc
	a.Want(d.InstancePort != nil && CheckPort(*d.InstancePort) == nil, "doc: instancePort is not a port")
	a.Want(checkPath(aws.ToString(d.HealthCheckPath)) == nil, "doc: healthCheckPath is not valid")
	a.Want(d.HttpsRedirectionEnabled != nil, "doc: httpsRedirectionEnabled is missing")
	a.Want(slices.Contains(d.IpAddressType.Values(), d.IpAddressType), "doc: unknown ipAddressType %q", audit.Shorten(string(d.IpAddressType)))
	a.Want(isPolicy(aws.ToString(d.TlsPolicyName)), "doc: unknown tlsPolicyName")
	options := slices.Sorted(maps.Keys(d.ConfigurationOptions))
	a.Want(slices.Equal(options, []string{stickiness, cookieSeconds}), "doc: configurationOptions are not whole")
	for _, name := range options {
		a.Want(checkOption(name, d.ConfigurationOptions[name]) == nil, "doc: the value of %s is not valid", audit.Shorten(name))
	}
	if b.redirects() {
		claims.Links = []resource.Role{resource.BalancerHTTPS}
	}
	return claims, a.Repack(b)
}

// checkAttachment wants times in order, and checks at intervals.
func checkAttachment(_ resource.Role, _, _ *resource.Resource, doc []byte) error {
	var t Attachment
	if err := audit.Decode(doc, &t); err != nil {
		return err
	}
	var a audit.Audit
	a.Want(!t.At.IsZero(), "doc: the attachment has no time")
	a.Moment("at of the attachment", t.At)
	a.Want(t.every() >= ShortestCheck && t.every() <= audit.MaxTransition, "doc: checkMillis is not a time between two checks")
	a.Want(t.Detached.IsZero() == t.Until.IsZero() && !t.Until.Before(t.Detached), "doc: the times of the detachment are not in order")
	a.Moment("detached of the attachment", t.Detached)
	a.Want(t.Until.Sub(t.Detached) <= audit.MaxTransition, "doc: the detachment takes more than 30 days")
	return a.Err
}

func checkCertificate(r *resource.Resource) (claims resource.Claims, err error) {
	c, err := LoadCertificate(r)
	if err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(c, c.SupportSuffix())
	a.Everywhere(r)
	a.Name("name", &r.Name)
	a.Want(aws.ToString(c.Doc.KeyAlgorithm) == acm.KeyAlgorithm, "doc: unknown keyAlgorithm")
	certificate.CheckValidation(&a, c, c.Doc.DomainName)
	claims.Links = []resource.Role{resource.BalancerCertificate}
	return claims, a.Repack(c)
}

// checkCertificateLink wants a link without details to a load balancer that has room for it. Only a certificate that was
// issued serves, and only the load balancer that it was made for.
func checkCertificateLink(role resource.Role, from, to *resource.Resource, doc []byte) error {
	c, b := &Certificate{}, &LoadBalancer{}
	if err := errors.Join(c.Open(from), b.Open(to)); err != nil {
		return err
	}
	owner := c.Balancer()
	switch {
	case string(doc) != string(resource.NoDoc):
		return errors.New("doc: there is nothing to say of a certificate of a load balancer")
	case role == resource.BalancerCertificate && len(b.CertificateLinks()) >= MaxCertificates:
		return errors.New("the load balancer has more certificates than it can have")
	case role == resource.BalancerHTTPS && (!c.Priv.WillBeIssued() || owner == nil || owner.ID != to.ID):
		return errors.New("the certificate was not issued for the load balancer")
	}
	return nil
}

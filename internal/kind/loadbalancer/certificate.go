package loadbalancer

import (
	"cmp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/acm"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// MaxCertificates is how many certificates a load balancer may have (developer guide).
const MaxCertificates = 2

// DeleteCertificateTakes is how long the operations of a certificate's deletion take. It is gone at once, since Terraform
// providers want it to be gone within seconds.
const DeleteCertificateTakes = 5 * time.Second

// The states of a certificate's request.
const (
	// requested is until the domains were looked at first.
	requested = "requested"
	// examined is from then on: the certificate is issued as soon as it is validated.
	examined = "examined"
	// failed is for good: a domain can't be registered.
	failed = "failed"
)

// The events that make a certificate: its domains can be registered, or one of them can't.
const (
	Request       = "request"
	RequestFailed = "request that fails"
)

// CertificateLifecycle is how the request of a certificate moves. A certificate was seen to be issued 45 seconds after it
// was requested, and one for an invalid domain to fail within seconds.
var CertificateLifecycle = resource.Lifecycle{
	Request:       {{State: requested, Takes: 45 * time.Second}, {State: examined}},
	RequestFailed: {{State: requested, Takes: 5 * time.Second}, {State: failed}},
}

// Certificate is a stored TLS certificate of a load balancer, opened. It has a link to the load balancer, and another one
// if that serves HTTPS with it.
type Certificate struct {
	resource.Record[types.LoadBalancerTlsCertificate, CertificatePriv, *types.LoadBalancerTlsCertificate]
	// Validated reports whether the validation records of all domains are in DNS zones. The caller looks at those.
	Validated bool
}

// CertificatePriv is what Lanyard knows of a certificate and the API never shows.
type CertificatePriv struct {
	resource.Planned
	// Issued is when the certificate was issued; zero if no call has noted that. Until then it is issued as long as it is
	// validated.
	Issued time.Time `json:"issued,omitzero"`
}

// NewCertificate returns a certificate for domains, of which the first is the primary one. It is not stored yet.
func NewCertificate(r *resource.Resource, domains []string, plan resource.Plan) *Certificate {
	c := &Certificate{}
	c.Resource, c.Priv.Plan = r, plan
	c.Doc.DomainName, c.Doc.SubjectAlternativeNames, c.Doc.KeyAlgorithm = &domains[0], domains, new(acm.KeyAlgorithm)
	return c
}

// Kind is resource.LoadBalancerTLSCertificate.
func (*Certificate) Kind() resource.Kind { return resource.LoadBalancerTLSCertificate }

// SupportSuffix is the ARN of the certificate in AWS Certificate Manager (observed).
func (c *Certificate) SupportSuffix() string {
	return acm.ARN(c.Resource.Region, owner(c.Resource), c.Resource.ID)
}

// Pack writes the documents into the row, without what Show adds.
func (c *Certificate) Pack() error {
	d := c.Doc
	return c.PackDoc(types.LoadBalancerTlsCertificate{
		Arn: d.Arn, Name: d.Name, CreatedAt: d.CreatedAt, Location: d.Location, ResourceType: d.ResourceType, SupportCode: d.SupportCode,
		DomainName: d.DomainName, SubjectAlternativeNames: d.SubjectAlternativeNames, KeyAlgorithm: d.KeyAlgorithm,
	})
}

// Balancer is the load balancer that the certificate was made for.
func (c *Certificate) Balancer() *resource.Resource {
	if link := c.Resource.Linked(resource.BalancerCertificate); link != nil {
		return link.Other
	}
	return nil
}

// Serving is the link to the load balancer that serves HTTPS with the certificate; nil if it does not.
func (c *Certificate) Serving() *resource.Link {
	return c.Resource.Linked(resource.BalancerHTTPS)
}

// issuedAt is when the certificate was issued; the zero time if it is not at a moment.
func (c *Certificate) issuedAt(now time.Time) time.Time {
	switch {
	case !c.Priv.Issued.IsZero() && !c.Priv.Issued.After(now):
		return c.Priv.Issued
	case c.Validated && c.Priv.State(now) == examined && !now.Before(c.Priv.Settled()):
		return c.Priv.Settled().Truncate(time.Second)
	}
	return time.Time{}
}

// Issue notes that the certificate was issued, and reports whether it was at a moment. It stays so, whatever becomes of
// the validation records.
func (c *Certificate) Issue(now time.Time) bool {
	at := c.issuedAt(now)
	if !at.IsZero() {
		c.Priv.Issued = at
	}
	return !at.IsZero()
}

func (c *Certificate) status(now time.Time) types.LoadBalancerTlsCertificateStatus {
	switch {
	case !c.issuedAt(now).IsZero():
		return types.LoadBalancerTlsCertificateStatusIssued
	case c.Priv.State(now) == failed:
		return types.LoadBalancerTlsCertificateStatusFailed
	}
	return types.LoadBalancerTlsCertificateStatusPendingValidation
}

// Show is the certificate as the API shows it at a moment. What is in the certificate itself is there once it is issued.
func (c *Certificate) Show(now time.Time) *types.LoadBalancerTlsCertificate {
	doc := c.Doc
	doc.SignatureAlgorithm = new("SHA256WITHRSA")
	doc.Status, doc.IsAttached = c.status(now), new(c.Serving() != nil)
	if b := c.Balancer(); b != nil {
		doc.LoadBalancerName = &b.Name
	}
	doc.DomainValidationRecords = c.shownRecords(doc.Status)
	switch doc.Status {
	case types.LoadBalancerTlsCertificateStatusFailed:
		doc.FailureReason = types.LoadBalancerTlsCertificateFailureReason(refusalOf(doc.SubjectAlternativeNames))
	case types.LoadBalancerTlsCertificateStatusIssued:
		at := c.issuedAt(now)
		v := acm.ValidityAt(c.Resource.ID, at, now)
		doc.IssuedAt, doc.NotBefore, doc.NotAfter, doc.Serial = &at, &v.NotBefore, &v.NotAfter, &v.Serial
		doc.Issuer, doc.Subject = new(acm.Issuer), new("CN="+*doc.DomainName)
	}
	return &doc
}

// refusalOf is the reason for which a certificate for domains fails; "" if it does not.
func refusalOf(domains []string) (reason string) {
	for _, domain := range domains {
		reason = cmp.Or(reason, acm.Refusal(domain))
	}
	return reason
}

// RequestOf is the event of CertificateLifecycle for a certificate for domains.
func RequestOf(domains []string) string {
	if refusalOf(domains) != "" {
		return RequestFailed
	}
	return Request
}

// Records are the validation records of all domains.
func (c *Certificate) Records() map[string]acm.Record {
	records := map[string]acm.Record{}
	for _, domain := range c.Doc.SubjectAlternativeNames {
		records[domain] = acm.RecordOf(c.Resource.Account, domain)
	}
	return records
}

// AwaitsRecords reports whether the validation records decide about the certificate.
func (c *Certificate) AwaitsRecords() bool {
	return c.Priv.Issued.IsZero() && RequestOf(c.Doc.SubjectAlternativeNames) == Request
}

// shownRecords are the validation records as the API shows them with a status of the certificate. A domain that
// cannot be validated has none (observed for top-level domains that are not public).
func (c *Certificate) shownRecords(status types.LoadBalancerTlsCertificateStatus) (all []types.LoadBalancerTlsCertificateDomainValidationRecord) {
	records := c.Records()
	for _, domain := range c.Doc.SubjectAlternativeNames {
		shown := types.LoadBalancerTlsCertificateDomainValidationRecord{
			DomainName: &domain, ValidationStatus: types.LoadBalancerTlsCertificateDomainStatusPendingValidation,
		}
		refused := acm.Refusal(domain) != ""
		if !refused {
			record := records[domain]
			shown.Name, shown.Type, shown.Value = &record.Name, new("CNAME"), &record.Value
		}
		switch {
		case status == types.LoadBalancerTlsCertificateStatusIssued:
			shown.ValidationStatus = types.LoadBalancerTlsCertificateDomainStatusSuccess
		case status == types.LoadBalancerTlsCertificateStatusFailed && refused:
			shown.ValidationStatus = types.LoadBalancerTlsCertificateDomainStatusFailed
		}
		all = append(all, shown)
	}
	return all
}

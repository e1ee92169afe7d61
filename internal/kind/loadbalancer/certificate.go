package loadbalancer

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/acm"
	"github.com/lanyard-cloud/lanyard/internal/kind/certificate"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// MaxCertificates is how many certificates a load balancer may have (developer guide).
const MaxCertificates = 2

// DeleteCertificateTakes is how long the operations of a certificate's deletion take. It is gone at once, since Terraform
// providers want it to be gone within seconds.
const DeleteCertificateTakes = 5 * time.Second

// Certificate is a stored TLS certificate of a load balancer, opened. It has a link to the load balancer, and another one
// if that serves HTTPS with it.
type Certificate struct {
	resource.Record[types.LoadBalancerTlsCertificate, certificate.Validation, *types.LoadBalancerTlsCertificate]
}

// NewCertificate returns a certificate for domains, of which the first is the primary one. It is not stored yet, and nothing
// validates its domains.
func NewCertificate(r *resource.Resource, domains []string) *Certificate {
	c := &Certificate{}
	c.Resource, c.Priv = r, certificate.NewValidation(len(domains))
	c.Doc.DomainName, c.Doc.SubjectAlternativeNames, c.Doc.KeyAlgorithm = &domains[0], domains, new(acm.KeyAlgorithm)
	return c
}

// LoadCertificate opens a stored certificate.
func LoadCertificate(r *resource.Resource) (*Certificate, error) {
	c := &Certificate{}
	return c, c.Open(r)
}

// LoadValidated opens a stored certificate of any kind. is is false for another resource.
func LoadValidated(r *resource.Resource) (c certificate.Validated, is bool, err error) {
	switch r.Kind {
	case resource.Certificate:
		c, err = certificate.Load(r)
	case resource.LoadBalancerTLSCertificate:
		c, err = LoadCertificate(r)
	default:
		return nil, false, nil
	}
	return c, true, err
}

// Kind is resource.LoadBalancerTLSCertificate.
func (*Certificate) Kind() resource.Kind { return resource.LoadBalancerTLSCertificate }

// SupportSuffix is the ARN of the certificate in AWS Certificate Manager (observed).
func (c *Certificate) SupportSuffix() string { return certificate.SupportSuffix(c.Resource) }

// Domains are the names of the certificate, the first one first.
func (c *Certificate) Domains() []string { return c.Doc.SubjectAlternativeNames }

// Validation is how the validation of the names stands.
func (c *Certificate) Validation() *certificate.Validation { return &c.Priv }

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

// Show is the certificate as the API shows it at a moment. What is in the certificate itself is there once it is issued.
func (c *Certificate) Show(now time.Time) *types.LoadBalancerTlsCertificate {
	doc := c.Doc
	doc.SignatureAlgorithm = new("SHA256WITHRSA")
	doc.Status, doc.IsAttached = types.LoadBalancerTlsCertificateStatus(c.Priv.State(now)), new(c.Serving() != nil)
	if b := c.Balancer(); b != nil {
		doc.LoadBalancerName = &b.Name
	}
	for i, domain := range c.Domains() {
		doc.DomainValidationRecords = append(doc.DomainValidationRecords, shownRecord(c.Priv.Show(c.Resource.Account, domain, i, now), domain))
	}
	switch doc.Status {
	case types.LoadBalancerTlsCertificateStatusFailed:
		doc.FailureReason = types.LoadBalancerTlsCertificateFailureReason(certificate.Refusal(c.Domains()))
	case types.LoadBalancerTlsCertificateStatusIssued:
		at, v := c.Priv.IssuedAt(c.Resource.ID, now)
		doc.IssuedAt, doc.NotBefore, doc.NotAfter, doc.Serial = &at, &v.NotBefore, &v.NotAfter, &v.Serial
		doc.Issuer, doc.Subject = new(acm.Issuer), new("CN="+*doc.DomainName)
		if !v.Renewed.IsZero() {
			doc.RenewalSummary = renewed(doc.DomainValidationRecords)
		}
	}
	return &doc
}

// renewed is the summary of a renewal (as in AWS Certificate Manager).
func renewed(records []types.LoadBalancerTlsCertificateDomainValidationRecord) *types.LoadBalancerTlsCertificateRenewalSummary {
	s := &types.LoadBalancerTlsCertificateRenewalSummary{RenewalStatus: types.LoadBalancerTlsCertificateRenewalStatusSuccess}
	for _, r := range records {
		s.DomainValidationOptions = append(s.DomainValidationOptions, types.LoadBalancerTlsCertificateDomainValidationOption{
			DomainName: r.DomainName, ValidationStatus: r.ValidationStatus,
		})
	}
	return s
}

// shownRecord is the validation of a domain in the API's form. The words are those for other certificates.
func shownRecord(v certificate.Shown, domain string) types.LoadBalancerTlsCertificateDomainValidationRecord {
	shown := types.LoadBalancerTlsCertificateDomainValidationRecord{
		DomainName: &domain, ValidationStatus: types.LoadBalancerTlsCertificateDomainStatus(v.Status),
	}
	if v.Record != nil {
		shown.Name, shown.Type, shown.Value = &v.Record.Name, new("CNAME"), &v.Record.Value
	}
	if v.Creation != nil {
		shown.DnsRecordCreationState = &types.LoadBalancerTlsCertificateDnsRecordCreationState{
			Code: types.LoadBalancerTlsCertificateDnsRecordCreationStateCode(v.Creation.Code), Message: v.Creation.Message,
		}
	}
	return shown
}

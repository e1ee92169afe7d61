// Package certificate says what a stored certificate is, for distributions and container services: its
// names, how they are validated, and what the API shows of it.
//
// The certificates of load balancers have the same validation. It issues no certificate that could serve
// TLS, and changes no store.
package certificate

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/acm"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Certificate is a stored certificate, opened.
type Certificate struct {
	resource.Record[types.Certificate, Validation, *types.Certificate]
}

// New returns a certificate of names that acm.Names made. It is not stored yet, and nothing
// validates its names.
func New(r *resource.Resource, names []string) *Certificate {
	c := &Certificate{}
	c.Resource, c.Priv = r, NewValidation(len(names))
	c.Doc.DomainName, c.Doc.SubjectAlternativeNames, c.Doc.KeyAlgorithm = &names[0], names, new(acm.KeyAlgorithm)
	return c
}

// Load opens a stored certificate.
func Load(r *resource.Resource) (*Certificate, error) {
	c := &Certificate{}
	return c, c.Open(r)
}

// Kind is resource.Certificate.
func (*Certificate) Kind() resource.Kind { return resource.Certificate }

// SupportSuffix is the ARN of the certificate in AWS Certificate Manager.
func (c *Certificate) SupportSuffix() string { return SupportSuffix(c.Resource) }

// SupportSuffix is the end of the support code of a certificate of any kind (observed for those of load balancers).
func SupportSuffix(r *resource.Resource) string {
	return acm.ARN(r.Region, r.SupportAccount(), r.ID)
}

// Pack writes the documents into the row, without what Show adds.
func (c *Certificate) Pack() error {
	d := c.Doc
	return c.PackDoc(types.Certificate{
		Arn: d.Arn, Name: d.Name, CreatedAt: d.CreatedAt, SupportCode: d.SupportCode,
		DomainName: d.DomainName, SubjectAlternativeNames: d.SubjectAlternativeNames, KeyAlgorithm: d.KeyAlgorithm,
	})
}

// Domains are the names of the certificate, the first one first.
func (c *Certificate) Domains() []string { return c.Doc.SubjectAlternativeNames }

// Validation is how the validation of the names stands.
func (c *Certificate) Validation() *Validation { return &c.Priv }

// State is the certificate's state at a moment.
func (c *Certificate) State(now time.Time) types.CertificateStatus {
	return types.CertificateStatus(c.Priv.State(now))
}

// HasAll reports whether the certificate has all names, given in their normal form.
func (c *Certificate) HasAll(names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(c.Domains(), name) })
}

// Uses is how many resources the certificate is attached to.
func (c *Certificate) Uses() (n int32) {
	for _, l := range c.Resource.Links {
		if l.Side == resource.From {
			n++
		}
	}
	return n
}

// Summary is the certificate as the API shows it at a moment, with or without its details.
func (c *Certificate) Summary(now time.Time, detailed bool) types.CertificateSummary {
	s := types.CertificateSummary{
		CertificateArn: c.Doc.Arn, CertificateName: c.Doc.Name, DomainName: c.Doc.DomainName, Tags: c.Resource.Tags,
	}
	if detailed {
		s.CertificateDetail = c.Show(now)
	}
	return s
}

// Show is the certificate in detail.
func (c *Certificate) Show(now time.Time) *types.Certificate {
	doc := c.Doc
	doc.Tags, doc.InUseResourceCount, doc.Status = c.Resource.Tags, c.Uses(), c.State(now)
	doc.EligibleToRenew = new("INELIGIBLE")
	for i, name := range c.Domains() {
		v := c.Priv.Show(c.Resource.Account, name, i, now)
		shown := types.DomainValidationRecord{DomainName: &name, ValidationStatus: v.Status, DnsRecordCreationState: v.Creation}
		if r := v.Record; r != nil {
			shown.ResourceRecord = &types.ResourceRecord{Name: &r.Name, Type: new("CNAME"), Value: &r.Value}
		}
		doc.DomainValidationRecords = append(doc.DomainValidationRecords, shown)
	}
	switch doc.Status {
	case types.CertificateStatusFailed:
		doc.RequestFailureReason = new(Refusal(c.Domains()))
	case types.CertificateStatusIssued:
		c.showValidity(&doc, now)
	}
	return &doc
}

// showValidity adds what an issued certificate says of itself. Only one that was renewed has a summary of
// that (as in AWS Certificate Manager).
func (c *Certificate) showValidity(doc *types.Certificate, now time.Time) {
	at, v := c.Priv.IssuedAt(c.Resource.ID, now)
	doc.IssuedAt, doc.IssuerCA, doc.NotBefore, doc.NotAfter, doc.SerialNumber = &at, new(acm.Issuer), &v.NotBefore, &v.NotAfter, &v.Serial
	if doc.InUseResourceCount > 0 {
		doc.EligibleToRenew = new("ELIGIBLE")
	}
	if !v.Renewed.IsZero() {
		doc.RenewalSummary = &types.RenewalSummary{
			DomainValidationRecords: doc.DomainValidationRecords, RenewalStatus: types.RenewalStatusSuccess, UpdatedAt: &v.Renewed,
		}
	}
}

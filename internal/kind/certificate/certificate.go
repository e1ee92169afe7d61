// Package certificate says what a stored certificate is, for distributions and container services: its
// names, how they are validated, and what the API shows of it.
//
// It issues no certificate that could serve TLS, and changes no store. Package acm has what it shares
// with the certificates of load balancers.
package certificate

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/acm"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The states of a certificate between which it moves.
const (
	pending  = string(types.CertificateStatusPendingValidation)
	issued   = string(types.CertificateStatusIssued)
	timedOut = string(types.CertificateStatusValidationTimedOut)
	failed   = string(types.CertificateStatusFailed)
)

// The events of a certificate that Lifecycle has.
const (
	// Request asks for a certificate, and Refuse for one of names that are not public.
	Request = "request"
	Refuse  = "refuse"
	// Prove is when the last of the names is proven. Issue is the command of that name.
	Prove = "prove"
	Issue = "issue"
)

// Lifecycle is how the state of a certificate moves. On AWS a certificate is issued 45 seconds after
// DNS has its records (observed), and its validation ends after 72 hours (developer guide). How
// long a refusal takes is a guess: seconds.
var Lifecycle = resource.Lifecycle{
	Request: {{State: pending, Takes: 72 * time.Hour}, {State: timedOut}},
	Refuse:  {{State: pending, Takes: 5 * time.Second}, {State: failed}},
	Prove:   {{State: pending, Takes: 45 * time.Second}, {State: issued}},
	Issue:   {{State: issued}},
}

// maxHistory is how many steps of its plan a certificate remembers.
const maxHistory = 8

// Certificate is a stored certificate, opened.
type Certificate struct {
	resource.Record[types.Certificate, Priv, *types.Certificate]
}

// Priv is what Lanyard knows of a certificate and the API never shows as such.
type Priv struct {
	resource.Planned
	// Names has the state of each name, in the order of the document's.
	Names []Validation `json:"names"`
}

// Validation is how the validation of a name stands.
type Validation struct {
	// Zoned is set if a zone of the account had the name when the certificate was made. Lightsail
	// writes the record itself then. Refused says why the zone did not admit it; "" if it did.
	Zoned   bool   `json:"zoned,omitempty"`
	Refused string `json:"refused,omitempty"`
	// Proven is from when on the name is validated; zero if its record was not found yet.
	Proven time.Time `json:"proven,omitzero"`
}

// New returns a certificate of names that acm.Names made. It is not stored yet, and nothing
// validates its names.
func New(r *resource.Resource, names []string) *Certificate {
	c := &Certificate{}
	c.Resource = r
	c.Doc.DomainName, c.Doc.SubjectAlternativeNames, c.Doc.KeyAlgorithm = &names[0], names, new(acm.KeyAlgorithm)
	c.Priv.Names = make([]Validation, len(names))
	return c
}

// Load opens a stored certificate.
func Load(r *resource.Resource) (*Certificate, error) {
	c := &Certificate{}
	return c, c.Open(r)
}

// Kind is resource.Certificate.
func (*Certificate) Kind() resource.Kind { return resource.Certificate }

// SupportSuffix is the ARN of the certificate in AWS Certificate Manager (observed for those of load
// balancers).
func (c *Certificate) SupportSuffix() string {
	r := c.Resource
	return acm.ARN(r.Region, strings.TrimSuffix(r.SupportCode(""), "/"), r.ID)
}

// Pack writes the documents into the row, without what Show adds.
func (c *Certificate) Pack() error {
	d := c.Doc
	return c.PackDoc(types.Certificate{
		Arn: d.Arn, Name: d.Name, CreatedAt: d.CreatedAt, SupportCode: d.SupportCode,
		DomainName: d.DomainName, SubjectAlternativeNames: d.SubjectAlternativeNames, KeyAlgorithm: d.KeyAlgorithm,
	})
}

// Refusal is the reason for which the certificate fails; "" if it does not.
func (c *Certificate) Refusal() (reason string) {
	for _, name := range c.Doc.SubjectAlternativeNames {
		reason = cmp.Or(reason, acm.Refusal(name))
	}
	return reason
}

// Enter gives the certificate a plan that begins now.
func (c *Certificate) Enter(plan resource.Plan) {
	c.Priv.Plan = c.Priv.Plan.Followed(plan, maxHistory)
}

// State is the certificate's state at a moment.
func (c *Certificate) State(now time.Time) types.CertificateStatus {
	return types.CertificateStatus(c.Priv.State(now))
}

// IsPending reports whether the certificate waits for the validation of its names at a moment.
func (c *Certificate) IsPending(now time.Time) bool {
	return c.Priv.State(now) == pending && c.Refusal() == ""
}

// Awaits reports whether a name, given by its place, is still to be validated at a moment.
func (c *Certificate) Awaits(place int, now time.Time) bool {
	return c.IsPending(now) && c.Priv.Names[place].Proven.IsZero()
}

// Issue issues the certificate at once, without any records.
func (c *Certificate) Issue(now time.Time) {
	for i := range c.Priv.Names {
		c.Priv.Names[i].Proven = now
	}
	c.Enter(Lifecycle.Plan(Issue, now, now.Add))
}

// IsProven reports whether all names are validated, or will be.
func (c *Certificate) IsProven() bool {
	return !slices.ContainsFunc(c.Priv.Names, func(v Validation) bool { return v.Proven.IsZero() })
}

// HasAll reports whether the certificate has all names, given in their normal form.
func (c *Certificate) HasAll(names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(c.Doc.SubjectAlternativeNames, name) })
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
	for i := range c.Priv.Names {
		doc.DomainValidationRecords = append(doc.DomainValidationRecords, c.validation(i, now))
	}
	switch doc.Status {
	case types.CertificateStatusFailed:
		doc.RequestFailureReason = new(c.Refusal())
	case types.CertificateStatusIssued:
		at := c.Priv.Plan.At(now).At.Truncate(time.Second)
		v := acm.ValidityAt(c.Resource.ID, at, now)
		doc.IssuedAt, doc.IssuerCA, doc.NotBefore, doc.NotAfter, doc.SerialNumber = &at, new(acm.Issuer), &v.NotBefore, &v.NotAfter, &v.Serial
		if doc.InUseResourceCount > 0 {
			doc.EligibleToRenew = new("ELIGIBLE")
		}
	}
	return &doc
}

// validation is what the API shows of the validation of a name. One that cannot be validated has no
// record (observed for top-level domains that are not public).
func (c *Certificate) validation(place int, now time.Time) types.DomainValidationRecord {
	name, v := c.Doc.SubjectAlternativeNames[place], c.Priv.Names[place]
	shown := types.DomainValidationRecord{DomainName: &name, ValidationStatus: types.CertificateDomainValidationStatusPendingValidation}
	if acm.Refusal(name) == "" {
		record := acm.RecordOf(c.Resource.Account, name)
		shown.ResourceRecord = &types.ResourceRecord{Name: &record.Name, Type: new("CNAME"), Value: &record.Value}
	}
	if v.Zoned {
		shown.DnsRecordCreationState = &types.DnsRecordCreationState{Code: types.DnsRecordCreationStateCodeSucceeded}
	}
	if v.Refused != "" {
		shown.DnsRecordCreationState = &types.DnsRecordCreationState{Code: types.DnsRecordCreationStateCodeFailed, Message: &v.Refused}
	}
	switch {
	case !v.Proven.IsZero() && !v.Proven.After(now):
		shown.ValidationStatus = types.CertificateDomainValidationStatusSuccess
	case c.State(now) == types.CertificateStatusValidationTimedOut,
		c.State(now) == types.CertificateStatusFailed && shown.ResourceRecord == nil:
		shown.ValidationStatus = types.CertificateDomainValidationStatusFailed
	}
	return shown
}

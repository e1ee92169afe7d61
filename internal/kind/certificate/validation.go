package certificate

import (
	"cmp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/acm"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The states of a certificate between which it moves. Those of load balancers have the same ones.
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

// Validated is a certificate of any kind, opened.
type Validated interface {
	resource.Opened
	// Domains are the names that acm.Names made, the first one first.
	Domains() []string
	// Validation is how the validation of the names stands.
	Validation() *Validation
}

// Validation is how the validation of a certificate's names stands: what Lanyard knows of a certificate
// and the API never shows as such.
type Validation struct {
	resource.Planned
	// Names has the state of each name, in the order of the document's.
	Names []Name `json:"names"`
}

// Name is how the validation of a name stands.
type Name struct {
	// Zoned is set if a zone of the account had the name when the certificate was made. Lightsail
	// writes the record itself then. Refused says why the zone did not admit it; "" if it did.
	Zoned   bool   `json:"zoned,omitempty"`
	Refused string `json:"refused,omitempty"`
	// Proven is from when on the name is validated; zero if its record was not found yet.
	Proven time.Time `json:"proven,omitzero"`
}

// NewValidation is that of a new certificate of so many names, none of which is validated.
func NewValidation(names int) Validation { return Validation{Names: make([]Name, names)} }

// Refusal is the reason for which a certificate of names fails; "" if it does not.
func Refusal(names []string) (reason string) {
	for _, name := range names {
		reason = cmp.Or(reason, acm.Refusal(name))
	}
	return reason
}

// Enter gives the certificate a plan that begins now.
func (v *Validation) Enter(plan resource.Plan) { v.Plan = v.Plan.Followed(plan, maxHistory) }

// end is the state in which the plan ends.
func (v *Validation) end() string { return v.State(v.Settled()) }

// IsPending reports whether the certificate waits for the validation of its names at a moment.
func (v *Validation) IsPending(now time.Time) bool {
	return v.State(now) == pending && v.end() != failed
}

// IsIssued reports whether the certificate is issued at a moment.
func (v *Validation) IsIssued(now time.Time) bool { return v.State(now) == issued }

// WillBeIssued reports whether the certificate is issued, or will be without further records.
func (v *Validation) WillBeIssued() bool { return v.end() == issued }

// Awaits reports whether a name, given by its place, is still to be validated at a moment.
func (v *Validation) Awaits(place int, now time.Time) bool {
	return v.IsPending(now) && v.Names[place].Proven.IsZero()
}

// Issue issues the certificate at once, without any records.
func (v *Validation) Issue(now time.Time) {
	for i := range v.Names {
		v.Names[i].Proven = now
	}
	v.Enter(Lifecycle.Plan(Issue, now, now.Add))
}

// IsProven reports whether all names are validated, or will be.
func (v *Validation) IsProven() bool {
	return !slices.ContainsFunc(v.Names, func(n Name) bool { return n.Proven.IsZero() })
}

// IssuedAt is when the certificate that is issued at a moment became so, and what it says of itself.
func (v *Validation) IssuedAt(id string, now time.Time) (time.Time, acm.Validity) {
	at := v.Plan.At(now).At.Truncate(time.Second)
	return at, acm.ValidityAt(id, at, now)
}

// Shown is what the API shows of the validation of a name.
type Shown struct {
	// Record is the validation record; nil for a name that cannot be validated (observed for top-level
	// domains that are not public).
	Record *acm.Record
	Status types.CertificateDomainValidationStatus
	// Creation is the state of the record that Lightsail writes itself; nil if it writes none.
	Creation *types.DnsRecordCreationState
}

// Show is what the API shows of the validation of an account's name, given by its place, at a moment.
func (v *Validation) Show(account, name string, place int, now time.Time) Shown {
	n, shown := v.Names[place], Shown{Status: types.CertificateDomainValidationStatusPendingValidation}
	if acm.Refusal(name) == "" {
		shown.Record = new(acm.RecordOf(account, name))
	}
	if n.Zoned {
		shown.Creation = &types.DnsRecordCreationState{Code: types.DnsRecordCreationStateCodeSucceeded}
	}
	if n.Refused != "" {
		shown.Creation = &types.DnsRecordCreationState{Code: types.DnsRecordCreationStateCodeFailed, Message: &n.Refused}
	}
	switch state := v.State(now); {
	case !n.Proven.IsZero() && !n.Proven.After(now):
		shown.Status = types.CertificateDomainValidationStatusSuccess
	case state == timedOut, state == failed && shown.Record == nil:
		shown.Status = types.CertificateDomainValidationStatusFailed
	}
	return shown
}

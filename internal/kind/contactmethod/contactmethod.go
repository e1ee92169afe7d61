// Package contactmethod says what a stored contact method is: an e-mail address or a
// telephone number that alarms notify.
//
// It sends nothing. Mails are queued in a transaction of the caller's.
package contactmethod

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The states of a contact method.
const (
	pending = string(types.ContactMethodStatusPendingVerification)
	valid   = string(types.ContactMethodStatusValid)
	invalid = string(types.ContactMethodStatusInvalid)
)

// Lifecycle is how the state of a contact method moves, by protocol. An address that is not
// verified within a day is dropped (developer guide). A telephone number needs no
// verification.
var Lifecycle = resource.Lifecycle{
	string(types.ContactProtocolEmail): {{State: pending, Takes: 24 * time.Hour}, {State: invalid}},
	string(types.ContactProtocolSms):   {{State: valid}},
}

// smsRegions are the regions that have the protocol SMS (developer guide).
var smsRegions = []string{"us-east-1", "us-west-2", "eu-west-1", "ap-northeast-1", "ap-southeast-1", "ap-southeast-2"}

// ContactMethod is a stored contact method, opened. There is at most one of a protocol in
// a region; its name is the protocol.
type ContactMethod struct {
	resource.Record[types.ContactMethod, Priv, *types.ContactMethod]
}

// Priv is what Lanyard knows of a contact method and the API never shows.
type Priv struct {
	resource.Planned
	// Verification is the number of the last verification of an endpoint that began; 0 if an earlier version
	// began it, which sent no mail.
	Verification int64 `json:"verification,omitempty"`
}

// New returns a contact method without an endpoint that is not stored yet.
func New(r *resource.Resource) *ContactMethod {
	m := &ContactMethod{}
	m.Resource, m.Doc.Protocol = r, types.ContactProtocol(r.Name)
	return m
}

// Kind is resource.ContactMethod.
func (*ContactMethod) Kind() resource.Kind { return resource.ContactMethod }

// SupportSuffix is the protocol.
func (m *ContactMethod) SupportSuffix() string { return m.Resource.Name }

// Show is the contact method as the API shows it at a moment: an invalid one has no
// endpoint.
func (m *ContactMethod) Show(now time.Time) *types.ContactMethod {
	doc := m.Doc
	doc.Status, doc.Tags = types.ContactMethodStatus(m.Priv.State(now)), m.Resource.Tags
	if doc.Status == types.ContactMethodStatusInvalid {
		doc.ContactEndpoint = nil
	}
	return &doc
}

// Reaches reports whether the contact method has the endpoint at a moment.
func (m *ContactMethod) Reaches(endpoint string, now time.Time) bool {
	return aws.ToString(m.Show(now).ContactEndpoint) == endpoint
}

// Verify starts the time anew in which the endpoint is to be verified. Links that were sent before
// confirm nothing any more.
func (m *ContactMethod) Verify(now time.Time) {
	m.Priv.Verification++
	m.Priv.Plan = Lifecycle.Plan(m.Resource.Name, now, now.Add) // AWS's day, on any time scale
}

// Awaits reports whether the endpoint is still to be verified.
func (m *ContactMethod) Awaits(now time.Time) bool { return m.Priv.State(now) == pending }

// number is a telephone number by E.164.
var number = regexp.MustCompile(`\A\+[1-9][0-9]{1,14}\z`)

// Refusal says why an endpoint cannot be one of the protocol in a region; "" if it can.
func Refusal(region string, protocol types.ContactProtocol, endpoint string) string {
	switch {
	case protocol == types.ContactProtocolEmail && !isAddress(endpoint):
		return "The contact endpoint is not a valid email address: " + endpoint
	case protocol == types.ContactProtocolSms && !slices.Contains(smsRegions, region):
		return "The protocol SMS is not supported in the Region " + region + "."
	case protocol == types.ContactProtocolSms && !number.MatchString(endpoint):
		return "The contact endpoint is not a phone number in E.164 format, such as +15555550100: " + endpoint
	}
	return ""
}

// isAddress reports whether a text is an e-mail address and nothing more, as no name or
// list.
func isAddress(text string) bool {
	address, err := mail.ParseAddress(text)
	return err == nil && address.Address == text && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// Stored is how an import checks contact methods.
func Stored() resource.StoredKinds {
	return resource.StoredKinds{resource.ContactMethod: {Check: check, Classes: []resource.Class{Mails}}}
}

func check(r *resource.Resource) (claims resource.Claims, err error) {
	m := &ContactMethod{}
	if err := m.Open(r); err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(m, m.SupportSuffix())
	a.Everywhere(r)
	states := []string{valid}
	if r.Name == string(types.ContactProtocolEmail) {
		states = []string{pending, valid, invalid}
	}
	a.Want(Lifecycle[r.Name] != nil && string(m.Doc.Protocol) == r.Name, "doc: protocol is not the resource's name")
	a.Want(m.Doc.ContactEndpoint != nil && Refusal(r.Region, m.Doc.Protocol, *m.Doc.ContactEndpoint) == "", "doc: contactEndpoint is not one of the protocol")
	a.Want(m.Doc.Status == "", "doc: status is in the private document")
	a.Want(0 <= m.Priv.Verification && m.Priv.Verification < resource.MaxSeq, "priv: verification is not a number from 0 to %d", resource.MaxSeq-1)
	a.Plan(m.Priv.Plan, states...)
	return claims, a.Repack(m)
}

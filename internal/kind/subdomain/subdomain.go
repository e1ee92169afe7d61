// Package subdomain says what a stored subdomain is: its name and web address, its states, what it is associated with, and
// the claim by which an account has the name.
//
// It answers no DNS queries, serves no content, and changes no store.
package subdomain

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Subdomain is a stored subdomain, opened.
type Subdomain struct {
	resource.Record[types.Subdomain, Priv, *types.Subdomain]
}

// Priv is what Lanyard knows of a subdomain and the API never shows as such.
type Priv struct {
	resource.Planned
	// Former is what the subdomain is moved or disassociated from in its plan; nil if there is no such thing.
	Former *Former `json:"former,omitempty"`
	// Served is set once the subdomain is associated with a resource, for good.
	Served bool `json:"served,omitempty"`
	// Transferred is when the subdomain was transferred last; zero if it never was.
	Transferred time.Time `json:"transferred,omitzero"`
}

// Former is a resource that a subdomain was associated with, and since when.
type Former struct {
	ARN  string    `json:"arn"`
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

// New returns a subdomain without a state. It is not stored yet.
func New(r *resource.Resource) *Subdomain {
	s := &Subdomain{}
	s.Resource = r
	return s
}

// Kind is resource.Subdomain.
func (*Subdomain) Kind() resource.Kind { return resource.Subdomain }

// SupportSuffix is "": there is no support code.
func (*Subdomain) SupportSuffix() string { return "" }

// Pack writes the documents into the row, without what Show adds.
func (s *Subdomain) Pack() error {
	d := s.Doc
	return s.PackDoc(types.Subdomain{Arn: d.Arn, SubdomainName: d.SubdomainName, CreatedAt: d.CreatedAt, Location: d.Location})
}

// Enter gives the subdomain a plan that begins now.
func (s *Subdomain) Enter(plan resource.Plan) { s.Priv.Plan = s.Priv.Plan.Followed(plan, maxHistory) }

// State is the subdomain's state at a moment.
func (s *Subdomain) State(now time.Time) types.SubdomainState {
	return types.SubdomainState(s.Priv.State(now))
}

// Rests reports whether the subdomain is in a state in which no change is under way, with the link that it has there. An imported plan
// may be about to leave the state, and the link is that of the plan's end.
func (s *Subdomain) Rests(state types.SubdomainState, now time.Time) bool {
	return s.State(now) == state && (s.Link() != nil) == (string(state) == attached)
}

// CanBeDeleted reports whether the state at a moment admits a deletion (API reference).
func (s *Subdomain) CanBeDeleted(now time.Time) bool {
	return slices.Contains([]string{unattached, createFailed}, s.Priv.State(now))
}

// CanBeTransferred reports whether the subdomain was not transferred in the period before a moment.
func (s *Subdomain) CanBeTransferred(now time.Time) bool {
	return s.Priv.Transferred.IsZero() || now.Sub(s.Priv.Transferred) >= transferEvery
}

// Link is the link to what the subdomain is associated with, or is going to be; nil if that is nothing.
func (s *Subdomain) Link() *resource.Link { return s.Resource.Linked(resource.ServingSubdomain) }

// Association is the document of the subdomain's link to a resource, by its plan.
func (s *Subdomain) Association() resource.Association {
	plan := s.Priv.Plan
	return resource.Association{Attaching: plan[len(plan)-2].At, Attached: plan[len(plan)-1].At}
}

// Leave notes what the subdomain is associated with as that which it leaves at a moment.
func (s *Subdomain) Leave(now time.Time, link *resource.Link) error {
	s.Priv.Former = nil
	if link == nil {
		return nil
	}
	a, err := resource.ReadAssociation(link.Doc)
	if err == nil && !a.Attaching.After(now) {
		s.Priv.Former = &Former{ARN: link.Other.ARN(), Name: link.Other.Name, At: a.Attached}
	}
	return err
}

// Leaving is what the subdomain is being disassociated or moved from at a moment; nil if that is nothing.
func (s *Subdomain) Leaving(now time.Time) *Former {
	if slices.Contains([]string{detaching, transferring}, s.Priv.State(now)) {
		return s.Priv.Former
	}
	return nil
}

// Show is the subdomain as the API shows it at a moment, without tags and nested subdomains.
func (s *Subdomain) Show(now time.Time) *types.Subdomain {
	doc := described(s.Resource.Name, s.Doc)
	doc.State = s.State(now)
	if former := s.Leaving(now); former != nil {
		doc.AttachedResource = &types.SubdomainAttachableResource{Arn: &former.ARN, Name: &former.Name, AttachedAt: &former.At}
	}
	link := s.Link()
	if link == nil {
		return &doc
	}
	other := &types.SubdomainAttachableResource{Arn: new(link.Other.ARN()), Name: &link.Other.Name}
	switch string(doc.State) {
	case attaching, transferring:
		doc.AttachingResource = other
	case attached:
		other.AttachedAt = new(s.Association().Attached)
		doc.AttachedResource = other
	}
	return &doc
}

// described adds to a document what follows from the name.
func described(name string, doc types.Subdomain) types.Subdomain {
	doc.Depth, doc.Fqdn = new(depth(name)), new(Address(name))
	if top := Top(name); top != name {
		doc.ParentFqdn = new(Address(top))
	}
	return doc
}

package subdomain

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Claim is what an account has of a top-level subdomain and all names below it, opened: no other account has a claim on that.
// It stays while the account has subdomains there, each with a link to it, and is gone when nothing reserves or holds a name any
// more. Its resource is nil if the account has none. It is named by the web address.
//
// No action shows it as such; its document is the type of the API that has what is needed.
type Claim struct {
	resource.Record[types.SubdomainAttachableResource, ClaimPriv, *types.SubdomainAttachableResource]
}

// ClaimPriv is what Lanyard knows of a claim.
type ClaimPriv struct {
	// Reserved is until when the top-level subdomain is reserved; zero if it never was.
	Reserved time.Time `json:"reserved,omitzero"`
	// Held are deleted subdomains that other accounts cannot create yet, in order.
	Held []Held `json:"held,omitempty"`
}

// Held is a deleted subdomain, and until when it is not available to other accounts.
type Held struct {
	Name  string    `json:"name"`
	Until time.Time `json:"until"`
}

// NewClaim returns a claim that is not stored yet.
func NewClaim(r *resource.Resource, priv ClaimPriv) *Claim {
	k := &Claim{}
	k.Resource, k.Priv = r, priv
	return k
}

// Kind is resource.SubdomainClaim.
func (*Claim) Kind() resource.Kind { return resource.SubdomainClaim }

// SupportSuffix is "": there is no support code.
func (*Claim) SupportSuffix() string { return "" }

// Top is the top-level subdomain that the claim is on.
func (k *Claim) Top() string { return strings.TrimSuffix(k.Resource.Name, "."+domain) }

// IsUsed reports whether the account has subdomains by the claim.
func (k *Claim) IsUsed() bool { return k.Resource != nil && len(k.Resource.Links) > 0 }

// Has reports whether the account has the subdomain of a name.
func (k *Claim) Has(name string) bool {
	return k.IsUsed() && slices.ContainsFunc(k.Resource.Links, func(l resource.Link) bool { return l.Other.Name == name })
}

// IsImplicit reports whether the account has subdomains nested in the top-level subdomain of a name, and not that one itself.
func (k *Claim) IsImplicit(name string) bool {
	return k.IsUsed() && name == k.Top() && !k.Has(name)
}

// Implicit is the top-level subdomain as the API shows it while it is implicit.
func (k *Claim) Implicit() *types.Subdomain {
	top := k.Top()
	doc := described(top, types.Subdomain{
		SubdomainName: &top, CreatedAt: &k.Resource.CreatedAt, Location: k.Resource.Location(), State: types.SubdomainStateImplicit,
	})
	return &doc
}

// Reserve reserves the top-level subdomain for some time.
func (k *Claim) Reserve(now time.Time) { k.Priv.Reserved = now.Add(ReservedFor) }

// IsReserved reports whether a reservation is active at a moment.
func (k *Claim) IsReserved(now time.Time) bool { return k.Priv.Reserved.After(now) }

// Use ends what is reserved and held of a name: a subdomain of the name is created.
func (k *Claim) Use(name string, now time.Time) {
	k.Priv.Reserved = time.Time{}
	k.release(name, now)
}

// Hold keeps a deleted subdomain from other accounts for some time, and drops what needs that no more.
func (k *Claim) Hold(name string, now time.Time) {
	k.release(name, now)
	k.Priv.Held = append(k.Priv.Held, Held{name, now.Add(HeldFor)})
	slices.SortFunc(k.Priv.Held, func(a, b Held) int { return strings.Compare(a.Name, b.Name) })
}

// release drops what is held of a name, and what is not held any more at a moment.
func (k *Claim) release(name string, now time.Time) {
	k.Priv.Held = slices.DeleteFunc(slices.Clone(k.Priv.Held), func(h Held) bool { return h.Name == name || !h.Until.After(now) })
}

// Holds is how many deleted subdomains the claim holds at a moment, but for one of a name.
func (k *Claim) Holds(name string, now time.Time) (n int) {
	for _, h := range k.Priv.Held {
		if h.Name != name && h.Until.After(now) {
			n++
		}
	}
	return n
}

// Until is when nothing reserves or holds a name any more; zero if nothing ever did.
func (k *Claim) Until() time.Time {
	until := k.Priv.Reserved
	for _, h := range k.Priv.Held {
		if h.Until.After(until) {
			until = h.Until
		}
	}
	return until
}

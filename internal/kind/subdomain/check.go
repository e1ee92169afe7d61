package subdomain

import (
	"errors"
	"slices"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Stored is how an import checks subdomains and claims.
func Stored() resource.StoredKinds {
	return resource.StoredKinds{
		resource.Subdomain:      {Check: check, CheckLinks: checkLink},
		resource.SubdomainClaim: {Check: checkClaim},
	}
}

func check(r *resource.Resource) (claims resource.Claims, err error) {
	s := &Subdomain{}
	if err := s.Open(r); err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(s, s.SupportSuffix())
	a.Everywhere(r)
	checkName(&a, r.Name)
	a.Plan(s.Priv.Plan, creating, createFailed, unattached, attaching, attached, detaching, transferring)
	a.Moment("transferred", s.Priv.Transferred)
	if f := s.Priv.Former; f != nil {
		a.ARN(r, "former.arn", &f.ARN, resource.Distribution)
		a.Name("former.name", &f.Name)
		a.Moment("former.at", f.At)
	}
	claims.Links = []resource.Role{resource.ClaimedSubdomain}
	if a.Err == nil && s.Priv.State(s.Priv.Settled()) == attached {
		a.Want(len(s.Priv.Plan) > 1 && s.Priv.Served, "priv: the plan ends in an association that did not begin")
		claims.Links = append(claims.Links, resource.ServingSubdomain)
	}
	return claims, a.Repack(s)
}

func checkName(a *audit.Audit, name string) {
	a.Want(CheckName(name) == nil && !IsReserved(name), "the name %q is not one that a subdomain can have", audit.Shorten(name))
}

func checkClaim(r *resource.Resource) (claims resource.Claims, err error) {
	k := &Claim{}
	if err := k.Open(r); err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(k, k.SupportSuffix())
	a.Everywhere(r)
	top := k.Top()
	a.Want(isTop(top), "the name %q is not one that a subdomain can have", audit.Shorten(top))
	a.Want(r.Name == Address(top) && top == Top(top), "the name %q is not a web address of a top-level subdomain", audit.Shorten(r.Name))
	a.Moment("reserved", k.Priv.Reserved)
	for _, h := range k.Priv.Held {
		checkName(&a, h.Name)
		a.Want(Top(h.Name) == top && !h.Until.IsZero(), "priv: a name is held that is not in the claim, or without end")
		a.Moment("until of a held name", h.Until)
	}
	ordered := slices.IsSortedFunc(k.Priv.Held, func(x, y Held) int { return strings.Compare(x.Name, y.Name) })
	a.Want(ordered, "priv: the held names are not in order")
	a.Want(r.GoneAt.IsZero() || r.GoneAt.Equal(k.Until()), "goneAt is not when the claim ends")
	a.Gone(r, r.CreatedAt) // a claim that nothing uses is made anew each time
	if r.GoneAt.IsZero() {
		claims.Links = []resource.Role{resource.ClaimedSubdomain}
	}
	return claims, a.Repack(k)
}

// isTop reports whether a name is one of a top-level subdomain. One that only has others nested in it may be shorter than a
// subdomain can be.
func isTop(name string) bool {
	return !IsReserved(name) && (CheckName(name) == nil || CheckName("a."+name) == nil)
}

// checkLink wants the claim on the name, and the association of the plan.
func checkLink(role resource.Role, from, to *resource.Resource, doc []byte) error {
	s := &Subdomain{}
	if err := s.Open(from); err != nil {
		return err
	}
	if role == resource.ClaimedSubdomain {
		if to.Name != Address(Top(from.Name)) || string(doc) != string(resource.NoDoc) {
			return errors.New("the claim is not one on the subdomain, or the link says more")
		}
		return nil
	}
	a, err := resource.ReadAssociation(doc)
	switch plan := s.Priv.Plan; {
	case err != nil:
		return err
	case len(plan) < 2 || plan[len(plan)-1].State != attached:
		return errors.New("the plan of the subdomain does not end in the state ATTACHED")
	case !a.Attaching.Equal(s.Association().Attaching) || !a.Attached.Equal(s.Association().Attached):
		return errors.New("doc: the times are not those of the plan")
	case to.Linked(resource.ViewerCertificate) != nil:
		return errors.New("the distribution has a certificate")
	}
	return nil
}

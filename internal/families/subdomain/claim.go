package subdomain

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/subdomain"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// unavailable is the error for a name that the account cannot have, whatever the reason: nothing is said of other accounts.
func unavailable(name string) error {
	return api.InvalidInput(api.CodeNameExists, "The subdomain is not available: %s", name)
}

// findClaim is the account's claim on a top-level subdomain; one without a resource if it has none.
func findClaim(c *api.Call, top string) (*subdomain.Claim, error) {
	k := &subdomain.Claim{}
	r, err := c.Tx.ResourceIn(c.Principal.Account, c.Region, resource.SubdomainClaim.Space(), subdomain.Address(top))
	if errors.Is(err, store.ErrNotFound) {
		return k, nil
	}
	if err != nil {
		return nil, err
	}
	return k, k.Open(r)
}

// keep stores a claim that the account has, or has from now on. If no subdomain uses it, it is gone when nothing reserves or
// holds a name any more.
func keep(c *api.Call, top string, k *subdomain.Claim, used bool) (*subdomain.Claim, error) {
	if k.IsUsed() {
		return k, c.Save(k)
	}
	if k.Resource != nil { // it has an end
		if err := c.Tx.DeleteResource(k.Resource); err != nil {
			return nil, err
		}
	}
	until := k.Until()
	if !used && !until.After(c.Now) {
		return k, nil
	}
	k = subdomain.NewClaim(c.NewResource(resource.SubdomainClaim, subdomain.Address(top)), k.Priv)
	err := c.Insert(k)
	switch {
	case errors.Is(err, store.ErrNameTaken): // since it was looked for
		return nil, unavailable(top)
	case err == nil && !used:
		err = c.Tx.LetGo(k.Resource, until)
	}
	return k, err
}

// isAvailable reports whether the account can create a subdomain of a name that is valid, with the claim that it has.
func isAvailable(c *api.Call, name string, k *subdomain.Claim) (bool, error) {
	switch {
	case subdomain.IsReserved(name) || k.Has(name):
		return false, nil
	case k.Resource != nil:
		return true, nil
	}
	taken, err := c.Tx.WorldwideNamesTaken([]string{subdomain.Address(subdomain.Top(name))})
	return len(taken) == 0, err
}

// admit returns the claim by which the account can create a subdomain, or the error for a name or a number that it cannot have.
func admit(c *api.Call, name string) (*subdomain.Claim, error) {
	if err := subdomain.CheckName(name); err != nil {
		return nil, api.Refused(err)
	}
	k, err := findClaim(c, subdomain.Top(name))
	if err != nil {
		return nil, err
	}
	switch available, err := isAvailable(c, name, k); {
	case err != nil:
		return nil, err
	case !available:
		return nil, unavailable(name)
	}
	held, err := countHeld(c, name)
	if err != nil {
		return nil, err
	}
	return k, c.CheckQuota(resource.Subdomain, 1+held)
}

// countHeld counts the deleted subdomains that count for the quota, but for one of a name.
func countHeld(c *api.Call, name string) (n int, err error) {
	all, err := api.Opened[subdomain.Claim](c)
	for _, k := range all {
		n += k.Holds(name, c.Now)
	}
	return n, err
}

// checkAvailability says whether the account can create a subdomain, and reserves the top-level one if that is wanted. What the
// account has needs no reservation.
func checkAvailability(c *api.Call, in *lightsail.CheckSubdomainAvailabilityInput) (*lightsail.CheckSubdomainAvailabilityOutput, error) {
	name := *in.SubdomainName
	if err := subdomain.CheckName(name); err != nil {
		return nil, api.Refused(err)
	}
	k, err := findClaim(c, subdomain.Top(name))
	if err != nil {
		return nil, err
	}
	available, err := isAvailable(c, name, k)
	if err != nil {
		return nil, err
	}
	if available && in.Reserve != nil && *in.Reserve && !k.IsUsed() && !k.IsReserved(c.Now) {
		if k, err = reserve(c, subdomain.Top(name), k); err != nil {
			return nil, err
		}
	}
	out := &lightsail.CheckSubdomainAvailabilityOutput{SubdomainName: &name, Available: &available}
	if k.IsReserved(c.Now) {
		out.ReservationExpiresAt = &k.Priv.Reserved
	}
	return out, nil
}

// reserve reserves a top-level subdomain that the account can have.
func reserve(c *api.Call, top string, k *subdomain.Claim) (*subdomain.Claim, error) {
	all, err := api.Opened[subdomain.Claim](c)
	if err != nil {
		return nil, err
	}
	n, limit := 0, c.Quota(quota.SubdomainReservations)
	for _, other := range all {
		if other.IsReserved(c.Now) {
			n++
		}
	}
	if n >= limit {
		return nil, api.QuotaReached("subdomain reservations", limit)
	}
	k.Reserve(c.Now)
	return keep(c, top, k, false)
}

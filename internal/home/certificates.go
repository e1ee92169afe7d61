package home

import (
	"context"
	"errors"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/kind/certificate"
	"github.com/lanyard-cloud/lanyard/internal/kind/loadbalancer"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// IssueCertificate issues a certificate that waits for its validation, as if DNS had its records. It may
// be one of a load balancer. The certificate's region is returned. account is the server's root account if
// it is "", and region is the only one with a certificate of that name.
func (s *Store) IssueCertificate(ctx context.Context, account, region, name string) (in string, err error) {
	err = s.Update(ctx, func(accounts *identity.Accounts) error {
		now := s.now()
		accounts.Tx.SetNow(now)
		d, err := accounts.Directory(account)
		if err != nil {
			return err
		}
		c, err := findCertificate(accounts.Tx, d.Account(), region, name)
		if err != nil {
			return err
		}
		in = c.Row().Region
		if v := c.Validation(); !v.IsPending(now) {
			return fmt.Errorf("the certificate %s in %s has the status %s: only one with the status PENDING_VALIDATION of public names can be issued",
				name, in, v.State(now))
		}
		c.Validation().Issue(now)
		if err := c.Pack(); err != nil {
			return err
		}
		return accounts.Tx.UpdateResource(c.Row())
	})
	return in, err
}

// findCertificate opens the only certificate of a name, of either kind, that an account has in a region, or
// in all if it is "".
func findCertificate(tx *store.Tx, account, region, name string) (found certificate.Validated, err error) {
	for _, r := range catalogue.Regions() {
		if region != "" && r.Name != region {
			continue
		}
		row, err := tx.Resource(account, r.Name, name)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		c, is, err := loadbalancer.LoadValidated(row)
		switch {
		case err != nil:
			return nil, err
		case is && found != nil:
			return nil, fmt.Errorf("there is more than one certificate %s: give --region", name)
		case is:
			found = c
		}
	}
	if found == nil {
		return nil, fmt.Errorf("there is no certificate %s of the account %s: aws lightsail get-certificates and "+
			"get-load-balancer-tls-certificates list those of a region", name, account)
	}
	return found, nil
}

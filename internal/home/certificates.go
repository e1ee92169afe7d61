package home

import (
	"context"
	"errors"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/kind/certificate"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// IssueCertificate issues a certificate that waits for its validation, as if DNS had its records. It
// returns the region of the certificate. account is the server's root account if it is "", and region
// is the only one with a certificate of that name.
func (s *Store) IssueCertificate(ctx context.Context, account, region, name string) (string, error) {
	err := s.Update(ctx, func(accounts *identity.Accounts) error {
		accounts.Tx.SetNow(s.now())
		d, err := accounts.Directory(account)
		if err != nil {
			return err
		}
		c, err := findCertificate(accounts.Tx, d.Account(), region, name)
		if err != nil {
			return err
		}
		region = c.Resource.Region
		if state := c.State(s.now()); !c.Priv.IsPending(s.now()) {
			return fmt.Errorf("the certificate %s in %s has the status %s: only one with the status PENDING_VALIDATION of public names can be issued",
				name, region, state)
		}
		c.Priv.Issue(s.now())
		if err := c.Pack(); err != nil {
			return err
		}
		return accounts.Tx.UpdateResource(c.Resource)
	})
	return region, err
}

// findCertificate finds the only certificate of a name that an account has in a region, or in all if it is "".
func findCertificate(tx *store.Tx, account, region, name string) (found *certificate.Certificate, err error) {
	for _, r := range catalogue.Regions() {
		if region != "" && r.Name != region {
			continue
		}
		row, err := tx.Resource(account, r.Name, name)
		switch {
		case errors.Is(err, store.ErrNotFound), err == nil && row.Kind != resource.Certificate:
			continue
		case err != nil:
			return nil, err
		case found != nil:
			return nil, fmt.Errorf("there is more than one certificate %s: give --region", name)
		}
		if found, err = certificate.Load(row); err != nil {
			return nil, err
		}
	}
	if found == nil {
		return nil, fmt.Errorf("there is no certificate %s of the account %s: aws lightsail get-certificates lists those of a region", name, account)
	}
	return found, nil
}

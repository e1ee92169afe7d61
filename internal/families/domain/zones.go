package domain

import (
	"slices"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/domain"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// ZonesOf opens the zones of the account that may have the names, given in their normal form. domain.Closest tells which
// of them has one.
func ZonesOf(c *api.Call, names []string) (zones []*domain.Domain, err error) {
	home := resource.Domain.OnlyIn()
	taken, err := c.Tx.NamesTaken(c.Principal.Account, home, "", parentsOf(names))
	if err != nil {
		return nil, err
	}
	for _, name := range taken {
		r, err := c.FindIn(home, name)
		if err != nil {
			return nil, err
		}
		if r.Kind != resource.Domain {
			continue
		}
		zone := &domain.Domain{}
		if err := zone.Open(r); err != nil {
			return nil, err
		}
		zones = append(zones, zone)
	}
	return zones, nil
}

// parentsOf are the names themselves and all domains that they are in, each once.
func parentsOf(names []string) (all []string) {
	for _, name := range names {
		for found := true; found && strings.Contains(name, "."); _, name, found = strings.Cut(name, ".") {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

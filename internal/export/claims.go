package export

import (
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// claimant is what is kept of a resource until what its documents say of other rows was
// found there.
type claimant struct {
	line                  int
	account, region, name string
	kind                  resource.Kind
	// addresses and links are those of which no record has come yet.
	addresses []resource.AddressClaim
	links     []resource.Role
	// leftOut reports that the resource is not written.
	leftOut bool
}

func (c *claimant) String() string { return fmt.Sprintf("%s %s", c.kind, c.name) }

// claim notes what the documents of a resource say of other rows.
func (i *importer) claim(r *resourceRecord, claims resource.Claims, former []resource.FormerLink) error {
	known := i.o.Kinds[resource.Kind(r.Kind)]
	c := &claimant{i.file.line, r.Account, r.Region, r.Name, resource.Kind(r.Kind), claims.Addresses, claims.Links, r.unusable(known)}
	if len(c.addresses) > 0 || len(c.links) > 0 || len(known.Classes) > 0 {
		i.owners[r.ID] = c
	}
	for _, text := range claims.Own {
		if i.own[text] {
			return fmt.Errorf("doc: another resource has %s", text)
		}
		i.own[text] = true
	}
	for _, id := range claims.Keys {
		if !r.LeftOut {
			i.keys = append(i.keys, store.ResourceKey{ID: id, Owner: r.ID})
		}
	}
	return i.noteFormer(c, former)
}

// checkClaims returns an error if something that documents say of other rows was not there.
func (i *importer) checkClaims() error {
	first, reason := (*claimant)(nil), ""
	note := func(c *claimant, why string) {
		if first == nil || c.line < first.line {
			first, reason = c, why
		}
	}
	for link, end := range i.former {
		note(end.by, fmt.Sprintf("doc: it is attached, but the %s does not say the same", end.other(link)))
	}
	for _, c := range i.owners {
		if len(c.addresses) > 0 {
			note(c, fmt.Sprintf("doc: its %s has no record", i.poolName(c, c.addresses[0].Pool)))
		}
		if len(c.links) > 0 {
			note(c, fmt.Sprintf("it has no link of the role %s, and cannot be without", c.links[0]))
		}
	}
	if first == nil {
		return nil
	}
	return &lineError{first.line, fmt.Errorf("%s: %s", first, reason)}
}

package export

import (
	"fmt"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// claimant is what is kept of a resource until what its documents say of other rows was
// found there.
type claimant struct {
	line                  int
	account, region, name string
	kind                  resource.Kind
	// addresses are those of which no record has come yet.
	addresses []resource.AddressClaim
	// leftOut reports that the resource is not written.
	leftOut bool
}

func (c *claimant) String() string { return fmt.Sprintf("%s %s", c.kind, c.name) }

// tied is an attachment that one end told of.
type tied struct {
	by *claimant
	// attached reports that the end is what is attached to the other.
	attached bool
}

// claim notes what the documents of a resource say of other rows.
func (i *importer) claim(r *resourceRecord, claims resource.Claims) error {
	known := i.o.Kinds[resource.Kind(r.Kind)]
	c := &claimant{i.file.line, r.Account, r.Region, r.Name, resource.Kind(r.Kind), claims.Addresses, r.unusable(known)}
	if len(c.addresses) > 0 || len(known.Classes) > 0 {
		i.owners[r.ID] = c
	}
	for _, text := range claims.Own {
		if i.own[text] {
			return fmt.Errorf("doc: another resource has %s", text)
		}
		i.own[text] = true
	}
	for _, tie := range claims.Ties {
		other, there := i.ties[tie]
		attached := c.kind == tie.Kind
		switch {
		case !there:
			i.ties[tie] = tied{c, attached}
		case other.attached == attached:
			return fmt.Errorf("doc: the attachment of the %s %s is there twice", tie.Kind, tie.Name)
		default:
			delete(i.ties, tie)
		}
	}
	return nil
}

// checkClaims returns an error if something that documents say of other rows was not there.
func (i *importer) checkClaims() error {
	first, reason := (*claimant)(nil), ""
	note := func(c *claimant, why string) {
		if first == nil || c.line < first.line {
			first, reason = c, why
		}
	}
	for tie, end := range i.ties {
		other := fmt.Sprintf("%s %s", tie.Kind, tie.Name)
		if end.attached {
			other = fmt.Sprintf("%s %s", tie.ToKind, tie.To)
		}
		note(end.by, fmt.Sprintf("doc: it is attached, but the %s does not say the same", other))
	}
	for _, c := range i.owners {
		if len(c.addresses) > 0 {
			note(c, fmt.Sprintf("doc: its %s has no record", i.poolName(c, c.addresses[0].Pool)))
		}
	}
	if first == nil {
		return nil
	}
	return &lineError{first.line, fmt.Errorf("%s: %s", first, reason)}
}

// address gives a resource of the file the number that it had. If it is taken, and any
// number of the pool will do, the resource gets another one.
func (i *importer) address(r *addressRecord) error {
	owner, ok := i.owners[r.Owner]
	if !ok || owner.account != r.Account {
		return fmt.Errorf("the file has no resource %s that could have an address", r.Owner)
	}
	at := slices.IndexFunc(owner.addresses, func(c resource.AddressClaim) bool { return c.Pool == r.Pool })
	if at < 0 {
		return fmt.Errorf("%s: it has no %s, by its document", owner, i.poolName(owner, r.Pool))
	}
	if claimed := owner.addresses[at].Address; claimed.IsValid() && claimed != resource.IPv4(r.Number) {
		return fmt.Errorf("%s: its document has the address %s, not %s", owner, claimed, resource.IPv4(r.Number))
	}
	owner.addresses = slices.Delete(owner.addresses, at, at+1)
	a := store.Address{Pool: r.Pool, Number: r.Number, Owner: r.Owner}
	free, err := i.tx.TakeAddress(a)
	if pool, _ := i.o.Kinds.Pool(owner.account, r.Pool); err == nil && !free && pool.First > 0 {
		free, err = i.anotherNumber(pool, owner, a)
	}
	if err != nil {
		return err
	}
	if !free {
		return fmt.Errorf("the %s %s of the %s (%s) belongs to another resource of the store: "+
			"delete one of them, or import into another store", i.poolName(owner, r.Pool), resource.IPv4(r.Number), owner, owner.region)
	}
	i.done.Addresses++
	return nil
}

// anotherNumber takes the first free number after the one that is taken.
func (i *importer) anotherNumber(pool *resource.Pool, owner *claimant, a store.Address) (bool, error) {
	for range pool.Last - pool.First + 1 {
		a.Number = pool.Next(a.Number)
		if free, err := i.tx.TakeAddress(a); free || err != nil {
			return free, err
		}
	}
	return false, fmt.Errorf("no %s from %d to %d is free for the %s", pool.What, pool.First, pool.Last, owner)
}

// poolName is what messages call a number of a pool.
func (i *importer) poolName(c *claimant, name string) string {
	pool, _ := i.o.Kinds.Pool(c.account, name)
	return pool.What
}

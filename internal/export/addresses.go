package export

import (
	"fmt"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
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
}

func (c *claimant) String() string { return fmt.Sprintf("%s %s", c.kind, c.name) }

// tied is an attachment that one end told of.
type tied struct {
	by *claimant
	// fromInstance says which end that was.
	fromInstance bool
}

// claim notes what the documents of a resource say of other rows.
func (i *importer) claim(r *resourceRecord, claims resource.Claims) error {
	c := &claimant{i.file.line, r.Account, r.Region, r.Name, resource.Kind(r.Kind), claims.Addresses}
	if len(c.addresses) > 0 {
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
		fromInstance := c.kind == resource.Instance
		switch {
		case !there:
			i.ties[tie] = tied{c, fromInstance}
		case other.fromInstance == fromInstance:
			return fmt.Errorf("doc: the attachment of the %s %s is there twice", tie.Kind, tie.Name)
		default:
			delete(i.ties, tie)
		}
	}
	return nil
}

// checkClaims wants that all which documents say of other rows was there.
func (i *importer) checkClaims() error {
	first, reason := (*claimant)(nil), ""
	note := func(c *claimant, why string) {
		if first == nil || c.line < first.line {
			first, reason = c, why
		}
	}
	for tie, end := range i.ties {
		other := fmt.Sprintf("%s %s", tie.Kind, tie.Name)
		if !end.fromInstance {
			other = "Instance " + tie.Instance
		}
		note(end.by, fmt.Sprintf("doc: it is attached, but the %s does not say the same", other))
	}
	for _, c := range i.owners {
		if len(c.addresses) > 0 {
			note(c, fmt.Sprintf("doc: its %s has no record", poolName(c.addresses[0].Pool)))
		}
	}
	if first == nil {
		return nil
	}
	return &lineError{first.line, fmt.Errorf("%s: %s", first, reason)}
}

// address gives a resource of the file the number that it had. A port is this
// machine's, so one that is taken is replaced by another.
func (i *importer) address(r *addressRecord) error {
	owner, ok := i.owners[r.Owner]
	if !ok || owner.account != r.Account {
		return fmt.Errorf("the file has no resource %s that could have an address", r.Owner)
	}
	at := slices.IndexFunc(owner.addresses, func(c resource.AddressClaim) bool { return c.Pool == r.Pool })
	if at < 0 {
		return fmt.Errorf("%s: it has no %s, by its document", owner, poolName(r.Pool))
	}
	if claimed := owner.addresses[at].Address; claimed.IsValid() && claimed != instance.Number(r.Number) {
		return fmt.Errorf("%s: its document has the address %s, not %s", owner, claimed, instance.Number(r.Number))
	}
	owner.addresses = slices.Delete(owner.addresses, at, at+1)
	a := store.Address{Pool: r.Pool, Number: r.Number, Owner: r.Owner}
	free, err := i.tx.TakeAddress(a)
	if err == nil && !free && r.Pool == instance.PortPool {
		free, err = i.anotherPort(a)
	}
	if err != nil {
		return err
	}
	if !free {
		return fmt.Errorf("the %s %s of the %s (%s) belongs to another resource of the store: "+
			"delete one of them, or import into another store", poolName(r.Pool), instance.Number(r.Number), owner, owner.region)
	}
	i.done.Addresses++
	return nil
}

// anotherPort takes the first free port behind the one that is taken.
func (i *importer) anotherPort(a store.Address) (bool, error) {
	for range instance.LastPort - instance.FirstPort + 1 {
		if a.Number++; a.Number < instance.FirstPort || a.Number > instance.LastPort {
			a.Number = instance.FirstPort
		}
		if free, err := i.tx.TakeAddress(a); free || err != nil {
			return free, err
		}
	}
	return false, fmt.Errorf("no port from %d to %d is free for the instance %s", instance.FirstPort, instance.LastPort, a.Owner)
}

func poolName(pool string) string {
	switch pool {
	case instance.PortPool:
		return "port"
	case instance.PublicPool:
		return "public address"
	}
	return "private address"
}

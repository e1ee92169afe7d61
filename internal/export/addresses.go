package export

import (
	"fmt"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

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

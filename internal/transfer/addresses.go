package transfer

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/lanyard-cloud/lanyard/internal/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// addressOwner is what is kept of a resource until its addresses come.
type addressOwner struct {
	account, region, name string
	kind                  resource.Kind
}

// mayHaveAddresses notes a resource of the kinds that have addresses.
func (i *importer) mayHaveAddresses(r *resourceRecord) {
	switch kind := resource.Kind(r.Kind); kind {
	case resource.Instance, resource.StaticIP:
		i.owners[r.ID] = addressOwner{r.Account, r.Region, r.Name, kind}
	}
}

// address gives a resource of the file the number that it had. A port is this
// machine's, so one that is taken is replaced by another.
func (i *importer) address(r *addressRecord) error {
	owner, ok := i.owners[r.Owner]
	if !ok || owner.account != r.Account {
		return fmt.Errorf("the file has no resource %s that could have an address", r.Owner)
	}
	if r.Pool != instance.PortPool && r.Pool != instance.PublicPool && r.Pool != instance.PrivatePool(owner.account, owner.region) {
		return fmt.Errorf("the address of a pool of another region than that of the %s %s", owner.kind, owner.name)
	}
	a := store.Address{Pool: r.Pool, Number: r.Number, Owner: r.Owner}
	free, err := i.tx.TakeAddress(a)
	if err == nil && !free && r.Pool == instance.PortPool {
		free, err = i.anotherPort(a)
	}
	if err != nil {
		return err
	}
	if !free {
		return fmt.Errorf("the %s address %s of the %s %s (%s) belongs to another resource of the store: "+
			"delete one of them, or import into another store", poolName(r.Pool), ipv4(r.Number), owner.kind, owner.name, owner.region)
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
	if pool == instance.PublicPool {
		return "public"
	}
	return "private"
}

func ipv4(n int64) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(n))
	return netip.AddrFrom4(b)
}

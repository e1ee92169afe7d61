package instance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Address returns host and port of the SSH server of an instance, whether it runs or not;
// false if there is no such instance. What the store says of the instance has taken effect
// when it returns.
func (rt *Runtime) Address(account, region, name string) (netip.AddrPort, bool) {
	id, port := rt.find(account, region, name)
	if port == 0 {
		return netip.AddrPort{}, false
	}
	rt.Reconcile(id)
	_, port = rt.find(account, region, name) // it may have changed
	return instance.SSHAddress(port), port != 0
}

// find returns id and loopback port of an instance; zero values if there is none.
func (rt *Runtime) find(account, region, name string) (id string, port uint16) {
	err := rt.o.Store.View(rt.ctx, func(tx *store.Tx) error {
		tx.SetNow(rt.o.Clock())
		r, err := tx.Resource(account, region, name)
		if err != nil || r.Kind != resource.Instance {
			return err
		}
		id = r.ID
		port, err = portOf(tx, id)
		return err
	})
	if err != nil {
		return "", 0
	}
	return id, port
}

// otherPorts is how many ports are tried if an instance's port is in use.
const otherPorts = 64

// listenElsewhere gives an instance another loopback port, since a program of this machine
// uses the one that it had.
func (rt *Runtime) listenElsewhere(in *stored) (*net.TCPListener, error) {
	old := in.port
	at := old
	for range otherPorts {
		if at++; at > instance.LastPort || at < instance.FirstPort {
			at = instance.FirstPort
		}
		listener, err := listen(instance.SSHAddress(at))
		if inUse(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		moved, err := rt.movePort(in, at)
		if err != nil {
			return nil, errors.Join(err, listener.Close())
		}
		if !moved { // it belongs to another instance, which does not run
			_ = listener.Close()
			continue
		}
		rt.o.Log.Warn("another program uses the port of an instance: it got another one",
			"account", in.Resource.Account, "region", in.Resource.Region, "instance", in.Resource.Name, "was", old, "is", at)
		in.port = at
		return listener, nil
	}
	return nil, fmt.Errorf("listen on %s and the %d ports after it: all are in use", instance.SSHAddress(old), otherPorts)
}

// movePort stores an instance's new port. It returns false if another instance has it.
func (rt *Runtime) movePort(in *stored, port uint16) (moved bool, err error) {
	id := in.Resource.ID
	err = rt.o.Store.Update(rt.ctx, func(tx *store.Tx) error {
		tx.SetNow(rt.o.Clock())
		if _, err := tx.ResourceByID(id); err != nil {
			return err
		}
		address := store.Address{Pool: instance.PortPool, Number: int64(port), Owner: id}
		if err := tx.ReleaseAddress(instance.PortPool, id); err != nil {
			return err
		}
		if moved, err = tx.TakeAddress(address); err != nil || moved {
			return err
		}
		address.Number = int64(in.port)
		_, err = tx.TakeAddress(address)
		return err
	})
	return moved, err
}

// widestRange and narrowestRange bound the size of a range of addresses.
const (
	widestRange    = 9
	narrowestRange = 28
)

// CheckRange returns an error if instances cannot have the addresses of a range. It tries to
// listen on port 22 of the range's first address, which no instance gets.
func CheckRange(p netip.Prefix) error {
	loopback := netip.MustParsePrefix("127.0.0.0/8")
	switch {
	case runtime.GOOS != "linux":
		return errors.New("instances can have addresses of their own on Linux only: other systems have no more than 127.0.0.1")
	case !p.IsValid() || !loopback.Contains(p.Addr()) || p.Bits() < widestRange || p.Bits() > narrowestRange || p != p.Masked():
		return fmt.Errorf("%s is not a range within 127.0.0.0/8 from /%d to /%d: give one such as 127.64.0.0/16", p, widestRange, narrowestRange)
	case p.Contains(netip.AddrFrom4([4]byte{127, 0, 0, 1})):
		return fmt.Errorf("%s has 127.0.0.1 in it, which is this machine's own: give a range such as 127.64.0.0/16", p)
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp4", netip.AddrPortFrom(p.Addr().Next(), instance.SSHPort).String())
	if err != nil {
		return explain(netip.AddrPortFrom(p.Addr().Next(), instance.SSHPort), err)
	}
	return l.Close()
}

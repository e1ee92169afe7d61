package instance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Address is where the SSH server of an instance is reached, host and port, whether
// it runs or not; false where there is no such instance. What the store says of the
// instance is in force when it returns.
func (f *Fleet) Address(account, region, name string) (netip.AddrPort, bool) {
	f.Refresh(account, region, name)
	in, err := f.read(key{account, region, name})
	if err != nil || in == nil || in.port == 0 {
		return netip.AddrPort{}, false
	}
	return instance.SSHAddress(in.port), true
}

// otherPorts is how many ports are tried where something else has an instance's.
const otherPorts = 64

// listenElsewhere gives an instance another loopback port, where a program of this
// machine has taken the one that it had.
func (f *Fleet) listenElsewhere(in *found) (*net.TCPListener, error) {
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
		moved, err := f.movePort(in, at)
		if err != nil {
			return nil, errors.Join(err, listener.Close())
		}
		if !moved { // it is another instance's that does not run
			_ = listener.Close()
			continue
		}
		f.o.Log.Warn("another program has the port of an instance: it got another one",
			"account", in.Resource.Account, "region", in.Resource.Region, "instance", in.Resource.Name, "was", old, "is", at)
		in.port = at
		return listener, nil
	}
	return nil, fmt.Errorf("listen on %s and %d ports behind it: all are in use", instance.SSHAddress(old), otherPorts)
}

// movePort writes an instance's new port into the store; false when another one has
// it.
func (f *Fleet) movePort(in *found, port uint16) (moved bool, err error) {
	r := in.Resource
	err = f.o.Store.Update(f.ctx, func(tx *store.Tx) error {
		now, err := tx.Resource(r.Account, r.Region, r.Name)
		if err != nil {
			return err
		}
		if now.ID != r.ID {
			return store.ErrNotFound
		}
		address := store.Address{Pool: instance.PortPool, Number: int64(port), Owner: r.ID}
		if err := tx.ReleaseAddress(instance.PortPool, r.ID); err != nil {
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

// CheckRange tells what is wrong with a range of addresses for instances. It tries to
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

package instance

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
)

// widest is how many ports a firewall rule may have for each to get a listener on the
// instance's own address.
const widest = 16

// door is a listener in front of an instance.
type door struct {
	listener *net.TCPListener
	// port is the instance's.
	port uint16
}

// setDoors opens the doors that the instance has to have and closes the others.
func (s *slot) setDoors(in *found) error {
	wanted := s.fleet.wantedDoors(in)
	for at, d := range s.doors {
		if port, ok := wanted[at]; !ok || port != d.port {
			d.close()
			delete(s.doors, at)
		}
	}
	var errs []error
	for at, port := range wanted {
		if s.doors[at] != nil {
			continue
		}
		listener, err := listen(at)
		if inUse(err) && at == instance.SSHAddress(in.port) && !s.fleet.o.Shared {
			listener, err = s.fleet.listenElsewhere(in)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		s.admit(listener, port)
	}
	return errors.Join(errs...)
}

// wantedDoors says which addresses lead to which ports of a running instance.
func (f *Fleet) wantedDoors(in *found) map[netip.AddrPort]uint16 {
	doors := map[netip.AddrPort]uint16{}
	own := in.PublicAddress()
	hasOwn := f.o.Range.IsValid() && f.o.Range.Contains(own)
	for _, rule := range in.Rules() {
		if rule.Protocol != types.NetworkProtocolTcp && rule.Protocol != types.NetworkProtocolAll {
			continue
		}
		first, last := rule.FromPort, rule.ToPort
		if first <= instance.SSHPort && instance.SSHPort <= last && !in.Windows() {
			if in.port != 0 {
				doors[instance.SSHAddress(in.port)] = instance.SSHPort
			}
			if hasOwn {
				doors[netip.AddrPortFrom(own, instance.SSHPort)] = instance.SSHPort
			}
		}
		if !hasOwn || last-first >= widest {
			continue
		}
		for port := max(1, first); port <= min(last, 65535); port++ {
			doors[netip.AddrPortFrom(own, uint16(port))] = uint16(port)
		}
	}
	return doors
}

// listen opens a door. Clients that are gone are noticed by keep-alive probes.
func listen(at netip.AddrPort) (*net.TCPListener, error) {
	config := net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 15 * time.Second, Count: 4}}
	l, err := config.Listen(context.Background(), "tcp4", at.String())
	if err != nil {
		return nil, explain(at, err)
	}
	tcp, _ := l.(*net.TCPListener)
	return tcp, nil
}

// explain says what to do where it is known.
func explain(at netip.AddrPort, err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	switch {
	case errors.Is(err, fs.ErrPermission) && at.Port() < 1024:
		return fmt.Errorf("listen on %s: %w: ports below 1024 need the capability CAP_NET_BIND_SERVICE "+
			"(setcap cap_net_bind_service=+ep on the lanyard program, or AmbientCapabilities=CAP_NET_BIND_SERVICE in its systemd unit)", at, err)
	case inUse(err) && at.Port() == instance.SSHPort:
		return fmt.Errorf("listen on %s: %w: if it is this machine's sshd, give that a ListenAddress of its own instead of all addresses", at, err)
	}
	return fmt.Errorf("listen on %s: %w", at, err)
}

// inUse tells whether a listener failed because there is another one; Windows has a
// number of its own for that.
func inUse(err error) bool {
	const windows = syscall.Errno(10048)
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, windows)
}

// admit lets connections in until the door is closed.
func (s *slot) admit(listener *net.TCPListener, port uint16) {
	d := &door{listener, port}
	if !s.fleet.launch(func() { s.accept(d) }) {
		d.close()
		return
	}
	s.doors[addrPort(listener.Addr())] = d
}

func (s *slot) accept(d *door) {
	for {
		conn, err := d.listener.AcceptTCP()
		switch {
		case err == nil:
			s.enter(conn, d.port)
			s.pace()
		case errors.Is(err, net.ErrClosed):
			return
		default: // no file descriptors are left, for a while
			select {
			case <-time.After(tick):
			case <-s.fleet.ctx.Done():
				return
			}
		}
	}
}

// A crowded instance takes no more than one connection in a paceTime, the others wait in
// the listener's queue. When places are short, each that comes closes one that has not
// logged in: this is how long all of them have, in turn, until they have to be further
// than the rest.
const (
	crowd    = 16
	paceTime = 5 * time.Millisecond
)

func (s *slot) pace() {
	s.connections.Lock()
	open := len(s.open)
	s.connections.Unlock()
	if open < crowd {
		return
	}
	select {
	case <-time.After(paceTime):
	case <-s.fleet.ctx.Done():
	}
}

func (d *door) close() { _ = d.listener.Close() }

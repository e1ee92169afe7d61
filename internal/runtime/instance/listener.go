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

const (
	// widest is how many ports a firewall rule may have for each to get a listener on the
	// instance's own address.
	widest = 16
	// acceptPause is how long a listener pauses that cannot accept connections.
	acceptPause = 100 * time.Millisecond
	// releaseTime is how long an address that moves may take to be released. Then the work is repeated.
	releaseTime = 500 * time.Millisecond
)

// listener is a listener of an instance.
type listener struct {
	tcp *net.TCPListener
	// port is the instance's.
	port uint16
}

// setListeners opens the listeners that the instance has to have and closes the others.
func (e *entry) setListeners(in *stored) error {
	wanted := e.runtime.wantedListeners(in)
	for at, l := range e.listeners {
		if port, ok := wanted[at]; !ok || port != l.port {
			e.closeListener(at)
		}
	}
	var errs []error
	for at, port := range wanted {
		if e.listeners[at] != nil {
			continue
		}
		tcp, err := listen(at)
		if inUse(err) && e.runtime.awaitReleased(at) {
			tcp, err = listen(at)
		}
		if inUse(err) && at == instance.SSHAddress(in.port) && e.runtime.mayMove(at) {
			tcp, err = e.runtime.listenElsewhere(in)
		}
		if err != nil {
			errs = append(errs, err)
			continue
		}
		e.open(tcp, port)
	}
	return errors.Join(errs...)
}

// awaitReleased waits until no instance of the Runtime listens at an address, and reports whether
// that is so. An address that moves is released by the work on the other instance, which the same write began.
func (rt *Runtime) awaitReleased(at netip.AddrPort) bool {
	patience := time.After(releaseTime)
	for {
		rt.mu.Lock()
		held, released := rt.listening[at] != nil, rt.released
		rt.mu.Unlock()
		if !held {
			return true
		}
		select {
		case <-released:
		case <-patience:
			return false
		case <-rt.ctx.Done():
			return false
		}
	}
}

// mayMove reports whether an instance gets another port if its own is in use. It does not
// if another server may have it, or an instance that is deleted: both release it.
func (rt *Runtime) mayMove(at netip.AddrPort) bool {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return !rt.o.Shared && rt.listening[at] == nil
}

// wantedListeners says which addresses lead to which ports of a running instance.
func (rt *Runtime) wantedListeners(in *stored) map[netip.AddrPort]uint16 {
	wanted := map[netip.AddrPort]uint16{}
	own := in.PublicAddress()
	hasOwn := rt.o.Range.IsValid() && rt.o.Range.Contains(own)
	for _, rule := range in.Rules() {
		if rule.Protocol != types.NetworkProtocolTcp && rule.Protocol != types.NetworkProtocolAll {
			continue
		}
		first, last := rule.FromPort, rule.ToPort
		if first <= instance.SSHPort && instance.SSHPort <= last && !in.Windows() {
			if in.port != 0 {
				wanted[instance.SSHAddress(in.port)] = instance.SSHPort
			}
			if hasOwn {
				wanted[netip.AddrPortFrom(own, instance.SSHPort)] = instance.SSHPort
			}
		}
		if !hasOwn || last-first >= widest {
			continue
		}
		for port := max(1, first); port <= min(last, 65535); port++ {
			wanted[netip.AddrPortFrom(own, uint16(port))] = uint16(port)
		}
	}
	return wanted
}

// listen opens a listener. Clients that are gone are noticed by keep-alive probes.
func listen(at netip.AddrPort) (*net.TCPListener, error) {
	config := net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: time.Minute, Interval: 15 * time.Second, Count: 4}}
	l, err := config.Listen(context.Background(), "tcp4", at.String())
	if err != nil {
		return nil, explain(at, err)
	}
	tcp, _ := l.(*net.TCPListener)
	return tcp, nil
}

// explain adds what to do, if that is known.
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

// inUse reports whether a listener failed because there is another one. Windows has a
// number of its own for that.
func inUse(err error) bool {
	const windows = syscall.Errno(10048)
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, windows)
}

// open accepts connections until the listener is closed.
func (e *entry) open(tcp *net.TCPListener, port uint16) {
	l := &listener{tcp, port}
	if !e.runtime.work.Go(func() { e.accept(l) }) {
		_ = tcp.Close()
		return
	}
	at := addrPort(tcp.Addr())
	e.listeners[at] = l
	e.runtime.mu.Lock()
	defer e.runtime.mu.Unlock()
	e.runtime.listening[at] = e
}

func (e *entry) closeListener(at netip.AddrPort) {
	_ = e.listeners[at].tcp.Close()
	delete(e.listeners, at)
	e.runtime.mu.Lock()
	defer e.runtime.mu.Unlock()
	if e.runtime.listening[at] == e { // another instance may listen there already
		delete(e.runtime.listening, at)
	}
	close(e.runtime.released)
	e.runtime.released = make(chan struct{})
}

func (e *entry) accept(l *listener) {
	for {
		conn, err := l.tcp.AcceptTCP()
		switch {
		case err == nil:
			e.admit(conn, l.port)
			e.pace()
		case errors.Is(err, net.ErrClosed):
			return
		default: // no file descriptors are left, for a while
			select {
			case <-time.After(acceptPause):
			case <-e.runtime.ctx.Done():
				return
			}
		}
	}
}

// A crowded instance takes no more than one connection in a paceTime, the others wait in
// the listener's queue. When places are short, each that comes closes one that has not
// logged in. This is how long all of them have, in turn, until they have to be further
// than the rest.
const (
	crowd    = 16
	paceTime = 5 * time.Millisecond
)

func (e *entry) pace() {
	e.mu.Lock()
	open := len(e.connections)
	e.mu.Unlock()
	if open < crowd {
		return
	}
	select {
	case <-time.After(paceTime):
	case <-e.runtime.ctx.Done():
	}
}

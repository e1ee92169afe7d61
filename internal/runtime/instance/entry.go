package instance

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/limit"
)

// entry is what runs for one instance: its machine, its listeners and their connections.
// The Reconciler works on it once at a time.
type entry struct {
	runtime *Runtime
	// id is the instance's.
	id string
	// bootedAt is the boot that the machine is in; zero if it does not run.
	bootedAt time.Time
	// stopped says that the driver was told that the machine does not run.
	stopped   bool
	listeners map[netip.AddrPort]*listener

	// current is the instance while connections to it are admitted.
	current  atomic.Pointer[stored]
	admitted *limit.Gate
	// refusedAt is when a refused connection was logged last, in nanoseconds.
	refusedAt atomic.Int64

	mu sync.Mutex
	// connections are those that are open. mu guards them.
	connections map[net.Conn]connInfo
}

// connInfo is what is known of a connection.
type connInfo struct {
	// at is the address of the listener, and port the instance's port.
	at     netip.AddrPort
	port   uint16
	client netip.Addr
	// by is how the firewall admitted it.
	by instance.Entry
}

func newEntry(rt *Runtime, id string) *entry {
	return &entry{
		runtime: rt, id: id, listeners: map[netip.AddrPort]*listener{}, connections: map[net.Conn]connInfo{},
		admitted: limit.NewGate(rt.o.Limits.PerInstance),
	}
}

// apply makes machine and listeners what they have to be. in is nil if there is no such
// instance.
func (e *entry) apply(ctx context.Context, in *stored, now time.Time) error {
	if in == nil {
		return e.remove(ctx)
	}
	if in.goal(now) != instance.Running {
		e.shut()
		return e.stop(ctx)
	}
	if err := e.boot(ctx, in, in.BootedAt(now)); err != nil {
		e.shut()
		return err
	}
	e.current.Store(in)
	err := e.setListeners(in)
	e.endRefused()
	return err
}

// remove deletes the machine, and forgets the instance.
func (e *entry) remove(ctx context.Context) error {
	e.shut()
	if err := e.runtime.o.Driver.Delete(ctx, e.id); err != nil {
		return err
	}
	e.runtime.mu.Lock()
	defer e.runtime.mu.Unlock()
	delete(e.runtime.entries, e.id)
	return nil
}

func (e *entry) stop(ctx context.Context) error {
	if e.stopped {
		return nil
	}
	if err := e.runtime.o.Driver.Stop(ctx, e.id); err != nil && !errors.Is(err, machine.ErrNotFound) {
		return err
	}
	e.bootedAt, e.stopped = time.Time{}, true
	return nil
}

// boot runs the machine, from the start if the instance was started or rebooted since
// the boot that it is in.
func (e *entry) boot(ctx context.Context, in *stored, at time.Time) error {
	if e.bootedAt.Equal(at) {
		return nil
	}
	m, err := machineOf(e.runtime.o.Sealer, in.Instance, at)
	if err != nil {
		return err
	}
	driver := e.runtime.o.Driver
	again := !e.bootedAt.IsZero()
	e.bootedAt, e.stopped = time.Time{}, false
	if again {
		err = driver.Reboot(ctx, m)
	}
	if !again || errors.Is(err, machine.ErrNotFound) || errors.Is(err, machine.ErrNotRunning) {
		if err = driver.Create(ctx, m); err == nil {
			err = driver.Start(ctx, m)
		}
	}
	if err == nil {
		e.bootedAt = at
	}
	return err
}

// endRefused ends the connections whose listener is closed, and those that the firewall
// does not admit any more.
func (e *entry) endRefused() {
	in := e.current.Load()
	e.mu.Lock()
	defer e.mu.Unlock()
	for conn, c := range e.connections {
		if e.listeners[c.at] == nil || in.admission(c.port, c.client) < max(c.by, instance.AsConnect) {
			reset(conn)
		}
	}
}

// shut closes all listeners and ends all connections.
func (e *entry) shut() {
	e.current.Store(nil)
	for at := range e.listeners {
		e.closeListener(at)
	}
	e.endRefused()
}

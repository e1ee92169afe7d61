// Package sim is the embedded driver: machines that exist in the server's memory
// only. A running machine has an SSH server on port 22, in this process. It checks
// the user name and the key as the instance would, and runs a restricted shell that
// shows the instance.
//
// The package never runs a program of the host, and never reads its files. There are no
// passwords, no forwarding of ports, agents or X11, and no file transfer. All other ports
// refuse connections, and so do all ports of a Windows machine.
//
// A machine without connections takes the memory of its attributes and nothing else: no
// goroutine, no listener, no parsed key.
package sim

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/limit"
)

// Options configure a driver.
type Options struct {
	// Clock is the time of the machines, and that by which certificates expire. Nil is
	// time.Now. All limits use real time.
	Clock func() time.Time
	// Logger gets logins, and at level debug failed logins. Nil discards both.
	Logger *slog.Logger
	// Limits are the limits of the SSH servers. A zero value stands for the default.
	Limits Limits
}

// Limits bound what clients can use of an SSH server. The zero value of each stands for
// its default.
type Limits struct {
	// LoginGrace is how long a client may take to log in: 30 s.
	LoginGrace time.Duration
	// IdleTimeout is how long a client may send nothing: 30 min. A client's
	// keep-alive messages count.
	IdleTimeout time.Duration
	// WriteTimeout is how long a client may read nothing of what is sent to it: 30 s.
	WriteTimeout time.Duration
	// MaxStartups is how many clients of a machine may be logging in: 32. When one more
	// connects, one that makes the machine wait is disconnected.
	MaxStartups int
	// MaxConnections is how many connections a machine may have: 64.
	MaxConnections int
	// MaxTotal is how many connections all machines may have: 1024.
	MaxTotal int
	// MaxSessions is how many sessions a connection may have: 10.
	MaxSessions int
	// MaxTotalSessions is how many sessions all connections may have: 256.
	MaxTotalSessions int
}

func (l Limits) withDefaults() Limits {
	return Limits{
		LoginGrace:       cmp.Or(l.LoginGrace, 30*time.Second),
		IdleTimeout:      cmp.Or(l.IdleTimeout, 30*time.Minute),
		WriteTimeout:     cmp.Or(l.WriteTimeout, 30*time.Second),
		MaxStartups:      cmp.Or(l.MaxStartups, 32),
		MaxConnections:   cmp.Or(l.MaxConnections, 64),
		MaxTotal:         cmp.Or(l.MaxTotal, 1024),
		MaxSessions:      cmp.Or(l.MaxSessions, 10),
		MaxTotalSessions: cmp.Or(l.MaxTotalSessions, 256),
	}
}

// Driver runs simulated machines.
type Driver struct {
	clock     func() time.Time
	log       *slog.Logger
	limits    Limits
	admission *admission  // connections of all machines
	sessions  *limit.Gate // sessions of all machines
	unread    atomic.Int64

	mu       sync.Mutex
	machines map[string]*run // the current run of each, nil if it is stopped
	closed   bool
}

var _ machine.Driver = (*Driver)(nil)

// New returns a driver without machines.
func New(options Options) *Driver {
	d := &Driver{
		clock:    options.Clock,
		log:      options.Logger,
		limits:   options.Limits.withDefaults(),
		machines: map[string]*run{},
	}
	if d.clock == nil {
		d.clock = time.Now
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	d.admission = newAdmission(d.limits)
	d.sessions = limit.NewGate(d.limits.MaxTotalSessions)
	return d
}

// Create makes a machine.
func (d *Driver) Create(_ context.Context, instance machine.Instance) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return net.ErrClosed
	}
	if _, ok := d.machines[instance.ID]; !ok {
		d.machines[instance.ID] = nil
	}
	return nil
}

// Start runs a machine.
func (d *Driver) Start(_ context.Context, instance machine.Instance) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	running, ok := d.machines[instance.ID]
	switch {
	case !ok:
		return machine.ErrNotFound
	case running == nil:
		d.machines[instance.ID] = newRun(d, instance)
	}
	return nil
}

// Stop stops a machine. When it returns, the machine's connections are closed.
func (d *Driver) Stop(_ context.Context, id string) error {
	running, err := d.swap(id, func(*run) (*run, error) { return nil, nil })
	running.end()
	return err
}

// Reboot stops and starts a machine.
func (d *Driver) Reboot(_ context.Context, instance machine.Instance) error {
	running, err := d.swap(instance.ID, func(running *run) (*run, error) {
		if running == nil {
			return nil, machine.ErrNotRunning
		}
		return newRun(d, instance), nil
	})
	running.end()
	return err
}

// swap replaces the current run of a machine by the next one, and returns the current one.
func (d *Driver) swap(id string, next func(*run) (*run, error)) (*run, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	running, ok := d.machines[id]
	if !ok {
		return nil, machine.ErrNotFound
	}
	following, err := next(running)
	if err != nil {
		return nil, err
	}
	d.machines[id] = following
	return running, nil
}

// Delete stops and removes a machine.
func (d *Driver) Delete(_ context.Context, id string) error {
	d.mu.Lock()
	running := d.machines[id]
	delete(d.machines, id)
	d.mu.Unlock()
	running.end()
	return nil
}

// List returns the status of all machines. After a restart of the process it is empty.
func (d *Driver) List(context.Context) ([]machine.Status, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := make([]machine.Status, 0, len(d.machines))
	for id, running := range d.machines {
		list = append(list, machine.Status{ID: id, Running: running != nil})
	}
	return list, nil
}

// Dial connects to the SSH server of a machine. All other ports refuse connections.
func (d *Driver) Dial(ctx context.Context, id string, to machine.Target) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d.mu.Lock()
	running, ok := d.machines[id]
	d.mu.Unlock()
	switch {
	case !ok:
		return nil, machine.ErrNotFound
	case running == nil:
		return nil, machine.ErrNotRunning
	case to.Network != "tcp" || to.Port != machine.SSHPort || running.instance.Windows:
		return nil, machine.ErrRefused
	}
	return running.dial(to)
}

// Close stops and removes all machines.
func (d *Driver) Close() error {
	d.mu.Lock()
	machines := d.machines
	d.machines, d.closed = map[string]*run{}, true
	d.mu.Unlock()
	for _, running := range machines {
		running.end()
	}
	return nil
}

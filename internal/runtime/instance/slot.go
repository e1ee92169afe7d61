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
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// slot is the place of the instance that has a name: the machine behind it and the
// doors in front of it.
type slot struct {
	fleet *Fleet
	key   key
	// seen is what passes and steps go by; the fleet's mutex guards it.
	seen seen

	// mu is held while the instance is worked on.
	mu sync.Mutex
	// left says that the slot is out of use.
	left bool
	// id is the instance's; "" where there is none.
	id string
	// bootedAt is the boot that the machine is in; zero when it does not run.
	bootedAt time.Time
	// halted says that the driver was told that the machine does not run.
	halted    bool
	doors     map[netip.AddrPort]*door
	complaint string

	// current is the instance while connections to it are admitted.
	current  atomic.Pointer[found]
	admitted *limit.Gate
	// refusedAt is when a refused connection was logged last, in nanoseconds.
	refusedAt atomic.Int64

	connections sync.Mutex
	open        map[net.Conn]visit
}

// visit is a connection through the door at an address, to a port of the instance.
type visit struct {
	at     netip.AddrPort
	port   uint16
	client netip.Addr
	// by is how the firewall admitted it.
	by instance.Entry
}

// seen is what was read of an instance last.
type seen struct {
	stored *resource.Resource
	plan   resource.Plan
	// at is the step of the plan that was taken last.
	at resource.Step
	// again says that something failed, busy that a step is being taken.
	again, busy bool
}

// due tells whether the instance's plan is in another step than the one that was
// taken. Clocks may go backwards, too.
func (s *seen) due(now time.Time) bool {
	return len(s.plan) > 0 && !s.again && s.plan.At(now) != s.at
}

func newSlot(f *Fleet, k key) *slot {
	return &slot{
		fleet: f, key: k, doors: map[netip.AddrPort]*door{}, open: map[net.Conn]visit{},
		admitted: limit.NewGate(f.o.Limits.PerInstance),
	}
}

// follow does what the store says of the instance now.
func (s *slot) follow() {
	ctx, cancel := context.WithTimeout(s.fleet.ctx, driverTime)
	defer cancel()
	now := s.fleet.now()
	in, err := s.fleet.read(s.key)
	switch {
	case err == nil:
		err = s.apply(ctx, in, now)
	case errors.Is(err, errUnreadable): // what it was before may be what it must not be now
		s.shut()
	}
	s.note(in, now, err)
}

// note keeps for later passes what was done, and logs an error when it is new.
func (s *slot) note(in *found, now time.Time, err error) {
	f := s.fleet
	if f.ctx.Err() != nil {
		return
	}
	f.mu.Lock()
	s.seen = seen{again: err != nil}
	if in != nil {
		s.seen.stored, s.seen.plan, s.seen.at = in.Resource, in.Priv.Plan, in.Priv.Plan.At(now)
	}
	f.mu.Unlock()
	complaint := ""
	if err != nil {
		complaint = err.Error()
	}
	log := f.o.Log.With("account", s.key.account, "region", s.key.region, "instance", s.key.name)
	switch {
	case complaint == s.complaint:
	case err != nil:
		log.Warn("what stands behind an instance is not as it should be, and is tried again", "error", err)
	default:
		log.Info("what stands behind an instance is as it should be again")
	}
	s.complaint = complaint
}

// apply makes machine and doors what they have to be. in is nil where there is no
// instance of the name.
func (s *slot) apply(ctx context.Context, in *found, now time.Time) error {
	if s.id != "" && (in == nil || in.Resource.ID != s.id) {
		if err := s.remove(ctx); err != nil {
			return err
		}
	}
	if in == nil {
		return nil
	}
	s.id = in.Resource.ID
	if !in.Runs(now) {
		s.shut()
		return s.halt(ctx)
	}
	if err := s.boot(ctx, in, in.BootedAt(now)); err != nil {
		s.shut()
		return err
	}
	s.current.Store(in)
	err := s.setDoors(in)
	s.cut()
	return err
}

func (s *slot) remove(ctx context.Context) error {
	s.shut()
	if err := s.fleet.o.Driver.Delete(ctx, s.id); err != nil {
		return err
	}
	s.id, s.bootedAt, s.halted = "", time.Time{}, false
	return nil
}

func (s *slot) halt(ctx context.Context) error {
	if s.halted {
		return nil
	}
	if err := s.fleet.o.Driver.Stop(ctx, s.id); err != nil && !errors.Is(err, machine.ErrNotFound) {
		return err
	}
	s.bootedAt, s.halted = time.Time{}, true
	return nil
}

// boot runs the machine, from the start if the instance was started or rebooted since
// the boot that it is in.
func (s *slot) boot(ctx context.Context, in *found, at time.Time) error {
	if s.bootedAt.Equal(at) {
		return nil
	}
	m, err := machineOf(s.fleet.o.Sealer, in.Instance, at)
	if err != nil {
		return err
	}
	driver := s.fleet.o.Driver
	again := !s.bootedAt.IsZero()
	s.bootedAt, s.halted = time.Time{}, false
	if again {
		err = driver.Reboot(ctx, m)
	}
	if !again || errors.Is(err, machine.ErrNotFound) || errors.Is(err, machine.ErrNotRunning) {
		if err = driver.Create(ctx, m); err == nil {
			err = driver.Start(ctx, m)
		}
	}
	if err == nil {
		s.bootedAt = at
	}
	return err
}

// cut ends the connections whose door is closed and those that the firewall does not
// admit any more.
func (s *slot) cut() {
	in := s.current.Load()
	s.connections.Lock()
	defer s.connections.Unlock()
	for conn, v := range s.open {
		if s.doors[v.at] == nil || in.entry(v.port, v.client) < max(v.by, instance.AsConnect) {
			reset(conn)
		}
	}
}

// shut lets nobody in and ends all connections.
func (s *slot) shut() {
	s.current.Store(nil)
	for at, d := range s.doors {
		d.close()
		delete(s.doors, at)
	}
	s.cut()
}

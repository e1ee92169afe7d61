package instance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// forgetDeleted ends the machines of a driver that outlive the process and whose
// instances were deleted meanwhile.
func (f *Fleet) forgetDeleted() {
	ctx, cancel := context.WithTimeout(f.ctx, driverTime)
	defer cancel()
	machines, err := f.o.Driver.List(ctx)
	var stored []*resource.Resource
	if err == nil && len(machines) > 0 {
		stored, err = f.instances()
	}
	if err != nil {
		f.o.Log.Error("cannot tell which machines are left over", "error", err)
		return
	}
	wanted := map[string]bool{}
	for _, r := range stored {
		wanted[r.ID] = true
	}
	for _, m := range machines {
		if wanted[m.ID] {
			continue
		}
		if err := f.o.Driver.Delete(ctx, m.ID); err != nil {
			f.o.Log.Error("cannot delete a machine that is left over", "instance_id", m.ID, "error", err)
		}
	}
}

// pass brings the instances in step that have changed since they were seen last. Each
// channel is closed when one is.
func (f *Fleet) pass() (all []<-chan struct{}) {
	stored, err := f.instances()
	if err != nil {
		if f.ctx.Err() == nil {
			f.o.Log.Error("cannot read the instances", "error", err)
		}
		return nil
	}
	there := make(map[key]*resource.Resource, len(stored))
	for _, r := range stored {
		there[keyOf(r)] = r
	}
	for _, k := range f.changed(there) {
		all = append(all, f.refresh(k))
	}
	return all
}

func (f *Fleet) instances() (stored []*resource.Resource, err error) {
	err = f.o.Store.View(f.ctx, func(tx *store.Tx) error {
		stored, err = tx.AllInstances()
		return err
	})
	return stored, err
}

// changed lists what is new, other, gone or failed.
func (f *Fleet) changed(there map[key]*resource.Resource) []key {
	f.mu.Lock()
	defer f.mu.Unlock()
	var keys []key
	for k, r := range there {
		if s := f.slots[k]; s == nil || s.seen.again || !same(s.seen.stored, r) {
			keys = append(keys, k)
		}
	}
	for k := range f.slots {
		if there[k] == nil {
			keys = append(keys, k)
		}
	}
	return keys
}

func same(a, b *resource.Resource) bool {
	return a != nil && a.ID == b.ID && bytes.Equal(a.Doc, b.Doc) && bytes.Equal(a.Priv, b.Priv)
}

// step takes the steps of plans whose time has come.
func (f *Fleet) step() {
	if f.empty() {
		return
	}
	now := f.now()
	f.mu.Lock()
	var due []key
	for k, s := range f.slots {
		if !s.seen.busy && s.seen.due(now) {
			s.seen.busy = true
			due = append(due, k)
		}
	}
	f.mu.Unlock()
	for _, k := range due {
		f.refresh(k)
	}
}

func (f *Fleet) passEvery() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.slots {
		if s.seen.again {
			return sharedPass
		}
	}
	if f.o.Shared {
		return sharedPass
	}
	return lonePass
}

// rest is how long there is nothing to do.
func (f *Fleet) rest(last time.Time) time.Duration {
	if f.steps() {
		return tick
	}
	return max(tick, f.passEvery()-time.Since(last))
}

// steps tells whether some plan has a step to come.
func (f *Fleet) steps() bool {
	if f.empty() {
		return false
	}
	now := f.now()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.slots {
		if _, more := s.seen.plan.Next(now); more {
			return true
		}
	}
	return false
}

func (f *Fleet) empty() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.slots) == 0
}

// refresh brings one instance in step; the channel is closed afterwards. It always
// reads the store anew: what it finds is not older than its call.
func (f *Fleet) refresh(k key) <-chan struct{} {
	done := make(chan struct{})
	launched := f.launch(func() {
		defer close(done)
		select {
		case f.turns <- struct{}{}:
			defer func() { <-f.turns }()
		case <-f.ctx.Done():
			return
		}
		s := f.take(k)
		defer f.give(k, s)
		s.follow()
	})
	if !launched {
		close(done)
	}
	return done
}

// take locks the slot of a name, making one for a new name.
func (f *Fleet) take(k key) *slot {
	for {
		f.mu.Lock()
		s := f.slots[k]
		if s == nil {
			s = newSlot(f, k)
			f.slots[k] = s
		}
		f.mu.Unlock()
		s.mu.Lock()
		if !s.left {
			return s
		}
		s.mu.Unlock()
	}
}

// give unlocks a slot. One that nothing stands behind any more is left.
func (f *Fleet) give(k key, s *slot) {
	f.mu.Lock()
	if s.id == "" && !s.seen.again {
		delete(f.slots, k)
		s.left = true
	}
	f.mu.Unlock()
	s.mu.Unlock()
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// found is an instance as the store has it.
type found struct {
	*instance.Instance
	// port is the loopback port that leads to its SSH server; 0 where there is none.
	port uint16
}

// errUnreadable: nothing is known of an instance, not even whom its firewall admits.
var errUnreadable = errors.New("the stored instance cannot be read")

// read returns nil where there is no such instance, and errUnreadable.
func (f *Fleet) read(k key) (in *found, err error) {
	err = f.o.Store.View(f.ctx, func(tx *store.Tx) error {
		in = nil
		r, err := tx.Resource(k.account, k.region, k.name)
		if errors.Is(err, store.ErrNotFound) || err == nil && r.Kind != resource.Instance {
			return nil
		}
		if err != nil {
			return err
		}
		i, err := instance.Load(r)
		if err != nil {
			return fmt.Errorf("%w: %w", errUnreadable, err)
		}
		in = &found{Instance: i}
		in.port, err = portOf(tx, r.ID)
		return err
	})
	return in, err
}

func portOf(tx *store.Tx, id string) (uint16, error) {
	numbers, err := tx.Addresses(id)
	for _, a := range numbers {
		if a.Pool == instance.PortPool {
			return uint16(a.Number), err
		}
	}
	return 0, err
}

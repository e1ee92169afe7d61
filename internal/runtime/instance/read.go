package instance

import (
	"errors"
	"fmt"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/reconcile"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// stored is an instance as the store has it.
type stored struct {
	*instance.Instance
	// port is the loopback port that leads to its SSH server; 0 if there is none.
	port uint16
}

// errUnreadable says that nothing is known of an instance, not even whom its firewall admits.
var errUnreadable = errors.New("the stored instance cannot be read")

// read reads the instance of a task; both values are nil if there is no such instance. It returns
// the resource with errUnreadable, too.
func (rt *Runtime) read(t reconcile.Task) (r *resource.Resource, in *stored, err error) {
	err = rt.o.Store.View(rt.ctx, func(tx *store.Tx) error {
		in = nil
		if r, err = t.Read(tx); err != nil || r == nil {
			return err
		}
		i, err := instance.Load(r)
		if err != nil {
			return fmt.Errorf("%w: %w", errUnreadable, err)
		}
		in = &stored{Instance: i}
		in.port, err = portOf(tx, t.ID)
		return err
	})
	return r, in, err
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

// goal is the state that an instance is brought to: that of its plan, or in a held step the
// one that the driver is waited for.
func (in *stored) goal(now time.Time) string {
	status := in.Resource.Status(in.Priv.Plan, now)
	switch {
	case status.Held && status.State == instance.Pending:
		return instance.Running
	case status.Held && status.State == instance.Stopping:
		return instance.Stopped
	}
	return status.State
}

// report says that the driver has brought the instance to its goal, if its plan waits for that.
func (in *stored) report(now time.Time) *reconcile.Report {
	if r := in.Resource; r.Status(in.Priv.Plan, now).Held {
		return &reconcile.Report{
			Observation: resource.Observation{Generation: r.Generation, At: now.Add(-headStart), State: in.goal(now)}, Final: true,
		}
	}
	return nil
}

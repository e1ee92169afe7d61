package reconcile

import (
	"context"
	"log/slog"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

const (
	// sweepEvery is how often rows are looked for that can be removed. No call sees them.
	sweepEvery = time.Minute
	// sweepAtOnce is how many rows one transaction removes.
	sweepAtOnce = 100
)

// Sweeper removes the rows of resources that are gone and of which no engine has anything. A
// Reconciler removes those of the other kinds. Any number of processes may sweep a store at a time.
type Sweeper struct {
	Store *store.DB
	// Clock is the lifecycle clock.
	Clock func() time.Time
	Log   *slog.Logger
}

// Run sweeps at once, and then every minute until the context ends.
func (s *Sweeper) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("cannot remove resources that are gone, retrying", "error", err)
		}
		sleep(ctx, sweepEvery)
	}
}

// sweep removes what can be removed now.
func (s *Sweeper) sweep(ctx context.Context) error {
	for {
		ids, err := s.gone(ctx)
		if err != nil || len(ids) == 0 {
			return err
		}
		err = s.Store.Update(ctx, func(tx *store.Tx) error {
			tx.SetNow(s.Clock())
			return tx.RemoveGone(ids...)
		})
		if err != nil {
			return err
		}
	}
}

// gone lists some of what can be removed. The clock is not asked if nothing goes.
func (s *Sweeper) gone(ctx context.Context) (ids []string, err error) {
	var all []store.Going
	err = s.Store.View(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.Going(sweepAtOnce)
		return err
	})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	now := s.Clock()
	for _, g := range all {
		if !g.At.After(now) {
			ids = append(ids, g.ID)
		}
	}
	return ids, nil
}

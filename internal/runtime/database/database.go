// Package database keeps what a driver has of relational databases in step with the store: nothing of those that
// are gone. Only then may their rows be removed.
//
// It decides nothing about a database, and knows no action.
package database

import (
	"context"
	"log/slog"
	"time"

	driver "github.com/lanyard-cloud/lanyard/internal/driver/database"
	"github.com/lanyard-cloud/lanyard/internal/reconcile"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Options is what the work is done with.
type Options struct {
	Store *store.DB
	// Driver runs the databases.
	Driver driver.Driver
	// Clock is the lifecycle clock.
	Clock func() time.Time
	Log   *slog.Logger
	// Shared says that other servers write to the store.
	Shared bool
}

// New returns the Reconciler of databases, which has not begun. The caller must Close it.
func New(o Options) *reconcile.Reconciler {
	return reconcile.New(reconcile.Options{
		Store: o.Store, Kind: resource.RelationalDatabase, Worker: worker{o.Store, o.Driver}, Clock: o.Clock, Log: o.Log, Shared: o.Shared,
	})
}

// worker does the work on a database.
type worker struct {
	store  *store.DB
	driver driver.Driver
}

// Running lists nothing: what the driver has is of a database whose row is there.
func (worker) Running(context.Context) ([]string, error) { return nil, nil }

// Reconcile has the driver remove what it has of a database that is gone.
func (w worker) Reconcile(ctx context.Context, t reconcile.Task) (reconcile.Status, error) {
	var r *resource.Resource
	err := w.store.View(ctx, func(tx *store.Tx) (err error) {
		r, err = t.Read(tx)
		return err
	})
	if err == nil && r == nil {
		err = w.driver.Delete(ctx, t.ID)
	}
	return reconcile.Status{Resource: r}, err
}

package server

import (
	"github.com/lanyard-cloud/lanyard/internal/driver/database/sim"
	"github.com/lanyard-cloud/lanyard/internal/reconcile"
	databaseruntime "github.com/lanyard-cloud/lanyard/internal/runtime/database"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// databaseDriver runs the databases of all servers: it has no state.
var databaseDriver = sim.Driver{}

// newDatabases makes the runtime of databases. It starts in Serve.
func (s *Server) newDatabases() *reconcile.Reconciler {
	return databaseruntime.New(databaseruntime.Options{
		Store: s.store.DB(), Driver: databaseDriver, Clock: s.o.Clock, Log: s.o.Log, Shared: store.IsPostgres(s.o.Store),
	})
}

package server

import (
	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
	instanceruntime "github.com/lanyard-cloud/lanyard/internal/runtime/instance"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// newInstances makes the runtime of instances. It starts in Serve.
func (s *Server) newInstances() *instanceruntime.Runtime {
	return instanceruntime.New(instanceruntime.Options{
		Store:  s.store.DB(),
		Sealer: s.store.Sealer(),
		Driver: sim.New(sim.Options{Clock: s.o.Clock, Logger: s.o.Log}),
		Clock:  s.o.Clock,
		Log:    s.o.Log,
		Range:  s.o.InstanceAddresses,
		Shared: store.IsPostgres(s.o.Store),
	})
}

// SSHAddress returns the host:port of the SSH server of an instance of the root's account,
// running or not. It returns "" if there is no such instance.
func (s *Server) SSHAddress(region, name string) string {
	at, ok := s.instances.Address(s.root.AccountID, region, name)
	if !ok {
		return ""
	}
	return at.String()
}

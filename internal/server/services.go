package server

import (
	"net/http"

	"github.com/lanyard-cloud/lanyard/internal/otheraws"
	"github.com/lanyard-cloud/lanyard/internal/sts"
)

// services are the handlers of API calls: of the services that there are, and of
// all others.
type services struct{ lightsail, sts, foreign http.Handler }

func (s *Server) services(lightsail http.Handler) services {
	return services{
		lightsail: lightsail,
		sts: sts.New(sts.Options{
			Store: s.store.DB(), Sealer: s.store.Sealer(), Log: s.o.Log, Rand: s.o.Rand, Running: s.running, Observe: s.metrics.observeCall,
		}),
		foreign: otheraws.New(otheraws.Options{Log: s.o.Log, Rand: s.o.Rand, Observe: s.metrics.observeCall}),
	}
}

// handler finds the service that a call is for.
func (to services) handler(r *http.Request) http.Handler {
	switch {
	case otheraws.Meant(r):
		return to.foreign
	case otheraws.IsForm(r):
		return to.sts
	}
	return to.lightsail
}

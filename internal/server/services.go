package server

import (
	"net/http"

	"github.com/lanyard-cloud/lanyard/internal/confirm"
	"github.com/lanyard-cloud/lanyard/internal/otheraws"
	"github.com/lanyard-cloud/lanyard/internal/sts"
)

// services are the handlers of API calls: of Lightsail, of STS, and of all other services
// of AWS, whose calls are refused. confirm has the pages that links in mails lead to.
type services struct{ lightsail, sts, others, confirm http.Handler }

func (s *Server) services(lightsail http.Handler) services {
	return services{
		lightsail: lightsail,
		sts: sts.New(sts.Options{
			Store: s.store.DB(), Sealer: s.store.Sealer(), Log: s.o.Log, Rand: s.o.Rand, Running: s.running, Observe: s.metrics.observeCall,
		}),
		confirm: confirm.New(confirm.Options{
			Store: s.store.DB(), Sealer: s.store.Sealer(), Clock: s.o.Clock, Log: s.o.Log, Rand: s.o.Rand, Running: s.running,
			Observe: s.metrics.observeCall,
		}),
		others: otheraws.New(otheraws.Options{Log: s.o.Log, Rand: s.o.Rand, Observe: s.metrics.observeCall}),
	}
}

// handler returns the handler of the service that a call is for.
func (to services) handler(r *http.Request) http.Handler {
	switch {
	case otheraws.Meant(r):
		return to.others
	case otheraws.IsForm(r):
		return to.sts
	}
	return to.lightsail
}

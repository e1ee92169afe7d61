package api

import (
	"encoding/binary"
	"io"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/limit"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/sigv4"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Options is what a Pipeline works with. All of it is required, but for Running,
// Committed and Observe.
type Options struct {
	Actions []Action
	// Roles are those of links that the actions make.
	Roles map[resource.Role]Role
	// Metrics say what is measured of resources.
	Metrics metric.Sources
	Store   *store.DB
	Sealer  *seal.Sealer
	Log     *slog.Logger
	// Clock is the lifecycle clock. Signatures use real time, whatever it says.
	Clock func() time.Time
	// Rand is the source of ids.
	Rand io.Reader
	// PageSize is how many elements a page of a list has; 0 stands for AWS's sizes.
	PageSize int
	// Running bounds the calls that run at one time; nil admits all.
	Running *limit.Gate
	// TimeScale is how long a change of state takes, as a part of what AWS takes: 1 is as
	// long, 0 is no time at all.
	TimeScale float64
	// Quotas bound what an account may have.
	Quotas quota.Table
	// Committed is called with what a write touched, before its answer is sent, if the write
	// is stored or may be. It may be nil.
	Committed func(store.Touched)
	// Observe is told of each answered call: the action's name, or "" when the
	// request named none that is known; the error's code, or ""; how long it took.
	Observe func(action, code string, took time.Duration)
}

// Pipeline answers API calls.
type Pipeline struct {
	o        Options
	actions  map[string]*Action
	verifier *sigv4.Verifier
	resolver *identity.Resolver
	service  *httpcall.Service
}

// NewPipeline checks the actions' declarations; a wrong one panics.
func NewPipeline(o Options) *Pipeline {
	p := &Pipeline{
		o:        o,
		actions:  registry(o.Actions),
		resolver: identity.NewResolver(o.Sealer),
		verifier: sigv4.New(sigv4.Options{
			Service: "lightsail",
			ValidRegion: func(name string) bool {
				_, ok := catalogue.LookupRegion(name)
				return ok
			},
		}),
	}
	for _, a := range o.Actions {
		a.checkRoles(o.Roles)
	}
	p.service = httpcall.New(httpcall.Options{
		Log: o.Log, Rand: o.Rand, Observe: o.Observe, Refuse: refuse,
		Errors: httpcall.Errors{TooLarge: errTooLarge, Slow: errSlow, Unreadable: errUnreadable, Throttled: errThrottled},
	})
	return p
}

// admitted runs a call if there is room for it. That is found out before its signature is
// checked, which is the first thing that costs much, and after its body was read: a slow
// client takes up no room, and a fast one keeps its connection.
func (p *Pipeline) admitted(run func() error) error {
	if !p.o.Running.Enter() {
		return errThrottled
	}
	defer p.o.Running.Leave()
	return run()
}

// newID makes a version 4 UUID from the injected randomness.
func (p *Pipeline) newID() string {
	return uuid.Must(uuid.NewRandomFromReader(p.o.Rand)).String()
}

// newOperationID makes a UUID in the form of version 4, as AWS's are, that begins with
// the time: new operations are side by side in the database's index, and a write of
// many touches few pages.
func (p *Pipeline) newOperationID(now time.Time) string {
	id := uuid.Must(uuid.NewRandomFromReader(p.o.Rand))
	var at [8]byte
	binary.BigEndian.PutUint64(at[:], uint64(now.UnixMilli()))
	copy(id[:6], at[2:])
	return id.String()
}

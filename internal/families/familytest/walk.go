package familytest

import (
	"context"
	"errors"
	"log/slog"
	mathrand "math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families/compute"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Walk takes random moves in accounts and regions. A test checks between them what must always hold.
type Walk struct {
	*Pipeline
	T *testing.T
	// Tenants are the accounts in the regions, each with a key pair "deploy".
	Tenants []Tenant

	o   WalkOptions
	mu  sync.Mutex
	now time.Time
	// done counts the moves that were not refused.
	done []int
}

// Tenant is an account in a region.
type Tenant struct {
	*lightsail.Client
	Account, Region string
}

// WalkOptions says what a Walk does.
type WalkOptions struct {
	Accounts, Regions []string
	// Moves is the number of moves. Move takes the one of that number.
	Moves int
	Move  func(ctx context.Context, number int, at Tenant, r *mathrand.Rand) error
	// Ahead draws how far the clock moves after a move. It may move back.
	Ahead func(r *mathrand.Rand) time.Duration
	// TimeScale is that of the pipeline: with 0, nothing takes time.
	TimeScale float64
	// Log is the handler of the server's log. Nil means that the test shows errors.
	Log slog.Handler
	// Network is where addresses come from. Nil means compute.DefaultNetwork.
	Network *compute.Network
	// NewDSN names a new database. Nil means an SQLite file in a temporary directory.
	NewDSN func(testing.TB) string
}

// NewWalk starts a server that ends with the test.
func NewWalk(t *testing.T, o WalkOptions) *Walk {
	t.Helper()
	if o.Log == nil {
		o.Log = slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})
	}
	w := &Walk{T: t, o: o, done: make([]int, o.Moves), now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	w.Pipeline = w.newPipeline()
	for _, account := range o.Accounts {
		key := w.addAccount(account)
		for _, region := range o.Regions {
			c := lightsail.New(lightsail.Options{HTTPClient: sdkhttp.Client(), Region: region, BaseEndpoint: &w.Endpoint, Credentials: key})
			ImportKey(t, c, "deploy")
			w.Tenants = append(w.Tenants, Tenant{c, account, region})
		}
	}
	return w
}

func (w *Walk) newPipeline() *Pipeline {
	w.T.Helper()
	o := PipelineOptions{Clock: w.Now, Network: w.o.Network, Change: func(o *api.Options) {
		o.Log, o.TimeScale = slog.New(w.o.Log), w.o.TimeScale
	}}
	if w.o.NewDSN != nil {
		o.DSN = w.o.NewDSN(w.T)
	}
	return NewPipeline(w.T, o)
}

// addAccount stores an account and returns a key of its root user.
func (w *Walk) addAccount(account string) credentials.StaticCredentialsProvider {
	w.T.Helper()
	key := &store.AccessKey{ID: identity.NewAccessKeyID(), Account: account, Active: true, CreatedAt: w.now}
	secret := identity.NewSecret()
	key.Secret = w.Sealer.Seal(seal.AccessKeySecret, []byte(secret), account, key.ID)
	NoError(w.T, w.DB.Update(w.T.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.InsertAccount(&store.Account{ID: account, CreatedAt: w.now}), tx.InsertAccessKey(key),
			(&identity.Accounts{Tx: tx, Sealer: w.Sealer, Now: w.now}).SetRoot(account))
	}))
	return credentials.NewStaticCredentialsProvider(key.ID, secret, "")
}

// Now is the time of the lifecycle clock.
func (w *Walk) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// Pass moves the lifecycle clock, backwards by a negative duration.
func (w *Walk) Pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// step takes one move, mostly of the first tenant. It may be refused, but only in the ways that the API has.
func (w *Walk) step(r *mathrand.Rand) {
	n := len(w.Tenants)
	at, which := w.Tenants[max(0, r.IntN(3*n)-2*n)], r.IntN(w.o.Moves)
	err := w.o.Move(w.T.Context(), which, at, r)
	e, known := errors.AsType[smithy.APIError](err)
	if err != nil && (!known || e.ErrorFault() == smithy.FaultServer) {
		w.T.Errorf("move %d: %v", which, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.done[which]++
	}
	w.now = w.now.Add(w.o.Ahead(r))
}

// OneByOne takes moves one at a time, the same ones in each run. It checks after each so many of them and at the end,
// and ends the test at the first that was wrong.
func (w *Walk) OneByOne(moves, checkEach int, check func()) {
	w.T.Helper()
	r := mathrand.New(mathrand.NewPCG(1, 3))
	for n := range moves {
		w.step(r)
		if n%checkEach == 0 || n == moves-1 {
			check()
		}
		if w.T.Failed() {
			w.T.Fatalf("after move %d", n)
		}
	}
}

// WantDone wants all moves but so many to have succeeded at least once. Moves that are always refused prove nothing.
func (w *Walk) WantDone(but int) {
	w.T.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var never []int
	for which, n := range w.done {
		if n == 0 {
			never = append(never, which)
		}
	}
	if len(never) > but {
		w.T.Errorf("moves %v of %d were always refused, want %d at most", never, len(w.done), but)
	}
}

// Concurrently takes moves from four clients at the same time, so many from each.
func (w *Walk) Concurrently(moves int) {
	var all sync.WaitGroup
	for worker := range 4 {
		r := mathrand.New(mathrand.NewPCG(3, uint64(worker)))
		all.Go(func() {
			for range moves {
				w.step(r)
			}
		})
	}
	all.Wait()
}

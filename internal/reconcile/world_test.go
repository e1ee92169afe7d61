package reconcile_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/reconcile"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const account = "111122223333"

var start = time.Date(2026, time.November, 28, 9, 0, 0, 0, time.UTC)

// newDSN names a new database of the kind that the tests run on.
var newDSN = func(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }

// engine runs the documents of resources, in memory.
type engine struct {
	db *store.DB

	// mu guards what follows: answers do not wait for all work, which may go on while a test looks.
	mu sync.Mutex
	// until is when the work on a resource is due again, by its id.
	until map[string]time.Time
	// again is after which time all work is repeated, unless it is zero.
	again   time.Duration
	running map[string]string
	working map[string]bool
	// calls has the ids that were worked on, in order. most is how many were at a time.
	calls    []string
	most     int
	failures int
	// hold, if it is not nil, keeps work from ending until it is closed.
	hold chan struct{}
	t    *testing.T
}

func newEngine(t *testing.T, db *store.DB) *engine {
	return &engine{t: t, db: db, until: map[string]time.Time{}, running: map[string]string{}, working: map[string]bool{}}
}

// Reconcile runs the document of a resource.
func (e *engine) Reconcile(ctx context.Context, task reconcile.Task) (reconcile.Status, error) {
	hold := e.begin(task.ID)
	defer e.end(task.ID)
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return reconcile.Status{}, ctx.Err()
		}
	}
	r, err := read(ctx, e.db, task)
	if err != nil {
		return reconcile.Status{}, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failures > 0 {
		e.failures--
		return reconcile.Status{Resource: r}, errors.New("the engine is full")
	}
	if r == nil {
		delete(e.running, task.ID)
		return reconcile.Status{}, nil
	}
	e.running[task.ID] = string(r.Doc)
	status := reconcile.Status{Resource: r, Until: e.until[task.ID]}
	if e.again > 0 {
		status.Again = time.Now().Add(e.again)
	}
	return status, nil
}

// begin returns what keeps the work from ending.
func (e *engine) begin(id string) (hold <-chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.working[id] {
		e.t.Errorf("%s is worked on twice at a time", id)
	}
	e.working[id] = true
	e.calls = append(e.calls, id)
	e.most = max(e.most, len(e.working))
	return e.hold
}

func (e *engine) end(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.working, id)
}

// Running lists what runs.
func (e *engine) Running(context.Context) ([]string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Collect(maps.Keys(e.running)), nil
}

// state is what runs, and count how often a resource was worked on.
func (e *engine) state() map[string]string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return maps.Clone(e.running)
}

// fail lets work fail a number of times. holdWork keeps it from ending, until letGo.
func (e *engine) fail(times int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failures = times
}

// repeat asks for all work to be repeated after a time.
func (e *engine) repeat(after time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.again = after
}

func (e *engine) holdWork() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hold = make(chan struct{})
}

func (e *engine) letGo() {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.hold)
}

func (e *engine) held() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.hold != nil
}

// atATime is how many resources were worked on at a time, at most, and atWork how many are now.
func (e *engine) atATime() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.most
}

func (e *engine) atWork() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.working)
}

func (e *engine) count(id string) (n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.calls {
		if c == id {
			n++
		}
	}
	return n
}

// read reads the resource of a task.
func read(ctx context.Context, db *store.DB, task reconcile.Task) (r *resource.Resource, err error) {
	err = db.View(ctx, func(tx *store.Tx) error {
		r, err = task.Read(tx)
		return err
	})
	return r, err
}

// world is a store with a Reconciler of a kind.
type world struct {
	t      *testing.T
	db     *store.DB
	kind   resource.Kind
	engine *engine
	*reconcile.Reconciler

	mu  sync.Mutex
	now time.Time
	log bytes.Buffer
}

func openStore(t *testing.T, dsn string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{DSN: dsn})
	if err == nil {
		err = db.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOf(t, resource.Instance)
}

func newWorldOf(t *testing.T, kind resource.Kind, change ...func(*reconcile.Options)) *world {
	t.Helper()
	w := &world{t: t, db: openStore(t, newDSN(t)), kind: kind, now: start}
	w.engine = newEngine(t, w.db)
	w.update(func(tx *store.Tx) error { return tx.InsertAccount(&store.Account{ID: account, CreatedAt: start}) })
	w.run(w.engine, change...)
	return w
}

// run starts a Reconciler, as a server does.
func (w *world) run(worker reconcile.Worker, change ...func(*reconcile.Options)) *reconcile.Reconciler {
	o := reconcile.Options{
		Store: w.db, Kind: w.kind, Worker: worker, Clock: w.clock, Shared: true, Log: slog.New(slog.NewTextHandler(w, nil)),
	}
	for _, fn := range change {
		fn(&o)
	}
	w.Reconciler = reconcile.New(o)
	r := w.Reconciler
	w.t.Cleanup(r.Close)
	r.Begin()
	go r.Run(context.Background())
	return r
}

// Write keeps what is logged.
func (w *world) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(p)
}

func (w *world) logged(text string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return bytes.Count(w.log.Bytes(), []byte(text))
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) setClock(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = now
}

func (w *world) update(fn func(*store.Tx) error) store.Touched {
	w.t.Helper()
	touched, err := w.db.UpdateTouched(w.t.Context(), fn)
	if err != nil {
		w.t.Fatal(err)
	}
	return touched
}

func instance(id, doc string) *resource.Resource {
	return &resource.Resource{
		ID: id, Account: account, Region: "us-east-1", Name: id, Kind: resource.Instance, Zone: "us-east-1a", CreatedAt: start,
		Tags: []types.Tag{}, Doc: []byte(doc),
	}
}

// until waits for something that the Reconciler does by itself.
func (w *world) until(what string, is func() bool) {
	w.t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("%s: not after 30 s", what)
		}
	}
}

package mail_test

import (
	"context"
	"errors"
	"log/slog"
	netmail "net/mail"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/uuid"

	"github.com/lanyard-cloud/lanyard/internal/driver/mail/smtp"
	"github.com/lanyard-cloud/lanyard/internal/kind/contactmethod"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	mailruntime "github.com/lanyard-cloud/lanyard/internal/runtime/mail"
	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/test/mailtest"
	"github.com/lanyard-cloud/lanyard/test/smtptest"
	"github.com/lanyard-cloud/lanyard/test/syncbuffer"
)

const account = "111122223333"

var start = time.Date(2026, time.November, 28, 9, 0, 0, 0, time.UTC)

// newDSN names a new database of the kind that the tests run on. shared says that it is one that several servers share.
var (
	newDSN = func(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }
	shared = false
)

type logBuffer = syncbuffer.Buffer

// world is a store whose mails go to an SMTP server.
type world struct {
	t    *testing.T
	db   *store.DB
	smtp *smtptest.Server
	// logs are those of the runtimes, in the order in which they were started.
	logs     []*logBuffer
	runtimes []*mailruntime.Runtime

	mu  sync.Mutex
	now time.Time
}

func newWorld(t *testing.T, smtp *smtptest.Server) *world {
	t.Helper()
	w := &world{t: t, smtp: smtp, now: start}
	var err error
	if w.db, err = store.Open(t.Context(), store.Options{DSN: newDSN(t)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.db.Close() })
	if err := w.db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.update(func(tx *store.Tx) error { return tx.InsertAccount(&store.Account{ID: account, CreatedAt: start}) })
	return w
}

// run starts a runtime, as a server does, that runs until the test ends or stop is called.
func (w *world) run() (stop func()) {
	w.t.Helper()
	driver, err := smtp.New(smtp.Options{
		Address: w.smtp.Address, TLS: w.smtp.TLS, From: &netmail.Address{Name: "AWS Notifications", Address: "lanyard@example.com"},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	log := &logBuffer{}
	w.logs = append(w.logs, log)
	rt := mailruntime.New(mailruntime.Options{
		Store: w.db, Driver: driver, Clock: w.clock, Shared: shared,
		Log:  slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Link: func(c contactmethod.Confirmation) string { return "https://lanyard.example.com/" + c.To },
	})
	w.runtimes = append(w.runtimes, rt)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		rt.Run(context.Background())
	}()
	stop = sync.OnceFunc(func() {
		rt.Close()
		<-ended
	})
	w.t.Cleanup(stop)
	return stop
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// update writes to the store, as a server does that runs a runtime.
func (w *world) update(fn func(*store.Tx) error) {
	w.t.Helper()
	touched, err := w.db.UpdateTouched(w.t.Context(), fn)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, rt := range w.runtimes {
		rt.Touched(touched)
	}
}

// ask adds a contact method of a region that waits for its confirmation, and returns its id.
func (w *world) ask(region, address string) (id string) {
	w.t.Helper()
	r := &resource.Resource{
		ID: uuid.NewString(), Account: account, Region: region, Name: "Email", Kind: resource.ContactMethod, Zone: "all",
		CreatedAt: w.clock(), Tags: []types.Tag{},
	}
	m := contactmethod.New(r)
	m.Fill(m.SupportSuffix())
	m.Doc.ContactEndpoint = &address
	m.Verify(w.clock())
	w.update(func(tx *store.Tx) error {
		return errors.Join(m.Pack(), tx.InsertResource(m.Resource), m.Ask(tx, w.clock()))
	})
	return r.ID
}

// add adds a contact method that is valid, in us-east-1.
func (w *world) add(address string) (id string) {
	w.t.Helper()
	return w.addIn("us-east-1", address)
}

func (w *world) addIn(region, address string) (id string) {
	w.t.Helper()
	id = w.ask(region, address)
	w.change(id, func(_ *store.Tx, m *contactmethod.ContactMethod) error {
		m.Confirm(w.clock())
		return nil
	})
	return id
}

// change changes a contact method.
func (w *world) change(id string, fn func(*store.Tx, *contactmethod.ContactMethod) error) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		tx.SetNow(w.clock())
		r, err := tx.ResourceByID(id)
		if err != nil {
			return err
		}
		m := &contactmethod.ContactMethod{}
		return errors.Join(m.Open(r), fn(tx, m), m.Pack(), tx.UpdateResource(r))
	})
}

// notify queues a mail.
func (w *world) notify(id, subject string) {
	w.t.Helper()
	w.change(id, func(tx *store.Tx, m *contactmethod.ContactMethod) error {
		return m.Notify(tx, w.clock(), subject, "What happened.\n")
	})
}

// queued is how many mails wait.
func (w *world) queued(id string) (n int) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(tx *store.Tx) (err error) {
		n, err = tx.CountEntries(id, contactmethod.Mails)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// patience is how long a test waits for what is soon.
const patience = 30 * time.Second

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not after %s", what, patience)
		}
	}
}

// subjects lists those of the mails that the server took, in order.
func subjects(t *testing.T, s *smtptest.Server) (all []string) {
	t.Helper()
	for _, taken := range s.Taken() {
		all = append(all, taken.To+" "+mailtest.Parse(t, taken.Text).Subject)
	}
	return all
}

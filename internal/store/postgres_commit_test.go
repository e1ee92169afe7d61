//go:build postgres

package store_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

// commitTest is a store whose connections lead through a proxy that decides about each COMMIT.
type commitTest struct {
	db     *store.DB
	direct string
	fate   atomic.Pointer[pgtest.Fate]
}

func newCommitTest(t *testing.T, timeout time.Duration) *commitTest {
	t.Helper()
	w := &commitTest{direct: newDSN(t)}
	if err := open(t, w.direct).Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.fate.Store(&pgtest.Fate{})
	proxy, err := pgtest.NewProxy(w.direct, func() pgtest.Fate { return *w.fate.Load() })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	w.db, err = store.Open(t.Context(), store.Options{DSN: proxy.DSN, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.db.Close() })
	return w
}

// stored reports whether the row that a test writes is there.
func (w *commitTest) stored(t *testing.T) (is bool) {
	t.Helper()
	view(t, open(t, w.direct), func(tx *store.Tx) error {
		_, err := tx.Meta("n")
		if is = err == nil; errors.Is(err, store.ErrNotFound) {
			return nil
		}
		return err
	})
	return is
}

// write runs an Update once; more runs fail the test.
func (w *commitTest) write(t *testing.T, ctx context.Context, last func()) error { //nolint:revive // the test comes first
	t.Helper()
	runs := 0
	err := w.db.Update(ctx, func(tx *store.Tx) error {
		runs++
		err := tx.SetMeta("n", []byte("x"))
		if last != nil {
			last()
		}
		return err
	})
	if runs != 1 {
		t.Errorf("the function of the update ran %d times, want once", runs)
	}
	return err
}

// TestUpdate_whoseConnectionBreaksAtCommit cannot tell whether it is stored, and says so.
func TestUpdate_whoseConnectionBreaksAtCommit(t *testing.T) {
	for name, tc := range map[string]struct {
		fate   pgtest.Fate
		stored bool
	}{
		"before PostgreSQL has it": {pgtest.Fate{Lost: true}, false},
		"before the answer comes":  {pgtest.Fate{Unanswered: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newCommitTest(t, 0)
			w.fate.Store(&tc.fate)
			if err := w.write(t, t.Context(), nil); !errors.Is(err, store.ErrUnknownOutcome) {
				t.Errorf("Update = %v, want ErrUnknownOutcome", err)
			}
			if got := w.stored(t); got != tc.stored {
				t.Errorf("stored: %t, want %t", got, tc.stored)
			}
		})
	}
}

// TestUpdate_whoseCommitTakesTooLong ends after its limit with what is known.
func TestUpdate_whoseCommitTakesTooLong(t *testing.T) {
	w := newCommitTest(t, 2*time.Second)
	end := make(chan struct{})
	t.Cleanup(func() { close(end) })
	w.fate.Store(&pgtest.Fate{Meanwhile: func() { <-end }})
	err := w.write(t, t.Context(), nil)
	if !errors.Is(err, store.ErrUnknownOutcome) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Update = %v, want ErrUnknownOutcome for the deadline", err)
	}
	if !w.stored(t) {
		t.Error("not stored, want it stored: PostgreSQL has answered")
	}
}

// TestUpdate_whoseCallerLeaves: a commit that was begun is finished, and before that nothing is stored.
func TestUpdate_whoseCallerLeaves(t *testing.T) {
	t.Run("during the commit", func(t *testing.T) {
		w := newCommitTest(t, time.Minute)
		ctx, leave := context.WithCancel(t.Context())
		w.fate.Store(&pgtest.Fate{Meanwhile: leave})
		if err := w.write(t, ctx, nil); err != nil {
			t.Errorf("Update = %v, want success", err)
		}
		if !w.stored(t) {
			t.Error("not stored, want it stored")
		}
	})
	t.Run("before the commit", func(t *testing.T) {
		w := newCommitTest(t, time.Minute)
		ctx, leave := context.WithCancel(t.Context())
		err := w.write(t, ctx, leave)
		if !errors.Is(err, context.Canceled) || errors.Is(err, store.ErrUnknownOutcome) {
			t.Errorf("Update = %v, want that it was cancelled, certainly", err)
		}
		if w.stored(t) {
			t.Error("stored, want nothing")
		}
	})
}

// TestUpdate_whichPostgresRefusesAtCommit is certainly not stored.
func TestUpdate_whichPostgresRefusesAtCommit(t *testing.T) {
	w := newCommitTest(t, 0)
	admin := connect(t, w.direct)
	for _, statement := range []string{
		`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$`,
		`CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON meta DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`,
	} {
		if _, err := admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	err := w.write(t, t.Context(), nil)
	if sqlState(err) != "P0001" || errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("Update = %v, want PostgreSQL's refusal, certainly", err)
	}
	if w.stored(t) {
		t.Error("stored, want nothing")
	}
}

// TestUpdate_whoseSessionIsEndedAtCommit: that PostgreSQL ends a session is no answer to COMMIT.
func TestUpdate_whoseSessionIsEndedAtCommit(t *testing.T) {
	w := newCommitTest(t, 0)
	admin := connect(t, w.direct)
	for _, statement := range []string{
		`CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(0); RETURN NULL; END $$`,
		`CREATE CONSTRAINT TRIGGER leave AFTER INSERT ON meta DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION leave()`,
	} {
		if _, err := admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.write(t, t.Context(), nil); !errors.Is(err, store.ErrUnknownOutcome) {
		t.Errorf("Update = %v, want ErrUnknownOutcome", err)
	}
}

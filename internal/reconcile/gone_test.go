package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lanyard-cloud/lanyard/internal/reconcile"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// database is a resource of a kind with an engine.
func database(id, doc string) *resource.Resource {
	r := instance(id, doc)
	r.Kind = resource.RelationalDatabase
	return r
}

// insert inserts a resource that has an address.
func insert(r *resource.Resource) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		_, err := tx.TakeAddress(store.Address{Pool: "port", Number: 22001, Owner: r.ID})
		return errors.Join(tx.InsertResource(r), err)
	}
}

// rows lists the ids of the rows of a kind with an engine, and how many addresses there are.
func (w *world) rows() (ids []string, addresses int) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(tx *store.Tx) error {
		ids, addresses = nil, 0
		all, err := tx.Revisions(resource.RelationalDatabase)
		for _, r := range all {
			ids = append(ids, r.ID)
		}
		used, failed := tx.AddressesOf("port")
		addresses = len(used)
		return errors.Join(err, failed)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ids, addresses
}

func (w *world) wantRows(ids ...string) {
	w.t.Helper()
	if got, addresses := w.rows(); !slices.Equal(got, ids) || addresses != len(ids) {
		w.t.Errorf("rows = %v with %d addresses, want %v with one for each", got, addresses, ids)
	}
}

// TestTouched_removesNoRowBeforeTheEngineConfirms has an engine that fails at first.
func TestTouched_removesNoRowBeforeTheEngineConfirms(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, resource.RelationalDatabase)
	db := database("db", "1")
	w.Touched(w.update(insert(db)))
	w.wantRunning(map[string]string{"db": "1"})
	w.engine.fail(1)
	touched := w.update(func(tx *store.Tx) error { return tx.LetGo(db, start) })
	w.wantRows("db")
	w.Touched(touched)
	w.until("the engine and the store have nothing", func() bool {
		ids, addresses := w.rows()
		if running := len(w.engine.state()); running > 0 && len(ids) == 0 {
			t.Fatal("the row was removed before the engine had confirmed")
		}
		return len(ids) == 0 && addresses == 0
	})
	w.wantRunning(map[string]string{})
}

// TestRun_endsWhatIsGoneAtItsMoment lets resources go at a moment ahead. For a kind without an engine the
// clock is set back after that.
func TestRun_endsWhatIsGoneAtItsMoment(t *testing.T) {
	end := start.Add(time.Hour)
	for _, r := range []*resource.Resource{database("db", "1"), instance("web", "1")} {
		t.Run(string(r.Kind), func(t *testing.T) {
			t.Parallel()
			w := newWorldOf(t, r.Kind)
			w.Touched(w.update(insert(r)))
			w.Touched(w.update(func(tx *store.Tx) error { return tx.LetGo(r, end) }))
			w.setClock(end.Add(-time.Nanosecond))
			w.Reconcile(r.ID)
			w.wantRunning(map[string]string{r.ID: "1"})
			w.setClock(end)
			w.until("nothing runs", func() bool { return len(w.engine.state()) == 0 })
			if r.Kind.Engine() {
				w.until("the row is removed", func() bool { ids, _ := w.rows(); return len(ids) == 0 })
				return
			}
			w.setClock(end.Add(-time.Second))
			w.until("it runs again", func() bool { return w.engine.state()[r.ID] == "1" })
		})
	}
}

// TestRun_findsWhatOtherProcessesLetGo does not tell the Reconciler of the write.
func TestRun_findsWhatOtherProcessesLetGo(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, resource.RelationalDatabase)
	db := database("db", "1")
	w.Touched(w.update(insert(db)))
	w.wantRunning(map[string]string{"db": "1"})
	w.update(func(tx *store.Tx) error { return tx.LetGo(db, start) })
	w.until("the engine and the store have nothing", func() bool {
		ids, _ := w.rows()
		return len(ids) == 0 && len(w.engine.state()) == 0
	})
}

// removalVariable says how a process removes databases that are gone: it hangs after its engine has
// confirmed, or does not.
const (
	removalVariable = "LANYARD_TEST_REMOVAL"
	hangs           = "hangs"
	removes         = "removes"
)

// remover is an engine that confirms each removal, and records that as an item.
type remover struct {
	recorder
	hangs bool
}

// Reconcile confirms that nothing runs for a database that is gone.
func (r remover) Reconcile(ctx context.Context, task reconcile.Task) (reconcile.Status, error) {
	stored, err := read(ctx, r.db, task)
	if err != nil || stored != nil {
		return reconcile.Status{Resource: stored}, err
	}
	if err := r.record(ctx, task, uuid.NewString()+"/end", &item{Holder: os.Getpid()}, new(time.Time)); err != nil {
		return reconcile.Status{}, err
	}
	if r.hangs {
		<-ctx.Done()
	}
	return reconcile.Status{}, ctx.Err()
}

// TestRun_removesWhatAKilledHolderLeft kills the process that works after its engine has confirmed that it has
// nothing of a database any more: the next one asks the engine again, and removes the row.
func TestRun_removesWhatAKilledHolderLeft(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	w := &world{t: t, db: h.db}
	db := database("db", "1")
	w.update(func(tx *store.Tx) error { return errors.Join(insert(db)(tx), tx.LetGo(db, time.Now())) })
	first := h.start(removalVariable + "=" + hangs)
	w.until("the engine has confirmed", func() bool { return len(h.items()) > 0 })
	w.wantRows("db")
	h.end(first, syscall.SIGKILL)
	before := len(h.items())
	h.start(removalVariable + "=" + removes)
	w.until("the row is removed", func() bool { ids, _ := w.rows(); return len(ids) == 0 })
	w.wantRows()
	if again := len(h.items()) - before; again != 1 {
		t.Errorf("the engine confirmed the removal %d times more, want once", again)
	}
}

// TestSweeper_removesWhatIsGone has two processes sweep many rows at a time.
func TestSweeper_removesWhatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Close()
	const all = 250
	last, stays := database("last", "1"), instance("stays", "1")
	w.update(func(tx *store.Tx) error {
		for i := range all {
			r := instance(fmt.Sprint("gone-", i), "1")
			if i%2 == 0 {
				r.Kind = resource.KeyPair
			}
			if err := errors.Join(tx.InsertResource(r), tx.LetGo(r, start)); err != nil {
				return err
			}
		}
		return errors.Join(insert(last)(tx), tx.LetGo(last, start), tx.InsertResource(stays), tx.LetGo(stays, start.Add(time.Millisecond)))
	})
	for range 2 {
		sweeper := &reconcile.Sweeper{Store: w.db, Clock: w.clock, Log: slog.New(slog.NewTextHandler(w, nil))}
		go sweeper.Run(t.Context())
	}
	w.until("all is removed but what is gone a millisecond later", func() bool {
		var left []store.Going
		err := w.db.View(t.Context(), func(tx *store.Tx) (err error) {
			left, err = tx.Going(all)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return len(left) == 1 && left[0].ID == stays.ID
	})
	w.wantRows("last") // an engine may have something of it
	if w.logged("level=ERROR") > 0 {
		t.Errorf("errors in the log:\n%s", &w.log)
	}
}

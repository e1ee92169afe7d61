package reconcile_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/lanyard-cloud/lanyard/internal/reconcile"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// holderVariable has the DSN in a process that a test starts to work under a lease.
const holderVariable = "LANYARD_TEST_LEASE_HOLDER"

// item is a piece of work, as the process that did it recorded it in the store: its begin and
// its end, each in a transaction that checked the lease.
type item struct {
	Holder     int
	Begin, End time.Time
}

// recorder records its work in the store. The work is due all the time.
type recorder struct{ db *store.DB }

// Running lists nothing.
func (recorder) Running(context.Context) ([]string, error) { return nil, nil }

// Reconcile works a few milliseconds, and records an item if the lease holds until its end.
func (r recorder) Reconcile(ctx context.Context, task reconcile.Task) (reconcile.Status, error) {
	stored, err := read(ctx, r.db, task)
	if err != nil || stored == nil {
		return reconcile.Status{Resource: stored}, err
	}
	id, work := uuid.NewString(), item{Holder: os.Getpid()}
	if err := r.record(ctx, task, id+"/begin", &work, &work.Begin); err != nil {
		return reconcile.Status{Resource: stored}, err
	}
	select {
	case <-time.After(30 * time.Millisecond):
	case <-ctx.Done():
		return reconcile.Status{Resource: stored}, ctx.Err()
	}
	err = r.record(ctx, task, id+"/end", &work, &work.End)
	return reconcile.Status{Resource: stored, Until: task.Now.Add(time.Nanosecond)}, err
}

func (r recorder) record(ctx context.Context, task reconcile.Task, id string, work *item, at *time.Time) error {
	return r.db.Update(ctx, func(tx *store.Tx) error {
		if err := task.Check(tx); err != nil {
			return err
		}
		*at = time.Now()
		doc, err := json.Marshal(work)
		if err != nil {
			return err
		}
		return tx.InsertOperation(&store.Operation{ID: id, Account: account, Region: "us-east-1", Resource: task.ID, Doc: doc})
	})
}

// hold is the main function of a process that works under a lease until SIGTERM.
func hold(dsn string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	db, err := store.Open(ctx, store.Options{DSN: dsn})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	o := reconcile.Options{
		Store: db, Kind: resource.Instance, Worker: recorder{db}, Clock: time.Now, Shared: true, Lease: "work",
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	}
	if how := os.Getenv(removalVariable); how != "" {
		o.Kind, o.Worker = resource.RelationalDatabase, remover{recorder{db}, how == hangs}
	}
	r := reconcile.New(o)
	r.Begin()
	r.Run(ctx)
	r.Close()
	if err := db.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// holders is a store, and processes that work on it under one lease.
type holders struct {
	t   *testing.T
	dsn string
	db  *store.DB
	all map[int]*exec.Cmd
}

func newHolders(t *testing.T) *holders {
	t.Helper()
	h := &holders{t: t, dsn: newDSN(t), all: map[int]*exec.Cmd{}}
	h.db = openStore(t, h.dsn)
	err := h.db.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.InsertAccount(&store.Account{ID: account, CreatedAt: start}); err != nil {
			return err
		}
		return tx.InsertResources([]*resource.Resource{instance("a", "1"), instance("b", "1"), instance("c", "1")})
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, cmd := range h.all {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	})
	return h
}

// start starts a process, with more variables in its environment.
func (h *holders) start(variables ...string) (pid int) {
	h.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), holderVariable+"="+h.dsn), variables...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.all[cmd.Process.Pid] = cmd
	return cmd.Process.Pid
}

// end sends a signal that ends a process, and waits for that.
func (h *holders) end(pid int, sig syscall.Signal) {
	h.t.Helper()
	cmd := h.all[pid]
	delete(h.all, pid)
	if err := cmd.Process.Signal(sig); err != nil {
		h.t.Fatal(err)
	}
	err := cmd.Wait()
	if sig == syscall.SIGTERM && err != nil {
		h.t.Errorf("process that got SIGTERM: %v", err)
	}
}

func (h *holders) signal(pid int, sig syscall.Signal) {
	h.t.Helper()
	if err := h.all[pid].Process.Signal(sig); err != nil {
		h.t.Fatal(err)
	}
}

// suspend suspends the process that works, at a moment when it has no transaction open: the
// database waits for that.
func (h *holders) suspend(pid int) {
	h.t.Helper()
	for range 20 {
		h.signal(pid, syscall.SIGSTOP)
		h.stops(pid)
		ctx, cancel := context.WithTimeout(h.t.Context(), time.Second)
		err := h.db.Update(ctx, func(tx *store.Tx) error { return tx.AcquireLease("work", "test", time.Millisecond) })
		cancel()
		if errors.Is(err, store.ErrNoLease) {
			return
		}
		h.signal(pid, syscall.SIGCONT)
		h.works(0)
	}
	h.t.Fatalf("process %d has a transaction open whenever it is suspended", pid)
}

// stops waits until all threads of a process that was sent SIGSTOP stand still: until then one of them may begin a
// transaction.
func (h *holders) stops(pid int) {
	h.t.Helper()
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		h.t.Fatalf("process %d: %v, status %#x, want it to be stopped", pid, err, status)
	}
}

// items reads all recorded work, by its begin.
func (h *holders) items() (list []item) {
	h.t.Helper()
	byID := map[string]item{}
	err := h.db.View(h.t.Context(), func(tx *store.Tx) error {
		return tx.EachOperation("", func(o *store.Operation) error {
			var i item
			id := o.ID[:len(uuid.Nil.String())]
			if err := json.Unmarshal(o.Doc, &i); err != nil {
				return err
			}
			if i.End.After(byID[id].End) || byID[id].Holder == 0 {
				byID[id] = i
			}
			return nil
		})
	})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, i := range byID {
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b item) int { return a.Begin.Compare(b.Begin) })
	return list
}

// works waits until a process that is not the one given has done more work, and returns it.
func (h *holders) works(not int) (holder int) {
	h.t.Helper()
	since := time.Now()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		done := map[int]int{}
		for _, i := range h.items() {
			if i.Begin.After(since) && !i.End.IsZero() && i.Holder != not {
				if done[i.Holder]++; done[i.Holder] >= 10 {
					return i.Holder
				}
			}
		}
	}
	h.t.Fatalf("no process but %d works within a minute", not)
	return 0
}

// wantApart wants no item of a process to overlap with one of another process. An item that has
// no end had no effect after its begin.
func (h *holders) wantApart() {
	h.t.Helper()
	last := map[int]item{} // the item of each process that ended last
	turns := []string{}
	list := h.items()
	for _, i := range list {
		for holder, other := range last {
			if holder != i.Holder && i.Begin.Before(other.End) {
				h.t.Errorf("process %d began at %v, process %d ended at %v", i.Holder, i.Begin, holder, other.End)
			}
		}
		if i.End.After(last[i.Holder].End) {
			last[i.Holder] = i
		}
		if name := strconv.Itoa(i.Holder); len(turns) == 0 || turns[len(turns)-1] != name {
			turns = append(turns, name)
		}
	}
	h.t.Logf("%d items, by the processes %v in turn", len(list), turns)
}

// TestLease_ofAKilledHolder kills the process that works, twice: another one takes over.
func TestLease_ofAKilledHolder(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	h.start()
	h.start()
	for range 2 {
		holder := h.works(0)
		h.start()
		h.end(holder, syscall.SIGKILL)
		if next := h.works(holder); next == holder {
			t.Errorf("process %d works after it was killed", holder)
		}
	}
	h.wantApart()
}

// TestLease_ofAHolderThatEnds lets the process that works end by itself: another one takes over.
func TestLease_ofAHolderThatEnds(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	h.start()
	h.start()
	holder := h.works(0)
	h.end(holder, syscall.SIGTERM)
	h.works(holder)
	h.wantApart()
}

// TestLease_ofAHolderThatIsSuspended suspends the process that works until its lease has run out, and
// lets it continue: it does not work before it has the lease again.
func TestLease_ofAHolderThatIsSuspended(t *testing.T) {
	t.Parallel()
	h := newHolders(t)
	h.start()
	h.start()
	first := h.works(0)
	h.suspend(first)
	second := h.works(first)
	h.signal(first, syscall.SIGCONT)
	for range 5 {
		if holder := h.works(0); holder != second {
			t.Errorf("process that works: got %d, want %d, which has the lease", holder, second)
		}
	}
	h.end(second, syscall.SIGTERM)
	if next := h.works(second); next != first {
		t.Errorf("process that works after the holder ended: got %d, want %d", next, first)
	}
	h.wantApart()
}

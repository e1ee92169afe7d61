package reconcile_test

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/reconcile"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestTouched_isReconciledBeforeItReturns makes, changes and deletes an instance.
func TestTouched_isReconciledBeforeItReturns(t *testing.T) {
	w := newWorld(t)
	web := instance("web", "1")
	pair := instance("deploy", "pair")
	pair.Kind = resource.KeyPair
	w.Touched(w.update(func(tx *store.Tx) error { return errors.Join(tx.InsertResource(web), tx.InsertResource(pair)) }))
	w.wantRunning(map[string]string{"web": "1"})
	web.Doc = []byte("2")
	w.Touched(w.update(func(tx *store.Tx) error { return tx.UpdateResource(web) }))
	w.wantRunning(map[string]string{"web": "2"})
	before := w.engine.count("web")
	w.Touched(w.update(func(tx *store.Tx) error {
		_, err := tx.TakeAddress(store.Address{Pool: "port", Number: 22001, Owner: "web"})
		return err
	}))
	w.until("the instance whose address changed is worked on", func() bool { return w.engine.count("web") > before })
	w.Touched(w.update(func(tx *store.Tx) error { return tx.DeleteResource(web) }))
	w.wantRunning(map[string]string{})
	if n := w.engine.count("deploy"); n != 0 {
		t.Errorf("a resource of another kind was worked on %d times", n)
	}
}

// wantRunning wants the engine to be in step, or soon to be if the Reconciler has logged that this
// takes long: the machine may be busy.
func (w *world) wantRunning(want map[string]string) {
	w.t.Helper()
	if w.logged("backend takes long") > 0 && !w.engine.held() {
		w.until("the engine is in step", func() bool { return maps.Equal(w.engine.state(), want) })
	}
	if diff := cmp.Diff(want, w.engine.state()); diff != "" {
		w.t.Errorf("what runs (-want +got):\n%s", diff)
	}
}

// TestTouched_everything works on what an import wrote.
func TestTouched_everything(t *testing.T) {
	w := newWorld(t)
	w.Touched(w.update(func(tx *store.Tx) error {
		return tx.InsertResources([]*resource.Resource{instance("web", "1"), instance("mail", "2")})
	}))
	w.wantRunning(map[string]string{"web": "1", "mail": "2"})
}

// TestTouched_doesNotWaitForASlowEngine wants an answer after a second, and the work to end.
func TestTouched_doesNotWaitForASlowEngine(t *testing.T) {
	w := newWorld(t)
	w.engine.holdWork()
	w.Touched(w.update(func(tx *store.Tx) error { return tx.InsertResource(instance("web", "1")) }))
	w.wantRunning(map[string]string{})
	if n := w.logged("backend takes long"); n != 1 {
		t.Errorf("lines in the log about the slow engine: got %d, want 1", n)
	}
	w.engine.letGo()
	w.until("the instance runs", func() bool { return w.engine.state()["web"] == "1" })
}

// TestTouched_detached does not wait at all.
func TestTouched_detached(t *testing.T) {
	w := newWorldOf(t, resource.Instance, func(o *reconcile.Options) { o.Detached = true })
	w.engine.holdWork()
	w.Touched(w.update(func(tx *store.Tx) error { return tx.InsertResource(instance("web", "1")) }))
	w.wantRunning(map[string]string{})
	w.engine.letGo()
	w.until("the instance runs", func() bool { return w.engine.state()["web"] == "1" })
	if n := w.logged("backend takes long"); n != 0 {
		t.Errorf("lines in the log about a slow engine: got %d, want none", n)
	}
}

// TestRun_repeatsWorkWhenAWorkerAsks has work that is to be repeated, though nothing changes.
func TestRun_repeatsWorkWhenAWorkerAsks(t *testing.T) {
	w := newWorld(t)
	w.engine.repeat(time.Millisecond)
	w.Touched(w.update(func(tx *store.Tx) error { return tx.InsertResource(instance("web", "1")) }))
	w.until("the instance is worked on again and again", func() bool { return w.engine.count("web") > 3 })
}

// TestRun_findsWritesOfOtherProcesses does not tell the Reconciler of any write.
func TestRun_findsWritesOfOtherProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	web := instance("web", "1")
	for _, step := range []struct {
		name string
		fn   func(*store.Tx) error
		want string
	}{
		{"insert", func(tx *store.Tx) error { return tx.InsertResource(web) }, "1"},
		{"update", func(tx *store.Tx) error { web.Doc = []byte("2"); return tx.UpdateResource(web) }, "2"},
		{"delete", func(tx *store.Tx) error { return tx.DeleteResource(web) }, ""},
		{"insert again", func(tx *store.Tx) error { web.Doc = []byte("3"); return tx.InsertResource(web) }, "3"},
		{"delete again", func(tx *store.Tx) error { return tx.DeleteResource(web) }, ""},
		{"import", func(tx *store.Tx) error { return tx.InsertResources([]*resource.Resource{instance("web", "4")}) }, "4"},
	} {
		w.update(step.fn)
		w.until(step.name, func() bool { return w.engine.state()["web"] == step.want })
	}
	calls := w.engine.count("web")
	w.update(func(tx *store.Tx) error { return tx.InsertResource(instance("mail", "1")) })
	w.until("another instance runs", func() bool { return w.engine.state()["mail"] == "1" })
	if n := w.engine.count("web"); n != calls {
		t.Errorf("an instance that did not change was worked on %d times more", n-calls)
	}
}

// TestRun_takesStepsWhenTheyAreDue inserts while nothing is kept in step, so that the first pass
// alone finds the resource: told of the write as well, it may be worked on twice.
func TestRun_takesStepsWhenTheyAreDue(t *testing.T) {
	w := newWorld(t)
	w.Close()
	w.engine.until["web"] = start.Add(time.Hour) // before anything works
	w.update(func(tx *store.Tx) error { return tx.InsertResource(instance("web", "1")) })
	w.run(w.engine)
	w.until("the instance runs", func() bool { return w.engine.count("web") == 1 })
	w.setClock(start.Add(time.Hour - time.Nanosecond))
	time.Sleep(300 * time.Millisecond) // some ticks
	if n := w.engine.count("web"); n != 1 {
		t.Errorf("calls before the time of a step: got %d, want 1", n)
	}
	w.setClock(start.Add(time.Hour))
	w.until("the step is taken", func() bool { return w.engine.count("web") > 1 })
}

// TestRun_retriesFailures logs a failure once, and its end.
func TestRun_retriesFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.engine.fail(2)
	w.Touched(w.update(func(tx *store.Tx) error { return tx.InsertResource(instance("web", "1")) }))
	w.wantRunning(map[string]string{})
	w.until("the instance runs", func() bool { return w.engine.state()["web"] == "1" })
	w.until("the end of the failure is logged", func() bool { return w.logged("backend in sync again") == 1 })
	if n := w.logged(`msg="backend out of sync, retrying" kind=Instance id=web account=111122223333 region=us-east-1 name=web error="the engine is full"`); n != 1 {
		t.Errorf("lines in the log about the failure: got %d, want 1", n)
	}
}

// TestBegin_removesWhatHasNoResource has an engine that runs what was deleted while no process
// kept it in step.
func TestBegin_removesWhatHasNoResource(t *testing.T) {
	w := newWorld(t)
	w.Close()
	w.engine.running["deleted"] = "1"
	w.run(w.engine)
	w.until("nothing runs", func() bool { return len(w.engine.state()) == 0 })
}

// TestReconcile_isBounded asks for one resource many times and for many at a time.
func TestReconcile_isBounded(t *testing.T) {
	w := newWorld(t)
	w.engine.holdWork()
	var asked sync.WaitGroup
	for n := range 200 {
		asked.Go(func() { w.Reconcile("web", fmt.Sprint("other-", n%40)) })
	}
	asked.Wait()
	w.engine.letGo()
	w.Reconcile("web")
	if n := w.engine.count("web"); n > 3 {
		t.Errorf("work on one resource: got %d times for 201 requests, want at most 3", n)
	}
	if n := w.engine.atATime(); n > 16 {
		t.Errorf("resources worked on at a time: got %d, want at most 16", n)
	}
}

// TestClose_endsWork has an engine that does not end its work before it must.
func TestClose_endsWork(t *testing.T) {
	w := newWorld(t)
	w.engine.holdWork()
	w.Touched(w.update(func(tx *store.Tx) error { return tx.InsertResource(instance("web", "1")) }))
	w.Close()
	w.Reconcile("web") // harmless
	w.Touched(store.Touched{Everything: true})
	if n := w.engine.atWork(); n != 0 {
		t.Errorf("resources worked on after Close: got %d, want 0", n)
	}
}

// TestRun_reachesTheStateOfTheStore writes at random through two replicas, one of which restarts
// all the time, and wants both to run what the store has in the end.
func TestRun_reachesTheStateOfTheStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	second := newEngine(t, w.db)
	first, other := w.Reconciler, w.run(second)
	want := map[string]string{}
	for n := range 120 {
		id := fmt.Sprint("web-", n*7%11)
		r := instance(id, fmt.Sprint(n))
		fn, doc := func(tx *store.Tx) error { return tx.InsertResource(r) }, fmt.Sprint(n)
		switch {
		case want[id] != "" && n%3 == 0:
			fn, doc = func(tx *store.Tx) error { return tx.DeleteResource(r) }, ""
		case want[id] != "":
			fn = func(tx *store.Tx) error { return tx.UpdateResource(r) }
		}
		touched := w.update(fn)
		want[id] = doc
		switch n % 4 {
		case 0:
			first.Touched(touched)
		case 1:
			go other.Touched(touched)
		case 2:
			other.Close()
			other = w.run(second)
		}
	}
	maps.DeleteFunc(want, func(_, doc string) bool { return doc == "" })
	for name, e := range map[string]*engine{"first": w.engine, "second": second} {
		w.until("the "+name+" replica runs what the store has", func() bool { return maps.Equal(e.state(), want) })
	}
}

var _ reconcile.Worker = (*engine)(nil)

package instance_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// way is how a change of state ends: asked in the call, the driver's answer is in the plan.
// Reported later, the plan waits for it, and so does the operation.
type way struct {
	name string
	plan func(at time.Time, first, last string) resource.Plan
	// reported says that the outcome is observed.
	reported bool
}

var ways = []way{
	{"asked in the call", func(at time.Time, first, last string) resource.Plan {
		return resource.Plan{}.Then(at, first).Then(at.Add(20*time.Second), last)
	}, false},
	{"reported later", func(at time.Time, first, _ string) resource.Plan {
		return resource.Plan{{At: at, State: first, Held: true}}
	}, true},
}

// begin gives an instance another plan, as a call does, with an operation that waits for it.
func (w *world) begin(i *instance.Instance, how way, first, last string) (operation string) {
	w.t.Helper()
	now := w.clock()
	i.Enter(how.plan(now, first, last))
	operation = fmt.Sprintf("%s-%d", i.Resource.ID, i.Resource.Generation)
	doc := codec.Encode(&types.Operation{
		Id: &operation, CreatedAt: &now, StatusChangedAt: &now, Status: types.OperationStatusStarted, IsTerminal: new(false),
	})
	w.call(func(tx *store.Tx) error {
		return errors.Join(i.Pack(), tx.UpdateResource(i.Resource), tx.InsertOperation(&store.Operation{
			ID: operation, Account: account, Region: region, Resource: i.Resource.Name, Doc: doc,
			Subject: i.Resource.ID, Generation: i.Resource.Generation,
		}))
	})
	return operation
}

// wantState wants the stored instance to be in a state, by an observation or without one.
func (w *world) wantState(i *instance.Instance, how way, want string) {
	w.t.Helper()
	r := w.row(i)
	got, err := instance.Load(r)
	if err != nil {
		w.t.Fatal(err)
	}
	if state := got.State(w.clock()); state != want {
		w.t.Errorf("state of the instance: got %s, want %s", state, want)
	}
	if observed := r.Observed != nil && r.Observed.Generation == r.Generation; observed != how.reported {
		w.t.Errorf("an observation of the present plan is stored: got %t, want %t", observed, how.reported)
	}
}

func (w *world) row(i *instance.Instance) (r *resource.Resource) {
	w.t.Helper()
	w.update(func(tx *store.Tx) (err error) {
		r, err = tx.ResourceByID(i.Resource.ID)
		return err
	})
	return r
}

func (w *world) operation(id string) (op types.Operation) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		o, err := tx.Operation(account, region, id)
		if err != nil {
			return err
		}
		return codec.Unmarshal(o.Doc, &op)
	})
	return op
}

// TestReconcile_bothWays puts the simulated driver through what happens to an instance, in both
// ways of learning the outcome.
func TestReconcile_bothWays(t *testing.T) {
	for _, how := range ways {
		t.Run(how.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			web := w.put("web", func(i *instance.Instance) { i.Priv.Plan = how.plan(start, instance.Pending, instance.Running) })
			at := w.address("web")
			w.wait(how, 30*time.Second)
			w.until("the new instance runs", func() bool { return knock(at) == nil })
			w.wantState(web, how, instance.Running)

			client, before, err := logIn(at, w.key)
			if err != nil {
				t.Fatal(err)
			}
			stopped := w.begin(web, how, instance.Stopping, instance.Stopped)
			if err := client.Wait(); err == nil {
				t.Error("a stop left the connection open")
			}
			w.wait(how, 30*time.Second)
			w.until("the instance has stopped", func() bool { return errors.Is(knock(at), syscall.ECONNREFUSED) })
			w.wantState(web, how, instance.Stopped)
			w.wantEnded(how, stopped)

			started := w.begin(web, how, instance.Pending, instance.Running)
			w.wait(how, 30*time.Second)
			w.until("the instance runs again", func() bool { return knock(at) == nil })
			w.wantState(web, how, instance.Running)
			w.wantEnded(how, started)
			w.wantSameHost(at, before)

			w.stop()
			w.run() // with a driver that has no machines
			w.until("the instance runs after a restart", func() bool { return knock(at) == nil })
			w.wantState(web, how, instance.Running)
			w.remove(web)
			if err := knock(at); !errors.Is(err, syscall.ECONNREFUSED) || len(w.machines()) != 0 {
				t.Errorf("a deleted instance: got %v and machines %v, want connection refused and none", err, w.machines())
			}
		})
	}
}

// wait lets the clock move on, as an outcome that was asked for in the call needs.
func (w *world) wait(how way, d time.Duration) {
	if !how.reported {
		w.setClock(w.clock().Add(d))
	}
}

// wantEnded wants a reported outcome to have ended its operation.
func (w *world) wantEnded(how way, operation string) {
	w.t.Helper()
	if op := w.operation(operation); how.reported && op.Status != types.OperationStatusSucceeded {
		w.t.Errorf("operation of a reported change: got %s, want Succeeded", op.Status)
	}
}

func (w *world) wantSameHost(at string, before ssh.PublicKey) {
	w.t.Helper()
	client, after, err := logIn(at, w.key)
	if err != nil || string(after.Marshal()) != string(before.Marshal()) {
		w.t.Errorf("login after the start: got %v, or another host key", err)
		return
	}
	_ = client.Close()
}

// TestReconcile_storesAnObservationOnce works on an instance again and again.
func TestReconcile_storesAnObservationOnce(t *testing.T) {
	var updates atomic.Int64
	w := newWorldObserved(t, func(kind string, _ time.Duration) {
		if kind == "update" {
			updates.Add(1)
		}
	})
	web := w.put("web", func(i *instance.Instance) { i.Priv.Plan = ways[1].plan(start, instance.Pending, "") })
	w.address("web")
	first, writes := w.row(web), updates.Load()
	w.setClock(start.Add(time.Hour))
	for range 5 {
		w.runtime.Reconcile(web.Resource.ID)
	}
	if n := updates.Load() - writes; n != 0 {
		t.Errorf("writes for equal observations: got %d, want none", n)
	}
	if again := w.row(web); first.Observed == nil || !again.Observed.At.Equal(first.Observed.At) {
		t.Errorf("observation: got %+v, want %+v", again.Observed, first.Observed)
	}
}

package instance_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	instanceruntime "github.com/lanyard-cloud/lanyard/internal/runtime/instance"
)

func TestReconcile_runningInstanceAcceptsItsKey(t *testing.T) {
	w := newWorld(t)
	web := w.put("web")
	at := w.address("web")
	w.opens(at)
	if _, _, err := logIn(at, newKey(t)); err == nil {
		t.Error("another key opens it, too")
	}
	w.set(web, plan(start, instance.Stopped))
	if err := knock(at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a stopped instance: %v, want connection refused", err)
	}
	w.set(web, plan(start.Add(time.Hour), instance.Running)) // its first step counts at any time
	w.opens(at)
}

// TestRun_takesStepsWhenTheyAreDue has no calls, only a clock that is moved.
func TestRun_takesStepsWhenTheyAreDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put("web", func(i *instance.Instance) {
		i.Priv.Plan = i.Priv.Plan[:0].Then(start, instance.Pending).Then(start.Add(20*time.Second), instance.Running).
			Then(start.Add(time.Hour), instance.Stopping).Then(start.Add(2*time.Hour), instance.Stopped)
	})
	at := w.address("web")
	if err := knock(at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a pending instance: %v, want connection refused", err)
	}
	w.setClock(start.Add(30 * time.Second))
	w.until("the instance runs", func() bool { return knock(at) == nil })
	w.setClock(start.Add(3 * time.Hour))
	w.until("the instance has stopped", func() bool { return errors.Is(knock(at), syscall.ECONNREFUSED) })
	w.setClock(start.Add(30 * time.Minute))
	w.until("the instance runs again on a clock that was set back", func() bool { return knock(at) == nil })
}

func TestReconcile_rebootEndsConnections(t *testing.T) {
	w := newWorld(t)
	web := w.put("web")
	client, before, err := logIn(w.address("web"), w.key)
	if err != nil {
		t.Fatal(err)
	}
	w.setClock(start.Add(time.Minute))
	w.set(web, plan(start.Add(time.Minute), instance.Running))
	if err := client.Wait(); err == nil {
		t.Error("the connection ended as if the client had ended it")
	}
	_, after, err := logIn(w.address("web"), w.key)
	if err != nil || string(after.Marshal()) != string(before.Marshal()) {
		t.Errorf("after the reboot: %v, or another host key", err)
	}
}

// TestReconcile_leavesAnUnchangedInstanceAlone: a call about an instance does not end its
// connections.
func TestReconcile_leavesAnUnchangedInstanceAlone(t *testing.T) {
	w := newWorld(t)
	web := w.put("web")
	client, _, err := logIn(w.address("web"), w.key)
	if err != nil {
		t.Fatal(err)
	}
	w.set(web, func(i *instance.Instance) { i.Doc.SupportCode = new("x") })
	if _, _, err := client.SendRequest("keepalive@openssh.com", true, nil); err != nil {
		t.Errorf("the connection: %v", err)
	}
}

func TestReconcile_removesADeletedInstance(t *testing.T) {
	w := newWorld(t)
	web := w.put("web")
	at := w.address("web")
	_, before, err := logIn(at, w.key)
	if err != nil {
		t.Fatal(err)
	}
	w.remove(web)
	if err := knock(at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a deleted instance: %v, want connection refused", err)
	}
	if _, there := w.runtime.Address(account, region, "web"); there || len(w.machines()) != 0 {
		t.Errorf("an address is left: %t, machines: %v", there, w.machines())
	}
	w.put("web")
	_, after, err := logIn(w.address("web"), w.key)
	if err != nil || string(after.Marshal()) == string(before.Marshal()) {
		t.Errorf("another instance of the name: %v, or the first one's host key", err)
	}
}

// TestRun_twoInstancesThatHadOneName deletes an instance and makes another one in another
// process, between two passes.
func TestRun_twoInstancesThatHadOneName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *instanceruntime.Options) { o.Shared = true })
	first := w.put("web")
	w.opens(w.address("web"))
	w.deleteElsewhere(first)
	second := w.put("web")
	w.opens(w.address("web"))
	w.until("only the second instance has a machine", func() bool {
		m := w.machines()
		return len(m) == 1 && m[second.Resource.ID]
	})
}

func TestBegin_afterARestart(t *testing.T) {
	w := newWorld(t)
	w.put("web")
	w.put("mail", plan(start, instance.Stopped))
	at := w.address("web")
	_, before, err := logIn(at, w.key)
	if err != nil {
		t.Fatal(err)
	}
	w.stop()
	if err := knock(at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("after the stop: %v, want connection refused", err)
	}
	w.run()
	w.until("the instance is there again", func() bool { return knock(at) == nil })
	_, after, err := logIn(at, w.key)
	if err != nil || string(after.Marshal()) != string(before.Marshal()) {
		t.Errorf("after the restart: %v, or another host key", err)
	}
	if err := knock(w.address("mail")); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("the stopped instance: %v, want connection refused", err)
	}
}

// TestRun_findsWritesOfOtherProcesses makes, changes and deletes an instance as another server
// of the store does.
func TestRun_findsWritesOfOtherProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *instanceruntime.Options) { o.Shared = true })
	web := w.put("web")
	at := w.stored(web)
	w.until("the instance runs", func() bool { return knock(at) == nil })
	w.update(func(tx txn) error {
		rules(sshFrom("203.0.113.0/24"))(web)
		return errors.Join(web.Pack(), tx.UpdateResource(web.Resource))
	})
	w.until("the firewall has changed", func() bool { return errors.Is(knock(at), syscall.ECONNRESET) })
	w.deleteElsewhere(web)
	w.until("the instance is gone", func() bool { return errors.Is(knock(at), syscall.ECONNREFUSED) })
}

// failing is a driver that cannot start machines for a while.
type failing struct {
	machine.Driver
	mu   sync.Mutex
	left int
}

func (f *failing) Start(ctx context.Context, i machine.Instance) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left--; f.left >= 0 {
		return errors.New("no machine is left")
	}
	return f.Driver.Start(ctx, i)
}

func TestRun_retriesFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *instanceruntime.Options) { o.Driver = &failing{Driver: o.Driver, left: 2} })
	w.put("web")
	at := w.address("web")
	if err := knock(at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("an instance without machine: %v, want connection refused", err)
	}
	w.until("the instance runs", func() bool { return knock(at) == nil })
	if n := w.log.Count("no machine is left"); n != 1 {
		t.Errorf("lines in the log about the failure: got %d, want 1", n)
	}
	w.until("its end is logged", func() bool { return w.log.Count("backend in sync again") == 1 })
}

// TestReconcile_instanceThatDoesNotParse admits no key by what was stored before, and the keys again after.
func TestReconcile_instanceThatDoesNotParse(t *testing.T) {
	for _, priv := range []string{`null`, `{"plan":"none"}`, `{`} {
		w := newWorld(t)
		web := w.put("web")
		at := w.address("web")
		w.opens(at)
		whole := web.Resource.Priv
		write := func(priv []byte) {
			web.Resource.Priv = priv
			w.update(func(tx txn) error { return tx.UpdateResource(web.Resource) })
			w.runtime.Reconcile(web.Resource.ID)
		}
		write([]byte(priv))
		if err := knock(at); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("priv %s: %v, want connection refused", priv, err)
		}
		write(whole)
		w.opens(at)
	}
}

// TestRun_deletesMachinesWithoutAnInstance has a driver with a machine whose instance was
// deleted while no server ran.
func TestRun_deletesMachinesWithoutAnInstance(t *testing.T) {
	driver := sim.New(sim.Options{})
	if err := driver.Create(t.Context(), machine.Instance{ID: "left"}); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(o *instanceruntime.Options) { o.Driver = driver })
	w.until("the machine is deleted", func() bool { return len(w.machines()) == 0 })
}

func TestReconcile_manyAtOnce(t *testing.T) {
	w := newWorld(t)
	all := make([]*instance.Instance, 8)
	for n := range all {
		all[n] = w.put(fmt.Sprintf("web-%d", n))
	}
	var work sync.WaitGroup
	for n, i := range all {
		work.Go(func() {
			for turn := range 6 {
				state := []string{instance.Running, instance.Stopped}[turn%2]
				w.set(i, plan(start.Add(time.Duration(turn)*time.Second), state))
			}
		})
		work.Go(func() {
			at := w.address(all[n].Resource.Name)
			for range 6 {
				_ = knock(at) // whatever comes of it
			}
		})
	}
	work.Wait()
	for _, i := range all {
		w.set(i, plan(start.Add(time.Minute), instance.Running))
		w.opens(w.address(i.Resource.Name))
	}
}

// TestClose_endsConnections of clients that do not end them.
func TestClose_endsConnections(t *testing.T) {
	w := newWorld(t)
	web := w.put("web")
	client, _, err := logIn(w.address("web"), w.key)
	if err != nil {
		t.Fatal(err)
	}
	w.stop()
	var end *ssh.ExitMissingError
	if err := client.Wait(); err == nil || errors.As(err, &end) {
		t.Errorf("the connection ended with %v", err)
	}
	w.runtime.Reconcile(web.Resource.ID) // harmless
}

// TestConnection_passesOnHalfClose has a client that ends its input and wants the rest of the output.
func TestConnection_passesOnHalfClose(t *testing.T) {
	w := newWorld(t)
	w.put("web")
	client, _, err := logIn(w.address("web"), w.key)
	if err != nil {
		t.Fatal(err)
	}
	session, err := client.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	in, err := session.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := session.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Shell(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(in, "hostname\n"); err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(out)
	if err != nil || string(text) != "ip-172-26-0-9\n" {
		t.Errorf("output %q, %v", text, err)
	}
}

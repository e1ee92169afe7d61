package api_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families/account"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestOperation_fails has an action that knows when and how its operation will fail: until
// then the operation is shown as started, and says nothing of the error.
func TestOperation_fails(t *testing.T) {
	stop := api.New(func(c *api.Call, _ *lightsail.DeleteKeyPairInput) (*lightsail.DeleteKeyPairOutput, error) {
		op := c.Fails(c.Target(resource.KeyPair), c.Now.Add(20*time.Second), "InternalFailure", "The disk is full.")
		return &lightsail.DeleteKeyPairOutput{Operation: op}, nil
	}, api.On(resource.KeyPair))
	w := newWorld(t, append(account.Declare(account.Deps{}).Actions, stop)...)
	w.addResource(resource.KeyPair, "deploy")
	c := w.root(ours)
	begun, err := c.DeleteKeyPair(t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: new("deploy")})
	wantCode(t, err, "")
	wantOperation(t, begun.Operation, types.OperationStatusStarted)
	get := func() *types.Operation {
		t.Helper()
		out, err := c.GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: begun.Operation.Id})
		if err != nil {
			t.Fatal(err)
		}
		return out.Operation
	}
	wantOperation(t, get(), types.OperationStatusStarted)
	w.now = w.now.Add(20 * time.Second)
	wantOperation(t, get(), types.OperationStatusFailed)
	w.now = w.now.Add(-time.Second)
	wantOperation(t, get(), types.OperationStatusStarted)
}

// TestOperation_open has an action that does not know when its operation ends: an observation
// of its subject ends it, or a later call on the same subject.
func TestOperation_open(t *testing.T) {
	generation := int64(0)
	change := api.New(func(c *api.Call, _ *lightsail.DeleteKeyPairInput) (*lightsail.DeleteKeyPairOutput, error) {
		generation++
		r := c.Target(resource.KeyPair)
		r.Generation = generation
		return &lightsail.DeleteKeyPairOutput{Operation: c.Open(r, r)}, nil
	}, api.On(resource.KeyPair))
	w := newWorld(t, append(account.Declare(account.Deps{}).Actions, change)...)
	r := w.addResource(resource.KeyPair, "deploy")
	c := w.root(ours)
	begin := func() *string {
		t.Helper()
		out, err := c.DeleteKeyPair(t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: new("deploy")})
		wantCode(t, err, "")
		return out.Operation.Id
	}
	want := func(id *string, status types.OperationStatus) {
		t.Helper()
		out, err := c.GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: id})
		if err != nil {
			t.Fatal(err)
		}
		wantOperation(t, out.Operation, status)
	}
	observe := func(generation int64, outcome resource.Outcome) {
		t.Helper()
		w.change(func(tx *store.Tx) error { return tx.EndOperations(r.ID, generation, w.now, outcome) })
	}
	first := begin()
	w.now = w.now.Add(time.Hour)
	want(first, types.OperationStatusStarted)
	second := begin()
	want(first, types.OperationStatusSucceeded) // the second call ends it
	want(second, types.OperationStatusStarted)
	observe(1, resource.Outcome{Code: "Late", Details: "An observation of the first generation."})
	want(second, types.OperationStatusStarted)
	observe(2, resource.Outcome{Code: "Unhealthy", Details: "The engine has no room."})
	want(second, types.OperationStatusFailed)
	observe(2, resource.Outcome{})
	want(second, types.OperationStatusFailed) // an end is final
}

// TestOperation_openEndsWithItsSubject deletes the subject of an operation that is open:
// nothing will be observed of it any more, and clients wait for the end.
func TestOperation_openEndsWithItsSubject(t *testing.T) {
	remove := api.New(func(c *api.Call, _ *lightsail.DeleteKeyPairInput) (*lightsail.DeleteKeyPairOutput, error) {
		r := c.Target(resource.KeyPair)
		if r.Generation == 0 { // the first call opens the operation
			r.Begin()
			return &lightsail.DeleteKeyPairOutput{Operation: c.Open(r, r)}, c.Tx.UpdateResource(r)
		}
		op, err := c.Delete(r)
		return &lightsail.DeleteKeyPairOutput{Operation: op}, err
	}, api.On(resource.KeyPair))
	w := newWorld(t, append(account.Declare(account.Deps{}).Actions, remove)...)
	w.addResource(resource.KeyPair, "deploy")
	c := w.root(ours)
	call := func() *types.Operation {
		t.Helper()
		out, err := c.DeleteKeyPair(t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: new("deploy")})
		if err != nil {
			t.Fatal(err)
		}
		return out.Operation
	}
	open := call()
	wantOperation(t, open, types.OperationStatusStarted)
	wantOperation(t, call(), types.OperationStatusSucceeded)
	got, err := c.GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: open.Id})
	if err != nil {
		t.Fatal(err)
	}
	wantOperation(t, got.Operation, types.OperationStatusSucceeded)
}

func wantOperation(t *testing.T, op *types.Operation, want types.OperationStatus) {
	t.Helper()
	failed, over := want == types.OperationStatusFailed, want != types.OperationStatusStarted
	if op.Status != want || *op.IsTerminal != over {
		t.Errorf("operation = %s, terminal %t, want %s", op.Status, *op.IsTerminal, want)
	}
	if (op.ErrorCode != nil) != failed || (op.ErrorDetails != nil) != failed {
		t.Errorf("error of an operation that is %s = %v, %v", op.Status, op.ErrorCode, op.ErrorDetails)
	}
}

// Package familytest is what tests of actions share: a server on whose clock the test moves,
// a pipeline whose store the test can change, and checks of answers.
//
// It holds no tests itself, and nothing but tests imports it.
package familytest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// Region is where the tests' clients are if they say nothing else.
const Region = "us-east-1"

// Start is when the clock of a new Lab begins: a full hour.
var Start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// Lab is a server on whose clock the test moves, with AWS's own durations unless the test
// wants others, and a key pair "deploy".
type Lab struct {
	*lightsail.Client
	T      *testing.T
	Server *lanyardtest.Server
	millis atomic.Int64
}

// NewLab starts a server that ends with the test.
func NewLab(t *testing.T, o lanyardtest.Options) *Lab {
	t.Helper()
	l := &Lab{T: t}
	l.millis.Store(Start.UnixMilli())
	o.Clock = l.Now
	if o.TimeScale == 0 {
		o.TimeScale = 1
	}
	l.Server = lanyardtest.NewWith(t, o)
	l.Client = l.Server.Client(Region)
	ImportKey(t, l.Client, "deploy")
	return l
}

// Now is the time of the lifecycle clock.
func (l *Lab) Now() time.Time { return time.UnixMilli(l.millis.Load()).UTC() }

// Pass moves the lifecycle clock.
func (l *Lab) Pass(d time.Duration) { l.millis.Add(d.Milliseconds()) }

// WantOperations checks operations as "type, type of resource, name, details, status".
func (l *Lab) WantOperations(got []types.Operation, want ...string) {
	l.T.Helper()
	lines := []string{}
	for _, op := range got {
		details := "-"
		if op.OperationDetails != nil {
			details = *op.OperationDetails
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s %s", op.OperationType, op.ResourceType, *op.ResourceName, details, op.Status))
		if *op.IsTerminal != (op.Status == types.OperationStatusSucceeded) || !op.CreatedAt.Equal(l.Now()) {
			l.T.Errorf("operation %s: terminal %t, created at %s", lines[len(lines)-1], *op.IsTerminal, op.CreatedAt)
		}
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		l.T.Errorf("operations (-want +got):\n%s", diff)
	}
}

// WantSucceeds checks that an operation takes so long and no longer.
func (l *Lab) WantSucceeds(op types.Operation, after time.Duration) {
	l.T.Helper()
	status := func() types.OperationStatus {
		return Do(l.T, l.GetOperation, &lightsail.GetOperationInput{OperationId: op.Id}).Operation.Status
	}
	l.Pass(after - time.Millisecond)
	if got := status(); got != types.OperationStatusStarted {
		l.T.Errorf("just before its end the operation is %s, want Started", got)
	}
	l.Pass(time.Millisecond)
	if got := status(); got != types.OperationStatusSucceeded {
		l.T.Errorf("after %s the operation is %s, want Succeeded", after, got)
	}
}

// Call is the form of the SDK client's methods.
type Call[I, O any] = func(context.Context, *I, ...func(*lightsail.Options)) (*O, error)

// Do makes a call that must succeed.
func Do[I, O any](t testing.TB, call Call[I, O], in *I) *O {
	t.Helper()
	out, err := call(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

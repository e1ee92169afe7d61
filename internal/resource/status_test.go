package resource_test

import (
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// machine is a lifecycle whose starts end when a driver says so.
var machine = resource.Lifecycle{
	"start": {{State: "pending", Held: true}},
	"stop":  {{State: "stopping", Takes: 40 * time.Second}, {State: "stopped"}},
}

func at(d time.Duration) time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC).Add(d) }

// begin gives a resource the plan of an event.
func begin(r *resource.Resource, event string, now time.Time) resource.Plan {
	r.Begin()
	return machine.Plan(event, now, now.Add)
}

func wantState(t *testing.T, r *resource.Resource, plan resource.Plan, now time.Time, want string, held bool) {
	t.Helper()
	if got := r.Status(plan, now); got.State != want || got.Held != held {
		t.Errorf("the status = %+v, want %s, held: %t", got, want, held)
	}
}

func TestStatus_holdsUntilAnObservation(t *testing.T) {
	r := &resource.Resource{}
	plan := begin(r, "start", at(0))
	wantState(t, r, plan, at(0), "pending", true)
	wantState(t, r, plan, at(24*time.Hour), "pending", true)
	if !r.Observe(resource.Observation{Generation: r.Generation, At: at(time.Minute), State: "running"}) {
		t.Error("the first observation changed nothing")
	}
	wantState(t, r, plan, at(time.Minute), "running", false)
}

// TestStatus_oldRunningDoesNotBeatNewStop has a driver's report that comes late.
func TestStatus_oldRunningDoesNotBeatNewStop(t *testing.T) {
	r := &resource.Resource{}
	begin(r, "start", at(0))
	running := resource.Observation{Generation: r.Generation, At: at(time.Minute), State: "running"}
	r.Observe(running)
	plan := begin(r, "stop", at(2*time.Minute))
	wantState(t, r, plan, at(2*time.Minute), "stopping", false)
	running.At = at(3 * time.Minute)
	if r.Observe(running) {
		t.Error("an observation of the plan before changed the resource")
	}
	wantState(t, r, plan, at(3*time.Minute), "stopped", false)
	if r.Observe(resource.Observation{Generation: r.Generation + 1, State: "running"}) {
		t.Error("an observation of a plan that does not exist changed the resource")
	}
}

func TestObserve_equalObservationChangesNothing(t *testing.T) {
	r := &resource.Resource{}
	plan := begin(r, "start", at(0))
	failed := resource.Observation{Generation: r.Generation, At: at(time.Minute), State: "failed", Reason: "NoSpace", Details: "The disk is full."}
	if !r.Observe(failed) {
		t.Fatal("the first observation changed nothing")
	}
	again := failed
	again.At = at(time.Hour)
	if r.Observe(again) || !r.Observed.At.Equal(at(time.Minute)) {
		t.Errorf("an equal observation changed the resource: %+v", r.Observed)
	}
	got := r.Status(plan, at(time.Hour))
	if want := (resource.Status{State: "failed", Since: at(time.Minute), Reason: "NoSpace", Details: "The disk is full."}); got != want {
		t.Errorf("the status = %+v, want %+v", got, want)
	}
	again.Details = "The disk is broken."
	if !r.Observe(again) {
		t.Error("an observation with other details changed nothing")
	}
}

func TestKind_hasItsNameScope(t *testing.T) {
	for kind, want := range map[resource.Kind]string{
		resource.Instance: "", resource.Bucket: "", resource.ContactMethod: "ContactMethod", resource.SubdomainClaim: "SubdomainClaim",
	} {
		if got := kind.Space(); got != want {
			t.Errorf("the space of a %s = %q, want %q", kind, got, want)
		}
	}
	if !resource.Bucket.Worldwide() || !resource.SubdomainClaim.Worldwide() || resource.Subdomain.Worldwide() || resource.Instance.Worldwide() {
		t.Error("names are not worldwide for buckets and claims on subdomains only")
	}
}

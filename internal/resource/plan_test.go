package resource_test

import (
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func TestPlan_followsTheClock(t *testing.T) {
	start := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	plan := resource.Plan{}.Then(start, "pending").Then(start.Add(20*time.Second), "running")
	for _, tc := range []struct {
		name  string
		at    time.Time
		state string
		next  bool
	}{
		{"before its first step it is in it", start.Add(-time.Hour), "pending", true},
		{"as it begins", start, "pending", true},
		{"just before a step", start.Add(20*time.Second - time.Millisecond), "pending", true},
		{"at a step", start.Add(20 * time.Second), "running", false},
		{"long after the last", start.Add(time.Hour), "running", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := plan.At(tc.at).State; got != tc.state {
				t.Errorf("state = %s, want %s", got, tc.state)
			}
			if _, next := plan.Next(tc.at); next != tc.next {
				t.Errorf("a next step: %t, want %t", next, tc.next)
			}
		})
	}
	if step := (resource.Plan{}).At(start); step != (resource.Step{}) {
		t.Errorf("an empty plan is in %+v", step)
	}
}

func TestPlan_thenLeavesItAsItWas(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	plan := resource.Plan{}.Then(at, "running")
	one, other := plan.Then(at.Add(1), "stopping"), plan.Then(at.Add(1), "rebooting")
	if len(plan) != 1 || one[1].State != "stopping" || other[1].State != "rebooting" {
		t.Errorf("%v, %v and %v share steps", plan, one, other)
	}
}

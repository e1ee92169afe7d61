package resource

import (
	"slices"
	"time"
)

// Plan is how a resource's state moves by itself: the states that it enters, each at
// its time, in order. It is stored with the resource and read against a clock, so
// that nothing has to run for a state to change, and nothing is lost at a restart.
type Plan []Step

// Step is a state that begins at a time.
type Step struct {
	At    time.Time `json:"at"`
	State string    `json:"state"`
	// Held is set in a last step that lasts until a driver reports another state.
	Held bool `json:"held,omitempty"`
}

// Then returns a plan of its own that begins at a time with a state.
func (p Plan) Then(at time.Time, state string) Plan {
	return append(slices.Clip(p), Step{At: at, State: state})
}

// Followed is the plan with another one in place of what it has after the other's first moment. Of
// a long history it drops the oldest part: it has at most so many steps.
func (p Plan) Followed(by Plan, most int) Plan {
	past := slices.DeleteFunc(slices.Clone(p), func(s Step) bool { return s.At.After(by[0].At) })
	plan := append(past, by...)
	return plan[max(0, len(plan)-most):]
}

// At returns the step that a plan is in: the last one whose time has come, or the
// first. An empty plan has none and is in the zero step.
func (p Plan) At(now time.Time) Step {
	if len(p) == 0 {
		return Step{}
	}
	current := p[0]
	for _, s := range p[1:] {
		if s.At.After(now) {
			break
		}
		current = s
	}
	return current
}

// End is when a plan takes its last step; the zero time for an empty one.
func (p Plan) End() time.Time {
	if len(p) == 0 {
		return time.Time{}
	}
	return p[len(p)-1].At
}

// Next returns when the plan takes its next step; false when it has taken the last.
func (p Plan) Next(now time.Time) (time.Time, bool) {
	for _, s := range p[min(1, len(p)):] {
		if s.At.After(now) {
			return s.At, true
		}
	}
	return time.Time{}, false
}

// Planned is what the private documents of kinds have whose state changes by itself. They
// embed it.
type Planned struct {
	// Plan is the state over time.
	Plan Plan `json:"plan"`
}

// State is the state at a moment.
func (p *Planned) State(now time.Time) string { return p.Plan.At(now).State }

// Settled is when the last state begins: what was begun is done then.
func (p *Planned) Settled() time.Time { return p.Plan.End() }

// Lifecycle is how the state of a kind moves: for each event the states that follow, each
// with how long AWS takes for it. The last one stays.
type Lifecycle map[string][]Phase

// Phase is a state, and how long it lasts on AWS; zero for the last one.
type Phase struct {
	State string
	Takes time.Duration
	// Held is set if a driver reports when the state ends. No phase follows it.
	Held bool
}

// Plan is the plan of an event that happens now. after returns the moment at which
// something is done that takes AWS a time.
func (l Lifecycle) Plan(event string, now time.Time, after func(time.Duration) time.Time) Plan {
	var plan Plan
	at, takes := now, time.Duration(0)
	for _, phase := range l[event] {
		plan = append(plan, Step{At: at, State: phase.State, Held: phase.Held})
		takes += phase.Takes
		at = after(takes)
	}
	return plan
}

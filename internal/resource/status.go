package resource

import "time"

// Observation is what a driver found of a resource. It is stored beside the resource's plan.
type Observation struct {
	// Generation is that of the plan which the driver worked on.
	Generation int64     `json:"generation"`
	At         time.Time `json:"at"`
	State      string    `json:"state"`
	// Reason is a word for programs, Details are a sentence for people. Both are empty for
	// what needs no reason.
	Reason  string `json:"reason,omitempty"`
	Details string `json:"details,omitempty"`
}

// sameAs reports whether two observations are equal but for their times.
func (o Observation) sameAs(other Observation) bool {
	o.At, other.At = time.Time{}, time.Time{}
	return o == other
}

// Status is what a resource is at a moment.
type Status struct {
	State string
	// Since is when the state began.
	Since time.Time
	// Reason and Details are those of an observation.
	Reason, Details string
	// Held reports that the state lasts until a driver reports another one.
	Held bool
}

// Status is what was observed of the present plan, or else what the plan says.
func (r *Resource) Status(plan Plan, now time.Time) Status {
	if o := r.Observed; o != nil && o.Generation == r.Generation {
		return Status{State: o.State, Since: o.At, Reason: o.Reason, Details: o.Details}
	}
	step := plan.At(now)
	return Status{State: step.State, Since: step.At, Held: step.Held}
}

// Observe notes an observation, and reports whether the resource changed. It changes
// nothing if the same was observed before, or if the observation is of another plan than
// the present one: a late "running" says nothing about a stop.
func (r *Resource) Observe(o Observation) (changed bool) {
	if o.Generation != r.Generation || r.Observed != nil && r.Observed.sameAs(o) {
		return false
	}
	r.Observed = &o
	return true
}

// Begin notes that the resource gets another plan. What was observed of the one before
// counts no more.
func (r *Resource) Begin() { r.Generation++ }

package loadbalancer

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/draw"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

const (
	// CheckEvery is the time between health checks of an instance (developer guide).
	CheckEvery = 30 * time.Second
	// ShortestCheck is that time at the shortest of time scales.
	ShortestCheck = time.Second
	// AttachTakes is how long the operations of an attachment take (observed: 16 to 67 seconds).
	AttachTakes = 30 * time.Second
	// DrainTakes is how long an instance that is detached may finish its requests (observed).
	DrainTakes = 300 * time.Second
)

// Attachment is what belongs to the link between a load balancer and an instance.
type Attachment struct {
	// At is when the instance was attached.
	At time.Time `json:"at"`
	// CheckMillis is the time between two health checks in milliseconds.
	CheckMillis int64 `json:"checkMillis"`
	// Detached is when the instance was detached, and Until is when it is gone; both are zero until then.
	Detached time.Time `json:"detached,omitzero"`
	Until    time.Time `json:"until,omitzero"`
}

// NewAttachment is that of an instance that is attached now and checked at each of the intervals.
func NewAttachment(now time.Time, every time.Duration) Attachment {
	return Attachment{At: now, CheckMillis: max(every, ShortestCheck).Milliseconds()}
}

// OpenAttachment reads the document of a link.
func OpenAttachment(link *resource.Link) (a Attachment, err error) {
	if err := json.Unmarshal(link.Doc, &a); err != nil {
		return a, fmt.Errorf("link to %s: %w", link.Other.ID, err)
	}
	return a, nil
}

// Doc is the document of the link.
func (a Attachment) Doc() []byte {
	doc, _ := json.Marshal(a) //nolint:errchkjson // a struct of times and a number
	return doc
}

// Drains reports whether the instance was detached. It may be gone already.
func (a Attachment) Drains() bool { return !a.Detached.IsZero() }

// Gone reports whether the instance has finished its requests after it was detached.
func (a Attachment) Gone(now time.Time) bool { return a.Drains() && !now.Before(a.Until) }

func (a Attachment) every() time.Duration { return time.Duration(a.CheckMillis) * time.Millisecond }

// Target is an attached instance.
type Target struct {
	Attachment
	// Name is the instance's.
	Name string
	// Runs are the times in which the instance has run.
	Runs []draw.Run
	// Open reports whether the instance's firewall opens the port that requests are sent to.
	Open bool
}

// runAt is the time around a moment in which the instance runs.
func (t *Target) runAt(at time.Time) (run draw.Run, runs bool) {
	for _, run := range t.Runs {
		if !at.Before(run.From) && at.Before(run.To) {
			return run, true
		}
	}
	return run, false
}

// checkedFrom is when the load balancer begins to check an instance that has run since a moment.
func (t *Target) checkedFrom(active, runs time.Time) time.Time {
	from := t.At
	for _, at := range []time.Time{active, runs} {
		if at.After(from) {
			from = at
		}
	}
	return from
}

// summary is the health of the instance at a moment, given when the load balancer begins to work. An instance is known
// to be healthy, or not, after the first check.
func (t *Target) summary(active, now time.Time) types.InstanceHealthSummary {
	state, reason := types.InstanceHealthStateHealthy, types.InstanceHealthReason("")
	run, runs := t.runAt(now)
	checked := now.Sub(t.checkedFrom(active, run.From))
	switch {
	case t.Drains():
		state, reason = types.InstanceHealthStateDraining, types.InstanceHealthReasonInstanceDeregistrationInProgress
	case !runs:
		state, reason = types.InstanceHealthStateUnused, types.InstanceHealthReasonInstanceInvalidState
	case checked < t.every()/2:
		state, reason = types.InstanceHealthStateInitial, types.InstanceHealthReasonLbRegistrationInProgress
	case checked < t.every():
		state, reason = types.InstanceHealthStateInitial, types.InstanceHealthReasonLbInitialHealthChecking
	case !t.Open:
		state, reason = types.InstanceHealthStateUnhealthy, types.InstanceHealthReasonInstanceTimeout
	}
	return types.InstanceHealthSummary{InstanceName: &t.Name, InstanceHealth: state, InstanceHealthReason: reason}
}

package provider

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/google/go-cmp/cmp"
)

// waits are the times that the providers wait.
type waits struct {
	// first is when the state after a call is asked for first, next how long they wait between questions.
	first, next time.Duration
	// gone is how long after the call a resource may take to be deleted.
	gone time.Duration
}

// own are the times of both providers.
var own = waits{first: 5 * time.Second, next: 3 * time.Second, gone: 7 * time.Second}

// scaled returns the waits on a server that makes changes of state shorter by a factor, as --time-scale does. A deletion
// still has its whole time.
func (w waits) scaled(by float64) waits {
	scale := func(d time.Duration) time.Duration { return time.Duration(float64(d) * by) }
	return waits{first: scale(w.first), next: scale(w.next), gone: w.gone}
}

// A Server is one under test.
type Server struct {
	// Connect returns a client of a region.
	Connect func(region string) *lightsail.Client
	// TimeScale is its --time-scale.
	TimeScale float64
}

// Run takes the steps of all resources at once, each in a test of its own: they mostly wait. Their lives are on a server that is quick
// enough for all their changes; what disappears does so on one with the default time scale. The waits are shorter by the server's
// time scale, but for one resource.
func Run(t *testing.T, quick, usual Server) {
	var all sync.WaitGroup
	run := func(name string, at Server, w waits, r resource, steps func(*session)) {
		all.Go(func() {
			t.Run(name, func(t *testing.T) { steps(newSession(t, at, w, r)) })
		})
	}
	for _, r := range resources() {
		run(r.name, quick, own.scaled(quick.TimeScale), r, (*session).live)
	}
	for _, r := range slices.Concat(resources(), dependents()) { // with other names
		run(r.name+" disappears", usual, own.scaled(usual.TimeScale), r, (*session).disappear)
	}
	run("disk at the providers' own intervals", usual, own, disk(newName()), (*session).live)
	all.Wait()
}

// A session is a provider's work on one resource.
type session struct {
	*lightsail.Client
	t        *testing.T
	server   Server
	waits    waits
	resource resource
	// id is what the resource is imported by.
	id string
}

func newSession(t *testing.T, at Server, w waits, r resource) *session {
	if r.region == "" {
		r.region = "us-east-1"
	}
	return &session{at.Connect(r.region), t, at, w, r, r.id}
}

// live goes through a resource's life: what it needs is made first and deleted last.
func (s *session) live() {
	needed := s.make()
	state := s.refresh(s.resource.want)
	for _, c := range s.resource.changes {
		s.take(c.steps)
		state = s.refresh(c.want)
	}
	imported := newSession(s.t, s.server, s.waits, s.resource)
	imported.id = s.id
	if diff := cmp.Diff(state, imported.refresh(nil)); diff != "" {
		s.t.Errorf("%s imported by %s: -state +imported\n%s", s.resource.name, s.id, diff)
	}
	s.take(s.resource.remove)
	if !s.resource.stays {
		s.awaitGone(0)
	}
	remove(needed)
}

// disappear deletes a resource by calls that the provider does not know of. It has to find soon that the resource is
// gone, and makes it anew. What only goes with another resource disappears with that.
func (s *session) disappear() {
	needed := s.make()
	s.refresh(s.resource.want)
	switch {
	case s.resource.stays:
		needed[0].sendAll(needed[0].resource.remove)
		s.awaitGone(s.waits.gone)
		return
	case s.resource.shared:
		s.take(s.resource.remove)
	default:
		s.sendAll(s.resource.remove)
	}
	s.awaitGone(s.waits.gone)
	s.id = s.resource.id
	s.take(s.resource.create)
	s.refresh(s.resource.want)
	s.take(s.resource.remove)
	s.awaitGone(0)
	remove(needed)
}

// make creates a resource, after what it needs. The official provider's tests list the instances first, to see that they
// have an account.
func (s *session) make() (needed []*session) {
	s.t.Helper()
	if _, err := s.GetInstances(s.t.Context(), &lightsail.GetInstancesInput{}); err != nil {
		s.t.Fatal(err)
	}
	for _, r := range s.resource.needs {
		need := newSession(s.t, s.server, s.waits, r)
		need.take(r.create)
		needed = append(needed, need)
	}
	s.take(s.resource.create)
	return needed
}

// remove deletes in the reverse order.
func remove(needed []*session) {
	for _, n := range slices.Backward(needed) {
		n.take(n.resource.remove)
	}
}

func (s *session) take(steps []step) {
	s.t.Helper()
	for _, step := range steps {
		step.wait(s, step.send(s))
	}
}

func (s *session) sendAll(steps []step) {
	s.t.Helper()
	for _, step := range steps {
		step.send(s)
	}
}

// refresh reads the resource and returns its attributes. It fails unless all members are there that a provider dereferences,
// and those in want have their values.
func (s *session) refresh(want attributes) attributes {
	s.t.Helper()
	object, err := s.resource.read(s, s.id)
	if err != nil {
		s.t.Fatalf("%s %s is gone for the provider: %v", s.resource.name, s.id, err)
	}
	read := flatten(object)
	for _, fault := range read.faults(s.resource.reads) {
		s.t.Errorf("%s %s: %s", s.resource.name, s.id, fault)
	}
	for path, value := range want {
		if got := read.at(path); got != value {
			s.t.Errorf("%s %s: %s is %s, want %s", s.resource.name, s.id, path, got, value)
		}
	}
	return read.only(s.resource.reads)
}

// awaitGone reads until the resource is gone, and at least once after the time that it may take.
func (s *session) awaitGone(within time.Duration) {
	s.t.Helper()
	for end := time.Now().Add(within); ; time.Sleep(s.waits.next) {
		late := !time.Now().Before(end)
		_, err := s.resource.read(s, s.id)
		switch {
		case err != nil && !isGone(err):
			s.t.Fatalf("%s %s is deleted, and no provider takes this for that: %v", s.resource.name, s.id, err)
		case err != nil:
			return
		case late:
			s.t.Fatalf("%s %s is still there %s after it was deleted", s.resource.name, s.id, within)
		}
	}
}

package alarm

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// Change is a change of the state that an alarm shows.
type Change struct {
	At       time.Time
	From, To types.AlarmState
	// Reason says in a sentence why the state changed.
	Reason string
}

// replay bounds the evaluations that are made up for after a time in which none was made: those
// of more than a day ago are left out.
const replay = 24 * time.Hour

// Advance makes the evaluations that are due by a moment, and returns the changes of state that
// follow from them and from the end of a test. There is an evaluation every five minutes of the clock,
// and one soon after each PutAlarm. points reads the points of the metric in periods from one moment on
// and up to another.
//
// What Advance does follows from the alarm as it is stored, the points and the moment. So it makes no
// difference whether it is called for each evaluation, or once after several.
func (a *Alarm) Advance(now time.Time, points func(from, to time.Time) ([]Point, error)) ([]Change, error) {
	a.skip(now)
	at, due := a.next(now)
	if !due {
		return nil, nil
	}
	all, err := points(a.from(at), now.Truncate(Period))
	if err != nil {
		return nil, err
	}
	var changes []Change
	for ; due; at, due = a.next(now) {
		if change := a.take(at, all); change.From != change.To {
			changes = append(changes, change)
		}
	}
	return changes, nil
}

// skip leaves out evaluations of more than a day ago, and begins anew if the clock was put back.
func (a *Alarm) skip(now time.Time) {
	p := &a.Priv
	if first := now.Add(-replay); p.Evaluated.Before(first) {
		p.Evaluated = first
	}
	if p.Evaluated.After(now) {
		p.Evaluated = now
	}
	if p.Prompt.Before(p.Evaluated) {
		p.Prompt = time.Time{}
	}
	if t := p.Test; t != nil && now.Add(time.Minute).Before(t.At) { // servers' clocks may differ a little
		p.Test = nil
	}
}

// next is the moment of the next evaluation, or of the end of the test; due reports whether it has come.
func (a *Alarm) next(now time.Time) (at time.Time, due bool) {
	at = a.Next()
	return at, !at.After(now)
}

// Next is the moment at which the state may change next.
func (a *Alarm) Next() time.Time {
	at := a.Priv.Evaluated.Truncate(Period).Add(Period)
	if prompt := a.Priv.Prompt; !prompt.IsZero() && prompt.Before(at) {
		at = prompt
	}
	if t := a.Priv.Test; t != nil && t.Until.Before(at) {
		at = t.Until
	}
	return at
}

// from is where the range of the evaluation at a moment begins.
func (a *Alarm) from(at time.Time) time.Time {
	return at.Truncate(Period).Add(-Period * time.Duration(*a.Doc.EvaluationPeriods+spare))
}

// take does what is due at the next moment, and returns how the state changes that the alarm shows.
func (a *Alarm) take(at time.Time, all []Point) Change {
	p := &a.Priv
	change := Change{At: at, From: p.State}
	if t := p.Test; t != nil {
		change.From = t.State
		change.Reason = "The test of the alarm is over."
	}
	if p.Test == nil || at.Before(p.Test.Until) {
		reason := a.evaluate(at, all)
		if p.Test == nil {
			change.Reason = reason
		}
	} else {
		p.Test = nil
	}
	if change.To = p.State; p.Test != nil {
		change.To = p.Test.State
	}
	return change
}

// evaluate evaluates the points in the range of a moment. It returns what it saw, in a sentence.
func (a *Alarm) evaluate(at time.Time, all []Point) (reason string) {
	p := &a.Priv
	p.Evaluated = at
	if !p.Prompt.After(at) {
		p.Prompt = time.Time{}
	}
	s := a.look(within(all, a.from(at), at.Truncate(Period)), at.Truncate(Period))
	if state := a.judge(p.State, s); state != p.State {
		p.State, p.Since = state, at
	}
	return a.because(s)
}

// within is the part of points, the oldest first, that begin from one moment on and before another.
func within(all []Point, from, to time.Time) []Point {
	place := func(at time.Time) int {
		n, _ := slices.BinarySearchFunc(all, at, func(p Point, at time.Time) int { return p.At.Compare(at) })
		return n
	}
	return all[place(from):place(to)]
}

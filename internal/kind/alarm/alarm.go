// Package alarm says what a stored alarm is: which metric it monitors, when it is in which state, and
// whom it notifies.
//
// It reads no metric, sends nothing, and changes no store.
package alarm

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The states of an alarm.
const (
	ok           = types.AlarmStateOk
	inAlarm      = types.AlarmStateAlarm
	insufficient = types.AlarmStateInsufficientData
)

// Alarm is a stored alarm, opened. It has a link to the resource that it monitors.
type Alarm struct {
	resource.Record[types.Alarm, Priv, *types.Alarm]
}

// Priv is what Lanyard knows of an alarm and the API never shows.
type Priv struct {
	// State is the one that the last evaluation found, and Since is when it began.
	State types.AlarmState `json:"state"`
	Since time.Time        `json:"since"`
	// Evaluated is a moment up to which all evaluations are made. What follows from later ones is
	// found out when the alarm is read, until it is stored.
	Evaluated time.Time `json:"evaluated"`
	// Prompt is the moment of an evaluation beside those of every five minutes; zero if none is due.
	Prompt time.Time `json:"prompt,omitzero"`
	// Test is a test that is not over yet; nil if there is none.
	Test *Test `json:"test,omitempty"`
}

// Test is a state that an alarm shows for a while, whatever its metric is.
type Test struct {
	State types.AlarmState `json:"state"`
	At    time.Time        `json:"at"`
	Until time.Time        `json:"until"`
}

const (
	// TestTakes is how long an alarm shows the state of a test: a short time, as AWS's guide says.
	TestTakes = 10 * time.Second
	// PromptAfter is how long after PutAlarm an alarm is evaluated.
	PromptAfter = time.Minute
)

// New returns an alarm that monitors nothing yet. It is not stored yet.
func New(r *resource.Resource) *Alarm {
	a := &Alarm{}
	a.Resource, a.Priv = r, Priv{State: insufficient, Since: r.CreatedAt, Evaluated: r.CreatedAt}
	return a
}

// Kind is resource.Alarm.
func (*Alarm) Kind() resource.Kind { return resource.Alarm }

// SupportSuffix is the name. AWS's is not known.
func (a *Alarm) SupportSuffix() string { return a.Resource.Name }

// Show is the alarm as the API shows it at a moment.
func (a *Alarm) Show(now time.Time) *types.Alarm {
	doc := a.Doc
	doc.State, doc.Tags = a.State(now), a.Resource.Tags
	if doc.ContactProtocols == nil {
		doc.ContactProtocols = []types.ContactProtocol{}
	}
	if link := a.Link(); link != nil {
		monitored := link.Other
		doc.MonitoredResourceInfo = &types.MonitoredResourceInfo{
			Arn: new(monitored.ARN()), Name: &monitored.Name, ResourceType: types.ResourceType(monitored.Kind),
		}
	}
	return &doc
}

// State is the state at a moment.
func (a *Alarm) State(now time.Time) types.AlarmState {
	if t := a.Priv.Test; t != nil && now.Before(t.Until) {
		return t.State
	}
	return a.Priv.State
}

// Try begins a test, which the alarm shows until a moment, and returns the change of state. There is one
// even if the state is the same as before.
func (a *Alarm) Try(state types.AlarmState, now, until time.Time) Change {
	from := a.State(now)
	a.Priv.Test = &Test{state, now, until}
	return Change{At: now, From: from, To: state, Reason: "The alarm was tested."}
}

// Link is the link to the monitored resource; nil if there is none yet.
func (a *Alarm) Link() *resource.Link {
	at := slices.IndexFunc(a.Resource.Links, func(l resource.Link) bool { return l.Side == resource.From })
	if at < 0 {
		return nil
	}
	return &a.Resource.Links[at]
}

// Monitors reports whether the alarm monitors its metric of a resource, as its link says.
func (a *Alarm) Monitors(r *resource.Resource) bool {
	link := a.Link()
	return link != nil && link.Other.ID == r.ID && MetricOf(link) == a.Doc.MetricName
}

// Monitoring is what belongs to the link from an alarm to the resource that it monitors.
type Monitoring struct {
	Metric types.MetricName `json:"metric"`
}

// Monitoring is the document of the alarm's link.
func (a *Alarm) Monitoring() []byte {
	doc, _ := json.Marshal(Monitoring{a.Doc.MetricName}) //nolint:errchkjson // a struct of a string
	return doc
}

// MetricOf is the metric that a link is about, from either end.
func MetricOf(link *resource.Link) types.MetricName {
	var m Monitoring
	_ = json.Unmarshal(link.Doc, &m) // Lanyard wrote it
	return m.Metric
}

// MaxPerMetric is how many alarms a metric of a resource may have (API reference, PutAlarm).
const MaxPerMetric = 2

// Full reports whether a metric of the monitored resource has as many alarms as it may have, beside
// this one.
func (a *Alarm) Full(monitored *resource.Resource) bool {
	others := 0
	for _, l := range monitored.LinksOf(RoleOf(monitored.Kind)) {
		if l.Other.ID != a.Resource.ID && MetricOf(&l) == a.Doc.MetricName {
			others++
		}
	}
	return others >= MaxPerMetric
}

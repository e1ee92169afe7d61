package alarm_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/kind/alarm"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// start is a moment at which a period ends.
var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// newAlarm is an alarm with M datapoints of N periods over 80, which was made at a moment.
func newAlarm(t *testing.T, at time.Time, m, n int32, treat types.TreatMissingData) *alarm.Alarm {
	t.Helper()
	a := alarm.New(&resource.Resource{ID: "5f1b7a3e-0000-4000-8000-000000000000", Account: "111122223333", Region: "us-east-1", Name: "high-cpu", Kind: resource.Alarm, CreatedAt: at})
	refusal := a.Configure(types.Alarm{
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, Threshold: new(80.0), MetricName: types.MetricNameCPUUtilization,
		EvaluationPeriods: &n, DatapointsToAlarm: &m, TreatMissingData: treat,
	}, resource.Instance)
	if refusal != "" {
		t.Fatal(refusal)
	}
	a.Resource.Links = []resource.Link{{Role: resource.MonitoredInstance, Side: resource.From, Other: &resource.Resource{Name: "web", Kind: resource.Instance}}}
	return a
}

// series are periods up to a moment, the oldest first: "0" is within the threshold, "X" beyond it, and
// "-" has no point.
func series(text string, end time.Time) (points []alarm.Point) {
	periods := strings.Fields(text)
	for i, p := range periods {
		at := end.Add(-alarm.Period * time.Duration(len(periods)-i))
		switch p {
		case "0":
			points = append(points, alarm.Point{At: at, Value: 80})
		case "X":
			points = append(points, alarm.Point{At: at, Value: 80.5})
		}
	}
	return points
}

// always reads the same points, whatever is asked for.
func always(points []alarm.Point) func(from, to time.Time) ([]alarm.Point, error) {
	return func(from, to time.Time) (some []alarm.Point, err error) {
		for _, p := range points {
			if !p.At.Before(from) && p.At.Before(to) {
				some = append(some, p)
			}
		}
		return some, nil
	}
}

// TestAlarm_missingData has all cases that AWS has published: the tables of the CloudWatch user guide, which the
// Lightsail developer guide has, too, in their present form and in that of 2018, and its sentences about alarms that come too early.
func TestAlarm_missingData(t *testing.T) {
	const keep = types.AlarmState("keep")
	const ok, inAlarm, insufficient = types.AlarmStateOk, types.AlarmStateAlarm, types.AlarmStateInsufficientData
	for _, tc := range []struct {
		points                                   string
		m, n                                     int32
		missing, ignore, breaching, notBreaching types.AlarmState
	}{
		// Table of 3 out of 3.
		{"0 - X - X", 3, 3, ok, ok, ok, ok},
		{"- - - - 0", 3, 3, ok, ok, ok, ok},
		{"- - - - -", 3, 3, insufficient, keep, inAlarm, ok},
		{"0 X X - X", 3, 3, inAlarm, inAlarm, inAlarm, inAlarm},
		{"- - X - -", 3, 3, inAlarm, keep, inAlarm, ok},
		// Table of 2 out of 3.
		{"0 - X - X", 2, 3, inAlarm, inAlarm, inAlarm, inAlarm},
		{"0 0 X 0 X", 2, 3, inAlarm, inAlarm, inAlarm, inAlarm},
		{"0 - X - -", 2, 3, ok, ok, inAlarm, ok},
		{"- - - - 0", 2, 3, ok, ok, inAlarm, ok},
		{"- - - X -", 2, 3, inAlarm, keep, inAlarm, ok},
		// Rows of the tables of 2018 that the present ones do not have.
		{"0 - - - -", 3, 3, ok, ok, ok, ok},
		{"- - - - X", 3, 3, insufficient, keep, inAlarm, ok},
		{"X - - - -", 3, 3, inAlarm, keep, inAlarm, ok},
		{"- - - - X", 2, 3, insufficient, keep, inAlarm, ok},
		// Sentences: too early for an alarm, and what may come after that.
		{"- - - X -", 3, 3, insufficient, keep, inAlarm, ok},
		{"- - - X 0", 3, 3, ok, ok, ok, ok},
		{"- - X - 0", 3, 3, ok, ok, ok, ok},
		// Ours: the range of one period has two more, and a point that left the range counts no more.
		{"X - -", 1, 1, inAlarm, inAlarm, inAlarm, inAlarm},
		{"X - - -", 1, 1, insufficient, keep, inAlarm, ok},
		{"X X X 0 0 0", 2, 3, ok, ok, ok, ok},
	} {
		for treat, want := range map[types.TreatMissingData]types.AlarmState{
			types.TreatMissingDataMissing: tc.missing, types.TreatMissingDataIgnore: tc.ignore,
			types.TreatMissingDataBreaching: tc.breaching, types.TreatMissingDataNotBreaching: tc.notBreaching,
		} {
			for _, before := range types.AlarmState("").Values() {
				a := newAlarm(t, start.Add(-time.Minute), tc.m, tc.n, treat)
				a.Priv.State = before
				changes, err := a.Advance(start, always(series(tc.points, start)))
				got, wanted := a.State(start), want
				if want == keep {
					wanted = before
				}
				if err != nil || got != wanted || len(changes) > 0 != (got != before) {
					t.Errorf("%s, %d out of %d, %s, in %s: got %s with %d changes, %v, want %s", tc.points, tc.m, tc.n, treat, before, got, len(changes), err, wanted)
				}
			}
		}
	}
}

func TestAlarm_operators(t *testing.T) {
	for operator, want := range map[types.ComparisonOperator]string{
		types.ComparisonOperatorGreaterThanOrEqualToThreshold: "OK ALARM ALARM",
		types.ComparisonOperatorGreaterThanThreshold:          "OK OK ALARM",
		types.ComparisonOperatorLessThanThreshold:             "ALARM OK OK",
		types.ComparisonOperatorLessThanOrEqualToThreshold:    "ALARM ALARM OK",
	} {
		var got []string
		for _, value := range []float64{79.5, 80, 80.5} {
			a := newAlarm(t, start.Add(-time.Minute), 1, 1, types.TreatMissingDataMissing)
			a.Doc.ComparisonOperator = operator
			if _, err := a.Advance(start, always([]alarm.Point{{At: start.Add(-alarm.Period), Value: value}})); err != nil {
				t.Fatal(err)
			}
			got = append(got, string(a.State(start)))
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s of values below, at and above the threshold: got %s, want %s", operator, got, want)
		}
	}
}

// lines are changes as "hh:mm:ss from to".
func lines(changes []alarm.Change) (all []string) {
	for _, c := range changes {
		all = append(all, fmt.Sprintf("%s %s %s", c.At.Format(time.TimeOnly), c.From, c.To))
	}
	return all
}

// TestAdvance_isTheSameInOneStepOrInMany has an alarm that is tested twice, the second time over the moment of an
// evaluation. What happens does not depend on when it is found out.
func TestAdvance_isTheSameInOneStepOrInMany(t *testing.T) {
	points := always(series("- - - X X 0 0 X X X - - - - 0", start.Add(40*time.Minute)))
	want := []string{
		"08:58:00 INSUFFICIENT_DATA OK", "09:07:10 ALARM OK", "09:10:05 INSUFFICIENT_DATA ALARM", "09:35:00 ALARM INSUFFICIENT_DATA",
		"09:40:00 INSUFFICIENT_DATA OK", "10:00:00 OK INSUFFICIENT_DATA",
	}
	for name, step := range map[string]time.Duration{"a second": time.Second, "a minute": time.Minute, "7 minutes": 7 * time.Minute, "an hour": time.Hour} {
		a := newAlarm(t, start.Add(-3*time.Minute), 2, 2, types.TreatMissingDataMissing)
		a.Priv.Prompt = start.Add(-2 * time.Minute)
		var got []string
		until := start.Add(-3 * time.Minute)
		advance := func(to time.Time) {
			for until.Before(to) {
				if until = until.Add(step); until.After(to) {
					until = to
				}
				changes, err := a.Advance(until, points)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, lines(changes)...)
			}
		}
		advance(start.Add(7 * time.Minute))
		a.Try(types.AlarmStateAlarm, until, until.Add(10*time.Second))
		advance(start.Add(9*time.Minute + 55*time.Second))
		a.Try(types.AlarmStateInsufficientData, until, until.Add(10*time.Second))
		advance(start.Add(time.Hour))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("changes in steps of %s (-want +got):\n%s", name, diff)
		}
	}
}

// TestAdvance_isTheSameForAnyAlarm draws alarms, points, tests and steps.
func TestAdvance_isTheSameForAnyAlarm(t *testing.T) {
	for seed := range uint64(300) {
		draw := func() *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }
		oneStep, manySteps := advanceAtRandom(t, draw(), nil), advanceAtRandom(t, draw(), rand.New(rand.NewPCG(seed, 2)))
		if diff := cmp.Diff(oneStep, manySteps); diff != "" {
			t.Fatalf("changes of the alarm %d in one step (-) and in many (+):\n%s", seed, diff)
		}
	}
}

// advanceAtRandom takes a drawn alarm through six hours with a test in each, at once or in steps that are drawn from another source.
func advanceAtRandom(t *testing.T, r, steps *rand.Rand) (got []string) {
	t.Helper()
	var text []string
	for range 90 {
		text = append(text, []string{"0", "X", "-", "-"}[r.IntN(4)])
	}
	n := 1 + r.Int32N(5)
	a := newAlarm(t, start, 1+r.Int32N(n), n, types.TreatMissingData("").Values()[r.IntN(4)])
	points, now := always(series(strings.Join(text, " "), start.Add(7*time.Hour))), start
	advance := func(to time.Time) {
		for now.Before(to) {
			if now = to; steps != nil {
				now = now.Add(-time.Duration(steps.Int64N(int64(to.Sub(now) + 1)))).Truncate(time.Millisecond)
			}
			changes, err := a.Advance(now, points)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, lines(changes)...)
		}
	}
	for hour := range 6 {
		advance(start.Add(time.Duration(hour)*time.Hour + time.Duration(r.IntN(3600))*time.Second))
		change := a.Try(types.AlarmState("").Values()[r.IntN(3)], now, now.Add(alarm.TestTakes))
		got = append(got, lines([]alarm.Change{change})...)
	}
	advance(start.Add(6 * time.Hour))
	return got
}

// TestAdvance_isBounded comes back after a year, in which the metric changed all the time.
func TestAdvance_isBounded(t *testing.T) {
	a := newAlarm(t, start, 1, 1, types.TreatMissingDataMissing)
	now := start.Add(365 * 24 * time.Hour)
	var asked time.Duration
	changes, err := a.Advance(now, func(from, to time.Time) (points []alarm.Point, err error) {
		asked = to.Sub(from)
		for at := from; at.Before(to); at = at.Add(alarm.Period) {
			points = append(points, alarm.Point{At: at, Value: 79 + 2*float64(at.Unix()/300%2)})
		}
		return points, nil
	})
	if err != nil || len(changes) != 288 || asked > 25*time.Hour {
		t.Errorf("after a year: %d changes, %v, of points of %s; want 288 of a day", len(changes), err, asked)
	}
	if got := a.Next(); !got.Equal(now.Add(alarm.Period)) {
		t.Errorf("the next evaluation is at %s, want in five minutes", got)
	}
}

// TestAdvance_clockPutBack puts the clock back by a day amid a test: the alarm keeps its state and is evaluated again from then on.
func TestAdvance_clockPutBack(t *testing.T) {
	a := newAlarm(t, start, 1, 1, types.TreatMissingDataMissing)
	points := always(series("X", start))
	if _, err := a.Advance(start.Add(alarm.Period), points); err != nil || a.State(start) != types.AlarmStateAlarm {
		t.Fatalf("before that: %s, %v, want ALARM", a.State(start), err)
	}
	a.Try(types.AlarmStateOk, start, start.Add(10*time.Second))
	back := start.Add(-24 * time.Hour)
	changes, err := a.Advance(back, points)
	if err != nil || len(changes) > 0 || a.State(back) != types.AlarmStateAlarm {
		t.Errorf("with the clock put back: %s with the changes %v, %v, want ALARM", a.State(back), lines(changes), err)
	}
	changes, err = a.Advance(back.Add(alarm.Period), points)
	if want := []string{"09:05:00 ALARM INSUFFICIENT_DATA"}; err != nil || !cmp.Equal(want, lines(changes)) {
		t.Errorf("five minutes later: changes %v, %v, want %v", lines(changes), err, want)
	}
}

func TestMail_saysWhatHappened(t *testing.T) {
	a := newAlarm(t, start.Add(-time.Minute), 2, 3, types.TreatMissingDataBreaching)
	changes, err := a.Advance(start, always(series("X X", start)))
	if err != nil || len(changes) != 1 {
		t.Fatalf("got %d changes, %v, want 1", len(changes), err)
	}
	subject, text := a.Mail(changes[0])
	if want := `ALARM: "high-cpu" in Virginia`; subject != want {
		t.Errorf("the subject is %s, want %s", subject, want)
	}
	want := `The state of the alarm "high-cpu" in Virginia has changed.

Resource: web (Instance)
Metric: CPUUtilization (Average of 5 minutes, in Percent)
State: INSUFFICIENT_DATA -> ALARM
Reason: Of the last 3 datapoints, 2 were greater than the threshold (80), and 1 were missing (treated as breaching). The alarm needs 2.
Time: 2026-11-22 09:00:00 UTC

Alarm: arn:aws:lightsail:us-east-1:111122223333:Alarm/5f1b7a3e-0000-4000-8000-000000000000
`
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("the mail (-want +got):\n%s", diff)
	}
}

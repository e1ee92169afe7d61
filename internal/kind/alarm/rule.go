package alarm

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// Point is the statistic of a metric over a period that begins at a moment.
type Point struct {
	At    time.Time
	Value float64
}

// spare is how many more periods an evaluation looks at than there are evaluation periods. AWS's
// guides show it for three periods ("evaluation range"); for other numbers it is a guess.
const spare = 2

// seen is what an evaluation sees of the points in its range.
type seen struct {
	// real is how many of the newest points count, at most as many as there are evaluation periods,
	// and breaching is how many of those are beyond the threshold.
	real, breaching int
	// age is how many periods ago the oldest of these began: 1 is the newest period.
	age int
}

// look counts points, the oldest first, all of which are in the range of the evaluation at a moment,
// where a period ends.
func (a *Alarm) look(points []Point, end time.Time) (s seen) {
	s.real = min(len(points), int(*a.Doc.EvaluationPeriods))
	for _, p := range points[len(points)-s.real:] {
		if a.breaches(p.Value) {
			s.breaching++
		}
	}
	if len(points) > 0 {
		s.age = int(end.Sub(points[0].At) / Period)
	}
	return s
}

// breaches reports whether a value is beyond the threshold.
func (a *Alarm) breaches(value float64) bool {
	switch a.Doc.ComparisonOperator {
	case types.ComparisonOperatorGreaterThanOrEqualToThreshold:
		return value >= *a.Doc.Threshold
	case types.ComparisonOperatorGreaterThanThreshold:
		return value > *a.Doc.Threshold
	case types.ComparisonOperatorLessThanThreshold:
		return value < *a.Doc.Threshold
	}
	return value <= *a.Doc.Threshold
}

// judge is the state of an alarm that was in another state before, by what an evaluation sees.
//
// The rule reproduces all cases that AWS's guides have in tables and sentences (CloudWatch user guide
// of 2018 and of 2026, "Configuring how CloudWatch alarms treat missing data"; Lightsail developer
// guide, "Alarms"). Points are filled in only if too few are real. Without that, an alarm waits until
// its oldest point, which is beyond the threshold as all that follow are, is as old as the number of
// datapoints to alarm.
func (a *Alarm) judge(before types.AlarmState, s seen) types.AlarmState {
	missing, enough := int(*a.Doc.EvaluationPeriods)-s.real, int(*a.Doc.DatapointsToAlarm)
	treat := a.Doc.TreatMissingData
	if treat == types.TreatMissingDataBreaching {
		s.breaching += missing
	}
	filled := missing == 0 || treat == types.TreatMissingDataBreaching || treat == types.TreatMissingDataNotBreaching
	switch {
	case s.breaching >= enough:
		return inAlarm
	case filled || s.breaching < s.real:
		return ok
	case treat == types.TreatMissingDataIgnore:
		return before
	case s.real > 0 && s.age >= enough:
		return inAlarm
	}
	return insufficient
}

// operators are comparison operators in words.
var operators = map[types.ComparisonOperator]string{
	types.ComparisonOperatorGreaterThanOrEqualToThreshold: "greater than or equal to",
	types.ComparisonOperatorGreaterThanThreshold:          "greater than",
	types.ComparisonOperatorLessThanOrEqualToThreshold:    "less than or equal to",
	types.ComparisonOperatorLessThanThreshold:             "less than",
}

// because says in a sentence what an evaluation saw.
func (a *Alarm) because(s seen) string {
	missing := int(*a.Doc.EvaluationPeriods) - s.real
	text := fmt.Sprintf("Of the last %d datapoints, %d were %s the threshold (%v)",
		*a.Doc.EvaluationPeriods, s.breaching, operators[a.Doc.ComparisonOperator], *a.Doc.Threshold)
	if missing > 0 {
		text += fmt.Sprintf(", and %d were missing (treated as %s)", missing, a.Doc.TreatMissingData)
	}
	return text + fmt.Sprintf(". The alarm needs %d.", *a.Doc.DatapointsToAlarm)
}

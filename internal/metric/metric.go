// Package metric answers queries for metric data: it groups samples into windows and
// computes CloudWatch's statistics of them.
//
// It knows no kind of resource: what a resource measures, and when, is the kind's, and families
// register how to ask for it. It stores nothing.
package metric

import (
	"fmt"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// MaxDatapoints is CloudWatch's limit for one query.
const MaxDatapoints = 1440

// Samples yields what was measured, with the beginning of the interval that each value is
// for, in order.
type Samples = iter.Seq2[time.Time, float64]

// Query asks for statistics of samples over windows of equal length.
type Query struct {
	// Start and End bound the samples: from Start, rounded down to the minute, up to End
	// and without it.
	Start, End time.Time
	// Period is the length of a window: a multiple of a minute.
	Period time.Duration
	// Unit is the one that the caller asks for. It is repeated in each datapoint.
	Unit types.MetricUnit
	// Statistics are those that datapoints have. At least one is needed.
	Statistics []types.MetricStatistic
}

// Error is a query that CloudWatch refuses, in its words.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

// Check returns an Error if CloudWatch would refuse the query.
func (q Query) Check() error {
	period := int64(q.Period / time.Second)
	switch {
	case period <= 0 || period%60 != 0:
		return &Error{"The parameter Period must be a multiple of 60."}
	case q.Start.Equal(q.End):
		return &Error{"The parameter StartTime must not equal parameter EndTime."}
	case q.Start.After(q.End):
		return &Error{"The parameter StartTime must be less than the parameter EndTime."}
	}
	// Seconds, since a Duration does not hold all the years that a time may be in.
	if n := (q.End.Unix() - q.First().Unix() + period - 1) / period; n > MaxDatapoints {
		return &Error{fmt.Sprintf("You have requested up to %d datapoints, which exceeds the limit of %d. "+
			"You may reduce the datapoints requested by increasing Period, or decreasing the time range.", n, MaxDatapoints)}
	}
	return nil
}

// First is when the first window begins: windows count from the start time, rounded down
// to the minute, and not from the clock (observed in AWS CLI output).
func (q Query) First() time.Time { return q.Start.Truncate(time.Minute) }

// Windows yields the beginning of each window that has samples, in order, with the
// statistics of its samples.
func (q Query) Windows(samples Samples) iter.Seq2[time.Time, Statistics] {
	first := q.First()
	return func(yield func(time.Time, Statistics) bool) {
		var at time.Time
		var sum Statistics
		for moment, value := range samples {
			if window := first.Add(moment.Sub(first).Truncate(q.Period)); !window.Equal(at) {
				if sum.count > 0 && !yield(at, sum) {
					return
				}
				at, sum = window, Statistics{}
			}
			sum.Add(value)
		}
		if sum.count > 0 {
			yield(at, sum)
		}
	}
}

// Datapoints are the windows as the API shows them, with the statistics that were asked
// for. Windows without samples are left out.
func (q Query) Datapoints(samples Samples) []types.MetricDatapoint {
	list := []types.MetricDatapoint{}
	for at, sum := range q.Windows(samples) {
		point := types.MetricDatapoint{Timestamp: &at, Unit: q.Unit}
		for _, statistic := range q.Statistics {
			sum.fill(&point, statistic)
		}
		list = append(list, point)
	}
	return list
}

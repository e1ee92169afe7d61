package metric_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/metric"
)

// every yields a sample of 1 for each interval from one moment up to another.
func every(step time.Duration, from, to time.Time) metric.Samples {
	return func(yield func(time.Time, float64) bool) {
		for at := from; at.Before(to) && yield(at, 1); at = at.Add(step) {
		}
	}
}

// TestDatapoints_countFromTheStartTime has the figures of an answer of AWS: ten points a
// day apart, which begin with the minute of the start time. The minute in which the query
// ends was not over when AWS was asked, so it has no sample.
func TestDatapoints_countFromTheStartTime(t *testing.T) {
	q := metric.Query{
		Start: time.Unix(1570733176, 0), End: time.Unix(1571597176, 0), Period: 24 * time.Hour,
		Unit: types.MetricUnitCount, Statistics: []types.MetricStatistic{types.MetricStatisticSum},
	}
	if err := q.Check(); err != nil {
		t.Fatal(err)
	}
	points := q.Datapoints(every(time.Minute, q.First(), q.End.Truncate(time.Minute)))
	if len(points) != 10 {
		t.Fatalf("got %d datapoints, want 10", len(points))
	}
	for k, p := range points {
		if want := time.Unix(1570733160+int64(k)*86400, 0); !p.Timestamp.Equal(want) || *p.Sum != 1440 || p.Average != nil || p.Unit != types.MetricUnitCount {
			t.Errorf("datapoint %d is %+v, want the sum 1440 at %s", k, p, want)
		}
	}
}

func TestDatapoints_leaveOutWindowsWithoutSamples(t *testing.T) {
	start := time.Unix(1_800_000_000, 0).Truncate(time.Minute)
	q := metric.Query{Start: start, End: start.Add(time.Hour), Period: 5 * time.Minute, Statistics: []types.MetricStatistic{types.MetricStatisticSampleCount}}
	points := q.Datapoints(func(yield func(time.Time, float64) bool) {
		_ = yield(start.Add(time.Minute), 3) && yield(start.Add(31*time.Minute), 4) && yield(start.Add(34*time.Minute), 5)
	})
	var got []string
	for _, p := range points {
		got = append(got, fmt.Sprint(p.Timestamp.Sub(start), " ", *p.SampleCount))
	}
	if diff := cmp.Diff([]string{"0s 1", "30m0s 2"}, got); diff != "" {
		t.Errorf("datapoints (-want +got):\n%s", diff)
	}
	if none := q.Datapoints(every(time.Minute, start, start)); none == nil || len(none) != 0 {
		t.Errorf("without samples: got %v, want an empty list", none)
	}
}

func TestStatistics(t *testing.T) {
	var s metric.Statistics
	if _, ok := s.Of(types.MetricStatisticSum); ok {
		t.Error("statistics of no samples: got a sum, want none")
	}
	for _, v := range []float64{4, -2, 7} {
		s.Add(v)
	}
	for statistic, want := range map[types.MetricStatistic]float64{"Minimum": -2, "Maximum": 7, "Sum": 9, "Average": 3, "SampleCount": 3} {
		if got, ok := s.Of(statistic); !ok || got != want {
			t.Errorf("%s = %v %t, want %v", statistic, got, ok, want)
		}
	}
	if _, ok := s.Of("Median"); ok {
		t.Error("an unknown statistic has a value")
	}
}

func TestQuery_isRefusedInCloudWatchsWords(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	for want, q := range map[string]metric.Query{
		"The parameter Period must be a multiple of 60.":                   {Start: start, End: start.Add(time.Hour), Period: 90 * time.Second},
		"The parameter StartTime must not equal parameter EndTime.":        {Start: start, End: start, Period: time.Minute},
		"The parameter StartTime must be less than the parameter EndTime.": {Start: start, End: start.Add(-1), Period: time.Minute},
		"You have requested up to 1441 datapoints, which exceeds the limit of 1440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.": {Start: start, End: start.Add(1441 * time.Minute), Period: time.Minute},
	} {
		err := q.Check()
		if e, ok := errors.AsType[*metric.Error](err); !ok || e.Message != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	whole := metric.Query{Start: start, End: start.Add(1440 * time.Minute), Period: time.Minute}
	if err := whole.Check(); err != nil {
		t.Errorf("1440 datapoints: %v", err)
	}
	far := metric.Query{Start: time.Time{}, End: time.Unix(1<<40, 0), Period: time.Minute}
	if far.Check() == nil {
		t.Error("a range of more years than a Duration holds was accepted")
	}
}

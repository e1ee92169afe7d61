package compute

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
)

// maxDatapoints is CloudWatch's limit for one request.
const maxDatapoints = 1440

// getInstanceMetricData answers as CloudWatch does: periods begin at the start time,
// those without a sample are left out, and a unit that the metric is not published in
// has no data.
func getInstanceMetricData(c *api.Call, in *lightsail.GetInstanceMetricDataInput) (*lightsail.GetInstanceMetricDataOutput, error) {
	start := in.StartTime.Truncate(time.Minute)
	if err := checkMetricRange(in, start); err != nil {
		return nil, err
	}
	i, err := instance.Load(c.Target(0))
	if err != nil {
		return nil, err
	}
	out := &lightsail.GetInstanceMetricDataOutput{MetricName: in.MetricName, MetricData: []types.MetricDatapoint{}}
	m, known := instance.LookupMetric(in.MetricName)
	if !known || m.Unit != in.Unit {
		return out, nil
	}
	period := time.Duration(*in.Period) * time.Second
	var at time.Time
	var sum statistics
	for moment, value := range i.Samples(m, start, *in.EndTime, c.Now) {
		if bucket := start.Add(moment.Sub(start).Truncate(period)); !bucket.Equal(at) {
			out.MetricData = sum.append(out.MetricData, in, at)
			at, sum = bucket, statistics{}
		}
		sum.add(value)
	}
	out.MetricData = sum.append(out.MetricData, in, at)
	return out, nil
}

// checkMetricRange refuses what CloudWatch refuses, in its words.
func checkMetricRange(in *lightsail.GetInstanceMetricDataInput, start time.Time) error {
	period := int64(*in.Period)
	switch {
	case len(in.Statistics) == 0:
		return api.MissingParameters("statistics")
	case period%60 != 0:
		return api.InvalidInput(api.CodeInvalidParams, "The parameter Period must be a multiple of 60.")
	case in.StartTime.Equal(*in.EndTime):
		return api.InvalidInput(api.CodeInvalidParams, "The parameter StartTime must not equal parameter EndTime.")
	case in.StartTime.After(*in.EndTime):
		return api.InvalidInput(api.CodeInvalidParams, "The parameter StartTime must be less than the parameter EndTime.")
	}
	// Seconds, since a Duration does not hold all the years that a time may be in.
	if n := (in.EndTime.Unix() - start.Unix() + period - 1) / period; n > maxDatapoints {
		return api.InvalidInput(api.CodeInvalidParams, "You have requested up to %d datapoints, which exceeds the limit of %d. "+
			"You may reduce the datapoints requested by increasing Period, or decreasing the time range.", n, maxDatapoints)
	}
	return nil
}

// statistics sums up the samples of one period.
type statistics struct {
	count         int
	sum, min, max float64
}

func (s *statistics) add(value float64) {
	if s.count == 0 {
		s.min, s.max = value, value
	}
	s.count++
	s.sum += value
	s.min, s.max = min(s.min, value), max(s.max, value)
}

// append adds the datapoint of a period, if it has samples, with the statistics that
// were asked for.
func (s *statistics) append(list []types.MetricDatapoint, in *lightsail.GetInstanceMetricDataInput, at time.Time) []types.MetricDatapoint {
	if s.count == 0 {
		return list
	}
	point := types.MetricDatapoint{Timestamp: &at, Unit: in.Unit}
	for _, statistic := range in.Statistics {
		switch statistic {
		case types.MetricStatisticMinimum:
			point.Minimum = new(s.min)
		case types.MetricStatisticMaximum:
			point.Maximum = new(s.max)
		case types.MetricStatisticSum:
			point.Sum = new(s.sum)
		case types.MetricStatisticAverage:
			point.Average = new(s.sum / float64(s.count))
		case types.MetricStatisticSampleCount:
			point.SampleCount = new(float64(s.count))
		}
	}
	return append(list, point)
}

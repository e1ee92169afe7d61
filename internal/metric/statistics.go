package metric

import "github.com/aws/aws-sdk-go-v2/service/lightsail/types"

// Statistics sums up the samples of a window.
type Statistics struct {
	count         int
	sum, min, max float64
}

// Add counts a sample.
func (s *Statistics) Add(value float64) {
	if s.count == 0 {
		s.min, s.max = value, value
	}
	s.count++
	s.sum += value
	s.min, s.max = min(s.min, value), max(s.max, value)
}

// Of returns one statistic; false if there is no sample, or no such statistic.
func (s *Statistics) Of(statistic types.MetricStatistic) (value float64, ok bool) {
	if s.count == 0 {
		return 0, false
	}
	switch statistic {
	case types.MetricStatisticMinimum:
		return s.min, true
	case types.MetricStatisticMaximum:
		return s.max, true
	case types.MetricStatisticSum:
		return s.sum, true
	case types.MetricStatisticAverage:
		return s.sum / float64(s.count), true
	case types.MetricStatisticSampleCount:
		return float64(s.count), true
	}
	return 0, false
}

// fill sets the member of a datapoint that holds a statistic.
func (s *Statistics) fill(point *types.MetricDatapoint, statistic types.MetricStatistic) {
	value, ok := s.Of(statistic)
	if !ok {
		return
	}
	switch statistic {
	case types.MetricStatisticMinimum:
		point.Minimum = &value
	case types.MetricStatisticMaximum:
		point.Maximum = &value
	case types.MetricStatisticSum:
		point.Sum = &value
	case types.MetricStatisticAverage:
		point.Average = &value
	case types.MetricStatisticSampleCount:
		point.SampleCount = &value
	}
}

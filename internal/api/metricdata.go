package api

import (
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// MetricData answers a Get…MetricData action about a metric of the resource of a kind that the action is on, from its
// input's members; period is in seconds. As on CloudWatch, there is no data in a unit that the metric is not
// published in. A query that CloudWatch refuses is an InvalidInputException in its words.
func (c *Call) MetricData(
	kind resource.Kind, name string, start, end *time.Time, period *int32, unit types.MetricUnit, statistics []types.MetricStatistic,
) ([]types.MetricDatapoint, error) {
	q := metric.Query{Start: *start, End: *end, Period: time.Duration(*period) * time.Second, Unit: unit, Statistics: statistics}
	if len(statistics) == 0 {
		return nil, MissingParameters("statistics")
	}
	if refused, ok := errors.AsType[*metric.Error](q.Check()); ok {
		return nil, InvalidParams("%s", refused.Message)
	}
	series, err := c.pipe.o.Metrics.Series(c.Tx, c.Target(kind), name, c.Now)
	if err != nil {
		return nil, err
	}
	return q.Of(series), nil
}

// Metrics say what is measured of resources.
func (c *Call) Metrics() metric.Sources { return c.pipe.o.Metrics }

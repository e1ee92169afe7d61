package api

import (
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// MetricQuery makes the query of a Get…MetricData action from its input's members, or
// returns InvalidInputException in CloudWatch's words. period is in seconds.
func MetricQuery(start, end *time.Time, period *int32, unit types.MetricUnit, statistics []types.MetricStatistic) (metric.Query, error) {
	q := metric.Query{Start: *start, End: *end, Period: time.Duration(*period) * time.Second, Unit: unit, Statistics: statistics}
	if len(statistics) == 0 {
		return q, MissingParameters("statistics")
	}
	if refused, ok := errors.AsType[*metric.Error](q.Check()); ok {
		return q, InvalidParams("%s", refused.Message)
	}
	return q, nil
}

// MetricData answers a query about a metric of the resource of a kind that the action is on, as CloudWatch
// does: there is no data in a unit that the metric is not published in.
func (c *Call) MetricData(kind resource.Kind, name string, q metric.Query) ([]types.MetricDatapoint, error) {
	series, err := c.pipe.o.Metrics.Series(c.Tx, c.Target(kind), name, c.Now)
	if err != nil {
		return nil, err
	}
	return q.Of(series), nil
}

// Metrics say what is measured of resources.
func (c *Call) Metrics() metric.Sources { return c.pipe.o.Metrics }

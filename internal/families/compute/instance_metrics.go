package compute

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func getInstanceMetricData(c *api.Call, in *lightsail.GetInstanceMetricDataInput) (*lightsail.GetInstanceMetricDataOutput, error) {
	data, err := c.MetricData(resource.Instance, string(in.MetricName), in.StartTime, in.EndTime, in.Period, in.Unit, in.Statistics)
	return &lightsail.GetInstanceMetricDataOutput{MetricName: in.MetricName, MetricData: data}, err
}

// instanceSeries is the metric.Source of instances.
func instanceSeries(_ *store.Tx, r *resource.Resource, name string, now time.Time) (metric.Series, error) {
	m, known := instance.LookupMetric(types.InstanceMetricName(name))
	if !known {
		return metric.Series{}, nil
	}
	i := &instance.Instance{}
	err := i.Open(r)
	return metric.Series{Unit: m.Unit, Samples: func(from, to time.Time) metric.Samples { return i.Samples(m, from, to, now) }}, err
}

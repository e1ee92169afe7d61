package compute

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
)

// getInstanceMetricData answers as CloudWatch does: a unit that the metric is not
// published in has no data.
func getInstanceMetricData(c *api.Call, in *lightsail.GetInstanceMetricDataInput) (*lightsail.GetInstanceMetricDataOutput, error) {
	q, err := api.MetricQuery(in.StartTime, in.EndTime, in.Period, in.Unit, in.Statistics)
	if err != nil {
		return nil, err
	}
	i, err := api.Target[instance.Instance](c)
	if err != nil {
		return nil, err
	}
	out := &lightsail.GetInstanceMetricDataOutput{MetricName: in.MetricName, MetricData: []types.MetricDatapoint{}}
	if m, known := instance.LookupMetric(in.MetricName); known && m.Unit == in.Unit {
		out.MetricData = q.Datapoints(i.Samples(m, q.First(), q.End, c.Now))
	}
	return out, nil
}

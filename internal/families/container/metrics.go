package container

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// unit is that of all metrics (API reference). The input has none.
const unit = types.MetricUnitPercent

func getMetricData(c *api.Call, in *lightsail.GetContainerServiceMetricDataInput) (*lightsail.GetContainerServiceMetricDataOutput, error) {
	data, err := c.MetricData(resource.ContainerService, string(in.MetricName), in.StartTime, in.EndTime, in.Period, unit, in.Statistics)
	return &lightsail.GetContainerServiceMetricDataOutput{MetricName: in.MetricName, MetricData: data}, err
}

// series is the metric.Source of container services.
func series(tx *store.Tx, r *resource.Resource, name string, now time.Time) (metric.Series, error) {
	services, err := open(tx, r)
	if err != nil {
		return metric.Series{}, err
	}
	return metric.Series{Unit: unit, Samples: func(from, to time.Time) metric.Samples {
		return services[0].Samples(types.ContainerServiceMetricName(name), from, to, now)
	}}, nil
}

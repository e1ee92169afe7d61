package loadbalancer_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// data is a metric of the load balancer lb from the start of the lab until now, in one datapoint.
func (l *lab) data(metric types.LoadBalancerMetricName, unit types.MetricUnit) []types.MetricDatapoint {
	l.T.Helper()
	return familytest.Do(l.T, l.GetLoadBalancerMetricData, &lightsail.GetLoadBalancerMetricDataInput{
		LoadBalancerName: new("lb"), MetricName: metric, Unit: unit, Period: new(int32(86400)),
		StartTime: new(familytest.Start), EndTime: new(l.Now()),
		Statistics: []types.MetricStatistic{"Minimum", "Maximum", "Sum", "Average", "SampleCount"},
	}).MetricData
}

// TestGetLoadBalancerMetricData_hostsFollowTheInstances has two instances, of which one is stopped for an hour.
func TestGetLoadBalancerMetricData_hostsFollowTheInstances(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.createInstances("web", "db")
	if points := l.data("HealthyHostCount", types.MetricUnitCount); points == nil || len(points) != 0 {
		t.Errorf("hosts of a load balancer without instances: %v, want an empty list", points)
	}
	l.Pass(familytest.Start.Add(2 * time.Hour).Sub(l.Now()))
	l.attach("lb", "web", "db")
	l.Pass(time.Hour)
	familytest.Do(t, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("db")})
	l.Pass(time.Hour)
	point := l.data("HealthyHostCount", types.MetricUnitCount)[0]
	// In the first minute neither was checked yet, and in the second hour one was stopped.
	if *point.SampleCount != 120 || *point.Minimum != 0 || *point.Maximum != 2 || *point.Sum != 59*2+60 {
		t.Errorf("healthy hosts: %v samples from %v to %v, sum %v", *point.SampleCount, *point.Minimum, *point.Maximum, *point.Sum)
	}
	familytest.Do(t, l.PutInstancePublicPorts, &lightsail.PutInstancePublicPortsInput{
		InstanceName: new("web"), PortInfos: []types.PortInfo{{FromPort: 22, ToPort: 22, Protocol: types.NetworkProtocolTcp}},
	})
	if point := l.data("UnhealthyHostCount", types.MetricUnitCount)[0]; *point.Maximum != 1 {
		t.Errorf("unhealthy hosts at a closed port: %v at most, want 1", *point.Maximum)
	}
	l.detach("lb", "web", "db")
	l.Pass(time.Hour)
	if point := l.data("HealthyHostCount", types.MetricUnitCount); len(point) > 0 && *point[0].SampleCount > 120 {
		t.Errorf("%v samples with an hour without instances, want 120 at most", *point[0].SampleCount)
	}
}

// TestGetLoadBalancerMetricData_requests wants the codes of answers to add up, and each request to be one.
func TestGetLoadBalancerMetricData_requests(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.createInstances("web")
	l.attach("lb", "web")
	l.Pass(20 * time.Hour)
	count := func(metric types.LoadBalancerMetricName) float64 {
		points := l.data(metric, types.MetricUnitCount)
		if len(points) == 0 {
			return 0
		}
		if p := points[0]; *p.Minimum != 1 || *p.Maximum != 1 || *p.Average != 1 || *p.Sum != *p.SampleCount {
			t.Errorf("%s: %v from %v to %v in %v samples, want each to be 1", metric, *p.Sum, *p.Minimum, *p.Maximum, *p.SampleCount)
		}
		return *points[0].Sum
	}
	all, coded := count("RequestCount"), 0.0
	for _, metric := range []types.LoadBalancerMetricName{
		"HTTPCode_Instance_2XX_Count", "HTTPCode_Instance_3XX_Count", "HTTPCode_Instance_4XX_Count", "HTTPCode_Instance_5XX_Count",
	} {
		coded += count(metric)
	}
	if all < 100 || coded != all {
		t.Errorf("%v requests with %v codes, want many and as many", all, coded)
	}
	for _, metric := range []types.LoadBalancerMetricName{"HTTPCode_LB_4XX_Count", "RejectedConnectionCount", "ClientTLSNegotiationErrorCount"} {
		if n := count(metric); n != 0 {
			t.Errorf("%s is %v, want nothing", metric, n)
		}
	}
	if p := l.data("InstanceResponseTime", types.MetricUnitSeconds)[0]; *p.SampleCount != all || *p.Average <= 0 || *p.Maximum > 1 {
		t.Errorf("response times: %v samples, average %v", *p.SampleCount, *p.Average)
	}
	if points := l.data("RequestCount", types.MetricUnitSeconds); points == nil || len(points) != 0 {
		t.Errorf("requests in seconds: %v, want an empty list", points)
	}
	familytest.Do(t, l.CloseInstancePublicPorts, &lightsail.CloseInstancePublicPortsInput{
		InstanceName: new("web"), PortInfo: &types.PortInfo{FromPort: 80, ToPort: 80, Protocol: types.NetworkProtocolTcp},
	})
	if n := count("HTTPCode_LB_5XX_Count"); n < all {
		t.Errorf("%v requests were refused without a healthy instance, want %v at least", n, all)
	}
}

// TestPutAlarm_ofALoadBalancer wants an alarm on the number of healthy hosts to go off, and to end with the balancer.
func TestPutAlarm_ofALoadBalancer(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.createInstances("web")
	l.attach("lb", "web")
	l.Pass(time.Hour)
	out := familytest.Do(t, l.PutAlarm, &lightsail.PutAlarmInput{
		AlarmName: new("down"), MonitoredResourceName: new("lb"), MetricName: types.MetricNameHealthyHostCount,
		ComparisonOperator: types.ComparisonOperatorLessThanThreshold, Threshold: new(1.0), EvaluationPeriods: new(int32(1)),
	})
	l.WantOperations(out.Operations, "PutAlarm Alarm down lb Succeeded")
	state := func() types.AlarmState {
		a := familytest.Do(t, l.GetAlarms, &lightsail.GetAlarmsInput{MonitoredResourceName: new("lb")}).Alarms[0]
		if *a.MonitoredResourceInfo.Name != "lb" || a.MonitoredResourceInfo.ResourceType != types.ResourceTypeLoadBalancer || a.Unit != types.MetricUnitCount {
			t.Errorf("the alarm is of %+v in %s", a.MonitoredResourceInfo, a.Unit)
		}
		return a.State
	}
	l.Pass(10 * time.Minute)
	if got := state(); got != types.AlarmStateOk {
		t.Errorf("with a healthy instance the alarm is %s, want OK", got)
	}
	familytest.Do(t, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
	l.Pass(30 * time.Minute)
	if got := state(); got != types.AlarmStateAlarm {
		t.Errorf("with a stopped instance the alarm is %s, want ALARM", got)
	}
	familytest.Do(t, l.DeleteLoadBalancer, &lightsail.DeleteLoadBalancerInput{LoadBalancerName: new("lb")})
	if all := familytest.Do(t, l.GetAlarms, &lightsail.GetAlarmsInput{}).Alarms; len(all) != 0 {
		t.Errorf("alarms after the load balancer was deleted: %v", all)
	}
	_, err := l.PutAlarm(t.Context(), &lightsail.PutAlarmInput{
		AlarmName: new("down"), MonitoredResourceName: new("web"), MetricName: types.MetricNameHealthyHostCount,
		ComparisonOperator: types.ComparisonOperatorLessThanThreshold, Threshold: new(1.0), EvaluationPeriods: new(int32(1)),
	})
	familytest.WantInvalid(t, err, "InvalidParams", "The metric HealthyHostCount is not one that an alarm can monitor of a resource of the type Instance.")
}

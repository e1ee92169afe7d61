//go:build clients

package clients

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func onAlarm(action, name string) record {
	return record{action: action, kind: types.ResourceTypeAlarm, name: name, details: new("web")}
}

// testAlarms goes through the life of an alarm as AWS's CloudFormation provider does: an error says that it is not there.
// Times are AWS's, so that the state of a test is shown for ten seconds.
func testAlarms(t *testing.T, c *lightsail.Client) {
	u := newUser(t, c)
	do(u, u.CreateInstances, &lightsail.CreateInstancesInput{
		InstanceNames: []string{"web"}, AvailabilityZone: new(u.zone()), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
	})
	named := &lightsail.GetAlarmsInput{AlarmName: new("high-cpu")}
	refused(u, u.GetAlarms, named, missing("The Alarm does not exist: high-cpu"))
	in := &lightsail.PutAlarmInput{
		AlarmName: new("high-cpu"), MonitoredResourceName: new("web"), MetricName: types.MetricNameCPUUtilization, Threshold: new(80.0),
		ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold, EvaluationPeriods: new(int32(2)),
		Tags: []types.Tag{{Key: new("team"), Value: new("web")}},
	}
	put := do(u, u.PutAlarm, in)
	u.wantDone(put.Operations, onAlarm("PutAlarm", "high-cpu"))
	want := []types.Alarm{{
		Name: new("high-cpu"), ResourceType: types.ResourceTypeAlarm, ComparisonOperator: in.ComparisonOperator, ContactProtocols: []types.ContactProtocol{},
		DatapointsToAlarm: new(int32(2)), EvaluationPeriods: new(int32(2)), MetricName: in.MetricName, NotificationEnabled: new(true),
		Location:              &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: types.RegionName(u.region)},
		MonitoredResourceInfo: &types.MonitoredResourceInfo{Name: new("web"), ResourceType: types.ResourceTypeInstance},
		NotificationTriggers:  []types.AlarmState{types.AlarmStateAlarm}, Period: new(int32(300)), State: types.AlarmStateInsufficientData,
		Statistic: types.MetricStatisticAverage, Tags: in.Tags, Threshold: in.Threshold, TreatMissingData: types.TreatMissingDataMissing,
		Unit: types.MetricUnitPercent,
	}}
	differs := cmp.Options{
		ignoreUnexported, cmpopts.IgnoreFields(types.Alarm{}, "Arn", "SupportCode", "CreatedAt"), cmpopts.IgnoreFields(types.MonitoredResourceInfo{}, "Arn"),
	}
	if diff := cmp.Diff(want, do(u, u.GetAlarms, named).Alarms, differs); diff != "" {
		t.Errorf("alarms: -want +got\n%s", diff)
	}
	tested := do(u, u.TestAlarm, &lightsail.TestAlarmInput{AlarmName: new("high-cpu"), State: types.AlarmStateAlarm})
	u.wantDone(tested.Operations, onAlarm("TestAlarm", "high-cpu"))
	poll(u, func() types.AlarmState { return do(u, u.GetAlarms, named).Alarms[0].State },
		func(s types.AlarmState) bool { return s == types.AlarmStateInsufficientData })
	in.EvaluationPeriods = new(int32(289))
	refused(u, u.PutAlarm, in, invalid("InvalidParams", "The evaluationPeriods must be from 1 to 288, not 289."))
	deleted := do(u, u.DeleteAlarm, &lightsail.DeleteAlarmInput{AlarmName: new("high-cpu")})
	u.wantDone(deleted.Operations, onAlarm("DeleteAlarm", "high-cpu"))
	refused(u, u.GetAlarms, named, missing("The Alarm does not exist: high-cpu"))
}

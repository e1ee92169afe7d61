package monitoring_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// measured are the points of the last hour of a metric, as the Get…MetricData actions show them.
type measured func(l *familytest.Lab, a types.Alarm) []types.MetricDatapoint

func ofInstance(l *familytest.Lab, a types.Alarm) []types.MetricDatapoint {
	return familytest.Do(l.T, l.GetInstanceMetricData, &lightsail.GetInstanceMetricDataInput{
		InstanceName: a.MonitoredResourceInfo.Name, MetricName: types.InstanceMetricName(a.MetricName), Unit: a.Unit, Period: a.Period,
		StartTime: new(l.Now().Add(-time.Hour)), EndTime: new(l.Now()), Statistics: []types.MetricStatistic{a.Statistic},
	}).MetricData
}

func ofDatabase(l *familytest.Lab, a types.Alarm) []types.MetricDatapoint {
	return familytest.Do(l.T, l.GetRelationalDatabaseMetricData, &lightsail.GetRelationalDatabaseMetricDataInput{
		RelationalDatabaseName: a.MonitoredResourceInfo.Name, MetricName: types.RelationalDatabaseMetricName(a.MetricName), Unit: a.Unit, Period: a.Period,
		StartTime: new(l.Now().Add(-time.Hour)), EndTime: new(l.Now()), Statistics: []types.MetricStatistic{a.Statistic},
	}).MetricData
}

// value is the one statistic of a point.
func value(p types.MetricDatapoint) *float64 {
	for _, v := range []*float64{p.Average, p.Maximum, p.Minimum, p.Sum} {
		if v != nil {
			return v
		}
	}
	return nil
}

// TestPutAlarm_seesThePointsOfGetMetricData puts an alarm on each metric of an instance and a database. If its threshold is the
// newest point, the alarm is in ALARM when a point has to be as high, and OK when it has to be higher.
func TestPutAlarm_seesThePointsOfGetMetricData(t *testing.T) {
	l := newLab(t, lanyardtest.Options{TimeScale: 1e-9}, "web") // an alarm is evaluated at once
	makeDatabase(l, "shop")
	l.Pass(2 * time.Hour)
	for resource, tc := range map[string]struct {
		points  measured
		metrics int
	}{"web": {ofInstance, 15}, "shop": {ofDatabase, 8}} {
		metrics := 0
		for _, metric := range types.MetricName("").Values() {
			in := highCPU("runs", resource)
			in.MetricName, in.EvaluationPeriods = metric, new(int32(1))
			if _, err := l.PutAlarm(t.Context(), in); err != nil {
				familytest.WantInvalid(t, err, "InvalidParams", fmt.Sprintf("The metric %s is not one that an alarm can monitor of a resource of the type %s.", metric,
					map[string]string{"web": "Instance", "shop": "RelationalDatabase"}[resource]))
				continue
			}
			metrics++
			points := tc.points(l, theAlarm(l, "runs"))
			if len(points) != 12 {
				t.Errorf("%s of %s has %d points in an hour, want 12", metric, resource, len(points))
				continue
			}
			in.Threshold = value(points[11])
			for operator, want := range map[types.ComparisonOperator]types.AlarmState{
				types.ComparisonOperatorGreaterThanOrEqualToThreshold: types.AlarmStateAlarm, types.ComparisonOperatorGreaterThanThreshold: types.AlarmStateOk,
			} {
				in.ComparisonOperator = operator
				put(l, in)
				if got := theAlarm(l, "runs").State; got != want {
					t.Errorf("%s of %s, %s its newest point: the state is %s, want %s", metric, resource, operator, got, want)
				}
			}
		}
		if metrics != tc.metrics {
			t.Errorf("%d metrics of %s take alarms, want %d", metrics, resource, tc.metrics)
		}
	}
}

func makeDatabase(l *familytest.Lab, name string) {
	l.T.Helper()
	familytest.Do(l.T, l.CreateRelationalDatabase, &lightsail.CreateRelationalDatabaseInput{
		RelationalDatabaseName: &name, RelationalDatabaseBlueprintId: new("mysql_8_0"), RelationalDatabaseBundleId: new("micro_2_0"),
		MasterDatabaseName: new("main"), MasterUsername: new("chief"),
	})
}

// TestDeleteRelationalDatabase_deletesItsAlarms deletes them with the call, although the deletion takes minutes.
func TestDeleteRelationalDatabase_deletesItsAlarms(t *testing.T) {
	l := newLab(t, lanyardtest.Options{}, "web")
	makeDatabase(l, "shop")
	l.Pass(time.Hour)
	put(l, highCPU("one", "shop"))
	put(l, highCPU("two", "web"))
	familytest.Do(t, l.DeleteRelationalDatabase, &lightsail.DeleteRelationalDatabaseInput{RelationalDatabaseName: new("shop"), SkipFinalSnapshot: new(true)})
	if got := alarmNames(alarmsOf(l, lightsail.GetAlarmsInput{})); len(got) != 1 || got[0] != "two" {
		t.Errorf("alarms after the deletion of a database: %v, want two", got)
	}
	_, err := l.PutAlarm(t.Context(), highCPU("one", "shop")) // the database is deleted for minutes
	familytest.WantFailed(t, err, "You can't monitor this resource right now. The state of this resource is: deleting")
}

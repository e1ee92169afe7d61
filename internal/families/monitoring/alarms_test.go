package monitoring_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// newLab is a lab with the instances of the names, which run since a while.
func newLab(t *testing.T, o lanyardtest.Options, instances ...string) *familytest.Lab {
	t.Helper()
	l := familytest.NewLab(t, o)
	for _, name := range instances {
		familytest.Do(t, l.CreateInstances, &lightsail.CreateInstancesInput{
			InstanceNames: []string{name}, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
		})
	}
	l.Pass(time.Hour)
	return l
}

// highCPU is an alarm of an instance, as most people make it.
func highCPU(name, instance string) *lightsail.PutAlarmInput {
	return &lightsail.PutAlarmInput{
		AlarmName: &name, MonitoredResourceName: &instance, MetricName: types.MetricNameCPUUtilization,
		ComparisonOperator: types.ComparisonOperatorGreaterThanOrEqualToThreshold, Threshold: new(80.0), EvaluationPeriods: new(int32(2)),
	}
}

func put(l *familytest.Lab, in *lightsail.PutAlarmInput) []types.Operation {
	l.T.Helper()
	return familytest.Do(l.T, l.PutAlarm, in).Operations
}

// alarmsOf are the alarms that a call of GetAlarms lists, in all pages.
func alarmsOf(l *familytest.Lab, in lightsail.GetAlarmsInput) (all []types.Alarm) {
	l.T.Helper()
	for {
		out := familytest.Do(l.T, l.GetAlarms, &in)
		if all = append(all, out.Alarms...); out.NextPageToken == nil {
			return all
		}
		in.PageToken = out.NextPageToken
	}
}

// theAlarm is the one alarm of a name.
func theAlarm(l *familytest.Lab, name string) types.Alarm {
	l.T.Helper()
	all := alarmsOf(l, lightsail.GetAlarmsInput{AlarmName: &name})
	if len(all) != 1 {
		l.T.Fatalf("GetAlarms by the name %s: got %d alarms, want 1", name, len(all))
	}
	return all[0]
}

func alarmNames(all []types.Alarm) []string {
	names := []string{}
	for _, a := range all {
		names = append(names, *a.Name)
	}
	return names
}

// arnOf is the ARN of an instance.
func arnOf(l *familytest.Lab, instance string) *string {
	l.T.Helper()
	return familytest.Do(l.T, l.GetInstance, &lightsail.GetInstanceInput{InstanceName: &instance}).Instance.Arn
}

func TestPutAlarm_makesWhatGetAlarmsShows(t *testing.T) {
	l := newLab(t, lanyardtest.Options{}, "web")
	in := highCPU("high-cpu", "web")
	in.Tags = []types.Tag{familytest.Tag("team", "web")}
	l.WantOperations(put(l, in), "PutAlarm Alarm high-cpu web Succeeded")
	want := types.Alarm{
		Name: new("high-cpu"), CreatedAt: new(l.Now()), ResourceType: types.ResourceTypeAlarm,
		Location:              &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: familytest.Region},
		MonitoredResourceInfo: &types.MonitoredResourceInfo{Name: new("web"), ResourceType: types.ResourceTypeInstance, Arn: arnOf(l, "web")},
		ComparisonOperator:    types.ComparisonOperatorGreaterThanOrEqualToThreshold, EvaluationPeriods: new(int32(2)), DatapointsToAlarm: new(int32(2)),
		Period: new(int32(300)), Threshold: new(80.0), TreatMissingData: types.TreatMissingDataMissing, Statistic: types.MetricStatisticAverage,
		MetricName: types.MetricNameCPUUtilization, Unit: types.MetricUnitPercent, State: types.AlarmStateInsufficientData,
		ContactProtocols: []types.ContactProtocol{}, NotificationTriggers: []types.AlarmState{types.AlarmStateAlarm},
		NotificationEnabled: new(true), Tags: []types.Tag{familytest.Tag("team", "web")},
	}
	differs := cmpopts.IgnoreFields(types.Alarm{}, "Arn", "SupportCode")
	got := theAlarm(l, "high-cpu")
	if diff := cmp.Diff(want, got, differs, familytest.Plain); diff != "" {
		t.Errorf("GetAlarms (-want +got):\n%s", diff)
	}
	if form := `^arn:aws:lightsail:us-east-1:` + l.Server.AccountID + `:Alarm/[0-9a-f-]{36}$`; !regexp.MustCompile(form).MatchString(*got.Arn) {
		t.Errorf("the ARN is %s, want %s", *got.Arn, form)
	}
	l.Server.Restart(t)
	if diff := cmp.Diff(got, theAlarm(l, "high-cpu"), familytest.Plain); diff != "" {
		t.Errorf("GetAlarms after a restart (-before +after):\n%s", diff)
	}
}

// TestPutAlarm_replacesTheWholeConfiguration puts an alarm with every member, and then one with the required ones
// only, on another instance: what is left out has its default again, and all else of the alarm stays.
func TestPutAlarm_replacesTheWholeConfiguration(t *testing.T) {
	l := newLab(t, lanyardtest.Options{}, "web", "db")
	whole := &lightsail.PutAlarmInput{
		AlarmName: new("out"), MonitoredResourceName: new("web"), MetricName: types.MetricNameNetworkOut,
		ComparisonOperator: types.ComparisonOperatorLessThanThreshold, Threshold: new(1.5), EvaluationPeriods: new(int32(288)),
		DatapointsToAlarm: new(int32(3)), TreatMissingData: types.TreatMissingDataIgnore, NotificationEnabled: new(false),
		ContactProtocols:     []types.ContactProtocol{"SMS", "Email", "SMS"},
		NotificationTriggers: []types.AlarmState{"OK", "ALARM", "INSUFFICIENT_DATA", "OK"}, Tags: []types.Tag{familytest.Tag("team", "web")},
	}
	put(l, whole)
	first := theAlarm(l, "out")
	if got := fmt.Sprintln(*first.DatapointsToAlarm, first.TreatMissingData, *first.NotificationEnabled, first.ContactProtocols, first.NotificationTriggers, first.Statistic, first.Unit); got !=
		"3 ignore false [SMS Email] [OK ALARM INSUFFICIENT_DATA] Sum Bytes\n" {
		t.Errorf("the alarm with all members is %s", got)
	}
	l.Pass(time.Second)
	in := highCPU("out", "db")
	in.Tags = []types.Tag{familytest.Tag("team", "db")} // for new alarms only
	l.WantOperations(put(l, in), "PutAlarm Alarm out db Succeeded")
	second := theAlarm(l, "out")
	if got := fmt.Sprintln(second.MetricName, *second.DatapointsToAlarm, second.TreatMissingData, *second.NotificationEnabled, second.ContactProtocols, second.NotificationTriggers,
		*second.MonitoredResourceInfo.Name); got != "CPUUtilization 2 missing true [] [ALARM] db\n" {
		t.Errorf("the replaced alarm is %s", got)
	}
	kept := func(a types.Alarm) string {
		return fmt.Sprint(*a.Arn, *a.CreatedAt, *a.SupportCode, a.State, *a.Tags[0].Value)
	}
	if kept(first) != kept(second) {
		t.Errorf("what stays of an alarm is %s, want %s", kept(second), kept(first))
	}
	if got := alarmsOf(l, lightsail.GetAlarmsInput{MonitoredResourceName: new("web")}); len(got) > 0 {
		t.Errorf("the former instance still has the alarms %v", alarmNames(got))
	}
}

// TestPutAlarm_twoPerMetric fills a metric of an instance. Another metric and another instance have room, and so has the metric
// for an alarm that it has already.
func TestPutAlarm_twoPerMetric(t *testing.T) {
	l := newLab(t, lanyardtest.Options{}, "web", "db")
	put(l, highCPU("one", "web"))
	put(l, highCPU("two", "web"))
	third := highCPU("three", "web")
	_, err := l.PutAlarm(t.Context(), third)
	familytest.WantInvalid(t, err, "LimitExceeded", "You can configure up to two alarms per metric. The metric CPUUtilization of web has two.")
	put(l, highCPU("two", "web"))
	put(l, highCPU("three", "db"))
	_, err = l.PutAlarm(t.Context(), third) // from one instance to the other
	familytest.WantInvalid(t, err, "LimitExceeded", "You can configure up to two alarms per metric. The metric CPUUtilization of web has two.")
	third.MetricName = types.MetricNameNetworkIn
	put(l, third)
	familytest.Do(t, l.DeleteAlarm, &lightsail.DeleteAlarmInput{AlarmName: new("one")})
	put(l, highCPU("three", "web"))
}

func TestPutAlarm_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{}, "web")
	change := func(change func(*lightsail.PutAlarmInput)) error {
		in := highCPU("high-cpu", "web")
		change(in)
		_, err := l.PutAlarm(t.Context(), in)
		return err
	}
	for want, err := range map[string]error{
		"The evaluationPeriods must be from 1 to 288, not 0.":                      change(func(in *lightsail.PutAlarmInput) { in.EvaluationPeriods = new(int32(0)) }),
		"The evaluationPeriods must be from 1 to 288, not 289.":                    change(func(in *lightsail.PutAlarmInput) { in.EvaluationPeriods = new(int32(289)) }),
		"The datapointsToAlarm must be from 1 to the evaluationPeriods, 2, not 3.": change(func(in *lightsail.PutAlarmInput) { in.DatapointsToAlarm = new(int32(3)) }),
		"The datapointsToAlarm must be from 1 to the evaluationPeriods, 2, not 0.": change(func(in *lightsail.PutAlarmInput) { in.DatapointsToAlarm = new(int32(0)) }),
		"The notificationTriggers must include ALARM.":                             change(func(in *lightsail.PutAlarmInput) { in.NotificationTriggers = []types.AlarmState{"OK"} }),
		"The metric RequestCount is not one that an alarm can monitor of a resource of the type Instance.": change(func(in *lightsail.PutAlarmInput) {
			in.MetricName = types.MetricNameRequestCount
		}),
	} {
		familytest.WantInvalid(t, err, "InvalidParams", want)
	}
	familytest.WantNotFound(t, change(func(in *lightsail.PutAlarmInput) { in.MonitoredResourceName = new("none") }), "The resource does not exist: none")
	familytest.WantInvalid(t, change(func(in *lightsail.PutAlarmInput) { in.AlarmName = new("web") }), "NameExists", "Some names are already in use: web")
	_, err := l.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("none")})
	familytest.NoError(t, err)
	familytest.WantNotFound(t, change(func(in *lightsail.PutAlarmInput) { in.MonitoredResourceName = new("none") }), "The resource does not exist: none")
	if got := alarmsOf(l, lightsail.GetAlarmsInput{}); len(got) > 0 {
		t.Errorf("refused calls left the alarms %v", alarmNames(got))
	}
	put(l, highCPU("high-cpu", "web"))
	_, err = l.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("high-cpu")})
	familytest.WantInvalid(t, err, "NameExists", "Some names are already in use: high-cpu")
}

// TestGetAlarms_selects lists alarms of two instances in pages of two.
func TestGetAlarms_selects(t *testing.T) {
	l := newLab(t, lanyardtest.Options{PageSize: 2}, "web", "db")
	for i, metric := range []types.MetricName{"NetworkIn", "NetworkOut", "CPUUtilization", "DiskReadOps", "DiskWriteOps"} {
		in := highCPU(fmt.Sprint("a", i), "web")
		if in.MetricName = metric; i == 2 {
			in.MonitoredResourceName = new("db")
		}
		put(l, in)
	}
	for _, tc := range []struct {
		in   lightsail.GetAlarmsInput
		want []string
	}{
		{lightsail.GetAlarmsInput{}, []string{"a0", "a1", "a2", "a3", "a4"}},
		{lightsail.GetAlarmsInput{MonitoredResourceName: new("web")}, []string{"a0", "a1", "a3", "a4"}},
		{lightsail.GetAlarmsInput{MonitoredResourceName: new("db")}, []string{"a2"}},
		{lightsail.GetAlarmsInput{MonitoredResourceName: new("none")}, []string{}},
		{lightsail.GetAlarmsInput{AlarmName: new("a3")}, []string{"a3"}},
		{lightsail.GetAlarmsInput{AlarmName: new("a3"), MonitoredResourceName: new("web")}, []string{"a3"}},
		{lightsail.GetAlarmsInput{AlarmName: new("a3"), MonitoredResourceName: new("db")}, []string{}},
		{lightsail.GetAlarmsInput{AlarmName: new("a3"), MonitoredResourceName: new("none")}, []string{}},
	} {
		if diff := cmp.Diff(tc.want, alarmNames(alarmsOf(l, tc.in))); diff != "" {
			t.Errorf("alarms of %+v (-want +got):\n%s", tc.in, diff)
		}
	}
	_, err := l.GetAlarms(t.Context(), &lightsail.GetAlarmsInput{AlarmName: new("none")})
	familytest.WantNotFound(t, err, "The Alarm does not exist: none")
	first := familytest.Do(t, l.GetAlarms, &lightsail.GetAlarmsInput{MonitoredResourceName: new("web")})
	_, err = l.GetAlarms(t.Context(), &lightsail.GetAlarmsInput{PageToken: first.NextPageToken})
	familytest.WantInvalid(t, err, "InvalidParams", "The page token is not valid.")
}

func TestDeleteAlarm(t *testing.T) {
	l := newLab(t, lanyardtest.Options{}, "web")
	put(l, highCPU("high-cpu", "web"))
	remove := func() (*lightsail.DeleteAlarmOutput, error) {
		return l.DeleteAlarm(t.Context(), &lightsail.DeleteAlarmInput{AlarmName: new("high-cpu")})
	}
	out, err := remove()
	familytest.NoError(t, err)
	l.WantOperations(out.Operations, "DeleteAlarm Alarm high-cpu web Succeeded")
	_, err = remove()
	familytest.WantNotFound(t, err, "The Alarm does not exist: high-cpu")
	if got := alarmsOf(l, lightsail.GetAlarmsInput{}); len(got) > 0 {
		t.Errorf("after the deletion there are the alarms %v", alarmNames(got))
	}
}

// TestDeleteInstance_deletesItsAlarms leaves those of other instances. The names are free after that.
func TestDeleteInstance_deletesItsAlarms(t *testing.T) {
	l := newLab(t, lanyardtest.Options{}, "web", "db")
	put(l, highCPU("one", "web"))
	put(l, highCPU("two", "web"))
	put(l, highCPU("three", "db"))
	out := familytest.Do(t, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("web")})
	l.WantOperations(out.Operations, "DeleteInstance Instance web - Succeeded")
	if diff := cmp.Diff([]string{"three"}, alarmNames(alarmsOf(l, lightsail.GetAlarmsInput{}))); diff != "" {
		t.Errorf("alarms after the deletion of an instance (-want +got):\n%s", diff)
	}
	put(l, highCPU("one", "db"))
	names := familytest.Do(t, l.GetActiveNames, &lightsail.GetActiveNamesInput{}).ActiveNames
	if want := []string{"db", "deploy", "one", "three"}; !slices.Equal(names, want) {
		t.Errorf("active names are %v, want %v", names, want)
	}
}

// TestTestAlarm_showsAStateForAWhile tests each state of an alarm.
func TestTestAlarm_showsAStateForAWhile(t *testing.T) {
	l := newLab(t, lanyardtest.Options{}, "web")
	put(l, highCPU("high-cpu", "web"))
	_, err := l.TestAlarm(t.Context(), &lightsail.TestAlarmInput{AlarmName: new("none"), State: types.AlarmStateOk})
	familytest.WantNotFound(t, err, "The Alarm does not exist: none")
	before := theAlarm(l, "high-cpu").State
	for _, state := range types.AlarmState("").Values() {
		out := familytest.Do(t, l.TestAlarm, &lightsail.TestAlarmInput{AlarmName: new("high-cpu"), State: state})
		l.WantOperations(out.Operations, "TestAlarm Alarm high-cpu web Succeeded")
		l.Pass(9 * time.Second)
		if got := theAlarm(l, "high-cpu").State; got != state {
			t.Errorf("after 9 s of the test the state is %s, want %s", got, state)
		}
		l.Pass(time.Second)
		if got := theAlarm(l, "high-cpu").State; got != before {
			t.Errorf("after the test the state is %s, want %s", got, before)
		}
	}
}

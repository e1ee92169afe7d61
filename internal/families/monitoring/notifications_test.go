package monitoring_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
	"github.com/lanyard-cloud/lanyard/test/mailtest"
)

// awaitMails waits until the folder has so many mails of each subject, and wants no others but the one that asks for a confirmation.
func awaitMails(l *familytest.Lab, want map[string]int) {
	l.T.Helper()
	var got map[string]int
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		got = mailtest.Count(mailtest.Read(l.T, l.Server.Mailbox()))
		delete(got, mailtest.Confirmation)
		if cmp.Equal(want, got) {
			return
		}
	}
	l.T.Fatalf("mails (-want +got):\n%s", cmp.Diff(want, got))
}

// confirm makes an e-mail address valid, as a person does.
func confirm(l *familytest.Lab, address string) {
	l.T.Helper()
	create(l, types.ContactProtocolEmail, address)
	var mails []mailtest.Mail
	for deadline := time.Now().Add(time.Minute); len(mails) == 0; time.Sleep(20 * time.Millisecond) {
		if mails = mailtest.Read(l.T, l.Server.Mailbox()); time.Now().After(deadline) {
			l.T.Fatal("no mail asks for a confirmation")
		}
	}
	mailtest.Confirm(l.T, mailtest.Link(l.T, mails[0]))
	wantStates(l, "Email "+address+" Valid")
}

// runsAlarm is an alarm of an instance that is in ALARM while it runs, and notifies of all states.
func runsAlarm(instance string) *lightsail.PutAlarmInput {
	return &lightsail.PutAlarmInput{
		AlarmName: new("runs"), MonitoredResourceName: &instance, MetricName: types.MetricNameStatusCheckFailed,
		ComparisonOperator: types.ComparisonOperatorLessThanOrEqualToThreshold, Threshold: new(0.0), EvaluationPeriods: new(int32(1)),
		ContactProtocols: []types.ContactProtocol{types.ContactProtocolEmail}, NotificationTriggers: types.AlarmState("").Values(),
	}
}

// TestPutAlarm_mailsEachChange moves the clock of a whole server, which is restarted after each change. There is a mail for each
// change of state, and no other.
func TestPutAlarm_mailsEachChange(t *testing.T) {
	l := newLab(t, lanyardtest.Options{}, "web")
	confirm(l, "ops@example.com")
	put(l, runsAlarm("web"))
	want := map[string]int{}
	pass := func(subject string, state types.AlarmState) {
		t.Helper()
		want[subject]++
		l.Pass(30 * time.Minute)
		if got := theAlarm(l, "runs").State; got != state {
			t.Errorf("the state is %s, want %s", got, state)
		}
		awaitMails(l, want)
		l.Server.Restart(t)
		l.Pass(10 * time.Minute)
		awaitMails(l, want)
	}
	pass(`ALARM: "runs" in Virginia`, types.AlarmStateAlarm)
	familytest.Do(t, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
	pass(`INSUFFICIENT_DATA: "runs" in Virginia`, types.AlarmStateInsufficientData)
	familytest.Do(t, l.StartInstance, &lightsail.StartInstanceInput{InstanceName: new("web")})
	pass(`ALARM: "runs" in Virginia`, types.AlarmStateAlarm)
	notBreaching := runsAlarm("web")
	notBreaching.TreatMissingData = types.TreatMissingDataNotBreaching
	put(l, notBreaching)
	familytest.Do(t, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
	pass(`OK: "runs" in Virginia`, types.AlarmStateOk)
	familytest.Do(t, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("web")})
	l.Pass(24 * time.Hour)
	l.Server.Restart(t)
	awaitMails(l, want)
	form := regexp.MustCompile(`Resource: web \(Instance\)\r?\nMetric: StatusCheckFailed .*\r?\nState: ALARM -> INSUFFICIENT_DATA\r?\nReason: .*\r?\nTime: 2026-11-22 `)
	mails := mailtest.Read(t, l.Server.Mailbox())
	if !slices.ContainsFunc(mails, func(m mailtest.Mail) bool { return form.MatchString(m.Text) }) {
		t.Errorf("no mail has the text %s:\n%+v", form, mails)
	}
}

// TestTestAlarm_mailsAtOnce has a server on which nothing takes time: the test is over as soon as it begins.
func TestTestAlarm_mailsAtOnce(t *testing.T) {
	l := newLab(t, lanyardtest.Options{TimeScale: 1e-9}, "web")
	confirm(l, "ops@example.com")
	put(l, runsAlarm("web"))
	if got := theAlarm(l, "runs").State; got != types.AlarmStateAlarm {
		t.Errorf("right after PutAlarm the state is %s, want ALARM: the metric has points", got)
	}
	familytest.Do(t, l.TestAlarm, &lightsail.TestAlarmInput{AlarmName: new("runs"), State: types.AlarmStateOk})
	awaitMails(l, map[string]int{`ALARM: "runs" in Virginia`: 2, `OK: "runs" in Virginia`: 1})
}

//go:build postgres

package replicas

import (
	"context"
	"maps"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
	"github.com/lanyard-cloud/lanyard/test/mailtest"
)

// mailFolders are those of replicas: each has its own.
type mailFolders []string

// read reads the mails of all.
func (folders mailFolders) read(t *testing.T) (all []mailtest.Mail) {
	t.Helper()
	for _, folder := range folders {
		all = append(all, mailtest.Read(t, folder)...)
	}
	return all
}

// await waits until there are so many mails of each subject, and wants no others.
func (folders mailFolders) await(t *testing.T, want map[string]int) {
	t.Helper()
	var got map[string]int
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if got = mailtest.Count(folders.read(t)); maps.Equal(want, got) {
			return
		}
	}
	t.Fatalf("mails: got %v, want %v", got, want)
}

// The subjects of mails about the alarm.
const (
	alarmMail = `ALARM: "runs" in Virginia`
	okMail    = `OK: "runs" in Virginia`
)

// movable are replicas of one store whose clocks the test moves.
type movable struct {
	t      *testing.T
	o      server.Options
	begun  time.Time
	passed atomic.Int64
	mailed mailFolders
	newDir func() string
}

func (m *movable) start() (r *replica, stop func()) {
	m.t.Helper()
	o := m.o
	o.DataDir, o.Clock = m.newDir(), func() time.Time { return m.begun.Add(time.Duration(m.passed.Load())) }
	s, stop := servertest.Start(m.t, o)
	m.mailed = append(m.mailed, s.Mailbox())
	return &replica{s, o}, stop
}

// pass moves the clock of all replicas by half an hour.
func (m *movable) pass() { m.passed.Add(int64(30 * time.Minute)) }

// confirm makes an e-mail address valid, as a person does.
func (m *movable) confirm(c *lightsail.Client) {
	m.t.Helper()
	must(m.t, c.CreateContactMethod, &lightsail.CreateContactMethodInput{Protocol: types.ContactProtocolEmail, ContactEndpoint: new("ops@example.com")})
	m.mailed.await(m.t, map[string]int{mailtest.Confirmation: 1})
	mailtest.Confirm(m.t, mailtest.Link(m.t, m.mailed.read(m.t)[0]))
}

// must makes a call that must succeed.
func must[I, O any](t *testing.T, call func(context.Context, *I, ...func(*lightsail.Options)) (*O, error), in *I) {
	t.Helper()
	if _, err := call(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

// TestPutAlarm_onTwoReplicas moves the clock of two replicas, of which the older one ends after each change and a new one begins: each
// change of state is mailed once, by one of them.
func TestPutAlarm_onTwoReplicas(t *testing.T) {
	m := &movable{t: t, o: options(t, newDSN(t), newKey(t)), begun: time.Now(), newDir: t.TempDir}
	_, stopOlder := m.start()
	newer, stopNewer := m.start()
	c := newer.client()
	m.confirm(c)
	must(t, c.CreateInstances, &lightsail.CreateInstancesInput{
		InstanceNames: []string{"web"}, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
	})
	m.pass()
	must(t, c.PutAlarm, &lightsail.PutAlarmInput{
		AlarmName: new("runs"), MonitoredResourceName: new("web"), MetricName: types.MetricNameStatusCheckFailed, Threshold: new(0.0),
		EvaluationPeriods: new(int32(1)), ComparisonOperator: types.ComparisonOperatorLessThanOrEqualToThreshold,
		TreatMissingData: types.TreatMissingDataNotBreaching, ContactProtocols: []types.ContactProtocol{types.ContactProtocolEmail},
		NotificationTriggers: types.AlarmState("").Values(),
	})
	want := map[string]int{mailtest.Confirmation: 1}
	for n, change := range []string{alarmMail, okMail, alarmMail, okMail} {
		switch {
		case change == okMail:
			must(t, c.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
		case n > 0:
			must(t, c.StartInstance, &lightsail.StartInstanceInput{InstanceName: new("web")})
		}
		m.pass()
		want[change]++
		m.mailed.await(t, want)
		stopOlder()
		stopOlder = stopNewer
		newer, stopNewer = m.start()
		c = newer.client()
	}
	stopOlder()
	stopNewer()
	m.mailed.await(t, want)
}

package alarm_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestRuntime_notifiesOfEachChange moves the clock in small steps and in large ones, over a stop and a start of the instance.
func TestRuntime_notifiesOfEachChange(t *testing.T) {
	for name, step := range map[string]time.Duration{"a minute": time.Minute, "half an hour": 30 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.put(runs(types.TreatMissingDataMissing))
			e := w.evaluator(false)
			defer e.Close()
			id := w.id()
			pass := func(want ...string) {
				t.Helper()
				for passed := time.Duration(0); passed < 30*time.Minute; passed += step {
					w.Pass(step)
					e.Reconcile(id)
				}
				w.wantMails(want...)
			}
			w.wantMails()
			pass(mailAlarm)
			w.stop()
			pass(mailAlarm, mailInsufficient)
			pass(mailAlarm, mailInsufficient)
			w.start()
			pass(mailAlarm, mailInsufficient, mailAlarm)
			notBreaching := runs(types.TreatMissingDataNotBreaching)
			w.put(notBreaching)
			w.stop()
			pass(mailAlarm, mailInsufficient, mailAlarm, mailOK)
			if got := w.state(); got != types.AlarmStateOk {
				t.Errorf("GetAlarms shows %s, want OK", got)
			}
		})
	}
}

// TestRuntime_sendsNothingElse has everything that keeps an alarm from sending a mail.
func TestRuntime_sendsNothingElse(t *testing.T) {
	for name, prepare := range map[string]func(*world, *lightsail.PutAlarmInput){
		"notifications are off":  func(_ *world, in *lightsail.PutAlarmInput) { in.NotificationEnabled = new(false) },
		"no protocol":            func(_ *world, in *lightsail.PutAlarmInput) { in.ContactProtocols = nil },
		"another protocol":       func(_ *world, in *lightsail.PutAlarmInput) { in.ContactProtocols = []types.ContactProtocol{"SMS"} },
		"the address is deleted": func(w *world, _ *lightsail.PutAlarmInput) { w.deleteContact() },
		"the address is new":     func(w *world, _ *lightsail.PutAlarmInput) { w.addContact("Email", "other@example.com") },
		"the state is no trigger": func(w *world, in *lightsail.PutAlarmInput) {
			in.NotificationTriggers = []types.AlarmState{types.AlarmStateAlarm}
			w.stop()
			w.Pass(time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			in := runs(types.TreatMissingDataNotBreaching)
			w.addContact("SMS", "+15555550100")
			prepare(w, in)
			w.put(in)
			e := w.evaluator(false)
			defer e.Close()
			before := w.state()
			w.Pass(30 * time.Minute)
			e.Reconcile(w.id())
			if got := w.state(); got == before {
				t.Errorf("the state is %s as before: that proves nothing", got)
			}
			if w.addContact("Email", "ops@example.com"); len(w.subjects()) > 0 {
				t.Errorf("there are the mails %q, want none", w.subjects())
			}
		})
	}
}

func (w *world) deleteContact() {
	w.t.Helper()
	familytest.Do(w.t, w.DeleteContactMethod, &lightsail.DeleteContactMethodInput{Protocol: types.ContactProtocolEmail})
}

// changeState has the alarm of the tests change its state, to ALARM and to OK by turns, and returns the subject of the mail about that.
func (w *world) changeState(turn int) string {
	w.t.Helper()
	subject, change := mailAlarm, w.start
	if turn%2 == 1 {
		subject, change = mailOK, w.stop
	}
	if turn > 0 { // at first the instance runs
		change()
	}
	w.Pass(30 * time.Minute)
	return subject
}

// TestRuntime_sendsNothingTwiceOverARestart restarts the evaluator after each change, once with the evaluation before the end and once with
// the evaluation after the beginning.
func TestRuntime_sendsNothingTwiceOverARestart(t *testing.T) {
	w := newWorld(t)
	w.put(runs(types.TreatMissingDataNotBreaching))
	want := []string{}
	for n := range 6 {
		want = append(want, w.changeState(n))
		for range 3 {
			stop := w.run(false)
			w.eventually("the change", func() bool { return slices.Equal(w.subjects(), want) })
			stop()
		}
	}
	w.wantMails(want...)
}

// TestRuntime_onTwoServersNotifiesOnce has two evaluators of one store, of which now one and now the other ends.
func TestRuntime_onTwoServersNotifiesOnce(t *testing.T) {
	w := newWorld(t)
	w.put(runs(types.TreatMissingDataNotBreaching))
	stops := []func(){w.run(true), w.run(true)}
	want := []string{}
	for n := range 4 {
		want = append(want, w.changeState(n))
		w.eventually("the change", func() bool { return len(w.subjects()) >= len(want) })
		stops[n%2]()
		stops[n%2] = w.run(true)
	}
	for _, stop := range stops {
		stop()
	}
	w.wantMails(want...)
}

// TestTestAlarm_notifies tests an alarm that is in the tested state already, and one that returns to another state after that.
func TestTestAlarm_notifies(t *testing.T) {
	w := newWorld(t)
	w.put(runs(types.TreatMissingDataMissing))
	e := w.evaluator(false)
	defer e.Close()
	w.Pass(30 * time.Minute)
	e.Reconcile(w.id())
	try := func(state types.AlarmState, want ...string) {
		t.Helper()
		familytest.Do(t, w.TestAlarm, &lightsail.TestAlarmInput{AlarmName: new("runs"), State: state})
		w.Pass(11 * time.Second)
		e.Reconcile(w.id())
		w.wantMails(append([]string{mailAlarm}, want...)...)
	}
	try(types.AlarmStateAlarm, mailAlarm)
	try(types.AlarmStateOk, mailAlarm, mailOK, mailAlarm)
	last := w.mails()[3]
	if !strings.Contains(last.Text, "State: OK -> ALARM\nReason: The test of the alarm is over.\n") {
		t.Errorf("the mail after the test is\n%s", last.Text)
	}
}

// TestRuntime_storesLittle counts the writes of an alarm whose state does not change in a day.
func TestRuntime_storesLittle(t *testing.T) {
	w := newWorld(t)
	w.put(runs(types.TreatMissingDataMissing))
	e := w.evaluator(false)
	defer e.Close()
	id := w.id()
	writes, revision := 0, int64(0)
	for range 24 * 12 {
		w.Pass(5 * time.Minute)
		e.Reconcile(id)
		familytest.NoError(t, w.DB.View(t.Context(), func(tx *store.Tx) error {
			all, err := tx.Revisions(resource.Alarm)
			if err == nil && all[0].Revision != revision {
				writes, revision = writes+1, all[0].Revision
			}
			return err
		}))
	}
	if writes > 26 {
		t.Errorf("a day took %d writes, want one each hour, one for the change and one for PutAlarm", writes)
	}
	w.wantMails(mailAlarm)
}

// TestRuntime_clockPutBack puts the clock back by a day: the alarm is evaluated again from then on.
func TestRuntime_clockPutBack(t *testing.T) {
	w := newWorld(t)
	w.put(runs(types.TreatMissingDataMissing))
	e := w.evaluator(false)
	defer e.Close()
	w.Pass(30 * time.Minute)
	e.Reconcile(w.id())
	w.Pass(-24 * time.Hour)
	e.Reconcile(w.id())
	w.wantMails(mailAlarm)
	w.Pass(5 * time.Minute) // the instance does not exist yet
	e.Reconcile(w.id())
	w.wantMails(mailAlarm, mailInsufficient)
}

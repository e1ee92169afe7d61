package alarm_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/contactmethod"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	alarmruntime "github.com/lanyard-cloud/lanyard/internal/runtime/alarm"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// newDSN names a new database of the kind that the tests run on. Nil means an SQLite file.
var newDSN func(testing.TB) string

// account is the one of the tests.
const account = "111122223333"

// world is an account with an instance "web" that runs, and a valid e-mail address. Evaluators are started by the test.
type world struct {
	*familytest.Walk
	familytest.Tenant
	t *testing.T
}

func newWorld(t *testing.T) *world {
	t.Helper()
	walk := familytest.NewWalk(t, familytest.WalkOptions{Accounts: []string{account}, Regions: []string{familytest.Region}, TimeScale: 1, NewDSN: newDSN})
	w := &world{walk, walk.Tenants[0], t}
	w.makeInstance("web")
	w.addContact(types.ContactProtocolEmail, "ops@example.com")
	w.confirm()
	w.Pass(time.Hour)
	return w
}

func (w *world) makeInstance(name string) {
	w.t.Helper()
	familytest.Do(w.t, w.CreateInstances, &lightsail.CreateInstancesInput{
		InstanceNames: []string{name}, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
	})
}

func (w *world) addContact(protocol types.ContactProtocol, endpoint string) {
	w.t.Helper()
	familytest.Do(w.t, w.CreateContactMethod, &lightsail.CreateContactMethodInput{Protocol: protocol, ContactEndpoint: &endpoint})
}

// change writes into the store.
func (w *world) change(fn func(tx *store.Tx) error) {
	w.t.Helper()
	familytest.NoError(w.t, w.DB.Update(w.t.Context(), func(tx *store.Tx) error {
		tx.SetNow(w.Now())
		return fn(tx)
	}))
}

// email opens the e-mail address.
func email(tx *store.Tx) (*contactmethod.ContactMethod, error) {
	r, err := tx.ResourceIn(account, familytest.Region, resource.ContactMethod.Space(), string(types.ContactProtocolEmail))
	if err != nil {
		return nil, err
	}
	m := &contactmethod.ContactMethod{}
	return m, m.Open(r)
}

// confirm makes the e-mail address valid.
func (w *world) confirm() {
	w.t.Helper()
	w.change(func(tx *store.Tx) error {
		m, err := email(tx)
		if err != nil {
			return err
		}
		m.Priv.Plan = resource.Plan{{At: w.Now(), State: string(types.ContactMethodStatusValid)}}
		if err := m.Pack(); err != nil {
			return err
		}
		return tx.UpdateResource(m.Resource)
	})
}

// mails are the notifications that are queued, the oldest first.
func (w *world) mails() (all []contactmethod.Mail) {
	w.t.Helper()
	familytest.NoError(w.t, w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		tx.SetNow(w.Now())
		m, err := email(tx)
		if err != nil {
			return err
		}
		entries, err := tx.Entries(m.Resource.ID, contactmethod.Mails, store.EntryPage{OldestFirst: true, Limit: 1000})
		for _, e := range entries {
			mail, err := contactmethod.OpenMail(e)
			if err != nil {
				return err
			}
			if mail.Verification == 0 {
				all = append(all, *mail)
			}
		}
		return err
	}))
	return all
}

func (w *world) subjects() []string {
	w.t.Helper()
	list := []string{}
	for _, mail := range w.mails() {
		list = append(list, mail.Subject)
	}
	return list
}

func (w *world) wantMails(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), w.subjects()); diff != "" {
		w.t.Errorf("mails (-want +got):\n%s", diff)
	}
}

// The subjects of mails about the alarm of the tests.
const (
	mailAlarm        = `ALARM: "runs" in Virginia`
	mailOK           = `OK: "runs" in Virginia`
	mailInsufficient = `INSUFFICIENT_DATA: "runs" in Virginia`
)

// runs is an alarm of the instance "web" that is in ALARM while it runs, and notifies of all states.
func runs(treat types.TreatMissingData) *lightsail.PutAlarmInput {
	return &lightsail.PutAlarmInput{
		AlarmName: new("runs"), MonitoredResourceName: new("web"), MetricName: types.MetricNameStatusCheckFailed,
		ComparisonOperator: types.ComparisonOperatorLessThanOrEqualToThreshold, Threshold: new(0.0), EvaluationPeriods: new(int32(1)),
		TreatMissingData: treat, ContactProtocols: types.ContactProtocol("").Values(), NotificationTriggers: types.AlarmState("").Values(),
	}
}

func (w *world) put(in *lightsail.PutAlarmInput) {
	w.t.Helper()
	familytest.Do(w.t, w.PutAlarm, in)
}

func (w *world) stop() {
	w.t.Helper()
	familytest.Do(w.t, w.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
}

func (w *world) start() {
	w.t.Helper()
	familytest.Do(w.t, w.StartInstance, &lightsail.StartInstanceInput{InstanceName: new("web")})
}

// state is what GetAlarms shows.
func (w *world) state() types.AlarmState {
	w.t.Helper()
	return familytest.Do(w.t, w.GetAlarms, &lightsail.GetAlarmsInput{AlarmName: new("runs")}).Alarms[0].State
}

// id is the id of the alarm.
func (w *world) id() (id string) {
	w.t.Helper()
	familytest.NoError(w.t, w.DB.View(w.t.Context(), func(tx *store.Tx) error {
		r, err := tx.Resource(account, familytest.Region, "runs")
		if err == nil {
			id = r.ID
		}
		return err
	}))
	return id
}

// evaluator is a Runtime, as a server has one.
func (w *world) evaluator(shared bool) *alarmruntime.Runtime {
	return alarmruntime.New(alarmruntime.Options{
		Store: w.DB, Metrics: families.All(families.Deps{}).Metrics, Clock: w.Now, Log: slog.New(slog.NewTextHandler(w.t.Output(), nil)), Shared: shared,
	})
}

// run runs an evaluator until stop is called.
func (w *world) run(shared bool) (stop func()) {
	ctx, cancel := context.WithCancel(w.t.Context())
	e := w.evaluator(shared)
	var done sync.WaitGroup
	done.Go(func() { e.Run(ctx) })
	return func() {
		cancel()
		done.Wait()
		e.Close()
	}
}

// eventually waits until a condition holds.
func (w *world) eventually(what string, holds func() bool) {
	w.t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !holds() {
		if time.Now().After(deadline) {
			w.t.Fatalf("%s: not within a minute", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

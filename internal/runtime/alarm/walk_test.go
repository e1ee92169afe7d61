package alarm_test

import (
	"context"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/alarm"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	alarmruntime "github.com/lanyard-cloud/lanyard/internal/runtime/alarm"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// walk takes random moves in two accounts and regions, with an evaluator beside them.
type walk struct {
	*familytest.Walk
	evaluator *alarmruntime.Runtime
}

func newWalk(t *testing.T) *walk {
	t.Helper()
	w := &walk{Walk: familytest.NewWalk(t, familytest.WalkOptions{
		Accounts: []string{"111122223333", "444455556666"}, Regions: []string{"us-east-1", "eu-central-1"}, Moves: len(moves), NewDSN: newDSN,
		Move: func(ctx context.Context, number int, at familytest.Tenant, r *mathrand.Rand) error {
			return moves[number](ctx, at.Client, chance{r, at.Region})
		},
		Ahead: func(r *mathrand.Rand) time.Duration {
			if r.IntN(20) == 0 {
				return time.Duration(r.IntN(30)-3) * time.Hour
			}
			return time.Duration(r.IntN(240)-10) * time.Second
		},
		TimeScale: 0.1,
	})}
	w.evaluator = alarmruntime.New(alarmruntime.Options{
		Store: w.DB, Metrics: families.All(families.Deps{}).Metrics, Clock: w.Now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	t.Cleanup(w.evaluator.Close)
	return w
}

// chance draws what a move is about. Names are few, so that moves meet.
type chance struct {
	*mathrand.Rand
	region string
}

func (r chance) alarm() *string    { return new(fmt.Sprint("a", r.IntN(6))) }
func (r chance) instance() *string { return new(fmt.Sprint("web-", r.IntN(3))) }

func one[T any](r chance, list []T) T { return list[r.IntN(len(list))] }

// move is one call, whose answer does not matter.
type move func(context.Context, *lightsail.Client, chance) error

var moves = []move{
	putSome, putSome, putSome, putSome,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteAlarm(ctx, &lightsail.DeleteAlarmInput{AlarmName: r.alarm()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.TestAlarm(ctx, &lightsail.TestAlarmInput{AlarmName: r.alarm(), State: one(r, types.AlarmState("").Values())})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.TagResource(ctx, &lightsail.TagResourceInput{ResourceName: r.alarm(), Tags: []types.Tag{{Key: new("team"), Value: new("web")}}})
		return err
	},
	createSomeInstance, createSomeInstance,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.StopInstance(ctx, &lightsail.StopInstanceInput{InstanceName: r.instance()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.StartInstance(ctx, &lightsail.StartInstanceInput{InstanceName: r.instance()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteInstance(ctx, &lightsail.DeleteInstanceInput{InstanceName: r.instance()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, _ chance) error {
		_, err := c.CreateContactMethod(ctx, &lightsail.CreateContactMethodInput{Protocol: types.ContactProtocolEmail, ContactEndpoint: new("ops@example.com")})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, _ chance) error {
		_, err := c.CreateContactMethod(ctx, &lightsail.CreateContactMethodInput{Protocol: types.ContactProtocolSms, ContactEndpoint: new("+15555550100")})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteContactMethod(ctx, &lightsail.DeleteContactMethodInput{Protocol: one(r, types.ContactProtocol("").Values())})
		return err
	},
}

func createSomeInstance(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.CreateInstances(ctx, &lightsail.CreateInstancesInput{
		InstanceNames: []string{*r.instance()}, AvailabilityZone: new(r.region + "a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
		KeyPairName: new("deploy"),
	})
	return err
}

// putSome puts an alarm that is in ALARM now and then. The metric is one of two, so that there are too many.
func putSome(ctx context.Context, c *lightsail.Client, r chance) error {
	in := &lightsail.PutAlarmInput{
		AlarmName: r.alarm(), MonitoredResourceName: r.instance(), Threshold: new(float64(r.IntN(3))), EvaluationPeriods: new(int32(r.IntN(7))),
		MetricName:         one(r, []types.MetricName{types.MetricNameCPUUtilization, types.MetricNameStatusCheckFailed}),
		ComparisonOperator: one(r, types.ComparisonOperator("").Values()), TreatMissingData: one(r, types.TreatMissingData("").Values()),
		ContactProtocols:     types.ContactProtocol("").Values()[:r.IntN(3)],
		NotificationTriggers: types.AlarmState("").Values()[:r.IntN(4)],
	}
	if r.IntN(4) == 0 {
		in.DatapointsToAlarm = new(int32(r.IntN(5)))
	}
	_, err := c.PutAlarm(ctx, in)
	return err
}

// check looks at all alarms of all tenants: what is shown is the same in each list, before and after an evaluation.
func (w *walk) check() {
	w.T.Helper()
	before := [][]types.Alarm{}
	for _, at := range w.Tenants {
		before = append(before, w.list(at))
	}
	var ids []string
	familytest.NoError(w.T, w.DB.View(w.T.Context(), func(tx *store.Tx) error {
		all, err := tx.Revisions(resource.Alarm)
		for _, r := range all {
			ids = append(ids, r.ID)
		}
		return err
	}))
	w.evaluator.Reconcile(ids...)
	for n, at := range w.Tenants {
		if diff := cmp.Diff(before[n], w.list(at), familytest.Plain); diff != "" {
			w.T.Errorf("alarms before an evaluation (-) and after it (+):\n%s", diff)
		}
	}
}

// list is all of a tenant's alarms. It wants those of each instance to be the same ones, two of a metric at most.
func (w *walk) list(at familytest.Tenant) []types.Alarm {
	w.T.Helper()
	all := familytest.Do(w.T, at.GetAlarms, &lightsail.GetAlarmsInput{}).Alarms
	ofInstances := []types.Alarm{}
	for _, i := range familytest.Do(w.T, at.GetInstances, &lightsail.GetInstancesInput{}).Instances {
		of, perMetric := familytest.Do(w.T, at.GetAlarms, &lightsail.GetAlarmsInput{MonitoredResourceName: i.Name}).Alarms, map[types.MetricName]int{}
		for _, a := range of {
			if perMetric[a.MetricName]++; perMetric[a.MetricName] > alarm.MaxPerMetric {
				w.T.Errorf("%s of %s has %d alarms", a.MetricName, *i.Name, perMetric[a.MetricName])
			}
		}
		ofInstances = append(ofInstances, of...)
	}
	slices.SortFunc(ofInstances, func(a, b types.Alarm) int { return slices.Compare([]byte(*a.Name), []byte(*b.Name)) })
	if diff := cmp.Diff(all, ofInstances, familytest.Plain); diff != "" {
		w.T.Errorf("all alarms (-) and those of all instances (+):\n%s", diff)
	}
	return all
}

// TestAlarms_invariantsHoldAtEachMove takes random moves, one at a time.
func TestAlarms_invariantsHoldAtEachMove(t *testing.T) {
	w := newWalk(t)
	w.OneByOne(400, 20, w.check)
	w.CheckImport()
	w.WantDone(0)
}

// TestAlarms_invariantsHoldAfterConcurrentMoves lets the moves meet, and the evaluator with them.
func TestAlarms_invariantsHoldAfterConcurrentMoves(t *testing.T) {
	w := newWalk(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.evaluator.Run(ctx)
	}()
	w.Concurrently(100)
	cancel()
	<-ended
	w.check()
	w.CheckImport()
}

package alarm

import (
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/alarm"
	"github.com/lanyard-cloud/lanyard/internal/kind/contactmethod"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Advance makes the evaluations of an alarm that are due by a moment, on the points that the
// Get…MetricData actions show. It returns the changes of state that follow, and stores nothing.
func Advance(tx *store.Tx, metrics metric.Sources, a *alarm.Alarm, now time.Time) ([]alarm.Change, error) {
	return a.Advance(now, func(from, to time.Time) ([]alarm.Point, error) {
		monitored, err := tx.ResourceByID(a.Link().Other.ID)
		if err != nil {
			return nil, err
		}
		series, err := metrics.Series(tx, monitored, string(a.Doc.MetricName), now)
		if err != nil {
			return nil, err
		}
		return points(series, a.Doc.Statistic, from, to), nil
	})
}

// points are the statistic of a series in the periods of alarms.
func points(series metric.Series, statistic types.MetricStatistic, from, to time.Time) (all []alarm.Point) {
	if series.Samples == nil {
		return nil
	}
	q := metric.Query{Start: from, End: to, Period: alarm.Period}
	for at, window := range q.Windows(series.Samples(q.First(), q.End)) {
		if value, ok := window.Of(statistic); ok {
			all = append(all, alarm.Point{At: at, Value: value})
		}
	}
	return all
}

// Settle is Advance, and queues the notifications of the changes. The caller stores the alarm in the
// same transaction: so each change is notified once.
func Settle(tx *store.Tx, metrics metric.Sources, a *alarm.Alarm, now time.Time) error {
	changes, err := Advance(tx, metrics, a, now)
	if err != nil {
		return err
	}
	return Notify(tx, a, now, changes...)
}

// Notify queues the notifications of changes of an alarm's state: for each contact method that the alarm
// names and that is valid, if the alarm has notifications of the state that it changed to.
func Notify(tx *store.Tx, a *alarm.Alarm, now time.Time, changes ...alarm.Change) error {
	for _, c := range changes {
		if !a.Notifies(c.To) {
			continue
		}
		for _, protocol := range a.Doc.ContactProtocols {
			if err := notify(tx, a, now, c, protocol); err != nil {
				return err
			}
		}
	}
	return nil
}

// notify does nothing if there is no valid contact method of the protocol.
func notify(tx *store.Tx, a *alarm.Alarm, now time.Time, c alarm.Change, protocol types.ContactProtocol) error {
	r, err := tx.ResourceIn(a.Resource.Account, a.Resource.Region, resource.ContactMethod.Space(), string(protocol))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	m := &contactmethod.ContactMethod{}
	if err := m.Open(r); err != nil {
		return err
	}
	if m.Show(now).Status != types.ContactMethodStatusValid {
		return nil
	}
	subject, text := a.Mail(c)
	return m.Notify(tx, now, subject, text)
}

package instance

import (
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// AutoSnapshot is the setting of a resource's automatic snapshots over time. The
// snapshots themselves follow from it and the clock: nothing has to run to make one.
type AutoSnapshot struct {
	// Periods are the times during which it was on, in order. The last one may begin in
	// the future.
	Periods []AutoSnapshotPeriod `json:"periods"`
	// Deleted are the snapshots that were deleted, in the order of their deletion.
	Deleted []AutoSnapshotDeletion `json:"deleted,omitempty"`
}

// AutoSnapshotPeriod is a time during which snapshots are taken at one time of day.
type AutoSnapshotPeriod struct {
	// Hour is the hour of the day, in UTC.
	Hour int       `json:"hour"`
	From time.Time `json:"from"`
	// To is when it ended; zero while it lasts.
	To time.Time `json:"to,omitzero"`
}

// AutoSnapshotDeletion is the deletion of a snapshot.
type AutoSnapshotDeletion struct {
	// Date is the snapshot's (YYYY-MM-DD).
	Date string    `json:"date"`
	At   time.Time `json:"at"`
}

// AutoSnapshotTaken is an automatic snapshot that is kept.
type AutoSnapshotTaken struct {
	// Date names it: YYYY-MM-DD, in UTC. There is at most one per day.
	Date string
	// CreatedAt is when it was begun, ReadyAt when it is complete.
	CreatedAt, ReadyAt time.Time
}

// Ready reports whether the snapshot is complete.
func (t AutoSnapshotTaken) Ready(now time.Time) bool { return !t.ReadyAt.After(now) }

const (
	// autoSnapshotSpread is how long after the full hour a snapshot begins at the latest
	// (AWS API reference).
	autoSnapshotSpread = 45 * time.Minute
	autoSnapshotTakes  = 5 * time.Minute
	// autoSnapshotNotice is how long before a snapshot its time can be changed (AWS API
	// reference).
	autoSnapshotNotice = 30 * time.Minute
)

// maxStored is how many periods, and deleted snapshots, a stored setting may have: one a
// day for 27 years.
const maxStored = 10_000

// Check returns an error if a stored setting is not one that the methods make: periods
// that follow one another, of which only the last has no end.
func (a *AutoSnapshot) Check() error {
	if a == nil {
		return nil
	}
	if max(len(a.Periods), len(a.Deleted)) > maxStored {
		return fmt.Errorf("more than %d periods or deleted snapshots", maxStored)
	}
	for n, p := range a.Periods {
		switch {
		case p.Hour < 0 || p.Hour > 23:
			return fmt.Errorf("%d is not an hour of the day", p.Hour)
		case p.From.Unix() < 0:
			return errors.New("a period begins before 1970")
		case n > 0 && (a.Periods[n-1].To.IsZero() || p.From.Before(a.Periods[n-1].To)):
			return errors.New("the periods do not follow one another")
		}
	}
	dates := map[string]bool{}
	for _, d := range a.Deleted {
		if t, err := time.Parse(time.DateOnly, d.Date); err != nil || t.Format(time.DateOnly) != d.Date || dates[d.Date] {
			return errors.New("a deleted snapshot has no date, or is there twice")
		}
		dates[d.Date] = true
	}
	return nil
}

// On reports whether automatic snapshots are being taken.
func (a *AutoSnapshot) On() bool {
	return a != nil && len(a.Periods) > 0 && a.last().To.IsZero()
}

// Hour is the hour of the day, in UTC, that was asked for last.
func (a *AutoSnapshot) Hour() int { return a.last().Hour }

func (a *AutoSnapshot) last() *AutoSnapshotPeriod { return &a.Periods[len(a.Periods)-1] }

// Enable switches automatic snapshots on, or changes their time of day. A change
// takes effect at once or on the next day: such that neither two snapshots nor none
// are taken on the present day, and not within 30 minutes (AWS API reference).
func (a *AutoSnapshot) Enable(now time.Time, hour int) {
	if !a.On() {
		a.begin(now, hour, now)
		return
	}
	a.dropPlanned(now)
	old := a.last()
	if old.Hour == hour {
		return
	}
	from := changesAt(now, old.Hour, hour)
	old.To = from
	a.begin(now, hour, from)
}

// begin adds a period, and drops those before it that are over and in which nothing was
// taken: a setting that is changed all the time stays small. The first one stays, since
// delay follows from it.
func (a *AutoSnapshot) begin(now time.Time, hour int, from time.Time) {
	if len(a.Periods) > 0 {
		later := slices.DeleteFunc(a.Periods[1:], func(p AutoSnapshotPeriod) bool { return !p.To.After(now) && !a.tookAny(p) })
		a.Periods = a.Periods[:1+len(later)]
	}
	a.Periods = append(a.Periods, AutoSnapshotPeriod{Hour: hour, From: from})
}

// tookAny reports whether a snapshot was taken in a period that is over.
func (a *AutoSnapshot) tookAny(p AutoSnapshotPeriod) bool {
	for d := startOfDay(p.From); !d.After(p.To); d = d.Add(day) {
		if _, ok := a.takenOn(d, p, p.To); ok {
			return true
		}
	}
	return false
}

// changesAt is when a change of the time of day takes effect.
func changesAt(now time.Time, from, to int) time.Time {
	today := startOfDay(now)
	before, after := today.Add(hours(from)), today.Add(hours(to))
	soon := now.Add(autoSnapshotNotice)
	if before.Before(soon) || after.Before(soon) {
		return today.Add(day)
	}
	return now
}

// Disable switches automatic snapshots off. Those that were taken stay.
func (a *AutoSnapshot) Disable(now time.Time) {
	a.dropPlanned(now)
	a.last().To = now
}

// dropPlanned takes back a change of the time of day that has no effect yet.
func (a *AutoSnapshot) dropPlanned(now time.Time) {
	if len(a.Periods) > 1 && a.last().From.After(now) {
		a.Periods = a.Periods[:len(a.Periods)-1]
		a.last().To = time.Time{}
	}
}

// Delete deletes the snapshot of a date. It returns false if there is none, or if it is not
// kept any more.
func (a *AutoSnapshot) Delete(now time.Time, keep int, date string) bool {
	if !slices.ContainsFunc(a.Taken(now, keep), func(t AutoSnapshotTaken) bool { return t.Date == date }) {
		return false
	}
	a.Deleted = append(a.Deleted, AutoSnapshotDeletion{Date: date, At: now})
	return true
}

// Taken lists the snapshots that exist at a moment, the newest first. A new one
// replaces the oldest if there are as many as are kept.
func (a *AutoSnapshot) Taken(now time.Time, keep int) []AutoSnapshotTaken {
	if a == nil {
		return nil
	}
	var kept []AutoSnapshotTaken
	deleted := a.Deleted
	remove := func(until time.Time) {
		for len(deleted) > 0 && !deleted[0].At.After(until) {
			kept = slices.DeleteFunc(kept, func(t AutoSnapshotTaken) bool { return t.Date == deleted[0].Date })
			deleted = deleted[1:]
		}
	}
	// Each deletion can have kept one older snapshot from being replaced.
	for _, t := range slices.Backward(a.newest(now, keep+len(a.Deleted))) {
		remove(t.CreatedAt)
		kept = append(kept, t)
		kept = kept[max(0, len(kept)-keep):]
	}
	remove(now)
	slices.Reverse(kept)
	return kept
}

// newest lists the last snapshots that were ever taken, the newest first.
func (a *AutoSnapshot) newest(now time.Time, limit int) []AutoSnapshotTaken {
	var list []AutoSnapshotTaken
	for _, p := range slices.Backward(a.Periods) {
		end := now
		if !p.To.IsZero() && p.To.Before(now) {
			end = p.To
		}
		for d := startOfDay(end); !d.Add(day).Before(p.From); d = d.Add(-day) {
			t, ok := a.takenOn(d, p, end)
			switch n := len(list); {
			case !ok:
			case n > 0 && list[n-1].Date == t.Date: // the first of a day is its only one
				list[n-1] = t
			case n == limit:
				return list
			default:
				list = append(list, t)
			}
		}
	}
	return list
}

// takenOn is the snapshot of a day in a period that lasts until end at least.
func (a *AutoSnapshot) takenOn(d time.Time, p AutoSnapshotPeriod, end time.Time) (t AutoSnapshotTaken, ok bool) {
	due := d.Add(hours(p.Hour))
	at := due.Add(a.delay(d))
	if due.Before(p.From) || at.After(end) || at.Equal(p.To) {
		return t, false
	}
	return AutoSnapshotTaken{Date: d.Format(time.DateOnly), CreatedAt: at, ReadyAt: at.Add(autoSnapshotTakes)}, true
}

// delay is how long after the full hour the snapshot of a day begins: always the same
// for the same setting and day.
func (a *AutoSnapshot) delay(d time.Time) time.Duration {
	h := fnv.New64a()
	fmt.Fprint(h, a.Periods[0].From.UnixMilli(), d.Unix())
	return time.Duration(h.Sum64() % uint64(autoSnapshotSpread)).Truncate(time.Second)
}

// AddOns are the add-on as the API shows it at a moment; none if it never was on. The next
// snapshot's time of day is in it if that differs from the one asked for.
func (a *AutoSnapshot) AddOns(now time.Time) []types.AddOn {
	if a == nil || len(a.Periods) == 0 {
		return []types.AddOn{}
	}
	name, status, at := string(types.AddOnTypeAutoSnapshot), "Disabled", TimeOfDay(a.Hour())
	addOn := types.AddOn{Name: &name, Status: &status, SnapshotTimeOfDay: &at}
	if a.On() {
		status = "Enabled"
	}
	if n := len(a.Periods); n > 1 && a.last().From.After(now) {
		next := TimeOfDay(a.Periods[n-2].Hour)
		addOn.NextSnapshotTimeOfDay = &next
	}
	return []types.AddOn{addOn}
}

// DefaultSnapshotHour is when snapshots are taken if no time of day was asked for:
// AWS has such an hour for each region, without saying which.
const DefaultSnapshotHour = 6

// TimeOfDay writes an hour as the API does: "06:00".
func TimeOfDay(hour int) string { return fmt.Sprintf("%02d:00", hour) }

// ParseTimeOfDay reads "06:00". Only full hours are times of automatic snapshots.
func ParseTimeOfDay(text string) (hour int, ok bool) {
	t, err := time.Parse("15:04", text)
	return t.Hour(), err == nil && len(text) == 5 && t.Minute() == 0
}

func startOfDay(t time.Time) time.Time { return t.UTC().Truncate(day) }

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

package instance_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
)

// noon is when automatic snapshots are switched on in these tests, on day 1.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// at is a time of day on day 1.
func at(hour, minute int) time.Time { return time.Date(2026, 3, 1, hour, minute, 0, 0, time.UTC) }

func enabled(hour int) *instance.AutoSnapshot {
	a := &instance.AutoSnapshot{}
	a.Enable(noon, hour)
	return a
}

func dates(a *instance.AutoSnapshot, now time.Time) []string {
	list := []string{}
	for _, t := range a.Taken(now, 7) {
		list = append(list, t.Date)
	}
	return list
}

func wantDates(t *testing.T, a *instance.AutoSnapshot, now time.Time, want ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), dates(a, now)); diff != "" {
		t.Errorf("snapshots at %s (-want +got):\n%s", now, diff)
	}
}

func TestAutoSnapshot_noneBeforeFirstOn(t *testing.T) {
	wantDates(t, nil, noon)
	wantDates(t, &instance.AutoSnapshot{}, noon)
	if a := (*instance.AutoSnapshot)(nil); a.On() || (&instance.AutoSnapshot{}).On() {
		t.Error("they are on")
	}
}

func TestAutoSnapshot_oneADay(t *testing.T) {
	a := enabled(14)
	wantDates(t, a, at(14, 0).Add(-time.Second))
	wantDates(t, a, at(14, 46), "2026-03-01")
	wantDates(t, a, at(14, 46).Add(days(2)), "2026-03-03", "2026-03-02", "2026-03-01")

	missed := enabled(6) // its hour is over on the first day
	wantDates(t, missed, at(23, 0))
	wantDates(t, missed, at(7, 0).Add(days(1)), "2026-03-02")
}

func TestAutoSnapshot_beginsWithin45Minutes(t *testing.T) {
	a := enabled(14)
	minutes := map[int]bool{}
	for d := range 60 {
		taken := a.Taken(at(15, 0).Add(days(d)), 7)[0]
		late := taken.CreatedAt.Sub(at(14, 0).Add(days(d)))
		if late < 0 || late >= 45*time.Minute {
			t.Errorf("day %d: %s after the hour", d, late)
		}
		if taken.Ready(taken.CreatedAt) || !taken.Ready(taken.CreatedAt.Add(5*time.Minute)) {
			t.Errorf("day %d: begun %s, ready %s", d, taken.CreatedAt, taken.ReadyAt)
		}
		minutes[int(late.Minutes())] = true
	}
	if len(minutes) < 20 {
		t.Errorf("60 snapshots began at %d different minutes only", len(minutes))
	}
}

func TestAutoSnapshot_stayTheSame(t *testing.T) {
	a := enabled(14)
	first := a.Taken(at(15, 0), 7)[0]
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	stored := &instance.AutoSnapshot{}
	if err := json.Unmarshal(text, stored); err != nil {
		t.Fatal(err)
	}
	later := stored.Taken(at(15, 0).Add(days(6)), 7)
	if diff := cmp.Diff(first, later[6]); diff != "" {
		t.Errorf("six days later (-want +got):\n%s", diff)
	}
}

func TestAutoSnapshot_replacesOldest(t *testing.T) {
	a := enabled(14)
	now := at(15, 0).Add(days(9))
	wantDates(t, a, now, "2026-03-10", "2026-03-09", "2026-03-08", "2026-03-07", "2026-03-06", "2026-03-05", "2026-03-04")
	if n := len(a.Taken(now, 3)); n != 3 {
		t.Errorf("%d are kept, want 3", n)
	}
	if n := len(a.Taken(now, 0)); n != 0 {
		t.Errorf("%d are kept, want none", n)
	}
	if n := len(a.Taken(now.Add(days(5000)), 7)); n != 7 {
		t.Errorf("%d are kept after years, want 7", n)
	}
}

func TestAutoSnapshot_deletedMakesRoom(t *testing.T) {
	a := enabled(14)
	now := at(15, 0).Add(days(7)) // 8 were taken, the first was replaced
	if a.Delete(now, 7, "2026-03-01") || a.Delete(now, 7, "2026-04-01") {
		t.Error("deleted what is not there")
	}
	if !a.Delete(now, 7, "2026-03-05") {
		t.Fatal("not deleted")
	}
	if a.Delete(now, 7, "2026-03-05") {
		t.Error("deleted twice")
	}
	wantDates(t, a, now, "2026-03-08", "2026-03-07", "2026-03-06", "2026-03-04", "2026-03-03", "2026-03-02")
	// The next one has room, so none is replaced; the one after it replaces the oldest.
	wantDates(t, a, now.Add(days(1)), "2026-03-09", "2026-03-08", "2026-03-07", "2026-03-06", "2026-03-04", "2026-03-03", "2026-03-02")
	wantDates(t, a, now.Add(days(2)), "2026-03-10", "2026-03-09", "2026-03-08", "2026-03-07", "2026-03-06", "2026-03-04", "2026-03-03")
	wantDates(t, a, now.Add(days(9)), "2026-03-17", "2026-03-16", "2026-03-15", "2026-03-14", "2026-03-13", "2026-03-12", "2026-03-11")
}

func TestAutoSnapshot_stayWhenSwitchedOff(t *testing.T) {
	a := enabled(14)
	off := at(18, 0).Add(days(1))
	a.Disable(off)
	if a.On() {
		t.Error("they are on")
	}
	wantDates(t, a, off.Add(days(30)), "2026-03-02", "2026-03-01")
	a.Enable(off.Add(days(3)), 4)
	wantDates(t, a, off.Add(days(4)), "2026-03-06", "2026-03-02", "2026-03-01")
	if !a.On() || a.Hour() != 4 {
		t.Errorf("on: %t at %d", a.On(), a.Hour())
	}
}

func TestAutoSnapshot_offJustBeforeIsNotTaken(t *testing.T) {
	a := enabled(14)
	a.Disable(a.Taken(at(15, 0), 7)[0].CreatedAt)
	wantDates(t, a, at(23, 0))
}

func TestAutoSnapshot_oneADayWhenSwitchedOffAndOn(t *testing.T) {
	a := enabled(14)
	first := a.Taken(at(15, 0), 7)[0]
	a.Disable(at(15, 0))
	a.Enable(at(15, 1), 20)
	taken := a.Taken(at(23, 0), 7)
	if len(taken) != 1 || !taken[0].CreatedAt.Equal(first.CreatedAt) {
		t.Errorf("taken on that day: %v, want %v alone", taken, first)
	}
}

// The rules for a change of the time of day are those of the AWS API reference.
func TestAutoSnapshot_changedTimeOfDay(t *testing.T) {
	for _, tc := range []struct {
		name          string
		before, after int
		now           time.Time
		today         int
		next          string
	}{
		{"to later, before both", 16, 20, at(13, 0), 20, ""},
		{"to earlier, before both", 20, 16, at(13, 0), 16, ""},
		{"to a time that is over, today's is yet to come", 20, 10, at(13, 0), 20, "20:00"},
		{"to a time within 30 minutes", 20, 14, at(13, 31), 20, "20:00"},
		{"to a time in 30 minutes", 20, 14, at(13, 30), 14, ""},
		{"within 30 minutes of the old time", 14, 20, at(13, 31), 14, "14:00"},
		{"to later, today's was taken", 13, 20, at(15, 0), 13, "13:00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := enabled(tc.before)
			a.Enable(tc.now, tc.after)
			shown := a.AddOns(tc.now)[0]
			if *shown.SnapshotTimeOfDay != instance.TimeOfDay(tc.after) || *shown.Status != "Enabled" {
				t.Errorf("the add-on shows %s %s", *shown.SnapshotTimeOfDay, *shown.Status)
			}
			if next := shown.NextSnapshotTimeOfDay; (next == nil) != (tc.next == "") || next != nil && *next != tc.next {
				t.Errorf("next = %v, want %q", next, tc.next)
			}
			taken := a.Taken(noon.Add(days(1)-13*time.Hour), 7)
			if len(taken) != 1 || taken[0].CreatedAt.Hour() != tc.today {
				t.Errorf("today's are %v, want one at %d", taken, tc.today)
			}
			taken = a.Taken(noon.Add(days(2)-13*time.Hour), 7)
			if len(taken) != 2 || taken[0].CreatedAt.Hour() != tc.after {
				t.Errorf("until tomorrow %v, want the last at %d", taken, tc.after)
			}
		})
	}
}

func TestAutoSnapshot_replacesPlannedChange(t *testing.T) {
	a := enabled(20)
	a.Enable(at(13, 0), 10)
	a.Enable(at(13, 1), 16)
	if taken := a.Taken(at(23, 0), 7); len(taken) != 1 || taken[0].CreatedAt.Hour() != 16 {
		t.Errorf("taken: %v, want one at 16", taken)
	}
	a.Enable(at(23, 0), 10)
	a.Disable(at(23, 1))
	if a.On() || len(a.Periods) != 2 {
		t.Errorf("after all of it: %+v", a)
	}
	wantDates(t, a, at(23, 0).Add(days(5)), "2026-03-01")

	same := enabled(20)
	same.Enable(at(13, 0), 20)
	if len(same.Periods) != 1 {
		t.Errorf("the same again: %+v", same)
	}
}

func TestAutoSnapshot_oftenChangedStaysSmall(t *testing.T) {
	a := enabled(14)
	taken := a.Taken(at(15, 0), 7)
	now := at(15, 0)
	for n := range 1000 {
		a.Enable(now, 16+n%4)
		now = now.Add(time.Second)
		if n%3 == 0 {
			a.Disable(now)
		}
	}
	if n := len(a.Periods); n > 3 {
		t.Errorf("%d periods are kept of one day", n)
	}
	if diff := cmp.Diff(taken, a.Taken(now, 7)); diff != "" {
		t.Errorf("the snapshots have changed (-before +after):\n%s", diff)
	}
}

func TestAutoSnapshot_addOnShownOnceOn(t *testing.T) {
	if shown := (*instance.AutoSnapshot)(nil).AddOns(noon); shown == nil || len(shown) != 0 {
		t.Errorf("never on: %v, want an empty list", shown)
	}
	a := enabled(6)
	a.Disable(noon.Add(time.Hour))
	want := []types.AddOn{{Name: new("AutoSnapshot"), Status: new("Disabled"), SnapshotTimeOfDay: new("06:00")}}
	if diff := cmp.Diff(want, a.AddOns(noon.Add(days(1))), cmpopts.IgnoreUnexported(types.AddOn{})); diff != "" {
		t.Errorf("off (-want +got):\n%s", diff)
	}
}

func TestParseTimeOfDay_fullHours(t *testing.T) {
	for _, tc := range []struct {
		text string
		hour int
		ok   bool
	}{
		{"00:00", 0, true},
		{"06:00", 6, true},
		{"23:00", 23, true},
		{"24:00", 0, false},
		{"6:00", 0, false},
		{"06:30", 0, false},
		{"06:00:00", 0, false},
		{"six", 0, false},
		{"", 0, false},
	} {
		hour, ok := instance.ParseTimeOfDay(tc.text)
		if ok != tc.ok || ok && (hour != tc.hour || instance.TimeOfDay(hour) != tc.text) {
			t.Errorf("%q: %d %t, want %d %t", tc.text, hour, ok, tc.hour, tc.ok)
		}
	}
}

package database

import (
	"math"
	"slices"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/draw"
)

const (
	// backupAge is how long automated backups are kept (developer guide).
	backupAge = 7 * 24 * time.Hour
	// logEvery is how often the log of a database is backed up (RDS user guide).
	logEvery = 5 * time.Minute
)

// LatestRestorable is the latest point in time to which the database can be restored, as of a moment; zero if it
// cannot be restored.
func (d *Database) LatestRestorable(now time.Time) time.Time {
	from := d.backedUpFrom(now)
	if from.IsZero() || now.Before(from) {
		return time.Time{}
	}
	end := now
	if step := d.Priv.Plan.At(now); step.State == Stopped {
		end = step.At
	}
	if at := end.Truncate(logEvery); at.After(from) {
		return at
	}
	return from
}

// EarliestRestorable is the earliest point in time to which the database can be restored, as of a moment.
func (d *Database) EarliestRestorable(now time.Time) time.Time {
	from := d.backedUpFrom(now)
	if oldest := now.Add(-backupAge); from.Before(oldest) {
		return oldest
	}
	return from
}

// BackupTakes is how long a backup takes on AWS (seen of a snapshot).
const BackupTakes = snapshotTakes

// DailyBackups are the events of the automated backups that have not been noted, from one moment up to and without
// another. There is one each day in the backup window if the database is available then. It does not show in the state. At
// a moment they come after those that are stored, by their numbers.
func (d *Database) DailyBackups(from, to time.Time, takes time.Duration) (all []Event) {
	add := func(at time.Time, seq int64, message string) {
		if !at.Before(from) && at.Before(to) {
			all = append(all, Event{Category: BackupEvent, Message: message, Daily: true, At: at, Seq: seq})
		}
	}
	const aDay = 24 * time.Hour
	for midnight := from.UTC().Truncate(aDay).Add(-2 * aDay); midnight.Before(to); midnight = midnight.Add(aDay) {
		begins := d.backupOn(midnight)
		if !begins.After(d.Priv.Noted) {
			continue
		}
		if backed := d.backedUpFrom(begins); !backed.IsZero() && begins.After(backed) && d.Priv.Plan.At(begins).State == Available {
			add(begins, math.MaxInt64-1, backingUp)
			add(begins.Add(takes), math.MaxInt64, backedUp)
		}
	}
	return all
}

// backupOn is when the backup of a day begins: in the first half of its window.
func (d *Database) backupOn(midnight time.Time) time.Time {
	w, _ := parseBackup(*d.Doc.PreferredBackupWindow)
	late := draw.At(draw.Seed(d.Resource.ID), midnight, 0) * float64(w.length) / 2
	return midnight.Add(time.Duration(w.start) * time.Minute).Add(time.Duration(late * float64(time.Minute)).Truncate(time.Millisecond))
}

// NoteBackups returns the events of automated backups up to a moment that have not been noted, and notes them: what changes
// from then on leaves them as they are. A backup that has begun is noted with its end.
func (d *Database) NoteBackups(now time.Time, takes time.Duration) []Event {
	all := d.DailyBackups(now.Add(-EventAge), now.Add(takes+time.Millisecond), takes)
	all = slices.DeleteFunc(all, func(e Event) bool {
		return e.Message == backingUp && e.At.After(now) || e.Message == backedUp && e.At.Add(-takes).After(now)
	})
	d.Priv.Noted = now
	return all
}

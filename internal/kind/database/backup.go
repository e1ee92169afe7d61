package database

import "time"

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

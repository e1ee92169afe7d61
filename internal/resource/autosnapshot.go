package resource

import "time"

// AutoSnapshot is the setting of a resource's automatic snapshots over time. The
// snapshots themselves follow from it and the clock: nothing has to run to make one.
type AutoSnapshot struct {
	// Periods are the times during which it was on, in order.
	Periods []AutoSnapshotPeriod `json:"periods"`
	// Deleted are the dates (YYYY-MM-DD) of snapshots that were deleted.
	Deleted []string `json:"deleted,omitempty"`
}

// AutoSnapshotPeriod is a time during which snapshots are taken at one time of day.
type AutoSnapshotPeriod struct {
	// Hour is the hour of the day, in UTC.
	Hour int       `json:"hour"`
	From time.Time `json:"from"`
	// To is when it ended; zero while it goes on.
	To time.Time `json:"to,omitzero"`
}

// On tells whether automatic snapshots are being taken.
func (a *AutoSnapshot) On() bool {
	return a != nil && len(a.Periods) > 0 && a.Periods[len(a.Periods)-1].To.IsZero()
}

package database

import (
	"cmp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/draw"
)

// Line is a line of a log. Nothing is stored: lines follow from when the engine ran, from its version and from its
// parameters, so that two reads find the same ones.
type Line struct {
	Key  LineKey
	Text string
}

// LineKey is the place of a line in its log: its time, in seconds (observed), and its number among those of that time.
type LineKey struct {
	At int64 `json:"at"`
	N  int   `json:"n"`
}

// Compare orders keys.
func (k LineKey) Compare(other LineKey) int {
	return cmp.Or(cmp.Compare(k.At, other.At), cmp.Compare(k.N, other.N))
}

// At is when the line was written.
func (l Line) At() time.Time { return time.Unix(l.Key.At, 0) }

// Show is the line as the API shows it.
func (l Line) Show() types.LogEvent { return types.LogEvent{CreatedAt: new(l.At()), Message: &l.Text} }

// Streams are the names of the database's logs (observed for MySQL).
func (d *Database) Streams() []string {
	if d.Engine() == postgres {
		return []string{"postgresql"}
	}
	return []string{"audit", "error", "general", "slowquery"}
}

// FromHead reports whether the logs can be read from their beginning on (API reference).
func (d *Database) FromHead() bool { return d.Engine() != postgres }

const (
	// errorLogAge and fileLogAge are how long Amazon RDS keeps the logs of MySQL (RDS user guide).
	errorLogAge = 14 * 24 * time.Hour
	fileLogAge  = 24 * time.Hour
)

// Lines are those of a log by now, the oldest first.
func (d *Database) Lines(stream string, now time.Time) []Line {
	w := writer{d: d, stream: stream, seed: draw.Seed(d.Resource.ID + stream), from: now.Add(-d.logAge(stream, now)), now: now}
	for _, run := range d.runs(now) {
		if !run.To.Before(w.from) {
			w.ran(run)
			w.ended = run.To
		}
	}
	slices.SortStableFunc(w.lines, func(a, b Line) int { return a.Key.Compare(b.Key) })
	for i := range w.lines {
		if i > 0 && w.lines[i].Key.At == w.lines[i-1].Key.At {
			w.lines[i].Key.N = w.lines[i-1].Key.N + 1
		}
	}
	return w.lines
}

// logAge is how long lines of a log are kept.
func (d *Database) logAge(stream string, now time.Time) time.Duration {
	switch stream {
	case "postgresql":
		const usual = 3 * 24 * 60
		return time.Duration(d.Number("rds.log_retention_period", now, usual)) * time.Minute
	case "error":
		return errorLogAge
	}
	return fileLogAge
}

// isUp are the states in which the engine runs.
func isUp(state string) bool {
	return slices.Contains([]string{Available, BackingUp, Modifying}, state)
}

// runs are the times in which the engine has run by now.
func (d *Database) runs(now time.Time) []draw.Run {
	return d.Priv.Plan.Runs(d.Resource.CreatedAt, now, isUp)
}

// writer writes the lines of a log.
type writer struct {
	d      *Database
	stream string
	seed   uint64
	// from is when the oldest line may be from.
	from, now time.Time
	// ended is when the engine ended its latest run that was written about.
	ended time.Time
	lines []Line
}

// write adds a line if it is kept.
func (w *writer) write(at time.Time, text string) {
	at = at.Truncate(time.Second)
	if !at.Before(w.from) && !at.After(w.now) {
		w.lines = append(w.lines, Line{LineKey{At: at.Unix()}, text})
	}
}

// ran writes what an engine writes that ran for a time.
func (w *writer) ran(run draw.Run) {
	switch w.stream {
	case "postgresql":
		w.postgres(run)
	case "error":
		w.mysqlError(run)
	case "general", "slowquery":
		w.mysqlFile(run)
	}
}

// moments are those of a run at regular intervals.
func (w *writer) moments(run draw.Run, every time.Duration) func(func(at, since time.Time) bool) {
	return draw.Moments([]draw.Run{run}, every, w.from, w.now, w.now)
}

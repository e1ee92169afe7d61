package draw

import (
	"iter"
	"time"
)

// retention is how long CloudWatch keeps metrics.
const retention = 455 * 24 * time.Hour

// Run is a time in which something ran without a stop.
type Run struct{ From, To time.Time }

// Moments yields when what has run was measured by now, at regular intervals: the beginnings of the
// intervals, in order, from one moment up to and without another, each with that of its run.
func Moments(runs []Run, every time.Duration, from, to, now time.Time) iter.Seq2[time.Time, time.Time] {
	return func(yield func(at, since time.Time) bool) {
		for _, run := range runs {
			first := latest(from, run.From, now.Add(-retention))
			at := first.Truncate(every)
			if at.Before(first) {
				at = at.Add(every)
			}
			for ; at.Before(to) && !at.Add(every).After(run.To); at = at.Add(every) {
				if !yield(at, run.From) {
					return
				}
			}
		}
	}
}

func latest(times ...time.Time) (last time.Time) {
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

package resource

import (
	"time"

	"github.com/lanyard-cloud/lanyard/internal/draw"
)

// Runs are the times in which a resource has run by now, given when it was created and in which states it runs. Of
// what was before the oldest step that the plan remembers, it counts as running.
func (p Plan) Runs(created, now time.Time, running func(state string) bool) (runs []draw.Run) {
	open := false
	enter := func(at time.Time, running bool) {
		switch {
		case running && !open:
			runs = append(runs, draw.Run{From: at, To: now})
		case !running && open:
			runs[len(runs)-1].To = at
		}
		open = running
	}
	if len(p) > 0 && created.Before(p[0].At) {
		enter(created, true)
	}
	for _, step := range p {
		if step.At.After(now) {
			break
		}
		enter(step.At, running(step.State))
	}
	return runs
}

package container

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// LogAge is how long log lines are kept (API reference).
const LogAge = 4 * 24 * time.Hour

// LogLines is the class of the lines in the logs of a service's containers. Exports leave them out:
// they are of the containers that ran, and a few days later they would be too old anyway.
// Lines are stored before their time, and what is added removes what is too old by its own time: so
// they are stored for longer than they are shown.
var LogLines = resource.Class{Name: "logs", Limit: 10_000, Age: LogAge + longestAhead}

// longestAhead is how far ahead a line may be: the longest log, on the slowest of clocks.
const longestAhead = 7 * 24 * time.Hour

// Line is a line in the logs of one or more containers.
type Line struct {
	Containers []string `json:"containers"`
	Message    string   `json:"message"`
	// At is the time of the line's entry, and Seq the entry's number; 0 if the line is not stored yet.
	At  time.Time `json:"-"`
	Seq int64     `json:"-"`
}

// Pack returns the document of the line's entry.
func (l Line) Pack() []byte {
	doc, _ := json.Marshal(l) // texts cannot fail
	return doc
}

// OpenLine opens a stored line.
func OpenLine(e *resource.Entry) (Line, error) {
	l := Line{At: e.At, Seq: e.Seq}
	if err := json.Unmarshal(e.Doc, &l); err != nil {
		return l, fmt.Errorf("stored log line %d of %s: %w", e.Seq, e.Owner, err)
	}
	return l, nil
}

// In reports whether a container's log has the line.
func (l Line) In(container string) bool { return slices.Contains(l.Containers, container) }

// Show is the line as the API shows it.
func (l Line) Show() types.ContainerServiceLogEvent {
	return types.ContainerServiceLogEvent{CreatedAt: &l.At, Message: &l.Message}
}

// Lines are what the service writes to the logs of a deployment, given as a plan made of Logs.
func (d *Deployment) Lines(plan resource.Plan, nodes int32) []Line {
	started := "1 new node"
	if nodes != 1 {
		started = strconv.Itoa(int(nodes)) + " new nodes"
	}
	lines := make([]Line, len(plan))
	for i, step := range plan {
		lines[i] = d.line(step.At, strings.Replace(step.State, "%s", started, 1))
	}
	return lines
}

// LastLine is what the service writes to the logs of a deployment that another one replaces.
func (d *Deployment) LastLine(at time.Time) Line { return d.line(at, finalizing) }

func (d *Deployment) line(at time.Time, text string) Line {
	return Line{
		At: at, Containers: slices.Sorted(maps.Keys(d.Doc.Containers)),
		Message: "[deployment:" + strconv.FormatInt(d.Entry.Seq, 10) + "] " + text,
	}
}

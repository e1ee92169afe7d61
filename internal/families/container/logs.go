package container

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// logPage is how many lines a page of a log has; that of AWS is not known.
const logPage = 100

// write stores lines of a service's logs. They are shown from their time on.
func write(c *api.Call, s *container.Service, lines []container.Line) error {
	for _, l := range lines {
		if _, err := c.Tx.AppendEntry(s.Resource.ID, container.LogLines, l.At, l.Pack()); err != nil {
			return err
		}
	}
	return nil
}

// getLog reads a log from its oldest line on. A container that never was has an empty one.
func getLog(c *api.Call, in *lightsail.GetContainerLogInput) (*lightsail.GetContainerLogOutput, error) {
	filter, err := container.ParseFilter(aws.ToString(in.FilterPattern))
	if err != nil {
		return nil, api.Refused(err)
	}
	from, until := c.Now.Add(-container.LogAge), c.Now.Add(time.Millisecond)
	if in.StartTime != nil && in.StartTime.After(from) {
		from = *in.StartTime
	}
	if in.EndTime != nil && in.EndTime.Before(until) {
		until = *in.EndTime
	}
	id, name := c.Target(resource.ContainerService).ID, *in.ContainerName
	scope := fmt.Sprintf("%s %s %s %s %q", id, name, api.ScopeTime(in.StartTime), api.ScopeTime(in.EndTime), aws.ToString(in.FilterPattern))
	page, next, err := api.Page(c, logPage, in.PageToken, scope, store.EntryCursor{},
		func(after store.EntryCursor, limit int) ([]container.Line, error) {
			return selected(after, limit, func(l container.Line) bool { return l.In(name) && filter.Match(l.Message) },
				func(p store.EntryPage) ([]*resource.Entry, error) {
					return c.Tx.EntriesBetween(id, container.LogLines, from, until, p)
				})
		}, afterLine)
	out := &lightsail.GetContainerLogOutput{LogEvents: make([]types.ContainerServiceLogEvent, len(page)), NextPageToken: next}
	for i, l := range page {
		out.LogEvents[i] = l.Show()
	}
	return out, err
}

// afterLine is the cursor after a line.
func afterLine(l container.Line) store.EntryCursor {
	return store.AfterEntry(&resource.Entry{At: l.At, Seq: l.Seq})
}

// selected reads up to limit lines after a cursor of those that a function selects.
func selected(
	after store.EntryCursor, limit int, wanted func(container.Line) bool, read func(store.EntryPage) ([]*resource.Entry, error),
) (found []container.Line, err error) {
	const atOnce = 1000
	for {
		entries, err := read(store.EntryPage{OldestFirst: true, After: after, Limit: atOnce})
		some, err := api.OpenAll(entries, err, container.OpenLine)
		if err != nil {
			return nil, err
		}
		for _, l := range some {
			if wanted(l) {
				found = append(found, l)
			}
			if len(found) == limit {
				return found, nil
			}
		}
		if len(some) < atOnce {
			return found, nil
		}
		after = afterLine(some[len(some)-1])
	}
}

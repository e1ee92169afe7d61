package database

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const (
	// eventsPage is how many events a page has (as Amazon RDS's).
	eventsPage = 100
	// linesPage is how many lines of a log a page has; that of AWS is not known.
	linesPage = 100
	// usualDuration is for how many minutes back events are listed if the input does not say (API reference).
	usualDuration = 60
)

// getEvents lists the events of some time, the oldest first (observed).
func getEvents(c *api.Call, in *lightsail.GetRelationalDatabaseEventsInput) (*lightsail.GetRelationalDatabaseEventsOutput, error) {
	minutes := int32(usualDuration)
	if in.DurationInMinutes != nil {
		minutes = *in.DurationInMinutes
	}
	if most := int32(database.EventAge / time.Minute); minutes < 1 || minutes > most {
		return nil, api.InvalidParams("durationInMinutes must be from 1 to %d.", most)
	}
	d, err := api.Target[database.Database](c)
	if err != nil {
		return nil, err
	}
	from := c.Now.Add(-time.Duration(minutes) * time.Minute)
	page, next, err := api.Page(c, eventsPage, in.PageToken, fmt.Sprint(d.Resource.ID, minutes), store.EntryCursor{},
		func(after store.EntryCursor, limit int) ([]database.Event, error) {
			return eventsAfter(c, d, from, after, limit)
		}, afterEvent)
	out := &lightsail.GetRelationalDatabaseEventsOutput{RelationalDatabaseEvents: make([]types.RelationalDatabaseEvent, len(page)), NextPageToken: next}
	for i, e := range page {
		out.RelationalDatabaseEvents[i] = e.Show(d.Resource.Name)
	}
	return out, err
}

func afterEvent(e database.Event) store.EntryCursor {
	return store.EntryCursor{At: e.At.UnixMilli(), Seq: e.Seq}
}

// inOrder compares places in the list of events.
func inOrder(a, b store.EntryCursor) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Seq, b.Seq))
}

// eventsAfter reads up to limit events after a cursor, from a moment until now.
func eventsAfter(c *api.Call, d *database.Database, from time.Time, after store.EntryCursor, limit int) (all []database.Event, err error) {
	until := c.Now.Add(time.Millisecond)
	stored, err := c.Tx.EntriesBetween(d.Resource.ID, database.Events, from, until, store.EntryPage{OldestFirst: true, After: after, Limit: limit})
	if all, err = api.OpenAll(stored, err, database.OpenEvent); err != nil {
		return nil, err
	}
	for _, e := range d.DailyBackups(from, until, backupTakes(c)) {
		if inOrder(afterEvent(e), after) > 0 {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b database.Event) int { return inOrder(afterEvent(a), afterEvent(b)) })
	return all[:min(limit, len(all))], nil
}

func getLogStreams(c *api.Call, _ *lightsail.GetRelationalDatabaseLogStreamsInput) (*lightsail.GetRelationalDatabaseLogStreamsOutput, error) {
	d, err := api.Target[database.Database](c)
	if err != nil {
		return nil, err
	}
	return &lightsail.GetRelationalDatabaseLogStreamsOutput{LogStreams: d.Streams()}, nil
}

// getLogEvents reads a log, from its newest page on unless the input says otherwise.
func getLogEvents(c *api.Call, in *lightsail.GetRelationalDatabaseLogEventsInput) (*lightsail.GetRelationalDatabaseLogEventsOutput, error) {
	d, err := api.Target[database.Database](c)
	if err != nil {
		return nil, err
	}
	stream, streams, fromHead := *in.LogStreamName, d.Streams(), aws.ToBool(in.StartFromHead)
	switch {
	case !slices.Contains(streams, stream):
		return nil, api.InvalidParams("The log stream %q does not exist. It must be one of the following: %s.",
			stream, strings.Join(streams, ","))
	case fromHead && !d.FromHead():
		return nil, api.InvalidParams("Logs of PostgreSQL can't be read from the head: startFromHead must be false.")
	}
	lines := within(d.Lines(stream, c.Now), in.StartTime, in.EndTime)
	scope := fmt.Sprintf("%s %s %s %s", d.Resource.ID, stream, api.ScopeTime(in.StartTime), api.ScopeTime(in.EndTime))
	page, backward, forward, err := api.Around(c, linesPage, in.PageToken, scope, fromHead, lines,
		func(l database.Line) database.LineKey { return l.Key }, database.LineKey.Compare)
	out := &lightsail.GetRelationalDatabaseLogEventsOutput{
		ResourceLogEvents: make([]types.LogEvent, len(page)), NextBackwardToken: backward, NextForwardToken: forward,
	}
	for i, l := range page {
		out.ResourceLogEvents[i] = l.Show()
	}
	return out, err
}

// within are the lines from one moment up to and without another; nil bounds nothing.
func within(lines []database.Line, from, to *time.Time) []database.Line {
	return slices.DeleteFunc(lines, func(l database.Line) bool {
		return from != nil && l.At().Before(*from) || to != nil && !l.At().Before(*to)
	})
}

func getMetricData(c *api.Call, in *lightsail.GetRelationalDatabaseMetricDataInput) (*lightsail.GetRelationalDatabaseMetricDataOutput, error) {
	data, err := c.MetricData(resource.RelationalDatabase, string(in.MetricName), in.StartTime, in.EndTime, in.Period, in.Unit, in.Statistics)
	return &lightsail.GetRelationalDatabaseMetricDataOutput{MetricName: in.MetricName, MetricData: data}, err
}

// series is the metric.Source of databases.
func series(_ *store.Tx, r *resource.Resource, name string, now time.Time) (metric.Series, error) {
	d, err := database.Load(r)
	m, known := database.LookupMetric(types.RelationalDatabaseMetricName(name))
	if err != nil || !known {
		return metric.Series{}, err
	}
	return metric.Series{Unit: m.Unit, Samples: func(from, to time.Time) metric.Samples { return d.Samples(m, from, to, now) }}, nil
}

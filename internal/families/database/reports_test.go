package database_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// allOf asks for the events of the longest time.
func allOf(name string) *lightsail.GetRelationalDatabaseEventsInput {
	return &lightsail.GetRelationalDatabaseEventsInput{RelationalDatabaseName: &name, DurationInMinutes: new(int32(20160))}
}

// events reads all pages of a database's events.
func (l *lab) events(name string) (all []string) {
	l.T.Helper()
	in, last := allOf(name), time.Time{}
	for {
		out := do(l, l.GetRelationalDatabaseEvents, in)
		for _, e := range out.RelationalDatabaseEvents {
			all = append(all, strings.Join(e.EventCategories, ",")+": "+*e.Message)
			if *e.Resource != name || e.CreatedAt.Before(last) || e.CreatedAt.After(l.Now()) {
				l.T.Errorf("event %q is of %s, at %s after one at %s", *e.Message, *e.Resource, e.CreatedAt, last)
			}
			last = *e.CreatedAt
		}
		if in.PageToken = out.NextPageToken; in.PageToken == nil {
			return all
		}
	}
}

func TestGetRelationalDatabaseEvents(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	want := []string{"creation: Relational Database created", "backup: Backing up Relational Database", "backup: Finished Relational Database backup"}
	if diff := cmp.Diff(want, l.events("shop")); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	do(l, l.UpdateRelationalDatabaseParameters, set("shop", "wait_timeout=60", "general_log=1"))
	l.Pass(time.Hour - time.Millisecond)
	in := &lightsail.GetRelationalDatabaseEventsInput{RelationalDatabaseName: new("shop")}
	if got := do(l, l.GetRelationalDatabaseEvents, in).RelationalDatabaseEvents; len(got) < 2 ||
		*got[len(got)-2].Message != "Updated parameter wait_timeout to 60 with apply method immediate" {
		t.Errorf("the events of an hour are %+v", got)
	}
	in.DurationInMinutes = new(int32(59))
	if got := do(l, l.GetRelationalDatabaseEvents, in).RelationalDatabaseEvents; got == nil || len(got) != 0 {
		t.Errorf("the events of 59 minutes are %+v, want an empty list", got)
	}
	for _, minutes := range []int32{0, -1, 20161, 1 << 30} {
		in.DurationInMinutes = &minutes
		wantInvalid(t, fails(l, l.GetRelationalDatabaseEvents, in), "durationInMinutes must be from 1 to 20160.")
	}
	in = &lightsail.GetRelationalDatabaseEventsInput{RelationalDatabaseName: new("none")}
	familytest.WantNotFound(t, fails(l, l.GetRelationalDatabaseEvents, in), "The RelationalDatabase does not exist: none")
}

// TestGetRelationalDatabaseEvents_pages reads page by page what one page has.
func TestGetRelationalDatabaseEvents_pages(t *testing.T) {
	l := &lab{familytest.NewLab(t, lanyardtest.Options{PageSize: 2})}
	l.create(input("shop"))
	if got := l.events("shop"); len(got) != 3 {
		t.Errorf("events in pages: %q", got)
	}
	in := allOf("shop")
	in.PageToken = do(l, l.GetRelationalDatabaseEvents, in).NextPageToken
	in.DurationInMinutes = new(int32(60))
	wantInvalid(t, fails(l, l.GetRelationalDatabaseEvents, in), "The page token is not valid.")
}

func TestGetRelationalDatabaseLogStreams(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	in := input("tills")
	in.RelationalDatabaseBlueprintId = new("postgres_17")
	l.create(in)
	for name, want := range map[string][]string{"shop": {"audit", "error", "general", "slowquery"}, "tills": {"postgresql"}} {
		got := do(l, l.GetRelationalDatabaseLogStreams, &lightsail.GetRelationalDatabaseLogStreamsInput{RelationalDatabaseName: &name}).LogStreams
		if !slices.Equal(got, want) {
			t.Errorf("%s has the streams %q, want %q", name, got, want)
		}
	}
}

// log asks for a log of a database.
func log(name, stream string) *lightsail.GetRelationalDatabaseLogEventsInput {
	return &lightsail.GetRelationalDatabaseLogEventsInput{RelationalDatabaseName: &name, LogStreamName: &stream}
}

// lines reads a log until a token comes back as it was: from the head, or back from the tail.
func (l *lab) lines(in *lightsail.GetRelationalDatabaseLogEventsInput) (all []string) {
	l.T.Helper()
	for {
		out := do(l, l.GetRelationalDatabaseLogEvents, in)
		page := []string{}
		for i, e := range out.ResourceLogEvents {
			page = append(page, *e.Message)
			if e.CreatedAt.Nanosecond() != 0 || e.CreatedAt.After(l.Now()) || i > 0 && e.CreatedAt.Before(*out.ResourceLogEvents[i-1].CreatedAt) {
				l.T.Errorf("line %q is at %s, out of order or in parts of a second", *e.Message, e.CreatedAt)
			}
		}
		next := out.NextBackwardToken
		if in.StartFromHead != nil && *in.StartFromHead {
			all, next = append(all, page...), out.NextForwardToken
		} else {
			all = append(page, all...)
		}
		if in.PageToken != nil && *next == *in.PageToken {
			return all
		}
		in.PageToken = next
	}
}

func wantLines(t *testing.T, got []string, want ...string) {
	t.Helper()
	ok := len(got) == len(want)
	for i := range min(len(got), len(want)) {
		ok = ok && strings.Contains(got[i], want[i])
	}
	if !ok {
		t.Errorf("got the lines\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestGetRelationalDatabaseLogEvents_error has a line for each thing that happens to a MySQL.
func TestGetRelationalDatabaseLogEvents_error(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	start := []string{"starting as process", "initialization has started", "initialization has ended", "ready for connections. Version: '8.0."}
	end := []string{"Received SHUTDOWN", "Shutdown complete"}
	wantLines(t, l.lines(log("shop", "error")), start...)
	do(l, l.RebootRelationalDatabase, &lightsail.RebootRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
	l.Pass(time.Hour)
	do(l, l.StopRelationalDatabase, &lightsail.StopRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
	l.Pass(time.Hour)
	want := slices.Concat(start, end, start, end)
	fromHead := log("shop", "error")
	fromHead.StartFromHead = new(true)
	got := l.lines(fromHead)
	wantLines(t, got, want...)
	l.Server.Restart(t)
	if again := l.lines(log("shop", "error")); !slices.Equal(got, again) {
		t.Errorf("after a restart, from the tail:\n%s", cmp.Diff(got, again))
	}
	l.Pass(14 * 24 * time.Hour)
	fromHead.PageToken = nil
	wantLines(t, l.lines(fromHead)[:4], start...) // that of the start after seven days
	for _, stream := range []string{"audit", "general", "slowquery"} {
		wantLines(t, l.lines(log("shop", stream)))
	}
}

// TestGetRelationalDatabaseLogEvents_files fill only while the parameters say so.
func TestGetRelationalDatabaseLogEvents_files(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	do(l, l.UpdateRelationalDatabaseParameters, set("shop", "general_log=1", "slow_query_log=1"))
	l.Pass(2 * time.Hour)
	wantLines(t, l.lines(log("shop", "general")))
	do(l, l.UpdateRelationalDatabaseParameters, set("shop", "log_output=FILE"))
	on := l.Now()
	l.Pass(time.Hour)
	general := l.lines(log("shop", "general"))
	if headers := slices.DeleteFunc(slices.Clone(general), func(line string) bool { return !strings.Contains(line, "started with") }); len(headers) != 1 || len(general) != 60 {
		t.Errorf("in an hour there are %d lines with %d headers, want 60 with 1", len(general), len(headers))
	}
	wantLines(t, l.lines(log("shop", "slowquery")), "/rdsdbbin/mysql/bin/mysqld, Version: 8.0.")
	do(l, l.UpdateRelationalDatabaseParameters, set("shop", "general_log=0"))
	l.Pass(time.Hour)
	in := log("shop", "general")
	in.StartTime = new(on.Add(time.Hour + time.Minute))
	wantLines(t, l.lines(in))
	in = log("shop", "general")
	in.EndTime = new(on.Add(10 * time.Second))
	wantLines(t, l.lines(in))
	l.Pass(25 * time.Hour)
	wantLines(t, l.lines(log("shop", "general")))
}

// TestGetRelationalDatabaseLogEvents_postgresql has the form of Amazon RDS's prefix, and what the engine does.
func TestGetRelationalDatabaseLogEvents_postgresql(t *testing.T) {
	l := newLab(t)
	in := input("tills")
	in.RelationalDatabaseBlueprintId = new("postgres_17")
	l.create(in)
	l.Pass(time.Hour)
	got := l.lines(log("tills", "postgresql"))
	form := regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} UTC::@:\[[0-9]+\]:LOG:  \S`)
	for _, line := range got {
		if !form.MatchString(line) {
			t.Errorf("the line %q does not have the form", line)
		}
	}
	wantLines(t, got[:6], "starting PostgreSQL 17.", "listening on", "database system was shut down at", "ready to accept connections", "checkpoint starting: time", "checkpoint complete")
	if len(got) < 25 {
		t.Errorf("in an hour there are %d lines, want a checkpoint every five minutes", len(got))
	}
	do(l, l.UpdateRelationalDatabaseParameters, set("tills", "rds.log_retention_period=1440"))
	l.Pass(7 * 24 * time.Hour)
	if day := l.lines(log("tills", "postgresql")); len(day) < 500 || len(day) > 600 {
		t.Errorf("%d lines are kept of a day, want two of each of 288 checkpoints", len(day))
	}
	head := log("tills", "postgresql")
	head.StartFromHead = new(true)
	wantInvalid(t, fails(l, l.GetRelationalDatabaseLogEvents, head), "Logs of PostgreSQL can't be read from the head: startFromHead must be false.")
}

// TestGetRelationalDatabaseLogEvents_tokens goes back and forth, and waits at the end for what comes.
func TestGetRelationalDatabaseLogEvents_tokens(t *testing.T) {
	l := &lab{familytest.NewLab(t, lanyardtest.Options{PageSize: 2})}
	l.create(input("shop"))
	read := func(token *string) *lightsail.GetRelationalDatabaseLogEventsOutput {
		in := log("shop", "error")
		in.PageToken = token
		return do(l, l.GetRelationalDatabaseLogEvents, in)
	}
	messages := func(out *lightsail.GetRelationalDatabaseLogEventsOutput) (all []string) {
		for _, e := range out.ResourceLogEvents {
			all = append(all, *e.Message)
		}
		return all
	}
	tail := read(nil)
	wantLines(t, messages(tail), "initialization has ended", "ready for connections")
	before := read(tail.NextBackwardToken)
	wantLines(t, messages(before), "starting as process", "initialization has started")
	if again := read(before.NextForwardToken); !slices.Equal(messages(again), messages(tail)) {
		t.Errorf("after the page before the last one comes %q", messages(again))
	}
	beginning := read(before.NextBackwardToken)
	wantLines(t, messages(beginning))
	if *beginning.NextBackwardToken != *before.NextBackwardToken {
		t.Error("at the beginning, the backward token is another one")
	}
	wantLines(t, messages(read(beginning.NextForwardToken)), "starting as process", "initialization has started")
	end := read(tail.NextForwardToken)
	wantLines(t, messages(end))
	if *end.NextForwardToken != *tail.NextForwardToken {
		t.Error("at the end, the forward token is another one")
	}
	do(l, l.StopRelationalDatabase, &lightsail.StopRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
	l.Pass(time.Hour)
	wantLines(t, messages(read(end.NextForwardToken)), "Received SHUTDOWN", "Shutdown complete")

	other := log("shop", "general")
	other.PageToken = end.NextForwardToken
	wantInvalid(t, fails(l, l.GetRelationalDatabaseLogEvents, other), "The page token is not valid.")
	empty := do(l, l.GetRelationalDatabaseLogEvents, log("shop", "general"))
	if empty.ResourceLogEvents == nil || empty.NextForwardToken == nil || empty.NextBackwardToken == nil {
		t.Errorf("an empty log has the events %v and not both tokens", empty.ResourceLogEvents)
	}
}

func TestGetRelationalDatabaseLogEvents_refusals(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	wantInvalid(t, fails(l, l.GetRelationalDatabaseLogEvents, log("shop", "postgresql")),
		`The log stream "postgresql" does not exist. It must be one of the following: audit,error,general,slowquery.`)
	familytest.WantNotFound(t, fails(l, l.GetRelationalDatabaseLogEvents, log("none", "error")), "The RelationalDatabase does not exist: none")
}

// metric asks for a metric of a day.
func (l *lab) metric(name string, metric types.RelationalDatabaseMetricName, unit types.MetricUnit, from time.Time) []types.MetricDatapoint {
	l.T.Helper()
	return do(l, l.GetRelationalDatabaseMetricData, &lightsail.GetRelationalDatabaseMetricDataInput{
		RelationalDatabaseName: &name, MetricName: metric, Unit: unit, StartTime: &from, EndTime: new(from.Add(24 * time.Hour)), Period: new(int32(60)),
		Statistics: []types.MetricStatistic{types.MetricStatisticMinimum, types.MetricStatisticMaximum, types.MetricStatisticSum},
	}).MetricData
}

// TestGetRelationalDatabaseMetricData_plausible wants all metrics to fit the bundle.
func TestGetRelationalDatabaseMetricData_plausible(t *testing.T) {
	const gib = 1 << 30
	l := newLab(t)
	in := input("shop")
	in.RelationalDatabaseBundleId = new("large_2_0") // 8 GB of memory, 240 GB of disk
	l.create(in)
	from := l.Now().Truncate(time.Minute).Add(time.Minute)
	l.Pass(25 * time.Hour)
	for _, tc := range []struct {
		metric      types.RelationalDatabaseMetricName
		unit        types.MetricUnit
		least, most float64
	}{
		{"CPUUtilization", "Percent", 1, 30},
		{"DatabaseConnections", "Count", 0, 20},
		{"DiskQueueDepth", "Count", 0, 1},
		{"FreeStorageSpace", "Bytes", 0.85 * 240 * gib, 240 * gib},
		{"NetworkReceiveThroughput", "Bytes/Second", 100, 1e6},
		{"NetworkTransmitThroughput", "Bytes/Second", 100, 1e6},
		{"FreeableMemory", "Bytes", 1 * gib, 6 * gib},
		{"SwapUsage", "Bytes", 0, 5e6},
	} {
		points := l.metric("shop", tc.metric, tc.unit, from)
		if len(points) != 1440 {
			t.Errorf("%s has %d points of a day, want 1440", tc.metric, len(points))
		}
		for _, p := range points {
			if *p.Minimum < tc.least || *p.Maximum > tc.most || *p.Sum != *p.Minimum || p.Unit != tc.unit || p.Average != nil {
				t.Fatalf("%s: %+v, want values from %v to %v", tc.metric, p, tc.least, tc.most)
			}
		}
		if other := l.metric("shop", tc.metric, types.MetricUnitTerabits, from); other == nil || len(other) != 0 {
			t.Errorf("%s has %d points in another unit", tc.metric, len(other))
		}
	}
}

// TestGetRelationalDatabaseMetricData_onlyWhileTheEngineRuns has no points of the time in which the database was created,
// stopped or restarted.
func TestGetRelationalDatabaseMetricData_onlyWhileTheEngineRuns(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	from := familytest.Start
	l.Pass(time.Hour)
	do(l, l.StopRelationalDatabase, &lightsail.StopRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
	stopped := l.Now()
	l.Pass(time.Hour)
	do(l, l.StartRelationalDatabase, &lightsail.StartRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
	l.Pass(takes(database.Start))
	started := l.Now()
	l.Pass(time.Hour)
	points := l.metric("shop", "CPUUtilization", "Percent", from)
	for _, p := range points {
		if p.Timestamp.Before(from.Add(4*time.Minute)) || !p.Timestamp.Before(stopped) && p.Timestamp.Before(started) {
			t.Errorf("there is a point of %s", p.Timestamp)
		}
	}
	if want := 120; len(points) < want || len(points) > want+5 {
		t.Errorf("there are %d points, want %d or a few more", len(points), want)
	}
	l.Server.Restart(t)
	if diff := cmp.Diff(points, l.metric("shop", "CPUUtilization", "Percent", from), familytest.Plain); diff != "" {
		t.Errorf("after a restart:\n%s", diff)
	}
}

func TestGetRelationalDatabaseMetricData_refusals(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	for want, change := range map[string]func(*lightsail.GetRelationalDatabaseMetricDataInput){
		"The parameter Period must be a multiple of 60.":            func(in *lightsail.GetRelationalDatabaseMetricDataInput) { in.Period = new(int32(90)) },
		"The parameter StartTime must not equal parameter EndTime.": func(in *lightsail.GetRelationalDatabaseMetricDataInput) { in.EndTime = in.StartTime },
		"These parameters are required: statistics":                 func(in *lightsail.GetRelationalDatabaseMetricDataInput) { in.Statistics = []types.MetricStatistic{} },
	} {
		in := &lightsail.GetRelationalDatabaseMetricDataInput{
			RelationalDatabaseName: new("shop"), MetricName: "CPUUtilization", Unit: "Percent", StartTime: &familytest.Start, EndTime: new(l.Now()),
			Period: new(int32(60)), Statistics: []types.MetricStatistic{"Average"},
		}
		change(in)
		wantInvalid(t, fails(l, l.GetRelationalDatabaseMetricData, in), want)
	}
}

// TestGetRelationalDatabaseLogEvents_ofAQuickReboot reads the log of an engine that was down for less than a second.
func TestGetRelationalDatabaseLogEvents_ofAQuickReboot(t *testing.T) {
	l := &lab{familytest.NewLab(t, lanyardtest.Options{TimeScale: 0.002})}
	l.create(input("shop"))
	do(l, l.RebootRelationalDatabase, &lightsail.RebootRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
	l.Pass(time.Minute)
	start := []string{"starting as process", "initialization has started", "initialization has ended", "ready for connections"}
	wantLines(t, l.lines(log("shop", "error")), slices.Concat(start, []string{"Received SHUTDOWN", "Shutdown complete"}, start)...)
}

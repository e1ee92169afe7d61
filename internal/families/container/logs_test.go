package container_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// log reads all pages of a log.
func (l *lab) log(in lightsail.GetContainerLogInput) []string {
	l.T.Helper()
	in.ServiceName = new("svc")
	if in.ContainerName == nil {
		in.ContainerName = new("app")
	}
	lines, last := []string{}, time.Time{}
	for {
		out := familytest.Do(l.T, l.GetContainerLog, &in)
		for _, e := range out.LogEvents {
			lines = append(lines, *e.Message)
			if e.CreatedAt.Before(last) || e.CreatedAt.After(l.Now()) {
				l.T.Errorf("the line %q has the time %s after one of %s, now %s", *e.Message, e.CreatedAt, last, l.Now())
			}
			last = *e.CreatedAt
		}
		if in.PageToken = out.NextPageToken; in.PageToken == nil {
			return lines
		}
	}
}

func wantLines(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		t.Errorf("log %s (-want +got):\n%s", what, diff)
	}
}

// TestGetContainerLog_deployments reads what a service writes about deployments of each fate, line by
// line as their time comes.
func TestGetContainerLog_deployments(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	familytest.Do(t, l.CreateContainerServiceDeployment, web("nginx"))
	wantLines(t, "at the beginning", l.log(lightsail.GetContainerLogInput{}), "[deployment:1] Creating your deployment")
	l.Pass(30 * time.Second)
	started := []string{"[deployment:1] Creating your deployment", "[deployment:1] Started 1 new node"}
	wantLines(t, "after half a minute", l.log(lightsail.GetContainerLogInput{}), started...)
	l.Pass(120*time.Second - time.Millisecond)
	wantLines(t, "just before the end", l.log(lightsail.GetContainerLogInput{}), started...)
	l.Pass(time.Millisecond)
	wantLines(t, "at the end", l.log(lightsail.GetContainerLogInput{}), append(started, "[deployment:1] Reached a steady state")...)

	from := l.Now().Add(time.Second)
	l.Pass(time.Minute)
	familytest.Do(t, l.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: new("svc"), Scale: new(int32(3))})
	l.Pass(takes(container.Update))
	l.deploy(web("registry.invalid/app"), "unpullable")
	ends := web("nginx")
	ends.Containers["app"] = types.Container{Image: new("nginx"), Command: []string{"false"}, Ports: ends.Containers["app"].Ports}
	l.deploy(ends, "unhealthy")
	l.deploy(web("nginx:2"), "healthy")
	wantLines(t, "of three more deployments", l.log(lightsail.GetContainerLogInput{StartTime: &from}),
		"[deployment:2] Creating your deployment", "[deployment:2] Started 3 new nodes", "[deployment:2] Started 3 new nodes",
		"[deployment:2] Started 3 new nodes", "[deployment:2] Canceled",
		"[deployment:3] Creating your deployment", "[deployment:3] Started 3 new nodes", "[deployment:3] Took too long", "[deployment:3] Canceled",
		"[deployment:4] Creating your deployment", "[deployment:4] Started 3 new nodes", "[deployment:4] Reached a steady state",
		"[deployment:1] Finalizing your deployment")
	wantLines(t, "of another container", l.log(lightsail.GetContainerLogInput{ContainerName: new("none")}))
	wantLines(t, "until then", l.log(lightsail.GetContainerLogInput{EndTime: &from}), append(started, "[deployment:1] Reached a steady state")...)

	l.Pass(container.LogAge - takes("healthy") + time.Millisecond)
	wantLines(t, "after four days", l.log(lightsail.GetContainerLogInput{}),
		"[deployment:4] Started 3 new nodes", "[deployment:4] Reached a steady state",
		"[deployment:1] Finalizing your deployment")
}

// TestGetContainerLog_filters selects lines by patterns.
func TestGetContainerLog_filters(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	l.deploy(web("nginx"), "healthy")
	const creating, started, steady = "[deployment:1] Creating your deployment", "[deployment:1] Started 1 new node", "[deployment:1] Reached a steady state"
	for pattern, want := range map[string][]string{
		"":                    {creating, started, steady},
		`""`:                  {creating, started, steady},
		"Started":             {started},
		"started":             {},
		"-Started":            {creating, steady},
		"Reached state":       {steady},
		"Reached Started":     {},
		"?Reached ?Started":   {started, steady},
		`"new node"`:          {started},
		`-"new node" -steady`: {creating},
		"  Creating\tyour ":   {creating},
		"?Reached deployment": {creating, started, steady},
	} {
		wantLines(t, "with the pattern "+pattern, l.log(lightsail.GetContainerLogInput{FilterPattern: &pattern}), want...)
	}
	for _, pattern := range []string{`"open`, "?", "-", `-""`, "{ $.a = 1 }", "[a, b]"} {
		err := fails(l, l.GetContainerLog, &lightsail.GetContainerLogInput{ServiceName: new("svc"), ContainerName: new("app"), FilterPattern: &pattern})
		wantRefused(t, err, "Invalid filter pattern")
	}
}

// TestGetContainerLog_pages has two lines on a page, and lines that come while it is read.
func TestGetContainerLog_pages(t *testing.T) {
	l := &lab{familytest.NewLab(t, lanyardtest.Options{PageSize: 2})}
	l.create("svc")
	familytest.Do(t, l.CreateContainerServiceDeployment, web("nginx"))
	l.Pass(30 * time.Second)
	in := &lightsail.GetContainerLogInput{ServiceName: new("svc"), ContainerName: new("app")}
	if out := familytest.Do(t, l.GetContainerLog, in); len(out.LogEvents) != 2 || out.NextPageToken != nil {
		t.Errorf("two lines that are there: got %d and a token %t, want 2 and none", len(out.LogEvents), out.NextPageToken != nil)
	}
	l.Pass(takes("healthy"))
	in.PageToken = familytest.Do(t, l.GetContainerLog, in).NextPageToken
	l.deploy(web("nginx:2"), "healthy")
	var got []string
	for in.PageToken != nil {
		out := familytest.Do(t, l.GetContainerLog, in)
		for _, e := range out.LogEvents {
			got = append(got, *e.Message)
		}
		in.PageToken = out.NextPageToken
	}
	wantLines(t, "after the first page", got, "[deployment:1] Reached a steady state", "[deployment:2] Creating your deployment",
		"[deployment:2] Started 1 new node", "[deployment:2] Reached a steady state", "[deployment:1] Finalizing your deployment")

	in.PageToken = familytest.Do(t, l.GetContainerLog, &lightsail.GetContainerLogInput{ServiceName: new("svc"), ContainerName: new("app")}).NextPageToken
	in.FilterPattern = new("Started")
	wantRefused(t, fails(l, l.GetContainerLog, in), "The page token is not valid.")
}

// TestGetContainerServiceMetricData has points of the time while the current deployment runs.
func TestGetContainerServiceMetricData(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	points := func(name types.ContainerServiceMetricName) []types.MetricDatapoint {
		return familytest.Do(t, l.GetContainerServiceMetricData, &lightsail.GetContainerServiceMetricDataInput{
			ServiceName: new("svc"), MetricName: name, StartTime: new(familytest.Start), EndTime: new(l.Now().Add(time.Hour)), Period: new(int32(300)),
			Statistics: []types.MetricStatistic{types.MetricStatisticAverage, types.MetricStatisticMaximum},
		}).MetricData
	}
	l.Pass(time.Hour)
	if got := points(types.ContainerServiceMetricNameCPUUtilization); len(got) != 0 {
		t.Errorf("without a deployment there are %d points, want none", len(got))
	}
	l.deploy(web("nginx"), "healthy")
	begun := l.Now()
	l.Pass(time.Hour)
	for _, name := range types.ContainerServiceMetricName("").Values() {
		got := points(name)
		if len(got) != 11 && len(got) != 12 {
			t.Errorf("%s of an hour has %d points", name, len(got))
		}
		for _, p := range got {
			if p.Timestamp.Before(begun) || *p.Average <= 0 || *p.Average > 60 || p.Unit != types.MetricUnitPercent {
				t.Errorf("%s at %s is %g %s", name, p.Timestamp, *p.Average, p.Unit)
			}
		}
		if diff := cmp.Diff(len(got), len(points(name))); diff != "" {
			t.Errorf("%s was read twice and has other points", name)
		}
	}
	set := func(off bool) {
		familytest.Do(t, l.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: new("svc"), IsDisabled: &off})
		l.Pass(takes(container.Update))
	}
	set(true)
	before := len(points(types.ContainerServiceMetricNameCPUUtilization))
	l.Pass(time.Hour)
	if got := len(points(types.ContainerServiceMetricNameCPUUtilization)); got != before {
		t.Errorf("while it was disabled the service got %d points, want none", got-before)
	}
	set(false)
	l.Pass(time.Hour)
	if got := len(points(types.ContainerServiceMetricNameCPUUtilization)); got < before+11 || got > before+13 {
		t.Errorf("an hour after it was enabled again the service has %d points, and had %d before", got, before)
	}
}

// TestGetContainerLog_onASlowClock has a log that takes longer than lines are kept.
func TestGetContainerLog_onASlowClock(t *testing.T) {
	l := &lab{familytest.NewLab(t, lanyardtest.Options{TimeScale: server.MaxTimeScale})}
	l.create("svc")
	l.Pass(server.MaxTimeScale * takes(container.Create))
	in := web("nginx")
	in.PublicEndpoint.HealthCheck = &types.ContainerServiceHealthCheckConfig{SuccessCodes: new("404")}
	familytest.Do(t, l.CreateContainerServiceDeployment, in)
	wantLines(t, "at the beginning", l.log(lightsail.GetContainerLogInput{}), "[deployment:1] Creating your deployment")
	l.Pass(server.MaxTimeScale * takes("unhealthy"))
	wantLines(t, "at the end", l.log(lightsail.GetContainerLogInput{}), "[deployment:1] Took too long", "[deployment:1] Canceled")
}

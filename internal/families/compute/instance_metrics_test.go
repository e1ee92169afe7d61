package compute_test

import (
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

var allStatistics = []types.MetricStatistic{"Minimum", "Maximum", "Sum", "Average", "SampleCount"}

// metricInput asks for all statistics of the processors from familytest.Start on.
func metricInput(from, to time.Duration, period int32) *lightsail.GetInstanceMetricDataInput {
	return &lightsail.GetInstanceMetricDataInput{
		InstanceName: new("web"), MetricName: types.InstanceMetricNameCPUUtilization, Unit: types.MetricUnitPercent,
		StartTime: new(familytest.Start.Add(from)), EndTime: new(familytest.Start.Add(to)), Period: &period, Statistics: allStatistics,
	}
}

func (l *lab) metric(in *lightsail.GetInstanceMetricDataInput) []types.MetricDatapoint {
	l.T.Helper()
	out := do(l, l.GetInstanceMetricData, in)
	if out.MetricName != in.MetricName || out.MetricData == nil {
		l.T.Errorf("metric %s, data %v", out.MetricName, out.MetricData)
	}
	return out.MetricData
}

// TestGetInstanceMetricData_periodsSumUpTheSameSamples compares long periods with the samples themselves.
func TestGetInstanceMetricData_periodsSumUpTheSameSamples(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	l.Pass(24 * time.Hour)
	const first = 7 * time.Minute // no period begins where a sample does
	fine := l.metric(metricInput(first, 20*time.Hour+first, 60))
	if len(fine) != 240 {
		t.Fatalf("%d samples in 20 hours, want 240", len(fine))
	}
	for _, period := range []int32{300, 420, 3600, 7200, 86400} {
		k := 0
		for _, p := range l.metric(metricInput(first, 20*time.Hour+first, period)) {
			offset := p.Timestamp.Sub(familytest.Start.Add(first))
			if offset%(time.Duration(period)*time.Second) != 0 {
				t.Fatalf("period %d: a datapoint at %s", period, p.Timestamp)
			}
			sum, least, most, n := 0.0, math.Inf(1), math.Inf(-1), 0
			for ; k < len(fine) && fine[k].Timestamp.Before(p.Timestamp.Add(time.Duration(period)*time.Second)); k++ {
				v := *fine[k].Sum
				sum, least, most, n = sum+v, min(least, v), max(most, v), n+1
			}
			if *p.Sum != sum || *p.Minimum != least || *p.Maximum != most || *p.SampleCount != float64(n) || *p.Average != sum/float64(n) {
				t.Errorf("period %d at %s: %v %v %v %v %v, want %v %v %v %d", period, p.Timestamp,
					*p.Sum, *p.Minimum, *p.Maximum, *p.SampleCount, *p.Average, sum, least, most, n)
			}
			if p.Unit != types.MetricUnitPercent {
				t.Errorf("unit = %s", p.Unit)
			}
		}
		if k != len(fine) {
			t.Errorf("period %d: %d of %d samples", period, k, len(fine))
		}
	}
}

func TestGetInstanceMetricData_onlyWhatIsAskedFor(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	l.Pass(time.Hour)
	in := metricInput(0, time.Hour, 3600)
	in.Statistics = []types.MetricStatistic{"Maximum"}
	points := l.metric(in)
	if len(points) != 1 {
		t.Fatalf("%d datapoints", len(points))
	}
	p := points[0]
	if p.Maximum == nil || p.Minimum != nil || p.Average != nil || p.Sum != nil || p.SampleCount != nil {
		t.Errorf("asked for the maximum: %+v", p)
	}
	if !p.Timestamp.Equal(familytest.Start) {
		t.Errorf("timestamp = %s", p.Timestamp)
	}
	in.StartTime = new(familytest.Start.Add(59 * time.Second))
	if got := *l.metric(in)[0].Timestamp; !got.Equal(familytest.Start) {
		t.Errorf("a start within a minute gives the timestamp %s", got)
	}
}

func TestGetInstanceMetricData_sameAfterARestart(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	l.Pass(3 * time.Hour)
	in := metricInput(0, 2*time.Hour, 300)
	before := l.metric(in)
	l.Pass(240 * time.Hour)
	l.Server.Restart(t)
	if diff := cmp.Diff(before, l.metric(in), familytest.Plain); diff != "" {
		t.Errorf("metrics of the past (-before +now):\n%s", diff)
	}
}

func TestGetInstanceMetricData_noneWhileStopped(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	l.Pass(time.Hour)
	do(l, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
	l.Pass(time.Hour)
	for name, in := range map[string]*lightsail.GetInstanceMetricDataInput{
		"before it was created": metricInput(-time.Hour, 0, 300),
		"when it was stopped":   metricInput(65*time.Minute, 90*time.Minute, 300),
		"the future":            metricInput(5*time.Hour, 6*time.Hour, 300),
	} {
		if got := l.metric(in); len(got) != 0 {
			t.Errorf("%s: %d datapoints", name, len(got))
		}
	}
	if got := l.metric(metricInput(0, 24*time.Hour, 60)); len(got) != 11 {
		t.Errorf("%d samples of a run of one hour, want 11", len(got))
	}
}

// TestGetInstanceMetricData_otherUnit is CloudWatch's way.
func TestGetInstanceMetricData_otherUnit(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	l.Pass(time.Hour)
	for metric, unit := range map[types.InstanceMetricName]types.MetricUnit{
		"CPUUtilization": "Percent", "NetworkIn": "Bytes", "NetworkOut": "Bytes", "StatusCheckFailed": "Count", "StatusCheckFailed_Instance": "Count",
		"StatusCheckFailed_System": "Count", "BurstCapacityTime": "Seconds", "BurstCapacityPercentage": "Percent", "MetadataNoToken": "Count",
		"DiskReadOps": "Count", "DiskWriteOps": "Count", "DiskReadBytes": "Bytes", "DiskWriteBytes": "Bytes", "DiskTotalReadTime": "Seconds",
		"DiskTotalWriteTime": "Seconds", "DiskQueueLength": "Count",
	} {
		in := metricInput(0, time.Hour, 3600)
		in.MetricName, in.Unit = metric, unit
		if got := l.metric(in); len(got) != 1 || got[0].Unit != unit {
			t.Errorf("%s in %s: %v", metric, unit, got)
		}
		in.Unit = types.MetricUnitMegabits
		if got := l.metric(in); len(got) != 0 {
			t.Errorf("%s in megabits: %v", metric, got)
		}
	}
}

func TestGetInstanceMetricData_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	noStatistic := metricInput(0, time.Hour, 300)
	noStatistic.Statistics = []types.MetricStatistic{}
	ancient := metricInput(0, 0, 86400)
	ancient.StartTime = new(time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC))
	for _, tc := range []struct {
		name    string
		in      *lightsail.GetInstanceMetricDataInput
		message string
	}{
		{"no statistic", noStatistic, "These parameters are required: statistics"},
		{"a period of 90 seconds", metricInput(0, time.Hour, 90), "The parameter Period must be a multiple of 60."},
		{"an empty time", metricInput(time.Hour, time.Hour, 300), "The parameter StartTime must not equal parameter EndTime."},
		{"the end before the start", metricInput(time.Hour, 0, 300), "The parameter StartTime must be less than the parameter EndTime."},
		{
			"1441 datapoints", metricInput(0, 1441*time.Minute, 60), "You have requested up to 1441 datapoints, which exceeds the limit of 1440. " +
				"You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
		},
		{
			"three centuries", ancient, "You have requested up to 119395 datapoints, which exceeds the limit of 1440. " +
				"You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			familytest.WantInvalid(t, fails(l, l.GetInstanceMetricData, tc.in), "InvalidParams", tc.message)
		})
	}
	l.metric(metricInput(0, 1440*time.Minute, 60))
	in := metricInput(0, time.Hour, 300)
	in.InstanceName = new("none")
	familytest.WantNotFound(t, fails(l, l.GetInstanceMetricData, in), "The Instance does not exist: none")
}

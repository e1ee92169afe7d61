package instance_test

import (
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

const day = 24 * time.Hour

// sample is a value with the time that it is for, in whole minutes from start.
type sample struct {
	minute int
	value  float64
}

func samples(t *testing.T, i *instance.Instance, name string, from, to, now time.Duration) (list []sample) {
	t.Helper()
	m, ok := instance.LookupMetric(types.InstanceMetricName(name))
	if !ok {
		t.Fatalf("no metric %s", name)
	}
	for at, value := range i.Samples(m, after(from), after(to), after(now)) {
		list = append(list, sample{int(at.Sub(start) / time.Minute), value})
	}
	return list
}

// measured is web, created at start and running from its first minute.
func measured() *instance.Instance {
	i := web()
	i.Resource.CreatedAt = start
	return i
}

func TestLookupMetric_everyMetricOfTheModel(t *testing.T) {
	i := measured()
	for _, name := range model.Constraints("InstanceMetricName").Enum {
		got := samples(t, i, name, 0, 3*day, 3*day)
		if len(got) < 3*288-1 {
			t.Errorf("%s: %d samples in three days", name, len(got))
		}
		for _, s := range got {
			if s.value < 0 || math.IsNaN(s.value) || math.IsInf(s.value, 0) {
				t.Fatalf("%s: %v", name, s)
			}
		}
	}
	if _, ok := instance.LookupMetric("Humidity"); ok {
		t.Error("there is a metric Humidity")
	}
}

func TestSamples_onlyWhileRunning(t *testing.T) {
	i := measured()
	i.Enter(resource.Plan{step(62*time.Minute, instance.Stopping), step(63*time.Minute, instance.Stopped)})
	i.Enter(resource.Plan{step(91*time.Minute, instance.Pending), step(92*time.Minute, instance.Running)})
	i.Enter(resource.Plan{step(101*time.Minute, instance.Running)}) // a reboot is no gap
	for _, tc := range []struct {
		name          string
		from, to, now time.Duration
		want          []int
	}{
		{"before it was created", -day, 0, day, nil},
		{"the first, which has to be complete", 0, 15 * time.Minute, day, []int{5, 10}},
		{"around the stop", 50 * time.Minute, 100 * time.Minute, day, []int{50, 55, 95}},
		{"around the reboot", 95 * time.Minute, 115 * time.Minute, day, []int{95, 100, 105, 110}},
		{"the start is in, the end is out", 5 * time.Minute, 10 * time.Minute, day, []int{5}},
		{"between the beginnings of two", 6 * time.Minute, 10 * time.Minute, day, nil},
		{"up to now", 0, day, 20 * time.Minute, []int{5, 10, 15}},
		{"up to a moment ago", 0, day, 20*time.Minute - time.Millisecond, []int{5, 10}},
		{"the future", 2 * day, 3 * day, day, nil},
		{"an empty time", time.Hour, time.Hour, day, nil},
		{"a time that ends before it begins", time.Hour, 0, day, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := samples(t, i, "CPUUtilization", tc.from, tc.to, tc.now)
			if len(got) != len(tc.want) {
				t.Fatalf("got %v, want those of %v", got, tc.want)
			}
			for k, s := range got {
				if s.minute != tc.want[k] {
					t.Errorf("sample of minute %d, want %d", s.minute, tc.want[k])
				}
			}
		})
	}
	if n := len(samples(t, i, "StatusCheckFailed", 2*time.Minute, 7*time.Minute, day)); n != 5 {
		t.Errorf("%d status checks in five minutes", n)
	}
}

// TestSamples_forgottenStepsCountAsRunning is about instances with a long history.
func TestSamples_forgottenStepsCountAsRunning(t *testing.T) {
	i := measured()
	for n := range 100 {
		i.Enter(resource.Plan{step(day+time.Duration(n)*time.Hour, instance.Running)})
	}
	if n := len(samples(t, i, "CPUUtilization", 0, day, 10*day)); n != 288 {
		t.Errorf("%d samples of the first day", n)
	}
}

func TestSamples_oldOnesAreGone(t *testing.T) {
	i := measured()
	if n := len(samples(t, i, "CPUUtilization", 0, day, 500*day)); n != 0 {
		t.Errorf("%d samples after 500 days", n)
	}
	if n := len(samples(t, i, "CPUUtilization", 0, 500*day, 500*day)); n != 455*288 {
		t.Errorf("%d samples are kept, want those of 455 days", n)
	}
}

func TestSamples_alwaysTheSame(t *testing.T) {
	i, j := measured(), measured()
	j.Resource.ID = "another"
	same := 0
	whole, other := samples(t, i, "CPUUtilization", 0, day, day), samples(t, j, "CPUUtilization", 0, day, day)
	for k, s := range samples(t, measured(), "CPUUtilization", 6*time.Hour, day, 20*day)[:100] {
		if whole[72-1+k] != s {
			t.Fatalf("%v is now %v", whole[72-1+k], s)
		}
		if other[72-1+k] == s {
			same++
		}
	}
	if same > 0 {
		t.Errorf("%d samples of another instance are the same", same)
	}
}

func TestSamples_plausible(t *testing.T) {
	i := measured()
	for _, tc := range []struct {
		name              string
		least, most, mean float64
	}{
		{"CPUUtilization", 0.1, 20, 2},
		{"NetworkIn", 30_000, 10e6, 300_000},
		{"NetworkOut", 40_000, 20e6, 700_000},
		{"StatusCheckFailed", 0, 0, 0},
		{"BurstCapacityPercentage", 40, 100, 99},
		{"BurstCapacityTime", 3456, 8640, 8600},
		{"MetadataNoToken", 0, 3, 0.2},
		{"DiskReadBytes", 0, 100e6, 1e6},
		{"DiskWriteOps", 50, 10_000, 500},
		{"DiskTotalWriteTime", 0, 10, 0.5},
		{"DiskQueueLength", 0, 1, 0.002},
	} {
		sum, all := 0.0, samples(t, i, tc.name, 0, 60*day, 60*day)
		for _, s := range all {
			sum += s.value
			if s.value < tc.least || s.value > tc.most {
				t.Fatalf("%s: %v is not from %v to %v", tc.name, s, tc.least, tc.most)
			}
		}
		if mean := sum / float64(len(all)); mean < tc.mean/3 || mean > tc.mean*3 {
			t.Errorf("%s: mean %v, want about %v", tc.name, mean, tc.mean)
		}
	}
}

func TestSamples_dailyRhythm(t *testing.T) {
	var hours [24]float64
	for _, s := range samples(t, measured(), "CPUUtilization", 0, 60*day, 60*day) {
		hours[s.minute/60%24] += s.value
	}
	low, high := hours[0], hours[0]
	for _, h := range hours {
		low, high = min(low, h), max(high, h)
	}
	if high < 1.5*low {
		t.Errorf("the busiest hour has %v, the quietest %v", high, low)
	}
}

func TestSamples_noTokenlessCallsIfTokensRequired(t *testing.T) {
	i := measured()
	i.Doc.MetadataOptions = &types.InstanceMetadataOptions{HttpTokens: types.HttpTokensRequired}
	for _, s := range samples(t, i, "MetadataNoToken", 0, 10*day, 10*day) {
		if s.value != 0 {
			t.Fatalf("%v", s)
		}
	}
}

func TestSamples_withoutPlan(t *testing.T) {
	i := measured()
	i.Priv.Plan = nil
	if got := samples(t, i, "CPUUtilization", 0, day, day); got != nil {
		t.Errorf("%v", got)
	}
}

func BenchmarkSamplesOfAYear(b *testing.B) {
	i := measured()
	m, _ := instance.LookupMetric(types.InstanceMetricNameNetworkIn)
	b.ReportAllocs()
	for b.Loop() {
		for range i.Samples(m, start, after(400*day), after(400*day)) {
			continue
		}
	}
}

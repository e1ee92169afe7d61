package instance

import (
	"iter"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/draw"
)

// Metric is what an instance reports about itself, at regular moments while it runs.
// Nothing is measured and nothing stored: a sample follows from the instance, the
// metric and the moment, so that it is always the same.
type Metric struct {
	Name types.InstanceMetricName
	// Unit is the one that the metric is published in (API reference).
	Unit types.MetricUnit
	// Every is the granularity: a minute or five (API reference).
	Every time.Duration

	sample func(reading) float64
}

const (
	minute      = time.Minute
	fiveMinutes = 5 * time.Minute
	day         = 24 * time.Hour
)

var metrics = []Metric{
	{types.InstanceMetricNameCPUUtilization, types.MetricUnitPercent, fiveMinutes, func(r reading) float64 { return 100 * r.load() }},
	{types.InstanceMetricNameNetworkIn, types.MetricUnitBytes, fiveMinutes, func(r reading) float64 { return r.amount(received, 40_000, 12e6) }},
	{types.InstanceMetricNameNetworkOut, types.MetricUnitBytes, fiveMinutes, func(r reading) float64 { return r.amount(sent, 60_000, 30e6) }},
	{types.InstanceMetricNameStatusCheckFailed, types.MetricUnitCount, minute, none},
	{types.InstanceMetricNameStatusCheckFailedInstance, types.MetricUnitCount, minute, none},
	{types.InstanceMetricNameStatusCheckFailedSystem, types.MetricUnitCount, minute, none},
	{types.InstanceMetricNameBurstCapacityTime, types.MetricUnitSeconds, fiveMinutes, func(r reading) float64 { return fullBurst.Seconds() * r.burst() }},
	{types.InstanceMetricNameBurstCapacityPercentage, types.MetricUnitPercent, fiveMinutes, func(r reading) float64 { return 100 * r.burst() }},
	{types.InstanceMetricNameMetadataNoToken, types.MetricUnitCount, fiveMinutes, func(r reading) float64 { return r.tokenless() }},
	{types.InstanceMetricNameDiskReadOps, types.MetricUnitCount, fiveMinutes, func(r reading) float64 { return r.reads() }},
	{types.InstanceMetricNameDiskWriteOps, types.MetricUnitCount, fiveMinutes, func(r reading) float64 { return r.writes() }},
	{types.InstanceMetricNameDiskReadBytes, types.MetricUnitBytes, fiveMinutes, func(r reading) float64 { return r.reads() * bytesPerRead }},
	{types.InstanceMetricNameDiskWriteBytes, types.MetricUnitBytes, fiveMinutes, func(r reading) float64 { return r.writes() * bytesPerWrite }},
	{types.InstanceMetricNameDiskTotalReadTime, types.MetricUnitSeconds, fiveMinutes, func(r reading) float64 { return r.reads() * secondsPerRead }},
	{types.InstanceMetricNameDiskTotalWriteTime, types.MetricUnitSeconds, fiveMinutes, func(r reading) float64 { return r.writes() * secondsPerWrite }},
	{types.InstanceMetricNameDiskQueueLength, types.MetricUnitCount, fiveMinutes, func(r reading) float64 {
		return (r.reads()*secondsPerRead + r.writes()*secondsPerWrite) / fiveMinutes.Seconds()
	}},
}

// LookupMetric finds a metric by its name.
func LookupMetric(name types.InstanceMetricName) (Metric, bool) {
	for _, m := range metrics {
		if m.Name == name {
			return m, true
		}
	}
	return Metric{}, false
}

// Samples yields what the instance has reported of a metric by now: values with the
// beginnings of the intervals that they are for, in order, from one moment up to and
// without another.
func (i *Instance) Samples(m Metric, from, to, now time.Time) iter.Seq2[time.Time, float64] {
	r := reading{seed: draw.Seed(i.Resource.ID), tokens: i.requiresTokens()}
	return func(yield func(time.Time, float64) bool) {
		for r.at, r.since = range draw.Moments(i.Runtimes(now), m.Every, from, to, now) {
			if !yield(r.at, m.sample(r)) {
				return
			}
		}
	}
}

// Runtimes are the times in which the instance has run by now.
func (i *Instance) Runtimes(now time.Time) []draw.Run {
	return i.Priv.Plan.Runs(i.Resource.CreatedAt, now, func(state string) bool { return state == Running })
}

func (i *Instance) requiresTokens() bool {
	o := i.Doc.MetadataOptions
	return o != nil && o.HttpTokens == types.HttpTokensRequired
}

// reading is what a sample follows from.
type reading struct {
	// seed is the instance's own.
	seed uint64
	at   time.Time
	// since is when the instance was started.
	since time.Time
	// tokens says that the instance's metadata wants session tokens.
	tokens bool
}

// none is the value of checks that never fail: nothing here breaks.
func none(reading) float64 { return 0 }

// load is the part of the processors that is busy: a small server's, with more to do
// by day than by night, and now and then a job.
func (r reading) load() float64 {
	idle := 0.002 + 0.008*draw.Unit(r.seed)
	rhythm := draw.Daily(r.at, 12+6*draw.Unit(r.seed+1))
	load := idle * (1 + 2*rhythm + 0.4*r.draw(jitter))
	if r.draw(job) < 1.0/100 {
		load += 0.02 + 0.1*r.draw(jobSize)
	}
	return load
}

// The numbers that are drawn for one moment, each independent of the others.
const (
	jitter uint64 = iota
	job
	jobSize
	received
	sent
	read
	written
	call
	calls
)

// draw returns a number from 0 up to 1, always the same for a moment.
func (r reading) draw(what uint64) float64 {
	return draw.At(r.seed, r.at, what)
}

// amount is a whole number that grows with the load.
func (r reading) amount(what uint64, least, perLoad float64) float64 {
	return math.Round((0.8 + 0.4*r.draw(what)) * (least + perLoad*r.load()))
}

// What an operation on the disk costs.
const (
	bytesPerRead    = 16 << 10
	bytesPerWrite   = 8 << 10
	secondsPerRead  = 0.0006
	secondsPerWrite = 0.0009
)

func (r reading) reads() float64  { return r.amount(read, 2, 4000) }
func (r reading) writes() float64 { return r.amount(written, 150, 20000) }

// An instance starts with a part of its burst capacity and gets the rest within a
// day: its load is never so high that it uses it up.
const (
	firstBurst = 0.4
	fullBurst  = 144 * time.Minute
)

func (r reading) burst() float64 {
	return min(1, firstBurst+(1-firstBurst)*float64(r.at.Sub(r.since))/float64(day))
}

// tokenless counts the calls that agents in the image make to the metadata service
// without a token.
func (r reading) tokenless() float64 {
	if r.tokens || r.draw(call) > 0.1 {
		return 0
	}
	return 1 + math.Floor(3*r.draw(calls))
}

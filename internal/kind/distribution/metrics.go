package distribution

import (
	"iter"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/draw"
)

// sampleEvery is the granularity of CloudFront's metrics.
const sampleEvery = time.Minute

// Metric is what a distribution reports about itself. Nothing is measured and nothing stored: a sample follows from
// the distribution, the metric and the moment. The values are those of a small site.
type Metric struct {
	// Unit is the one that the metric is published in (API reference).
	Unit types.MetricUnit

	sample func(reading) float64
	// waf metrics are there only while the firewall is enabled.
	waf bool
}

var metrics = map[types.DistributionMetricName]Metric{
	types.DistributionMetricNameRequests:           {Unit: types.MetricUnitNone, sample: reading.requests},
	types.DistributionMetricNameBytesDownloaded:    {Unit: types.MetricUnitNone, sample: reading.downloaded},
	types.DistributionMetricNameBytesUploaded:      {Unit: types.MetricUnitNone, sample: reading.uploaded},
	types.DistributionMetricNameTotalErrorRate:     {Unit: types.MetricUnitPercent, sample: reading.errors},
	types.DistributionMetricNameHttp4xxErrorRate:   {Unit: types.MetricUnitPercent, sample: reading.errors},
	types.DistributionMetricNameHttp5xxErrorRate:   {Unit: types.MetricUnitPercent, sample: reading.none},
	types.DistributionMetricNameWafAllowedRequests: {Unit: types.MetricUnitNone, sample: reading.requests, waf: true},
	types.DistributionMetricNameWafBlockedRequests: {Unit: types.MetricUnitNone, sample: reading.none, waf: true},
}

// LookupMetric finds a metric by its name.
func LookupMetric(name types.DistributionMetricName) (Metric, bool) {
	m, ok := metrics[name]
	return m, ok
}

// Samples yields what the distribution has reported of a metric by now, in order, from one moment up to and without
// another. There is nothing of the time in which it was not deployed, or was disabled.
func (d *Distribution) Samples(m Metric, from, to, now time.Time) iter.Seq2[time.Time, float64] {
	seed := draw.Seed(d.Resource.ID)
	return func(yield func(time.Time, float64) bool) {
		if m.waf && !*d.Doc.Waf.IsWafEnabled {
			return
		}
		for at := range draw.Moments(d.runs(now), sampleEvery, from, to, now) {
			if !yield(at, m.sample(reading{seed, at})) {
				return
			}
		}
	}
}

// runs are the times in which the distribution has answered by now. While a change is in progress it answers
// as it did before.
func (d *Distribution) runs(now time.Time) (all []draw.Run) {
	on := false
	for _, step := range d.Priv.Plan {
		switch {
		case step.At.After(now):
		case step.State == deployed && !on:
			all, on = append(all, draw.Run{From: step.At, To: now}), true
		case step.State == disabled && on:
			all[len(all)-1].To, on = step.At, false
		}
	}
	return all
}

// reading is what a sample follows from.
type reading struct {
	// seed is the distribution's own.
	seed uint64
	at   time.Time
}

// The numbers that are drawn for one moment, each independent of the others.
const (
	visits uint64 = iota
	weight
	typos
)

func (r reading) draw(what uint64) float64 { return draw.At(r.seed, r.at, what) }

// requests are more by day than by night.
func (r reading) requests() float64 {
	rhythm := draw.Daily(r.at, 12+6*draw.Unit(r.seed+1))
	return math.Floor((2 + 6*draw.Unit(r.seed)) * (0.5 + rhythm + 0.5*r.draw(visits)))
}

func (r reading) downloaded() float64 {
	return math.Floor(r.requests() * (15_000 + 20_000*r.draw(weight)))
}
func (r reading) uploaded() float64 { return math.Floor(r.requests() * 40 * r.draw(weight)) }

// errors are wrong addresses now and then. They are all of the client's sort.
func (r reading) errors() float64 {
	if r.draw(typos) < 0.9 || r.requests() == 0 {
		return 0
	}
	return 100 / r.requests()
}

func (reading) none() float64 { return 0 }

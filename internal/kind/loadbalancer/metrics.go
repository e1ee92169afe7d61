package loadbalancer

import (
	"iter"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/draw"
)

// sampleEvery is the granularity of all metrics (API reference).
const sampleEvery = time.Minute

// Metric is what a load balancer reports about itself. The numbers of hosts follow from the attached instances.
// Requests are made up: a sample follows from the load balancer and the moment, so that it is always the same.
type Metric struct {
	// Unit is the one that the metric is published in (API reference).
	Unit types.MetricUnit

	samples func(minute) []float64
}

var metrics = map[types.LoadBalancerMetricName]Metric{
	types.LoadBalancerMetricNameHealthyHostCount:               {types.MetricUnitCount, minute.healthyHosts},
	types.LoadBalancerMetricNameUnhealthyHostCount:             {types.MetricUnitCount, minute.unhealthyHosts},
	types.LoadBalancerMetricNameRequestCount:                   {types.MetricUnitCount, func(m minute) []float64 { return ones(m.answered()) }},
	types.LoadBalancerMetricNameHTTPCodeInstance2xxCount:       {types.MetricUnitCount, func(m minute) []float64 { return ones(m.coded(2)) }},
	types.LoadBalancerMetricNameHTTPCodeInstance3xxCount:       {types.MetricUnitCount, func(m minute) []float64 { return ones(m.coded(3)) }},
	types.LoadBalancerMetricNameHTTPCodeInstance4xxCount:       {types.MetricUnitCount, func(m minute) []float64 { return ones(m.coded(4)) }},
	types.LoadBalancerMetricNameHTTPCodeInstance5xxCount:       {types.MetricUnitCount, never},
	types.LoadBalancerMetricNameHTTPCodeLb4xxCount:             {types.MetricUnitCount, never},
	types.LoadBalancerMetricNameHTTPCodeLb5xxCount:             {types.MetricUnitCount, func(m minute) []float64 { return ones(m.unanswered()) }},
	types.LoadBalancerMetricNameInstanceResponseTime:           {types.MetricUnitSeconds, minute.responseTimes},
	types.LoadBalancerMetricNameRejectedConnectionCount:        {types.MetricUnitCount, never},
	types.LoadBalancerMetricNameClientTLSNegotiationErrorCount: {types.MetricUnitCount, never},
}

// LookupMetric finds a metric by its name.
func LookupMetric(name types.LoadBalancerMetricName) (Metric, bool) {
	m, ok := metrics[name]
	return m, ok
}

// Samples yields what the load balancer, given with its targets, has reported of a metric by now, in order, from one moment
// up to and without another. There is nothing of a minute in which no instance was attached.
func (b *LoadBalancer) Samples(m Metric, from, to, now time.Time) iter.Seq2[time.Time, float64] {
	return func(yield func(time.Time, float64) bool) {
		changes, seed := b.changes(), draw.Seed(b.Resource.ID)
		if len(changes) == 0 {
			return
		}
		var sum change
		for at := range draw.Moments([]draw.Run{{From: changes[0].at, To: now}}, sampleEvery, from, to, now) {
			for len(changes) > 0 && !changes[0].at.After(at) {
				sum, changes = sum.plus(changes[0]), changes[1:]
			}
			if sum.attached == 0 {
				continue
			}
			for _, value := range m.samples(minute{seed, at, sum}) {
				if !yield(at, value) {
					return
				}
			}
		}
	}
}

// change is by how much the numbers of instances change at a moment.
type change struct {
	at                           time.Time
	attached, healthy, unhealthy int
}

func (c change) plus(d change) change {
	return change{d.at, c.attached + d.attached, c.healthy + d.healthy, c.unhealthy + d.unhealthy}
}

// changes are those of all targets, in order.
func (b *LoadBalancer) changes() (all []change) {
	for _, t := range b.Targets {
		all = append(all, change{at: t.At, attached: 1})
		if t.Drains() {
			all = append(all, change{at: t.Detached, attached: -1})
		}
		for _, run := range t.Runs {
			up, down := t.checkedFrom(b.activeFrom(), run.From).Add(t.every()), run.To
			if t.Drains() && t.Detached.Before(down) {
				down = t.Detached
			}
			if !up.Before(down) {
				continue
			}
			by := change{unhealthy: 1}
			if t.Open {
				by = change{healthy: 1}
			}
			all = append(all, change{up, 0, by.healthy, by.unhealthy}, change{down, 0, -by.healthy, -by.unhealthy})
		}
	}
	slices.SortStableFunc(all, func(x, y change) int { return x.at.Compare(y.at) })
	return all
}

// minute is what samples of a minute follow from.
type minute struct {
	seed uint64
	at   time.Time
	// hosts are the numbers of instances.
	hosts change
}

// The numbers that are drawn for a minute, each independent of the others.
const (
	arrivals uint64 = iota
	firstCode
	firstTime = firstCode + mostRequests
)

// mostRequests is how many requests come in a minute at most.
const mostRequests = 4

func never(minute) []float64 { return nil }

// ones are so many samples of 1: each request is one.
func ones(n int) []float64 { return slices.Repeat([]float64{1}, n) }

func (m minute) healthyHosts() []float64   { return []float64{float64(m.hosts.healthy)} }
func (m minute) unhealthyHosts() []float64 { return []float64{float64(m.hosts.unhealthy)} }

// requests is how many requests come: few, and more of them by day.
func (m minute) requests() int {
	return int(mostRequests * draw.At(m.seed, m.at, arrivals) * (0.4 + 0.6*draw.Daily(m.at, 12+6*draw.Unit(m.seed))))
}

// answered is how many requests an instance answers.
func (m minute) answered() int {
	if m.hosts.healthy == 0 {
		return 0
	}
	return m.requests()
}

// unanswered is how many requests the load balancer answers itself, since no instance is healthy.
func (m minute) unanswered() int { return m.requests() - m.answered() }

// coded is how many answers have a code of the hundred.
func (m minute) coded(hundred int) (n int) {
	for k := range m.answered() {
		code := 2
		switch drawn := draw.At(m.seed, m.at, firstCode+uint64(k)); {
		case drawn < 0.02:
			code = 4
		case drawn < 0.1:
			code = 3
		}
		if code == hundred {
			n++
		}
	}
	return n
}

func (m minute) responseTimes() (all []float64) {
	for k := range m.answered() {
		drawn := draw.At(m.seed, m.at, firstTime+uint64(k))
		all = append(all, 0.005+0.1*drawn*drawn)
	}
	return all
}

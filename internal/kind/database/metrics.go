package database

import (
	"iter"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/draw"
)

// sampleEvery is the granularity of all metrics (API reference).
const sampleEvery = time.Minute

// Metric is what a database reports about itself. Nothing is measured and nothing stored: a sample follows from
// the database, the metric and the moment, so that it is always the same. The values are those of a database that has
// little to do, far from where people put alarms.
type Metric struct {
	// Unit is the one that the metric is published in (API reference, RDS user guide).
	Unit types.MetricUnit

	sample func(reading) float64
}

var metrics = map[types.RelationalDatabaseMetricName]Metric{
	types.RelationalDatabaseMetricNameCPUUtilization:            {types.MetricUnitPercent, reading.cpu},
	types.RelationalDatabaseMetricNameDatabaseConnections:       {types.MetricUnitCount, reading.connections},
	types.RelationalDatabaseMetricNameDiskQueueDepth:            {types.MetricUnitCount, reading.queue},
	types.RelationalDatabaseMetricNameFreeStorageSpace:          {types.MetricUnitBytes, reading.freeStorage},
	types.RelationalDatabaseMetricNameNetworkReceiveThroughput:  {types.MetricUnitBytesSecond, reading.received},
	types.RelationalDatabaseMetricNameNetworkTransmitThroughput: {types.MetricUnitBytesSecond, reading.sent},
	types.RelationalDatabaseMetricNameFreeableMemory:            {types.MetricUnitBytes, reading.freeMemory},
	types.RelationalDatabaseMetricNameSwapUsage:                 {types.MetricUnitBytes, reading.swap},
}

// LookupMetric finds a metric by its name.
func LookupMetric(name types.RelationalDatabaseMetricName) (Metric, bool) {
	m, ok := metrics[name]
	return m, ok
}

// Samples yields what the database has reported of a metric by now, in order, from one moment up to and without
// another. There is nothing of the time in which the engine did not run.
func (d *Database) Samples(m Metric, from, to, now time.Time) iter.Seq2[time.Time, float64] {
	bundle, _ := catalogue.LookupDatabaseBundle(*d.Doc.RelationalDatabaseBundleId)
	r := reading{
		seed: draw.Seed(d.Resource.ID), cpus: float64(*bundle.CpuCount), memory: float64(*bundle.RamSizeInGb) * (1 << 30),
		disk: float64(*bundle.DiskSizeInGb) * (1 << 30), most: d.Number("max_connections", now, 100), created: d.Resource.CreatedAt,
	}
	return func(yield func(time.Time, float64) bool) {
		for r.at, r.since = range draw.Moments(d.runs(now), sampleEvery, from, to, now) {
			if !yield(r.at, m.sample(r)) {
				return
			}
		}
	}
}

// reading is what a sample follows from.
type reading struct {
	// seed is the database's own.
	seed uint64
	at   time.Time
	// since is when the engine was started.
	since time.Time
	// created is when the database was made.
	created time.Time
	// cpus, memory and disk are those of the bundle, in numbers and bytes. most is how many connections there may be.
	cpus, memory, disk, most float64
}

// The numbers that are drawn for one moment, each independent of the others.
const (
	jitter uint64 = iota
	waiting
	inbound
	outbound
	client
)

func (r reading) draw(what uint64) float64 { return draw.At(r.seed, r.at, what) }

// rhythm is how much there is to do at a time of the day, from 0 to 1.
func (r reading) rhythm() float64 { return draw.Daily(r.at, 12+6*draw.Unit(r.seed+1)) }

// load is the part of the processors that is busy.
func (r reading) load() float64 {
	idle := (0.02 + 0.02*draw.Unit(r.seed)) * 2 / r.cpus
	return idle * (1 + r.rhythm() + 0.3*r.draw(jitter))
}

func (r reading) cpu() float64      { return 100 * r.load() }
func (r reading) queue() float64    { return 0.1 * r.load() * r.draw(waiting) }
func (r reading) received() float64 { return 300 + 20_000*r.load()*r.draw(inbound) }
func (r reading) sent() float64     { return 2500 + 90_000*r.load()*r.draw(outbound) }

// connections are few, and never as many as there may be.
func (r reading) connections() float64 {
	return math.Min(math.Floor((1+4*draw.Unit(r.seed+2))*r.rhythm()+r.draw(client)), r.most-1)
}

// freeStorage shrinks by what the engine writes, which is little, and never below nine tenths.
func (r reading) freeStorage() float64 {
	days := r.at.Sub(r.created).Hours() / 24
	used := 0.03 + 0.01*draw.Unit(r.seed+3) + 0.05*(1-math.Exp(-days/365)) + 0.0005*r.draw(jitter)
	return math.Floor(r.disk * (1 - used))
}

// freeMemory is what the engine's cache leaves, which fills in the first hours.
func (r reading) freeMemory() float64 {
	filled := 1 - math.Exp(-r.at.Sub(r.since).Hours()/2)
	return math.Floor(r.memory * (0.5 - 0.15*filled - 0.02*draw.Unit(r.seed+4) - 0.01*r.draw(jitter)))
}

// swap is a few pages, for as long as the engine runs.
func (r reading) swap() float64 {
	const page = 4096
	return page * math.Floor(1000*draw.Unit(r.seed+5))
}

package container

import (
	"iter"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/draw"
)

const (
	// sampleEvery is the granularity of all metrics (API reference).
	sampleEvery = 5 * time.Minute
	// retention is how long CloudWatch keeps metrics.
	retention = 455 * 24 * time.Hour
)

// samples are what the nodes report of each metric, in percent, as their average: a small server's
// load, and memory that fills up in the first hours. Nothing is measured.
var samples = map[types.ContainerServiceMetricName]func(seed uint64, at, since time.Time) float64{
	types.ContainerServiceMetricNameCPUUtilization: func(seed uint64, at, _ time.Time) float64 {
		hours := float64(at.Unix()%86400) / 3600
		rhythm := 0.5 + 0.5*math.Cos(2*math.Pi*(hours-12-6*draw.Unit(seed+1))/24) // more by day than by night
		return (0.5 + 2*draw.Unit(seed)) * (1 + 2*rhythm + 0.4*moment(seed, at, 0))
	},
	types.ContainerServiceMetricNameMemoryUtilization: func(seed uint64, at, since time.Time) float64 {
		filled := 1 - math.Exp(-at.Sub(since).Hours()/3)
		return 8 + 20*draw.Unit(seed+2)*(0.6+0.4*filled) + 0.5*moment(seed, at, 1)
	},
}

// moment is a number from 0 up to 1, always the same for a moment.
func moment(seed uint64, at time.Time, what uint64) float64 {
	return draw.Unit(draw.Mix(seed^uint64(at.Unix())) + what)
}

// Samples yields what the service has reported of a metric by now: values with the beginnings of the
// intervals that they are for, in order, from one moment up to and without another. There are values
// of the time while the current deployment ran, which has to be read.
func (s *Service) Samples(name types.ContainerServiceMetricName, from, to, now time.Time) iter.Seq2[time.Time, float64] {
	sample, seed := samples[name], draw.Seed(s.Resource.ID)
	return func(yield func(time.Time, float64) bool) {
		for _, run := range s.runs(now) {
			first := latest(from, run.from, now.Add(-retention))
			at := first.Truncate(sampleEvery)
			if at.Before(first) {
				at = at.Add(sampleEvery)
			}
			for ; sample != nil && at.Before(to) && !at.Add(sampleEvery).After(run.to); at = at.Add(sampleEvery) {
				if !yield(at, min(100, sample(seed, at, run.from))) {
					return
				}
			}
		}
	}
}

// period is a time in which containers ran.
type period struct{ from, to time.Time }

// runs are the times in which the current deployment has run by now: since it is active, without
// those in which the service was disabled.
func (s *Service) runs(now time.Time) (all []period) {
	current := s.Current(now)
	if current == nil {
		return nil
	}
	begun := current.Plan.At(now).At
	all = append(all, period{begun, now})
	off := false
	for _, step := range s.Priv.Plan {
		if step.At.Before(begun) || step.At.After(now) {
			continue
		}
		switch last := &all[len(all)-1]; {
		case step.State == disabled && !off:
			last.to, off = step.At, true
		case off && step.State == running:
			all, off = append(all, period{step.At, now}), false
		}
	}
	return all
}

func latest(times ...time.Time) (last time.Time) {
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

package container

import (
	"iter"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/draw"
)

// sampleEvery is the granularity of all metrics (API reference).
const sampleEvery = 5 * time.Minute

// samples are what the nodes report of each metric, in percent, as their average: a small server's
// load, and memory that fills up in the first hours. Nothing is measured.
var samples = map[types.ContainerServiceMetricName]func(seed uint64, at, since time.Time) float64{
	types.ContainerServiceMetricNameCPUUtilization: func(seed uint64, at, _ time.Time) float64 {
		rhythm := draw.Daily(at, 12+6*draw.Unit(seed+1)) // more by day than by night
		return (0.5 + 2*draw.Unit(seed)) * (1 + 2*rhythm + 0.4*draw.At(seed, at, 0))
	},
	types.ContainerServiceMetricNameMemoryUtilization: func(seed uint64, at, since time.Time) float64 {
		filled := 1 - math.Exp(-at.Sub(since).Hours()/3)
		return 8 + 20*draw.Unit(seed+2)*(0.6+0.4*filled) + 0.5*draw.At(seed, at, 1)
	},
}

// Samples yields what the service has reported of a metric by now: values with the beginnings of the
// intervals that they are for, in order, from one moment up to and without another. There are values
// of the time while the current deployment ran, which has to be read.
func (s *Service) Samples(name types.ContainerServiceMetricName, from, to, now time.Time) iter.Seq2[time.Time, float64] {
	sample, seed := samples[name], draw.Seed(s.Resource.ID)
	return func(yield func(time.Time, float64) bool) {
		if sample == nil {
			return
		}
		for at, since := range draw.Moments(s.runs(now), sampleEvery, from, to, now) {
			if !yield(at, min(100, sample(seed, at, since))) {
				return
			}
		}
	}
}

// runs are the times in which the current deployment has run by now: since it is active, without
// those in which the service was disabled.
func (s *Service) runs(now time.Time) (all []draw.Run) {
	current := s.Current(now)
	if current == nil {
		return nil
	}
	begun := current.Plan.At(now).At
	all = append(all, draw.Run{From: begun, To: now})
	off := false
	for _, step := range s.Priv.Plan {
		if step.At.Before(begun) || step.At.After(now) {
			continue
		}
		switch last := &all[len(all)-1]; {
		case step.State == disabled && !off:
			last.To, off = step.At, true
		case off && step.State == running:
			all, off = append(all, draw.Run{From: step.At, To: now}), false
		}
	}
	return all
}

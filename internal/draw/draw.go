// Package draw draws numbers that are the same each time: values that look measured, and follow
// from what they are for, with the moments at which they would have been measured. It is no source
// of secrets.
package draw

import (
	"hash/fnv"
	"math"
	"time"
)

// Seed is the beginning of the numbers of a thing, by its id.
func Seed(id string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id))
	return Mix(h.Sum64())
}

// Mix is the finalizer of SplitMix64: each bit of the result depends on all of x.
func Mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Unit maps a number to one from 0 up to 1.
func Unit(x uint64) float64 { return float64(Mix(x)>>11) / (1 << 53) }

// At is a number from 0 up to 1 of a thing, always the same for a moment. what tells several of one
// moment apart.
func At(seed uint64, at time.Time, what uint64) float64 {
	return Unit(Mix(seed^uint64(at.Unix())) + what)
}

// Daily is a number from 0 to 1 that is highest at an hour of each day, in UTC, and lowest twelve hours
// later.
func Daily(at time.Time, peak float64) float64 {
	hours := float64(at.Unix()%86400) / 3600
	return 0.5 + 0.5*math.Cos(2*math.Pi*(hours-peak)/24)
}

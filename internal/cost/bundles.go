package cost

import (
	"fmt"
	"time"
)

// BundleTerms are what a resource is charged by that has a bundle, in every state.
type BundleTerms struct {
	BundleID string `json:"bundleId"`
}

// ByBundle are the terms of a kind of resources that have bundles. charge is what a bundle costs, without the time; ok is
// false for one that there is not.
func ByBundle(charge func(bundleID string) (c Charge, ok bool)) Terms[BundleTerms] {
	return NewTerms(func(t BundleTerms) error {
		if _, ok := charge(t.BundleID); !ok {
			return fmt.Errorf("unknown bundle %.64q", t.BundleID)
		}
		return nil
	}, func(t BundleTerms, over Span) Charge {
		c, _ := charge(t.BundleID)
		c.Span = over
		return c
	})
}

// CanChange reports whether a bundle that was changed at one moment, or never if that is zero, can be changed at another
// one: once in a month of the calendar, in UTC (API reference of buckets and distributions: in a monthly billing cycle).
func CanChange(changed, now time.Time) bool {
	month := func(at time.Time) string { return at.UTC().Format("2006-01") }
	return changed.IsZero() || month(changed) != month(now)
}

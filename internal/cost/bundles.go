package cost

import "fmt"

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

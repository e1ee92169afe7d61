package resource_test

import (
	"errors"
	"math"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func TestPool_findsItsNames(t *testing.T) {
	const account = "111122223333"
	kinds := resource.StoredKinds{resource.Instance: {Pools: []resource.Pool{
		{Name: "public"}, {Name: "private", Networked: true},
	}}}
	for _, tc := range []struct{ name, pool, region string }{
		{"public", "public", ""},
		{"private/111122223333/eu-west-1", "private", "eu-west-1"},
		{"private/444455556666/eu-west-1", "", ""},
		{"private", "", ""},
		{"public/111122223333/eu-west-1", "", ""},
		{"", "", ""},
	} {
		p, region := kinds.Pool(account, tc.name)
		name := ""
		if p != nil {
			name = p.Name
		}
		if name != tc.pool || region != tc.region {
			t.Errorf("the pool of %q = %q in %q, want %q in %q", tc.name, name, region, tc.pool, tc.region)
		}
	}
}

func TestPool_boundsNumbers(t *testing.T) {
	odd := errors.New("odd")
	p := resource.Pool{First: 10, Last: 12, Check: func(n int64) error {
		if n%2 == 1 {
			return odd
		}
		return nil
	}}
	for n, ok := range map[int64]bool{-2: false, 0: true, 1: false, math.MaxUint32 - 1: true, math.MaxUint32 + 1: false} {
		if err := p.CheckNumber(n); (err == nil) != ok {
			t.Errorf("CheckNumber(%d) = %v, want it valid: %t", n, err, ok)
		}
	}
	for n, want := range map[int64]int64{9: 10, 10: 11, 12: 10, 500: 10} {
		if got := p.Next(n); got != want {
			t.Errorf("the number after %d = %d, want %d", n, got, want)
		}
	}
}

package subdomain_test

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
)

// newDSN names a new database of the kind that the random walks run on.
var newDSN = func(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }

// name draws one of few names, so that moves meet.
func name(r *mathrand.Rand) *string {
	top := []string{"site-0", "site-1", "s"}[r.IntN(3)] // the last one is too short to be created
	if r.IntN(2) == 0 {
		top = fmt.Sprint("blog-", r.IntN(2), ".", top)
	}
	return &top
}

// moves are calls whose answers do not matter.
var moves = []func(context.Context, familytest.Tenant, *mathrand.Rand) error{
	func(ctx context.Context, at familytest.Tenant, r *mathrand.Rand) error {
		_, err := at.CreateSubdomain(ctx, &lightsail.CreateSubdomainInput{SubdomainName: name(r)})
		return err
	},
	func(ctx context.Context, at familytest.Tenant, r *mathrand.Rand) error {
		_, err := at.CheckSubdomainAvailability(ctx, &lightsail.CheckSubdomainAvailabilityInput{SubdomainName: name(r), Reserve: new(r.IntN(4) == 0)})
		return err
	},
	func(ctx context.Context, at familytest.Tenant, r *mathrand.Rand) error {
		_, err := at.DeleteSubdomain(ctx, &lightsail.DeleteSubdomainInput{SubdomainName: name(r)})
		return err
	},
	func(ctx context.Context, at familytest.Tenant, r *mathrand.Rand) error {
		in := of(fmt.Sprint("cdn-", r.IntN(4)))
		in.Origin.Name = new("photos-" + at.Account)
		if r.IntN(2) == 0 {
			in.SubdomainName = name(r)
		}
		_, err := at.CreateDistribution(ctx, in)
		return err
	},
	func(ctx context.Context, at familytest.Tenant, r *mathrand.Rand) error {
		_, err := at.DeleteDistribution(ctx, &lightsail.DeleteDistributionInput{DistributionName: new(fmt.Sprint("cdn-", r.IntN(4)))})
		return err
	},
	func(ctx context.Context, at familytest.Tenant, _ *mathrand.Rand) error {
		_, err := at.CreateBucket(ctx, &lightsail.CreateBucketInput{BucketName: new("photos-" + at.Account), BundleId: new("small_1_0")})
		return err
	},
	updateSome, updateSome, updateSome,
}

// updateSome associates with a distribution that there is, or changes that.
func updateSome(ctx context.Context, at familytest.Tenant, r *mathrand.Rand) error {
	out, err := at.GetDistributions(ctx, &lightsail.GetDistributionsInput{})
	if err != nil {
		return err
	}
	in := &lightsail.UpdateSubdomainAssociationInput{SubdomainName: name(r), Action: types.SubdomainAssociationAction("").Values()[r.IntN(3)]}
	if n := len(out.Distributions); n > 0 {
		in.TargetResourceArn = out.Distributions[r.IntN(n)].Arn
	}
	_, err = at.UpdateSubdomainAssociation(ctx, in)
	return err
}

func newWalk(t *testing.T) *familytest.Walk {
	t.Helper()
	return familytest.NewWalk(t, familytest.WalkOptions{
		Accounts: []string{"111122223333", "444455556666"}, Regions: []string{"us-east-1"},
		Moves: len(moves), Move: func(ctx context.Context, number int, at familytest.Tenant, r *mathrand.Rand) error {
			return moves[number](ctx, at, r)
		},
		Ahead: func(r *mathrand.Rand) time.Duration {
			if r.IntN(40) == 0 {
				return 16 * 24 * time.Hour
			}
			return time.Duration(r.IntN(300)) * time.Second
		},
		NewDSN: newDSN, TimeScale: 1,
	})
}

// check wants no top-level subdomain in two accounts, and subdomains and distributions that say the same of each other.
func check(w *familytest.Walk) {
	w.T.Helper()
	owner := map[string]string{}
	for _, at := range w.Tenants {
		served := map[string]string{}
		for _, top := range familytest.Do(w.T, at.GetSubdomains, &lightsail.GetSubdomainsInput{}).Subdomains {
			if other := owner[*top.SubdomainName]; other != "" {
				w.T.Errorf("%s is in the accounts %s and %s", *top.SubdomainName, at.Account, other)
			}
			owner[*top.SubdomainName] = at.Account
			if top.State == types.SubdomainStateImplicit && len(top.Children) == 0 {
				w.T.Errorf("%s is implicit and has no nested subdomains", *top.SubdomainName)
			}
			for _, s := range append(top.Children, top) {
				if s.State == types.SubdomainStateAttached {
					served[*s.AttachedResource.Arn] = *s.SubdomainName
				}
				if s.AttachingResource != nil {
					served[*s.AttachingResource.Arn] = *s.SubdomainName
				}
			}
		}
		for _, d := range familytest.Do(w.T, at.GetDistributions, &lightsail.GetDistributionsInput{}).Distributions {
			if s := d.Subdomain; s != nil && s.State != "Error" && s.State != "Creating" {
				if served[*d.Arn] != *s.Name {
					w.T.Errorf("%s shows the subdomain %s, and of the subdomains %q shows it", *d.Name, *s.Name, served[*d.Arn])
				}
				delete(served, *d.Arn)
			}
		}
		if len(served) > 0 {
			w.T.Errorf("subdomains show distributions that do not show them: %v", served)
		}
	}
}

// TestSubdomains_invariantsHoldAtEachMove takes random moves, one at a time.
func TestSubdomains_invariantsHoldAtEachMove(t *testing.T) {
	w := newWalk(t)
	w.OneByOne(900, 10, func() { check(w) })
	w.CheckImport()
	w.WantDone(0)
}

// TestSubdomains_invariantsHoldAfterConcurrentMoves lets the moves meet.
func TestSubdomains_invariantsHoldAfterConcurrentMoves(t *testing.T) {
	w := newWalk(t)
	w.Concurrently(100)
	check(w)
	w.CheckImport()
}

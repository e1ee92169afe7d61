package distribution_test

import (
	"context"
	mathrand "math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// newDSN names a new database of the kind that the random walks run on.
var newDSN = func(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }

// walk takes random moves in two accounts and regions, and looks into the store between them.
type walk struct{ *familytest.Walk }

func newWalk(t *testing.T) *walk {
	t.Helper()
	return &walk{familytest.NewWalk(t, familytest.WalkOptions{
		Accounts: []string{"111122223333", "444455556666"}, Regions: []string{"us-east-1", "eu-central-1"},
		Moves: len(moves), Move: func(ctx context.Context, number int, at familytest.Tenant, r *mathrand.Rand) error {
			return moves[number](ctx, at.Client, chance{r, at.Region})
		},
		Ahead: ahead, NewDSN: newDSN, TimeScale: 1,
	})}
}

// ahead is some minutes, now and then into the next month.
func ahead(r *mathrand.Rand) time.Duration {
	d := time.Duration(r.IntN(240)) * time.Second
	if r.IntN(20) == 0 {
		d += 20 * 24 * time.Hour
	}
	return d
}

// check looks at all distributions of the accounts.
func (w *walk) check() {
	w.T.Helper()
	for _, at := range w.Tenants {
		if at.Region != "us-east-1" {
			continue
		}
		for _, d := range familytest.Do(w.T, at.GetDistributions, &lightsail.GetDistributionsInput{}).Distributions {
			one := familytest.Do(w.T, at.GetDistributions, &lightsail.GetDistributionsInput{DistributionName: d.Name}).Distributions
			if d.DefaultRootObject != nil || d.CustomErrorResponses != nil {
				w.T.Errorf("the list shows the pages of %s, want that of single distributions only", *d.Name)
			}
			one[0].DefaultRootObject, one[0].CustomErrorResponses = nil, nil
			if diff := gocmp.Diff([]types.LightsailDistribution{d}, one, familytest.Plain); diff != "" {
				w.T.Errorf("%s in the list (-) and by its name (+):\n%s", *d.Name, diff)
			}
			w.checkOrigin(at, &d)
		}
	}
}

// checkOrigin wants one link at most to an origin, to what the distribution names, and one to a certificate if it has one.
func (w *walk) checkOrigin(at familytest.Tenant, d *types.LightsailDistribution) {
	w.T.Helper()
	familytest.NoError(w.T, w.DB.View(w.T.Context(), func(tx *store.Tx) error {
		tx.SetNow(w.Now())
		r, err := tx.Resource(at.Account, at.Region, *d.Name)
		if err != nil {
			return err
		}
		origins := 0
		for _, l := range r.Links {
			o := l.Other
			if l.Role == resource.ViewerCertificate {
				if d.CertificateName == nil || *d.CertificateName != o.Name {
					w.T.Errorf("%s is linked to the certificate %s and does not show it", *d.Name, o.Name)
				}
				continue
			}
			origins++
			if o.Name != *d.Origin.Name || o.Region != string(d.Origin.RegionName) || o.Kind != resource.Kind(d.Origin.ResourceType) {
				w.T.Errorf("%s has the origin %s %s in %s and is linked to the %s %s in %s", *d.Name,
					d.Origin.ResourceType, *d.Origin.Name, d.Origin.RegionName, o.Kind, o.Name, o.Region)
			}
		}
		if certificates := len(r.Links) - origins; origins > 1 || (certificates > 0) != (d.CertificateName != nil) {
			w.T.Errorf("%s has %d origins and %d certificates, want one at most, and the certificate that it shows", *d.Name, origins, certificates)
		}
		return nil
	}))
}

// TestDistributions_invariantsHoldAtEachMove takes random moves, one at a time.
func TestDistributions_invariantsHoldAtEachMove(t *testing.T) {
	w := newWalk(t)
	w.OneByOne(900, 10, w.check)
	w.CheckImport()
	w.WantDone(0)
}

// TestDistributions_invariantsHoldAfterConcurrentMoves lets the moves meet.
func TestDistributions_invariantsHoldAfterConcurrentMoves(t *testing.T) {
	w := newWalk(t)
	w.Concurrently(100)
	w.check()
	w.CheckImport()
}

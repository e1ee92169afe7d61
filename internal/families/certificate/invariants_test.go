package certificate_test

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
)

// newDSN names a new database of the kind that the random walks run on.
var newDSN = func(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }

// newWalk takes random moves in two accounts and regions.
func newWalk(t *testing.T, timeScale float64) *familytest.Walk {
	t.Helper()
	return familytest.NewWalk(t, familytest.WalkOptions{
		Accounts: []string{"111122223333", "444455556666"}, Regions: []string{"us-east-1", "eu-central-1"}, TimeScale: timeScale, NewDSN: newDSN,
		Moves: len(moves), Move: func(ctx context.Context, number int, at familytest.Tenant, r *mathrand.Rand) error {
			return moves[number](ctx, at.Client, chance{r})
		},
		Ahead: ahead,
	})
}

// ahead is some seconds, now and then some days or more than a year, and sometimes back.
func ahead(r *mathrand.Rand) time.Duration {
	switch r.IntN(40) {
	case 0:
		return 366 * 24 * time.Hour
	case 1:
		return 73 * time.Hour
	case 2:
		return -time.Minute
	case 3, 4, 5:
		return 3 * time.Minute
	}
	return time.Duration(r.IntN(40)) * time.Second
}

// chance draws what a move is about. Names are few, so that moves meet.
type chance struct{ *mathrand.Rand }

func (r chance) certificate() *string { return new(fmt.Sprint("cert-", r.IntN(4))) }
func (r chance) service() *string     { return new(fmt.Sprint("svc-", r.IntN(2))) }
func (r chance) zone() *string        { return new([]string{"example.com", "shop.example.com"}[r.IntN(2)]) }

func (r chance) domain() string {
	return []string{"example.com", "www.example.com", "a.shop.example.com", "example.org", "shop.test"}[r.IntN(21)/5%5]
}

func (r chance) domains() map[string][]string {
	all := map[string][]string{}
	for range r.IntN(3) {
		name := *r.certificate()
		all[name] = []string{}
		for range r.IntN(3) {
			all[name] = append(all[name], r.domain())
		}
	}
	return all
}

// move is one call, whose answer does not matter.
type move func(context.Context, *lightsail.Client, chance) error

var moves = []move{
	request, request, request,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteCertificate(ctx, &lightsail.DeleteCertificateInput{CertificateName: r.certificate()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.CreateDomain(ctx, &lightsail.CreateDomainInput{DomainName: r.zone()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		if r.IntN(4) > 0 {
			return nil
		}
		_, err := c.DeleteDomain(ctx, &lightsail.DeleteDomainInput{DomainName: r.zone()})
		return err
	},
	enter, enter,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.CreateContainerService(ctx, &lightsail.CreateContainerServiceInput{
			ServiceName: r.service(), Power: types.ContainerServicePowerNameNano, Scale: new(int32(1)), PublicDomainNames: r.domains(),
		})
		return err
	},
	serve, serve, serve,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		if r.IntN(4) > 0 {
			return nil
		}
		_, err := c.DeleteContainerService(ctx, &lightsail.DeleteContainerServiceInput{ServiceName: r.service()})
		return err
	},
}

func request(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.CreateCertificate(ctx, &lightsail.CreateCertificateInput{
		CertificateName: r.certificate(), DomainName: new(r.domain()), SubjectAlternativeNames: []string{r.domain()},
	})
	return err
}

// enter enters the first record of a certificate by hand.
func enter(ctx context.Context, c *lightsail.Client, r chance) error {
	out, err := c.GetCertificates(ctx, &lightsail.GetCertificatesInput{CertificateName: r.certificate()})
	if err != nil || len(out.Certificates) == 0 {
		return err
	}
	record := out.Certificates[0].CertificateDetail.DomainValidationRecords[0].ResourceRecord
	if record == nil {
		return nil
	}
	_, err = c.CreateDomainEntry(ctx, &lightsail.CreateDomainEntryInput{DomainName: r.zone(), DomainEntry: entry(record)})
	return err
}

func serve(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.UpdateContainerService(ctx, &lightsail.UpdateContainerServiceInput{ServiceName: r.service(), PublicDomainNames: r.domains()})
	return err
}

// check wants of each tenant: lists that equal what is read by name, names that are on one service only, and of certificates that are
// there, and that these know how many services have them.
func check(w *familytest.Walk) {
	w.T.Helper()
	for _, at := range w.Tenants {
		uses, served := map[string]int32{}, map[string]bool{}
		for _, s := range familytest.Do(w.T, at.GetContainerServices, &lightsail.GetContainerServicesInput{}).ContainerServices {
			count := 0
			for certificate, names := range s.PublicDomainNames {
				uses[certificate]++
				for _, name := range names {
					if count++; served[name] {
						w.T.Errorf("two services have the name %s", name)
					}
					served[name] = true
				}
			}
			if count > 4 {
				w.T.Errorf("%s has %d public domain names, want 4 at most", *s.ContainerServiceName, count)
			}
		}
		for _, c := range familytest.Do(w.T, at.GetCertificates, &lightsail.GetCertificatesInput{IncludeCertificateDetails: true}).Certificates {
			one := familytest.Do(w.T, at.GetCertificates, &lightsail.GetCertificatesInput{CertificateName: c.CertificateName}).Certificates
			if diff := cmp.Diff([]types.CertificateSummary{c}, one, familytest.Plain); diff != "" {
				w.T.Errorf("%s in the list (-) and by its name (+):\n%s", *c.CertificateName, diff)
			}
			if got := c.CertificateDetail.InUseResourceCount; got != uses[*c.CertificateName] {
				w.T.Errorf("%s has the inUseResourceCount %d, and %d services have names of it", *c.CertificateName, got, uses[*c.CertificateName])
			}
			delete(uses, *c.CertificateName)
		}
		if len(uses) > 0 {
			w.T.Errorf("services have names of certificates that are not there: %v", uses)
		}
	}
}

// TestCertificates_invariantsHoldAtEachMove takes random moves, one at a time.
func TestCertificates_invariantsHoldAtEachMove(t *testing.T) {
	for name, timeScale := range map[string]float64{"at once": 0, "over time": 1} {
		t.Run(name, func(t *testing.T) {
			w := newWalk(t, timeScale)
			w.OneByOne(800, 10, func() { check(w) })
			w.CheckImport()
			w.WantDone(0)
		})
	}
}

// TestCertificates_invariantsHoldAfterConcurrentMoves lets the moves meet.
func TestCertificates_invariantsHoldAfterConcurrentMoves(t *testing.T) {
	w := newWalk(t, 0)
	w.Concurrently(100)
	check(w)
	w.CheckImport()
}

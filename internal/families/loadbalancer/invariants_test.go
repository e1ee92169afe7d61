package loadbalancer_test

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/loadbalancer"
)

// newDSN names a new database of the kind that the random walks run on.
var newDSN = func(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }

// walk takes random moves in an account, and looks at what it has between them.
type walk struct {
	*familytest.Walk
	c *lightsail.Client
}

func newWalk(t *testing.T, timeScale float64) *walk {
	t.Helper()
	w := familytest.NewWalk(t, familytest.WalkOptions{
		Accounts: []string{"111122223333"}, Regions: []string{familytest.Region}, TimeScale: timeScale, NewDSN: newDSN,
		Ahead: func(r *mathrand.Rand) time.Duration { return time.Duration(r.IntN(60)) * time.Second },
		Moves: len(moves), Move: func(ctx context.Context, number int, at familytest.Tenant, r *mathrand.Rand) error {
			return moves[number](ctx, at.Client, chance{r})
		},
	})
	familytest.Do(t, w.Tenants[0].CreateDomain, &lightsail.CreateDomainInput{DomainName: new("example.com")})
	return &walk{w, w.Tenants[0].Client}
}

// check looks at all load balancers.
func (w *walk) check() {
	w.T.Helper()
	running := map[string]bool{}
	for _, i := range familytest.Do(w.T, w.c.GetInstances, &lightsail.GetInstancesInput{}).Instances {
		running[*i.Name] = *i.State.Name == "running"
	}
	for _, b := range familytest.Do(w.T, w.c.GetLoadBalancers, &lightsail.GetLoadBalancersInput{}).LoadBalancers {
		one := familytest.Do(w.T, w.c.GetLoadBalancer, &lightsail.GetLoadBalancerInput{LoadBalancerName: b.Name}).LoadBalancer
		if diff := cmp.Diff(&b, one, familytest.Plain); diff != "" {
			w.T.Errorf("%s in the list (-) and by its name (+):\n%s", *b.Name, diff)
		}
		w.checkHealth(&b, running)
		w.checkCertificates(&b)
	}
}

// checkHealth wants each instance once, and its health to go with its state.
func (w *walk) checkHealth(b *types.LoadBalancer, running map[string]bool) {
	w.T.Helper()
	seen := map[string]bool{}
	for _, h := range b.InstanceHealthSummary {
		runs, there := running[*h.InstanceName]
		unused := h.InstanceHealth == types.InstanceHealthStateUnused
		if !there || seen[*h.InstanceName] || h.InstanceHealth != types.InstanceHealthStateDraining && unused == runs {
			w.T.Errorf("%s has %s, which is %s: there %t, running %t", *b.Name, *h.InstanceName, h.InstanceHealth, there, runs)
		}
		seen[*h.InstanceName] = true
	}
}

// checkCertificates wants the certificates of the list to be those of the balancer, and only an issued one to serve.
func (w *walk) checkCertificates(b *types.LoadBalancer) {
	w.T.Helper()
	var got []types.LoadBalancerTlsCertificateSummary
	attached := 0
	for _, c := range familytest.Do(w.T, w.c.GetLoadBalancerTlsCertificates, &lightsail.GetLoadBalancerTlsCertificatesInput{LoadBalancerName: b.Name}).TlsCertificates {
		got = append(got, types.LoadBalancerTlsCertificateSummary{Name: c.Name, IsAttached: c.IsAttached})
		if *c.IsAttached {
			attached++
		}
		if *c.LoadBalancerName != *b.Name || *c.IsAttached && c.Status != types.LoadBalancerTlsCertificateStatusIssued {
			w.T.Errorf("%s has the certificate %s of %s, attached %t and %s", *b.Name, *c.Name, *c.LoadBalancerName, *c.IsAttached, c.Status)
		}
	}
	if diff := cmp.Diff(b.TlsCertificateSummaries, append([]types.LoadBalancerTlsCertificateSummary{}, got...), familytest.Plain); diff != "" {
		w.T.Errorf("certificates of %s (-summaries +list):\n%s", *b.Name, diff)
	}
	https := slices.Contains(b.PublicPorts, 443)
	if len(got) > loadbalancer.MaxCertificates || attached > 1 || https != (attached == 1) || *b.HttpsRedirectionEnabled && !https {
		w.T.Errorf("%s has %d certificates, %d of them attached, ports %v and redirection %t", *b.Name, len(got), attached, b.PublicPorts, *b.HttpsRedirectionEnabled)
	}
}

// TestLoadBalancers_invariantsHoldAtEachMove takes random moves, one at a time, on AWS's times and on none.
func TestLoadBalancers_invariantsHoldAtEachMove(t *testing.T) {
	for _, scale := range []float64{0, 1} {
		t.Run(fmt.Sprint("time scale ", scale), func(t *testing.T) {
			w := newWalk(t, scale)
			w.OneByOne(500, 16, w.check)
			w.CheckImport()
			w.WantDone(0)
		})
	}
}

// TestLoadBalancers_invariantsHoldAfterConcurrentMoves lets the moves meet.
func TestLoadBalancers_invariantsHoldAfterConcurrentMoves(t *testing.T) {
	w := newWalk(t, 0)
	w.Concurrently(80)
	w.check()
	w.CheckImport()
}

// TestLoadBalancers_invariantsHoldIfTheClockIsPutBack puts the clock back between moves.
func TestLoadBalancers_invariantsHoldIfTheClockIsPutBack(t *testing.T) {
	w, r := newWalk(t, 1), mathrand.New(mathrand.NewPCG(1, 7))
	w.OneByOne(200, 1, func() {
		if r.IntN(5) == 0 {
			w.Pass(-time.Duration(r.IntN(600)) * time.Second)
		}
	})
	w.CheckImport()
}

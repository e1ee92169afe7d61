package container_test

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
)

// newDSN names a new database of the kind that the random walks run on.
var newDSN = func(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }

// walk takes random moves in an account, and looks at what it has between them.
type walk struct {
	*familytest.Walk
	c *lightsail.Client
	// newest are the highest versions and numbers of images that were seen, by ARN.
	newest map[string]int64
}

func newWalk(t *testing.T, timeScale float64) *walk {
	t.Helper()
	w := familytest.NewWalk(t, familytest.WalkOptions{
		Accounts: []string{"111122223333"}, Regions: []string{familytest.Region}, TimeScale: timeScale, Ahead: ahead, NewDSN: newDSN,
		Moves: len(moves), Move: func(ctx context.Context, number int, at familytest.Tenant, r *mathrand.Rand) error {
			return moves[number](ctx, at.Client, chance{r})
		},
	})
	return &walk{w, w.Tenants[0].Client, map[string]int64{}}
}

// ahead is some seconds, now and then some minutes.
func ahead(r *mathrand.Rand) time.Duration {
	d := time.Duration(r.IntN(40)) * time.Second
	if r.IntN(10) == 0 {
		d += 12 * time.Minute
	}
	return d
}

// check looks at all services.
func (w *walk) check() {
	w.T.Helper()
	for _, s := range familytest.Do(w.T, w.c.GetContainerServices, &lightsail.GetContainerServicesInput{}).ContainerServices {
		name := s.ContainerServiceName
		one := familytest.Do(w.T, w.c.GetContainerServices, &lightsail.GetContainerServicesInput{ServiceName: name}).ContainerServices
		if diff := cmp.Diff([]types.ContainerService{s}, one, familytest.Plain); diff != "" {
			w.T.Errorf("%s in the list (-) and by its name (+):\n%s", *name, diff)
		}
		w.checkState(&s)
		w.checkDeployments(&s)
		w.checkImages(&s)
		lines := familytest.Do(w.T, w.c.GetContainerLog, &lightsail.GetContainerLogInput{ServiceName: name, ContainerName: new("app")}).LogEvents
		if !slices.IsSortedFunc(lines, func(a, b types.ContainerServiceLogEvent) int { return a.CreatedAt.Compare(*b.CreatedAt) }) {
			w.T.Errorf("the log of %s is not in order", *name)
		}
	}
}

// checkState wants the state of a service to go with what it has.
func (w *walk) checkState(s *types.ContainerService) {
	w.T.Helper()
	current, next, detail := s.CurrentDeployment != nil, s.NextDeployment != nil, s.StateDetail != nil
	ok := true
	switch s.State {
	case types.ContainerServiceStatePending:
		ok = !current && *s.PrincipalArn == ""
	case types.ContainerServiceStateReady:
		ok = !current && !next && !detail && !*s.IsDisabled
	case types.ContainerServiceStateRunning:
		ok = current && !next && !detail && !*s.IsDisabled
	case types.ContainerServiceStateDisabled:
		ok = !next && !detail && *s.IsDisabled
	case types.ContainerServiceStateDeploying:
		ok = next && detail && !*s.IsDisabled
	case types.ContainerServiceStateUpdating:
		ok = !next && detail
	}
	if !ok {
		w.T.Errorf("%s is %s, disabled %t", *s.ContainerServiceName, brief(s), *s.IsDisabled)
	}
}

// checkDeployments wants versions in order, one active at most, and those that are shown with the service.
func (w *walk) checkDeployments(s *types.ContainerService) {
	w.T.Helper()
	list := familytest.Do(w.T, w.c.GetContainerServiceDeployments, &lightsail.GetContainerServiceDeploymentsInput{ServiceName: s.ContainerServiceName}).Deployments
	shown := map[types.ContainerServiceDeploymentState][]types.ContainerServiceDeployment{}
	for n, d := range list {
		if n > 0 && *d.Version >= *list[n-1].Version || n >= container.MaxDeployments {
			w.T.Errorf("%s: the versions are not in order, or too many: %d at place %d", *s.ContainerServiceName, *d.Version, n)
		}
		shown[d.State] = append(shown[d.State], d)
	}
	want := func(state types.ContainerServiceDeploymentState, d *types.ContainerServiceDeployment) {
		var one []types.ContainerServiceDeployment
		if d != nil {
			one = append(one, *d)
		}
		if diff := cmp.Diff(one, shown[state], familytest.Plain); diff != "" {
			w.T.Errorf("%s: %s deployments of the service (-) and of the list (+):\n%s", *s.ContainerServiceName, state, diff)
		}
	}
	want(types.ContainerServiceDeploymentStateActive, s.CurrentDeployment)
	want(types.ContainerServiceDeploymentStateActivating, s.NextDeployment)
	if len(list) > 0 {
		w.rises("version", s, int64(*list[0].Version))
	}
}

// rises wants the newest number of a service not to be one that it had before a higher one.
func (w *walk) rises(what string, s *types.ContainerService, n int64) {
	w.T.Helper()
	key := *s.Arn + " " + what
	if n < w.newest[key] {
		w.T.Errorf("%s: the newest %s is %d and was %d", *s.ContainerServiceName, what, n, w.newest[key])
	}
	w.newest[key] = n
}

// checkImages wants numbers in order, and the images of the current deployment to be there.
func (w *walk) checkImages(s *types.ContainerService) {
	w.T.Helper()
	there, last := map[string]bool{}, int64(1<<62)
	for _, i := range familytest.Do(w.T, w.c.GetContainerImages, &lightsail.GetContainerImagesInput{ServiceName: s.ContainerServiceName}).ContainerImages {
		ref, ok := container.ParseRegistered(*i.Image)
		if !ok || ref.Number >= last || ref.Service != *s.ContainerServiceName {
			w.T.Errorf("%s: the image %s comes after number %d", *s.ContainerServiceName, *i.Image, last)
		}
		last = ref.Number
		there[*i.Image], there[fmt.Sprintf(":%s.%s.latest", ref.Service, ref.Label)] = true, true
	}
	for _, d := range []*types.ContainerServiceDeployment{s.CurrentDeployment, s.NextDeployment} {
		if d == nil {
			continue
		}
		if image := *d.Containers["app"].Image; strings.HasPrefix(image, ":") && !there[image] {
			w.T.Errorf("%s: the deployment %d runs %s, which is not there", *s.ContainerServiceName, *d.Version, image)
		}
	}
}

// TestContainerServices_invariantsHoldAtEachMove takes random moves, one at a time, on AWS's times and on none.
func TestContainerServices_invariantsHoldAtEachMove(t *testing.T) {
	for _, scale := range []float64{0, 1} {
		t.Run(fmt.Sprint("time scale ", scale), func(t *testing.T) {
			w := newWalk(t, scale)
			w.OneByOne(320, 16, w.check)
			w.CheckImport()
			w.WantDone(0)
		})
	}
}

// TestContainerServices_invariantsHoldAfterConcurrentMoves lets the moves meet.
func TestContainerServices_invariantsHoldAfterConcurrentMoves(t *testing.T) {
	w := newWalk(t, 0)
	w.Concurrently(80)
	w.check()
	w.CheckImport()
}

// TestContainerServices_invariantsHoldIfTheClockIsPutBack puts the clock back between moves, and looks at what there
// is some days later.
func TestContainerServices_invariantsHoldIfTheClockIsPutBack(t *testing.T) {
	for _, scale := range []float64{0, 1} {
		t.Run(fmt.Sprint("time scale ", scale), func(t *testing.T) {
			w, r, n := newWalk(t, scale), mathrand.New(mathrand.NewPCG(1, 7)), 0
			w.OneByOne(120, 1, func() {
				if r.IntN(5) == 0 {
					w.Pass(-time.Duration(r.IntN(2400)) * time.Second)
				}
				if n++; n%40 == 0 {
					w.CheckImport()
					w.Pass(72 * time.Hour)
					w.check()
				}
			})
		})
	}
}

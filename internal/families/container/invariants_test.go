package container_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// newDSN names a new database of the kind that the random walks run on.
var newDSN = func(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }

// walk takes random moves in an account, and looks at what it has between them.
type walk struct {
	t *testing.T
	p *familytest.Pipeline
	c *lightsail.Client
	// newest are the highest versions and numbers of images that were seen, by ARN.
	newest map[string]int64

	mu  sync.Mutex
	now time.Time
	// done counts the moves that were not refused.
	done []int
}

func newWalk(t *testing.T, timeScale float64) *walk {
	t.Helper()
	const account = "111122223333"
	w := &walk{t: t, newest: map[string]int64{}, done: make([]int, len(moves)), now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	w.p = familytest.NewPipeline(t, familytest.PipelineOptions{Clock: w.clock, DSN: newDSN(t), Change: func(o *api.Options) {
		o.TimeScale = timeScale
		o.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	}})
	key := &store.AccessKey{ID: identity.NewAccessKeyID(), Account: account, Active: true, CreatedAt: w.now}
	secret := identity.NewSecret()
	key.Secret = w.p.Sealer.Seal(seal.AccessKeySecret, []byte(secret), account, key.ID)
	familytest.NoError(t, w.p.DB.Update(t.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.InsertAccount(&store.Account{ID: account, CreatedAt: w.now}), tx.InsertAccessKey(key),
			(&identity.Accounts{Tx: tx, Sealer: w.p.Sealer, Now: w.now}).SetRoot(account))
	}))
	w.c = lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(), Region: familytest.Region, BaseEndpoint: &w.p.Endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(key.ID, secret, ""),
	})
	return w
}

func (w *walk) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// step takes one move. It may be refused, but only in the ways that the API has. The clock goes forward,
// now and then by some minutes.
func (w *walk) step(r *mathrand.Rand) {
	which := r.IntN(len(moves))
	err := moves[which](w.t.Context(), w.c, chance{r})
	e, known := errors.AsType[smithy.APIError](err)
	if err != nil && (!known || e.ErrorFault() == smithy.FaultServer) {
		w.t.Errorf("move %d: %v", which, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.done[which]++
	}
	w.now = w.now.Add(time.Duration(r.IntN(40)) * time.Second)
	if r.IntN(10) == 0 {
		w.now = w.now.Add(12 * time.Minute)
	}
}

// check looks at all services.
func (w *walk) check() {
	w.t.Helper()
	for _, s := range familytest.Do(w.t, w.c.GetContainerServices, &lightsail.GetContainerServicesInput{}).ContainerServices {
		name := s.ContainerServiceName
		one := familytest.Do(w.t, w.c.GetContainerServices, &lightsail.GetContainerServicesInput{ServiceName: name}).ContainerServices
		if diff := cmp.Diff([]types.ContainerService{s}, one, plain); diff != "" {
			w.t.Errorf("%s in the list (-) and by its name (+):\n%s", *name, diff)
		}
		w.checkState(&s)
		w.checkDeployments(&s)
		w.checkImages(&s)
		lines := familytest.Do(w.t, w.c.GetContainerLog, &lightsail.GetContainerLogInput{ServiceName: name, ContainerName: new("app")}).LogEvents
		if !slices.IsSortedFunc(lines, func(a, b types.ContainerServiceLogEvent) int { return a.CreatedAt.Compare(*b.CreatedAt) }) {
			w.t.Errorf("the log of %s is not in order", *name)
		}
	}
}

var plain = cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".noSmithyDocumentSerde" }, cmp.Ignore())

// checkState wants the state of a service to go with what it has.
func (w *walk) checkState(s *types.ContainerService) {
	w.t.Helper()
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
		w.t.Errorf("%s is %s, disabled %t", *s.ContainerServiceName, brief(s), *s.IsDisabled)
	}
}

// checkDeployments wants versions in order, one active at most, and those that are shown with the service.
func (w *walk) checkDeployments(s *types.ContainerService) {
	w.t.Helper()
	list := familytest.Do(w.t, w.c.GetContainerServiceDeployments, &lightsail.GetContainerServiceDeploymentsInput{ServiceName: s.ContainerServiceName}).Deployments
	shown := map[types.ContainerServiceDeploymentState][]types.ContainerServiceDeployment{}
	for n, d := range list {
		if n > 0 && *d.Version >= *list[n-1].Version || n >= container.MaxDeployments {
			w.t.Errorf("%s: the versions are not in order, or too many: %d at place %d", *s.ContainerServiceName, *d.Version, n)
		}
		shown[d.State] = append(shown[d.State], d)
	}
	want := func(state types.ContainerServiceDeploymentState, d *types.ContainerServiceDeployment) {
		var one []types.ContainerServiceDeployment
		if d != nil {
			one = append(one, *d)
		}
		if diff := cmp.Diff(one, shown[state], plain); diff != "" {
			w.t.Errorf("%s: %s deployments of the service (-) and of the list (+):\n%s", *s.ContainerServiceName, state, diff)
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
	w.t.Helper()
	key := *s.Arn + " " + what
	if n < w.newest[key] {
		w.t.Errorf("%s: the newest %s is %d and was %d", *s.ContainerServiceName, what, n, w.newest[key])
	}
	w.newest[key] = n
}

// checkImages wants numbers in order, and the images of the current deployment to be there.
func (w *walk) checkImages(s *types.ContainerService) {
	w.t.Helper()
	there, last := map[string]bool{}, int64(1<<62)
	for _, i := range familytest.Do(w.t, w.c.GetContainerImages, &lightsail.GetContainerImagesInput{ServiceName: s.ContainerServiceName}).ContainerImages {
		ref, ok := container.ParseRegistered(*i.Image)
		if !ok || ref.Number >= last || ref.Service != *s.ContainerServiceName {
			w.t.Errorf("%s: the image %s comes after number %d", *s.ContainerServiceName, *i.Image, last)
		}
		last = ref.Number
		there[*i.Image], there[fmt.Sprintf(":%s.%s.latest", ref.Service, ref.Label)] = true, true
	}
	for _, d := range []*types.ContainerServiceDeployment{s.CurrentDeployment, s.NextDeployment} {
		if d == nil {
			continue
		}
		if image := *d.Containers["app"].Image; strings.HasPrefix(image, ":") && !there[image] {
			w.t.Errorf("%s: the deployment %d runs %s, which is not there", *s.ContainerServiceName, *d.Version, image)
		}
	}
}

// checkMove exports the store and imports the file into a new one, which has to give the same file.
func (w *walk) checkMove() {
	w.t.Helper()
	passphrase := []byte("correct horse battery staple")
	out := func(db *store.DB, sealer *seal.Sealer) []string {
		var b bytes.Buffer
		_, err := export.Export(w.t.Context(), db, sealer, export.Options{Now: w.clock(), Kinds: families.StoredKinds()}, &b)
		familytest.NoError(w.t, err)
		return strings.Split(b.String(), "\n")[1:]
	}
	var file bytes.Buffer
	_, err := export.Export(w.t.Context(), w.p.DB, w.p.Sealer, export.Options{Now: w.clock(), Passphrase: passphrase, Kinds: families.StoredKinds()}, &file)
	familytest.NoError(w.t, err)
	other := familytest.NewPipeline(w.t, familytest.PipelineOptions{Clock: w.clock, DSN: newDSN(w.t)})
	familytest.NoError(w.t, other.DB.Update(w.t.Context(), func(tx *store.Tx) error {
		_, err := export.Import(w.t.Context(), tx, other.Sealer, export.ImportOptions{Now: w.clock(), Passphrase: passphrase, Kinds: families.StoredKinds()}, &file)
		return err
	}))
	if diff := cmp.Diff(out(w.p.DB, w.p.Sealer), out(other.DB, other.Sealer)); diff != "" {
		w.t.Errorf("the export of an import (-first +second):\n%s", diff)
	}
}

// TestContainerServices_invariantsHoldAtEachMove takes random moves, one at a time, on AWS's times and on none.
func TestContainerServices_invariantsHoldAtEachMove(t *testing.T) {
	for _, scale := range []float64{0, 1} {
		t.Run(fmt.Sprint("time scale ", scale), func(t *testing.T) {
			w, r := newWalk(t, scale), mathrand.New(mathrand.NewPCG(1, 3))
			for n := range 320 {
				w.step(r)
				if n%8 == 0 {
					w.check()
				}
				if t.Failed() {
					t.Fatalf("after move %d", n)
				}
			}
			w.checkMove()
			w.mu.Lock()
			defer w.mu.Unlock()
			for which, n := range w.done {
				if n == 0 {
					t.Errorf("move %d was always refused: that says nothing", which)
				}
			}
		})
	}
}

// TestContainerServices_invariantsHoldAfterConcurrentMoves lets the moves meet.
func TestContainerServices_invariantsHoldAfterConcurrentMoves(t *testing.T) {
	w := newWalk(t, 0)
	var all sync.WaitGroup
	for worker := range 4 {
		r := mathrand.New(mathrand.NewPCG(3, uint64(worker)))
		all.Go(func() {
			for range 80 {
				w.step(r)
			}
		})
	}
	all.Wait()
	w.check()
	w.checkMove()
}

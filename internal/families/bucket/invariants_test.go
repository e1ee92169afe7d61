package bucket_test

import (
	"bytes"
	"errors"
	"log/slog"
	mathrand "math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// newDSN names a new database of the kind that the random walks run on.
var newDSN = sqliteDSN

func sqliteDSN(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }

// tenant is an account in a region.
type tenant struct {
	account, region string
	*lightsail.Client
}

// walk takes random moves in two accounts and regions, and looks into the store between them.
type walk struct {
	t       *testing.T
	p       *familytest.Pipeline
	tenants []tenant
	// keys are the ids of all access keys that were seen, and whether a bucket has the key.
	keys map[string]bool

	mu  sync.Mutex
	now time.Time
	// done counts the moves that were not refused.
	done []int
}

func newWalk(t *testing.T) *walk {
	t.Helper()
	return newWalkIn(t, newDSN(t), slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
}

// newWalkIn is newWalk in a database, with a log.
func newWalkIn(t *testing.T, dsn string, log slog.Handler) *walk {
	t.Helper()
	w := &walk{t: t, keys: map[string]bool{}, done: make([]int, len(moves)), now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	w.p = familytest.NewPipeline(t, familytest.PipelineOptions{Clock: w.clock, DSN: dsn, Change: func(o *api.Options) { o.Log = slog.New(log) }})
	for _, account := range []string{"111122223333", "444455556666"} {
		key := &store.AccessKey{ID: identity.NewAccessKeyID(), Account: account, Active: true, CreatedAt: w.now}
		secret := identity.NewSecret()
		key.Secret = w.p.Sealer.Seal(seal.AccessKeySecret, []byte(secret), account, key.ID)
		familytest.NoError(t, w.p.DB.Update(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.InsertAccount(&store.Account{ID: account, CreatedAt: w.now}), tx.InsertAccessKey(key),
				(&identity.Accounts{Tx: tx, Sealer: w.p.Sealer, Now: w.now}).SetRoot(account))
		}))
		for _, region := range []string{"us-east-1", "eu-central-1"} {
			c := lightsail.New(lightsail.Options{
				HTTPClient: sdkhttp.Client(), Region: region, BaseEndpoint: &w.p.Endpoint,
				Credentials: credentials.NewStaticCredentialsProvider(key.ID, secret, ""),
			})
			familytest.ImportKey(t, c, "deploy")
			w.tenants = append(w.tenants, tenant{account, region, c})
		}
	}
	return w
}

func (w *walk) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// step takes one move, mostly of the first tenant. It may be refused, but only in the ways that the
// API has. The clock goes forward, now and then into the next month.
func (w *walk) step(r *mathrand.Rand) {
	who, which := w.tenants[max(0, r.IntN(12)-8)], r.IntN(len(moves))
	err := moves[which](w.t.Context(), who.Client, chance{r, who.region})
	e, known := errors.AsType[smithy.APIError](err)
	if err != nil && (!known || e.ErrorFault() == smithy.FaultServer) {
		w.t.Errorf("move %d: %v", which, err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.done[which]++
	}
	w.now = w.now.Add(time.Duration(r.IntN(60)) * time.Second)
	if r.IntN(20) == 0 {
		w.now = w.now.AddDate(0, 0, 20)
	}
}

// check looks at all buckets of all tenants.
func (w *walk) check() {
	w.t.Helper()
	names, seen := map[string]bool{}, 0
	for id := range w.keys {
		w.keys[id] = false
	}
	for _, at := range w.tenants {
		list := w.list(at)
		seen += len(list)
		for _, b := range list {
			names[*b.Name] = true
			own := familytest.Do(w.t, at.GetBucketAccessKeys, &lightsail.GetBucketAccessKeysInput{BucketName: b.Name}).AccessKeys
			if len(own) > 2 {
				w.t.Errorf("%s has %d access keys, want 2 at most", *b.Name, len(own))
			}
			for _, k := range own {
				if w.keys[*k.AccessKeyId] {
					w.t.Errorf("two access keys have the id %s", *k.AccessKeyId)
				}
				w.keys[*k.AccessKeyId] = true
			}
		}
		w.checkAccess(at, list)
	}
	if len(names) != seen {
		w.t.Errorf("%d buckets have %d names", seen, len(names))
	}
}

// list is all of a tenant's buckets, and wants each to be the same by its name.
func (w *walk) list(at tenant) []types.Bucket {
	w.t.Helper()
	list := familytest.Do(w.t, at.GetBuckets, &lightsail.GetBucketsInput{IncludeConnectedResources: new(true)}).Buckets
	for _, b := range list {
		one := familytest.Do(w.t, at.GetBuckets, &lightsail.GetBucketsInput{BucketName: b.Name, IncludeConnectedResources: new(true)}).Buckets
		if diff := gocmp.Diff([]types.Bucket{b}, one, plain); diff != "" {
			w.t.Errorf("%s in the list (-) and by its name (+):\n%s", *b.Name, diff)
		}
	}
	return list
}

// checkAccess wants access to be known at both ends.
func (w *walk) checkAccess(at tenant, list []types.Bucket) {
	w.t.Helper()
	onBuckets, onInstances := []string{}, []string{}
	for _, b := range list {
		for _, r := range b.ResourcesReceivingAccess {
			onBuckets = append(onBuckets, *r.Name+" has "+*b.Name)
		}
	}
	familytest.NoError(w.t, w.p.DB.View(w.t.Context(), func(tx *store.Tx) error {
		tx.SetNow(w.clock())
		all, err := tx.Resources(at.account, at.region, resource.Instance, "", 100)
		for _, r := range all {
			for _, l := range r.Links {
				onInstances = append(onInstances, r.Name+" has "+l.Other.Name)
			}
		}
		return err
	}))
	slices.Sort(onBuckets)
	slices.Sort(onInstances)
	if diff := gocmp.Diff(onBuckets, onInstances); diff != "" {
		w.t.Errorf("access, as buckets have it (-) and as instances do (+):\n%s", diff)
	}
}

// checkKeys wants the ids of all keys that buckets have to be taken for identities, and those of
// deleted keys to be free.
func (w *walk) checkKeys() {
	w.t.Helper()
	errFree := errors.New("free")
	for id, has := range w.keys {
		err := w.p.DB.Update(w.t.Context(), func(tx *store.Tx) error {
			if err := tx.InsertAccessKey(&store.AccessKey{ID: id, Account: w.tenants[0].account, Secret: []byte("x")}); err != nil {
				return err
			}
			return errFree
		})
		if want := map[bool]error{true: store.ErrExists, false: errFree}[has]; !errors.Is(err, want) {
			w.t.Errorf("the id %s for an identity: error %v, want %v", id, err, want)
		}
	}
}

// checkMove exports the store and imports the file into a new one, which has to give the same file.
func (w *walk) checkMove() {
	w.t.Helper()
	out := func(db *store.DB, sealer *seal.Sealer) string {
		var b bytes.Buffer
		_, err := export.Export(w.t.Context(), db, sealer, export.Options{Now: w.clock(), Passphrase: passphrase, Kinds: families.StoredKinds()}, &b)
		familytest.NoError(w.t, err)
		return b.String()
	}
	file := out(w.p.DB, w.p.Sealer)
	other := familytest.NewPipeline(w.t, familytest.PipelineOptions{Clock: w.clock, DSN: newDSN(w.t)})
	familytest.NoError(w.t, other.DB.Update(w.t.Context(), func(tx *store.Tx) error {
		_, err := export.Import(w.t.Context(), tx, other.Sealer,
			export.ImportOptions{Now: w.clock(), Passphrase: passphrase, Kinds: families.StoredKinds()}, bytes.NewReader([]byte(file)))
		return err
	}))
	if diff := gocmp.Diff(records(file), records(out(other.DB, other.Sealer))); diff != "" {
		w.t.Errorf("the export of an import (-first +second):\n%s", diff)
	}
}

var passphrase = []byte("correct horse battery staple")

// records are the lines of a file after its header, without what is sealed in them.
func records(file string) []string {
	return strings.Split(sealed.ReplaceAllString(file, `$1:""`), "\n")[1:]
}

var sealed = regexp.MustCompile(`("secret"|"firstSecret"|"secondSecret"):"[^"]{20,}"`)

// TestBuckets_invariantsHoldAtEachMove takes random moves, one at a time.
func TestBuckets_invariantsHoldAtEachMove(t *testing.T) {
	w, r := newWalk(t), mathrand.New(mathrand.NewPCG(1, 3))
	for n := range 900 {
		w.step(r)
		if n%10 == 0 {
			w.check()
		}
		if t.Failed() {
			t.Fatalf("after move %d", n)
		}
	}
	w.check()
	w.checkKeys()
	w.checkMove()
	w.mu.Lock()
	defer w.mu.Unlock()
	for which, n := range w.done {
		if n == 0 {
			t.Errorf("move %d was always refused: that says nothing", which)
		}
	}
}

// TestBuckets_invariantsHoldAfterConcurrentMoves lets the moves meet.
func TestBuckets_invariantsHoldAfterConcurrentMoves(t *testing.T) {
	w := newWalk(t)
	var all sync.WaitGroup
	for worker := range 4 {
		r := mathrand.New(mathrand.NewPCG(3, uint64(worker)))
		all.Go(func() {
			for range 100 {
				w.step(r)
			}
		})
	}
	all.Wait()
	w.check()
	w.checkKeys()
	w.checkMove()
}

// TestBuckets_onePairAtOnce lets clients give and take the same access, and make keys of one bucket, at the
// same time.
func TestBuckets_onePairAtOnce(t *testing.T) {
	w := newWalk(t)
	at, name := w.tenants[0], new("bucket-0")
	familytest.Do(t, at.CreateBucket, &lightsail.CreateBucketInput{BucketName: name, BundleId: new("small_1_0")})
	familytest.Do(t, at.CreateInstances, &lightsail.CreateInstancesInput{
		InstanceNames: []string{"web-0"}, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"), KeyPairName: new("deploy"),
	})
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			access := types.ResourceBucketAccess("").Values()[n%2]
			_, err := at.SetResourceAccessForBucket(t.Context(), &lightsail.SetResourceAccessForBucketInput{
				BucketName: name, ResourceName: new("web-0"), Access: access,
			})
			_, refused := at.CreateBucketAccessKey(t.Context(), &lightsail.CreateBucketAccessKeyInput{BucketName: name})
			if e, ok := errors.AsType[smithy.APIError](refused); err != nil || refused != nil && (!ok || e.ErrorCode() != "InvalidInputException") {
				t.Errorf("SetResourceAccessForBucket %s: error %v; CreateBucketAccessKey: error %v", access, err, refused)
			}
		})
	}
	all.Wait()
	w.check()
	if got := familytest.Do(t, at.GetBucketAccessKeys, &lightsail.GetBucketAccessKeysInput{BucketName: name}).AccessKeys; len(got) != 2 {
		t.Errorf("the bucket has %d access keys, want 2", len(got))
	}
}

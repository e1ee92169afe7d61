package bucket_test

import (
	"context"
	"errors"
	"log/slog"
	mathrand "math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// newDSN names a new database of the kind that the random walks run on.
var newDSN = sqliteDSN

func sqliteDSN(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }

// walk takes random moves in two accounts and regions, and looks into the store between them.
type walk struct {
	*familytest.Walk
	// keys are the ids of all access keys that were seen, and whether a bucket has the key.
	keys map[string]bool
}

func newWalk(t *testing.T) *walk {
	t.Helper()
	return newWalkIn(t, newDSN, nil)
}

// newWalkIn is newWalk in a database, with a log.
func newWalkIn(t *testing.T, dsn func(testing.TB) string, log slog.Handler) *walk {
	t.Helper()
	return &walk{keys: map[string]bool{}, Walk: familytest.NewWalk(t, familytest.WalkOptions{
		Accounts: []string{"111122223333", "444455556666"}, Regions: []string{"us-east-1", "eu-central-1"},
		Moves: len(moves), Move: func(ctx context.Context, number int, at familytest.Tenant, r *mathrand.Rand) error {
			return moves[number](ctx, at.Client, chance{r, at.Region})
		},
		Ahead: ahead, Log: log, NewDSN: dsn,
	})}
}

// ahead is some seconds, now and then into the next month.
func ahead(r *mathrand.Rand) time.Duration {
	d := time.Duration(r.IntN(60)) * time.Second
	if r.IntN(20) == 0 {
		d += 20 * 24 * time.Hour
	}
	return d
}

// check looks at all buckets of all tenants.
func (w *walk) check() {
	w.T.Helper()
	names, seen := map[string]bool{}, 0
	for id := range w.keys {
		w.keys[id] = false
	}
	for _, at := range w.Tenants {
		list := w.list(at)
		seen += len(list)
		for _, b := range list {
			names[*b.Name] = true
			own := familytest.Do(w.T, at.GetBucketAccessKeys, &lightsail.GetBucketAccessKeysInput{BucketName: b.Name}).AccessKeys
			if len(own) > 2 {
				w.T.Errorf("%s has %d access keys, want 2 at most", *b.Name, len(own))
			}
			for _, k := range own {
				if w.keys[*k.AccessKeyId] {
					w.T.Errorf("two access keys have the id %s", *k.AccessKeyId)
				}
				w.keys[*k.AccessKeyId] = true
			}
		}
		w.checkAccess(at, list)
	}
	if len(names) != seen {
		w.T.Errorf("%d buckets have %d names", seen, len(names))
	}
}

// list is all of a tenant's buckets, and wants each to be the same by its name.
func (w *walk) list(at familytest.Tenant) []types.Bucket {
	w.T.Helper()
	list := familytest.Do(w.T, at.GetBuckets, &lightsail.GetBucketsInput{IncludeConnectedResources: new(true)}).Buckets
	for _, b := range list {
		one := familytest.Do(w.T, at.GetBuckets, &lightsail.GetBucketsInput{BucketName: b.Name, IncludeConnectedResources: new(true)}).Buckets
		if diff := gocmp.Diff([]types.Bucket{b}, one, familytest.Plain); diff != "" {
			w.T.Errorf("%s in the list (-) and by its name (+):\n%s", *b.Name, diff)
		}
	}
	return list
}

// checkAccess wants access to be known at both ends.
func (w *walk) checkAccess(at familytest.Tenant, list []types.Bucket) {
	w.T.Helper()
	onBuckets, onInstances := []string{}, []string{}
	for _, b := range list {
		for _, r := range b.ResourcesReceivingAccess {
			onBuckets = append(onBuckets, *r.Name+" has "+*b.Name)
		}
	}
	familytest.NoError(w.T, w.DB.View(w.T.Context(), func(tx *store.Tx) error {
		tx.SetNow(w.Now())
		all, err := tx.Resources(at.Account, at.Region, resource.Instance, "", 100)
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
		w.T.Errorf("access, as buckets have it (-) and as instances do (+):\n%s", diff)
	}
}

// checkKeys wants the ids of all keys that buckets have to be taken for identities, and those of
// deleted keys to be free.
func (w *walk) checkKeys() {
	w.T.Helper()
	errFree := errors.New("free")
	for id, has := range w.keys {
		err := w.DB.Update(w.T.Context(), func(tx *store.Tx) error {
			if err := tx.InsertAccessKey(&store.AccessKey{ID: id, Account: w.Tenants[0].Account, Secret: []byte("x")}); err != nil {
				return err
			}
			return errFree
		})
		if want := map[bool]error{true: store.ErrExists, false: errFree}[has]; !errors.Is(err, want) {
			w.T.Errorf("the id %s for an identity: error %v, want %v", id, err, want)
		}
	}
}

// TestBuckets_invariantsHoldAtEachMove takes random moves, one at a time.
func TestBuckets_invariantsHoldAtEachMove(t *testing.T) {
	w := newWalk(t)
	w.OneByOne(900, 10, w.check)
	w.checkKeys()
	w.CheckImport()
	w.WantDone(0)
}

// TestBuckets_invariantsHoldAfterConcurrentMoves lets the moves meet.
func TestBuckets_invariantsHoldAfterConcurrentMoves(t *testing.T) {
	w := newWalk(t)
	w.Concurrently(100)
	w.check()
	w.checkKeys()
	w.CheckImport()
}

// TestBuckets_onePairAtOnce lets clients give and take the same access, and make keys of one bucket, at the
// same time.
func TestBuckets_onePairAtOnce(t *testing.T) {
	w := newWalk(t)
	at, name := w.Tenants[0], new("bucket-0")
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

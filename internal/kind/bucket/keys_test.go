package bucket_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/kind/bucket"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

func newBucket(name string) *bucket.Bucket {
	return bucket.New(&resource.Resource{ID: name + "-id", Account: "111122223333", Region: "us-east-1", Name: name, Kind: resource.Bucket}, "small_1_0", false)
}

// TestAddKey_secretsAreSealed wants a secret to open for its bucket and member, and nowhere else.
func TestAddKey_secretsAreSealed(t *testing.T) {
	s, err := seal.New(seal.NewMasterKey())
	if err != nil {
		t.Fatal(err)
	}
	photos, videos := newBucket("photos"), newBucket("videos")
	for _, key := range [][2]string{{"ONE", "first secret"}, {"TWO", "second secret"}} {
		if _, ok := photos.AddKey(s, key[0], key[1], time.Now()); !ok {
			t.Fatalf("the key %s was not added", key[0])
		}
	}
	if _, ok := photos.AddKey(s, "THREE", "third secret", time.Now()); ok {
		t.Error("a third key was added")
	}
	if err := photos.Pack(); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"first secret", "second secret"} {
		if bytes.Contains(photos.Resource.Priv, []byte(secret)) || bytes.Contains(photos.Resource.Doc, []byte(secret)) {
			t.Errorf("%q is stored in the open: %s %s", secret, photos.Resource.Doc, photos.Resource.Priv)
		}
	}
	first, second := resource.BucketSecrets[0], resource.BucketSecrets[1]
	for _, tc := range []struct {
		what, member string
		of           *bucket.Bucket
		sealed       []byte
		want         string
	}{
		{"the first", first, photos, photos.Priv.First, "first secret"},
		{"the second", second, photos, photos.Priv.Second, "second secret"},
		{"the first as the second", second, photos, photos.Priv.First, ""},
		{"another bucket's", first, videos, photos.Priv.First, ""},
	} {
		plain, err := tc.of.Resource.Unseal(s, tc.member, tc.sealed)
		if string(plain) != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%s: opened %q, %v, want %q", tc.what, plain, err, tc.want)
		}
	}
}

// TestRemoveKey_dropsTheSecret removes keys in both orders, and gives their places to others.
func TestRemoveKey_dropsTheSecret(t *testing.T) {
	s, err := seal.New(seal.NewMasterKey())
	if err != nil {
		t.Fatal(err)
	}
	for _, removed := range []string{"ONE", "TWO"} {
		b := newBucket("photos")
		b.AddKey(s, "ONE", "first secret", time.Now())
		b.AddKey(s, "TWO", "second secret", time.Now())
		before := [2][]byte{b.Priv.First, b.Priv.Second}
		if b.RemoveKey("THREE") || !b.RemoveKey(removed) || b.RemoveKey(removed) {
			t.Fatalf("removal of %s, and of keys that are not there, is not told apart", removed)
		}
		if kept := len(b.Priv.First) > 0; kept != (removed == "TWO") || kept == (len(b.Priv.Second) > 0) {
			t.Errorf("after the removal of %s the secrets are %d and %d bytes long", removed, len(b.Priv.First), len(b.Priv.Second))
		}
		k, ok := b.AddKey(s, "THREE", "third secret", time.Now())
		if !ok || k.Secret == b.Priv.AccessKeys[0].Secret || len(b.Priv.AccessKeys) != 2 {
			t.Errorf("after the removal of %s the new key is %+v beside %+v", removed, k, b.Priv.AccessKeys)
		}
		if kept := map[string]bool{"ONE": bytes.Equal(b.Priv.Second, before[1]), "TWO": bytes.Equal(b.Priv.First, before[0])}; !kept[removed] {
			t.Errorf("the removal of %s changed the secret of the other key", removed)
		}
	}
}

// TestCanChangeBundle_months has moments around the end of a month, in several zones.
func TestCanChangeBundle_months(t *testing.T) {
	changed := time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC)
	b := newBucket("photos")
	if !b.CanChangeBundle(changed) {
		t.Error("the bundle of a new bucket cannot be changed")
	}
	b.ChangeBundle("large_1_0", changed)
	east, west := time.FixedZone("east", 3600), time.FixedZone("west", -3600)
	for _, tc := range []struct {
		at   time.Time
		want bool
	}{
		{changed, false},
		{changed.In(east), false},
		{changed.Add(time.Second), true},
		{changed.Add(time.Second).In(west), true},
		{changed.AddDate(0, 0, -29), false},
		{changed.AddDate(0, 0, -30), true},
		{changed.AddDate(1, 0, 0), true},
	} {
		if got := b.CanChangeBundle(tc.at); got != tc.want {
			t.Errorf("at %s the bundle can be changed: %t, want %t", tc.at, got, tc.want)
		}
	}
}

package keypair_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/keypair"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

// stored is a key pair as the actions store it.
func stored(t *testing.T, name string, key *sshkey.Pair) *resource.Resource {
	t.Helper()
	k := keypair.New(&resource.Resource{
		ID: "19a4efdf-1111-4222-8333-123456789012", Account: "111122223333", Region: "us-east-1", Name: name, Kind: resource.KeyPair, Zone: "all",
		CreatedAt: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), Tags: []types.Tag{{Key: new("team")}},
	}, key.Fingerprint(), key.PublicLine())
	k.Fill(k.SupportSuffix())
	if err := k.Pack(); err != nil {
		t.Fatal(err)
	}
	return k.Resource
}

func newKey(t *testing.T) *sshkey.Pair {
	t.Helper()
	key, err := sshkey.Generate()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestKeyPair_showsTagsButNoKey(t *testing.T) {
	key := newKey(t)
	k := &keypair.KeyPair{}
	if err := k.Open(stored(t, "web", key)); err != nil {
		t.Fatal(err)
	}
	shown := k.Show(time.Time{})
	if *shown.Name != "web" || *shown.Fingerprint != key.Fingerprint() || len(shown.Tags) != 1 || !strings.HasSuffix(*shown.SupportCode, "/web") {
		t.Errorf("the key pair is shown as %+v", shown)
	}
	if k.Priv.PublicKey != "" {
		t.Error("Open read the private document: lists need not")
	}
	if err := k.OpenPriv(); err != nil || k.Priv.PublicKey != key.PublicLine() {
		t.Errorf("the public key = %q, %v, want %q", k.Priv.PublicKey, err, key.PublicLine())
	}
}

func TestStored_checksKeyPairs(t *testing.T) {
	key, other := newKey(t), newKey(t)
	kind := keypair.Stored()[resource.KeyPair]
	if _, err := kind.Check(stored(t, "web", key)); err != nil {
		t.Errorf("Check of what the actions store = %v", err)
	}
	broken := stored(t, "web", key)
	broken.Priv = []byte(`{"publicKey":"ssh-rsa AAAA"}`)
	if _, err := kind.Check(broken); err == nil {
		t.Error("Check of a public key that is not one returned no error")
	}
	defaultPair := stored(t, resource.DefaultKeyPairName, key)
	for _, tc := range []struct {
		r    *resource.Resource
		want int
	}{{broken, 0}, {defaultPair, 1}} {
		if got := kind.SecretsOf(tc.r); len(got) != tc.want {
			t.Errorf("the secrets of %s = %v, want %d", tc.r.Name, got, tc.want)
		}
	}
	if err := kind.CheckSecret(defaultPair, resource.FirstSecret, []byte(key.PrivatePEM())); err != nil {
		t.Errorf("CheckSecret of the key pair's own private half = %v", err)
	}
	if err := kind.CheckSecret(defaultPair, resource.FirstSecret, []byte(other.PrivatePEM())); err == nil {
		t.Error("CheckSecret of another key pair's private half returned no error")
	}
}

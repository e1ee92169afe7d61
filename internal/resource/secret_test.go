package resource_test

import (
	"bytes"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

func newSealer(t *testing.T) *seal.Sealer {
	t.Helper()
	s, err := seal.New(seal.NewMasterKey())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func keyPair(id string) *resource.Resource {
	return &resource.Resource{ID: id, Account: "111122223333", Region: "us-east-1", Name: "web", Kind: resource.KeyPair}
}

func TestSeal_opensInItsPlaceOnly(t *testing.T) {
	s, r, plain := newSealer(t), keyPair("19a4efdf-1111-4222-8333-123456789012"), []byte("secret")
	sealed := r.Seal(s, resource.FirstSecret, plain)
	if got, err := r.Unseal(s, resource.FirstSecret, sealed); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("Unseal = %q, %v, want %q", got, err, plain)
	}
	moved := *r
	moved.Region = "eu-west-1"
	instance := *r
	instance.Kind = resource.Instance
	for what, other := range map[string]*resource.Resource{
		"another id": keyPair("29a4efdf-1111-4222-8333-123456789012"), "another region": &moved, "another kind": &instance,
	} {
		if got, err := other.Unseal(s, resource.FirstSecret, sealed); err == nil {
			t.Errorf("Unseal for %s = %q, want an error", what, got)
		}
	}
	if got, err := r.Unseal(newSealer(t), resource.FirstSecret, sealed); err == nil {
		t.Errorf("Unseal under another master key = %q, want an error", got)
	}
	if got, err := r.Unseal(s, "password", sealed); err == nil {
		t.Errorf("Unseal of a member that the kind does not have = %q, want an error", got)
	}
}

// TestUnseal_opensFirstSecretsOfEarlierVersions pins the place that the first secrets are
// bound to: stores have values that were sealed so.
func TestUnseal_opensFirstSecretsOfEarlierVersions(t *testing.T) {
	s, r := newSealer(t), keyPair("19a4efdf-1111-4222-8333-123456789012")
	sealed := s.Seal(seal.KeyPairPrivate, []byte("secret"), r.Account, r.Region, "KeyPair", r.ID)
	if got, err := r.Unseal(s, resource.FirstSecret, sealed); err != nil || string(got) != "secret" {
		t.Errorf("Unseal = %q, %v, want secret", got, err)
	}
}

func TestSeal_panicsWithoutSuchSecret(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Seal of a member that the kind does not have did not panic")
		}
	}()
	keyPair("x").Seal(newSealer(t), "password", nil)
}

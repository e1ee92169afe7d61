package resource

import (
	"fmt"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// Secret is a member of the private documents of a kind. Its value is sealed under the
// master key.
type Secret struct {
	Member  string
	Purpose seal.Purpose
}

// FirstSecret is the member of the first kinds that had a secret. Values of this name are
// not bound to it, since they were sealed when there was no other.
const FirstSecret = "sealed"

// BucketSecrets are the members for the secrets of a bucket's access keys.
var BucketSecrets = [2]string{"firstSecret", "secondSecret"}

// DatabasePasswords are the members for the passwords of a database's master user.
var DatabasePasswords = [3]string{"firstPassword", "secondPassword", "thirdPassword"}

// Secrets are what may be sealed in the private documents of the kind.
func (k Kind) Secrets() []Secret { return kinds[k].secrets }

// secret finds a secret of the resource's kind.
func (r *Resource) secret(member string) (Secret, bool) {
	all := r.Kind.Secrets()
	at := slices.IndexFunc(all, func(s Secret) bool { return s.Member == member })
	if at < 0 {
		return Secret{}, false
	}
	return all[at], true
}

// bound is where a secret belongs. A value does not open anywhere else.
func (r *Resource) bound(member string) []string {
	place := []string{r.Account, r.Region, string(r.Kind), r.ID}
	if member != FirstSecret {
		place = append(place, member)
	}
	return place
}

// Seal seals the value of a secret member of the private document. It panics if the kind
// has no such secret.
func (r *Resource) Seal(s *seal.Sealer, member string, plain []byte) []byte {
	secret, ok := r.secret(member)
	if !ok {
		panic(fmt.Sprintf("resource: a %s has no secret %q", r.Kind, member))
	}
	return s.Seal(secret.Purpose, plain, r.bound(member)...)
}

// Unseal opens a value that Seal sealed. It returns an error if the value was sealed under
// another master key, or for another resource or member.
func (r *Resource) Unseal(s *seal.Sealer, member string, sealed []byte) ([]byte, error) {
	secret, ok := r.secret(member)
	if !ok {
		return nil, fmt.Errorf("a %s has no secret %q", r.Kind, member)
	}
	return s.Open(secret.Purpose, sealed, r.bound(member)...)
}

package export

import (
	"errors"
	"maps"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// secrets are the sealed values of the record, by member of the private document.
func (r *resourceRecord) secrets() map[string][]byte {
	all := maps.Clone(r.Secrets)
	if len(r.Sealed) > 0 {
		if all == nil {
			all = map[string][]byte{}
		}
		all[resource.FirstSecret] = r.Sealed
	}
	return all
}

func (r *resourceRecord) setSecrets(all map[string][]byte) {
	r.Sealed = all[resource.FirstSecret]
	delete(all, resource.FirstSecret)
	r.Secrets = all
}

// checkSecrets returns an error if the record has secrets that resources of the kind cannot
// have, or that the file cannot hold.
func (r *resourceRecord) checkSecrets(h *header) error {
	kind := resource.Kind(r.Kind)
	if len(kind.Secrets()) == 0 && (len(r.secrets()) > 0 || r.LeftOut) {
		return errors.New("a " + r.Kind + " has no secret")
	}
	if _, there := r.Secrets[resource.FirstSecret]; there {
		return errors.New("the secret has a member of its own")
	}
	if len(r.Secrets) > 0 && h.Version < 3 {
		return errors.New("secrets by member are not in files before version 3")
	}
	for member, sealed := range r.Secrets {
		if !slices.ContainsFunc(kind.Secrets(), func(s resource.Secret) bool { return s.Member == member }) {
			return errors.New("a " + r.Kind + " has no secret " + shorten(member))
		}
		if err := (&secret{Sealed: sealed, LeftOut: r.LeftOut}).wanted(h); err != nil {
			return err
		}
	}
	return r.wanted(h)
}

// checkSecretsOf returns an error if the record does not have the secrets of its resource,
// there or left out.
func (r *resourceRecord) checkSecretsOf(has []string) error {
	given := slices.Sorted(maps.Keys(r.secrets()))
	switch {
	case len(has) == 0 && (len(given) > 0 || r.LeftOut):
		return errors.New("there is a secret, which only others of the kind have")
	case len(has) > 0 && !r.LeftOut && !slices.Equal(given, slices.Sorted(slices.Values(has))):
		return errors.New("there is no secret")
	}
	return nil
}

// resealed opens secrets of a resource with one sealer and seals them with another. check
// may refuse one; it may be nil.
func resealed(
	r *resource.Resource, from, to *seal.Sealer, sealed map[string][]byte, check func(*resource.Resource, string, []byte) error,
) (map[string][]byte, error) {
	all := make(map[string][]byte, len(sealed))
	for member, value := range sealed {
		plain, err := r.Unseal(from, member, value)
		if err == nil && check != nil {
			err = check(r, member, plain)
		}
		if err != nil {
			return nil, err
		}
		all[member] = r.Seal(to, member, plain)
		clear(plain)
	}
	return all, nil
}

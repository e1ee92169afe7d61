package instance

import (
	"encoding/json"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// Keys are an instance's secrets: they stay the same as long as it exists.
type Keys struct {
	// HostKeys are PEM blocks: what the SSH server proves itself with.
	HostKeys string `json:"hostKeys"`
	// AuthoritySeed makes the authority whose certificates log in to this instance, and
	// to no other.
	AuthoritySeed [32]byte `json:"authoritySeed"`
	// Password is that of Administrator on a Windows instance.
	Password string `json:"password,omitempty"`
}

// SealKeys seals an instance's keys for its Priv.
func SealKeys(s *seal.Sealer, r *resource.Resource, k Keys) ([]byte, error) {
	plain, err := json.Marshal(k) //nolint:gosec // it is sealed before it is stored
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return s.Seal(seal.InstanceKeys, plain, r.Account, r.Region, string(r.Kind), r.ID), nil
}

// OpenKeys opens the keys of an instance.
func (i *Instance) OpenKeys(s *seal.Sealer) (k Keys, err error) {
	r := i.Resource
	plain, err := s.Open(seal.InstanceKeys, i.Priv.Sealed, r.Account, r.Region, string(r.Kind), r.ID)
	if err == nil {
		defer clear(plain)
		err = json.Unmarshal(plain, &k)
	}
	if err != nil {
		return Keys{}, fmt.Errorf("keys of instance %s: %w", r.ID, err)
	}
	return k, nil
}

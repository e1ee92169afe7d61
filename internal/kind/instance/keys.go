package instance

import (
	"encoding/json"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// Keys are an instance's secrets: they stay the same as long as it exists. They are one
// value, so that a server of an earlier version, which shares the database during an
// upgrade, keeps what it does not know.
type Keys struct {
	// HostKeys are PEM blocks: what the SSH server proves itself with.
	HostKeys string `json:"hostKeys"`
	// AuthoritySeed makes the authority whose certificates log in to this instance, and
	// to no other.
	AuthoritySeed [32]byte `json:"authoritySeed"`
	// Password is that of Administrator on a Windows instance.
	Password string `json:"password,omitempty"`
	// EncryptedPassword is that password in base64, encrypted to the instance's key pair.
	EncryptedPassword string `json:"encryptedPassword,omitempty"`
	// UserData is the launch script that the creator gave: passwords are often in it.
	UserData string `json:"userData,omitempty"`
}

// SealKeys seals an instance's keys for its Priv.
func SealKeys(s *seal.Sealer, r *resource.Resource, k Keys) ([]byte, error) {
	plain, err := json.Marshal(k) //nolint:gosec // it is sealed before it is stored
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return r.Seal(s, resource.FirstSecret, plain), nil
}

// OpenKeys opens the keys of an instance.
func (i *Instance) OpenKeys(s *seal.Sealer) (k Keys, err error) {
	r := i.Resource
	plain, err := r.Unseal(s, resource.FirstSecret, i.Priv.Sealed)
	if err == nil {
		defer clear(plain)
		err = json.Unmarshal(plain, &k)
	}
	if err != nil {
		return Keys{}, fmt.Errorf("keys of instance %s: %w", r.ID, err)
	}
	if i.Priv.PlainUserData != "" { // a server of an earlier version made the instance
		k.UserData = i.Priv.PlainUserData
	}
	if k.EncryptedPassword == "" { // likewise, and an import made no new password
		k.EncryptedPassword = i.Priv.PlainCiphertext
	}
	return k, nil
}

// SealPlain moves the user data and the encrypted password of a stored instance into its
// sealed keys, if they are beside them in the open. It reports whether the resource changed;
// storing it is the caller's part. Resources of other kinds stay as they are.
func SealPlain(s *seal.Sealer, r *resource.Resource) (changed bool, err error) {
	if r.Kind != resource.Instance {
		return false, nil
	}
	i, err := Load(r)
	if err != nil || i.Priv.PlainUserData == "" && i.Priv.PlainCiphertext == "" {
		return false, err
	}
	keys, err := i.OpenKeys(s)
	if err != nil {
		return false, err
	}
	if i.Priv.Sealed, err = SealKeys(s, r, keys); err != nil {
		return false, err
	}
	i.Priv.PlainUserData, i.Priv.PlainCiphertext = "", ""
	return true, i.Pack()
}

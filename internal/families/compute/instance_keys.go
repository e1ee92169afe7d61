package compute

import (
	"crypto/rand"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/kind/keypair"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

// installedKey is the key pair that opens new instances.
type installedKey struct {
	name string
	// line is the public key as OpenSSH writes it.
	line string
}

// takeKeyForNewInstance gets a key only if the default key pair is wanted and the
// region has none yet.
func (f *Family) takeKeyForNewInstance(c *api.Call, keyPair *string) (*sshkey.Pair, func(), error) {
	if !wantsDefaultKey(keyPair) {
		return nil, nil, nil
	}
	return f.d.KeyPairs.TakeKeyForDefault(c)
}

func wantsDefaultKey(keyPair *string) bool {
	return keyPair == nil || *keyPair == "" || *keyPair == resource.DefaultKeyPairName
}

// installedKey finds the key pair of the spec, and makes the default one if it is wanted
// and missing.
func (f *Family) installedKey(c *api.Call, s *instanceSpec, fresh *sshkey.Pair) (*installedKey, error) {
	if wantsDefaultKey(s.keyPair) {
		pair, err := f.d.KeyPairs.EnsureDefault(c, fresh)
		if err != nil {
			return nil, err
		}
		return &installedKey{pair.Resource.Name, pair.Priv.PublicKey}, nil
	}
	pair, err := api.Find[keypair.KeyPair](c, *s.keyPair)
	if err == nil {
		err = pair.OpenPriv()
	}
	if err != nil {
		return nil, err
	}
	key := &installedKey{pair.Resource.Name, pair.Priv.PublicKey}
	if s.blueprint.Windows() && instance.RSAKey(key.line) == nil {
		return nil, api.InvalidParams("The key pair %s is not an RSA key pair, as Windows instances need it.", key.name)
	}
	return key, nil
}

// giveKeys makes a new instance's secrets. A Windows instance gets a password, and
// keeps it encrypted to its key pair, too.
func (f *Family) giveKeys(c *api.Call, s *instanceSpec, i *instance.Instance, key *installedKey) (err error) {
	hostKeys, err := machine.NewHostKeys("")
	if err != nil {
		return err
	}
	keys := instance.Keys{HostKeys: string(hostKeys)}
	rand.Read(keys.AuthoritySeed[:]) // never fails: crypto/rand ends the process instead
	if s.userData != nil {
		keys.UserData = *s.userData
	}
	if s.blueprint.Windows() {
		i.Priv.PasswordFrom = c.After(instance.CreateTakes + instance.PasswordTakes)
		if err := keys.MakePassword(instance.RSAKey(key.line)); err != nil {
			return err
		}
	}
	i.Priv.Sealed, err = instance.SealKeys(f.d.Sealer, i.Resource, keys)
	return err
}

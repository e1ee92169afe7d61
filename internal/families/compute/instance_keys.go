package compute

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"

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
	if s.blueprint.Windows() && key.rsa() == nil {
		return nil, api.InvalidParams("The key pair %s is not an RSA key pair, as Windows instances need it.", key.name)
	}
	return key, nil
}

// rsa returns the RSA public key, or nil for other key types.
func (k *installedKey) rsa() *rsa.PublicKey {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(k.line))
	if err != nil {
		return nil
	}
	holder, ok := key.(ssh.CryptoPublicKey)
	if !ok {
		return nil
	}
	public, _ := holder.CryptoPublicKey().(*rsa.PublicKey)
	return public
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
		keys.Password = newPassword()
		i.Priv.PasswordFrom = c.After(instance.CreateTakes + instance.PasswordTakes)
		if i.Priv.EncryptedPassword, err = encryptPassword(key.rsa(), keys.Password); err != nil {
			return err
		}
	}
	i.Priv.Sealed, err = instance.SealKeys(f.d.Sealer, i.Resource, keys)
	return err
}

// encryptPassword encrypts as EC2 does, so that its tools decrypt it.
func encryptPassword(to *rsa.PublicKey, password string) (string, error) {
	sealed, err := rsa.EncryptPKCS1v15(rand.Reader, to, []byte(password)) //nolint:staticcheck // the padding that clients expect
	if err != nil {
		return "", fmt.Errorf("encrypting a password: %w", err)
	}
	return base64.StdEncoding.EncodeToString(sealed), nil
}

// passwordAlphabet has 64 characters: as many as 6 bits choose from.
const passwordAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."

// newPassword makes a password of 32 characters of the three classes that Windows
// wants.
func newPassword() string {
	for {
		b := make([]byte, 32)
		rand.Read(b)
		for i := range b {
			b[i] = passwordAlphabet[b[i]%64]
		}
		password := string(b)
		if strings.ContainsAny(password, passwordAlphabet[:26]) && strings.ContainsAny(password, passwordAlphabet[26:52]) &&
			strings.ContainsAny(password, passwordAlphabet[52:62]) {
			return password
		}
	}
}

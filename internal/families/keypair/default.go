package keypair

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/keypair"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func (f *Family) takeKeyForDefault(c *api.Call, _ *lightsail.DownloadDefaultKeyPairInput) (*sshkey.Pair, func(), error) {
	return f.TakeKeyForDefault(c)
}

// TakeKeyForDefault gets a key only if the region has no default key pair yet.
func (f *Family) TakeKeyForDefault(c *api.Call) (key *sshkey.Pair, undo func(), err error) {
	err = c.View(func() error {
		_, err := defaultKeyPair(c)
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		return nil, nil, err
	}
	return f.TakeKey(c)
}

// downloadDefaultKeyPair returns the region's default key pair, the same at every
// call, and makes it at the first. fresh is nil if there was one a moment ago.
func (f *Family) downloadDefaultKeyPair(
	c *api.Call, _ *lightsail.DownloadDefaultKeyPairInput, fresh *sshkey.Pair,
) (*lightsail.DownloadDefaultKeyPairOutput, error) {
	pair, err := f.EnsureDefault(c, fresh)
	if err != nil {
		return nil, err
	}
	r := pair.Resource
	plain, err := r.Unseal(f.d.Sealer, resource.FirstSecret, pair.Priv.Sealed)
	if err != nil {
		return nil, fmt.Errorf("default key pair of %s: %w", r.Region, err)
	}
	private := string(plain)
	return &lightsail.DownloadDefaultKeyPairOutput{
		CreatedAt: &r.CreatedAt, PublicKeyBase64: &pair.Priv.PublicKey, PrivateKeyBase64: &private,
	}, nil
}

// EnsureDefault returns the region's default key pair with Priv, and makes it of a fresh
// key if there is none, or returns api.ErrPrepareAgain if there is no fresh key either: the
// key pair was deleted a moment ago.
func (f *Family) EnsureDefault(c *api.Call, fresh *sshkey.Pair) (*keypair.KeyPair, error) {
	r, err := defaultKeyPair(c)
	if errors.Is(err, store.ErrNotFound) {
		return f.createDefault(c, fresh)
	}
	if err != nil {
		return nil, err
	}
	return keypair.Load(r)
}

func (f *Family) createDefault(c *api.Call, key *sshkey.Pair) (*keypair.KeyPair, error) {
	if key == nil {
		return nil, api.ErrPrepareAgain
	}
	r := c.NewResource(resource.KeyPair, resource.DefaultKeyPairName)
	pair := keypair.New(r, key.Fingerprint(), key.PublicLine())
	pair.Priv.Sealed = r.Seal(f.d.Sealer, resource.FirstSecret, []byte(key.PrivatePEM()))
	if err := c.Insert(pair); err != nil {
		return nil, err
	}
	c.Record(r).OperationType = "CreateKeyPair" // whichever action makes it
	return pair, nil
}

func defaultKeyPair(c *api.Call) (*resource.Resource, error) {
	return c.Tx.Resource(c.Principal.Account, c.Region, resource.DefaultKeyPairName)
}

package keypair

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/keypair"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
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
// call, and makes it at the first. fresh may be nil where there was one a moment ago.
func (f *Family) downloadDefaultKeyPair(
	c *api.Call, _ *lightsail.DownloadDefaultKeyPairInput, fresh *sshkey.Pair,
) (*lightsail.DownloadDefaultKeyPairOutput, error) {
	r, priv, err := f.EnsureDefault(c, fresh)
	if err != nil {
		return nil, err
	}
	plain, err := f.d.Sealer.Open(seal.KeyPairPrivate, priv.Sealed, r.Account, r.Region, string(r.Kind), r.ID)
	if err != nil {
		return nil, fmt.Errorf("default key pair of %s: %w", r.Region, err)
	}
	private := string(plain)
	return &lightsail.DownloadDefaultKeyPairOutput{
		CreatedAt: &r.CreatedAt, PublicKeyBase64: &priv.PublicKey, PrivateKeyBase64: &private,
	}, nil
}

// EnsureDefault returns the region's default key pair, and makes it of a fresh
// key where there is none. A key pair that was deleted since the key was not taken
// costs the making of one.
func (f *Family) EnsureDefault(c *api.Call, fresh *sshkey.Pair) (*resource.Resource, *keypair.Priv, error) {
	r, err := defaultKeyPair(c)
	if errors.Is(err, store.ErrNotFound) {
		return f.createDefault(c, fresh)
	}
	if err != nil {
		return nil, nil, err
	}
	priv, err := keypair.PrivOf(r)
	return r, priv, err
}

func (f *Family) createDefault(c *api.Call, key *sshkey.Pair) (r *resource.Resource, priv *keypair.Priv, err error) {
	if key == nil {
		if key, err = sshkey.Generate(); err != nil {
			return nil, nil, err
		}
	}
	r = c.NewResource(resource.KeyPair, resource.DefaultKeyPairName)
	priv = &keypair.Priv{
		PublicKey: key.PublicLine(),
		Sealed:    f.d.Sealer.Seal(seal.KeyPairPrivate, []byte(key.PrivatePEM()), r.Account, r.Region, string(r.Kind), r.ID),
	}
	if _, err := insertKeyPair(c, r, key.Fingerprint(), *priv); err != nil {
		return nil, nil, err
	}
	c.Record(r).OperationType = "CreateKeyPair" // whichever action makes it
	return r, priv, nil
}

func defaultKeyPair(c *api.Call) (*resource.Resource, error) {
	return c.Tx.Resource(c.Principal.Account, c.Region, resource.DefaultKeyPairName)
}

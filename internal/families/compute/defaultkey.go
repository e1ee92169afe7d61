package compute

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// takeKeyForDefault gets a key only where the region has no default key pair yet.
func takeKeyForDefault(c *api.Call, _ *lightsail.DownloadDefaultKeyPairInput) (*sshkey.Pair, func(), error) {
	err := c.View(func() error {
		_, err := defaultKeyPair(c)
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		return nil, nil, err
	}
	return takeKey(c, nil)
}

// downloadDefaultKeyPair returns the region's default key pair, the same at every
// call, and makes it at the first. fresh may be nil where there was one a moment ago.
func downloadDefaultKeyPair(c *api.Call, _ *lightsail.DownloadDefaultKeyPairInput, fresh *sshkey.Pair) (*lightsail.DownloadDefaultKeyPairOutput, error) {
	r, priv, err := ensureDefaultKeyPair(c, fresh)
	if err != nil {
		return nil, err
	}
	plain, err := c.Sealer().Open(seal.KeyPairPrivate, priv.Sealed, r.Account, r.Region, string(r.Kind), r.ID)
	if err != nil {
		return nil, fmt.Errorf("default key pair of %s: %w", r.Region, err)
	}
	private := string(plain)
	return &lightsail.DownloadDefaultKeyPairOutput{
		CreatedAt: &r.CreatedAt, PublicKeyBase64: &priv.PublicKey, PrivateKeyBase64: &private,
	}, nil
}

// ensureDefaultKeyPair returns the region's default key pair, and makes it of a fresh
// key where there is none. A key pair that was deleted since the key was not taken
// costs the making of one.
func ensureDefaultKeyPair(c *api.Call, fresh *sshkey.Pair) (*resource.Resource, *keyPairPriv, error) {
	r, err := defaultKeyPair(c)
	if errors.Is(err, store.ErrNotFound) {
		return createDefaultKeyPair(c, fresh)
	}
	if err != nil {
		return nil, nil, err
	}
	priv, err := keyPairPrivOf(r)
	return r, priv, err
}

func createDefaultKeyPair(c *api.Call, key *sshkey.Pair) (r *resource.Resource, priv *keyPairPriv, err error) {
	if key == nil {
		if key, err = sshkey.Generate(); err != nil {
			return nil, nil, err
		}
	}
	r = c.NewResource(resource.KeyPair, resource.DefaultKeyPairName)
	priv = &keyPairPriv{
		PublicKey: key.PublicLine(),
		Sealed:    c.Sealer().Seal(seal.KeyPairPrivate, []byte(key.PrivatePEM()), r.Account, r.Region, string(r.Kind), r.ID),
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

func keyPairPrivOf(r *resource.Resource) (*keyPairPriv, error) {
	priv := &keyPairPriv{}
	if err := r.UnpackPriv(priv); err != nil {
		return nil, err
	}
	return priv, nil
}

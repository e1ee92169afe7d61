// Package keypair holds the actions about key pairs.
//
// It makes and removes them, and knows nothing of the instances that they open.
package keypair

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/keypair"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

// Deps is what the family works with. All of it is required.
type Deps struct {
	// Keys is the pool of fresh RSA keys.
	Keys *sshkey.Pool
	// Sealer seals the private half of default key pairs.
	Sealer *seal.Sealer
}

// Family makes key pairs, for its own actions and for those that need the default one.
type Family struct{ d Deps }

// New returns the family.
func New(d Deps) *Family { return &Family{d} }

// Declare returns what the family has.
func (f *Family) Declare() api.Family {
	return api.Family{Actions: f.actions(), Kinds: keypair.Stored()}
}

func (f *Family) actions() []api.Action {
	return []api.Action{
		api.NewPrepared(f.takeKey, createKeyPair, api.Creates(resource.KeyPair)),
		api.New(importKeyPair, api.Creates(resource.KeyPair)),
		api.New(getKeyPair, api.On(resource.KeyPair)),
		api.New(getKeyPairs, api.Of(resource.KeyPair)),
		api.New(deleteKeyPair, api.Deletes(resource.KeyPair)),
		api.NewPrepared(f.takeKeyForDefault, f.downloadDefaultKeyPair),
	}
}

// takeKey gets the new pair's key before the write transaction: making one may take
// a while. A key that was not used goes back.
func (f *Family) takeKey(c *api.Call, _ *lightsail.CreateKeyPairInput) (*sshkey.Pair, func(), error) {
	return f.TakeKey(c)
}

// TakeKey gets a fresh RSA key from the pool, and how to give it back unused.
func (f *Family) TakeKey(c *api.Call) (key *sshkey.Pair, undo func(), err error) {
	key, err = f.d.Keys.Take(c.Context)
	return key, func() { f.d.Keys.Put(key) }, err
}

// createKeyPair returns the private half once and keeps only the public one.
func createKeyPair(c *api.Call, in *lightsail.CreateKeyPairInput, key *sshkey.Pair) (*lightsail.CreateKeyPairOutput, error) {
	r := c.New(resource.KeyPair, *in.KeyPairName)
	pair := keypair.New(r, key.Fingerprint(), key.PublicLine())
	if err := c.Insert(pair); err != nil {
		return nil, err
	}
	public, private := key.PublicLine(), key.PrivatePEM()
	return &lightsail.CreateKeyPairOutput{
		KeyPair:          pair.Show(c.Now),
		Operation:        c.Record(r),
		PublicKeyBase64:  &public,
		PrivateKeyBase64: &private,
	}, nil
}

// importKeyPair answers a bad key in the words that the AWS CLI was seen to print (issue
// 6020 of aws/aws-cli); quotes without the full stop are of a part.
func importKeyPair(c *api.Call, in *lightsail.ImportKeyPairInput) (*lightsail.ImportKeyPairOutput, error) {
	public, err := sshkey.ParsePublic(*in.PublicKeyBase64)
	if err != nil {
		return nil, api.WithHint(api.InvalidInput(api.CodeInvalidKeyFormat, "The format of this public key is not valid."), keyHint(*in.PublicKeyBase64))
	}
	r := c.New(resource.KeyPair, *in.KeyPairName)
	if err := c.Insert(keypair.New(r, public.Fingerprint(), public.Line())); err != nil {
		return nil, err
	}
	return &lightsail.ImportKeyPairOutput{Operation: c.Record(r)}, nil
}

// keyHint is a hint for a key whose text was encoded once more.
func keyHint(text string) string {
	decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return ""
	}
	if _, err := sshkey.ParsePublic(string(decoded)); err != nil {
		return ""
	}
	return "publicKeyBase64 is the base64 of an OpenSSH public key: send that key's text itself, which begins with its type"
}

func getKeyPair(c *api.Call, _ *lightsail.GetKeyPairInput) (*lightsail.GetKeyPairOutput, error) {
	pair, err := api.Show[keypair.KeyPair, types.KeyPair](c)
	return &lightsail.GetKeyPairOutput{KeyPair: pair}, err
}

// getKeyPairs lists the key pairs by name, the default one only on demand.
func getKeyPairs(c *api.Call, in *lightsail.GetKeyPairsInput) (*lightsail.GetKeyPairsOutput, error) {
	withDefault := aws.ToBool(in.IncludeDefaultKeyPair)
	list, next, err := api.ListOf[keypair.KeyPair, types.KeyPair](c, in.PageToken, fmt.Sprint(withDefault),
		func(after string, limit int) ([]*resource.Resource, error) {
			if withDefault {
				return c.Tx.Resources(c.Principal.Account, c.Region, resource.KeyPair, after, limit)
			}
			all, err := c.Tx.Resources(c.Principal.Account, c.Region, resource.KeyPair, after, limit+1)
			all = slices.DeleteFunc(all, func(r *resource.Resource) bool { return r.Name == resource.DefaultKeyPairName })
			return all[:min(len(all), limit)], err
		})
	return &lightsail.GetKeyPairsOutput{KeyPairs: list, NextPageToken: next}, err
}

// deleteKeyPair requires the fingerprint for the default key pair, and checks it if it is
// given.
func deleteKeyPair(c *api.Call, in *lightsail.DeleteKeyPairInput) (*lightsail.DeleteKeyPairOutput, error) {
	pair, err := api.Target[keypair.KeyPair](c)
	if err != nil {
		return nil, err
	}
	r := pair.Resource
	switch {
	case in.ExpectedFingerprint == nil && r.Name == resource.DefaultKeyPairName:
		return nil, api.MissingParameters("expectedFingerprint")
	case in.ExpectedFingerprint != nil && *in.ExpectedFingerprint != *pair.Doc.Fingerprint:
		return nil, api.InvalidParams("The fingerprint of the key pair %s is not the expected one.", r.Name)
	}
	op, err := c.Delete(r)
	return &lightsail.DeleteKeyPairOutput{Operation: op}, err
}

// Package keypair says what a stored key pair is: its documents, and how the API shows it.
//
// Families, the import of stores and the command line meet here. It changes no store and
// knows no action.
package keypair

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// KeyPair is a stored key pair, opened.
type KeyPair struct {
	resource.Record[types.KeyPair, Priv, *types.KeyPair]
}

// Priv is what Lanyard knows of a key pair and the API never shows.
type Priv struct {
	// PublicKey is the OpenSSH line that instances install.
	PublicKey string `json:"publicKey"`
	// Sealed is the private key's PEM text, sealed; only default key pairs have one.
	Sealed []byte `json:"sealed,omitempty"`
}

// New returns a key pair that is not stored yet. line is the public key as OpenSSH writes
// it.
func New(r *resource.Resource, fingerprint, line string) *KeyPair {
	k := &KeyPair{}
	k.Resource, k.Doc.Fingerprint, k.Priv.PublicKey = r, &fingerprint, line
	return k
}

// Load opens a stored key pair with Priv.
func Load(r *resource.Resource) (*KeyPair, error) {
	k := &KeyPair{}
	if err := k.Open(r); err != nil {
		return nil, err
	}
	return k, k.OpenPriv()
}

// Kind is resource.KeyPair.
func (*KeyPair) Kind() resource.Kind { return resource.KeyPair }

// Open reads what the API shows of a stored key pair; OpenPriv reads the rest.
func (k *KeyPair) Open(r *resource.Resource) error { return k.OpenDoc(r) }

// SupportSuffix is the key pair's name (observed).
func (k *KeyPair) SupportSuffix() string { return k.Resource.Name }

// Show is the key pair as the API shows it.
func (k *KeyPair) Show(time.Time) *types.KeyPair {
	doc := k.Doc
	doc.Tags = k.Resource.Tags
	return &doc
}

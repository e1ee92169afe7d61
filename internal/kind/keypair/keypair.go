// Package keypair is the one view of a stored key pair: what its documents hold.
//
// Families, the import of stores and the command line meet here. It changes no store and
// knows no action.
package keypair

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Priv is what Lanyard knows of a key pair and the API never shows.
type Priv struct {
	// PublicKey is the OpenSSH line that instances install.
	PublicKey string `json:"publicKey"`
	// Sealed is the private key's PEM text, sealed; only default key pairs have one.
	Sealed []byte `json:"sealed,omitempty"`
}

// Show is a stored key pair as the API shows it.
func Show(r *resource.Resource) (*types.KeyPair, error) {
	pair := &types.KeyPair{}
	if err := codec.Unmarshal(r.Doc, pair); err != nil {
		return nil, fmt.Errorf("stored key pair %s: %w", r.ID, err)
	}
	pair.Tags = r.Tags
	return pair, nil
}

// PrivOf opens what a stored key pair has beside what Show shows.
func PrivOf(r *resource.Resource) (*Priv, error) {
	priv := &Priv{}
	if err := r.UnpackPriv(priv); err != nil {
		return nil, err
	}
	return priv, nil
}

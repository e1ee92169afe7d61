package resource

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/codec"
)

// Unpack reads Doc into the SDK's type of the kind, and Priv into the owner family's
// own.
func (r *Resource) Unpack(doc smithy.Serializable, priv any) error {
	if err := codec.Unmarshal(r.Doc, doc); err != nil {
		return fmt.Errorf("stored %s %s: %w", r.Kind, r.ID, err)
	}
	return r.UnpackPriv(priv)
}

// UnpackPriv is Unpack for Priv alone.
func (r *Resource) UnpackPriv(priv any) error {
	err := json.Unmarshal(r.Priv, priv)
	if err == nil && !bytes.HasPrefix(bytes.TrimLeft(r.Priv, " \t\r\n"), []byte("{")) { // null would leave priv as it was
		err = errors.New("its private document is not an object")
	}
	if err != nil {
		return fmt.Errorf("stored %s %s: %w", r.Kind, r.ID, err)
	}
	return nil
}

// Pack writes what Unpack reads.
func (r *Resource) Pack(doc smithy.Serializable, priv any) error {
	encoded, err := json.Marshal(priv)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Kind, r.ID, err)
	}
	r.Doc, r.Priv = codec.Encode(doc), encoded
	return nil
}

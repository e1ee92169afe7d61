package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// sealedMember is the member of a priv document whose value is sealed under the
// master key.
const sealedMember = "sealed"

// splitSealed takes the sealed value out of a priv document. Without one, sealed is
// nil.
func splitSealed(priv []byte) (sealed []byte, rest json.RawMessage, err error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(priv, &members); err != nil {
		return nil, nil, fmt.Errorf("stored priv document: %w", err)
	}
	value, there := members[sealedMember]
	if !there {
		return nil, priv, nil
	}
	if err := json.Unmarshal(value, &sealed); err != nil || len(sealed) == 0 {
		return nil, nil, errors.Join(errors.New("stored priv document: the sealed value is malformed"), err)
	}
	delete(members, sealedMember)
	rest, err = encodeMembers(members)
	return sealed, rest, err
}

// joinSealed puts a sealed value into a priv document.
func joinSealed(priv, sealed []byte) ([]byte, error) {
	members := map[string]json.RawMessage{}
	if len(priv) > 0 {
		if err := json.Unmarshal(priv, &members); err != nil {
			return nil, err
		}
	}
	value, err := json.Marshal(sealed)
	if err != nil {
		return nil, err
	}
	members[sealedMember] = value
	return encodeMembers(members)
}

func encodeMembers(members map[string]json.RawMessage) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(members)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// splitSecrets takes the sealed values out of a private document, by member.
func splitSecrets(priv []byte, secrets []resource.Secret) (sealed map[string][]byte, rest json.RawMessage, err error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(priv, &members); err != nil {
		return nil, nil, fmt.Errorf("stored priv document: %w", err)
	}
	sealed = map[string][]byte{}
	for _, s := range secrets {
		value, there := members[s.Member]
		if !there {
			continue
		}
		var found []byte
		if err := json.Unmarshal(value, &found); err != nil || len(found) == 0 {
			return nil, nil, errors.Join(errors.New("stored priv document: the sealed value is malformed"), err)
		}
		sealed[s.Member] = found
		delete(members, s.Member)
	}
	if _, there := members[resource.FirstSecret]; there {
		return nil, nil, errors.New("this kind of resource is not known to have one")
	}
	if len(sealed) == 0 {
		return nil, priv, nil
	}
	rest, err = encodeMembers(members)
	return sealed, rest, err
}

// joinSecrets puts sealed values into a private document.
func joinSecrets(priv []byte, sealed map[string][]byte) ([]byte, error) {
	members := map[string]json.RawMessage{}
	if len(priv) > 0 {
		if err := json.Unmarshal(priv, &members); err != nil {
			return nil, err
		}
	}
	for member, value := range sealed {
		encoded, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		members[member] = encoded
	}
	return encodeMembers(members)
}

func encodeMembers(members map[string]json.RawMessage) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(members)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

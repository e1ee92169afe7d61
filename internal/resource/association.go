package resource

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// Association is the document of the link from a subdomain to the resource that it is associated with.
type Association struct {
	// Attaching is when the association begins: before that the subdomain is being created. Attached is when it is complete.
	Attaching time.Time `json:"attaching"`
	Attached  time.Time `json:"attached"`
}

// ReadAssociation reads the document of such a link. It has both times, in order.
func ReadAssociation(doc []byte) (a Association, err error) {
	decoder := json.NewDecoder(bytes.NewReader(doc))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&a); err != nil {
		return a, fmt.Errorf("association of a link: %w", err)
	}
	if a.Attaching.IsZero() || a.Attached.Before(a.Attaching) {
		return a, fmt.Errorf("association of a link: it is complete at %s, before it begins at %s", a.Attached, a.Attaching)
	}
	return a, nil
}

// Pack is the document as it is stored.
func (a Association) Pack() ([]byte, error) { return json.Marshal(a) }

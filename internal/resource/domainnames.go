package resource

import (
	"encoding/json"
	"errors"
	"fmt"
)

// DomainNames is the document of a link by which a certificate serves another resource.
type DomainNames struct {
	// Names are the names of the certificate that the other resource has.
	Names []string `json:"names"`
}

// ServedNames reads the document of such a link: there is a name at least.
func ServedNames(doc []byte) (names []string, err error) {
	var d DomainNames
	err = json.Unmarshal(doc, &d)
	if err == nil && len(d.Names) == 0 {
		err = errors.New("there are no names")
	}
	if err != nil {
		return nil, fmt.Errorf("domain names of a link: %w", err)
	}
	return d.Names, nil
}

// Pack is the document as it is stored.
func (d DomainNames) Pack() ([]byte, error) { return json.Marshal(d) }

package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/policy"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// FileNote is the store's note of what the identities file declares, as JSON; nil
// if no file was ever applied.
func (a *Accounts) FileNote() (json.RawMessage, error) {
	text, err := a.Tx.Meta(declaredMeta)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return text, err
}

// SetFileNote writes a note that FileNote returned in another store.
func (a *Accounts) SetFileNote(note json.RawMessage) error {
	var d declared
	if err := json.Unmarshal(note, &d); err != nil {
		return fmt.Errorf("note of what the identities file declares: %w", err)
	}
	return d.save(a.Tx)
}

// CheckStored checks the name and the document of a stored identity against the rules
// that need no store.
func CheckStored(kind Kind, name string, doc *Doc) error {
	if _, known := idPrefixes[kind]; !known {
		return fmt.Errorf("unknown kind of identity %q", kind)
	}
	if err := checkName(kind, name); err != nil {
		return err
	}
	if err := checkDoc(kind, name, doc); err != nil {
		return err
	}
	return checkMembers(kind, doc)
}

// checkMembers wants no members that only other kinds have. A role has only ids of
// principals that its trust policy names.
func checkMembers(kind Kind, doc *Doc) error {
	rest := *doc
	rest.Managed = false
	switch kind {
	case User:
		rest.Tags, rest.Groups, rest.Inline, rest.Attached, rest.Boundary = nil, nil, nil, nil, ""
	case Group:
		rest.Inline, rest.Attached = nil, nil
	case Role:
		rest.Tags, rest.Inline, rest.Attached, rest.Boundary = nil, nil, nil, ""
		rest.Trust, rest.TrustedIDs, rest.MaxSession, rest.Description = "", nil, 0, ""
	case Policy:
		rest.Document, rest.Description = "", ""
	}
	if !reflect.DeepEqual(rest, Doc{}) {
		return fmt.Errorf("the document has members that a %s does not have", kind)
	}
	if kind != Role {
		return nil
	}
	trust, err := policy.ParseTrust([]byte(doc.Trust))
	if err != nil {
		return err
	}
	named := trust.Named()
	for name := range doc.TrustedIDs {
		if !slices.Contains(named, name) {
			return fmt.Errorf("trustedIds has %q, which the trust policy does not name", name)
		}
	}
	return nil
}

// CheckReferences returns an error if a group, policy or boundary that the account's
// identities name is missing.
func (d *Directory) CheckReferences() error {
	for _, kind := range []Kind{Group, Role, User} {
		list, err := d.List(kind)
		if err != nil {
			return err
		}
		for _, e := range list {
			if err := d.check(e); err != nil {
				return fmt.Errorf("%s %s of account %s: %w", e.Kind, e.Name, e.Account, err)
			}
		}
	}
	return nil
}

package identity

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// FileNote is the store's note of what the identities file declares, as JSON; nil
// where no file ever counted.
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

// CheckStored holds the name and the document of a stored identity to the rules, as
// far as they can be told without the store.
func CheckStored(kind Kind, name string, doc *Doc) error {
	if _, known := idPrefixes[kind]; !known {
		return fmt.Errorf("unknown kind of identity %q", kind)
	}
	if err := checkName(kind, name); err != nil {
		return err
	}
	return checkDoc(kind, name, doc)
}

// CheckReferences wants that the groups, policies and boundaries that the account's
// identities name are there.
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

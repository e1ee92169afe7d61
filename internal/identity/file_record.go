package identity

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// declaredMeta is the name of the value that says what the identities file declares,
// beyond the entities, which bear the mark themselves.
const declaredMeta = "identities file"

// declared is that value.
type declared struct {
	Accounts map[string]declaredSetUps `json:"accounts,omitempty"`
	KeyIDs   []string                  `json:"keyIds,omitempty"`
}

// declaredSetUps are the file's words on what is being set up, by region; "" is the
// account itself. They count when they change: a delay starts once, not at every
// reading of the file.
type declaredSetUps map[string]string

func loadDeclared(tx *store.Tx) (declared, error) {
	var d declared
	text, err := tx.Meta(declaredMeta)
	if errors.Is(err, store.ErrNotFound) {
		return d, nil
	}
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(text, &d); err != nil {
		return d, fmt.Errorf("note of what the identities file declares: %w", err)
	}
	return d, nil
}

func (d declared) save(tx *store.Tx) error {
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return tx.SetMeta(declaredMeta, text)
}

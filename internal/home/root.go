package home

import (
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Root is the identity that a new store starts with: an account and one access key
// of its root. An empty field of a wish means any value. The access key of an existing
// store is the root's oldest active one; without such a key, the key's fields are empty.
type Root struct {
	// AccountID has 12 digits.
	AccountID       string
	AccessKeyID     string
	SecretAccessKey string
}

// Check returns an error if a given field is invalid.
func (r Root) Check() error {
	if r.AccountID != "" {
		if err := identity.CheckAccountID(r.AccountID); err != nil {
			return err
		}
	}
	if r.AccessKeyID != "" {
		if err := identity.CheckAccessKeyID(r.AccessKeyID); err != nil {
			return err
		}
	}
	if r.SecretAccessKey != "" {
		return identity.CheckSecret(r.SecretAccessKey)
	}
	return nil
}

// or returns the wish with its empty fields set from the identities file.
func (r Root) or(file *identity.File) Root {
	if file == nil {
		return r
	}
	account, keyID, secret := file.Root(r.AccountID)
	if r.AccountID == "" {
		r.AccountID = account
	}
	if r.AccessKeyID == "" && r.SecretAccessKey == "" {
		r.AccessKeyID, r.SecretAccessKey = keyID, secret
	}
	return r
}

// filled returns the wish with random values for its empty fields.
func (r Root) filled() (Root, error) {
	var err error
	if r.AccountID == "" {
		r.AccountID, err = identity.NewAccountID()
	}
	if r.AccessKeyID == "" {
		r.AccessKeyID = identity.NewAccessKeyID()
	}
	if r.SecretAccessKey == "" {
		r.SecretAccessKey = identity.NewSecret()
	}
	return r, err
}

// ensureRoot returns the store's root identity, and makes it in a new store. It returns an
// error if the root of an existing store differs from the wish.
func ensureRoot(accounts *identity.Accounts, wish Root, file *identity.File) (Root, error) {
	have, err := readRoot(accounts, "")
	if errors.Is(err, store.ErrNotFound) {
		return createRoot(accounts, wish.or(file))
	}
	if err != nil {
		return Root{}, err
	}
	const remedy = "leave the setting out, or give another --data-dir"
	if wish.AccountID != "" && wish.AccountID != have.AccountID {
		return Root{}, fmt.Errorf("the store belongs to the account %s, not %s: %s", have.AccountID, wish.AccountID, remedy)
	}
	if wish.AccessKeyID != "" {
		wanted, err := readRoot(accounts, wish.AccessKeyID)
		if err != nil {
			return Root{}, err
		}
		if wanted.AccessKeyID == "" {
			return Root{}, fmt.Errorf("the store's root access key is %s, not %s: %s", have.shownKey(), wish.AccessKeyID, remedy)
		}
		have = wanted
	}
	if wish.SecretAccessKey != "" && subtle.ConstantTimeCompare([]byte(wish.SecretAccessKey), []byte(have.SecretAccessKey)) != 1 {
		return Root{}, fmt.Errorf("the store's root access key %s does not have the given secret: %s", have.shownKey(), remedy)
	}
	return have, accounts.SetRoot(have.AccountID)
}

func (r Root) shownKey() string {
	if r.AccessKeyID == "" {
		return "switched off or deleted"
	}
	return r.AccessKeyID
}

// readRoot returns the root account with its active access key of the given id, or the
// oldest one for "". If there is no such key, the key's fields are empty. The error is
// store.ErrNotFound for a fresh store.
func readRoot(accounts *identity.Accounts, keyID string) (Root, error) {
	id, err := accounts.Root()
	if err != nil {
		return Root{}, err
	}
	d, err := accounts.Directory(id)
	if err != nil {
		return Root{}, err
	}
	key, err := d.RootKey(keyID)
	if errors.Is(err, store.ErrNotFound) {
		return Root{AccountID: id}, nil
	}
	if err != nil {
		return Root{}, err
	}
	return Root{id, key.ID, key.Secret}, nil
}

func createRoot(accounts *identity.Accounts, wish Root) (Root, error) {
	root, err := wish.filled()
	if err != nil {
		return Root{}, err
	}
	if _, err := accounts.Create(root.AccountID); err != nil {
		return Root{}, err
	}
	if err := accounts.SetRoot(root.AccountID); err != nil {
		return Root{}, err
	}
	d, err := accounts.Directory(root.AccountID)
	if err != nil {
		return Root{}, err
	}
	_, err = d.InsertAccessKey("", identity.AccessKey{ID: root.AccessKeyID, Secret: root.SecretAccessKey, Active: true})
	return root, err
}

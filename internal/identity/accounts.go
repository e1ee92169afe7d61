package identity

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// rootAccountMeta is the name of the value that says which account is the server's
// own.
const rootAccountMeta = "root account"

// Accounts reads and changes the accounts of a server in one transaction.
type Accounts struct {
	Tx     *store.Tx
	Sealer *seal.Sealer
	Now    time.Time
}

// Root returns the id of the account that commands use by default: the one that the
// first start created. A fresh store has none: store.ErrNotFound.
func (a *Accounts) Root() (string, error) {
	id, err := a.Tx.Meta(rootAccountMeta)
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		return string(id), err
	}
	// The first versions did not store it: the oldest account was the only one.
	all, err := a.Tx.Accounts()
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("root account: %w", store.ErrNotFound)
	}
	if err != nil {
		return "", err
	}
	return all[0].ID, nil
}

// SetRoot stores which account is the root account.
func (a *Accounts) SetRoot(id string) error { return a.Tx.SetMeta(rootAccountMeta, []byte(id)) }

// Directory opens the identities of an account, by default the root account.
func (a *Accounts) Directory(id string) (*Directory, error) {
	if id == "" {
		root, err := a.Root()
		if err != nil {
			return nil, err
		}
		id = root
	}
	if _, err := a.Get(id); err != nil {
		return nil, err
	}
	return &Directory{tx: a.Tx, sealer: a.Sealer, account: id, now: a.Now}, nil
}

// Create makes an account without any access key. Without an id it gets a random one.
func (a *Accounts) Create(id string) (*store.Account, error) {
	if id == "" {
		var err error
		if id, err = NewAccountID(); err != nil {
			return nil, err
		}
	}
	if err := CheckAccountID(id); err != nil {
		return nil, refuse(CodeValidation, "%v", err)
	}
	account := &store.Account{ID: id, CreatedAt: a.Now}
	err := a.Tx.InsertAccount(account)
	if errors.Is(err, store.ErrExists) {
		err = refuse(CodeEntityExists, "The account %s already exists.", id)
	}
	return account, err
}

// NewAccountID draws an account id.
func NewAccountID() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(900_000_000_000))
	if err != nil {
		return "", err
	}
	return fmt.Sprint(n.Int64() + 100_000_000_000), nil
}

// Get reads an account.
func (a *Accounts) Get(id string) (*store.Account, error) {
	account, err := a.Tx.Account(id)
	if errors.Is(err, store.ErrNotFound) {
		err = refuse(CodeNoSuchEntity, "The account %s cannot be found.", id)
	}
	return account, err
}

// SetClosed closes an account or opens it again. The root account stays open.
func (a *Accounts) SetClosed(id string, closed bool) error {
	account, err := a.changeable(id)
	if err != nil {
		return err
	}
	account.Closed = closed
	return a.Tx.UpdateAccount(account)
}

// Delete removes a closed account with everything in it: identities, resources,
// operations.
func (a *Accounts) Delete(id string) error {
	account, err := a.changeable(id)
	if err != nil {
		return err
	}
	if !account.Closed {
		return refuse(CodeDeleteConflict, "Cannot delete an account that is open, must close it first.")
	}
	return a.Tx.DeleteAccount(id)
}

// changeable reads an account that commands may close or delete.
func (a *Accounts) changeable(id string) (*store.Account, error) {
	account, err := a.Get(id)
	if err != nil {
		return nil, err
	}
	root, err := a.Root()
	if err != nil {
		return nil, err
	}
	if id == root {
		return nil, refuse(CodeUnmodifiableEntity, "The account %s is the server's root account.", id)
	}
	declared, err := loadDeclared(a.Tx)
	if _, ok := declared.Accounts[id]; ok {
		err = declaredInFile("account " + id)
	}
	return account, err
}

// SetUp sets until when an account is being set up or, with a region, that opt-in
// region for the account. The zero time ends it.
func (a *Accounts) SetUp(id, region string, until time.Time) error {
	account, err := a.Get(id)
	if err != nil {
		return err
	}
	if region == "" {
		account.SetupUntil = until
		return a.Tx.UpdateAccount(account)
	}
	if err := CheckOptIn(region); err != nil {
		return refuse(CodeValidation, "%v", err)
	}
	return a.Tx.SetRegionSetup(id, region, until)
}

// CheckOptIn returns an error if accounts do not opt into the region: all others are
// available from the creation of an account.
func CheckOptIn(name string) error {
	var names []string
	for _, r := range catalogue.Regions() {
		if r.OptIn && r.Name == name {
			return nil
		}
		if r.OptIn {
			names = append(names, r.Name)
		}
	}
	return fmt.Errorf("accounts do not opt into the region %q; they opt into: %s", name, strings.Join(names, ", "))
}

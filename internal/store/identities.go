package store

import "time"

// Account is an AWS account of this server.
type Account struct {
	// ID has 12 digits.
	ID        string
	CreatedAt time.Time
}

// AccessKey is a long-term credential of an account's root.
type AccessKey struct {
	ID, Account string
	// Secret is sealed.
	Secret    []byte
	Active    bool
	CreatedAt time.Time
}

// InsertAccount adds an account.
func (tx *Tx) InsertAccount(a *Account) error {
	_, err := tx.q.exec(`INSERT INTO accounts (id, created_at) VALUES ($1, $2)`, a.ID, a.CreatedAt.UnixMilli())
	return wrap("insert account", exists(err))
}

// Accounts lists all accounts, the oldest first.
func (tx *Tx) Accounts() ([]*Account, error) {
	return many(tx, "accounts", func(scan func(...any) error) (*Account, error) {
		var a Account
		var at int64
		err := scan(&a.ID, &at)
		a.CreatedAt = time.UnixMilli(at)
		return &a, err
	}, `SELECT id, created_at FROM accounts ORDER BY created_at, id`)
}

// InsertAccessKey adds an access key.
func (tx *Tx) InsertAccessKey(k *AccessKey) error {
	_, err := tx.q.exec(`INSERT INTO access_keys (id, account, secret, active, created_at) VALUES ($1, $2, $3, $4, $5)`,
		k.ID, k.Account, k.Secret, k.Active, k.CreatedAt.UnixMilli())
	return wrap("insert access key", exists(err))
}

const accessKeyColumns = `SELECT id, account, secret, active, created_at FROM access_keys `

// AccessKey reads an access key, or ErrNotFound.
func (tx *Tx) AccessKey(id string) (*AccessKey, error) {
	return one(tx, "access key", scanAccessKey, accessKeyColumns+`WHERE id = $1`, id)
}

// AccessKeys lists an account's access keys, the oldest first.
func (tx *Tx) AccessKeys(account string) ([]*AccessKey, error) {
	return many(tx, "access keys", scanAccessKey, accessKeyColumns+`WHERE account = $1 ORDER BY created_at, id`, account)
}

func scanAccessKey(scan func(...any) error) (*AccessKey, error) {
	var k AccessKey
	var at int64
	err := scan(&k.ID, &k.Account, &k.Secret, &k.Active, &at)
	k.CreatedAt = time.UnixMilli(at)
	return &k, err
}

func exists(err error) error {
	if isUnique(err) {
		return ErrExists
	}
	return err
}

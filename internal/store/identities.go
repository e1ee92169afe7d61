package store

import (
	"crypto/rand"
	"time"
)

// Identity is a user, a group, a role or a managed policy.
type Identity struct {
	// ID is AWS's unique id: AIDA…, AGPA…, AROA…, ANPA….
	ID, Account string
	// Kind and Name are unique together in an account.
	Kind, Name string
	CreatedAt  time.Time
	// Doc is the identity package's JSON.
	Doc []byte
}

const identityColumns = `SELECT id, account, kind, name, created_at, doc FROM identities `

// IdentityVersion is a text that no other state of the accounts, regions being set up,
// identities and access keys has or had. It is "" in a transaction that changes them.
func (tx *Tx) IdentityVersion() (string, error) {
	if tx.identitiesChange {
		return "", nil
	}
	if tx.version != "" {
		return tx.version, nil
	}
	var err error
	tx.version, err = one(tx, "identity version", func(scan func(...any) error) (v string, err error) {
		return v, scan(&v)
	}, `SELECT version FROM identity_version`)
	return tx.version, err
}

// execIdentity is exec for the tables that IdentityVersion speaks of.
func (tx *Tx) execIdentity(query string, args ...any) (result, error) {
	if err := tx.changeIdentities(); err != nil {
		return nil, err
	}
	return tx.q.exec(query, args...)
}

// changeIdentities gives the identities another version. It is random: that of a
// transaction that is undone never comes again.
func (tx *Tx) changeIdentities() error {
	if tx.identitiesChange {
		return nil
	}
	tx.identitiesChange, tx.version = true, ""
	_, err := tx.q.exec(`UPDATE identity_version SET version = $1`, rand.Text())
	return wrap("write identity version", err)
}

// InsertIdentity adds an identity; ErrExists when its kind has the name already, in
// whatever case.
func (tx *Tx) InsertIdentity(i *Identity) error {
	_, err := tx.execIdentity(`INSERT INTO identities (id, account, kind, name, created_at, doc) VALUES ($1, $2, $3, $4, $5, $6)`,
		i.ID, i.Account, i.Kind, i.Name, i.CreatedAt.UnixMilli(), i.Doc)
	return wrap("insert "+i.Kind, exists(err))
}

// UpdateIdentity writes an identity's doc.
func (tx *Tx) UpdateIdentity(i *Identity) error {
	res, err := tx.execIdentity(`UPDATE identities SET doc = $1 WHERE id = $2`, i.Doc, i.ID)
	return changed("update "+i.Kind, res, err)
}

// DeleteIdentity removes an identity and its access keys.
func (tx *Tx) DeleteIdentity(i *Identity) error {
	if _, err := tx.execIdentity(`DELETE FROM access_keys WHERE owner = $1`, i.ID); err != nil {
		return wrap("delete access keys", err)
	}
	res, err := tx.execIdentity(`DELETE FROM identities WHERE id = $1`, i.ID)
	return changed("delete "+i.Kind, res, err)
}

// Identity reads an identity by its name, or ErrNotFound.
func (tx *Tx) Identity(account, kind, name string) (*Identity, error) {
	return one(tx, kind, scanIdentity, identityColumns+`WHERE account = $1 AND kind = $2 AND name = $3`, account, kind, name)
}

// IdentityByID reads an identity by its unique id, or ErrNotFound.
func (tx *Tx) IdentityByID(id string) (*Identity, error) {
	return one(tx, "identity", scanIdentity, identityColumns+`WHERE id = $1`, id)
}

// Identities lists an account's identities of a kind by name.
func (tx *Tx) Identities(account, kind string) ([]*Identity, error) {
	return many(tx, kind+"s", scanIdentity, identityColumns+`WHERE account = $1 AND kind = $2 ORDER BY name`, account, kind)
}

// CountIdentities tells how many identities of a kind an account has.
func (tx *Tx) CountIdentities(account, kind string) (int, error) {
	n, err := one(tx, "count of "+kind+"s", scanInt, `SELECT count(*) FROM identities WHERE account = $1 AND kind = $2`, account, kind)
	return int(n), err
}

func scanIdentity(scan func(...any) error) (*Identity, error) {
	var i Identity
	var at int64
	err := scan(&i.ID, &i.Account, &i.Kind, &i.Name, &at, &i.Doc)
	i.CreatedAt = time.UnixMilli(at)
	return &i, err
}

// AccessKey is a long-term credential of an account's root or of a user.
type AccessKey struct {
	ID, Account string
	// Owner is the id of the user whose key it is; "" is the account's root.
	Owner string
	// Secret is sealed.
	Secret    []byte
	Active    bool
	CreatedAt time.Time
}

// InsertAccessKey adds an access key; ErrExists when any account has that id, or a resource has a
// key of that id.
func (tx *Tx) InsertAccessKey(k *AccessKey) error {
	const what = "insert access key"
	if err := tx.keyIsFree(resourceKeyIDs, k.ID); err != nil {
		return wrap(what, err)
	}
	_, err := tx.execIdentity(`INSERT INTO access_keys (id, account, owner, secret, active, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		k.ID, k.Account, k.Owner, k.Secret, k.Active, k.CreatedAt.UnixMilli())
	return wrap(what, exists(err))
}

// SetAccessKeyActive switches an access key on or off.
func (tx *Tx) SetAccessKeyActive(id string, active bool) error {
	res, err := tx.execIdentity(`UPDATE access_keys SET active = $1 WHERE id = $2`, active, id)
	return changed("update access key", res, err)
}

// DeleteAccessKey removes an access key.
func (tx *Tx) DeleteAccessKey(id string) error {
	res, err := tx.execIdentity(`DELETE FROM access_keys WHERE id = $1`, id)
	return changed("delete access key", res, err)
}

const accessKeyColumns = `SELECT id, account, owner, secret, active, created_at FROM access_keys `

// AccessKey reads an access key, or ErrNotFound.
func (tx *Tx) AccessKey(id string) (*AccessKey, error) {
	return one(tx, "access key", scanAccessKey, accessKeyColumns+`WHERE id = $1`, id)
}

// AccessKeys lists the access keys of an account's root (owner "") or of a user, the
// oldest first.
func (tx *Tx) AccessKeys(account, owner string) ([]*AccessKey, error) {
	return many(tx, "access keys", scanAccessKey,
		accessKeyColumns+`WHERE account = $1 AND owner = $2 ORDER BY created_at, id`, account, owner)
}

// KeyIn is AccessKey together with the key's account, and until when a region is
// being set up for it: what each request asks for, in one query. It leaves out when
// key and account were made: each column costs.
func (tx *Tx) KeyIn(id, region string) (*AccessKey, *Account, time.Time, error) {
	key := &AccessKey{ID: id}
	var setup, regionSetup int64
	account, err := one(tx, "access key", func(scan func(...any) error) (*Account, error) {
		var a Account
		err := scan(&key.Account, &key.Owner, &key.Secret, &key.Active, &setup, &a.Closed, &a.Generation, &regionSetup)
		a.ID, a.SetupUntil = key.Account, fromMillis(setup)
		return &a, err
	}, `SELECT k.account, k.owner, k.secret, k.active, a.setup_until, a.closed, a.generation, coalesce(r.setup_until, 0)
		FROM access_keys k JOIN accounts a ON a.id = k.account
		LEFT JOIN region_setups r ON r.account = k.account AND r.region = $2 WHERE k.id = $1`, id, region)
	return key, account, fromMillis(regionSetup), err
}

func scanAccessKey(scan func(...any) error) (*AccessKey, error) {
	var k AccessKey
	var at int64
	err := scan(&k.ID, &k.Account, &k.Owner, &k.Secret, &k.Active, &at)
	k.CreatedAt = time.UnixMilli(at)
	return &k, err
}

func exists(err error) error {
	if isUnique(err) {
		return ErrExists
	}
	return err
}

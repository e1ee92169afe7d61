package store

import (
	"crypto/rand"
	"time"
)

// Account is an AWS account of this server.
type Account struct {
	// ID has 12 digits.
	ID        string
	CreatedAt time.Time
	// SetupUntil is when the account will be set up; the zero time is "long ago".
	SetupUntil time.Time
	// Closed accounts are not served.
	Closed bool
	// Generation is what no other account has or had, also none of the same id; "" of
	// accounts that were made before there was such a thing. InsertAccount draws it.
	Generation string
}

const accountColumns = `SELECT id, created_at, setup_until, closed, generation FROM accounts `

// InsertAccount adds an account; ErrExists when it is there.
func (tx *Tx) InsertAccount(a *Account) error {
	a.Generation = rand.Text()
	_, err := tx.execIdentity(`INSERT INTO accounts (id, created_at, setup_until, closed, generation) VALUES ($1, $2, $3, $4, $5)`,
		a.ID, a.CreatedAt.UnixMilli(), millis(a.SetupUntil), a.Closed, a.Generation)
	return wrap("insert account", exists(err))
}

// Account reads an account, or ErrNotFound.
func (tx *Tx) Account(id string) (*Account, error) {
	return one(tx, "account", scanAccount, accountColumns+`WHERE id = $1`, id)
}

// Accounts lists all accounts, the oldest first.
func (tx *Tx) Accounts() ([]*Account, error) {
	return many(tx, "accounts", scanAccount, accountColumns+`ORDER BY created_at, id`)
}

// UpdateAccount writes what may change in an account.
func (tx *Tx) UpdateAccount(a *Account) error {
	res, err := tx.execIdentity(`UPDATE accounts SET setup_until = $1, closed = $2 WHERE id = $3`, millis(a.SetupUntil), a.Closed, a.ID)
	return changed("update account", res, err)
}

// DeleteAccount removes an account with all that it has.
func (tx *Tx) DeleteAccount(id string) error {
	tx.touchEverything()
	for table, owner := range map[string]string{"addresses": "owner", "links": "from_id"} {
		_, err := tx.q.exec(`DELETE FROM `+table+` WHERE `+owner+` IN (SELECT id FROM resources WHERE account = $1)`, id)
		if err != nil {
			return wrap("delete the account's "+table, err)
		}
	}
	for _, table := range []string{"operations", "resources", "access_keys", "identities", "region_setups", "quota_uses"} {
		if _, err := tx.execIdentity(`DELETE FROM `+table+` WHERE account = $1`, id); err != nil {
			return wrap("delete the account's "+table, err)
		}
	}
	res, err := tx.execIdentity(`DELETE FROM accounts WHERE id = $1`, id)
	return changed("delete account", res, err)
}

// SetRegionSetup says until when a region is being set up for an account; the zero
// time ends it.
func (tx *Tx) SetRegionSetup(account, region string, until time.Time) error {
	_, err := tx.execIdentity(`INSERT INTO region_setups (account, region, setup_until) VALUES ($1, $2, $3)
		ON CONFLICT (account, region) DO UPDATE SET setup_until = excluded.setup_until`, account, region, millis(until))
	return wrap("write region setup", err)
}

// RegionSetup says until when a region is being set up for an account.
type RegionSetup struct {
	Region string
	Until  time.Time
}

// RegionSetups lists an account's regions that are or were being set up, by name.
func (tx *Tx) RegionSetups(account string) ([]RegionSetup, error) {
	return many(tx, "region setups", func(scan func(...any) error) (s RegionSetup, err error) {
		var until int64
		err = scan(&s.Region, &until)
		s.Until = fromMillis(until)
		return s, err
	}, `SELECT region, setup_until FROM region_setups WHERE account = $1 AND setup_until > 0 ORDER BY region`, account)
}

// AccountIn reads an account and until when a region is being set up for it; the
// zero time where it is not.
func (tx *Tx) AccountIn(id, region string) (*Account, time.Time, error) {
	var setup int64
	a, err := one(tx, "account", func(scan func(...any) error) (*Account, error) {
		return scanAccount(func(dest ...any) error { return scan(append(dest, &setup)...) })
	}, `SELECT a.id, a.created_at, a.setup_until, a.closed, a.generation, coalesce(r.setup_until, 0)
		FROM accounts a LEFT JOIN region_setups r ON r.account = a.id AND r.region = $2 WHERE a.id = $1`, id, region)
	return a, fromMillis(setup), err
}

func scanAccount(scan func(...any) error) (*Account, error) {
	var a Account
	var at, setup int64
	err := scan(&a.ID, &at, &setup, &a.Closed, &a.Generation)
	a.CreatedAt, a.SetupUntil = time.UnixMilli(at), fromMillis(setup)
	return &a, err
}

// millis keeps the zero time as 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

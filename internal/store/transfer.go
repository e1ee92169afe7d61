package store

import (
	"fmt"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The Each methods hand the rows of a table to fn one after the other, so that a
// table of any size passes through little memory: those of one account, or all
// (account ""). fn must not use the transaction. Rows are ordered byte by byte, alike
// in all databases.

// EachAccount goes through the accounts by id.
func (tx *Tx) EachAccount(account string, fn func(*Account) error) error {
	return each(tx, "accounts", scanAccount, fn, accountColumns, "id", "id", account)
}

// AccountRegionSetup is a RegionSetup of an account.
type AccountRegionSetup struct {
	Account string
	RegionSetup
}

// EachRegionSetup goes through the accounts' regions that are or were being set up,
// by account and region.
func (tx *Tx) EachRegionSetup(account string, fn func(AccountRegionSetup) error) error {
	return each(tx, "region setups", func(scan func(...any) error) (s AccountRegionSetup, err error) {
		var until int64
		err = scan(&s.Account, &s.Region, &until)
		s.Until = fromMillis(until)
		return s, err
	}, fn, `SELECT account, region, setup_until FROM region_setups `, "account", "account, region", account)
}

// EachIdentity goes through the identities by account, kind and name.
func (tx *Tx) EachIdentity(account string, fn func(*Identity) error) error {
	return each(tx, "identities", scanIdentity, fn, identityColumns, "account", "account, kind, name", account)
}

// EachAccessKey goes through the access keys by account and id.
func (tx *Tx) EachAccessKey(account string, fn func(*AccessKey) error) error {
	return each(tx, "access keys", scanAccessKey, fn, accessKeyColumns, "account", "account, id", account)
}

// EachResource goes through the resources by account, region, namespace and name.
func (tx *Tx) EachResource(account string, fn func(*resource.Resource) error) error {
	return each(tx, "resources", scanWholeResource, fn,
		`SELECT `+observedColumns+`, name, account, region, kind FROM resources `, "account", "account, region, space, name", account)
}

// AccountAddress is an Address of an account's resource.
type AccountAddress struct {
	Account string
	Address
}

// EachAddress goes through the addresses of resources by account, owner and pool.
func (tx *Tx) EachAddress(account string, fn func(AccountAddress) error) error {
	return each(tx, "addresses", func(scan func(...any) error) (a AccountAddress, err error) {
		return a, scan(&a.Pool, &a.Number, &a.Owner, &a.Account)
	}, fn, `SELECT a.pool, a.number, a.owner, r.account FROM addresses a JOIN resources r ON r.id = a.owner `,
		"r.account", "r.account, a.owner, a.pool", account)
}

// EachOperation goes through the operations by account, region, position and id.
func (tx *Tx) EachOperation(account string, fn func(*Operation) error) error {
	return each(tx, "operations", scanOperation, fn, operationColumns, "account", "account, region, position, id", account)
}

func each[T any](
	tx *Tx, what string, scan func(func(...any) error) (T, error), fn func(T) error, columns, accountColumn, order, account string,
) (err error) {
	query, args := columns, []any(nil)
	if account != "" {
		query, args = query+"WHERE "+accountColumn+" = $1 ", []any{account}
	}
	rows, err := tx.q.query(query+"ORDER BY "+order, args...)
	if err != nil {
		return wrap("read "+what, err)
	}
	defer func() {
		if end := rows.Close(); err == nil {
			err = wrap("read "+what, end)
		}
	}()
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return wrap("read "+what, err)
		}
		if err := fn(v); err != nil {
			return err
		}
	}
	return wrap("read "+what, rows.Err())
}

// bulkRows is how many rows one statement of a bulk insert writes. More save little:
// most of the time goes into the rows themselves.
const bulkRows = 50

// InsertResources adds many resources, faster than one by one. ErrExists says that
// one of them, or one of its name, is there.
func (tx *Tx) InsertResources(all []*resource.Resource) error {
	tx.touchEverything()
	rows := make([][]any, len(all))
	for i, r := range all {
		tags, err := encodeTags(r.Tags)
		if err != nil {
			return err
		}
		rows[i] = []any{
			r.ID, r.Account, r.Region, r.Name, string(r.Kind), r.Zone, r.CreatedAt.UnixMilli(), tags, notNil(r.Doc), notNil(r.Priv),
			newRevision(r.Kind), r.Kind.Space(),
		}
	}
	columns := "id, account, region, name, kind, zone, created_at, tags, doc, priv, revision, space"
	return tx.insertRows("resources", columns, rows)
}

// InsertOperations adds many operations at their given positions. The subject of one that is
// open gets its generation, unless it has a later one: it will report about that, and end it.
func (tx *Tx) InsertOperations(all []*Operation) error {
	rows := make([][]any, len(all))
	for i, o := range all {
		rows[i] = []any{o.ID, o.Account, o.Region, o.Resource, o.Position, o.Doc, o.Subject, o.Generation}
		if o.Subject == "" {
			continue
		}
		if err := tx.raiseGeneration(o); err != nil {
			return err
		}
	}
	return tx.insertRows("operations", "id, account, region, resource, position, doc, subject, generation", rows)
}

func (tx *Tx) raiseGeneration(o *Operation) error {
	tx.touch(o.Subject, "")
	_, err := tx.q.exec(`UPDATE resources SET generation = $1 WHERE id = $2 AND account = $3 AND generation < $1`, o.Generation, o.Subject, o.Account)
	return wrap("raise generation", err)
}

// InsertRegionSetup adds a region setup, also one that is over; ErrExists when it is
// there.
func (tx *Tx) InsertRegionSetup(s AccountRegionSetup) error {
	if err := tx.changeIdentities(); err != nil {
		return err
	}
	return tx.insertRows("region_setups", "account, region, setup_until", [][]any{{s.Account, s.Region, millis(s.Until)}})
}

func (tx *Tx) insertRows(table, columns string, rows [][]any) error {
	for len(rows) > 0 {
		n := 1
		if len(rows) >= bulkRows {
			n = bulkRows
		}
		width := len(rows[0])
		args := make([]any, 0, n*width)
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		_, err := tx.q.exec("INSERT INTO "+table+" ("+columns+") VALUES "+placeholders(n, width), args...)
		if err != nil {
			return wrap("insert "+table, exists(err))
		}
		rows = rows[n:]
	}
	return nil
}

// placeholders is ($1, $2), ($3, $4) for two rows of two.
func placeholders(rows, width int) string {
	var b strings.Builder
	for i := range rows * width {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%width == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	return b.String() + ")"
}

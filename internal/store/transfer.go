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

// EachResource goes through the resources that are not gone, by account, region, namespace and name.
func (tx *Tx) EachResource(account string, fn func(*resource.Resource) error) error {
	return each(tx, "resources", scanWholeResource, fn,
		`SELECT `+wholeColumns+` FROM resources `, "account", "account, region, space, name", account, "gone_at")
}

// AccountAddress is an Address of an account's resource.
type AccountAddress struct {
	Account string
	Address
}

// EachAddress goes through the addresses of resources that are not gone, by account, owner and pool.
func (tx *Tx) EachAddress(account string, fn func(AccountAddress) error) error {
	return each(tx, "addresses", func(scan func(...any) error) (a AccountAddress, err error) {
		return a, scan(&a.Pool, &a.Number, &a.Owner, &a.Account)
	}, fn, `SELECT a.pool, a.number, a.owner, r.account FROM addresses a JOIN resources r ON r.id = a.owner `,
		"r.account", "r.account, a.owner, a.pool", account, "r.gone_at")
}

// EachOperation goes through the operations by account, region, position and id.
func (tx *Tx) EachOperation(account string, fn func(*Operation) error) error {
	return each(tx, "operations", scanOperation, fn, operationColumns, "account", "account, region, position, id", account)
}

// AccountEntry is an entry of an account's resource.
type AccountEntry struct {
	Account string
	// Kind is that of the resource.
	Kind resource.Kind
	resource.Entry
}

// EachEntry goes through the entries of classes, of resources that are not gone, by owner, class and
// number. This is the order of an index: documents need not be sorted.
func (tx *Tx) EachEntry(account string, classes []string, fn func(*AccountEntry) error) error {
	if len(classes) == 0 {
		return nil
	}
	w := tx.entriesOf("e", account, classes)
	return eachRow(tx, "entries", func(scan func(...any) error) (*AccountEntry, error) {
		a := &AccountEntry{}
		e, err := scanEntry(func(dest ...any) error { return scan(append(dest, &a.Account, (*string)(&a.Kind))...) })
		a.Entry = *e
		return a, err
	}, fn, selectAccountEntries+w.text+" ORDER BY e.resource_id, e.class, e.seq", w.args...)
}

// EntryList is a list of entries whose last one is not there any more. Another store would give its
// number a second time without it.
type EntryList struct {
	Account, Owner, Class string
	// Kind is that of the resource, Last the highest number that an entry had.
	Kind resource.Kind
	Last int64
}

// EachEntryList goes through the lists of classes that lack their last entry, of resources that are not gone, by owner and class.
func (tx *Tx) EachEntryList(account string, classes []string, fn func(EntryList) error) error {
	if len(classes) == 0 {
		return nil
	}
	w := tx.entriesOf("l", account, classes)
	return eachRow(tx, "lists of entries", func(scan func(...any) error) (l EntryList, err error) {
		return l, scan(&l.Account, &l.Owner, &l.Class, (*string)(&l.Kind), &l.Last)
	}, fn, selectShortLists+w.text+shortListsOrder, w.args...)
}

const (
	selectShortLists = `SELECT r.account, l.resource_id, l.class, r.kind, l.last_seq FROM entry_lists l JOIN resources r ON r.id = l.resource_id `
	shortListsOrder  = ` AND NOT EXISTS (SELECT 1 FROM entries e WHERE e.resource_id = l.resource_id AND e.class = l.class AND e.seq = l.last_seq)
		ORDER BY l.resource_id, l.class`
)

// entriesOf are the conditions for classes of resources of an account, or of all (account ""), that are not gone.
func (tx *Tx) entriesOf(table, account string, classes []string) where {
	w := where{text: `WHERE ` + table + `.class IN ` + placeholders(1, len(classes))}
	for _, class := range classes {
		w.args = append(w.args, class)
	}
	w.and("r.gone_at > $%d", tx.moment())
	if account != "" {
		w.and("r.account = $%d", account)
	}
	return w
}

const selectAccountEntries = `SELECT e.resource_id, e.class, e.seq, e.at, e.doc, r.account, r.kind FROM entries e JOIN resources r ON r.id = e.resource_id `

// each hands rows of an account to fn, or of all (account ""). Of what is gone by one of the columns,
// it leaves the rows out.
func each[T any](
	tx *Tx, what string, scan func(func(...any) error) (T, error), fn func(T) error, columns, accountColumn, order, account string, gone ...string,
) error {
	var w where
	if account != "" {
		w.and(accountColumn+" = $%d", account)
	}
	for _, column := range gone {
		w.and(column+" > $%d", tx.moment())
	}
	return eachRow(tx, what, scan, fn, columns+w.text+" ORDER BY "+order, w.args...)
}

// where is the conditions of a query, with their arguments.
type where struct {
	text string
	args []any
}

// and adds a condition. It has one argument, whose number stands for %d in it.
func (w *where) and(condition string, arg any) {
	joint := " AND "
	if w.text == "" {
		joint = "WHERE "
	}
	w.args = append(w.args, arg)
	w.text += joint + fmt.Sprintf(condition, len(w.args))
}

// eachRow hands the rows of a query to fn.
func eachRow[T any](
	tx *Tx, what string, scan func(func(...any) error) (T, error), fn func(T) error, query string, args ...any,
) (err error) {
	rows, err := tx.q.query(query, args...)
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
		space, worldwide := tx.nameOf(r)
		if err == nil && worldwide {
			err = tx.freeName(r) // an account that was there before may have had it
		}
		if err != nil {
			return err
		}
		rows[i] = []any{
			r.ID, r.Account, r.Region, r.Name, string(r.Kind), r.Zone, r.CreatedAt.UnixMilli(), tags, notNil(r.Doc), notNil(r.Priv),
			newRevision(r.Kind), space, worldwide, goneMillis(r.GoneAt),
		}
	}
	columns := "id, account, region, name, kind, zone, created_at, tags, doc, priv, revision, space, worldwide, gone_at"
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

// InsertEntries adds entries of resources that are there, with their numbers, after those that
// the resources have.
func (tx *Tx) InsertEntries(all []*resource.Entry) error {
	tx.touchEverything()
	rows := make([][]any, len(all))
	for i, e := range all {
		rows[i] = entryRow(e)
	}
	for rest := all; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Owner == rest[0].Owner && rest[n].Class == rest[0].Class {
			n++
		}
		if err := tx.extendEntryList(rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return tx.insertRows("entries", entryColumns, rows)
}

// extendEntryList counts new entries of one list.
func (tx *Tx) extendEntryList(added []*resource.Entry) error {
	l, err := tx.entryList(added[0].Owner, added[0].Class)
	if err != nil {
		return err
	}
	l.kept += int64(len(added))
	for _, e := range added {
		l.last = max(l.last, e.Seq)
	}
	return tx.saveEntryList(l)
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

package store

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// maxTrim bounds how many entries the addition of one removes, by limit and by age each.
const maxTrim = 100

// AppendEntry adds an entry to those that a resource, given by its id, has of a class, and
// returns the entry's number. It removes entries that are too many, or too old at the time of
// the new one. It returns ErrNotFound if there is no such resource.
//
// Appending does not change the resource's row: another process learns of an entry only if
// the transaction updates the resource, too.
func (tx *Tx) AppendEntry(owner string, c resource.Class, at time.Time, doc []byte) (seq int64, err error) {
	e := &resource.Entry{Owner: owner, Class: c.Name, At: at, Doc: doc}
	if err := e.CheckSize(); err != nil {
		return 0, err
	}
	l, err := tx.entryList(owner, c.Name)
	if err != nil {
		return 0, err
	}
	if err := tx.trim(&l, c, at); err != nil {
		return 0, err
	}
	l.last++
	l.kept++
	e.Seq = l.last
	tx.touch(owner, "")
	if err := tx.saveEntryList(l); err != nil {
		return 0, err
	}
	return e.Seq, tx.insertRows("entries", entryColumns, [][]any{entryRow(e)})
}

// Entry reads an entry by its number, or ErrNotFound.
func (tx *Tx) Entry(owner string, c resource.Class, seq int64) (*resource.Entry, error) {
	return one(tx, "entry", scanEntry, selectEntries+`WHERE resource_id = $1 AND class = $2 AND seq = $3`, owner, c.Name, seq)
}

// EntryKey names an entry of a class.
type EntryKey struct {
	Owner string
	Seq   int64
}

// keysAtOnce is how many entries one query reads by their keys.
const keysAtOnce = 100

// EntriesOf reads the entries of a class that have one of the keys, in no order. Those that are not
// there are left out.
func (tx *Tx) EntriesOf(c resource.Class, keys []EntryKey) (all []*resource.Entry, err error) {
	for some := range slices.Chunk(keys, keysAtOnce) {
		args := []any{c.Name}
		for _, k := range some {
			args = append(args, k.Owner, k.Seq)
		}
		found, err := many(tx, "entries by key", scanEntry, entriesOfQuery(len(some)), args...)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// entriesOfQuery reads entries of a class by so many keys. An index answers each term.
func entriesOfQuery(keys int) string {
	terms := make([]string, keys)
	for i := range terms {
		terms[i] = fmt.Sprintf("(resource_id = $%d AND class = $1 AND seq = $%d)", 2*i+2, 2*i+3)
	}
	return selectEntries + `WHERE ` + strings.Join(terms, " OR ")
}

// UpdateEntry writes the document of an entry anew; ErrNotFound if the entry is not there.
func (tx *Tx) UpdateEntry(e *resource.Entry) error {
	if err := e.CheckSize(); err != nil {
		return err
	}
	tx.touch(e.Owner, "")
	res, err := tx.q.exec(`UPDATE entries SET doc = $1 WHERE resource_id = $2 AND class = $3 AND seq = $4`, notNil(e.Doc), e.Owner, e.Class, e.Seq)
	return changed("update entry", res, err)
}

// DeleteEntry removes an entry; ErrNotFound if it is not there. Its number is not given again.
func (tx *Tx) DeleteEntry(e *resource.Entry) error {
	tx.touch(e.Owner, "")
	res, err := tx.q.exec(`DELETE FROM entries WHERE resource_id = $1 AND class = $2 AND seq = $3`, e.Owner, e.Class, e.Seq)
	if err := changed("delete entry", res, err); err != nil {
		return err
	}
	_, err = tx.q.exec(`UPDATE entry_lists SET kept = kept - 1 WHERE resource_id = $1 AND class = $2`, e.Owner, e.Class)
	return wrap("count entries", err)
}

// CountEntries counts the entries that a resource has of a class.
func (tx *Tx) CountEntries(owner string, c resource.Class) (int, error) {
	l, err := tx.entryList(owner, c.Name)
	return int(l.kept), err
}

// EntryPage says which part of a list of entries to read.
type EntryPage struct {
	// OldestFirst reads the list from its other end.
	OldestFirst bool
	// After is where the page before ended; the zero value is the beginning of the list.
	After EntryCursor
	// Limit is how many entries to read at most.
	Limit int
}

// EntryCursor is a place in a list of entries: after the one that it names.
type EntryCursor struct {
	// At is the entry's time in Unix milliseconds. Entries does not look at it.
	At  int64 `json:"a"`
	Seq int64 `json:"s"`
}

// AfterEntry is the cursor after an entry.
func AfterEntry(e *resource.Entry) EntryCursor { return EntryCursor{e.At.UnixMilli(), e.Seq} }

// Entries lists what a resource has of a class by number: the entry that was added last comes
// first.
func (tx *Tx) Entries(owner string, c resource.Class, p EntryPage) ([]*resource.Entry, error) {
	const list = selectEntries + `WHERE resource_id = $1 AND class = $2 AND `
	query, after := list+`seq > $3 ORDER BY seq LIMIT $4`, p.After.Seq
	if !p.OldestFirst {
		query = list + `seq < $3 ORDER BY seq DESC LIMIT $4`
		if after == 0 {
			after = math.MaxInt64
		}
	}
	return many(tx, "entries", scanEntry, query, owner, c.Name, after, p.Limit)
}

// EntriesBetween lists what a resource has of a class by time, and by number among those of
// one time: the newest comes first. It reads entries of from on and before until; a zero time
// is no bound. The order differs from that of Entries if a clock was put back.
func (tx *Tx) EntriesBetween(owner string, c resource.Class, from, until time.Time, p EntryPage) ([]*resource.Entry, error) {
	const list = selectEntries + `WHERE resource_id = $1 AND class = $2 AND `
	first, end := EntryCursor{At: math.MinInt64}, EntryCursor{At: math.MaxInt64}
	if !from.IsZero() {
		first.At = millisFrom(from)
	}
	if !until.IsZero() {
		end.At = millisFrom(until)
	}
	if p.OldestFirst {
		if p.After.Seq > 0 && p.After.At >= first.At {
			first = p.After
		}
		return many(tx, "entries", scanEntry,
			list+`(at, seq) > ($3, $4) AND at < $5 ORDER BY at, seq LIMIT $6`, owner, c.Name, first.At, first.Seq, end.At, p.Limit)
	}
	if p.After.Seq > 0 && p.After.At < end.At {
		end = p.After
	}
	return many(tx, "entries", scanEntry,
		list+`(at, seq) < ($3, $4) AND at >= $5 ORDER BY at DESC, seq DESC LIMIT $6`, owner, c.Name, end.At, end.Seq, first.At, p.Limit)
}

// millisFrom is the first whole millisecond that is not before a time.
func millisFrom(t time.Time) int64 { return t.Add(time.Millisecond - time.Nanosecond).UnixMilli() }

const (
	entryColumns  = `resource_id, class, seq, at, doc`
	selectEntries = `SELECT ` + entryColumns + ` FROM entries `
)

func scanEntry(scan func(...any) error) (*resource.Entry, error) {
	var e resource.Entry
	var at int64
	err := scan(&e.Owner, &e.Class, &e.Seq, &at, &e.Doc)
	e.At = time.UnixMilli(at)
	return &e, err
}

func entryRow(e *resource.Entry) []any {
	return []any{e.Owner, e.Class, e.Seq, e.At.UnixMilli(), notNil(e.Doc)}
}

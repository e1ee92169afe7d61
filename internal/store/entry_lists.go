package store

import (
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// entryList is what is known of all entries that a resource has of a class.
type entryList struct {
	owner, class string
	// last is the highest number that an entry has or had, kept how many there are.
	last, kept int64
}

// entryList reads a list; one that is not there has no entries.
func (tx *Tx) entryList(owner, class string) (entryList, error) {
	l := entryList{owner: owner, class: class}
	found, err := many(tx, "list of entries", func(scan func(...any) error) (l entryList, err error) {
		return l, scan(&l.last, &l.kept)
	}, `SELECT last_seq, kept FROM entry_lists WHERE resource_id = $1 AND class = $2`, owner, class)
	if len(found) > 0 {
		l.last, l.kept = found[0].last, found[0].kept
	}
	return l, err
}

// RaiseEntryList lets the next entry that a resource gets of a class have a number after last.
func (tx *Tx) RaiseEntryList(owner string, c resource.Class, last int64) error {
	l, err := tx.entryList(owner, c.Name)
	if err != nil || l.last >= last {
		return err
	}
	tx.touchEverything()
	l.last = last
	return tx.saveEntryList(l)
}

// saveEntryList writes a list; ErrNotFound if its resource is not there.
func (tx *Tx) saveEntryList(l entryList) error {
	_, err := tx.q.exec(`INSERT INTO entry_lists (resource_id, class, last_seq, kept) VALUES ($1, $2, $3, $4)
		ON CONFLICT (resource_id, class) DO UPDATE SET last_seq = excluded.last_seq, kept = excluded.kept`, l.owner, l.class, l.last, l.kept)
	if isForeignKey(err) {
		err = ErrNotFound
	}
	return wrap("write list of entries", err)
}

// trim removes entries of a list that has one more soon, at a time.
func (tx *Tx) trim(l *entryList, c resource.Class, now time.Time) error {
	if c.Age > 0 {
		if err := tx.trimBy(l, `at < $3 ORDER BY at, seq LIMIT $4`, now.Add(-c.Age).UnixMilli(), maxTrim); err != nil {
			return err
		}
	}
	if over := l.kept + 1 - int64(c.Limit); c.Limit > 0 && over > 0 {
		return tx.trimBy(l, `seq <= $3 ORDER BY seq LIMIT $4`, l.last, min(over, maxTrim))
	}
	return nil
}

// trimBy removes entries that a condition selects.
func (tx *Tx) trimBy(l *entryList, condition string, bound, limit int64) error {
	res, err := tx.q.exec(`DELETE FROM entries WHERE resource_id = $1 AND class = $2 AND seq IN (
		SELECT seq FROM entries WHERE resource_id = $1 AND class = $2 AND `+condition+`)`, l.owner, l.class, bound, limit)
	if err != nil {
		return wrap("trim entries", err)
	}
	n, err := res.RowsAffected()
	l.kept -= n
	return wrap("trim entries", err)
}

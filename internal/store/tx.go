package store

import (
	"errors"
	"fmt"
	"time"
)

// Tx is a running transaction. Its methods are grouped by what they keep: meta,
// identities, resources with their links and entries, quota uses, operations.
type Tx struct {
	q querier
	*scope
	// now is what SetNow was told; zero before it is needed.
	now time.Time
	// identitiesChange: the transaction has written something that IdentityVersion speaks
	// of.
	identitiesChange bool
	// touched is what the transaction touched; nil if its caller does not ask.
	touched *Touched
}

// scope is what the functions share that run in one transaction.
type scope struct {
	// positions is nil where nothing is written.
	positions *positions
	// version is the identity version, once it was read: no other transaction changes it.
	version string
}

// querier runs statements in a transaction, prepared once per connection.
type querier interface {
	exec(query string, args ...any) (result, error)
	query(query string, args ...any) (rows, error)
	// clock is an expression for the database's own time in Unix milliseconds.
	clock() string
}

// rows and result are what is used of database/sql's.
type (
	rows interface {
		Next() bool
		Scan(dest ...any) error
		Err() error
		Close() error
	}
	result interface{ RowsAffected() (int64, error) }
)

// Meta reads a named value of the database itself, or ErrNotFound.
func (tx *Tx) Meta(name string) ([]byte, error) {
	return one(tx, "meta "+name, scanBytes, `SELECT value FROM meta WHERE name = $1`, name)
}

// SetMeta writes a named value of the database itself.
func (tx *Tx) SetMeta(name string, value []byte) error {
	_, err := tx.q.exec(`INSERT INTO meta (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return wrap("write meta "+name, err)
}

func scanBytes(scan func(...any) error) (b []byte, err error) {
	return b, scan(&b)
}

// one reads the single row of a query, or ErrNotFound.
func one[T any](tx *Tx, what string, scan func(func(...any) error) (T, error), query string, args ...any) (T, error) {
	all, err := many(tx, what, scan, query, args...)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%s: %w", what, ErrNotFound)
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// many reads all rows of a query.
func many[T any](tx *Tx, what string, scan func(func(...any) error) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.q.query(query, args...)
	if err != nil {
		return nil, wrap("read "+what, err)
	}
	var all []T
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return nil, wrap("read "+what, errors.Join(err, rows.Close()))
		}
		all = append(all, v)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, wrap("read "+what, err)
	}
	return all, nil
}

// changed turns a write that met no row into ErrNotFound.
func changed(what string, res result, err error) error {
	if err != nil {
		return wrap(what, err)
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return wrap(what, err)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

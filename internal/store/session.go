package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// session is one SQLite connection with its prepared statements. One goroutine
// uses it at a time.
//
// It speaks to the driver directly: database/sql keeps a pool, locks and conversions
// between that cost as much as the queries of a request. Its queries run without the
// caller's context: they take microseconds, and a cancellable query costs a goroutine.
type session struct {
	driver driver.Driver
	dsn    string
	conn   driver.Conn
	stmts  map[string]driver.Stmt
	// args is reused from statement to statement: the driver keeps none of it.
	args []driver.NamedValue
}

func (s *session) connect() error {
	conn, err := s.driver.Open(s.dsn)
	if err != nil {
		return err
	}
	s.conn, s.stmts = conn, map[string]driver.Stmt{}
	return nil
}

// close ends the connection; the next use makes a new one.
func (s *session) close() error {
	if s.conn == nil {
		return nil
	}
	var err error
	for _, stmt := range s.stmts {
		err = errors.Join(err, stmt.Close())
	}
	err = errors.Join(err, s.conn.Close())
	s.conn = nil
	return err
}

// discard closes a connection that failed in a way that may last.
func (s *session) discard() { _ = s.close() } // the failure that led here is reported

// view runs fn in a read transaction. A connection that breaks is made anew at the
// next use.
func (s *session) view(fn func(*Tx) error) (err error) {
	if s.conn == nil {
		if err := s.connect(); err != nil {
			return err
		}
	}
	if err := s.run("BEGIN"); err != nil {
		s.discard()
		return err
	}
	defer func() {
		if end := s.run("COMMIT"); end != nil {
			s.discard()
			err = errors.Join(err, end)
		}
	}()
	return fn(&Tx{q: s, scope: &scope{}})
}

func (s *session) clock() string { return `CAST(unixepoch('subsec') * 1000 AS INTEGER)` }

// run executes a statement without arguments or result.
func (s *session) run(query string) error {
	_, err := s.exec(query)
	return err
}

func (s *session) exec(query string, args ...any) (result, error) {
	stmt, err := s.prepare(query)
	if err != nil {
		return nil, err
	}
	return stmt.(driver.StmtExecContext).ExecContext(context.Background(), s.named(args)) //nolint:forcetypeassert // the driver has it
}

func (s *session) query(query string, args ...any) (rows, error) {
	stmt, err := s.prepare(query)
	if err != nil {
		return nil, err
	}
	r, err := stmt.(driver.StmtQueryContext).QueryContext(context.Background(), s.named(args)) //nolint:forcetypeassert // the driver has it
	if err != nil {
		return nil, err
	}
	return &driverRows{rows: r, row: make([]driver.Value, len(r.Columns()))}, nil
}

func (s *session) prepare(query string) (driver.Stmt, error) {
	if stmt, ok := s.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := s.conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	s.stmts[query] = stmt
	return stmt, nil
}

// named gives arguments the driver's form.
func (s *session) named(args []any) []driver.NamedValue {
	s.args = s.args[:0]
	for i, arg := range args {
		if n, ok := arg.(int); ok {
			arg = int64(n)
		}
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: arg})
	}
	return s.args
}

// driverRows are the rows of a query, as *sql.Rows are.
type driverRows struct {
	rows driver.Rows
	row  []driver.Value
	err  error
}

// Next goes to the next row.
func (r *driverRows) Next() bool {
	if err := r.rows.Next(r.row); err != nil {
		if !errors.Is(err, io.EOF) {
			r.err = err
		}
		return false
	}
	return true
}

// Err is what ended the rows before their end.
func (r *driverRows) Err() error { return r.err }

// Close ends the query.
func (r *driverRows) Close() error { return r.rows.Close() }

// Scan reads the row's columns, of the few types that the schema has.
func (r *driverRows) Scan(dest ...any) error {
	if len(dest) != len(r.row) {
		return fmt.Errorf("%d columns for %d variables", len(r.row), len(dest))
	}
	for i, d := range dest {
		if !assign(d, r.row[i]) {
			return fmt.Errorf("column %d: a %T for a %T", i+1, r.row[i], d)
		}
	}
	return nil
}

func assign(dest any, value driver.Value) (ok bool) {
	switch d := dest.(type) {
	case *string:
		*d, ok = value.(string)
	case *int64:
		*d, ok = value.(int64)
	case *bool:
		var n int64
		if n, ok = value.(int64); ok {
			*d = n != 0
			return true
		}
		*d, ok = value.(bool)
	case *[]byte:
		if *d, ok = value.([]byte); !ok && value == nil { // an empty blob may come as nothing
			*d, ok = []byte{}, true
		}
	}
	return ok
}

// dsn names a database file for the driver, with pragmas for each connection.
func dsn(path string, pragmas ...string) string {
	q := make([]string, len(pragmas))
	for i, p := range pragmas {
		q[i] = "_pragma=" + url.QueryEscape(p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(q, "&")
}

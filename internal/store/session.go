package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"strings"
)

// session is one SQLite connection with its prepared statements. One goroutine
// uses it at a time.
//
// Its queries run without the caller's context: they take microseconds, and a
// cancellable query costs a goroutine.
type session struct {
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

func newSession(ctx context.Context, db *sql.DB) (*session, error) {
	s := &session{db: db}
	return s, s.connect(ctx)
}

func (s *session) connect(ctx context.Context) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	s.conn, s.stmts = conn, map[string]*sql.Stmt{}
	return nil
}

// close gives the connection back; the next use makes a new one.
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

// discard closes a connection that failed in a way that may last. A driver's bad
// connection does not go back into the pool, where the next use would find it again.
func (s *session) discard() {
	if s.conn != nil {
		_ = s.conn.Raw(func(any) error { return driver.ErrBadConn }) // the failure that led here is reported
		_ = s.close()
	}
}

// view runs fn in a read transaction. A connection that breaks is made anew at the
// next use.
func (s *session) view(fn func(*Tx) error) (err error) {
	if s.conn == nil {
		if err := s.connect(context.Background()); err != nil {
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
	return fn(&Tx{q: s})
}

// run executes a statement without arguments or result.
func (s *session) run(query string) error {
	_, err := s.exec(query)
	return err
}

func (s *session) exec(query string, args ...any) (sql.Result, error) {
	stmt, err := s.prepare(query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(context.Background(), args...)
}

func (s *session) query(query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.prepare(query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(context.Background(), args...)
}

func (s *session) prepare(query string) (*sql.Stmt, error) {
	if stmt, ok := s.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	s.stmts[query] = stmt
	return stmt, nil
}

// dsn names a database file for the driver, with pragmas for each connection.
func dsn(path string, pragmas ...string) string {
	q := make([]string, len(pragmas))
	for i, p := range pragmas {
		q[i] = "_pragma=" + url.QueryEscape(p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(q, "&")
}

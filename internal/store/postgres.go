package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Codes of PostgreSQL's errors (PostgreSQL manual, appendix A).
const (
	pgForeignKeyViolation  = "23503"
	pgUniqueViolation      = "23505"
	pgSerializationFailure = "40001"
	pgDeadlockDetected     = "40P01"
	pgLockNotAvailable     = "55P03"
)

// postgresEngine runs each transaction on a connection of a pool. Writes are
// serializable; what collides is retried.
type postgresEngine struct {
	db        *sql.DB
	timeout   time.Duration
	closed    atomic.Bool
	positions positions
	// turn has an element while a write has its turn.
	turn chan struct{}
}

func openPostgres(ctx context.Context, o Options) (engine, error) {
	db, err := sql.Open("pgx", o.DSN)
	if err != nil {
		return nil, dsnError(err)
	}
	connections := o.Connections
	if connections == 0 {
		connections = DefaultConnections
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	e := &postgresEngine{db: db, timeout: o.Timeout, turn: make(chan struct{}, 1)}
	ctx, cancel := e.bound(ctx)
	defer cancel()
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(dsnError(err), db.Close())
	}
	return e, nil
}

// PostgresName names a database for messages: nothing else of its URL is shown, which may
// hold passwords in several places. The error says what is wrong with the URL.
func PostgresName(dsn string) (string, error) {
	c, err := pgconn.ParseConfig(dsn)
	if err != nil {
		return "", dsnError(err)
	}
	name := url.URL{
		Scheme: "postgres", User: url.User(c.User), Host: net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))), Path: "/" + c.Database,
	}
	return name.String(), nil
}

// dsnError says what is wrong with a DSN. What the parser says may be a piece of a
// password, where the URL was cut up wrongly, so only what cannot be is passed on.
func dsnError(err error) error {
	bad, ok := errors.AsType[*pgconn.ParseConfigError](err)
	if !ok {
		return oneLineError{err}
	}
	cause := errors.Unwrap(bad)
	if file, ok := errors.AsType[*fs.PathError](cause); ok {
		return fmt.Errorf("the PostgreSQL URL: %w", file)
	}
	if cause != nil && cause.Error() == "sslmode is invalid" {
		return fmt.Errorf("the PostgreSQL URL: %w", cause)
	}
	return errors.New("the PostgreSQL URL is malformed, or one of its parameters is")
}

// oneLineError is an error whose text has lines: pgx has one for each try to connect.
type oneLineError struct{ error }

// Error joins the lines.
func (e oneLineError) Error() string { return strings.ReplaceAll(e.error.Error(), "\n\t", " ") }

// Unwrap is the error itself.
func (e oneLineError) Unwrap() error { return e.error }

// bound gives a transaction its time: a database that does not answer at all would
// hold its callers for ever.
func (e *postgresEngine) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if e.timeout == 0 || ctx.Value(lengthy{}) != nil {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, e.timeout)
}

// lengthy is the key of what Lengthy adds to a context.
type lengthy struct{}

// Lengthy returns a context in which Options.Timeout bounds commits only: that of a transaction on
// all that a store has, as an upgrade needs, takes the longer the more that is.
func Lengthy(ctx context.Context) context.Context { return context.WithValue(ctx, lengthy{}, true) }

func (e *postgresEngine) view(ctx context.Context, fn func(*Tx) error) error {
	ctx, cancel := e.bound(ctx)
	defer cancel()
	return e.run(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, fn)
}

// run runs fn in a transaction. A panic of fn rolls back and continues.
func (e *postgresEngine) run(ctx context.Context, o *sql.TxOptions, fn func(*Tx) error) error {
	if e.closed.Load() {
		return ErrClosed
	}
	span := newSpan(ctx)
	defer span.end()
	tx, err := e.db.BeginTx(span, o)
	if err != nil {
		return fmt.Errorf("begin: %w", span.why(err))
	}
	defer func() { _ = tx.Rollback() }() // nothing to do after a commit; the error that led here says more
	if err := fn(&Tx{q: &pgQuerier{ctx, tx}, scope: &scope{positions: &e.positions}}); err != nil {
		return err
	}
	if err := span.detach(e.timeout); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	err = tx.Commit()
	switch {
	case err == nil:
		return nil
	case o.ReadOnly || refused(err):
		return fmt.Errorf("commit: %w", err)
	}
	return fmt.Errorf("commit: %w: %w", ErrUnknownOutcome, span.why(err))
}

func (e *postgresEngine) admin() *sql.DB { return e.db }

func (e *postgresEngine) dialect() dialect { return postgresDialect }

func (e *postgresEngine) close() error {
	e.closed.Store(true)
	return e.db.Close()
}

// pgQuerier lends a transaction its caller's context: a query over a network may
// take long. The driver prepares each query once per connection.
type pgQuerier struct {
	ctx context.Context //nolint:containedctx // it lives as long as the transaction
	tx  *sql.Tx
}

func (q *pgQuerier) exec(query string, args ...any) (result, error) {
	return q.tx.ExecContext(q.ctx, query, args...)
}

func (q *pgQuerier) query(query string, args ...any) (rows, error) {
	return q.tx.QueryContext(q.ctx, query, args...) //nolint:rowserrcheck // the caller reads the rows
}

// clock is the time of the statement, not of the transaction's begin.
func (q *pgQuerier) clock() string {
	return `CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)`
}

// pgCode is the code of a PostgreSQL error, "" of others.
func pgCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

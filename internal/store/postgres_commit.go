package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Codes of errors at COMMIT that are no answer to it (PostgreSQL manual, appendix A).
const (
	pgCompletionUnknown   = "40003"
	pgConnectionException = "08" // a class of codes
)

// refused reports whether PostgreSQL answered COMMIT and did not commit. An error that
// ends the session is no such answer: PostgreSQL can be told to end after it committed
// and while it waits for its replicas, and a proxy sends such errors for connections that
// it lost.
func refused(err error) bool {
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return true
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.SeverityUnlocalized == "ERROR" &&
		e.Code != pgCompletionUnknown && !strings.HasPrefix(e.Code, pgConnectionException)
}

// span is the context of a transaction on PostgreSQL. Both database/sql and the driver
// end a transaction with the context that it began with, and the driver does so by
// leaving the connection, also while COMMIT is under way. So a span ends with its
// caller's context until it is detached, and after that when COMMIT takes too long.
type span struct {
	context.Context                 //nolint:containedctx // it is a context
	caller          context.Context //nolint:containedctx // it lives as long as the transaction
	cancel          context.CancelCauseFunc
	unlink          func() bool
	// limit ends the span after it was detached; nil if nothing does.
	limit *time.Timer
}

func newSpan(caller context.Context) *span {
	s := &span{caller: caller}
	s.Context, s.cancel = context.WithCancelCause(context.WithoutCancel(caller))
	s.unlink = context.AfterFunc(caller, func() { s.cancel(context.Cause(caller)) })
	return s
}

// detach lets the span outlive its caller's context from now on, for so long at most
// (zero is for ever). It is the caller's error if that has ended already: the
// transaction is being rolled back then.
func (s *span) detach(limit time.Duration) error {
	if !s.unlink() {
		return s.caller.Err()
	}
	if limit > 0 {
		s.limit = time.AfterFunc(limit, func() { s.cancel(context.DeadlineExceeded) })
	}
	return nil
}

// why replaces the end of the span, as an error, by what ended it.
func (s *span) why(err error) error {
	if cause := context.Cause(s.Context); cause != nil {
		return fmt.Errorf("%w (%w)", cause, err)
	}
	return err
}

func (s *span) end() {
	s.unlink()
	if s.limit != nil {
		s.limit.Stop()
	}
	s.cancel(nil)
}

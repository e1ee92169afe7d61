package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2" //nolint:depguard // it spreads tries over time; nothing secret comes from it
	"time"
)

// How often and how long a write is tried that collides with others. Each wait is random, so
// that those that collided do not meet again.
const (
	maxTries = 30
	// maxCrowded is how many of the tries are made beside all other writes of this process. The
	// rest is made by one write at a time: of many that write the same row, one would lose
	// again and again.
	maxCrowded = 4
	// maxBeside is after how many tries a write shuts out the others: those of this process that try
	// for the first time, and those of other servers, could defeat it without end.
	maxBeside = 8
	// maxOvertaken is how often one may find a name taken that was free when it looked.
	maxOvertaken = 8
	firstWait    = 2 * time.Millisecond
	maxWait      = 100 * time.Millisecond
)

func (e *postgresEngine) update(ctx context.Context, fn func(*Tx) error) error {
	ctx, cancel := e.bound(ctx)
	defer cancel()
	var t tries
	again, err := e.try(ctx, fn, &t, maxCrowded)
	if !again {
		return err
	}
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if again, err = e.try(ctx, fn, &t, maxBeside); !again {
		return err
	}
	if again, err = e.try(ctx, alone(fn), &t, maxTries); again {
		return fmt.Errorf("given up after %d tries: %w", t.done, err)
	}
	return err
}

// alone runs fn in a transaction that has locked the tables whose rows writes collide on. Others
// wait before they write there, and fn reads what those before them committed: a transaction has
// its view of the data from the first statement that is not LOCK. The tables are waited for less
// long than PostgreSQL waits for a deadlock, because all writes queue up behind.
func alone(fn func(*Tx) error) func(*Tx) error {
	return func(tx *Tx) error {
		for _, statement := range []string{
			`SET LOCAL lock_timeout = '200ms'`,
			`LOCK TABLE resources, entry_lists IN SHARE ROW EXCLUSIVE MODE`,
			`SET LOCAL lock_timeout TO DEFAULT`,
		} {
			if _, err := tx.q.exec(statement); err != nil {
				return wrap("write alone", err)
			}
		}
		return fn(tx)
	}
}

// tries counts the tries of a write.
type tries struct {
	done int
	// overtaken is how many of them found a name taken that was free before.
	overtaken int
}

// try runs fn until it does not collide, or so many tries are done. In the second case, again is
// true.
func (e *postgresEngine) try(ctx context.Context, fn func(*Tx) error, t *tries, last int) (again bool, err error) {
	for wait := firstWait; ; wait = min(2*wait, maxWait) {
		err = e.run(ctx, &sql.TxOptions{Isolation: sql.LevelSerializable}, fn)
		if !t.retry(err) {
			return false, err
		}
		if t.done == last {
			return true, err
		}
		select {
		case <-time.After(rand.N(wait)): //nolint:gosec // no secret: it spreads the tries
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// retry counts a try, and reports whether a write is retried after its error.
func (t *tries) retry(err error) bool {
	t.done++
	switch {
	case errors.Is(err, ErrUnknownOutcome):
		return false // a second run could store it twice
	case collided(err):
		return true
	case errors.Is(err, ErrNameTaken), errors.Is(err, ErrExists):
		// A row that was not there before may be another transaction's, made at the same time. The
		// next run finds it there and says so in its own way, unless it was deleted meanwhile and
		// made once more.
		t.overtaken++
		return t.overtaken <= maxOvertaken
	}
	return false
}

// collided reports whether a transaction failed because of others that ran at the same
// time, and may succeed by itself.
func collided(err error) bool {
	code := pgCode(err)
	return code == pgSerializationFailure || code == pgDeadlockDetected || code == pgLockNotAvailable
}

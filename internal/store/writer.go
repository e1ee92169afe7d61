package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// maxBatch bounds how many Updates share a commit, and so how long the first of
// them waits.
const maxBatch = 128

// writer runs all Updates on one connection, one after the other, and commits
// those that wait at the same moment together: n waiting writes cost about one
// fsync. Each is answered after that commit.
type writer struct {
	s    *session
	jobs chan *job
	quit chan struct{}
	done chan struct{}
	once sync.Once
	// positions orders the operations that the jobs insert.
	positions positions
}

// job is one Update. done gets exactly one result.
type job struct {
	ctx  context.Context
	fn   func(*Tx) error
	done chan error
	// panicked holds what fn panicked with, to be raised again in its caller.
	panicked any
}

func startWriter(s *session) *writer {
	w := &writer{s: s, jobs: make(chan *job), quit: make(chan struct{}), done: make(chan struct{})}
	go w.loop()
	return w
}

// do hands fn to the writer and waits for its result. The context counts until fn
// starts; after that the result is waited for, since it may already be durable.
func (w *writer) do(ctx context.Context, fn func(*Tx) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan error, 1)}
	select {
	case w.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return ErrClosed
	}
	err := <-j.done
	if j.panicked != nil {
		panic(j.panicked)
	}
	return err
}

func (w *writer) stop() {
	w.once.Do(func() { close(w.quit) })
	<-w.done
}

func (w *writer) loop() {
	defer close(w.done)
	for {
		select {
		case j := <-w.jobs:
			w.batch(j)
		case <-w.quit:
			return
		}
	}
}

// errTorn: the transaction of a batch ended before its commit. SQLite ends it by
// itself when it cannot go on, as with a full disk.
var errTorn = errors.New("the write transaction was cut short")

// batch runs the first job and all that wait behind it in one transaction, each in
// a savepoint of its own, and answers them after the commit.
func (w *writer) batch(first *job) {
	if err := w.begin(); err != nil {
		first.done <- fmt.Errorf("begin: %w", err)
		return
	}
	kept, err := w.gather(first)
	if err == nil {
		if err = w.s.run("COMMIT"); err != nil {
			err = fmt.Errorf("commit: %w", err)
		}
	}
	if err != nil {
		_ = w.s.run("ROLLBACK") // SQLite may have rolled back by itself
	}
	for _, j := range kept {
		j.done <- err
	}
}

// begin starts a transaction, where it must be on a new connection: the present one
// may have been left unusable by a full disk or an I/O error.
func (w *writer) begin() error {
	if w.s.conn != nil {
		err := w.s.run("BEGIN IMMEDIATE")
		if err == nil || isBusy(err) {
			return err
		}
		w.s.discard()
	}
	if err := w.s.connect(); err != nil {
		return err
	}
	return w.s.run("BEGIN IMMEDIATE")
}

// gather runs jobs and returns those that are to be committed. Its error fails all
// of them: what they wrote is gone, and nothing more may be written in this batch.
func (w *writer) gather(first *job) (kept []*job, err error) {
	for j := first; j != nil; j = w.next(len(kept)) {
		err := w.try(j)
		if err == nil && j.panicked == nil {
			kept = append(kept, j)
			continue
		}
		j.done <- err
		if errors.Is(err, errTorn) {
			return kept, err
		}
	}
	return kept, nil
}

// next returns a waiting job, or nil when none waits or the batch is full.
func (w *writer) next(size int) *job {
	if size >= maxBatch {
		return nil
	}
	select {
	case j := <-w.jobs:
		return j
	default:
		return nil
	}
}

// try runs one job in a savepoint and undoes it when it fails or panics. Where the
// savepoint is gone, so is the batch's transaction: errTorn.
func (w *writer) try(j *job) error {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	if err := w.s.run("SAVEPOINT job"); err != nil {
		return fmt.Errorf("%w: %w", errTorn, err)
	}
	err := j.run(&Tx{q: w.s, positions: &w.positions})
	if err != nil || j.panicked != nil {
		if undo := w.s.run("ROLLBACK TO job"); undo != nil {
			return fmt.Errorf("%w: %w", errTorn, errors.Join(err, undo))
		}
	}
	if end := w.s.run("RELEASE job"); end != nil {
		return fmt.Errorf("%w: %w", errTorn, errors.Join(err, end))
	}
	return err
}

func (j *job) run(tx *Tx) error {
	defer func() { j.panicked = recover() }()
	return j.fn(tx)
}

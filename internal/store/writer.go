package store

import (
	"context"
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

// batch runs the first job and all that wait behind it in one transaction, each in
// a savepoint of its own, and answers them after the commit.
func (w *writer) batch(first *job) {
	if err := w.s.run("BEGIN IMMEDIATE"); err != nil {
		first.done <- fmt.Errorf("begin: %w", err)
		return
	}
	var kept []*job
	for j := first; j != nil; j = w.next(len(kept)) {
		if err := w.try(j); err != nil || j.panicked != nil {
			j.done <- err
			continue
		}
		kept = append(kept, j)
	}
	err := w.s.run("COMMIT")
	if err != nil {
		err = fmt.Errorf("commit: %w", err)
		_ = w.s.run("ROLLBACK") // SQLite may have rolled back by itself
	}
	for _, j := range kept {
		j.done <- err
	}
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

// try runs one job in a savepoint and undoes it when it fails or panics.
func (w *writer) try(j *job) (err error) {
	if err := j.ctx.Err(); err != nil {
		return err
	}
	if err := w.s.run("SAVEPOINT job"); err != nil {
		return err
	}
	if err := j.run(&Tx{q: w.s, positions: &w.positions}); err != nil || j.panicked != nil {
		if undo := w.s.run("ROLLBACK TO job"); undo != nil {
			return fmt.Errorf("%w (and undoing it: %w)", err, undo)
		}
		_ = w.s.run("RELEASE job")
		return err
	}
	return w.s.run("RELEASE job")
}

func (j *job) run(tx *Tx) error {
	defer func() { j.panicked = recover() }()
	return j.fn(tx)
}

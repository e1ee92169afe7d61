package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"
)

// maxBatch bounds how many Updates share a commit, and so how long the first of
// them waits.
const maxBatch = 128

// maxPatience bounds how long a batch waits for more jobs. The clients of a slower disk
// are back sooner than that.
const maxPatience = 2 * time.Millisecond

// writer runs all Updates on one connection, one after the other, and commits
// those that come at about the same moment together: n waiting writes cost about one
// fsync. Each is answered after that commit.
type writer struct {
	s *session
	// jobs holds those that wait.
	jobs chan *job
	quit chan struct{}
	done chan struct{}
	once sync.Once
	// positions orders the operations that the jobs insert.
	positions positions
	// active is how many jobs of the last batch wrote, and how many were left waiting: so
	// many clients write at present. Those who are refused are not waited for.
	active int
	// patience is how long the next batch waits for as many: as long as the last commit
	// took that had something to write.
	patience time.Duration
}

// job is one Update.
type job struct {
	ctx context.Context
	fn  func(*Tx) error
	// done is closed when the job has its result.
	done chan struct{}
	// wrote: the job has run statements that may have written.
	wrote bool
	// err is what fn failed with, and panicked what it panicked with, to be raised again
	// in its caller.
	err      error
	panicked any
}

func startWriter(s *session) *writer {
	w := &writer{s: s, jobs: make(chan *job, maxBatch), quit: make(chan struct{}), done: make(chan struct{})}
	go w.loop()
	return w
}

// do hands fn to the writer and waits for its result. The context counts until fn
// starts; after that the result is waited for, since it may already be durable.
func (w *writer) do(ctx context.Context, fn func(*Tx) error) error {
	j := &job{ctx: ctx, fn: fn, done: make(chan struct{})}
	select {
	case w.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return ErrClosed
	}
	select {
	case <-j.done:
	case <-w.done: // perhaps it was the last one
		select {
		case <-j.done:
		default:
			return ErrClosed
		}
	}
	if j.panicked != nil {
		panic(j.panicked)
	}
	return j.err
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

// batch runs the first job and all that wait behind it in one transaction, and answers
// them after the commit.
//
// Nothing separates the jobs in the transaction: a savepoint for each costs more than
// most of them do. So one that fails after it wrote something spoils the transaction, and
// the others run once more, without it: also those that were refused, since what they were
// refused for may not have happened.
func (w *writer) batch(first *job) {
	jobs, err := w.together(w.waiting(first))
	for left, ran := jobs, jobs; errors.Is(err, errSpoiled); {
		left = without(left, ran[len(ran)-1])
		if len(left) == 0 {
			err = nil // each of the jobs has an error of its own
			break
		}
		ran, err = w.together(slices.Values(left))
	}
	w.active = len(w.jobs)
	for _, j := range jobs {
		if j.wrote {
			w.active++
		}
		if err != nil { // what the failed ones have seen is gone, too
			j.err = j.outcome(err)
		}
		close(j.done)
	}
}

// waiting yields the first job and those that wait when the one before was run. Where
// fewer than lately wait it gives the clients of the last batch, who just had their
// answers, the time to come back: a batch of all of them costs one commit, and two
// batches that take turns cost two.
func (w *writer) waiting(first *job) iter.Seq[*job] {
	return func(yield func(*job) bool) {
		patience := time.NewTimer(min(w.patience, maxPatience))
		defer patience.Stop()
		size := 0
		for j := first; j != nil && yield(j); {
			size++
			j = w.next(size, patience.C)
		}
	}
}

// next returns the next job of a batch that has so many, or nil.
func (w *writer) next(size int, patience <-chan time.Time) *job {
	if size == maxBatch {
		return nil
	}
	select {
	case j := <-w.jobs:
		return j
	default:
	}
	if size >= w.active {
		return nil
	}
	select {
	case j := <-w.jobs:
		return j
	case <-patience:
		return nil
	}
}

// without leaves out the job that spoiled a batch.
func without(jobs []*job, spoiler *job) []*job {
	return slices.DeleteFunc(slices.Clone(jobs), func(j *job) bool { return j == spoiler })
}

// outcome is what an error about the whole batch says to one of its jobs. Nothing of a job
// is stored that wrote nothing, whatever became of the others.
func (j *job) outcome(err error) error {
	if c, ok := errors.AsType[*commitError](err); ok && j.wrote && c.unknown() {
		return fmt.Errorf("%w: %w", ErrUnknownOutcome, err)
	}
	return err
}

// errSpoiled: a job failed half-way, and what all of a batch wrote was undone.
var errSpoiled = errors.New("the write transaction was undone")

// together runs jobs in one transaction and commits it. It stops at a job that spoils
// it. The error is about all jobs; that of each is in the job.
func (w *writer) together(jobs iter.Seq[*job]) (ran []*job, err error) {
	begun, shared := w.begin(), &scope{positions: &w.positions}
	for j := range jobs {
		ran = append(ran, j)
		if begun != nil {
			return ran, fmt.Errorf("begin: %w", begun)
		}
		if j.run(w.s, shared) {
			_ = w.s.run("ROLLBACK") // SQLite may have rolled back by itself
			return ran, errSpoiled
		}
	}
	begin := time.Now()
	err = w.s.run("COMMIT")
	if slices.ContainsFunc(ran, func(j *job) bool { return j.wrote }) {
		w.patience = time.Since(begin)
	}
	if err != nil {
		_ = w.s.run("ROLLBACK") // as above
		return ran, &commitError{err}
	}
	return ran, nil
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

// run runs the job's function, unless its caller has given up. It spoils the batch's
// transaction when it wrote something and then failed, or when a statement failed in a
// way that may have ended the transaction.
func (j *job) run(s *session, shared *scope) (spoiled bool) {
	if j.err = j.ctx.Err(); j.err != nil {
		return false
	}
	q := &jobQuerier{s: s}
	j.err = j.call(&Tx{q: q, scope: shared})
	if q.broken != nil {
		j.err = q.broken
		return true
	}
	j.wrote = q.wrote
	return j.wrote && (j.err != nil || j.panicked != nil)
}

func (j *job) call(tx *Tx) error {
	defer func() { j.panicked = recover() }()
	return j.fn(tx)
}

// jobQuerier runs the statements of one job and notes what they do to the transaction.
type jobQuerier struct {
	s *session
	// wrote: a statement was run that may have written.
	wrote bool
	// broken is an error after which the transaction may have ended. Further statements
	// would not be part of it.
	broken error
}

func (q *jobQuerier) exec(query string, args ...any) (result, error) {
	if q.broken != nil {
		return nil, q.broken
	}
	q.wrote = true
	res, err := q.s.exec(query, args...)
	return res, q.note(err)
}

func (q *jobQuerier) query(query string, args ...any) (rows, error) {
	if q.broken != nil {
		return nil, q.broken
	}
	r, err := q.s.query(query, args...)
	if err != nil {
		return nil, q.note(err)
	}
	return &jobRows{r, q}, nil
}

func (q *jobQuerier) clock() string { return q.s.clock() }

// jobRows are rows that tell their querier what ended them.
type jobRows struct {
	rows
	q *jobQuerier
}

// Err is what ended the rows before their end.
func (r *jobRows) Err() error { return r.q.note(r.rows.Err()) }

// note keeps an error that is more than a refused row.
func (q *jobQuerier) note(err error) error {
	if err != nil && !isConstraint(err) {
		q.broken = err
	}
	return err
}

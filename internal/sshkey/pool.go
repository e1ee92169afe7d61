package sshkey

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// MaxPoolSize is the largest number of keys that a [Pool] holds. It is far more
// than any burst needs and keeps a mistyped size from taking the memory or
// heating the machine for hours.
const MaxPoolSize = 1024

// quiet is how long no ready key must have been taken before the filler replaces
// for it, unless none is left.
const quiet = 100 * time.Millisecond

// queuePerCPU bounds, for each CPU, the callers of Take that wait for a key: a
// few seconds' worth of generations. A later caller would wait for longer
// than is good for either side. maxQueue bounds them all, so that they leave room
// for callers who want no key.
const (
	queuePerCPU = 32
	maxQueue    = 256
)

// ErrBusy says that the pool is empty and that as many callers wait as may.
var ErrBusy = errors.New("too many callers wait for a key pair")

// Pool generates key pairs ahead of their use and keeps them in memory, so that
// callers seldom wait. All of its methods may be called at once.
//
// One goroutine fills the pool, so that it never has more than one CPU, which
// the scheduler takes from it for others every few milliseconds. It starts no
// key while callers of Take are generating theirs: then the CPU is short, and
// the request that waits comes first. Nor does it while they take ready ones in
// quick succession.
//
// The goroutine has no low-priority thread to run on, though that looks like
// the way to be polite. Each garbage collection stops the world, and on a busy
// machine it would have to wait until the system lets such a thread run again:
// measured in hundreds of milliseconds, in which no request is served.
type Pool struct {
	size     int
	log      *slog.Logger
	generate func() (*Pair, error)

	ready chan *Pair    // keys that no caller has seen
	slots chan struct{} // holds one element for each caller's generation
	wake  chan struct{} // tells the filler that it may have something to do
	stop  chan struct{} // closed by Close

	start      time.Time
	taken      atomic.Int64 // when a ready key was last taken, in nanoseconds since start
	generating atomic.Int64 // generations for callers, running now
	waiting    atomic.Int64 // callers that found no key ready
	queue      int64        // the most of them

	mu      sync.Mutex // orders closed against ready and running
	closed  bool
	running sync.WaitGroup // the filler, and generations begun before Close
}

// NewPool returns at once and begins to fill the pool with size keys, or with
// [MaxPoolSize] if that is less. With a size of zero or less nothing is
// generated ahead. The caller must Close the pool.
func NewPool(size int, log *slog.Logger) *Pool {
	return newPool(size, log, Generate)
}

func newPool(size int, log *slog.Logger, generate func() (*Pair, error)) *Pool {
	p := &Pool{
		size:     min(max(size, 0), MaxPoolSize),
		log:      log,
		start:    time.Now().Add(-quiet),
		generate: generate,
		slots:    make(chan struct{}, runtime.GOMAXPROCS(0)),
		queue:    int64(min(queuePerCPU*runtime.GOMAXPROCS(0), maxQueue)),
		wake:     make(chan struct{}, 1),
		stop:     make(chan struct{}),
	}
	p.ready = make(chan *Pair, p.size)
	if p.size > 0 {
		p.running.Go(p.fill)
	}
	return p
}

// Take returns a pair that no other caller has or will have: one that is ready, or
// else the first that gets ready, be it the one that Take itself begins to
// generate, the one that the filler is at, or one that is given back.
// No more generations run for callers at once than there are CPUs to run them;
// further callers wait for their turn, and if too many wait, it fails at once
// with ErrBusy.
//
// It fails when the context ends, at once even while a generation is running
// (that key goes to the pool). After Close it still works, by generating.
func (p *Pool) Take(ctx context.Context) (*Pair, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("taking a key pair: %w", err)
	}
	// A select has no order of preference, so what is ready is looked at first.
	select {
	case pair := <-p.ready:
		p.taken.Store(int64(time.Since(p.start)))
		p.nudge()
		return pair, nil
	default:
	}
	defer p.waiting.Add(-1)
	if p.waiting.Add(1) > p.queue {
		return nil, fmt.Errorf("taking a key pair: %w", ErrBusy)
	}
	select {
	case pair := <-p.ready:
		p.nudge()
		return pair, nil
	case p.slots <- struct{}{}:
		return p.generateFor(ctx)
	case <-ctx.Done():
		return nil, fmt.Errorf("taking a key pair: %w", ctx.Err())
	}
}

// Put gives back a pair from Take that was not used. It is kept if there is room
// and dropped if not. The caller must not use it afterwards, nor give it back
// twice. A nil pair, as a failed Take returns it, is ignored.
//
// A pair of which any text was read is dropped: it may have gone into a
// transaction, of which no error says for certain that it was not stored, or into
// an answer. It costs the making of another one.
func (p *Pool) Put(pair *Pair) {
	if pair == nil || pair.read.Load() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	select {
	case p.ready <- pair:
	default:
	}
}

// Depth is the number of keys that are ready.
func (p *Pool) Depth() int { return len(p.ready) }

// Close stops the filling, waits for the keys that are being generated and
// drops them and all that are ready. Generations cannot be interrupted, so it
// takes as long as the slowest of them has left. Go offers no way to wipe the
// memory of the dropped keys; it is left to the garbage collector.
func (p *Pool) Close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.stop)
	}
	p.mu.Unlock()
	p.running.Wait()
	for {
		select {
		case <-p.ready:
		default:
			return
		}
	}
}

// made is the outcome of a generation.
type made struct {
	pair *Pair
	err  error
}

// generateFor generates a pair in the slot that its caller holds and returns
// the first pair there is. Its own goes to the pool when it comes too late.
func (p *Pool) generateFor(ctx context.Context) (*Pair, error) {
	own := make(chan made)
	gone := make(chan struct{})
	defer close(gone)
	p.generating.Add(1)
	p.run(func() {
		pair, err := p.generate()
		p.finished()
		select {
		case own <- made{pair, err}:
		case <-gone:
			p.keepLate(pair, err)
		}
	})
	select {
	case result := <-own:
		return result.pair, result.err
	case pair := <-p.ready:
		p.nudge()
		return pair, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("taking a key pair: %w", ctx.Err())
	}
}

// run starts a goroutine that Close waits for, unless Close was called before.
func (p *Pool) run(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		go f()
		return
	}
	p.running.Go(f)
}

// finished ends a caller's generation: it frees the slot, and lets the filler
// continue after the last one.
func (p *Pool) finished() {
	<-p.slots
	if p.generating.Add(-1) == 0 {
		p.nudge()
	}
}

// keepLate puts the outcome of a generation that no caller waits for into the
// pool.
func (p *Pool) keepLate(pair *Pair, err error) {
	if err != nil {
		p.log.Error("cannot generate a key pair", "error", err)
		return
	}
	p.Put(pair)
}

// nudge makes the filler look whether there is something to do. A nudge while
// it is busy is kept for the moment after.
func (p *Pool) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// fill keeps the pool full until Close.
func (p *Pool) fill() {
	for {
		p.fillUp()
		select {
		case <-p.wake:
		case <-p.stop:
			return
		}
	}
}

// fillUp generates keys until the pool is full, closed, or has to step back
// for callers.
func (p *Pool) fillUp() {
	for p.wanting() && p.awaitQuiet() {
		pair, err := p.generate()
		p.keepLate(pair, err)
		if err != nil {
			return // to try again when a caller comes, not at once
		}
	}
}

// awaitQuiet waits while callers take key after key: as long as some are left,
// the CPU is theirs, and what they took is made up for when they are done. It
// reports whether the pool is still open.
func (p *Pool) awaitQuiet() bool {
	for len(p.ready) > 0 {
		rest := quiet - time.Since(p.start) + time.Duration(p.taken.Load())
		if rest <= 0 {
			break
		}
		select {
		case <-time.After(rest):
		case <-p.wake:
		case <-p.stop:
			return false
		}
	}
	return true
}

// wanting reports whether the filler should generate a key now.
func (p *Pool) wanting() bool {
	select {
	case <-p.stop:
		return false
	default:
		return len(p.ready) < p.size && p.generating.Load() == 0
	}
}

package store

import (
	"context"
	"errors"
	"sync"
)

// readerCount bounds the concurrent View transactions. They are short and bound
// by the CPU, so more connections than this only cost memory.
const readerCount = 8

// readers are the sessions of View transactions. The one that was used last is used
// next: its pages and statements are in memory, and a quiet server opens only one.
type readers struct {
	open func() *session
	// slots has an element for each session in use.
	slots chan struct{}

	mu     sync.Mutex
	idle   []*session
	closed bool
}

func newReaders(open func() *session) *readers {
	return &readers{open: open, slots: make(chan struct{}, readerCount)}
}

// take returns a session for one View, which puts it back.
func (r *readers) take(ctx context.Context) (*session, error) {
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		<-r.slots
		return nil, ErrClosed
	}
	if n := len(r.idle); n > 0 {
		s := r.idle[n-1]
		r.idle = r.idle[:n-1]
		return s, nil
	}
	return r.open(), nil
}

func (r *readers) put(s *session) {
	r.mu.Lock()
	r.idle = append(r.idle, s)
	r.mu.Unlock()
	<-r.slots
}

// close waits for those in use.
func (r *readers) close() (err error) {
	for range readerCount {
		r.slots <- struct{}{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, s := range r.idle {
		err = errors.Join(err, s.close())
	}
	for range readerCount {
		<-r.slots
	}
	return err
}

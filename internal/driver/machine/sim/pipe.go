package sim

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// pipeSize is how many bytes one direction of a pipe holds. An idle pipe uses no memory.
const pipeSize = 32 << 10

// pipe is one end of a connection in memory. Unlike those of net.Pipe its writes do
// not wait for a reader, as both sides of an SSH connection begin by writing.
type pipe struct {
	in, out       *stream
	local, remote net.Addr
}

// newPipe returns both ends of a connection: the client's and the machine's.
func newPipe(client, machine net.Addr) (near, far *pipe) {
	a, b := newStream(), newStream()
	return &pipe{in: a, out: b, local: client, remote: machine}, &pipe{in: b, out: a, local: machine, remote: client}
}

func (p *pipe) Read(b []byte) (int, error)  { return p.in.read(b) }
func (p *pipe) Write(b []byte) (int, error) { return p.out.write(b) }

// CloseWrite lets the other end read what was written, and then io.EOF.
func (p *pipe) CloseWrite() error {
	p.out.set(func(s *stream) { s.noWriter = true })
	return nil
}

func (p *pipe) Close() error {
	p.in.set(func(s *stream) { s.noReader, s.data = true, nil })
	return p.CloseWrite()
}

func (p *pipe) LocalAddr() net.Addr  { return p.local }
func (p *pipe) RemoteAddr() net.Addr { return p.remote }

func (p *pipe) SetDeadline(t time.Time) error {
	_ = p.SetReadDeadline(t)
	return p.SetWriteDeadline(t)
}

func (p *pipe) SetReadDeadline(t time.Time) error {
	p.in.set(func(s *stream) { s.readBy = t })
	return nil
}

func (p *pipe) SetWriteDeadline(t time.Time) error {
	p.out.set(func(s *stream) { s.writeBy = t })
	return nil
}

// stream is one direction of a pipe.
type stream struct {
	mu      sync.Mutex
	changed sync.Cond
	data    []byte // written and not read yet

	noReader, noWriter bool // that end was closed
	readBy, writeBy    time.Time
}

func newStream() *stream {
	s := &stream{}
	s.changed.L = &s.mu
	return s
}

// set changes the stream and wakes its readers and writers.
func (s *stream) set(change func(*stream)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
	s.changed.Broadcast()
}

func (s *stream) read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.noReader:
			return 0, net.ErrClosed
		case passed(s.readBy):
			return 0, os.ErrDeadlineExceeded
		case len(s.data) > 0 || len(b) == 0:
			return s.take(b), nil
		case s.noWriter:
			return 0, io.EOF
		}
		s.wait(s.readBy)
	}
}

func (s *stream) take(b []byte) int {
	n := copy(b, s.data)
	if s.data = s.data[n:]; len(s.data) == 0 {
		s.data = nil
	}
	s.changed.Broadcast()
	return n
}

func (s *stream) write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	written := 0
	for {
		switch {
		case s.noWriter:
			return written, net.ErrClosed
		case s.noReader:
			return written, io.ErrClosedPipe
		case passed(s.writeBy):
			return written, os.ErrDeadlineExceeded
		case written == len(b):
			return written, nil
		}
		if n := min(pipeSize-len(s.data), len(b)-written); n > 0 {
			s.data = append(s.data, b[written:written+n]...)
			written += n
			s.changed.Broadcast()
			continue
		}
		s.wait(s.writeBy)
	}
}

// wait waits for a change, or until a time.
func (s *stream) wait(until time.Time) {
	if until.IsZero() {
		s.changed.Wait()
		return
	}
	timer := time.AfterFunc(time.Until(until), func() { s.set(func(*stream) {}) })
	s.changed.Wait()
	timer.Stop()
}

func passed(deadline time.Time) bool { return !deadline.IsZero() && !time.Now().Before(deadline) }

// pipeAddr is the address of a client whose address is unknown.
type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "unknown" }

package sim

import (
	"io"
	"net"
	"sync"
	"sync/atomic"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim/shell"
)

// x/crypto keeps up to 2 MiB of a session's input that is not read, and takes a hundred
// bytes of memory for a packet with one byte in it. So the bytes of the connection are
// counted while a session's input waits, and not only those in the packets.
const (
	// maxUnread is how many bytes a client may send while a session does not read: its
	// window, and packets of a usual size around it.
	maxUnread = 4 << 20
	// maxTotalUnread is the limit for all clients together. When it is reached, a client
	// that has sent fairUnread may send no more.
	maxTotalUnread = 32 << 20
	fairUnread     = 128 << 10
)

// unread counts what a client sends that its sessions do not read.
type unread struct {
	total *atomic.Int64 // of all clients

	mu      sync.Mutex
	waiting int // sessions whose input waits
	bytes   int64
}

// received reports whether the client may send more.
func (u *unread) received(n int) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.waiting == 0 {
		return true
	}
	u.bytes += int64(n)
	total := u.total.Add(int64(n))
	return u.bytes <= maxUnread && (total <= maxTotalUnread || u.bytes <= fairUnread)
}

// beginWait and endWait say that a session's input waits, and no longer waits.
func (u *unread) beginWait() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.waiting++
}

func (u *unread) endWait() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.waiting--; u.waiting == 0 {
		u.total.Add(-u.bytes)
		u.bytes = 0
	}
}

// sessionInput is what a session has received and not read yet. It holds as much as a pipe.
type sessionInput struct{ *stream }

func (i sessionInput) Read(b []byte) (int, error) { return i.read(b) }

// refused reports whether input is discarded.
func (i sessionInput) refused() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.noReader
}

// liveInput ends with its session, also if lines of the session's input are buffered. Each may
// be a command that takes as many steps as a command may.
type liveInput struct {
	shell.Input
	session sessionInput
}

// ReadLine implements shell.Input.
func (in liveInput) ReadLine(prompt string) (string, error) {
	if in.session.refused() {
		return "", net.ErrClosed
	}
	return in.Input.ReadLine(prompt)
}

// receive moves a session's input from its channel until the input ends. It discards what
// comes after the session's command has ended.
func (s *session) receive() {
	defer s.input.set(func(st *stream) { st.noWriter = true })
	for b := make([]byte, 4096); ; {
		n, err := s.channel.Read(b)
		s.c.unread.beginWait()
		_, _ = s.input.write(b[:n])
		s.c.unread.endWait()
		if err != nil {
			return
		}
	}
}

// discardErrors reads what a client sends as its standard error, which has no meaning.
func (s *session) discardErrors() {
	// Only Read and Write are shown, so that no larger buffer is allocated.
	_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{s.channel.Stderr()}, make([]byte, 512))
}

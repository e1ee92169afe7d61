package sim

import (
	"io"
	"sync"
	"sync/atomic"
)

// x/crypto keeps up to 2 MiB in a session that nobody reads, and takes a hundred bytes
// of memory for a packet with one byte in it. So bytes of the connection are counted
// while a session's input waits, and not only those in the packets.
const (
	// maxUnread is how many bytes a client may send while a session does not read: its
	// window, and packets of a usual size around it.
	maxUnread = 4 << 20
	// maxTotalUnread is the same for all clients; who has sent fairUnread then may send
	// no more.
	maxTotalUnread = 32 << 20
	fairUnread     = 128 << 10
)

// intake counts what a client sends that is not read.
type intake struct {
	total *atomic.Int64 // of all clients

	mu     sync.Mutex
	behind int // sessions whose input waits
	unread int64
}

// received reports whether the client may send more.
func (in *intake) received(n int) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.behind == 0 {
		return true
	}
	in.unread += int64(n)
	total := in.total.Add(int64(n))
	return in.unread <= maxUnread && (total <= maxTotalUnread || in.unread <= fairUnread)
}

// fallBehind and catchUp say that a session's input waits, and waits no more.
func (in *intake) fallBehind() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.behind++
}

func (in *intake) catchUp() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.behind--; in.behind == 0 {
		in.total.Add(-in.unread)
		in.unread = 0
	}
}

// inbox is what a session has received. It takes no more than a pipe does before it is
// read.
type inbox struct{ *stream }

func (i inbox) Read(b []byte) (int, error) { return i.read(b) }

// receive moves a session's input into its inbox until the input ends, and discards what
// has no reader any more.
func (s *session) receive() {
	defer s.input.set(func(st *stream) { st.noWriter = true })
	for b := make([]byte, 4096); ; {
		n, err := s.channel.Read(b)
		s.c.intake.fallBehind()
		_, _ = s.input.write(b[:n])
		s.c.intake.catchUp()
		if err != nil {
			return
		}
	}
}

// discardErrors takes what a client sends as its standard error, which has no meaning.
func (s *session) discardErrors() {
	// Only Read and Write are shown, so that no larger buffer is taken.
	_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{s.channel.Stderr()}, make([]byte, 512))
}

package sim

import (
	"net"
	"runtime"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// x/crypto has a goroutine that reads ahead and puts packets into a channel of 16 (readLoop
// in ssh/handshake.go). When a login fails, nothing receives from that channel any more. If
// the client has sent more packets, the goroutine then blocks for good, and closing the
// connection does not end it. This is so in v0.58.0 and in v0.59.0, the newest. A related
// defect, https://go.dev/issue/79564 (CVE-2026-39830), is fixed there.
//
// Two things bound the damage. A pacedConn reads no more at once than the channel holds, and
// leaves x/crypto time to handle it: until the login by waiting, so that clients without a key
// do not get that far, and then by yielding, as waiting would slow down all input. And a
// connection counts in the admission until its reader has ended, so that the few readers that
// a client with a key may still block stay within the limits of connections. Both can go when
// x/crypto ends its reader.

const (
	// readAhead is how many bytes are read at once: no more than 16 of the smallest
	// packets. A client needs half of it until it asks to log in.
	readAhead = 16 * 28
	// settleTime is how long nothing is read and written until the packets of the last
	// bytes count as handled. It slows down requests that are longer than readAhead only.
	settleTime = 2 * time.Millisecond
)

// pacedConn is the connection that x/crypto reads from.
type pacedConn struct {
	net.Conn
	preAuth  chan struct{} // closed when keys are exchanged and the client asks to log in
	loggedIn chan struct{} // closed when the client has logged in
	closed   chan struct{}
	close    sync.Once

	mu     sync.Mutex
	keyed  bool      // the server has sent its last packet without encryption
	unread int       // bytes read since the packets before them were handled
	active time.Time // when something was last read or written
	ended  bool      // x/crypto reads no more
	free   func()    // called when ended becomes true
}

func newPacedConn(conn net.Conn) *pacedConn {
	return &pacedConn{Conn: conn, preAuth: make(chan struct{}), loggedIn: make(chan struct{}), closed: make(chan struct{})}
}

// readerConn is what x/crypto holds of a pacedConn. Nothing else holds it, so it becomes
// unreachable when x/crypto's goroutines have ended.
type readerConn struct{ *pacedConn }

// forReader returns the connection to hand to x/crypto, once.
//
// A reader ends with an error of Read, or, if a packet is damaged, without one. The second
// case shows only when the garbage collector finds the connection.
func (p *pacedConn) forReader() *readerConn {
	r := &readerConn{p}
	runtime.AddCleanup(r, (*pacedConn).readerEnded, p)
	return r
}

// config returns the configuration for this connection.
func (p *pacedConn) config(config *ssh.ServerConfig) *ssh.ServerConfig {
	own := *config
	own.PreAuthConnCallback = func(ssh.ServerPreAuthConn) { close(p.preAuth) }
	return &own
}

func (p *pacedConn) Read(b []byte) (int, error) {
	if room := p.await(); room > 0 {
		b = b[:min(len(b), room)]
	}
	n, err := p.Conn.Read(b)
	p.noteRead(n)
	if err != nil {
		p.readerEnded()
	}
	return n, err
}

// await waits until something may be read, and returns how much; 0 for any amount.
func (p *pacedConn) await() int {
	for {
		if isClosed(p.loggedIn) || isClosed(p.closed) {
			runtime.Gosched()
			return readAhead
		}
		room, wait := p.room(time.Now())
		if wait == nil {
			return room
		}
		select {
		case <-p.preAuth:
		case <-p.loggedIn:
		case <-p.closed:
		}
		// The client has asked to log in. From now on only time shows what was handled.
		select {
		case <-wait:
		case <-p.loggedIn:
		case <-p.closed:
		}
	}
}

// room returns how much may be read, or, if nothing may, what to wait for.
func (p *pacedConn) room(now time.Time) (int, <-chan time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.keyed {
		return 0, nil
	}
	settled := now.Sub(p.active)
	if isClosed(p.preAuth) && settled >= settleTime {
		p.unread = 0
	}
	if room := readAhead - p.unread; room > 0 {
		return room, nil
	}
	return 0, time.After(max(settleTime-settled, 0))
}

func (p *pacedConn) noteRead(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active = time.Now()
	if p.keyed {
		p.unread += n
	}
}

// Write looks for the server's last packet without encryption: from then on the client may
// send packets that x/crypto reads ahead.
func (p *pacedConn) Write(b []byte) (int, error) {
	const typeAt, newKeys = 5, 21
	p.mu.Lock()
	p.active = time.Now()
	if len(b) > typeAt && b[typeAt] == newKeys && b[0] == 0 {
		p.keyed = true
	}
	p.mu.Unlock()
	return p.Conn.Write(b)
}

// exchangedKeys reports whether the client has exchanged keys and asked to log in.
func (p *pacedConn) exchangedKeys() bool { return isClosed(p.preAuth) }

func (p *pacedConn) Close() error {
	p.close.Do(func() { close(p.closed) })
	return p.Conn.Close()
}

// readerEnded notes that x/crypto reads no more.
func (p *pacedConn) readerEnded() {
	p.mu.Lock()
	free := p.free
	p.ended, p.free = true, nil
	p.mu.Unlock()
	if free != nil {
		free()
	}
}

// whenReaderEnded calls free when x/crypto reads no more from the connection, which is
// closed. A reader that has not read more than its channel holds ends by itself.
func (p *pacedConn) whenReaderEnded(free func()) {
	p.mu.Lock()
	now := p.ended || !p.exchangedKeys()
	if !now {
		p.free = free
	}
	p.mu.Unlock()
	if now {
		free()
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

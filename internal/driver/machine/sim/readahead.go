package sim

import (
	"net"
	"os"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

// x/crypto has a goroutine that reads ahead and puts packets into a channel (readLoop in
// ssh/handshake.go). When a login or a connection fails, nothing receives from that channel
// any more. If it is full, the goroutine then blocks on the next packet for good, and closing
// the connection does not end it. This is so in v0.58.0 and in v0.59.0, the newest.
//
// So a pacedConn reads no more than the channel has room for, and the goroutine never blocks
// on the channel. It blocks in Read only, which ends when the connection is closed. All of
// this can go when x/crypto ends its reader.

const (
	// smallestPacket is how many bytes the smallest packet has with all algorithms of config:
	// its length, the length of its padding, one byte, and 20 bytes of HMAC-SHA1 after no
	// padding, or 16 bytes of a tag after 4 bytes of padding.
	smallestPacket = 26
	// readAhead is how many bytes are read until the client asks to log in, which is the
	// first time that the channel is known. It holds 16 packets.
	readAhead = 16 * smallestPacket
	// shortPause and longPause are between two looks at a channel that is full.
	shortPause, longPause = 50 * time.Microsecond, 10 * time.Millisecond
)

// pacedConn is the connection that x/crypto reads from.
type pacedConn struct {
	net.Conn
	patience time.Duration // how long the channel may stay full
	preAuth  chan struct{} // closed when keys are exchanged and the client asks to log in
	closed   chan struct{}
	close    sync.Once
	packets  reflect.Value // the channel; set before preAuth is closed
	keyed    atomic.Bool   // the server has sent its last packet without encryption
	unread   atomic.Int64  // bytes read since
}

func newPacedConn(conn net.Conn, patience time.Duration) *pacedConn {
	return &pacedConn{Conn: conn, patience: patience, preAuth: make(chan struct{}), closed: make(chan struct{})}
}

// config returns the configuration for this connection.
func (p *pacedConn) config(config *ssh.ServerConfig) *ssh.ServerConfig {
	own := *config
	supported := ssh.SupportedAlgorithms() // without the insecure HMAC-SHA1-96, whose packets are smaller
	own.Ciphers, own.MACs = supported.Ciphers, supported.MACs
	own.PreAuthConnCallback = func(conn ssh.ServerPreAuthConn) {
		p.packets = packetsOf(conn)
		close(p.preAuth)
	}
	return &own
}

// packetsOf returns the channel of a connection, of which only the length and the capacity are
// used. It panics, which closes the connection, if x/crypto has no such channel.
func packetsOf(conn ssh.ServerPreAuthConn) reflect.Value {
	packets := reflect.ValueOf(conn).Elem().FieldByName("transport").Elem().Elem().FieldByName("incoming")
	_ = packets.Cap()
	return packets
}

func (p *pacedConn) Read(b []byte) (int, error) {
	if p.keyed.Load() {
		room, err := p.await()
		if err != nil {
			return 0, err
		}
		b = b[:min(len(b), room)]
	}
	n, err := p.Conn.Read(b)
	if p.keyed.Load() {
		p.unread.Add(int64(n))
	}
	return n, err
}

// await waits until something may be read, and returns how much.
func (p *pacedConn) await() (int, error) {
	if !isClosed(p.preAuth) {
		if room := readAhead - int(p.unread.Load()); room > 0 {
			return room, nil
		}
		select {
		case <-p.preAuth:
		case <-p.closed:
			return 0, net.ErrClosed
		}
	}
	late := time.Now().Add(p.patience)
	for pause := time.Duration(0); ; pause = min(2*pause+shortPause, longPause) {
		if room := p.packets.Cap() - p.packets.Len(); room > 0 {
			return room * smallestPacket, nil
		}
		if time.Now().After(late) {
			return 0, os.ErrDeadlineExceeded
		}
		runtime.Gosched() // most often that is all the time that x/crypto needs
		select {
		case <-time.After(pause):
		case <-p.closed:
			return 0, net.ErrClosed
		}
	}
}

// Write looks for the server's last packet without encryption: from then on the client may
// send packets that x/crypto reads ahead.
func (p *pacedConn) Write(b []byte) (int, error) {
	const typeAt, newKeys = 5, 21
	if len(b) > typeAt && b[typeAt] == newKeys && b[0] == 0 {
		p.keyed.Store(true)
	}
	return p.Conn.Write(b)
}

// exchangedKeys reports whether the client has exchanged keys and asked to log in.
func (p *pacedConn) exchangedKeys() bool { return isClosed(p.preAuth) }

func (p *pacedConn) Close() error {
	p.close.Do(func() { close(p.closed) })
	return p.Conn.Close()
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

package sim

import (
	"net"
	"reflect"
	"sync"
	"unsafe"

	"golang.org/x/crypto/ssh"
)

// x/crypto reads ahead: a goroutine puts up to 16 packets into a channel. When the
// login fails, or the connection breaks, nobody takes from that channel any more, and
// where the client has sent more packets, the goroutine waits there for ever, also after
// the connection is closed. Anybody could make the process grow in this way, without a
// key. So what is left is taken here; until that is possible, no more is read than fits.

// readAhead is how many bytes are read between the exchange of keys and the request to
// log in: no more than 16 of the smallest packets. The honest need half of it.
const readAhead = 16 * 28

// lobby holds a client's bytes back until x/crypto has asked us who it is.
type lobby struct {
	net.Conn
	asked  chan struct{} // closed when it has
	closed chan struct{}
	once   sync.Once

	conn  ssh.ServerPreAuthConn // set before asked is closed
	mu    sync.Mutex
	keyed bool // keys were exchanged
	taken int  // bytes since then
}

func newLobby(conn net.Conn) *lobby {
	return &lobby{Conn: conn, asked: make(chan struct{}), closed: make(chan struct{})}
}

// admit returns the configuration of this connection.
func (l *lobby) admit(config *ssh.ServerConfig) *ssh.ServerConfig {
	own := *config
	own.PreAuthConnCallback = func(conn ssh.ServerPreAuthConn) {
		l.conn = conn
		close(l.asked)
	}
	return &own
}

func (l *lobby) Read(b []byte) (int, error) {
	if room := l.room(); room >= 0 {
		b = b[:min(len(b), room)]
	}
	n, err := l.Conn.Read(b)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.keyed {
		l.taken += n
	}
	return n, err
}

// room waits until something may be read, and returns how much; less than 0 for all.
func (l *lobby) room() int {
	select {
	case <-l.asked:
		return -1
	default:
	}
	l.mu.Lock()
	keyed, room := l.keyed, readAhead-l.taken
	l.mu.Unlock()
	switch {
	case !keyed:
		return -1
	case room > 0:
		return room
	}
	select {
	case <-l.asked:
	case <-l.closed:
	}
	return -1
}

// Write looks for our side's last packet before encryption: from then on the client may
// send packets that x/crypto reads ahead.
func (l *lobby) Write(b []byte) (int, error) {
	const typeAt, newKeys = 5, 21
	l.mu.Lock()
	if len(b) > typeAt && b[typeAt] == newKeys && b[0] == 0 {
		l.keyed = true
	}
	l.mu.Unlock()
	return l.Conn.Write(b)
}

// wasAsked reports whether the client has exchanged keys and asked to log in.
func (l *lobby) wasAsked() bool {
	select {
	case <-l.asked:
		return true
	default:
		return false
	}
}

func (l *lobby) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Conn.Close()
}

// drain takes what was read ahead on a closed connection, so that its reader ends.
func (l *lobby) drain() {
	select {
	case <-l.asked:
	default:
		return // it is no more than fits
	}
	if incoming := incomingOf(l.conn); incoming != nil {
		for range incoming { // until its reader has met the end
		}
	}
}

// incomingOf finds the channel in x/crypto's own types, or nil where they have changed.
// The library gives no other way to it.
func incomingOf(conn ssh.ServerPreAuthConn) <-chan []byte {
	field := reflect.ValueOf(conn)
	for _, name := range []string{"transport", "incoming"} {
		if field.Kind() == reflect.Interface {
			field = field.Elem()
		}
		if field.Kind() != reflect.Pointer || field.IsNil() || field.Elem().Kind() != reflect.Struct {
			return nil
		}
		field = field.Elem().FieldByName(name)
	}
	if !field.IsValid() || field.Type() != reflect.TypeFor[chan []byte]() {
		return nil
	}
	return *(*chan []byte)(unsafe.Pointer(field.UnsafeAddr())) //nolint:gosec // its type was checked
}

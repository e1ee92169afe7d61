package pgtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
)

// Fate is what a Proxy does with the COMMIT of a transaction that may write.
type Fate struct {
	// Lost says that COMMIT does not reach the server, and that the connection is cut.
	Lost bool
	// Unanswered says that the connection is cut when the server has answered COMMIT: the
	// client does not get the answer.
	Unanswered bool
	// Meanwhile, if not nil, is called after the server has answered and before anything
	// else happens.
	Meanwhile func()
}

// Proxy stands between clients and a server, and cuts connections around COMMIT.
type Proxy struct {
	// DSN is how the database is reached through the proxy.
	DSN string

	target   string
	listener net.Listener
	decide   func() Fate
	cuts     atomic.Int64
	ctx      context.Context //nolint:containedctx // it ends with the proxy
	stop     context.CancelFunc
	work     sync.WaitGroup
}

// NewProxy starts a proxy to the database of a DSN. It asks decide for the fate of each
// COMMIT, from several goroutines at once. The caller must Close it.
func NewProxy(dsn string, decide func() Fate) (*Proxy, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, err
	}
	p := &Proxy{target: u.Host, decide: decide}
	p.ctx, p.stop = context.WithCancel(context.Background())
	var config net.ListenConfig
	if p.listener, err = config.Listen(p.ctx, "tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	u.Host = p.listener.Addr().String()
	q := u.Query()
	q.Set("sslmode", "disable") // it reads along
	u.RawQuery = q.Encode()
	p.DSN = u.String()
	p.work.Go(p.accept)
	return p, nil
}

// Cuts counts the connections that were cut.
func (p *Proxy) Cuts() int { return int(p.cuts.Load()) }

// Close ends the proxy and all connections.
func (p *Proxy) Close() {
	p.stop()
	_ = p.listener.Close()
	p.work.Wait()
}

func (p *Proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.work.Go(func() { p.carry(near) })
	}
}

// carry serves one connection until one of its sides ends.
func (p *Proxy) carry(near net.Conn) {
	var dialer net.Dialer
	far, err := dialer.DialContext(p.ctx, "tcp", p.target)
	if err != nil {
		_ = near.Close()
		return
	}
	l := &line{proxy: p, near: near, far: far}
	defer context.AfterFunc(p.ctx, l.close)()
	var answers sync.WaitGroup
	answers.Go(l.answers)
	l.requests()
	l.close()
	answers.Wait()
}

// line is one connection through a Proxy.
type line struct {
	proxy     *Proxy
	near, far net.Conn
	// fate is that of the COMMIT whose answer is awaited.
	fate atomic.Pointer[Fate]
}

func (l *line) close() { _, _ = l.near.Close(), l.far.Close() }

// cut closes the line and counts it.
func (l *line) cut() {
	l.proxy.cuts.Add(1)
	l.close()
}

// requests carries what the client says, message by message (PostgreSQL manual, "Message
// formats": a type, the length with itself, and the rest; the first one has no type).
func (l *line) requests() {
	from, writes := bufio.NewReader(l.near), false
	for first := true; ; first = false {
		message, err := readMessage(from, first)
		if err != nil {
			return
		}
		query := queryOf(message, first)
		switch {
		case strings.HasPrefix(query, "begin"):
			writes = !strings.Contains(query, "read only")
		case query == "commit" && writes:
			fate := l.proxy.decide()
			if fate.Lost {
				l.cut()
				return
			}
			l.fate.Store(&fate)
		}
		if _, err := l.far.Write(message); err != nil {
			return
		}
	}
}

func readMessage(from *bufio.Reader, first bool) ([]byte, error) {
	head := 5
	if first {
		head = 4
	}
	message, err := from.Peek(head)
	if err != nil {
		return nil, err
	}
	message = make([]byte, head-4+int(binary.BigEndian.Uint32(message[head-4:])))
	_, err = io.ReadFull(from, message)
	return message, err
}

// queryOf is the text of a simple query, in lower case; "" for any other message.
func queryOf(message []byte, first bool) string {
	if first || message[0] != 'Q' {
		return ""
	}
	return strings.ToLower(string(bytes.TrimRight(message[5:], "\x00")))
}

// answers carries what the server says. Clients do not send COMMIT before they have the
// answers to all else, so what comes next is the answer to it.
func (l *line) answers() {
	buffer := make([]byte, 32<<10)
	for {
		n, err := l.far.Read(buffer)
		if n > 0 && l.interrupted() {
			l.cut()
			return
		}
		if n > 0 {
			if _, err := l.near.Write(buffer[:n]); err != nil {
				l.close()
				return
			}
		}
		if err != nil {
			l.close()
			return
		}
	}
}

// interrupted reports whether the line is to be cut instead of an answer.
func (l *line) interrupted() bool {
	fate := l.fate.Swap(nil)
	if fate == nil {
		return false
	}
	if fate.Meanwhile != nil {
		fate.Meanwhile()
	}
	return fate.Unanswered
}

package instance

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
)

const (
	// dialTime is how long a machine may take to answer.
	dialTime = 10 * time.Second
	// lingerTime is how long a client may send to a machine that has ended its side. Most
	// have nothing more to send.
	lingerTime = time.Minute
	// copySize suits terminals, of which there are many at a time.
	copySize = 16 << 10
)

// admit serves a new connection to a port of the instance, or resets it if there are too
// many.
func (e *entry) admit(conn *net.TCPConn, port uint16) {
	if !e.runtime.admitted.Enter() {
		reset(conn)
		return
	}
	if !e.admitted.Enter() {
		e.runtime.admitted.Leave()
		reset(conn)
		return
	}
	launched := e.runtime.work.Go(func() {
		defer e.runtime.admitted.Leave()
		defer e.admitted.Leave()
		e.serve(conn, port)
	})
	if !launched {
		reset(conn)
	}
}

func (e *entry) serve(conn *net.TCPConn, port uint16) {
	client, at := addrPort(conn.RemoteAddr()), addrPort(conn.LocalAddr())
	c := connInfo{at, port, client.Addr(), e.current.Load().admission(port, client.Addr())}
	e.track(conn, c)
	defer e.untrack(conn)
	// The firewall is asked again after the connection is tracked: a change of its rules is
	// seen here, or finds the connection.
	in := e.current.Load()
	if c.by == instance.Refused || in.admission(port, client.Addr()) < c.by {
		e.logRefused(in, c)
		reset(conn)
		return
	}
	ctx, cancel := context.WithTimeout(e.runtime.ctx, dialTime)
	machine, err := e.runtime.o.Driver.Dial(ctx, in.Resource.ID,
		machine.Target{Network: "tcp", Port: port, Client: client, OnlyConnect: c.by == instance.AsConnect})
	cancel()
	if err != nil {
		e.runtime.o.Log.Debug("a connection is refused", "instance_id", in.Resource.ID, "port", port, "client", client, "error", err)
		reset(conn)
		return
	}
	pipe(conn, machine)
}

// refusalPause is how long an instance's refusals are not logged after one was. A client
// that retries all the time must not fill the disk.
const refusalPause = time.Second

// logRefused logs a connection that the firewall refused, with the rules of the port.
func (e *entry) logRefused(in *stored, c connInfo) {
	if in == nil {
		return
	}
	level := slog.LevelInfo
	now := time.Now().UnixNano()
	if last := e.refusedAt.Load(); now-last < int64(refusalPause) || !e.refusedAt.CompareAndSwap(last, now) {
		level = slog.LevelDebug
	}
	e.runtime.o.Log.Log(e.runtime.ctx, level, "the firewall refused a connection to an instance", "account", in.Resource.Account, "region", in.Resource.Region,
		"instance", in.Resource.Name, "port", c.port, "client", c.client, "rules", in.DescribeRules(c.port))
}

// admission asks the firewall of an instance. If there is no instance, no connection is admitted.
func (in *stored) admission(port uint16, client netip.Addr) instance.Entry {
	if in == nil {
		return instance.Refused
	}
	return in.Entry(port, client)
}

// addrPort is an address of a TCP connection or listener, an IPv4 one as such.
func addrPort(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	at := tcp.AddrPort()
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}

func (e *entry) track(conn net.Conn, c connInfo) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.connections[conn] = c
}

func (e *entry) untrack(conn net.Conn) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.connections, conn)
}

// pipe carries bytes both ways until both sides have ended.
func pipe(client *net.TCPConn, machine net.Conn) {
	var both sync.WaitGroup
	end := func() {
		_ = client.Close()
		_ = machine.Close()
	}
	both.Go(func() {
		if !carry(machine, client) {
			end()
		}
	})
	both.Go(func() {
		if !carry(client, machine) {
			end()
			return
		}
		_ = client.SetReadDeadline(time.Now().Add(lingerTime))
	})
	both.Wait()
	end()
}

// carry copies until the source has ended and passes that on. It reports whether that
// went well.
func carry(to, from net.Conn) bool {
	// Only Read and Write are shown, so that no other way with a larger buffer is taken.
	_, err := io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{from}, make([]byte, copySize))
	if err != nil {
		return false
	}
	half, ok := to.(interface{ CloseWrite() error })
	return ok && half.CloseWrite() == nil
}

// reset ends a connection at once. Its client gets "connection reset".
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

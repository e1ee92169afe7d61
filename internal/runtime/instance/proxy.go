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
	// lingerTime is how long a client may go on sending to a machine that has ended its
	// side: most have nothing more to say.
	lingerTime = time.Minute
	// copySize suits terminals, of which there are many at a time.
	copySize = 16 << 10
)

// enter handles a new connection to a port of the instance, and resets it where it is
// not to be.
func (s *slot) enter(conn *net.TCPConn, port uint16) {
	if !s.fleet.admitted.Enter() {
		reset(conn)
		return
	}
	if !s.admitted.Enter() {
		s.fleet.admitted.Leave()
		reset(conn)
		return
	}
	launched := s.fleet.launch(func() {
		defer s.fleet.admitted.Leave()
		defer s.admitted.Leave()
		s.serve(conn, port)
	})
	if !launched {
		reset(conn)
	}
}

func (s *slot) serve(conn *net.TCPConn, port uint16) {
	client, at := addrPort(conn.RemoteAddr()), addrPort(conn.LocalAddr())
	v := visit{at, port, client.Addr(), s.current.Load().entry(port, client.Addr())}
	s.list(conn, v)
	defer s.unlist(conn)
	// The firewall is asked again after the connection is listed: a change of its rules is
	// seen here, or finds the connection in the list.
	in := s.current.Load()
	if v.by == instance.Refused || in.entry(port, client.Addr()) < v.by {
		s.logRefused(in, v)
		reset(conn)
		return
	}
	ctx, cancel := context.WithTimeout(s.fleet.ctx, dialTime)
	machine, err := s.fleet.o.Driver.Dial(ctx, in.Resource.ID,
		machine.Target{Network: "tcp", Port: port, Client: client, OnlyConnect: v.by == instance.AsConnect})
	cancel()
	if err != nil {
		s.fleet.o.Log.Debug("a connection is refused", "instance_id", in.Resource.ID, "port", port, "client", client, "error", err)
		reset(conn)
		return
	}
	pipe(conn, machine)
}

// refusalPause is how long an instance's refusals are not logged after one was: a
// client that tries again and again must not fill the disk.
const refusalPause = time.Second

// logRefused logs a connection that the firewall refused, with the rules of the port.
func (s *slot) logRefused(in *found, v visit) {
	if in == nil {
		return
	}
	level := slog.LevelInfo
	now := time.Now().UnixNano()
	if last := s.refusedAt.Load(); now-last < int64(refusalPause) || !s.refusedAt.CompareAndSwap(last, now) {
		level = slog.LevelDebug
	}
	s.fleet.o.Log.Log(s.fleet.ctx, level, "the firewall refused a connection to an instance", "account", s.key.account, "region", s.key.region,
		"instance", s.key.name, "port", v.port, "client", v.client, "rules", in.DescribeRules(v.port))
}

// entry asks the firewall of an instance. If there is no instance, no connection is admitted.
func (in *found) entry(port uint16, client netip.Addr) instance.Entry {
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

func (s *slot) list(conn net.Conn, v visit) {
	s.connections.Lock()
	defer s.connections.Unlock()
	s.open[conn] = v
}

func (s *slot) unlist(conn net.Conn) {
	s.connections.Lock()
	defer s.connections.Unlock()
	delete(s.open, conn)
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

// reset ends a connection at once: the client is told that it is refused.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

package fleet

import (
	"context"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/compute"
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
	// The connection is listed before the firewall is asked: whoever changes that
	// afterwards finds it.
	s.list(conn, visit{at, port, client.Addr()})
	defer s.unlist(conn)
	in := s.current.Load()
	if !in.admits(port, client.Addr()) {
		reset(conn)
		return
	}
	ctx, cancel := context.WithTimeout(s.fleet.ctx, dialTime)
	machine, err := s.fleet.o.Driver.Dial(ctx, in.Resource.ID, compute.Target{Network: "tcp", Port: port, Client: client})
	cancel()
	if err != nil {
		s.fleet.o.Log.Debug("a connection is refused", "instance_id", in.Resource.ID, "port", port, "client", client, "error", err)
		reset(conn)
		return
	}
	pipe(conn, machine)
}

// admits asks the firewall of an instance. Where there is no instance, nobody is
// admitted. The loopback port of one that has IPv6 only stands for its address of that
// kind.
func (in *found) admits(port uint16, client netip.Addr) bool {
	if in == nil {
		return false
	}
	if client.IsLoopback() && in.Doc.IpAddressType == types.IpAddressTypeIpv6 {
		client = netip.IPv6Loopback()
	}
	return in.Admits("tcp", port, client)
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

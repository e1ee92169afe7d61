package sim

import (
	"container/list"
	"log/slog"
	"net"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/limit"
)

// connection is a client's connection to a machine, from Dial until it is closed.
type connection struct {
	run  *run
	conn *timedConn
	in   *pacedConn // conn, as x/crypto uses it
	log  *slog.Logger
	// onlyConnect is that of the Target.
	onlyConnect bool

	unread unread // what no session has read

	admitted bool          // it counts in the admission, which guards this
	starting *list.Element // nil when the client has logged in; the admission guards it
	came     time.Time     // when the client connected
	heard    atomic.Int64  // how long after that the client last sent something; 0 if it has not

	sessions *limit.Gate    // of this connection
	work     sync.WaitGroup // goroutines of requests and sessions
}

func newConnection(r *run, conn net.Conn) *connection {
	limits := r.driver.limits
	timed := &timedConn{Conn: conn, idle: limits.IdleTimeout, write: limits.WriteTimeout}
	c := &connection{
		run:      r,
		conn:     timed,
		in:       newPacedConn(timed, limits.WriteTimeout),
		came:     time.Now(),
		sessions: limit.NewGate(limits.MaxSessions),
		log:      r.driver.log.With("instance", r.instance.Name, "instance_id", r.instance.ID, "client", conn.RemoteAddr().String()),
		unread:   unread{total: &r.driver.unread},
	}
	timed.received = func(n int) bool {
		if n > 0 {
			c.heard.Store(max(1, int64(time.Since(c.came))))
		}
		return c.unread.received(n)
	}
	return c
}

func (c *connection) close() { _ = c.in.Close() }

// late reports whether the client has made the machine wait longer than a regular client
// does.
func (c *connection) late(now time.Time) bool {
	took, heard := now.Sub(c.came), time.Duration(c.heard.Load())
	if heard == 0 {
		return took >= silentTime
	}
	return took-heard >= quietTime || took >= slowTime
}

// progress returns how far the client is with logging in, from 0. A client that has sent
// something has 1, and only what a client cannot have prepared counts for more.
func (c *connection) progress() int {
	switch {
	case c.in.exchangedKeys():
		return 2
	case c.heard.Load() > 0:
		return 1
	}
	return 0
}

// loggedIn ends the limits of clients that log in, and begins those of clients that have.
func (c *connection) loggedIn() {
	c.conn.startTimeouts()
	c.run.driver.admission.loggedIn(c)
}

// serve serves a connection until it ends.
func (c *connection) serve(config *ssh.ServerConfig) {
	defer c.run.remove(c)
	defer c.work.Wait()
	defer c.close()
	defer c.guard()

	grace := c.run.driver.limits.LoginGrace
	_ = c.conn.SetDeadline(time.Now().Add(grace))
	// While a client is held back no read is in progress that the deadline could end.
	late := time.AfterFunc(grace, c.close)
	defer late.Stop()
	conn, channels, requests, err := ssh.NewServerConn(c.in, c.in.config(c.authentication(config)))
	if err != nil {
		c.log.Debug("ssh login failed", "error", shorten(err.Error()))
		return
	}
	late.Stop()
	c.loggedIn()
	c.log.Info("ssh login", "user", conn.User(), "with", conn.Permissions.Extensions[openedWith])
	defer func() { c.log.Info("ssh logout", "user", conn.User()) }()

	// Requests for forwarding arrive here. All are refused.
	c.work.Go(func() { ssh.DiscardRequests(requests) })
	for channel := range channels {
		c.open(conn.Permissions, channel)
	}
}

// shorten bounds a text for the log that has what a client has sent.
func shorten(text string) string {
	const most = 1024
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// open begins a session, the only kind of channel that is permitted.
func (c *connection) open(permissions *ssh.Permissions, offered ssh.NewChannel) {
	defer c.guard()
	switch kind := offered.ChannelType(); kind {
	case "session":
	case "direct-tcpip", "direct-streamlocal@openssh.com", "x11", "auth-agent@openssh.com", "tun@openssh.com":
		_ = offered.Reject(ssh.Prohibited, "open failed")
		return
	default:
		_ = offered.Reject(ssh.UnknownChannelType, "unsupported channel type")
		return
	}
	if !c.enter() {
		_ = offered.Reject(ssh.ResourceShortage, "open failed")
		return
	}
	channel, requests, err := offered.Accept()
	if err != nil {
		c.leave()
		return
	}
	s := newSession(c, channel, permissions)
	c.work.Go(func() {
		defer c.leave()
		// Requests that are not received would block the connection's reader for good.
		defer ssh.DiscardRequests(requests)
		defer c.guard()
		s.serve(requests)
	})
}

// enter reports whether there is room for one more session, and counts it.
func (c *connection) enter() bool {
	if !c.sessions.Enter() {
		return false
	}
	if !c.run.driver.sessions.Enter() {
		c.sessions.Leave()
		return false
	}
	return true
}

func (c *connection) leave() {
	c.run.driver.sessions.Leave()
	c.sessions.Leave()
}

// guard closes the connection, instead of ending the process, if handling it panics.
func (c *connection) guard() {
	if reason := recover(); reason != nil {
		c.log.Error("ssh connection panicked", "reason", reason, "stack", string(debug.Stack()))
		c.close()
	}
}

// timedConn closes a connection whose client sends nothing, or reads nothing, for too long,
// or sends too much that no session reads. Until the login its only deadline is the end of
// the grace time.
type timedConn struct {
	net.Conn
	idle, write time.Duration
	timed       atomic.Bool
	received    func(n int) bool // reports whether the client may send more
}

// startTimeouts replaces the deadline of the login by the timeouts.
func (t *timedConn) startTimeouts() {
	t.timed.Store(true)
	_ = t.SetReadDeadline(time.Now().Add(t.idle))
	_ = t.SetWriteDeadline(time.Now().Add(t.write))
}

func (t *timedConn) Read(b []byte) (int, error) {
	if t.timed.Load() {
		_ = t.SetReadDeadline(time.Now().Add(t.idle))
	}
	n, err := t.Conn.Read(b)
	if !t.received(n) {
		_ = t.Close()
	}
	return n, err
}

func (t *timedConn) Write(b []byte) (int, error) {
	if t.timed.Load() {
		_ = t.SetWriteDeadline(time.Now().Add(t.write))
	}
	n, err := t.Conn.Write(b)
	if err != nil {
		// x/crypto would continue to read from a client that it cannot answer.
		_ = t.Close()
	}
	return n, err
}

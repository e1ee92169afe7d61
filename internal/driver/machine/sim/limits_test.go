package sim_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
)

// The tests of times use testing/synctest: its clock is exact, and it fails if a goroutine
// does not end.

// readAll reads until the machine closes the connection, and returns after how long
// that was.
func readAll(t *testing.T, conn net.Conn) time.Duration {
	t.Helper()
	start := time.Now()
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Errorf("reading ended with %v, want the end of the connection", err)
	}
	return time.Since(start)
}

func TestLimits_loginGrace(t *testing.T) {
	tests := map[string]func(conn net.Conn){
		"silence":             func(net.Conn) {},
		"a version only":      func(conn net.Conn) { _, _ = io.WriteString(conn, "SSH-2.0-x\r\n") },
		"one byte at a time":  func(conn net.Conn) { drip(conn, "SSH-2.0-x") },
		"a packet unfinished": func(conn net.Conn) { _, _ = io.WriteString(conn, "SSH-2.0-x\r\n\x00\x00\x01\x00\x04\x14") },
	}
	for name, begin := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := newWorld(t, sim.Limits{LoginGrace: 30 * time.Second}).dial(t)
				var client sync.WaitGroup
				client.Go(func() { begin(conn) })
				defer client.Wait()
				if took := readAll(t, conn); took != 30*time.Second {
					t.Errorf("the connection was closed after %v, want 30s", took)
				}
			})
		})
	}
}

// drip writes a byte a second, the last one over and over.
func drip(conn net.Conn, text string) {
	for i := 0; ; i++ {
		if _, err := conn.Write([]byte{text[min(i, len(text)-1)]}); err != nil {
			return
		}
		time.Sleep(time.Second)
	}
}

func TestLimits_graceEndsWithTheLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newWorld(t, sim.Limits{LoginGrace: time.Second, WriteTimeout: time.Second}).mustLogin(t)
		time.Sleep(time.Minute)
		if out, _, _ := run(t, c, "whoami", nil); out != "admin\n" {
			t.Errorf("after a minute whoami shows %q, want admin", out)
		}
		_ = c.Close()
	})
}

func TestLimits_idleTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newWorld(t, sim.Limits{IdleTimeout: 10 * time.Minute}).mustLogin(t)
		for range 3 {
			time.Sleep(9 * time.Minute)
			if _, _, err := c.SendRequest("keepalive@openssh.com", true, nil); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		if err := c.Wait(); err == nil {
			t.Error("the connection ended without an error, want one")
		}
		if took := time.Since(start); took != 10*time.Minute {
			t.Errorf("the idle connection ended after %v, want 10m", took)
		}
	})
}

// A client that keeps the window of a session closed blocks its output.
func TestLimits_writeTimeoutOfASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newWorld(t, sim.Limits{WriteTimeout: 20 * time.Second}).mustLogin(t)
		channel, requests, err := c.OpenChannel("session", nil)
		if err != nil {
			t.Fatal(err)
		}
		go ssh.DiscardRequests(requests)
		start := time.Now()
		if ok, err := channel.SendRequest("exec", true, ssh.Marshal(struct{ Text string }{"cat"})); !ok || err != nil {
			t.Fatal(ok, err)
		}
		// It echoes until the window is full, which only reading would open again.
		go func() { _, _ = channel.Write(make([]byte, 8<<20)) }()
		_ = c.Wait()
		if took := time.Since(start); took != 20*time.Second {
			t.Errorf("the connection ended after %v, want 20s", took)
		}
	})
}

// deafConn reads nothing from when deaf is set, and reports a write that fails.
type deafConn struct {
	net.Conn
	deaf   atomic.Bool
	end    chan struct{}
	failed chan error
}

func (d *deafConn) Read(b []byte) (int, error) {
	if d.deaf.Load() {
		<-d.end
		return 0, io.EOF
	}
	return d.Conn.Read(b)
}

func (d *deafConn) Write(b []byte) (int, error) {
	n, err := d.Conn.Write(b)
	if err != nil {
		select {
		case d.failed <- err:
		default:
		}
	}
	return n, err
}

// A client that reads nothing blocks the answers to its requests.
func TestLimits_writeTimeoutOfAConnection(t *testing.T) {
	w := newWorld(t, sim.Limits{WriteTimeout: 100 * time.Millisecond})
	conn := &deafConn{Conn: w.dial(t), end: make(chan struct{}), failed: make(chan error, 1)}
	defer close(conn.end)
	c, err := w.loginOver(t, conn, "admin", ssh.PublicKeys(w.key.signer))
	if err != nil {
		t.Fatal(err)
	}
	conn.deaf.Store(true)
	eventually(t, func() bool {
		// Each is answered, until the answers cannot be written any more.
		go func() { _, _, _ = c.OpenChannel("direct-tcpip", nil) }()
		select {
		case err := <-conn.failed:
			return errors.Is(err, io.ErrClosedPipe)
		default:
			return false
		}
	})
}

func TestLimits_startups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Limits{MaxStartups: 3})
		logged := w.mustLogin(t) // does not count any more
		defer func() { _ = logged.Close() }()
		synctest.Wait()
		conns := []net.Conn{w.dial(t), w.dial(t), w.dial(t)}
		if _, err := io.WriteString(conns[0], "SSH-2.0-x\r\n"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := w.driver.Dial(t.Context(), w.instance.ID, port22); !errors.Is(err, machine.ErrBusy) {
			t.Errorf("before any client is late, Dial returned %v, want %v", err, machine.ErrBusy)
		}
		time.Sleep(100 * time.Millisecond)
		for i, want := range []int{1, 2} { // the first has got further
			w.dial(t)
			synctest.Wait()
			if took := readAll(t, conns[want]); took != 0 {
				t.Errorf("after one more client, %d, the client that was silent longest was disconnected after %v, want at once", i, took)
			}
		}
		if took := readAll(t, conns[0]); took < 29*time.Second {
			t.Errorf("the client that had sent its version was disconnected after %v, want the grace time", took)
		}
		_ = w.mustLogin(t).Close()
	})
}

func TestLimits_connectionsOfAMachine(t *testing.T) {
	w := newWorld(t, sim.Limits{MaxConnections: 3})
	var conns []*ssh.Client
	for range 3 {
		conns = append(conns, w.mustLogin(t))
	}
	if _, err := w.driver.Dial(t.Context(), w.instance.ID, port22); !errors.Is(err, machine.ErrBusy) {
		t.Errorf("the fourth Dial returned %v, want %v", err, machine.ErrBusy)
	}
	_ = conns[0].Close()
	eventually(t, func() bool {
		conn, err := w.driver.Dial(t.Context(), w.instance.ID, port22)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
}

func TestLimits_connectionsOfAllMachines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Limits{MaxTotal: 2})
		silent := w.dial(t)
		w.instance.ID = "second"
		w.start(t)
		second := w.mustLogin(t)
		defer func() { _ = second.Close() }()
		w.instance.ID = "5b1c"
		time.Sleep(time.Second)
		first := w.mustLogin(t)
		if took := readAll(t, silent); took != 0 {
			t.Errorf("the silent client of another machine was disconnected after %v, want at once", took)
		}
		time.Sleep(time.Second)
		if _, err := w.driver.Dial(t.Context(), "5b1c", port22); !errors.Is(err, machine.ErrBusy) {
			t.Errorf("when all clients are logged in, Dial returned %v, want %v", err, machine.ErrBusy)
		}
		_ = first.Close()
		synctest.Wait()
		_ = w.mustLogin(t).Close()
	})
}

func TestLimits_sessionsOfAllConnections(t *testing.T) {
	w := newWorld(t, sim.Limits{MaxTotalSessions: 2})
	first, second := w.mustLogin(t), w.mustLogin(t)
	for _, c := range []*ssh.Client{first, second} {
		if _, err := c.NewSession(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := first.NewSession(); err == nil {
		t.Error("a third session was opened, want 2")
	}
	_ = second.Close()
	eventually(t, func() bool { _, err := first.NewSession(); return err == nil })
}

func TestLogin_triesSixKeys(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	var signers []ssh.Signer
	for range 5 {
		signers = append(signers, newUserKey(t).signer)
	}
	if _, err := w.login(t, "admin", ssh.PublicKeys(append(signers, w.key.signer)...)); err != nil {
		t.Errorf("the login with the sixth key failed with %v, want success", err)
	}
	signers = append(signers, newUserKey(t).signer)
	if _, err := w.login(t, "admin", ssh.PublicKeys(append(signers, w.key.signer)...)); err == nil {
		t.Error("the login with the seventh key succeeded, want it refused")
	}
}

// A stop does not wait for clients.
func TestStop_amidLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, sim.Limits{})
		silent := w.dial(t)
		_, _ = io.WriteString(silent, "SSH-2.0-x\r\n")
		deaf := w.dial(t)
		_ = deaf.SetWriteDeadline(time.Now().Add(time.Second))
		if _, err := deaf.Write(bytes.Repeat([]byte("SSH-2.0-x\r\n"), 1<<16)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a flood of versions ended with %v, want the connection closed", err)
		}
		start := time.Now()
		if err := w.driver.Stop(t.Context(), w.instance.ID); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("Stop took %v, want no time", took)
		}
	})
}

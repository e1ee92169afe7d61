package sim

import (
	"bytes"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"
)

// exchanged returns a pacedConn after the exchange of keys, and its client's end.
func exchanged(t *testing.T) (p *pacedConn, client *pipe) {
	t.Helper()
	near, far := newPipe(pipeAddr{}, pipeAddr{})
	p = newPacedConn(far)
	if _, err := p.Write([]byte{0, 0, 0, 12, 10, 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	return p, near
}

// The client must ask to log in before more is read than the reader's channel holds.
func TestPacedConn_holdsBackUntilTheClientAsksToLogIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, client := exchanged(t)
		if _, err := client.Write(bytes.Repeat([]byte("x"), 2*readAhead)); err != nil {
			t.Fatal(err)
		}
		var read atomic.Int64
		go func() {
			for b := make([]byte, 4*readAhead); ; {
				n, err := p.Read(b)
				read.Add(int64(n))
				if err != nil {
					return
				}
			}
		}()
		time.Sleep(time.Minute)
		if got := read.Load(); got != readAhead {
			t.Errorf("before the client asked to log in %d bytes were read, want %d", got, readAhead)
		}
		p.config(&ssh.ServerConfig{}).PreAuthConnCallback(nil)
		synctest.Wait()
		if got := read.Load(); got != 2*readAhead {
			t.Errorf("a minute later %d bytes were read, want %d", got, 2*readAhead)
		}
		_ = p.Close()
	})
}

// Between two reads x/crypto has time to handle what its channel holds.
func TestPacedConn_pacesLogins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, client := exchanged(t)
		p.config(&ssh.ServerConfig{}).PreAuthConnCallback(nil)
		if _, err := client.Write(make([]byte, 20*readAhead)); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		b := make([]byte, 4096)
		for read := 0; read < 10*readAhead; {
			n, err := p.Read(b)
			if err != nil || n > readAhead {
				t.Fatalf("Read = %d, %v; want at most %d bytes", n, err, readAhead)
			}
			read += n
		}
		if took, want := time.Since(start), 9*settleTime; took < want {
			t.Errorf("10 times %d bytes were read in %v, want at least %v", readAhead, took, want)
		}
		close(p.loggedIn)
		start = time.Now()
		for read := 0; read < 10*readAhead; {
			n, err := p.Read(b)
			if err != nil || n > readAhead {
				t.Fatalf("after the login Read = %d, %v; want at most %d bytes", n, err, readAhead)
			}
			read += n
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("after the login reading took %v, want no time", took)
		}
	})
}

// acquired is a connection that counts in an admission for one connection.
func acquired(t *testing.T) (*admission, *connection) {
	t.Helper()
	p, _ := exchanged(t)
	a := newAdmission(Limits{MaxStartups: 1, MaxConnections: 1, MaxTotal: 1})
	c := &connection{run: &run{}, in: p, came: time.Now()}
	if !a.acquire(c) {
		t.Fatal("there is no room for the first connection")
	}
	close(p.preAuth)
	a.loggedIn(c)
	return a, c
}

func TestAdmission_countsAConnectionUntilItsReaderHasEnded(t *testing.T) {
	a, c := acquired(t)
	reader := c.in.forReader()
	_ = c.in.Close()
	a.release(c)
	next := &connection{run: c.run, in: c.in}
	if a.acquire(next) {
		t.Error("there is room while the reader of a closed connection has not ended")
	}
	if _, err := reader.Read(make([]byte, 1)); err == nil {
		t.Error("the closed connection can be read")
	}
	if !a.acquire(next) {
		t.Error("there is no room after the reader has ended")
	}
}

// A reader that meets a damaged packet ends without another call of Read.
func TestAdmission_findsReadersThatEndedWithoutAnError(t *testing.T) {
	a, c := acquired(t)
	runtime.KeepAlive(c.in.forReader())
	_ = c.in.Close()
	a.release(c)
	next := &connection{run: c.run, in: c.in}
	for deadline := time.Now().Add(30 * time.Second); !a.acquire(next); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("there is no room although the reader of the closed connection has ended")
		}
	}
}

func TestUnread_boundsWhatSessionsDoNotRead(t *testing.T) {
	var total atomic.Int64
	first, second := &unread{total: &total}, &unread{total: &total}
	if !first.received(100 * maxTotalUnread) {
		t.Error("a client whose sessions read everything is stopped")
	}
	first.beginWait()
	if !first.received(maxUnread) || first.received(1) {
		t.Errorf("a client whose session does not read may send more or less than %d bytes", maxUnread)
	}
	second.beginWait()
	total.Add(maxTotalUnread)
	if !second.received(fairUnread) || second.received(1) {
		t.Errorf("when all clients together have reached the limit, one may send more or less than %d bytes", fairUnread)
	}
	total.Add(-maxTotalUnread)
	first.endWait()
	second.endWait()
	if total.Load() != 0 || !first.received(1) {
		t.Errorf("%d bytes are counted after the sessions have read everything, want 0", total.Load())
	}
}

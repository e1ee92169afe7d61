package sim

import (
	"bytes"
	"crypto/ed25519"
	"io"
	"sync/atomic"
	"testing"

	"golang.org/x/crypto/ssh"
)

// The channel in which x/crypto reads ahead is found. Where this fails after an upgrade,
// drain does nothing, and clients without a key can leave goroutines behind.
func TestIncomingOf(t *testing.T) {
	near, far := newPipe(pipeAddr{}, pipeAddr{})
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	config := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, errNotAdmitted }}
	config.AddHostKey(signer)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _, _, _ = ssh.NewClientConn(near, "", &ssh.ClientConfig{HostKeyCallback: ssh.FixedHostKey(signer.PublicKey())})
		_ = near.Close()
	}()
	l := newLobby(far)
	if _, _, _, err := ssh.NewServerConn(l, l.admit(config)); err == nil {
		t.Error("a client without a key logs in")
	}
	<-ended
	if incomingOf(l.conn) == nil {
		t.Error("it is not found")
	}
	_ = l.Close()
	l.drain()
}

// Between the keys and the login a client is read no further than fits.
func TestLobbyHoldsBack(t *testing.T) {
	near, far := newPipe(pipeAddr{}, pipeAddr{})
	defer func() { _ = near.Close() }()
	l := newLobby(far)
	if _, err := l.Write([]byte{0, 0, 0, 12, 10, 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	if _, err := near.Write(bytes.Repeat([]byte("x"), 2*readAhead)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 2*readAhead)
	n, err := io.ReadFull(l, got[:readAhead])
	if err != nil || n != readAhead {
		t.Errorf("read %d, %v", n, err)
	}
	more := make(chan int)
	go func() {
		n, _ := l.Read(got)
		more <- n
	}()
	select {
	case n := <-more:
		t.Errorf("%d more were read", n)
	default:
	}
	l.admit(&ssh.ServerConfig{}).PreAuthConnCallback(nil)
	if n := <-more; n != readAhead {
		t.Errorf("after the login began %d were read, want the other %d", n, readAhead)
	}
	_ = l.Close()
}

func TestIntake(t *testing.T) {
	var total atomic.Int64
	hoarder, other := &intake{total: &total}, &intake{total: &total}
	if !hoarder.received(100 * maxTotalUnread) {
		t.Error("a client whose sessions read all is stopped")
	}
	hoarder.fallBehind()
	if !hoarder.received(maxUnread) || hoarder.received(1) {
		t.Error("a client that is not read may send more or less than the most")
	}
	other.fallBehind()
	total.Add(maxTotalUnread)
	if !other.received(fairUnread) || other.received(1) {
		t.Error("where all clients are not read, each may send more or less than is fair")
	}
	total.Add(-maxTotalUnread)
	hoarder.catchUp()
	other.catchUp()
	if total.Load() != 0 || !hoarder.received(1) {
		t.Errorf("%d are left", total.Load())
	}
}

package sim

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"os"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"
)

const testPatience = time.Second

// exchanged returns a pacedConn after the exchange of keys, and its client's end.
func exchanged(t *testing.T) (p *pacedConn, client *pipe) {
	t.Helper()
	near, far := newPipe(pipeAddr{}, pipeAddr{})
	p = newPacedConn(far, testPatience)
	if _, err := p.Write([]byte{0, 0, 0, 12, 10, 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		t.Fatal(err)
	}
	return p, near
}

// asked returns a pacedConn whose client has asked to log in, with more to read than a channel has room for, and the channel.
func asked(t *testing.T) (*pacedConn, chan []byte) {
	t.Helper()
	p, client := exchanged(t)
	if _, err := client.Write(make([]byte, 20*readAhead)); err != nil {
		t.Fatal(err)
	}
	packets := make(chan []byte, 16)
	p.packets = reflect.ValueOf(packets)
	close(p.preAuth)
	return p, packets
}

// The client must ask to log in before more is read than the channel holds.
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
		p.packets = reflect.ValueOf(make(chan []byte, 16))
		close(p.preAuth)
		synctest.Wait()
		if got := read.Load(); got != 2*readAhead {
			t.Errorf("a minute later %d bytes were read, want %d", got, 2*readAhead)
		}
		_ = p.Close()
	})
}

func TestPacedConn_readsWhatTheChannelHasRoomFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, packets := asked(t)
		b := make([]byte, 2*readAhead)
		for queued := range cap(packets) {
			want := (cap(packets) - queued) * smallestPacket
			if n, err := p.Read(b); n != want || err != nil {
				t.Errorf("with %d packets in the channel Read = %d, %v; want %d bytes", queued, n, err, want)
			}
			packets <- nil
		}
		time.AfterFunc(testPatience/2, func() { <-packets })
		if n, err := p.Read(b); n != smallestPacket || err != nil {
			t.Errorf("after the full channel had room again Read = %d, %v; want %d bytes", n, err, smallestPacket)
		}
	})
}

func TestPacedConn_endsWaiting(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(*pacedConn)
		want error
	}{
		"closed":                      {func(p *pacedConn) { _ = p.Close() }, net.ErrClosed},
		"closed while it waits":       {func(p *pacedConn) { time.AfterFunc(testPatience/2, func() { _ = p.Close() }) }, net.ErrClosed},
		"no packet is handled":        {func(*pacedConn) {}, os.ErrDeadlineExceeded},
		"closed before there is room": {func(p *pacedConn) { _ = p.Close(); <-p.packets.Interface().(chan []byte) }, net.ErrClosed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, packets := asked(t)
				for range cap(packets) {
					packets <- nil
				}
				test.end(p)
				if n, err := p.Read(make([]byte, 1)); n != 0 || !errors.Is(err, test.want) {
					t.Errorf("Read = %d, %v; want %v", n, err, test.want)
				}
			})
		})
	}
}

// x/crypto has the channel that is looked for, and it has room for what is read before it is known.
func TestPacedConn_findsTheChannel(t *testing.T) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	near, far := newPipe(pipeAddr{}, pipeAddr{})
	p := newPacedConn(far, testPatience)
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(key)
	go func() {
		_, _, _, _ = ssh.NewClientConn(near, "", &ssh.ClientConfig{HostKeyCallback: ssh.InsecureIgnoreHostKey()})
	}()
	server, _, _, err := ssh.NewServerConn(p, p.config(config))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.packets.Cap() * smallestPacket; got < readAhead {
		t.Errorf("the channel has room for %d bytes of the smallest packets, want at least %d", got, readAhead)
	}
	_ = server.Close()
	_, _ = io.Copy(io.Discard, near)
	_ = near.Close()
}

// What smallestPacket says is so for these algorithms.
func TestPacedConn_algorithms(t *testing.T) {
	config := newPacedConn(nil, 0).config(&ssh.ServerConfig{})
	ciphers := []string{
		ssh.CipherAES128GCM, ssh.CipherAES256GCM, ssh.CipherChaCha20Poly1305,
		ssh.CipherAES128CTR, ssh.CipherAES192CTR, ssh.CipherAES256CTR,
	}
	macs := []string{ssh.HMACSHA256ETM, ssh.HMACSHA512ETM, ssh.HMACSHA256, ssh.HMACSHA512, ssh.HMACSHA1}
	if !slices.Equal(config.Ciphers, ciphers) || !slices.Equal(config.MACs, macs) {
		t.Errorf("the ciphers are %q and the codes %q, want %q and %q", config.Ciphers, config.MACs, ciphers, macs)
	}
}

//go:build hostile

package hostile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// handshake is what a client sends in the place of a handshake.
type handshake struct {
	name string
	send []byte
	end  ending
}

// longest is how many bytes of answers are right: a version, an offer of algorithms, and an answer to a key.
const longestAnswer = 16 << 10

// run sends it, and reads until the instance closes the connection.
func (a handshake) run(address string) error {
	w, err := dialSSH(address)
	if err != nil {
		return err
	}
	defer func() { _ = w.Close() }()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = w.Write(a.send) // an instance that has refused need not read on
		if a.end == halfClose {
			_ = w.Conn.(*net.TCPConn).CloseWrite()
		}
	}()
	if a.end == hangUp {
		<-sent
		return nil
	}
	began := time.Now()
	answer, err := io.ReadAll(io.LimitReader(w.from, longestAnswer+1))
	if len(answer) > longestAnswer {
		return fmt.Errorf("more than %d bytes of answers", longestAnswer)
	}
	if a.end == halfClose && time.Since(began) > grace {
		return errors.New("the instance waits for a client that has ended")
	}
	return ended(err)
}

// beforeKeys is attacks by clients that have no keys yet. All of them end their side; stalled ones are elsewhere.
func beforeKeys() []handshake {
	var all []handshake
	for _, s := range [][]handshake{versions(), packets(), offers(), exchanges(), cuts()} {
		all = append(all, s...)
	}
	return all
}

func versions() []handshake {
	all := []handshake{
		{name: "nothing", end: halfClose},
		{name: "nothing, and hanging up", end: hangUp},
	}
	for _, v := range []named{
		{"garbage", "\x00\x01\x02\xff\xfe garbage \r\n\r\n"},
		{"HTTP", "GET / HTTP/1.1\r\nHost: web\r\n\r\n"},
		{"a call of the API", read().String()},
		{"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"},
		{"SMB", "\x00\x00\x00\x45\xffSMBr\x00\x00\x00\x00\x18"},
		{"RDP", "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00"},
		{"an old protocol", "SSH-1.5-x\r\n"},
		{"both protocols", "SSH-1.99-x\r\n"},
		{"a protocol to come", "SSH-9.9-x\r\n"},
		{"a version without a name", "SSH-2.0-\r\n"},
		{"a version without a number", "SSH-\r\n"},
		{"NULs in a version", "SSH-2.0-\x00\x00\x00\r\n"},
		{"invalid UTF-8 in a version", "SSH-2.0-\xff\xfe\xc3\x28\r\n"},
		{"formats in a version", "SSH-2.0-%s%n%x %d\r\n"},
		{"lines of a log in a version", "SSH-2.0-x level=ERROR msg=\"panic\"\r\n"},
		{"a version of 255 bytes", "SSH-2.0-" + strings.Repeat("v", 245) + "\r\n"},
		{"a version of 256 bytes", "SSH-2.0-" + strings.Repeat("v", 246) + "\r\n"},
		{"a version of a megabyte", "SSH-2.0-" + strings.Repeat("v", 1<<20)},
		{"banners without an end", strings.Repeat("banner\r\n", 1<<17)},
		{"line ends without an end", strings.Repeat("\n", 1<<18)},
		{"versions without an end", strings.Repeat(hello, 1<<15)},
		{"a version and junk", hello + strings.Repeat("\xde\xad\xbe\xef", 1<<14)},
	} {
		all = append(all, handshake{v.name, []byte(v.text), halfClose}, handshake{v.name + ", and hanging up", []byte(v.text), hangUp})
	}
	return all
}

// begin is a client's version, and what follows it.
func begin(parts ...[]byte) []byte { return append([]byte(hello), bytes.Join(parts, nil)...) }

// bare is a packet whose lengths are what they claim to be.
func bare(size uint32, padding byte, content string) []byte {
	return append([]byte{byte(size >> 24), byte(size >> 16), byte(size >> 8), byte(size), padding}, content...)
}

func packets() []handshake {
	all := []handshake{
		{"NULs for packets", begin(make([]byte, 1<<16)), halfClose},
		{"ones for packets", begin(bytes.Repeat([]byte{0xff}, 1<<16)), halfClose},
		{"a megabyte of packets of nothing", begin(bytes.Repeat(bare(1, 0, ""), 1<<18)), halfClose},
		{"a packet of padding", begin(bare(12, 11, strings.Repeat("\x00", 11))), halfClose},
		{"more padding than packet", begin(bare(12, 255, strings.Repeat("\x00", 20))), halfClose},
		{"less padding than four", begin(bare(12, 0, strings.Repeat("\x00", 11))), halfClose},
		{"a packet of 256 KB", begin(packet(make([]byte, 256<<10))), halfClose},
		{"a packet of 35,000 bytes", begin(packet(append([]byte{msgKexInit}, make([]byte, 34990)...))), halfClose},
		{"10,000 messages to ignore", begin(bytes.Repeat(packet(compose(msgIgnore, "x")), 10_000)), halfClose},
		{"10,000 unknown messages", begin(bytes.Repeat(packet([]byte{200}), 10_000)), halfClose},
		{"10,000 pings", begin(bytes.Repeat(packet(compose(msgPing, "x")), 10_000)), halfClose},
		{"a disconnect", begin(packet(compose(msgDisconnect, 2, "", ""))), halfClose},
		{"a disconnect with 30,000 bytes of reason", begin(packet(compose(msgDisconnect, 2, strings.Repeat("r", 30_000), ""))), halfClose},
	}
	for _, size := range []uint32{0, 2, 5, 1<<15 + 1, 1 << 18, 1<<18 + 1, 1 << 24, 1<<31 - 1, 1 << 31, 1<<32 - 1, 1<<32 - 5} {
		all = append(all, handshake{fmt.Sprintf("a packet that claims %d bytes", size), begin(bare(size, 4, "\x14junk")), halfClose})
	}
	for kind := range 256 {
		if kind != msgKexInit && kind%5 == 0 {
			all = append(all, handshake{fmt.Sprintf("message %d at first", kind), begin(packet(compose(byte(kind), strings.Repeat("x", 40)))), halfClose})
		}
	}
	return all
}

// offers are of algorithms.
func offers() []handshake {
	lists := []named{
		{"no algorithm", ""},
		{"unknown algorithms", "x,y,z"},
		{"only commas", strings.Repeat(",", 30_000)},
		{"15,000 algorithms", strings.Repeat("a,", 15_000) + goodExchange},
		{"15,000 times the right one", strings.Repeat("none,", 6000) + goodExchange},
		{"an algorithm of 30,000 letters", strings.Repeat("a", 30_000)},
		{"an algorithm with NULs", goodExchange + "\x00"},
		{"an algorithm of invalid UTF-8", "\xff\xfe"},
		{"an algorithm of formats", "%s%n%s%n"},
		{"old algorithms", "diffie-hellman-group1-sha1,diffie-hellman-group14-sha1"},
		{"an exchange of groups", "diffie-hellman-group-exchange-sha256"},
	}
	var all []handshake
	for _, l := range lists {
		all = append(all, handshake{"an offer of " + l.name, begin(packet(kexInit(l.text))), halfClose})
	}
	good := kexInit(goodExchange)
	for cut := 1; cut < len(good); cut += 12 {
		all = append(all, handshake{fmt.Sprintf("an offer cut at %d", cut), begin(packet(good[:cut])), halfClose})
	}
	for at := 17; at < len(good); at += 12 {
		bent := bytes.Clone(good)
		bent[at] ^= 0xff
		all = append(all, handshake{fmt.Sprintf("an offer changed at %d", at), begin(packet(bent)), halfClose})
	}
	return append(all,
		handshake{"an offer and more", begin(packet(append(bytes.Clone(good), 1, 2, 3))), halfClose},
		handshake{"two offers", begin(packet(good), packet(good)), halfClose},
		handshake{"1,000 offers", begin(bytes.Repeat(packet(good), 1000)), halfClose},
		handshake{"an offer with a guess that is wrong", begin(packet(compose(msgKexInit, make([]byte, 16), "x,"+goodExchange, "ssh-ed25519",
			"aes128-ctr", "aes128-ctr", "hmac-sha2-256", "hmac-sha2-256", "none", "none", "", "", true, 0)), packet(compose(msgKexDH, "guess"))), halfClose},
		handshake{
			"an offer of a strict exchange, and something to ignore",
			begin(packet(kexInit(goodExchange+",kex-strict-c-v00@openssh.com")), packet(compose(msgIgnore, "x"))), halfClose,
		},
	)
}

// exchanges are of keys.
func exchanges() []handshake {
	offer := packet(kexInit(goodExchange))
	of := func(name string, messages ...[]byte) handshake {
		return handshake{name, begin(append([][]byte{offer}, messages...)...), halfClose}
	}
	order := append([]byte{1}, make([]byte, 31)...)
	all := []handshake{
		of("no key"),
		of("a key of nothing", packet(compose(msgKexDH, ""))),
		of("a key of NULs", packet(compose(msgKexDH, string(make([]byte, 32))))),
		of("a key of low order", packet(compose(msgKexDH, string(order)))),
		of("a key of ones", packet(compose(msgKexDH, strings.Repeat("\xff", 32)))),
		of("a key of 31 bytes", packet(compose(msgKexDH, strings.Repeat("k", 31)))),
		of("a key of 33 bytes", packet(compose(msgKexDH, strings.Repeat("k", 33)))),
		of("a key of 30,000 bytes", packet(compose(msgKexDH, strings.Repeat("k", 30_000)))),
		of("a key that claims 4 GB", packet([]byte{msgKexDH, 0xff, 0xff, 0xff, 0xff})),
		of("an answer to a key", packet(compose(msgKexDH+1, "a", "b", "c"))),
		of("new keys at once", packet([]byte{msgNewKeys})),
		of("new keys twice", packet(compose(msgKexDH, strings.Repeat("k", 32))), packet([]byte{msgNewKeys}), packet([]byte{msgNewKeys})),
		of("junk under new keys", packet(compose(msgKexDH, strings.Repeat("k", 32))), packet([]byte{msgNewKeys}), bytes.Repeat([]byte("junk"), 10_000)),
		of("a login before there are keys", packet(compose(msgAuthRequest, "admin", "ssh-connection", "none"))),
		of("a successful login of the client's own", packet([]byte{msgAuthSuccess})),
		of("a session before there are keys", packet(compose(msgChannelOpen, "session", 0, 1<<20, 1<<15))),
		of("1,000 keys", bytes.Repeat(packet(compose(msgKexDH, strings.Repeat("k", 32))), 1000)),
	}
	for _, exchange := range []string{"ecdh-sha2-nistp256", "ecdh-sha2-nistp521", "mlkem768x25519-sha256", "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512"} {
		for _, size := range []int{0, 1, 65, 256, 1216, 8000} {
			for _, letter := range []string{"\x00", "\x04", "\x7f", "\xff"} {
				all = append(all, handshake{
					fmt.Sprintf("%s with a key of %d times %x", exchange, size, letter),
					begin(packet(kexInit(exchange)), packet(compose(msgKexDH, strings.Repeat(letter, size)))), halfClose,
				})
			}
		}
	}
	return all
}

// cuts break a good handshake off at many places.
func cuts() []handshake {
	whole := begin(packet(kexInit(goodExchange)), packet(compose(msgKexDH, strings.Repeat("\x09", 32))), packet([]byte{msgNewKeys}))
	var all []handshake
	for at := 1; at < len(whole); at += len(whole)/25 + 1 {
		for _, end := range []ending{halfClose, hangUp} {
			all = append(all, handshake{fmt.Sprintf("after %d bytes, ending %d", at, end), whole[:at], end})
		}
	}
	return all
}

// fewestHandshakes is how many attacks the tables must make.
const fewestHandshakes = 300

// TestSSHHandshakes sends instances everything that is no handshake. After each the API answers, and after some another
// instance lets its owner in.
func TestSSHHandshakes(t *testing.T) {
	t.Parallel()
	const attacked = 4
	h := newHarbour(t, attacked+1)
	all := beforeKeys()
	t.Logf("%d attacks", len(all))
	if len(all) < fewestHandshakes {
		t.Errorf("%d attacks, want %d", len(all), fewestHandshakes)
	}
	logins := h.logins()
	t.Run("from", func(t *testing.T) {
		for i, a := range all {
			t.Run(a.name, func(t *testing.T) {
				t.Parallel()
				if err := a.run(h.at(i % attacked)); err != nil {
					t.Error(err)
				}
				if err := probe(h.api); err != nil {
					t.Errorf("a good client after it: %v", err)
				}
			})
		}
	})
	if got := h.logins(); got != logins {
		t.Errorf("%d logins", got-logins)
	}
	h.wantCalm(t, growth)
}

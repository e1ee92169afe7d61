package sim_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
)

const version = "SSH-2.0-x\r\n"

// packet is an SSH packet before any encryption.
func packet(payload []byte) []byte {
	padding := 8 - (len(payload)+5)%8
	if padding < 4 {
		padding += 8
	}
	out := binary.BigEndian.AppendUint32(nil, uint32(len(payload)+padding+1))
	out = append(out, byte(padding))
	return append(append(out, payload...), make([]byte, padding)...)
}

// kexInit offers algorithms of the server, so that a handshake can continue.
func kexInit() []byte {
	return ssh.Marshal(struct {
		Cookie                  [16]byte `sshtype:"20"`
		Kex, HostKey            []string
		CipherIn, CipherOut     []string
		MACIn, MACOut           []string
		CompressIn, CompressOut []string
		LanguagesIn, Languages  []string
		FirstFollows            bool
		Reserved                uint32
	}{
		Kex: []string{"curve25519-sha256"}, HostKey: []string{"ssh-ed25519"},
		CipherIn: []string{"aes128-ctr"}, CipherOut: []string{"aes128-ctr"}, MACIn: []string{"hmac-sha2-256"}, MACOut: []string{"hmac-sha2-256"},
		CompressIn: []string{"none"}, CompressOut: []string{"none"},
	})
}

// hostileHandshakes are what a client may send instead of a handshake.
func hostileHandshakes() map[string][]byte {
	begin := func(packets ...[]byte) []byte {
		return append([]byte(version), bytes.Join(packets, nil)...)
	}
	longName := bytes.Repeat([]byte("x"), 200_000)
	return map[string][]byte{
		"nothing":                nil,
		"garbage":                []byte("\x00\x01\x02\xff\xfe garbage \r\n\r\n"),
		"HTTP":                   []byte("GET / HTTP/1.1\r\nHost: web\r\n\r\n"),
		"TLS":                    []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
		"an old protocol":        []byte("SSH-1.5-x\r\n"),
		"an endless version":     bytes.Repeat([]byte("S"), 1<<20),
		"endless banners":        bytes.Repeat([]byte("banner\r\n"), 1<<17),
		"endless versions":       bytes.Repeat([]byte(version), 1<<17),
		"zeros":                  begin(make([]byte, 1<<16)),
		"ones":                   begin(bytes.Repeat([]byte{0xff}, 1<<16)),
		"a packet of 4 GiB":      begin([]byte("\xff\xff\xff\xff\x04\x14")),
		"a packet of 256 KiB":    begin(packet(append([]byte{20}, longName...))),
		"a packet of nothing":    begin([]byte("\x00\x00\x00\x01\x00")),
		"too much padding":       begin([]byte("\x00\x00\x00\x0c\xff\x14" + strings.Repeat("\x00", 20))),
		"an empty KEXINIT":       begin(packet([]byte{20})),
		"a KEXINIT of names":     begin(packet(append(append([]byte{20}, make([]byte, 16)...), 0xff, 0xff, 0xff, 0xff))),
		"one KEXINIT":            begin(packet(kexInit())),
		"two KEXINITs":           begin(packet(kexInit()), packet(kexInit())),
		"a key of nothing":       begin(packet(kexInit()), packet([]byte{30, 0, 0, 0, 0})),
		"a key of zeros":         begin(packet(kexInit()), packet(append([]byte{30, 0, 0, 0, 32}, make([]byte, 32)...))),
		"NEWKEYS at once":        begin(packet(kexInit()), packet([]byte{21})),
		"a login before a key":   begin(packet(append([]byte{50}, longName[:100]...))),
		"a channel before a key": begin(packet(append([]byte{90}, longName[:100]...))),
		"a disconnect":           begin(packet([]byte{1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0})),
		"ignored messages":       begin(bytes.Repeat(packet([]byte{2, 0, 0, 0, 0}), 10_000)),
		"unknown messages":       begin(bytes.Repeat(packet([]byte{200}), 10_000)),
	}
}

// shake sends a hostile handshake to a machine, closes its side, and waits for the
// machine to close the connection.
func shake(t testing.TB, w *world, input []byte) {
	t.Helper()
	conn := w.dial(t)
	var sender sync.WaitGroup
	sender.Go(func() {
		_, _ = conn.Write(input)
		_ = conn.(interface{ CloseWrite() error }).CloseWrite()
	})
	got, err := io.ReadAll(conn)
	sender.Wait()
	if err != nil || len(got) > 16<<10 {
		t.Errorf("the machine answered %d bytes, %v; want at most 16 KiB and the end", len(got), err)
	}
	_ = conn.Close()
}

func TestHandshake_hostile(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	for name, input := range hostileHandshakes() {
		t.Run(name, func(t *testing.T) { shake(t, w, input) })
	}
	if out, _, _ := run(t, w.mustLogin(t), "whoami", nil); out != "admin\n" {
		t.Errorf("afterwards whoami shows %q, want admin", out)
	}
}

// FuzzHandshake sends any bytes to the SSH server before and in its handshake.
func FuzzHandshake(f *testing.F) {
	for _, input := range hostileHandshakes() {
		if len(input) < 4096 {
			f.Add(input)
		}
	}
	w := newWorld(f, sim.Limits{})
	f.Fuzz(func(t *testing.T, input []byte) { shake(t, w, input) })
}

// FuzzRequests sends any request, of the connection and of a session, and any kind
// of channel, over a connection that is logged in.
func FuzzRequests(f *testing.F) {
	text := func(s string) []byte { return ssh.Marshal(struct{ Text string }{s}) }
	for name, payload := range map[string][]byte{
		"exec": text("echo a; exit 3"), "shell": nil, "pty-req": text("xterm"), "env": text("LANG"), "subsystem": text("sftp"), "signal": text("TERM"),
		"window-change": make([]byte, 16), "x11-req": nil, "auth-agent-req@openssh.com": nil, "tcpip-forward": text("0.0.0.0"), "direct-tcpip": text("127.0.0.1"),
		"session": nil, "": {0xff, 0xff, 0xff, 0xff},
	} {
		f.Add(name, payload)
	}
	// The server learns of a session's end a little after the client.
	c := newWorld(f, sim.Limits{MaxSessions: 1000, MaxTotalSessions: 1000}).mustLogin(f)
	f.Fuzz(func(t *testing.T, name string, payload []byte) {
		if ok, _, err := c.SendRequest(name, true, payload); ok || err != nil {
			t.Fatalf("the global request returned %v, %v; want it refused", ok, err)
		}
		if channel, requests, err := c.OpenChannel(name, payload); err == nil {
			go ssh.DiscardRequests(requests)
			_ = channel.Close()
		}
		channel, requests, err := c.OpenChannel("session", nil)
		if err != nil {
			t.Fatal(err)
		}
		go ssh.DiscardRequests(requests)
		for range 2 {
			if _, err := channel.SendRequest(name, true, payload); err != nil && !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
		}
		_ = channel.CloseWrite()
		_ = channel.Close()
	})
}

// Channels that are refused use no memory.
func TestConnection_boundsChannels(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	c := w.mustLogin(t)
	before := heap()
	opened := 0
	for range 2000 {
		if _, requests, err := c.OpenChannel("session", nil); err == nil {
			opened++
			go ssh.DiscardRequests(requests)
		}
		if _, _, err := c.OpenChannel("direct-tcpip", make([]byte, 1000)); err == nil {
			t.Fatal("a forwarding was opened, want it refused")
		}
	}
	if opened != 10 {
		t.Errorf("%d sessions were opened, want 10", opened)
	}
	if grown := heap() - before; grown > 4<<20 {
		t.Errorf("the requests took %d KiB of memory, want at most 4 MiB", grown>>10)
	}
}

// heap is how much memory is in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// A session counts also if it runs no command, and its input is not read.
func TestSession_countsWithoutACommand(t *testing.T) {
	w := newWorld(t, sim.Limits{MaxSessions: 3})
	c := w.mustLogin(t)
	for range 3 {
		channel, requests, err := c.OpenChannel("session", nil)
		if err != nil {
			t.Fatal(err)
		}
		go ssh.DiscardRequests(requests)
		if _, err := channel.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := c.OpenChannel("session", nil); err == nil {
		t.Error("a fourth session was opened, want 3")
	}
	if ok, _, err := c.SendRequest("keepalive@openssh.com", true, nil); ok || err != nil {
		t.Errorf("a keep-alive returned %v, %v; want it answered", ok, err)
	}
}

func TestConnection_floodsOfRequests(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	c := w.mustLogin(t)
	session, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	before := heap()
	variable := ssh.Marshal(struct{ Name, Value string }{"LC_ALL", strings.Repeat("x", 20_000)})
	for range 2000 {
		if _, err := session.SendRequest("env", false, variable); err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.SendRequest("tcpip-forward", false, variable); err != nil {
			t.Fatal(err)
		}
	}
	if ok, err := session.SendRequest("env", true, variable); ok || err != nil {
		t.Errorf("the variable returned %v, %v; want it refused", ok, err)
	}
	if grown := heap() - before; grown > 4<<20 {
		t.Errorf("the requests took %d KiB of memory, want at most 4 MiB", grown>>10)
	}
	if out, err := session.Output("whoami"); err != nil || string(out) != "admin\n" {
		t.Errorf("afterwards whoami shows %q, %v; want admin", out, err)
	}
}

func TestSession_refusesLongCommands(t *testing.T) {
	c := newWorld(t, sim.Limits{}).mustLogin(t)
	_, errOut, status := run(t, c, "echo "+strings.Repeat("x", 100_000), nil)
	if status != 2 || errOut != "bash: the command is too long\n" {
		t.Errorf("got status %d, %q; want the command refused with 2", status, errOut)
	}
	session, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Run("echo " + strings.Repeat("x", 300_000)); err == nil {
		t.Error("a packet that is larger than SSH permits was accepted")
	}
}

// Many clients connect at once. Most misbehave, and do not affect the others.
func TestDriver_manyClients(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	inputs := hostileHandshakes()
	var crowd sync.WaitGroup
	for _, input := range inputs {
		crowd.Go(func() {
			conn := mustDial(t, w)
			defer func() { _ = conn.Close() }()
			_ = conn.SetDeadline(time.Now().Add(time.Second))
			_, _ = conn.Write(input[:min(len(input), 1<<16)])
		})
		crowd.Go(func() {
			c, err := w.loginOver(t, mustDial(t, w), "admin", ssh.PublicKeys(w.key.signer))
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = c.Close() }()
			session, err := c.NewSession()
			if err != nil {
				t.Error(err)
				return
			}
			if out, err := session.Output("hostname"); err != nil || string(out) != "ip-172-26-10-39\n" {
				t.Errorf("hostname shows %q, %v; want ip-172-26-10-39", out, err)
			}
		})
	}
	crowd.Wait()
}

// mustDial dials, and tries again while the machine is busy.
func mustDial(t *testing.T, w *world) net.Conn {
	for {
		conn, err := w.driver.Dial(t.Context(), w.instance.ID, port22)
		if err == nil {
			return conn
		}
		time.Sleep(time.Millisecond)
	}
}

//go:build hostile

package hostile

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// session is the opening of a session, the client's channel 0 with a window that never closes. The instance's first
// channel has the number 0, too.
var session = compose(msgChannelOpen, "session", 0, 1<<31-1, 1<<15)

// opened opens a session. What is sent about it before it is open is dropped.
func (w *wire) opened() error {
	if err := w.send(session); err != nil {
		return err
	}
	_, err := w.await(msgChannelOpened)
	return err
}

// times is a message many times over.
func times(n int, message []byte) [][]byte { return slices.Repeat([][]byte{message}, n) }

// request is one about the first channel.
func request(kind string, rest ...any) []byte {
	return compose(msgRequest, append([]any{0, kind, true}, rest...)...)
}

// owners are attacks by a client that has the key. Where refused is set, the first message opens the session that the
// others are about, and nothing of what they ask for is done.
func owners() []sshAttack {
	all := slices.Concat(globals(), channels(), commands())
	for kind := range 256 {
		if kind%7 == 0 {
			all = append(all, sshAttack{name: fmt.Sprintf("message %d", kind), send: these(session, compose(byte(kind), strings.Repeat("\x00", 40)))})
		}
	}
	for i := range all {
		if i%8 == 7 {
			all[i].name, all[i].end = all[i].name+", and hanging up", hangUp
		} else {
			all[i].end = halfClose
		}
	}
	return all
}

func globals() []sshAttack {
	long := strings.Repeat("x", 30_000)
	var all []sshAttack
	for _, kind := range []string{
		"", "tcpip-forward", "cancel-tcpip-forward", "streamlocal-forward@openssh.com", "hostkeys-prove-00@openssh.com",
		"no-more-sessions@openssh.com", "keepalive@openssh.com", "\x00", "\xff\xfe", "%s%n", long,
	} {
		name := fmt.Sprintf("global request %.30q", kind)
		all = append(all,
			sshAttack{name: name, send: these(compose(msgGlobalRequest, kind, true, "0.0.0.0", 2222)), refused: true},
			sshAttack{name: name + " with junk", send: these(compose(msgGlobalRequest, kind, true, []byte(long))), refused: true},
			sshAttack{name: name + " 5,000 times", send: these(times(5000, compose(msgGlobalRequest, kind[:min(len(kind), 40)], true))...), refused: true})
	}
	return append(all,
		sshAttack{name: "half a global request", send: these([]byte{msgGlobalRequest, 0, 0})},
		sshAttack{name: "1,000 answers without a request", send: these(slices.Concat(times(1000, compose(msgGlobalRequest+1)), times(1000, compose(msgGlobalRequest+2)))...)},
		sshAttack{name: "5,000 pings", send: these(times(5000, compose(msgPing, "ping"))...)},
		sshAttack{name: "pings of 30,000 bytes", send: these(times(500, compose(msgPing, long))...)},
		sshAttack{name: "a login again", send: these(times(100, anyLogin("root", "ssh-connection", "none"))...)},
		sshAttack{name: "new keys that were not exchanged", send: these([]byte{msgNewKeys})},
		sshAttack{name: "an offer of keys and nothing more", send: these(kexInit(goodExchange), session)},
		sshAttack{name: "offers of keys without an end", send: these(times(500, kexInit(goodExchange))...)},
		sshAttack{name: "an error and 1,000 messages after it", send: these(append([][]byte{{msgChannelOpen, 0}}, times(1000, session)...)...)},
	)
}

func channels() []sshAttack {
	var all []sshAttack
	for _, kind := range []string{"direct-tcpip", "direct-streamlocal@openssh.com", "forwarded-tcpip", "x11", "auth-agent@openssh.com", "tun@openssh.com", "", "\x00", "\xff", strings.Repeat("x", 30_000)} {
		open := compose(msgChannelOpen, kind, 0, 1<<20, 1<<15, "127.0.0.1", 22, "127.0.0.1", 22)
		name := fmt.Sprintf("a channel %.30q", kind)
		all = append(all, sshAttack{name: name, send: these(open), refused: true})
		if len(kind) < 100 {
			all = append(all, sshAttack{name: "5,000 times " + name, send: these(times(5000, open)...), refused: true})
		}
	}
	for _, of := range []int{1, 1000, 1 << 31, 1<<32 - 1} {
		for _, kind := range []byte{msgChannelOpened, msgOpenFailure, msgWindowAdjust, msgChannelData, msgChannelStderr, msgChannelEOF, msgChannelClose, msgRequest, msgSuccess, msgFailure} {
			all = append(all, sshAttack{name: fmt.Sprintf("message %d about channel %d", kind, of), send: these(session, compose(kind, of, 1, 1, "x"))})
		}
	}
	data := func(text string) []byte { return compose(msgChannelData, 0, text) }
	cat := request("exec", "cat")
	add := func(name string, messages ...[]byte) {
		all = append(all, sshAttack{name: name, send: these(append([][]byte{session}, messages...)...)})
	}
	add("2,000 sessions", times(2000, session)...)
	add("2,000 sessions that are closed", slices.Repeat([][]byte{session, compose(msgChannelClose, 0)}, 2000)...)
	add("a session closed 1,000 times", times(1000, compose(msgChannelClose, 0))...)
	add("a session ended 1,000 times", append([][]byte{cat}, times(1000, compose(msgChannelEOF, 0))...)...)
	add("data after the end", cat, compose(msgChannelEOF, 0), data("more\n"), data("more\n"))
	add("data after the close", cat, compose(msgChannelClose, 0), data("more\n"), data("more\n"))
	add("data that claims 4 GB", []byte{msgChannelData, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
	add("data of nothing", times(5000, data(""))...)
	add("data of more than a packet may have", data(strings.Repeat("x", 1<<15+1)))
	add("more data than the window", times(80, data(strings.Repeat("x", 1<<15)))...)
	add("more data that is not read than the window", times(80, compose(msgChannelStderr, 0, 1, strings.Repeat("x", 30_000)))...)
	add("data of an unknown kind", times(80, compose(msgChannelStderr, 0, 77, strings.Repeat("x", 30_000)))...)
	add("a window that overflows", times(5, compose(msgWindowAdjust, 0, 1<<32-1))...)
	add("a window by single bytes", append([][]byte{cat}, times(5000, compose(msgWindowAdjust, 0, 1))...)...)
	add("a window of nothing", append([][]byte{cat}, times(5000, compose(msgWindowAdjust, 0, 0))...)...)
	add("1,000 answers without a request", slices.Concat(times(1000, compose(msgSuccess, 0)), times(1000, compose(msgFailure, 0)))...)
	add("1,000 confirmations without a request", times(1000, compose(msgChannelOpened, 0, 0, 1<<20, 1<<15))...)
	for _, size := range []int{0, 1, 8, 1 << 31, 1<<32 - 1} {
		all = append(all, sshAttack{name: fmt.Sprintf("a session with packets of %d", size), send: these(compose(msgChannelOpen, "session", 0, size, size), request("exec", "help"), data("x"))})
	}
	return all
}

// commands are what is asked of a session, and refused unless it is a command.
func commands() []sshAttack {
	long := strings.Repeat("x", 30_000)
	var all []sshAttack
	for _, kind := range []named{
		{"env", "LD_PRELOAD"},
		{"subsystem", "sftp"},
		{"subsystem", "../sh"},
		{"x11-req", ""},
		{"auth-agent-req@openssh.com", ""},
		{"xon-xoff", ""},
		{"break", ""},
		{"eow@openssh.com", ""},
		{"exit-status", ""},
		{"", ""},
		{"\x00", ""},
		{"\xff\xfe", ""},
		{long, ""},
	} {
		name := fmt.Sprintf("the request %.30q %s", kind.name, kind.text)
		one := request(kind.name, kind.text, "x")
		all = append(all, sshAttack{name: name, send: these(session, one)}, sshAttack{name: name + " with junk", send: these(session, request(kind.name, []byte(long)))})
		if len(kind.name) < 100 {
			all = append(all, sshAttack{name: name + " 5,000 times", send: these(append([][]byte{session}, times(5000, one)...)...)})
		}
	}
	add := func(name string, messages ...[]byte) {
		all = append(all, sshAttack{name: name, send: these(append([][]byte{session}, messages...)...)})
	}
	terminal := func(name, modes string) []byte { return request("pty-req", name, 80, 24, 0, 0, modes) }
	add("5,000 terminals", times(5000, terminal("xterm", ""))...)
	add("a terminal without a size", request("pty-req"))
	add("a terminal of 4 billion columns", request("pty-req", "xterm", 1<<32-1, 1<<32-1, 1<<32-1, 1<<32-1, ""), request("shell"), compose(msgChannelData, 0, "help\r"))
	add("a terminal with a long name", terminal(long, ""), request("shell"))
	add("a terminal with junk for modes", terminal("xterm", strings.Repeat("\xff", 30_000)), request("shell"))
	add("5,000 changes of the window", append([][]byte{terminal("xterm", ""), request("shell")}, times(5000, request("window-change", 1, 1, 1, 1))...)...)
	add("1,000 shells", times(1000, request("shell"))...)
	add("1,000 commands in one session", times(1000, request("exec", "whoami"))...)
	add("5,000 signals", append([][]byte{request("exec", "cat")}, times(5000, request("signal", "KILL"))...)...)
	add("a signal of a long name", request("exec", "cat"), request("signal", long))
	add("half a command", request("exec"), request("exec", []byte{0xff, 0xff, 0xff, 0xff}))
	for _, c := range []named{
		{"of 30,000 letters", "echo " + long},
		{"of 200,000 letters", "echo " + strings.Repeat("x", 200_000)},
		{"with NULs", "echo \x00\x00"},
		{"of invalid UTF-8", "echo \xff\xfe"},
		{"of quotes", strings.Repeat("'\"", 10_000)},
		{"of variables", strings.Repeat("$HOME", 5000)},
		{"of 10,000 commands", strings.Repeat("help;", 10_000)},
		{"of shells in shells", strings.Repeat("bash -c ", 3000)},
		{"of sudos", strings.Repeat("sudo ", 5000)},
		{"that reads a file of the host", "cat /etc/shadow /proc/self/environ /root/.ssh/id_rsa ../../../../etc/passwd"},
		{"that runs a program", "/bin/sh -c 'touch /tmp/x'; nc -l 1; curl http://127.0.0.1"},
		{"of a fork bomb", ":(){ :|:& };:"},
		{"of substitutions", strings.Repeat("$(", 10_000)},
		{"that loops", "while :; do :; done"},
		{"that loops with output", "while :; do cat /etc/hosts; done"},
		{"of a variable that doubles", "x=12345678; while :; do x=$x$x; done"},
		{"of recursion", "f() { f; f; }; f"},
		{"of recursion in pipes", "f() { f | f; }; f"},
		{"of a long sequence", "echo {1..999999999} $(seq 999999999)"},
		{"of an expression that repeats", "while :; do help | grep -E '" + strings.Repeat("(a?){500}", 20) + "'; done"},
		{"of files of the host", "cat < /etc/passwd; echo x > /tmp/x; . /etc/profile; cat /dev/tcp/127.0.0.1/22; echo /*/*"},
		{"with a terminal's commands", "echo -e '\x1b[2J'"},
	} {
		add("a command "+c.name, request("exec", c.text))
	}
	typed := compose(msgChannelData, 0, strings.Repeat("\x7f\x15\x17\x03\x1b[A\x00\xff", 3000))
	add("keys without an end", append([][]byte{terminal("xterm", ""), request("shell")}, times(50, typed)...)...)
	add("a line without an end", append([][]byte{request("shell")}, times(60, compose(msgChannelData, 0, long))...)...)
	return all
}

// TestSSHOwners does everything that is not meant, with a valid key. It harms no other client.
func TestSSHOwners(t *testing.T) {
	t.Parallel()
	const attacked = 6
	h := newHarbour(t, attacked+1)
	all := owners()
	t.Logf("%d attacks", len(all))
	h.attack(t, all, attacked, func(w *wire) error { return w.logIn("admin", h.key) })
	h.wantCalm(t, growth)
}

const (
	// hoards is how many sessions are filled at a time with data that is not read.
	hoards = 20
	// hoardMemory is how many bytes of memory the server may take for them.
	hoardMemory = 200 << 20
)

// TestSSHHoarding fills sessions that start nothing, byte by byte, as each packet costs the server more than the byte
// in it.
func TestSSHHoarding(t *testing.T) {
	t.Parallel()
	h := newHarbour(t, 3)
	bytewise := times(10_000, compose(msgChannelData, 0, "x"))
	var all sync.WaitGroup
	var wires []*wire
	for i := range hoards {
		w, err := dialSSH(h.at(i % 2))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = w.Close() }()
		if err := w.logIn("admin", h.key); err != nil {
			t.Fatal(err)
		}
		_ = w.SetDeadline(time.Now().Add(slack))
		wires = append(wires, w)
		all.Go(func() {
			if w.send(session) != nil {
				return
			}
			for range 20 { // a tenth of the window
				if w.send(bytewise...) != nil {
					return // the instance has had enough
				}
			}
		})
	}
	all.Wait()
	time.Sleep(100 * time.Millisecond)
	now := measure(t, h.server)
	t.Logf("before: %v; now: %v", h.before, now)
	if now.memory > h.before.memory+hoardMemory {
		t.Errorf("%d sessions that are not read take %d bytes of memory", hoards, now.memory-h.before.memory)
	}
	if err := h.served(2); err != nil {
		t.Errorf("others meanwhile: %v", err)
	}
	for _, w := range wires {
		_ = w.Close()
	}
	h.wantCalm(t, 2*growth)
}

// TestSSHLoopingLines gives many shells lines that take as many steps as a line may, and hangs up. No line begins
// after that.
func TestSSHLoopingLines(t *testing.T) {
	t.Parallel()
	const clients, shells = 6, 10
	h := newHarbour(t, 2)
	lines := strings.Repeat("while :; do :; done\n", 1000)
	err := inParallel(clients, func(int) error {
		w, err := dialSSH(h.at(0))
		if err != nil {
			return err
		}
		defer func() { _ = w.Close() }()
		if err := w.logIn("admin", h.key); err != nil {
			return err
		}
		for i := range shells {
			if err := w.opened(); err != nil {
				return err
			}
			if err := w.send(compose(msgRequest, i, "shell", true), compose(msgChannelData, i, lines)); err != nil {
				return err
			}
		}
		_, err = w.await(msgSuccess)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	h.wantCalm(t, growth)
}

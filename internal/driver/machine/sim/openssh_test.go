package sim_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

// These tests run OpenSSH's own client.

// openssh is OpenSSH's client, pointed at a world's machine by a listener.
type openssh struct {
	program string
	dir     string
	port    string
}

func newOpenSSH(t *testing.T, w *world) *openssh {
	t.Helper()
	program, err := exec.LookPath("ssh")
	if err != nil {
		t.Fatal("ssh is missing; install it with: apt-get install -y openssh-client")
	}
	o := &openssh{program: program, dir: t.TempDir(), port: listen(t, w)}
	public, err := w.instance.HostKeys.Public()
	if err != nil {
		t.Fatal(err)
	}
	var known strings.Builder
	for _, key := range public {
		known.WriteString("web " + key.Line() + "\n")
	}
	o.write(t, "known_hosts", known.String())
	return o
}

// listen opens a port that leads to the machine, and returns it.
func listen(t *testing.T, w *world) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conns.Go(func() { forward(w, conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		_ = w.driver.Close()
		conns.Wait()
	})
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// forward copies between a client and the machine until one of them is done.
func forward(w *world, conn net.Conn) {
	defer func() { _ = conn.Close() }()
	machine, err := w.driver.Dial(context.Background(), w.instance.ID, port22)
	if err != nil {
		return
	}
	var back sync.WaitGroup
	defer back.Wait()
	defer func() { _ = machine.Close() }()
	back.Go(func() {
		_, _ = io.Copy(conn, machine)
		_ = conn.Close()
	})
	_, _ = io.Copy(machine, conn)
}

func (o *openssh) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(o.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs ssh with a key, and returns what it wrote and its status.
func (o *openssh) run(t *testing.T, key *userKey, stdin string, args ...string) (out, errOut string, status int) {
	t.Helper()
	return o.runFrom(t, key, strings.NewReader(stdin), args...)
}

func (o *openssh) runFrom(t *testing.T, key *userKey, stdin io.Reader, args ...string) (out, errOut string, status int) {
	t.Helper()
	identity := o.write(t, "key", string(key.pem))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	args = append([]string{
		"-F", "none", "-p", o.port, "-i", identity, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "HostKeyAlias=web",
		"-o", "UserKnownHostsFile=" + filepath.Join(o.dir, "known_hosts"), "-o", "GlobalKnownHostsFile=none", "-o", "StrictHostKeyChecking=yes",
		"-o", "NumberOfPasswordPrompts=0",
	}, args...)
	cmd := exec.CommandContext(ctx, o.program, args...)
	cmd.Stdin = stdin
	cmd.Env = []string{"HOME=" + o.dir, "PATH=" + os.Getenv("PATH"), "LANG=C"}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		status = exit.ExitCode()
	} else if err != nil {
		t.Error(err)
	}
	return stdout.String(), stderr.String(), status
}

func TestOpenSSH_works(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	w.key = newRSAUserKey(t)
	w.instance.ID, w.instance.AuthorizedKeys = "rsa", []string{w.key.line}
	rsaHostKey, err := sshkey.Generate()
	if err != nil {
		t.Fatal(err)
	}
	if w.instance.HostKeys, err = machine.NewHostKeys(rsaHostKey.PrivatePEM()); err != nil {
		t.Fatal(err)
	}
	w.start(t)
	o := newOpenSSH(t, w)
	tests := []struct {
		name, stdin, out string
		args             []string
		status           int
	}{
		{name: "a command", args: []string{"admin@127.0.0.1", "hostname", "-f"}, out: "ip-172-26-10-39.ec2.internal\n"},
		{name: "its status", args: []string{"admin@127.0.0.1", "exit 42"}, status: 42},
		{name: "no such command", args: []string{"admin@127.0.0.1", "make"}, status: 127},
		{name: "a script", args: []string{"admin@127.0.0.1", "bash -s"}, stdin: "whoami\nsudo whoami\nexit 5\n", out: "admin\nroot\n", status: 5},
		{name: "a shell without a terminal", args: []string{"-T", "admin@127.0.0.1"}, stdin: "id -un\n", out: "admin\n"},
		{name: "an RSA host key", args: []string{"-o", "HostKeyAlgorithms=rsa-sha2-512", "admin@127.0.0.1", "true"}},
		{name: "an ECDSA host key", args: []string{"-o", "HostKeyAlgorithms=ecdsa-sha2-nistp256", "admin@127.0.0.1", "true"}},
		{name: "an Ed25519 host key", args: []string{"-o", "HostKeyAlgorithms=ssh-ed25519", "admin@127.0.0.1", "true"}},
		{name: "new keys amid a transfer", args: []string{"-o", "RekeyLimit=64K", "admin@127.0.0.1", "cat"}, stdin: strings.Repeat("0123456789\n", 50_000), out: strings.Repeat("0123456789\n", 50_000)},
		{name: "variables and keep-alives", args: []string{"-o", "SetEnv=FOO=bar", "-o", "ServerAliveInterval=1", "admin@127.0.0.1", "echo [$FOO]"}, out: "[]\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			out, errOut, status := o.run(t, w.key, test.stdin, test.args...)
			if out != test.out || status != test.status {
				t.Errorf("got %.200q, status %d, want %.200q, %d\n%s", out, status, test.out, test.status, errOut)
			}
		})
	}
}

func TestOpenSSH_onATerminal(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	out, errOut, status := newOpenSSH(t, w).run(t, w.key, "hostname\rexit 3\r", "-tt", "admin@127.0.0.1")
	want := "This is web, a simulated instance (Debian 12). Nothing here runs on a real machine.\r\nType help for what it can do.\r\n" +
		"admin@ip-172-26-10-39:~$ hostname\r\nip-172-26-10-39\r\nadmin@ip-172-26-10-39:~$ exit 3\r\n"
	if out != want || status != 3 {
		t.Errorf("the screen shows %q, status %d, %s; want %q", out, status, errOut, want)
	}
}

func TestOpenSSH_isRefused(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	o := newOpenSSH(t, w)
	tests := map[string]struct {
		key  *userKey
		args []string
	}{
		"another key":  {newUserKey(t), []string{"admin@127.0.0.1", "true"}},
		"another user": {w.key, []string{"ubuntu@127.0.0.1", "true"}},
		"root":         {w.key, []string{"root@127.0.0.1", "true"}},
		"no key":       {w.key, []string{"-o", "PubkeyAuthentication=no", "admin@127.0.0.1", "true"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, errOut, status := o.run(t, test.key, "", test.args...)
			if status != 255 || !strings.Contains(errOut, "Permission denied (publickey).") {
				t.Errorf("got status %d, %s; want 255, permission denied", status, errOut)
			}
		})
	}
}

func TestOpenSSH_withACertificate(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	o := newOpenSSH(t, w)
	temporary := newRSAUserKey(t)
	expired := forAMinute("admin")
	expired.ValidBefore = time.Now().Add(-30 * time.Second) // the machine's clock stands still
	tests := map[string]struct {
		authority   *sshkey.Authority
		certificate sshkey.UserCertificate
		status      int
	}{
		"of the instance":      {w.authority, forAMinute("admin"), 0},
		"expired":              {w.authority, expired, 255},
		"of another authority": {newAuthority(t, 2), forAMinute("admin"), 255},
		"for another user":     {w.authority, forAMinute("ubuntu"), 255},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, line := certify(t, test.authority, temporary, test.certificate)
			path := o.write(t, "key-cert.pub", line+"\n")
			out, errOut, status := o.run(t, temporary, "", "-o", "CertificateFile="+path, "admin@127.0.0.1", "whoami")
			if status != test.status || status == 0 && out != "admin\n" {
				t.Errorf("got status %d, %q, %s; want %d", status, out, errOut, test.status)
			}
		})
	}
}

// An instance of AWS forwards ports, agents and files. A simulated one does not.
func TestOpenSSH_forwardsNothing(t *testing.T) {
	w := newWorld(t, sim.Limits{})
	o := newOpenSSH(t, w)
	tests := map[string]struct {
		args   []string
		want   string
		status int
	}{
		"-W":        {[]string{"-W", "127.0.0.1:" + o.port, "admin@127.0.0.1"}, "administratively prohibited", 255},
		"-R":        {[]string{"-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1", "admin@127.0.0.1", "true"}, "remote port forwarding failed", 255},
		"-R socket": {[]string{"-o", "ExitOnForwardFailure=yes", "-R", "/tmp/x:127.0.0.1:1", "admin@127.0.0.1", "true"}, "remote port forwarding failed", 255},
		"sftp":      {[]string{"-s", "admin@127.0.0.1", "sftp"}, "subsystem request failed", 255},
		"scp":       {[]string{"admin@127.0.0.1", "scp -t /tmp"}, "scp: command not found", 127},
		"-w":        {[]string{"-o", "ExitOnForwardFailure=yes", "-w", "0:0", "admin@127.0.0.1", "true"}, "", 255},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, errOut, status := o.run(t, w.key, "", test.args...)
			if status != test.status || !strings.Contains(errOut, test.want) {
				t.Errorf("got status %d, %s; want %d, %s", status, errOut, test.status, test.want)
			}
		})
	}
	t.Run("-A and -X", func(t *testing.T) {
		out, errOut, status := o.run(t, w.key, "", "-A", "-X", "admin@127.0.0.1", "env")
		if status != 0 || strings.Contains(out, "SSH_AUTH_SOCK") || strings.Contains(out, "DISPLAY") {
			t.Errorf("got status %d, %q, %s; want no agent and no display", status, out, errOut)
		}
	})
	for _, option := range []string{"-L", "-D"} {
		t.Run(option, func(t *testing.T) { forwardedPortIsDead(t, o, w.key, option) })
	}
}

// forwardedPortIsDead has ssh forward a local port to the machine's own address, and connects
// to it. No server may answer.
func forwardedPortIsDead(t *testing.T, o *openssh, key *userKey, option string) {
	t.Helper()
	port := freePort(t)
	spec, request := port, "\x05\x01\x00\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x16" // SOCKS 5: connect to 127.0.0.1:22
	if option == "-L" {
		spec, request = port+":127.0.0.1:"+o.port, "SSH-2.0-x\r\n"
	}
	input, keep := io.Pipe()
	defer func() { _ = keep.Close() }()
	ended := make(chan string, 1)
	go func() {
		_, errOut, _ := o.runFrom(t, key, input, option, spec, "-o", "ExitOnForwardFailure=yes", "admin@127.0.0.1", "cat")
		ended <- errOut
	}()
	var conn net.Conn
	eventually(t, func() bool {
		var err error
		conn, err = net.Dial("tcp", "127.0.0.1:"+port)
		return err == nil
	})
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, request)
	got, _ := io.ReadAll(conn)
	if strings.Contains(string(got), "SSH-") {
		t.Errorf("the forwarded port answered %q, want no server", got)
	}
	_ = keep.Close()
	if errOut := <-ended; !strings.Contains(errOut, "administratively prohibited") {
		t.Errorf("ssh wrote %q, want administratively prohibited", errOut)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

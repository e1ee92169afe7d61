package sim_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
)

func TestSession_commands(t *testing.T) {
	c := newWorld(t, sim.Limits{}).mustLogin(t)
	tests := []struct {
		command, stdin, out, errOut string
		status                      int
	}{
		{command: "hostname", out: "ip-172-26-10-39\n"},
		{command: "sudo cat /var/lib/cloud/instance/user-data.txt", out: "#!/bin/sh\necho hello\n"},
		{command: "exit 7", status: 7},
		{command: "echo out; foo", out: "out\n", errOut: "bash: foo: command not found\n", status: 127},
		{command: "bash -s", stdin: "whoami\nexit 3\n", out: "admin\n", status: 3},
		{command: "cat", stdin: "no line end", out: "no line end"},
		{command: "cat", stdin: strings.Repeat("long ", 100_000), out: strings.Repeat("long ", 100_000)},
		{command: "true", stdin: strings.Repeat("not read ", 10_000)},
	}
	for _, test := range tests {
		t.Run(test.command, func(t *testing.T) {
			out, errOut, status := run(t, c, test.command, strings.NewReader(test.stdin))
			if out != test.out || errOut != test.errOut || status != test.status {
				t.Errorf("got %.100q, %q, status %d; want %.100q, %q, %d", out, errOut, status, test.out, test.errOut, test.status)
			}
		})
	}
}

func TestSession_shellWithoutTerminal(t *testing.T) {
	session, err := newWorld(t, sim.Limits{}).mustLogin(t).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	session.Stdin, session.Stdout = strings.NewReader("hostname\nfalse\n"), &out
	if err := session.Shell(); err != nil {
		t.Fatal(err)
	}
	var exit *ssh.ExitError
	if err := session.Wait(); !errors.As(err, &exit) || exit.ExitStatus() != 1 {
		t.Errorf("the shell ended with %v, want status 1", err)
	}
	if out.String() != "ip-172-26-10-39\n" {
		t.Errorf("the shell wrote %q, want ip-172-26-10-39", out.String())
	}
}

func TestSession_execOnATerminal(t *testing.T) {
	session, err := newWorld(t, sim.Limits{}).mustLogin(t).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.RequestPty("xterm", 24, 80, nil); err != nil {
		t.Fatal(err)
	}
	if out, err := session.Output("echo a; pwd"); err != nil || string(out) != "a\r\n/home/admin\r\n" {
		t.Errorf("the command wrote %q, %v; want the lines of a terminal", out, err)
	}
}

func TestConnection_refusesChannels(t *testing.T) {
	c := newWorld(t, sim.Limits{}).mustLogin(t)
	tests := map[string]ssh.RejectionReason{
		"direct-tcpip":                   ssh.Prohibited,
		"direct-streamlocal@openssh.com": ssh.Prohibited,
		"x11":                            ssh.Prohibited,
		"auth-agent@openssh.com":         ssh.Prohibited,
		"tun@openssh.com":                ssh.Prohibited,
		"forwarded-tcpip":                ssh.UnknownChannelType,
		"":                               ssh.UnknownChannelType,
	}
	for kind, want := range tests {
		t.Run(kind, func(t *testing.T) {
			_, _, err := c.OpenChannel(kind, ssh.Marshal(struct {
				Host       string
				Port       uint32
				Origin     string
				OriginPort uint32
			}{"127.0.0.1", 22, "127.0.0.1", 1}))
			var refused *ssh.OpenChannelError
			if !errors.As(err, &refused) || refused.Reason != want {
				t.Errorf("OpenChannel returned %v, want %v", err, want)
			}
		})
	}
	if out, _, _ := run(t, c, "whoami", nil); out != "admin\n" {
		t.Errorf("afterwards whoami shows %q, want admin", out)
	}
}

func TestConnection_refusesRequests(t *testing.T) {
	c := newWorld(t, sim.Limits{}).mustLogin(t)
	for _, name := range []string{"tcpip-forward", "cancel-tcpip-forward", "streamlocal-forward@openssh.com", "keepalive@openssh.com", "no-such-request"} {
		if ok, _, err := c.SendRequest(name, true, nil); ok || err != nil {
			t.Errorf("the global request %s returned %v, %v; want it refused", name, ok, err)
		}
	}
	text := ssh.Marshal(struct{ Name, Value string }{"LANG", "C"})
	for name, payload := range map[string][]byte{
		"subsystem": ssh.Marshal(struct{ Name string }{"sftp"}), "x11-req": nil, "auth-agent-req@openssh.com": nil, "env": text,
		"window-change": nil, "signal": ssh.Marshal(struct{ Name string }{"TERM"}), "break": nil, "exec": {1, 2, 3}, "": nil,
	} {
		session, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := session.SendRequest(name, true, payload); ok || err != nil {
			t.Errorf("the request %q returned %v, %v; want it refused", name, ok, err)
		}
		if out, err := session.Output("whoami"); err != nil || string(out) != "admin\n" {
			t.Errorf("after the request %q whoami shows %q, %v; want admin", name, out, err)
		}
	}
}

func TestSession_runsOneCommand(t *testing.T) {
	session, err := newWorld(t, sim.Limits{}).mustLogin(t).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	input, err := session.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Start("cat"); err != nil {
		t.Fatal(err)
	}
	command := ssh.Marshal(struct{ Text string }{"whoami"})
	for _, name := range []string{"exec", "shell", "pty-req"} {
		if ok, err := session.SendRequest(name, true, command); ok || err != nil {
			t.Errorf("a second %s returned %v, %v; want it refused", name, ok, err)
		}
	}
	_ = input.Close()
	if err := session.Wait(); err != nil {
		t.Error(err)
	}
}

func TestSession_endsWithASignal(t *testing.T) {
	c := newWorld(t, sim.Limits{}).mustLogin(t)
	session, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	input, err := session.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = input.Close() }()
	if err := session.Start("cat"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(session.Signal("USR1"), session.Signal(ssh.SIGTERM)); err != nil {
		t.Fatal(err)
	}
	var exit *ssh.ExitError
	if err := session.Wait(); !errors.As(err, &exit) || exit.Signal() != "TERM" {
		t.Errorf("the session ended with %v, want the signal TERM", err)
	}
}

func TestLimits_sessionsOfAConnection(t *testing.T) {
	c := newWorld(t, sim.Limits{MaxSessions: 3}).mustLogin(t)
	var open []*ssh.Session
	for range 3 {
		session, err := c.NewSession()
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, session)
	}
	var refused *ssh.OpenChannelError
	if _, err := c.NewSession(); !errors.As(err, &refused) || refused.Reason != ssh.ResourceShortage {
		t.Errorf("a fourth session returned %v, want a shortage", err)
	}
	if err := open[0].Run("true"); err != nil {
		t.Fatal(err)
	}
	// The server learns of the end of a session after the client.
	eventually(t, func() bool {
		session, err := c.NewSession()
		return err == nil && session.Run("true") == nil
	})
}

// eventually waits for what another goroutine is about to do.
func eventually(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the condition did not hold within 10 seconds")
		}
	}
}

func TestSession_runsBesideOthers(t *testing.T) {
	c := newWorld(t, sim.Limits{}).mustLogin(t)
	slow, err := c.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	input, err := slow.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slow.Stdout = &out
	if err := slow.Start("cat"); err != nil {
		t.Fatal(err)
	}
	if out, _, _ := run(t, c, "whoami", nil); out != "admin\n" {
		t.Errorf("the second session shows %q, want admin", out)
	}
	_, _ = io.WriteString(input, "a\n")
	_ = input.Close()
	if err := slow.Wait(); err != nil || out.String() != "a\n" {
		t.Errorf("the first session shows %q, %v; want a", out.String(), err)
	}
}

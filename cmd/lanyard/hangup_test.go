//go:build unix

package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
)

// TestSSH_removesKeysAtHangUp closes the terminal of an open login, and then that of a login
// under nohup.
func TestSSH_removesKeysAtHangUp(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	serveInBackground(t, dir, "--time-scale", "instant")
	c, err := home.Connection(t.Context(), home.Database{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	client := lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(), Region: "us-east-1", BaseEndpoint: &c.Endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(c.AccessKeyID, c.SecretAccessKey, ""),
	})
	_, err = client.CreateInstances(t.Context(), &lightsail.CreateInstancesInput{
		InstanceNames: []string{"web"}, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("closed terminal", func(t *testing.T) {
		l := openLogin(t, dir, "")
		l.hangUp(t)
		_ = l.cmd.Wait() // its status is that of an interrupted program
		l.wantFiles(t, 0)
	})
	t.Run("nohup", func(t *testing.T) {
		l := openLogin(t, dir, "trap '' HUP; ")
		l.hangUp(t)
		if got := l.ask(t, "whoami"); got != "admin" {
			t.Errorf("whoami after the signal: got %q, want admin", got)
		}
		l.wantFiles(t, 1)
		if err := l.stdin.Close(); err != nil {
			t.Fatal(err)
		}
		if err := l.cmd.Wait(); err != nil {
			t.Errorf("lanyard ssh: got %v, want no error", err)
		}
		l.wantFiles(t, 0)
	})
}

// login is a running lanyard ssh with a shell that reads lines.
type login struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	temp   string
}

// openLogin starts the command and waits until its instance answers.
func openLogin(t *testing.T, dataDir, before string) *login {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(t.TempDir(), "lanyard")
	if err := os.Symlink(self, bin); err != nil {
		t.Fatal(err)
	}
	l := &login{temp: t.TempDir()}
	l.cmd = exec.CommandContext(t.Context(), "sh", "-c", before+`exec "$0" ssh web`, bin)
	l.cmd.Env = append(os.Environ(), "LANYARD_DATA_DIR="+dataDir, "TMPDIR="+l.temp, "AWS_ENDPOINT_URL=", "AWS_ENDPOINT_URL_LIGHTSAIL=")
	l.cmd.Stderr = os.Stderr
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if l.stdin, err = l.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	l.stdout = bufio.NewReader(out)
	// A signal that this process ignores, as one that nohup started does, would be ignored by
	// the command, too; one that it handles is not.
	handled := make(chan os.Signal, 1)
	signal.Notify(handled, syscall.SIGHUP)
	defer signal.Stop(handled)
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if got := l.ask(t, "whoami"); got != "admin" {
		t.Fatalf("whoami: got %q, want admin", got)
	}
	l.wantFiles(t, 1)
	return l
}

func (l *login) ask(t *testing.T, command string) string {
	t.Helper()
	if _, err := io.WriteString(l.stdin, command+"\n"); err != nil {
		t.Fatal(err)
	}
	line, err := l.stdout.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func (l *login) hangUp(t *testing.T) {
	t.Helper()
	if err := l.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

// wantFiles wants a number of directories with keys.
func (l *login) wantFiles(t *testing.T, want int) {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(l.temp, "lanyard-ssh-*"))
	if err != nil || len(left) != want {
		t.Errorf("directories with keys: got %v, %v, want %d", left, err, want)
	}
}

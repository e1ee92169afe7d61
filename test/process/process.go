// Package process runs the lanyard binary for tests: `lanyard serve` until the test is over, and its other commands
// to their end.
//
// The binary is the one that LANYARD_BIN names. LANYARD_TEST_STORE, a --store setting, puts all state elsewhere than
// in the data directories; {id} in it means a different text for each of them. The package makes no calls.
package process

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/lanyard-cloud/lanyard/test/syncbuffer"
)

// The root identity of every server: AWS's own example values.
const (
	AccountID       = "111122223333"
	AccessKeyID     = "AKIAIOSFODNN7EXAMPLE"
	SecretAccessKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

// patience is how long a process may take to start or to end; it only keeps a test from hanging.
const patience = 30 * time.Second

// Main runs a package's tests, with a binary built for them where LANYARD_BIN names none, and returns the exit code.
// It belongs into TestMain.
func Main(m *testing.M) int {
	remove, err := provideBinary()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer remove()
	return m.Run()
}

// provideBinary sets LANYARD_BIN if it is not set.
func provideBinary() (remove func(), err error) {
	if os.Getenv("LANYARD_BIN") != "" {
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "lanyard")
	if err != nil {
		return nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) }
	bin := filepath.Join(dir, "lanyard")
	// Without a stamp from git, which may not trust the repository.
	build := exec.Command("go", "build", "-buildvcs=false", "-o", bin, "github.com/lanyard-cloud/lanyard/cmd/lanyard")
	if out, err := build.CombinedOutput(); err != nil {
		remove()
		return nil, fmt.Errorf("build lanyard: %w\n%s", err, out)
	}
	return remove, os.Setenv("LANYARD_BIN", bin)
}

// Binary is the path of the binary under test.
func Binary(t testing.TB) string {
	t.Helper()
	bin := os.Getenv("LANYARD_BIN")
	if bin == "" {
		t.Fatal("LANYARD_BIN names no binary, and the package's TestMain does not call process.Main")
	}
	return bin
}

// Environ is this process's environment without any setting of AWS clients, of Lanyard and of web proxies: what is
// left names nothing outside of the tests.
func Environ() []string {
	var kept []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(strings.ToUpper(v), "=")
		if !strings.HasPrefix(name, "AWS_") && !strings.HasPrefix(name, "LANYARD_") && !strings.HasSuffix(name, "_PROXY") {
			kept = append(kept, v)
		}
	}
	return kept
}

// Settings are the LANYARD_* variables for a data directory and the store that belongs to it.
func Settings(dataDir string) []string {
	settings := []string{"LANYARD_DATA_DIR=" + dataDir}
	if store := os.Getenv("LANYARD_TEST_STORE"); store != "" {
		sum := sha256.Sum256([]byte(dataDir))
		id := "t" + hex.EncodeToString(sum[:12])
		if strings.HasPrefix(store, "postgres://") {
			createDatabase(strings.ReplaceAll(store, "{id}", "postgres"), id)
		}
		settings = append(settings, "LANYARD_STORE="+strings.ReplaceAll(store, "{id}", id))
	}
	return settings
}

// createDatabase makes a PostgreSQL database unless there is one of the name. A
// failure shows when the server cannot open it.
func createDatabase(dsn, name string) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return
	}
	_, _ = db.Exec("CREATE DATABASE " + name)
	_ = db.Close()
}

// Ended is a process that came to its end.
type Ended struct {
	Stdout, Stderr string
	Code           int
}

// Run runs a command of lanyard to its end.
func Run(t testing.TB, dataDir string, args ...string) Ended {
	t.Helper()
	var stdout, stderr syncbuffer.Buffer
	cmd := command(t, dataDir, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return Ended{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

func command(t testing.TB, dataDir string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), Binary(t), args...)
	cmd.Env = append(append(Environ(), Settings(dataDir)...),
		"LANYARD_ACCOUNT_ID="+AccountID, "LANYARD_ACCESS_KEY_ID="+AccessKeyID, "LANYARD_SECRET_ACCESS_KEY="+SecretAccessKey)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	return cmd
}

// Server is a running `lanyard serve`.
type Server struct {
	// Endpoint is the server's own URL.
	Endpoint string
	DataDir  string
	// Stdout and Stderr are what it wrote so far.
	Stdout, Stderr syncbuffer.Buffer

	cmd   *exec.Cmd
	ended chan struct{}
}

var servedAt = regexp.MustCompile(`(?m) served at (https?://\S+)$`)

// Start starts a server on a free port of the loopback and waits until it serves. It ends with the test, which
// fails unless it ends well.
func Start(t testing.TB, dataDir string, args ...string) *Server {
	t.Helper()
	s := Launch(t, dataDir, args...)
	s.awaitEndpoint(t)
	return s
}

// Launch is Start without the wait: the server has no Endpoint yet.
func Launch(t testing.TB, dataDir string, args ...string) *Server {
	t.Helper()
	s := &Server{DataDir: dataDir, ended: make(chan struct{})}
	s.cmd = command(t, dataDir, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...)
	s.cmd.Stdout, s.cmd.Stderr = &s.Stdout, &s.Stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.cmd.Wait() // the exit code says more
		close(s.ended)
	}()
	t.Cleanup(func() {
		if s.running() {
			s.Stop(t)
		}
	})
	return s
}

func (s *Server) awaitEndpoint(t testing.TB) {
	t.Helper()
	late := time.After(patience)
	for {
		if m := servedAt.FindStringSubmatch(s.Stdout.String()); m != nil {
			s.Endpoint = m[1]
			return
		}
		select {
		case <-s.ended:
			t.Fatalf("lanyard serve ended with code %d:\n%s", s.cmd.ProcessState.ExitCode(), s.Stderr.String())
		case <-late:
			t.Fatalf("lanyard serve does not serve:\n%s", s.Stderr.String())
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func (s *Server) running() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// Signal sends a signal to the server.
func (s *Server) Signal(t testing.TB, sig os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Error(err)
	}
}

// Wait waits for the server's end and returns the exit code, -1 if a signal ended it.
func (s *Server) Wait(t testing.TB) int {
	t.Helper()
	select {
	case <-s.ended:
	case <-time.After(patience):
		_ = s.cmd.Process.Kill()
		<-s.ended
		t.Errorf("lanyard serve did not end by itself:\n%s", s.Stderr.String())
	}
	return s.cmd.ProcessState.ExitCode()
}

// Stop ends the server as an operator does; the test fails unless that goes well.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	s.Signal(t, syscall.SIGTERM)
	if code := s.Wait(t); code != 0 {
		t.Errorf("lanyard serve ended with code %d:\n%s", code, s.Stderr.String())
	}
}

// Kill ends the server at once, as a crash does.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	s.Signal(t, os.Kill)
	s.Wait(t)
}

// PeakMemory returns the most memory that the server's process has used, in bytes.
func (s *Server) PeakMemory(t testing.TB) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int
	if _, err := fmt.Sscan(after, &kilobytes); err != nil {
		t.Fatalf("the peak of the server's memory: %v in %s", err, status)
	}
	return kilobytes << 10
}

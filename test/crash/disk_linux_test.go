//go:build crash

package crash

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// TestDiskFull fills the disk below a server again and again. Writes fail with ServiceException meanwhile and reads
// succeed. With space, everything continues without a restart.
func TestDiskFull(t *testing.T) {
	dir := mountTmpfs(t, "32m")
	l := newLedger()
	server := startSQLite(t, dir)
	found, lost := 0, 0
	for round := range 8 {
		ballast := fillUp(t, dir, rand.Int64N(512<<10))
		stored, refused := writeUntilRefused(t, server, l, fmt.Sprintf("full%02d", round))
		if refused == 0 {
			t.Fatal("no write was refused")
		}
		wantReads(t, server)
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		wantWrites(t, server, l, fmt.Sprintf("free%02d", round))
		f, n := l.verify(t, connect(server, 3))
		found, lost = found+f, lost+n
		t.Logf("round %d: %d writes were acknowledged and %d refused", round, stored, refused)
		if t.Failed() {
			t.Fatalf("after round %d:\n%s", round, tail(server))
		}
	}
	t.Logf("of the refused writes %d had happened", found)
	wantLogged(t, server, "database or disk is full")
	server.Stop(t)
	wantSound(t, dir)
	server = startSQLite(t, dir)
	l.verify(t, connect(server, 3))
}

// TestDiskFull_atTheEnd stops a server whose disk is full, and starts it again when there is space.
func TestDiskFull_atTheEnd(t *testing.T) {
	dir := mountTmpfs(t, "16m")
	l := newLedger()
	server := startSQLite(t, dir)
	wantWrites(t, server, l, "before")
	ballast := fillUp(t, dir, 0)
	if _, refused := writeUntilRefused(t, server, l, "full"); refused == 0 {
		t.Error("no write was refused")
	}
	server.Stop(t)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	server = startSQLite(t, dir)
	l.verify(t, connect(server, 3))
	wantWrites(t, server, l, "after")
	server.Stop(t)
	wantSound(t, dir)
}

// TestReadOnlyFileSystem lets the file system turn read-only below a server, as ext4 does by itself when its disk
// fails. What was acknowledged is there after the disk was mounted anew.
func TestReadOnlyFileSystem(t *testing.T) {
	image := filepath.Join(t.TempDir(), "image")
	disk := filepath.Join(t.TempDir(), "disk")
	if err := errors.Join(os.WriteFile(image, nil, 0o600), os.Truncate(image, 64<<20), os.Mkdir(disk, 0o700)); err != nil {
		t.Fatal(err)
	}
	tool(t, "mkfs.ext4", "-q", image)
	tool(t, "mount", "-o", "loop", image, disk)
	t.Cleanup(func() { _ = syscall.Unmount(disk, syscall.MNT_DETACH) })
	dir := filepath.Join(disk, "data")
	l := newLedger()
	server := startSQLite(t, dir)
	wantWrites(t, server, l, "before")

	tool(t, "mount", "-o", "remount,abort", disk)
	if stored, refused := writeUntilRefused(t, server, l, "aborted"); stored != 0 || refused == 0 {
		t.Errorf("%d writes were acknowledged on a read-only disk, %d refused", stored, refused)
	}
	wantReads(t, server)
	wantLogged(t, server, "disk I/O error")
	server.Stop(t)

	if err := syscall.Unmount(disk, 0); err != nil {
		t.Fatal(err)
	}
	tool(t, "mount", "-o", "loop", image, disk)
	server = startSQLite(t, dir)
	l.verify(t, connect(server, 3))
	wantWrites(t, server, l, "after")
	server.Stop(t)
	wantSound(t, dir)
}

// TestPermissionLost takes a server's right to its files away and gives it back. Linux lets a process keep what it has
// open, so a server which has served continues; one that has not opened all of its connections refuses with
// ServiceException until it can.
func TestPermissionLost(t *testing.T) {
	runAsNobody(t)
	for _, tc := range []struct {
		name   string
		served bool
	}{{"before the first call", false}, {"after some calls", true}} {
		t.Run(tc.name, func(t *testing.T) {
			dir := dirForNobody(t)
			l := newLedger()
			server := startSQLite(t, dir)
			if tc.served {
				wantWrites(t, server, l, "before")
			}
			if err := chmodAll(dir, 0); err != nil {
				t.Fatal(err)
			}
			refused := readAndWriteAtOnce(t, server, l)
			t.Logf("%d calls were refused", refused)
			if refused == 0 && !tc.served {
				t.Error("connections were opened without the right to")
			}
			if err := chmodAll(dir, 0o600); err != nil {
				t.Fatal(err)
			}
			wantWrites(t, server, l, "after")
			wantReads(t, server)
			l.verify(t, connect(server, 3))
			server.Stop(t)
			if refused > 0 {
				wantLogged(t, server, "unable to open database file")
			}
			wantSound(t, dir)
		})
	}
}

// wantLogged: the server's log tells its operator why it refused.
func wantLogged(t *testing.T, server *process.Server, cause string) {
	t.Helper()
	for line := range strings.Lines(server.Stderr.String()) {
		if strings.Contains(line, "level=ERROR") && strings.Contains(line, cause) {
			return
		}
	}
	t.Errorf("no error in the log says %q", cause)
}

// startSQLite starts a server on an SQLite store, whatever the other tests run on.
func startSQLite(t *testing.T, dir string) *process.Server {
	t.Helper()
	return process.Start(t, dir, "--key-pool", "0", "--page-size", "200", "--store", "sqlite:"+filepath.Join(dir, "lanyard.db"))
}

// mountTmpfs mounts a file system of a size on a new directory.
func mountTmpfs(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("lanyard-test", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Fatalf("mount a small file system: %v: this test needs root, and a sandbox that lets root mount", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func tool(t *testing.T, name string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil { // root's PATH may be a user's, as after su
		name = filepath.Join("/usr/sbin", name)
	}
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v: this test needs root, e2fsprogs and loop devices\n%s", name, args, err, out)
	}
}

// fillUp writes a file that leaves so many bytes free on a disk.
func fillUp(t *testing.T, dir string, free int64) (path string) {
	t.Helper()
	path = filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	size, err := io.Copy(f, endless{})
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("fill the disk: %v", err)
	}
	if err := errors.Join(f.Truncate(max(0, size-free)), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// enough is how many refusals in a row make a client stop.
const enough = 5

// writeUntilRefused lets the clients write until each was refused again and again, and returns how many writes were
// acknowledged and how many refused. Each refusal must be a ServiceException.
func writeUntilRefused(t *testing.T, server *process.Server, l *ledger, prefix string) (stored, refused int64) {
	t.Helper()
	var acknowledged, count atomic.Int64
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			w := &writer{t: t, c: connect(server, 1), l: l, acknowledged: func() { acknowledged.Add(1) }}
			for n, row := 0, 0; row < enough; n++ {
				if err := w.importAndTag(fmt.Sprintf("%s-client%d-%05d", prefix, i, n)); err != nil {
					wantServiceException(t, err)
					count.Add(1)
					row++
					continue
				}
				row = 0
			}
		})
	}
	wg.Wait()
	return acknowledged.Load(), count.Load()
}

// wantWrites wants that writes of all clients are acknowledged.
func wantWrites(t *testing.T, server *process.Server, l *ledger, prefix string) {
	t.Helper()
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			w := &writer{t: t, c: connect(server, 1), l: l, acknowledged: func() {}}
			for n := range 3 {
				name := fmt.Sprintf("%s-client%d-%d", prefix, i, n)
				if err := errors.Join(w.importAndTag(name), w.delete(name)); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
	wg.Wait()
}

// wantReads wants that reads are answered, and that the server says it is ready.
func wantReads(t *testing.T, server *process.Server) {
	t.Helper()
	if _, err := connect(server, 1).GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{}); err != nil {
		t.Errorf("a read was refused: %v", err)
	}
	if ended := process.Run(t, server.DataDir, "healthcheck", "--url", server.Endpoint); ended.Code != 0 {
		t.Errorf("not ready: %s", ended.Stderr)
	}
}

// readAndWriteAtOnce makes more calls at a time than the server has connections to its store, and returns how many
// were refused.
func readAndWriteAtOnce(t *testing.T, server *process.Server, l *ledger) int64 {
	t.Helper()
	var refused atomic.Int64
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			c := connect(server, 1)
			w := &writer{t: t, c: c, l: l, acknowledged: func() {}}
			for n := range 10 {
				_, err := c.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
				for _, err := range []error{err, w.importAndTag(fmt.Sprintf("lost-client%02d-%d", i, n))} {
					if err != nil {
						wantServiceException(t, err)
						refused.Add(1)
					}
				}
			}
		})
	}
	wg.Wait()
	return refused.Load()
}

func wantServiceException(t *testing.T, err error) {
	t.Helper()
	exception, ok := errors.AsType[*types.ServiceException](err)
	answer, is := errors.AsType[*awshttp.ResponseError](err)
	if !ok || !is || answer.HTTPStatusCode() != http.StatusInternalServerError || *exception.Code != "InternalError" {
		t.Errorf("refused with %v, want ServiceException and status 500", err)
	}
}

// wantSound lets SQLite check a stopped server's database.
func wantSound(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "lanyard.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var verdict string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity check: %s, %v", verdict, err)
	}
}

const nobody = 65534

// runAsNobody makes the test's servers run without the rights of root, which no mode keeps out.
func runAsNobody(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	binary, err := os.ReadFile(process.Binary(t))
	if err != nil {
		t.Fatal(err)
	}
	binaryPath, wrapper := filepath.Join(dir, "lanyard-real"), filepath.Join(dir, "lanyard")
	script := fmt.Sprintf("#!/bin/sh\nexec setpriv --reuid=%d --regid=%d --clear-groups %s \"$@\"\n", nobody, nobody, binaryPath)
	err = errors.Join(
		os.WriteFile(binaryPath, binary, 0o755), os.WriteFile(wrapper, []byte(script), 0o755),
		os.Chmod(dir, 0o755), os.Chmod(filepath.Dir(dir), 0o755))
	if err != nil {
		t.Fatal(err)
	}
	tool(t, wrapper, "version")
	t.Setenv("LANYARD_BIN", wrapper)
}

// dirForNobody makes a directory that the user nobody owns and can reach.
func dirForNobody(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for path := dir; path != os.TempDir() && path != "/"; path = filepath.Dir(path) {
		if err := errors.Join(os.Chmod(path, 0o755), os.Chown(path, nobody, nobody)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// chmodAll changes the mode of a directory's files and of the directory itself.
func chmodAll(dir string, mode os.FileMode) error {
	if mode != 0 {
		if err := os.Chmod(dir, 0o700); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		err = errors.Join(err, os.Chmod(filepath.Join(dir, e.Name()), mode))
	}
	if mode == 0 {
		err = errors.Join(err, os.Chmod(dir, 0))
	}
	return err
}

// tail is the end of a server's log.
func tail(server *process.Server) string {
	lines := strings.Split(strings.TrimSpace(server.Stderr.String()), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

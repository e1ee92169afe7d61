package awsenv

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// holdVariable makes the test binary acquire the lock of a directory's files and hold it
// until it is killed.
const holdVariable = "LANYARD_TEST_HOLD_LOCK"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holdVariable); dir != "" {
		_, err := lock(pathsIn(dir))
		fmt.Println("locked", err)
		select {}
	}
	os.Exit(m.Run())
}

func pathsIn(dir string) Paths {
	return Paths{Config: filepath.Join(dir, "config"), Credentials: filepath.Join(dir, "credentials")}
}

// startHolder starts a process that holds the lock of a directory's files.
func startHolder(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), holdVariable+"="+dir)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "locked <nil>\n" {
		t.Fatalf("output of the process that holds the lock: got %q, %v", line, err)
	}
	return cmd
}

func TestLock_excludesOtherProcessesUntilTheyEnd(t *testing.T) {
	dir := t.TempDir()
	holder := startHolder(t, dir)
	_, err := lock(pathsIn(dir))
	if want := "another lanyard is writing the AWS config files and holds " + filepath.Join(dir, "config") + lockSuffix; err == nil ||
		!strings.HasPrefix(err.Error(), want) {
		t.Errorf("error while another process holds the lock: got %v, want %s …", err, want)
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = holder.Wait() // it was killed
	assertLocks(t, dir)
}

// TestLock_acquiresTheFileOfAnEndedProcess begins with the files that a process leaves if
// it is killed.
func TestLock_acquiresTheFileOfAnEndedProcess(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "config"+lockSuffix), "")
	writeFile(t, filepath.Join(dir, "credentials"+lockSuffix), "")
	assertLocks(t, dir)
}

// assertLocks checks that the files of a directory can be locked, and that no lock is left
// after that.
func assertLocks(t *testing.T, dir string) {
	t.Helper()
	unlock, err := lock(pathsIn(dir))
	if err != nil {
		t.Fatalf("error of lock: got %v, want none", err)
	}
	unlock()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("files after unlock: got %v, %v, want none", left, err)
	}
}

func TestLock_releasesTheFirstFileIfTheSecondIsHeld(t *testing.T) {
	dir := t.TempDir()
	second, err := acquire(pathsIn(dir).Credentials + lockSuffix)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lock(pathsIn(dir)); err == nil {
		t.Error("error of lock while the second file is held: got none")
	}
	release(second)
	assertLocks(t, dir)
}

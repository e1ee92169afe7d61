//go:build unix

package safefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func write(t *testing.T, path string, mode os.FileMode) string {
	t.Helper()
	if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	return chmod(t, path, mode)
}

func mkdir(t *testing.T, path string, mode os.FileMode) string {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	return chmod(t, path, mode)
}

func chmod(t *testing.T, path string, mode os.FileMode) string {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func link(t *testing.T, target, path string) string {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// give makes a file another user's, which only root can do. Other users see that what
// is theirs is not refused.
func give(t *testing.T, path string) (given bool) {
	t.Helper()
	if os.Geteuid() != 0 {
		return false
	}
	if err := os.Lchown(path, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	return true
}

// want wants an error that has a text, or none for "".
func want(t *testing.T, what string, err error, text string) {
	t.Helper()
	if (err != nil) != (text != "") || err != nil && !strings.Contains(err.Error(), text) {
		t.Errorf("%s: got %v, want %q", what, err, text)
	}
}

func TestReadSecret_byMode(t *testing.T) {
	dir := t.TempDir()
	for mode, text := range map[os.FileMode]string{
		0o600: "", 0o400: "", 0o700: "",
		0o604: "can be read by other users (mode 0604): run chmod", 0o644: "can be read by other users",
		0o602: "can be changed by other users (mode 0602): run chmod go-w", 0o620: "can be changed by other users", 0o666: "can be changed by other users",
	} {
		path := write(t, filepath.Join(dir, mode.String()), mode)
		got, err := ReadSecret(path)
		want(t, "ReadSecret with mode "+mode.String(), err, text)
		if err == nil && string(got) != "text" {
			t.Errorf("ReadSecret: got %q", got)
		}
		if strings.HasPrefix(text, "can be read") || mode == 0o620 && os.Getegid() == os.Geteuid() {
			text = ""
		}
		_, err = Read(path)
		want(t, "Read with mode "+mode.String(), err, text)
	}
	if _, err := ReadSecret(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: got %v", err)
	}
	_, err := ReadSecret(dir)
	want(t, "a directory", err, "is a directory")
}

// TestJudge_ofRootsFiles looks at a file that root has and all may read, as Docker's
// secrets are.
func TestJudge_ofRootsFiles(t *testing.T) {
	const readable = "/etc/passwd"
	info, err := os.Stat(readable)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", "/run/credentials/lanyard.service")
	for path, text := range map[string]string{
		readable:                               "can be read by other users (mode 0644): run chmod o-rwx",
		"/run/secrets/master-key":              "",
		"/run/credentials/lanyard.service/key": "",
		"/run/credentials/other.service/key":   "can be read by other users",
		"/run/secrets":                         "can be read by other users",
		"/run/secretsmaster-key":               "can be read by other users",
		"/tmp/run/secrets/key":                 "can be read by other users",
	} {
		want(t, "a secret at "+path, judge(path, path, info, true), text)
	}
	t.Setenv("CREDENTIALS_DIRECTORY", "/etc")
	want(t, "an ordinary directory taken for one of credentials", judge(readable, readable, info, true), "can be read by other users")
	want(t, "no secret", judge(readable, readable, info, false), "")
}

func TestReadSecret_byOwner(t *testing.T) {
	dir := t.TempDir()
	theirs := write(t, filepath.Join(dir, "theirs"), 0o600)
	text := ""
	if give(t, theirs) {
		text = "belongs to the user 12345, not to the user 0 that runs lanyard"
	}
	_, err := ReadSecret(theirs)
	want(t, "another user's file", err, text)

	ours := write(t, filepath.Join(dir, "ours"), 0o600)
	through := link(t, ours, filepath.Join(dir, "link"))
	if give(t, through) {
		text = "the symbolic link " + through + " belongs to the user 12345"
	}
	_, err = ReadSecret(through)
	want(t, "another user's link", err, text)
}

// TestReadSecret_throughLinks reads a secret as Kubernetes mounts it, and where others
// can turn a link or a directory.
func TestReadSecret_throughLinks(t *testing.T) {
	dir := t.TempDir()
	mount := mkdir(t, filepath.Join(dir, "mount"), 0o777|os.ModeSticky)
	version := mkdir(t, filepath.Join(mount, "..2030_01_31"), 0o755)
	write(t, filepath.Join(version, "key"), 0o400)
	link(t, "..2030_01_31", filepath.Join(mount, "..data"))
	key := link(t, "..data/key", filepath.Join(mount, "key"))
	_, err := ReadSecret(key)
	want(t, "a secret of Kubernetes", err, "")
	want(t, "the path", Path(key), "")

	chmod(t, mount, 0o777)
	_, err = ReadSecret(key)
	want(t, "in a directory that all can write in", err, "all users can replace what is in "+mount+" (mode 0777): run chmod o-w")
	link(t, key, filepath.Join(dir, "link"))
	_, err = ReadSecret(filepath.Join(dir, "link"))
	want(t, "through a link into it", err, "all users can replace what is in "+mount)

	_, err = ReadSecret(link(t, "loop", filepath.Join(dir, "loop")))
	want(t, "a loop", err, "too many symbolic links")
}

// TestReadSecret_fromPipes reads as the process substitution of shells has it.
func TestReadSecret_fromPipes(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if _, err := w.WriteString("text"); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	for _, path := range []string{filepath.Join("/dev/fd", fd(r))} {
		if got, err := ReadSecret(path); err != nil || string(got) != "text" {
			t.Errorf("%s: got %q, %v", path, got, err)
		}
	}
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	written := make(chan error, 1)
	go func() { written <- os.WriteFile(fifo, []byte("text"), 0o600) }()
	if got, err := ReadSecret(fifo); err != nil || string(got) != "text" {
		t.Errorf("a named pipe: got %q, %v", got, err)
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
}

func fd(f *os.File) string {
	digits := ""
	for n := f.Fd(); n > 0; n /= 10 {
		digits = string(rune('0'+n%10)) + digits
	}
	return digits
}

func TestDirectory(t *testing.T) {
	above := t.TempDir()
	for mode, text := range map[os.FileMode]string{
		0o700: "", 0o755: "", 0o750: "",
		0o702: "other users can write in ", 0o777: "(mode 0777): run chmod go-w on it",
		0o777 | os.ModeSticky: "other users can write in ",
	} {
		want(t, "mode "+mode.String(), Directory(mkdir(t, filepath.Join(above, mode.String()), mode)), text)
	}
	group := mkdir(t, filepath.Join(above, "group"), 0o775)
	if os.Geteuid() == os.Getegid() {
		want(t, "the umask 002", Directory(group), "")
	}
	if os.Geteuid() == 0 {
		if err := os.Lchown(group, 0, 12345); err != nil {
			t.Fatal(err)
		}
		want(t, "another group's", Directory(group), "other users can write in ")
	}
	dir := mkdir(t, filepath.Join(above, "theirs"), 0o700)
	text := ""
	if give(t, dir) {
		text = "belongs to the user 12345"
	}
	want(t, "another user's", Directory(dir), text)
	if mayOwn(12345) {
		text = ""
	}
	want(t, "a directory in it", Directory(mkdir(t, filepath.Join(dir, "ours"), 0o700)), text)
	want(t, "a file", Directory(write(t, filepath.Join(above, "file"), 0o600)), "is not a directory")
	ours := mkdir(t, filepath.Join(above, "ours"), 0o700)
	want(t, "our own link", Directory(link(t, ours, filepath.Join(above, "link"))), "")
}

func TestRegular(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(dir, "file"), 0o600)
	want(t, "a file", Regular(file), "")
	want(t, "nothing", Regular(filepath.Join(dir, "none")), "")
	want(t, "a link", Regular(link(t, file, filepath.Join(dir, "link"))), "is not a regular file: remove it")
	want(t, "a link to nothing", Regular(link(t, "nowhere", filepath.Join(dir, "dangling"))), "is not a regular file: remove it")
	want(t, "a directory", Regular(dir), "is not a regular file")
}

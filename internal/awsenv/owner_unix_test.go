//go:build unix

package awsenv

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestReplace_keepsTheOwner gives the file to another user if it runs as root. Other users
// cannot do that, and check that the file stays theirs.
func TestReplace_keepsTheOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "credentials")
	writeFile(t, path, "old")
	want := os.Getuid()
	if want == 0 {
		want = 12345
		if err := os.Chown(path, want, want); err != nil {
			t.Fatal(err)
		}
	}
	if err := replace(editOf(t, path, "new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(stat.Uid) != want {
		t.Errorf("owner = %+v, want %d", stat, want)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "new" {
		t.Errorf("text of the file: got %q (%v), want new", text, err)
	}
}

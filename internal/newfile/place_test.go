//go:build unix

package newfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/newfile"
)

// TestWrite_refusesDirectoriesInWhichAllCanReplaceFiles: another user could make the
// unfinished file a link.
func TestWrite_refusesDirectoriesInWhichAllCanReplaceFiles(t *testing.T) {
	for mode, want := range map[os.FileMode]string{0o777: "all users can replace what is in ", 0o777 | os.ModeSticky: "", 0o755: ""} {
		dir := t.TempDir()
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		err := newfile.Write(filepath.Join(dir, "copy"), func(*os.File) error { return nil })
		if (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("error in a directory of mode %v: got %v, want %q", mode, err, want)
		}
	}
}

// TestReplace_followsNoLink leaves what the link leads to as it is.
func TestReplace_followsNoLink(t *testing.T) {
	dir := t.TempDir()
	target, path := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("untouched"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
	if err := newfile.Replace(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{target: "untouched", path: "new"} {
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v, want %q", filepath.Base(file), got, err, want)
		}
	}
}

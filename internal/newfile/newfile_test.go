package newfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/newfile"
)

func text(s string) func(*os.File) error {
	return func(f *os.File) error {
		_, err := f.WriteString(s)
		return err
	}
}

// wantFiles wants files with their texts, and no other in the directory.
func wantFiles(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if text, ok := want[e.Name()]; err != nil || !ok || string(got) != text {
			t.Errorf("%s holds %q, %v", e.Name(), got, err)
		}
	}
	if len(entries) != len(want) {
		t.Errorf("%d files, want %d", len(entries), len(want))
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := newfile.Write(path, text("one")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	if err := newfile.Write(path, text("two")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second file of that name: %v, want fs.ErrExist", err)
	}
	wantFiles(t, dir, map[string]string{"a": "one"})
}

func TestNothingIsLeftOfAFailure(t *testing.T) {
	dir := t.TempDir()
	boom := errors.New("boom")
	err := newfile.Write(filepath.Join(dir, "a"), func(f *os.File) error { return errors.Join(text("half")(f), boom) })
	if !errors.Is(err, boom) {
		t.Errorf("Write = %v, want its function's error", err)
	}
	wantFiles(t, dir, map[string]string{})
}

func TestAFileThatAppearsMeanwhileStays(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	err := newfile.Write(path, func(f *os.File) error {
		return errors.Join(text("ours")(f), os.WriteFile(path, []byte("theirs"), 0o600))
	})
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("Write = %v, want fs.ErrExist", err)
	}
	wantFiles(t, dir, map[string]string{"a": "theirs"})
}

func TestNoDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	err := newfile.Write(filepath.Join(dir, "a"), text(""))
	if want := "create a file in the directory " + dir + ": "; !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("Write = %v, want fs.ErrNotExist behind %q", err, want)
	}
}

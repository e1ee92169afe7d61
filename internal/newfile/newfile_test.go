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

// wantFiles checks that a directory has these files with these texts, and no others.
func wantFiles(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if text, ok := want[e.Name()]; err != nil || !ok || string(got) != text {
			t.Errorf("text of %s: got %q, %v, want %q", e.Name(), got, err, text)
		}
	}
	if len(entries) != len(want) {
		t.Errorf("files in the directory: got %d, want %d", len(entries), len(want))
	}
}

func TestWrite_createsOnce(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := newfile.Write(path, text("one")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the file: got %v, %v, want 0600", info.Mode(), err)
	}
	if err := newfile.Write(path, text("two")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error of a second file of that name: got %v, want fs.ErrExist", err)
	}
	wantFiles(t, dir, map[string]string{"a": "one"})
}

func TestWrite_leavesNothingAfterAnError(t *testing.T) {
	dir := t.TempDir()
	boom := errors.New("boom")
	err := newfile.Write(filepath.Join(dir, "a"), func(f *os.File) error { return errors.Join(text("half")(f), boom) })
	if !errors.Is(err, boom) {
		t.Errorf("error of Write: got %v, want its function's", err)
	}
	wantFiles(t, dir, map[string]string{})
}

func TestWrite_keepsAFileThatAppearsMeanwhile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	err := newfile.Write(path, func(f *os.File) error {
		return errors.Join(text("ours")(f), os.WriteFile(path, []byte("theirs"), 0o600))
	})
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("error of Write: got %v, want fs.ErrExist", err)
	}
	wantFiles(t, dir, map[string]string{"a": "theirs"})
}

func TestWrite_namesTheMissingDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	err := newfile.Write(filepath.Join(dir, "a"), text(""))
	if want := "create a file in the directory " + dir + ": "; !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error of Write: got %v, want fs.ErrNotExist after %q", err, want)
	}
}

func TestReplace_replaces(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"one", "two"} {
		if err := newfile.Replace(filepath.Join(dir, "a"), []byte(text)); err != nil {
			t.Fatal(err)
		}
		wantFiles(t, dir, map[string]string{"a": text})
	}
}

func TestStage_hasNoNameUntilReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	for _, discarded := range []bool{true, false} {
		s, err := newfile.Stage(path, 0o640, text("one"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the staged file's name: got %v, want fs.ErrNotExist", err)
		}
		if !discarded {
			if err := s.Replace(); err != nil {
				t.Fatal(err)
			}
		}
		s.Discard()
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode of the file: got %v, %v, want 0640", info.Mode(), err)
	}
	wantFiles(t, dir, map[string]string{"a": "one"})
}

package awsenv

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func editOf(t *testing.T, path, next string) edit {
	t.Helper()
	f, err := readFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return edit{file: f, next: next, mode: 0o600}
}

// The second file becomes a directory after both were read. The first must be as it was,
// and no other file may be left.
func TestReplace_restoresTheFirstFile(t *testing.T) {
	for name, tc := range map[string]struct {
		first string // its text, empty for a new file
		mode  os.FileMode
	}{
		"existing file": {"old", 0o644},
		"new file":      {"", 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
			if tc.first != "" {
				writeFile(t, a, tc.first)
				if err := os.Chmod(a, tc.mode); err != nil {
					t.Fatal(err)
				}
			}
			first, second := editOf(t, a, "new"), editOf(t, b, "new")
			if err := os.Mkdir(b, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := replace(first, second); err == nil || !strings.Contains(err.Error(), "b is not a regular file") {
				t.Fatalf("error of replace: got %v, want b is not a regular file", err)
			}
			text, err := os.ReadFile(a)
			if string(text) != tc.first || (err == nil) != (tc.first != "") {
				t.Errorf("text of the first file: got %q (%v), want %q", text, err, tc.first)
			}
			if info, err := os.Stat(a); err == nil && info.Mode().Perm() != tc.mode {
				t.Errorf("mode of the first file: got %04o, want %04o", info.Mode().Perm(), tc.mode)
			}
			leftovers, err := filepath.Glob(filepath.Join(dir, ".*"))
			if err != nil || len(leftovers) != 0 {
				t.Errorf("temporary files: got %q (%v), want none", leftovers, err)
			}
		})
	}
}

// Programs that do not use the lock are noticed by what they wrote.
func TestReplace_noticesOtherWriters(t *testing.T) {
	for name, interfere := range map[string]func(t *testing.T, path string){
		"changed": func(t *testing.T, path string) { writeFile(t, path, "theirs") },
		"removed": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config")
			writeFile(t, path, "old")
			e := editOf(t, path, "new")
			interfere(t, path)
			before, _ := os.ReadFile(path)
			err := replace(e)
			if want := path + " was changed by another program just now: run the command again"; err == nil || err.Error() != want {
				t.Errorf("error of replace: got %v, want %s", err, want)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Errorf("text of the file: got %q, want %q", after, before)
			}
		})
	}
}

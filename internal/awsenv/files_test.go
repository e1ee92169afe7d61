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

// The second file turns into something that cannot be replaced after both were
// read: the first must be as it was, and nothing else be left.
func TestReplacePutsTheFirstFileBack(t *testing.T) {
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
				t.Fatalf("error = %v", err)
			}
			text, err := os.ReadFile(a)
			if string(text) != tc.first || (err == nil) != (tc.first != "") {
				t.Errorf("the first file holds %q (%v), want %q", text, err, tc.first)
			}
			if info, err := os.Stat(a); err == nil && info.Mode().Perm() != tc.mode {
				t.Errorf("mode = %04o, want %04o", info.Mode().Perm(), tc.mode)
			}
			leftovers, err := filepath.Glob(filepath.Join(dir, ".*"))
			if err != nil || len(leftovers) != 0 {
				t.Errorf("left behind: %q (%v)", leftovers, err)
			}
		})
	}
}

// Programs that know nothing of the lock are noticed by what they wrote.
func TestReplaceNoticesOtherWriters(t *testing.T) {
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
				t.Errorf("error = %v, want %s", err, want)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Errorf("text = %q, want %q", after, before)
			}
		})
	}
}

func TestLockExcludesAndNamesTheRemedy(t *testing.T) {
	dir := t.TempDir()
	paths := Paths{Config: filepath.Join(dir, "config"), Credentials: filepath.Join(dir, "credentials")}
	unlock, err := lock(paths)
	if err != nil {
		t.Fatal(err)
	}
	acquired := make(chan error)
	go func() {
		second, err := lock(paths)
		if err == nil {
			second()
		}
		acquired <- err
	}()
	unlock()
	if err := <-acquired; err != nil {
		t.Fatal(err)
	}

	// A Lanyard that was killed leaves its lock. Which of the two it is, makes no difference.
	stale := paths.Credentials + lockSuffix
	writeFile(t, stale, "")
	_, err = lock(paths)
	if want := "another lanyard is writing the AWS config files; if none is, remove " + stale; err == nil || err.Error() != want {
		t.Errorf("error = %v, want %s", err, want)
	}
	if _, err := os.Stat(paths.Config + lockSuffix); !os.IsNotExist(err) {
		t.Errorf("the first lock was kept (%v)", err)
	}
}

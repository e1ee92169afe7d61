// Package safefile finds out whether other users could read or change a file, before the
// file is trusted.
//
// A file is safe if its owner is the caller or root, if no other user may change it or
// put another one in its place, and, for a secret, if no other user may read it. It
// looks at owners and modes. On systems that have neither, everything is safe.
//
// It changes no file.
//
// Other rules apply to the directories of a container, and to those of the user who called
// sudo: see trust.go.
package safefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxLinks bounds the symbolic links on the way to a file, as Linux does.
const maxLinks = 40

// maxSize is how many bytes of a file are read.
const maxSize = 4 << 20

// Directory returns an error if another user may make or replace files in a directory:
// its owner has to be the caller or root, and neither others nor its group, unless that is
// its owner's alone, may write there. A sticky bit does not help, since any user can still make new files. The
// directories above have to be safe as those of Path.
func Directory(path string) error {
	resolved, err := resolve(path)
	if err != nil {
		return err
	}
	info, err := os.Lstat(resolved)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory", path)
	}
	if allTrusted() {
		return nil
	}
	if err := ownedByUs(resolved, info); err != nil {
		return fmt.Errorf("%w%s", err, orTrust)
	}
	if mode := info.Mode().Perm(); enforced && mode&writers(info) != 0 {
		return fmt.Errorf("other users can write in %s (mode %04o): run chmod go-w on it%s", resolved, mode, orTrust)
	}
	return nil
}

// TightenEmpty makes a directory the caller's alone if it is the caller's and empty: one
// that was just made under the umask 002 is its group's, too. It leaves others as they
// are, for Directory to judge.
func TightenEmpty(path string) {
	info, err := os.Lstat(path)
	if err != nil || !enforced || !info.IsDir() || owner(info) != us() || info.Mode().Perm()&0o022 == 0 || !isEmpty(path) {
		return
	}
	if os.Chmod(path, 0o700) == nil && !isEmpty(path) { //nolint:gosec // a directory, which its owner has to enter
		_ = os.Chmod(path, info.Mode()) // another process was faster
	}
}

func isEmpty(dir string) bool {
	names, err := os.ReadDir(dir)
	return err == nil && len(names) == 0
}

// Path returns an error if another user could put another file in the place of the one
// that a path leads to, which need not exist. The owner of each directory on the way has
// to be the caller or root, and so does that of each symbolic link. A directory that all
// users may write in has to be sticky, as /tmp is. The members of a group that may write
// in a directory are trusted with it.
func Path(path string) error {
	_, err := resolve(path)
	return err
}

// Regular returns an error if there is something of a name in a safe directory that is
// not a regular file of the caller's or root's, such as a symbolic link.
func Regular(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file: remove it", path)
	}
	return ownedByUs(path, info)
}

// Read reads a file that other users may read but not change. Its owner may be
// any user that may own the directories on the way, and its owner's own group may write in
// it: a checkout under the umask 002 is like that.
func Read(path string) ([]byte, error) { return read(path, false) }

// ReadSecret reads a file that no other user may read or change. The group may read it
// if root is its owner, as it is the group's by root's choice. In a directory that a
// container's or service's manager keeps for secrets (see managed), all users may read it,
// and it may be any user's. Pipes and terminals are read, too, if the caller opened them.
func ReadSecret(path string) ([]byte, error) { return read(path, true) }

func read(path string, secret bool) ([]byte, error) {
	resolved := path
	if !isDevice(path) {
		var err error
		if resolved, err = resolve(path); err != nil {
			return nil, err
		}
	}
	f, err := os.Open(resolved) //nolint:gosec // the path is the operator's own setting
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := judge(path, resolved, info, secret); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err == nil && len(text) > maxSize {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxSize)
	}
	return text, err
}

// judge returns an error if an opened file is not safe.
func judge(path, resolved string, info fs.FileInfo, secret bool) error {
	if info.IsDir() {
		return fmt.Errorf("%s is a directory", path)
	}
	if !managed(resolved) && (secret || !mayOwn(owner(info))) {
		if err := ownedByUs(path, info); err != nil {
			return err
		}
	}
	if !enforced || !info.Mode().IsRegular() {
		return nil
	}
	mode := info.Mode().Perm()
	if mode&0o022 != 0 && (secret || mode&writers(info) != 0) {
		return fmt.Errorf("%s can be changed by other users (mode %04o): run chmod go-w on it", path, mode)
	}
	if !secret {
		return nil
	}
	readers := fs.FileMode(0o044)
	switch {
	case managed(resolved):
		readers = 0
	case owner(info) == 0:
		readers = 0o004
	}
	if mode&readers != 0 {
		return fmt.Errorf("%s can be read by other users (mode %04o): run chmod %s on it", path, mode, remedy(readers))
	}
	return nil
}

// writers are the mode bits that must not be set. The group may write if it is its owner's alone.
func writers(info fs.FileInfo) fs.FileMode {
	if hasPrivateGroup(info) {
		return 0o002
	}
	return 0o022
}

func remedy(readers fs.FileMode) string {
	if readers == 0o004 {
		return "o-rwx"
	}
	return "600"
}

func ownedByUs(path string, info fs.FileInfo) error {
	if id := owner(info); enforced && id != 0 && id != us() {
		return fmt.Errorf("%s belongs to the user %d, not to the user %d that runs lanyard or to root: "+
			"run lanyard as its owner, or give it to the user that runs lanyard", path, id, us())
	}
	return nil
}

// isDevice reports whether a path is one of the system's, such as the /dev/fd/63 of a
// shell's process substitution: its target may have no path.
func isDevice(path string) bool {
	abs, err := filepath.Abs(path)
	return err == nil && (strings.HasPrefix(abs, "/dev/") || strings.HasPrefix(abs, "/proc/"))
}

// managed reports whether a file is in a directory that its manager keeps for secrets:
// /run/secrets, in which Docker and Podman put them with mode 0444, Docker Compose with the
// owner and mode that the file has on the host, and Kubernetes can mount them; or the
// CREDENTIALS_DIRECTORY of a systemd service. Only processes in the container or
// service can reach them, and only root puts files there.
func managed(path string) bool {
	dirs := []string{"/run/secrets"}
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); strings.HasPrefix(filepath.Clean(dir), "/run/credentials/") {
		dirs = append(dirs, filepath.Clean(dir))
	}
	for _, dir := range dirs {
		if strings.HasPrefix(path, dir+"/") {
			return true
		}
	}
	return false
}

// NoPlantedLink returns an error if a symbolic link on the way to a file may be another
// user's plant: one in a sticky directory that all may write in, such as /tmp, unless it
// is the caller's, root's or the directory's owner's. Linux has the same rule when a link
// is followed (proc(5), protected_symlinks), but not when it is read.
// Other errors are for the opener to find.
func NoPlantedLink(path string) error {
	var planted error
	_, _ = walk(path, func(string) error { return nil }, func(link string, info fs.FileInfo) error {
		dir, err := os.Lstat(filepath.Dir(link))
		if err != nil || dir.Mode()&fs.ModeSticky == 0 || dir.Mode().Perm()&0o002 == 0 || owner(info) == owner(dir) {
			return err
		}
		if err := ownedByUs(link, info); err != nil {
			planted = fmt.Errorf("the symbolic link %w", err)
		}
		return planted
	})
	return planted
}

// resolve follows the symbolic links of a path, checks what is on the way, and returns
// the path without links. The last part need not exist.
func resolve(path string) (string, error) { return walk(path, checkAbove, ownedByUs) }

// walk is resolve with checks of its own, of each directory and of each link.
func walk(path string, above func(dir string) error, ofLink func(link string, info fs.FileInfo) error) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil || !enforced {
		return abs, err
	}
	at, rest := "/", strings.Split(strings.Trim(abs, "/"), "/")
	for links := 0; len(rest) > 0; {
		if err := above(at); err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		next := filepath.Join(at, rest[0])
		rest = rest[1:]
		info, err := os.Lstat(next)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return filepath.Join(append([]string{next}, rest...)...), nil // opening it says so
		case err != nil:
			return "", err
		case info.Mode()&fs.ModeSymlink == 0:
			at = next
			continue
		}
		if links++; links > maxLinks {
			return "", fmt.Errorf("%s: too many symbolic links", path)
		}
		if err := ofLink(next, info); err != nil {
			return "", fmt.Errorf("the symbolic link %w", err)
		}
		target, err := os.Readlink(next)
		if err != nil {
			return "", err
		}
		if filepath.IsAbs(target) {
			at = "/"
		}
		rest = append(strings.FieldsFunc(target, func(r rune) bool { return r == os.PathSeparator }), rest...)
	}
	return at, nil
}

// checkAbove returns an error if another user may take things out of a directory.
func checkAbove(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil || allTrusted() {
		return err
	}
	if !mayOwn(owner(info)) {
		if err := ownedByUs(dir, info); err != nil {
			return fmt.Errorf("%w%s", err, orTrust)
		}
	}
	if mode := info.Mode(); mode.Perm()&0o002 != 0 && mode&fs.ModeSticky == 0 {
		return fmt.Errorf("all users can replace what is in %s (mode %04o): run chmod o-w on it, or choose another place%s", dir, mode.Perm(), orTrust)
	}
	return nil
}

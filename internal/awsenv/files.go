package awsenv

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	newFileMode fs.FileMode = 0o600
	newDirMode  fs.FileMode = 0o700

	maxFileSize = 1 << 20
	maxLinks    = 32

	lockSuffix   = ".lanyard-lock"
	lockAttempts = 300
	lockPause    = 10 * time.Millisecond
)

// file is a config file as it was read. One that does not exist has no info and
// no text.
type file struct {
	path string
	text string
	mode fs.FileMode
	info fs.FileInfo
}

// edit is a file and what it is to become.
type edit struct {
	file
	next string
	mode fs.FileMode
	temp string // the next text on disk, beside the file
}

// resolvePaths follows symbolic links, so that a link stays one and its target is
// what changes, and makes the directories.
func resolvePaths(p Paths) (Paths, error) {
	config, err := resolve(p.Config)
	if err != nil {
		return Paths{}, err
	}
	credentials, err := resolve(p.Credentials)
	if err != nil {
		return Paths{}, err
	}
	a, errA := os.Stat(config)
	b, errB := os.Stat(credentials)
	if config == credentials || errA == nil && errB == nil && os.SameFile(a, b) {
		return Paths{}, fmt.Errorf("%s would be both the config and the credentials file: "+
			"set AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE apart", config)
	}
	return Paths{config, credentials}, nil
}

func resolve(path string) (string, error) {
	for range maxLinks {
		if err := os.MkdirAll(filepath.Dir(path), newDirMode); err != nil {
			return "", err
		}
		dir, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			return "", err
		}
		path = filepath.Join(dir, filepath.Base(path))
		info, err := os.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) || err == nil && info.Mode()&fs.ModeSymlink == 0 {
			return path, nil
		}
		if err != nil {
			return "", err
		}
		target, err := os.Readlink(path)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(dir, target)
		}
		path = target
	}
	return "", fmt.Errorf("%s: too many symbolic links", path)
}

// readFile reads a config file. What is not a plain text file of modest size, or
// is marked as not to be written, is refused: it would be replaced by one.
func readFile(path string) (file, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return file{path: path, mode: newFileMode}, nil
	}
	if err != nil {
		return file{}, err
	}
	switch {
	case !info.Mode().IsRegular():
		return file{}, fmt.Errorf("%s is not a regular file", path)
	case info.Mode().Perm()&0o200 == 0:
		return file{}, fmt.Errorf("%s is write-protected", path)
	case info.Size() > maxFileSize:
		return file{}, fmt.Errorf("%s is larger than %d bytes", path, maxFileSize)
	}
	text, err := os.ReadFile(path) //nolint:gosec // the user says where the files are
	if err != nil {
		return file{}, err
	}
	if strings.ContainsRune(string(text), 0) {
		return file{}, fmt.Errorf("%s is not a text file in UTF-8", path)
	}
	return file{path: path, text: string(text), mode: info.Mode().Perm(), info: info}, nil
}

// replace brings the edits to their files: all new texts are on disk before the
// first file changes, and when one cannot be changed those before it are put back.
func replace(edits ...edit) error {
	staged := make([]edit, 0, len(edits))
	defer func() {
		for _, e := range staged {
			_ = os.Remove(e.temp) // not there any more once it is in place
		}
	}()
	for _, e := range edits {
		if e.next == e.text && e.mode == e.file.mode {
			continue
		}
		if err := e.stage(e.next); err != nil {
			return err
		}
		staged = append(staged, e)
	}
	for i, e := range staged {
		if err := e.swap(); err != nil {
			return errors.Join(err, undo(staged[:i]))
		}
	}
	return nil
}

// stage writes a text beside the file, with the mode and owner that the file is to have.
func (e *edit) stage(text string) error {
	t, err := os.CreateTemp(filepath.Dir(e.path), "."+filepath.Base(e.path)+".lanyard-*")
	if err != nil {
		return err
	}
	e.temp = t.Name()
	_, err = io.WriteString(t, text)
	err = errors.Join(err, keepOwner(t, e.info), t.Chmod(e.mode), t.Sync(), t.Close())
	if err != nil {
		return errors.Join(err, os.Remove(e.temp))
	}
	return nil
}

// swap puts the staged text in place, unless somebody who does not know of our
// lock has written the file since.
func (e *edit) swap() error {
	now, err := readFile(e.path)
	if err != nil {
		return err
	}
	if now.text != e.text || (now.info == nil) != (e.info == nil) {
		return fmt.Errorf("%s was changed by another program just now: run the command again", e.path)
	}
	return os.Rename(e.temp, e.path)
}

func undo(edits []edit) error {
	var errs []error
	for _, e := range edits {
		if e.info == nil {
			errs = append(errs, os.Remove(e.path))
			continue
		}
		e.mode = e.file.mode
		err := e.stage(e.text)
		if err == nil {
			err = os.Rename(e.temp, e.path)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// lock keeps other Lanyards from writing the same files until unlock. The locks
// are files of their own, because every system has them.
func lock(p Paths) (unlock func(), err error) {
	config, credentials := p.Config+lockSuffix, p.Credentials+lockSuffix
	if err := createLock(config); err != nil {
		return nil, err
	}
	if err := createLock(credentials); err != nil {
		return nil, errors.Join(err, os.Remove(config))
	}
	return func() {
		_ = os.Remove(credentials)
		_ = os.Remove(config)
	}, nil
}

func createLock(path string) error {
	for range lockAttempts {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, newFileMode) //nolint:gosec // beside the user's files
		if err == nil {
			return f.Close()
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
		time.Sleep(lockPause)
	}
	return fmt.Errorf("another lanyard is writing the AWS config files; if none is, remove %s", path)
}

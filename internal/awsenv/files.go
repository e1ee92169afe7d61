package awsenv

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/newfile"
)

const (
	newFileMode fs.FileMode = 0o600
	newDirMode  fs.FileMode = 0o700

	maxFileSize = 1 << 20
	maxLinks    = 32
)

// file is a config file as it was read. If the file does not exist, info is nil and text
// is empty.
type file struct {
	path string
	text string
	mode fs.FileMode
	info fs.FileInfo
}

// edit is a file and what it is to become.
type edit struct {
	file
	next   string
	mode   fs.FileMode
	staged *newfile.Staged // the next text on disk
}

// resolvePaths follows symbolic links and creates the missing directories. A link stays a
// link, and its target is changed.
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

// readFile reads a config file. It returns an error if the file is not a regular text file
// of up to maxFileSize bytes, or if it is write-protected: swap would replace it all the same.
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

// replace writes the edits to their files. All new texts are on disk before the first
// file changes, and if a file cannot be changed, those before it get their old texts.
func replace(edits ...edit) error {
	var staged []edit
	defer func() {
		for _, e := range staged {
			e.staged.Discard()
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

// stage writes a text to disk, with the mode and owner that the file is to have.
func (e *edit) stage(text string) (err error) {
	e.staged, err = newfile.Stage(e.path, e.mode, func(f *os.File) error {
		_, err := f.WriteString(text)
		return errors.Join(err, keepOwner(f, e.info))
	})
	return err
}

// swap replaces the file by the staged one, unless a program that does not use the lock
// has written the file since.
func (e *edit) swap() error {
	now, err := readFile(e.path)
	if err != nil {
		return err
	}
	if now.text != e.text || (now.info == nil) != (e.info == nil) {
		return fmt.Errorf("%s was changed by another program just now: run the command again", e.path)
	}
	return e.staged.Replace()
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
			err = e.staged.Replace()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

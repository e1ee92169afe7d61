// Package newfile writes files that appear whole or not at all. It does not read files,
// and it knows nothing of what is in them.
package newfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lanyard-cloud/lanyard/internal/safefile"
)

// ownerOnly is the mode of files that only their owner may read and change.
const ownerOnly fs.FileMode = 0o600

// Write creates a file (0600) and fills it by the function. The file has its name only
// after its content is on disk, and the name is on disk, too, when Write returns. If a
// file of that name exists, Write leaves it as it is and returns fs.ErrExist.
func Write(path string, write func(*os.File) error) error {
	if _, err := os.Lstat(path); err == nil {
		return exists(path)
	}
	// Another user must not be able to put a file or a link in the place of the unfinished one.
	if err := safefile.Path(path); err != nil {
		return err
	}
	s, err := Stage(path, ownerOnly, write)
	if err != nil {
		return err
	}
	defer s.Discard()
	return s.create()
}

// Replace creates a file (0600) with a text, or replaces an older one. Text and name are
// on disk when it returns. It follows no link: it replaces a link of that name, and leaves
// the link's target as it is.
func Replace(path string, text []byte) error {
	s, err := Stage(path, ownerOnly, func(f *os.File) error {
		_, err := f.Write(text)
		return err
	})
	if err != nil {
		return err
	}
	defer s.Discard()
	return s.Replace()
}

// Staged is a finished file that does not have its name yet.
type Staged struct {
	path, temp string
}

// Stage fills a file by the function, in the directory that its name will be in. The file
// is on disk when Stage returns, with the mode, under a temporary name: end with Discard.
func Stage(path string, mode fs.FileMode, write func(*os.File) error) (*Staged, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".partial-*") // its mode is 0600
	if err != nil {
		return nil, inDirectory(path, err)
	}
	s := &Staged{path: path, temp: f.Name()}
	if err = write(f); err == nil && mode != ownerOnly {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		s.Discard()
		return nil, err
	}
	return s, nil
}

// Replace gives the file its name, in place of an older file or link of that name. The
// name is on disk when it returns.
func (s *Staged) Replace() error {
	if err := os.Rename(s.temp, s.path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(s.path))
}

// Discard removes the file if it did not get its name.
func (s *Staged) Discard() { _ = os.Remove(s.temp) }

// create is Replace, but returns fs.ErrExist if there is a file of that name.
func (s *Staged) create() error {
	err := os.Link(s.temp, s.path)
	switch {
	case err == nil:
		return SyncDir(filepath.Dir(s.path))
	case errors.Is(err, fs.ErrExist):
		return exists(s.path)
	}
	// A file system without links: an empty file keeps the name for the moment.
	place, err := os.OpenFile(s.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ownerOnly)
	if err != nil {
		return err
	}
	if err := errors.Join(place.Close(), s.Replace()); err != nil {
		return fmt.Errorf("%w (an empty file is left there)", err)
	}
	return nil
}

// inDirectory names the directory in which no file can be created, instead of the
// temporary name, which no reader knows.
func inDirectory(path string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return &fs.PathError{Op: "create a file in the directory", Path: filepath.Dir(path), Err: err}
}

func exists(path string) error {
	return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
}

// SyncDir makes the names in a directory durable, on systems that can sync a directory.
func SyncDir(path string) error {
	d, err := os.Open(path) //nolint:gosec // the path is the operator's own
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}

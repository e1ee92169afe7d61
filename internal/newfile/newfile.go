// Package newfile writes files that appear whole or not at all and are the owner's
// alone. It does not read files, and it knows nothing of what is in them.
package newfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lanyard-cloud/lanyard/internal/safefile"
)

// Write makes a new file (0600) of what write puts into it. The file has its name
// only after all of it is on disk, and the name is on disk, too, when Write returns.
// An existing file of that name is left as it is: fs.ErrExist.
func Write(path string, write func(*os.File) error) error {
	if _, err := os.Lstat(path); err == nil {
		return exists(path)
	}
	// Another user must not be able to put a file or a link in the place of the unfinished one.
	if err := safefile.Path(path); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".partial-*") // its mode is 0600
	if err != nil {
		return inDirectory(path, err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	err = write(temp)
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err := name(temp.Name(), path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// Replace makes a file (0600) of a text, or puts it in the place of an older one. No
// link is followed: one of that name is replaced, and its target stays as it is.
func Replace(path string, text []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".partial-*") // its mode is 0600
	if err != nil {
		return inDirectory(path, err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.Write(text)
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// name gives the finished file its name, unless something else took it meanwhile.
func name(temp, path string) error {
	err := os.Link(temp, path)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return exists(path)
	}
	// A file system without links: an empty file keeps the name for the moment.
	place, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the path is the operator's own
	if err != nil {
		return err
	}
	if err := errors.Join(place.Close(), os.Rename(temp, path)); err != nil {
		return fmt.Errorf("%w (an empty file is left there)", err)
	}
	return nil
}

// inDirectory says which directory takes no file; the temporary name says nothing to
// anybody.
func inDirectory(path string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return &fs.PathError{Op: "create a file in the directory", Path: filepath.Dir(path), Err: err}
}

func exists(path string) error {
	return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
}

// SyncDir makes the names in a directory durable. Systems that cannot sync a
// directory are left to their own promises.
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

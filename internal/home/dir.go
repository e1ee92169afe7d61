package home

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/lanyard-cloud/lanyard/internal/safefile"
)

// Dir is a data directory that this process has locked: one running server owns it.
type Dir struct {
	path string
	lock *flock.Flock
	// former is the endpoint that an earlier server left, until this one listens.
	former endpoint
}

// The files in a data directory.
const (
	databaseFile  = "lanyard.db"
	masterKeyFile = "master.key"
	lockFile      = "lock"
	endpointFile  = "endpoint.json"
)

// lockPatience is how long LockDir waits for a lock: a command that asks whether a server
// runs holds it for a moment.
const lockPatience = 250 * time.Millisecond

// LockDir creates the data directory (mode 0700) if it is missing, and locks it for one
// server. It returns an error if another server has locked it, or if another user could
// plant files in it.
func LockDir(path string) (*Dir, error) {
	if err := makeDir(path); err != nil {
		return nil, err
	}
	safefile.TightenEmpty(path)
	if err := safefile.Directory(path); err != nil { // another user could plant a master key that this user knows
		return nil, fmt.Errorf("the data directory cannot be trusted: %w", err)
	}
	d := &Dir{path: path}
	if err := d.acquire(); err != nil {
		return nil, err
	}
	return d, d.disownEndpoint()
}

func makeDir(path string) error {
	if path == "" {
		return errors.New("no data directory: give --data-dir")
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("cannot create the data directory: %w: give another --data-dir", err)
	}
	return nil
}

func (d *Dir) acquire() error {
	if err := safefile.Regular(d.file(lockFile)); err != nil {
		return err
	}
	d.lock = flock.New(d.file(lockFile), flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDONLY|safefile.NoFollow))
	patience, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	locked, err := d.lock.TryLockContext(patience, lockPatience/25)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("cannot write in the data directory: %w: give another --data-dir or change its permissions", err)
	}
	if !locked {
		return fmt.Errorf("another server runs on the data directory %s: stop it or give another --data-dir", d.path)
	}
	return nil
}

// Close releases the lock. If the server never listened, the endpoint that it found is
// as before.
func (d *Dir) Close() error {
	var err error
	if d.former != (endpoint{}) {
		err = d.writeEndpoint(d.former)
	}
	return errors.Join(err, d.lock.Unlock())
}

func (d *Dir) file(name string) string { return filepath.Join(d.path, name) }

package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/lanyard-cloud/lanyard/internal/safefile"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// dataDir is the directory that one running server owns.
type dataDir struct {
	path string
	lock *flock.Flock
	// former is what an earlier server left, until this one listens.
	former endpoint
}

// The files in a data directory.
const (
	databaseFile  = "lanyard.db"
	masterKeyFile = "master.key"
	lockFile      = "lock"
	endpointFile  = "endpoint.json"
)

// lockPatience is how long a lock that is held is waited for: a command that asks
// whether a server runs holds it for a moment.
const lockPatience = 250 * time.Millisecond

// openDataDir creates the directory (0700) when missing and locks it for one
// server. A directory that another user could plant files in is refused.
func openDataDir(path string) (*dataDir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("cannot create the data directory: %w: give another --data-dir", err)
	}
	safefile.TightenEmpty(path)
	if err := checkDataDir(path); err != nil {
		return nil, err
	}
	d := &dataDir{path: path}
	if err := safefile.Regular(d.file(lockFile)); err != nil {
		return nil, err
	}
	d.lock = flock.New(d.file(lockFile), flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDONLY|safefile.NoFollow))
	patience, cancel := context.WithTimeout(context.Background(), lockPatience)
	defer cancel()
	locked, err := d.lock.TryLockContext(patience, lockPatience/25)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("cannot write in the data directory: %w: give another --data-dir or change its permissions", err)
	}
	if !locked {
		return nil, fmt.Errorf("another server runs on the data directory %s: stop it or give another --data-dir", path)
	}
	return d, d.disownEndpoint()
}

// checkDataDir refuses a directory that another user could have planted files in, such
// as a master key that this user knows.
func checkDataDir(path string) error {
	if err := safefile.Directory(path); err != nil {
		return fmt.Errorf("the data directory cannot be trusted: %w", err)
	}
	return nil
}

// checkDatabase holds the file of an SQLite database, and those that SQLite makes beside
// it, to what the data directory has to be. What is not there yet is for others to say.
func checkDatabase(path string) error {
	err := safefile.Directory(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err == nil {
			err = safefile.Regular(path + suffix)
		}
	}
	if err != nil {
		return fmt.Errorf("the database cannot be trusted: %w", err)
	}
	return nil
}

// close gives up the lock. A server that never listened leaves what it found.
func (d *dataDir) close() error {
	var err error
	if d.former != (endpoint{}) {
		err = d.writeEndpoint(d.former)
	}
	return errors.Join(err, d.lock.Unlock())
}

func (d *dataDir) file(name string) string { return filepath.Join(d.path, name) }

// databaseOf reads the --store setting: the store's DSN, and the name to call it by in
// messages, which has no password in it.
func databaseOf(dir, setting string) (dsn, name string, err error) {
	if setting == "" {
		path := filepath.Join(dir, databaseFile)
		return path, path, nil
	}
	if store.IsPostgres(setting) {
		if err := checkPostgresFiles(setting); err != nil {
			return "", "", err
		}
		name, err := store.PostgresName(setting)
		return setting, name, err
	}
	path, ok := strings.CutPrefix(setting, "sqlite:")
	if !ok || path == "" {
		return "", "", fmt.Errorf("unknown store %q: give sqlite:PATH or a postgres:// URL", setting)
	}
	return path, path, nil
}

// MasterKey says where the master key comes from. The zero value is the data
// directory; servers that share a database share a key given in another way.
type MasterKey struct {
	// Text is the key itself in base64. File names a file that holds it.
	Text, File string
}

// read returns the key. A database without its key is refused; a fresh one gets a
// new key, in the file.
func (m MasterKey) read(dir, database string, fresh bool) ([]byte, error) {
	if m.Text != "" {
		return m.parse()
	}
	path := m.File
	if path == "" {
		path = filepath.Join(dir, masterKeyFile)
	}
	key, err := seal.ReadMasterKeyFile(path)
	switch {
	case err == nil:
		return key, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("cannot read the master key: %w", err)
	case !fresh:
		return nil, fmt.Errorf("the master key %s is missing, without it the secrets in %s cannot be read: "+
			"restore it from your backup, or give --master-key-file", path, database)
	}
	key, err = seal.CreateMasterKeyFile(path)
	if errors.Is(err, fs.ErrExist) { // another server that shares the file was faster
		return seal.ReadMasterKeyFile(path)
	}
	return key, err
}

// parse reads the key that is given as a text.
func (m MasterKey) parse() ([]byte, error) {
	if m.File != "" {
		return nil, errors.New("the master key is given twice, as LANYARD_MASTER_KEY and by --master-key-file: give one of them")
	}
	key, err := seal.ParseMasterKey(m.Text)
	if err != nil {
		return nil, fmt.Errorf("LANYARD_MASTER_KEY: %w", err)
	}
	return key, nil
}

// isGone tells whether a data directory has lost its database: a server came as far
// as leaving its endpoint there, and the file is missing or has nothing in it.
func isGone(dir, database string) bool {
	if _, err := os.Stat(filepath.Join(dir, endpointFile)); err != nil {
		return false
	}
	info, err := os.Stat(database)
	return errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0
}

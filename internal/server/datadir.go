package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// dataDir is the directory that one running server owns.
type dataDir struct {
	path string
	lock *flock.Flock
}

// The files in a data directory.
const (
	databaseFile  = "lanyard.db"
	masterKeyFile = "master.key"
	lockFile      = "lock"
	endpointFile  = "endpoint.json"
)

// openDataDir creates the directory (0700) when missing and locks it for one
// server.
func openDataDir(path string) (*dataDir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("cannot create the data directory: %w: give another --data-dir", err)
	}
	d := &dataDir{path: path, lock: flock.New(filepath.Join(path, lockFile), flock.SetPermissions(0o600))}
	locked, err := d.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("cannot write in the data directory: %w: give another --data-dir or change its permissions", err)
	}
	if !locked {
		return nil, fmt.Errorf("another server runs on the data directory %s: stop it or give another --data-dir", path)
	}
	return d, nil
}

func (d *dataDir) close() error { return d.lock.Unlock() }

func (d *dataDir) file(name string) string { return filepath.Join(d.path, name) }

// databaseOf reads the --store setting: the store's DSN, and the name to call it by in
// messages, which has no password in it.
func databaseOf(dir, setting string) (dsn, name string, err error) {
	if setting == "" {
		path := filepath.Join(dir, databaseFile)
		return path, path, nil
	}
	if store.IsPostgres(setting) {
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

// endpoint is what a server leaves for the commands that talk to it.
type endpoint struct {
	URL string `json:"url"`
	// CABundle is the certificate to trust, "" without TLS.
	CABundle string `json:"caBundle,omitempty"`
}

func (d *dataDir) writeEndpoint(e endpoint) error {
	if e.CABundle != "" {
		abs, err := filepath.Abs(e.CABundle)
		if err != nil {
			return err
		}
		e.CABundle = abs
	}
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	temp := d.file(endpointFile + ".new")
	if err := os.WriteFile(temp, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(temp, d.file(endpointFile))
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

// readEndpoint returns where the directory's server listens, or listened last.
func readEndpoint(dir string) (endpoint, error) {
	e := endpoint{}
	text, err := os.ReadFile(filepath.Join(dir, endpointFile)) //nolint:gosec // the path is the operator's own setting
	if errors.Is(err, fs.ErrNotExist) {
		return e, noServer(dir)
	}
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	return e, err
}

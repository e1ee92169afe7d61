package seal

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// NewMasterKey returns a fresh random master key.
func NewMasterKey() []byte {
	key := make([]byte, MasterKeySize)
	rand.Read(key)
	return key
}

// ParseMasterKey reads the text form of a master key: base64, white space around
// it ignored.
func ParseMasterKey(text string) ([]byte, error) {
	key, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != MasterKeySize {
		return nil, fmt.Errorf("not a master key: want %d bytes in base64", MasterKeySize)
	}
	return key, nil
}

// ReadMasterKeyFile reads a master key from a file. The error is fs.ErrNotExist
// when there is none. A file that others may read is refused: whoever can read it
// can open every sealed secret.
func ReadMasterKeyFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others (mode %04o): run chmod 600 on it", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path) //nolint:gosec // the path is the operator's own setting
	if err != nil {
		return nil, err
	}
	key, err := ParseMasterKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// CreateMasterKeyFile writes a fresh master key to a new file (0600) and returns
// it. The key is on disk, name included, before it returns: what gets sealed
// afterwards would be lost without it. An existing file is never overwritten.
func CreateMasterKeyFile(path string) ([]byte, error) {
	key := NewMasterKey()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the path is the operator's own setting
	if err != nil {
		return nil, err
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = SyncDir(filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("write master key: %w", err)
	}
	return key, nil
}

// SyncDir makes the names in a directory durable. Systems that cannot sync a
// directory are left to their own promises.
func SyncDir(path string) error {
	d, err := os.Open(path) //nolint:gosec // the path is the operator's own setting
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil && !errors.Is(err, fs.ErrInvalid) {
		return err
	}
	return nil
}

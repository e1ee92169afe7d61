package seal

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/newfile"
	"github.com/lanyard-cloud/lanyard/internal/safefile"
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
// when there is none. A file that other users may read, change or replace is refused:
// who knows the key can open every sealed secret.
func ReadMasterKeyFile(path string) ([]byte, error) {
	text, err := safefile.ReadSecret(path)
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
// afterwards would be lost without it. An existing file is never overwritten:
// fs.ErrExist. No process ever reads half a key from it.
func CreateMasterKeyFile(path string) ([]byte, error) {
	key := NewMasterKey()
	err := newfile.Write(path, func(f *os.File) error {
		_, err := f.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("write master key: %w", err)
	}
	return key, nil
}

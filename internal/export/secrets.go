package export

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"

	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// MinPassphrase is how many bytes a passphrase has at least.
const MinPassphrase = 12

// Cost is how much work it is to derive a key from a passphrase, and so to guess one. It is in the file.
type Cost struct {
	// Time counts passes, Memory is in KiB, Threads are lanes.
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory"`
	Threads uint8  `json:"threads"`
}

// Cheap is for tests, which export much: guesses cost next to nothing.
var Cheap = Cost{Time: 1, Memory: 64, Threads: 1}

// recommended is the second recommended choice of RFC 9106, section 4.
var recommended = Cost{Time: 3, Memory: 64 << 10, Threads: 4}

// vault says how the key that a file's secrets are sealed under comes from the
// passphrase.
type vault struct {
	KDF string `json:"kdf"`
	Cost
	Salt []byte `json:"salt"`
	// Check is an empty value, sealed: only the right passphrase opens it.
	Check []byte `json:"check"`
}

const (
	kdfName  = "argon2id"
	saltSize = 16
)

// What a file may ask for: a hostile one is not to exhaust the machine.
const (
	maxKDFTime    = 16
	maxKDFMemory  = 1 << 20
	maxKDFThreads = 16
	maxSaltSize   = 64
)

// newVault draws a salt and derives a key.
func newVault(passphrase []byte, cost Cost) (*vault, *seal.Sealer, error) {
	if len(passphrase) < MinPassphrase {
		return nil, nil, fmt.Errorf("the passphrase is too short: give one of at least %d bytes", MinPassphrase)
	}
	v := &vault{KDF: kdfName, Cost: cmp.Or(cost, recommended), Salt: make([]byte, saltSize)}
	rand.Read(v.Salt) // never fails: crypto/rand ends the process instead
	sealer, err := v.derive(passphrase)
	if err != nil {
		return nil, nil, err
	}
	v.Check = sealer.Seal(seal.MasterKeyCheck, nil)
	return v, sealer, nil
}

// open derives the key and proves the passphrase.
func (v *vault) open(passphrase []byte) (*seal.Sealer, error) {
	if len(passphrase) == 0 {
		return nil, errors.New("the file's secrets are sealed under a passphrase: give it with --passphrase-file or LANYARD_PASSPHRASE")
	}
	sealer, err := v.derive(passphrase)
	if err != nil {
		return nil, err
	}
	if _, err := sealer.Open(seal.MasterKeyCheck, v.Check); err != nil {
		return nil, errors.New("the passphrase is not the one that the file was made with")
	}
	return sealer, nil
}

func (v *vault) derive(passphrase []byte) (*seal.Sealer, error) {
	return seal.New(argon2.IDKey(passphrase, v.Salt, v.Time, v.Memory, v.Threads, seal.MasterKeySize))
}

// wanted refuses a secret in a file without a key for it, and one left out of a file
// that has a key.
func (s *secret) wanted(h *header) error {
	switch {
	case len(s.Sealed) > 0 && s.LeftOut:
		return errors.New("the secret is there and left out")
	case len(s.Sealed) > 0 && h.Secrets == nil:
		return errors.New("there is a secret, but the header does not say how it is sealed")
	case s.LeftOut && h.Secrets != nil:
		return errors.New("the secret is left out, but the header says that secrets are there")
	}
	return nil
}

// check refuses what this version cannot or should not derive a key with.
func (v *vault) check() error {
	switch {
	case v.KDF != kdfName:
		return fmt.Errorf("unknown key derivation %q", v.KDF)
	case v.Time < 1 || v.Time > maxKDFTime, v.Memory < 8*uint32(v.Threads) || v.Memory > maxKDFMemory,
		v.Threads < 1 || v.Threads > maxKDFThreads, len(v.Salt) < saltSize || len(v.Salt) > maxSaltSize:
		return errors.New("the parameters of the key derivation are out of bounds")
	}
	return nil
}

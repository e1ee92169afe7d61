// Package seal keeps secrets at rest: it holds the master key, derives one key
// per purpose from it, and seals small values with AES-256-GCM.
//
// It does not decide which values are secrets and it never writes them
// anywhere; callers store what Seal returns.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// MasterKeySize is the length of a master key in bytes.
const MasterKeySize = 32

// version is the first byte of every sealed value: it names the scheme and the
// generation of the master key, so that both can change without guessing.
const version = 1

// ErrOpen says that a sealed value was not made by this key for this purpose and
// context: it was changed, moved, or sealed under another master key.
var ErrOpen = errors.New("sealed value does not open")

// Purpose names what a derived key is for. Two purposes never share a key.
type Purpose string

// The purposes that exist. Their text is part of the derivation: changing one
// makes everything sealed under it unreadable.
const (
	AccessKeySecret   Purpose = "access-key-secret"
	KeyPairPrivate    Purpose = "key-pair-private"
	InstanceKeys      Purpose = "instance-keys"
	BucketKeySecret   Purpose = "bucket-key-secret"
	DatabasePassword  Purpose = "database-password"
	PageToken         Purpose = "page-token"
	SessionToken      Purpose = "session-token"
	RegistryLogin     Purpose = "registry-login"
	EmailConfirmation Purpose = "email-confirmation"
	MasterKeyCheck    Purpose = "master-key-check"
)

var purposes = []Purpose{
	AccessKeySecret, KeyPairPrivate, InstanceKeys, BucketKeySecret, DatabasePassword, PageToken, SessionToken, RegistryLogin, EmailConfirmation,
	MasterKeyCheck,
}

// Sealer seals and opens values under keys derived from one master key. It is
// safe for concurrent use.
type Sealer struct {
	aeads map[Purpose]cipher.AEAD
}

// New derives the keys of all purposes from a master key of MasterKeySize bytes.
func New(master []byte) (*Sealer, error) {
	if len(master) != MasterKeySize {
		return nil, fmt.Errorf("master key has %d bytes, want %d", len(master), MasterKeySize)
	}
	s := &Sealer{aeads: make(map[Purpose]cipher.AEAD, len(purposes))}
	for _, p := range purposes {
		aead, err := derive(master, p)
		if err != nil {
			return nil, fmt.Errorf("derive key for %s: %w", p, err)
		}
		s.aeads[p] = aead
	}
	return s, nil
}

func derive(master []byte, p Purpose) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, master, nil, "lanyard/"+string(p), 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Seal encrypts plain for a purpose. The context (account, region, kind, id …)
// is authenticated but not stored: Open needs the same one, so that a sealed
// value cannot be moved to another owner.
func (s *Sealer) Seal(p Purpose, plain []byte, context ...string) []byte {
	aead := s.aeads[p]
	out := make([]byte, 1+aead.NonceSize(), 1+aead.NonceSize()+len(plain)+aead.Overhead())
	out[0] = version
	rand.Read(out[1:]) // never fails: crypto/rand ends the process instead
	return aead.Seal(out, out[1:], plain, associated(context))
}

// Open decrypts what Seal made for the same purpose and context, else ErrOpen.
func (s *Sealer) Open(p Purpose, sealed []byte, context ...string) ([]byte, error) {
	aead := s.aeads[p]
	head := 1 + aead.NonceSize()
	if len(sealed) < head || sealed[0] != version {
		return nil, ErrOpen
	}
	plain, err := aead.Open(nil, sealed[1:head], sealed[head:], associated(context))
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// associated joins the parts of a context with their lengths, so that no two
// different contexts read the same.
func associated(context []string) []byte {
	out := []byte{version}
	for _, part := range context {
		n := len(part)
		out = append(out, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
		out = append(out, part...)
	}
	return out
}

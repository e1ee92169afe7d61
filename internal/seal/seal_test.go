package seal_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/seal"
)

func newSealer(t *testing.T, master []byte) *seal.Sealer {
	t.Helper()
	s, err := seal.New(master)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOpen_onlyInTheSameContext(t *testing.T) {
	s := newSealer(t, seal.NewMasterKey())
	sealed := s.Seal(seal.AccessKeySecret, []byte("secret"), "111122223333", "AKIA1")
	if bytes.Contains(sealed, []byte("secret")) {
		t.Fatal("the sealed form shows the secret")
	}
	plain, err := s.Open(seal.AccessKeySecret, sealed, "111122223333", "AKIA1")
	if err != nil || string(plain) != "secret" {
		t.Fatalf("Open = %q, %v", plain, err)
	}

	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	otherVersion := bytes.Clone(sealed)
	otherVersion[0]++
	other := newSealer(t, seal.NewMasterKey())
	for _, tc := range []struct {
		name string
		open func() ([]byte, error)
	}{
		{"another context", func() ([]byte, error) { return s.Open(seal.AccessKeySecret, sealed, "111122223333", "AKIA2") }},
		{"the same text split elsewhere", func() ([]byte, error) { return s.Open(seal.AccessKeySecret, sealed, "111122223333A", "KIA1") }},
		{"another purpose", func() ([]byte, error) { return s.Open(seal.KeyPairPrivate, sealed, "111122223333", "AKIA1") }},
		{"a changed byte", func() ([]byte, error) { return s.Open(seal.AccessKeySecret, changed, "111122223333", "AKIA1") }},
		{"an unknown version", func() ([]byte, error) { return s.Open(seal.AccessKeySecret, otherVersion, "111122223333", "AKIA1") }},
		{"a cut value", func() ([]byte, error) { return s.Open(seal.AccessKeySecret, sealed[:5], "111122223333", "AKIA1") }},
		{"another master key", func() ([]byte, error) { return other.Open(seal.AccessKeySecret, sealed, "111122223333", "AKIA1") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if plain, err := tc.open(); !errors.Is(err, seal.ErrOpen) {
				t.Fatalf("Open = %q, %v, want ErrOpen", plain, err)
			}
		})
	}
}

func TestMasterKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	if _, err := seal.ReadMasterKeyFile(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("reading a missing file: %v, want fs.ErrNotExist", err)
	}
	created, err := seal.CreateMasterKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	read, err := seal.ReadMasterKeyFile(path)
	if err != nil || !bytes.Equal(read, created) {
		t.Fatalf("read back %x, %v, want %x", read, err, created)
	}
	if _, err := seal.CreateMasterKeyFile(path); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("creating over an existing key: %v, want fs.ErrExist", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.ReadMasterKeyFile(path); err == nil {
		t.Fatal("a master key that others can read was accepted")
	}
}

func TestParseMasterKey_refusals(t *testing.T) {
	for _, text := range []string{"", "short", "AAAA", "!!!"} {
		if _, err := seal.ParseMasterKey(text); err == nil {
			t.Errorf("ParseMasterKey(%q) succeeded", text)
		}
	}
}

package machine

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // AWS shows SHA-1 fingerprints beside SHA-256 ones; they protect nothing
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"golang.org/x/crypto/ssh"
)

// maxHostKeys bounds the work for a damaged text.
const maxHostKeys = 8

// HostKeys are the private SSH host keys of a machine, as a sequence of PEM blocks. They
// are a secret. Formatting and logging do not show them. Encoding them as JSON does.
type HostKeys string

// HostKey is the public half of a host key, as GetInstanceAccessDetails reports it.
type HostKey struct {
	// Algorithm is ssh-rsa, ssh-ed25519 or ecdsa-sha2-nistp256.
	Algorithm string
	// PublicKey is the base64 of the OpenSSH blob.
	PublicKey string
	// FingerprintSHA1 is "SHA1:" and 27 characters of base64.
	FingerprintSHA1 string
	// FingerprintSHA256 is "SHA256:" and 43 characters of base64.
	FingerprintSHA256 string
}

// Line is the key as OpenSSH writes it, without a comment.
func (k HostKey) Line() string { return k.Algorithm + " " + k.PublicKey }

// NewHostKeys generates an Ed25519 and an ECDSA P-256 key. Generating an RSA key takes too
// long for a call, so rsaPEM is one that was generated before, as PKCS#1 PEM, or "" for no
// RSA key.
func NewHostKeys(rsaPEM string) (HostKeys, error) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", fmt.Errorf("making a host key: %w", err)
	}
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", fmt.Errorf("making a host key: %w", err)
	}
	text := rsaPEM
	if text != "" && text[len(text)-1] != '\n' {
		text += "\n"
	}
	for _, key := range []crypto.PrivateKey{ed, ec} {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return "", fmt.Errorf("encoding a host key: %w", err)
		}
		text += string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	}
	keys := HostKeys(text)
	if _, err := keys.Signers(); err != nil {
		return "", err
	}
	return keys, nil
}

// Signers parses the keys. The error does not show them.
func (k HostKeys) Signers() ([]ssh.Signer, error) {
	var signers []ssh.Signer
	for rest := []byte(k); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if len(signers) == maxHostKeys {
			return nil, errors.New("reading host keys: more than 8")
		}
		signer, err := ssh.ParsePrivateKey(pem.EncodeToMemory(block))
		if err != nil {
			return nil, fmt.Errorf("reading host keys: %w", err)
		}
		signers = append(signers, signer)
	}
	if len(signers) == 0 {
		return nil, errors.New("reading host keys: no PEM block")
	}
	return signers, nil
}

// Public returns the public half of each key, in the order of the private keys.
func (k HostKeys) Public() ([]HostKey, error) {
	signers, err := k.Signers()
	if err != nil {
		return nil, err
	}
	public := make([]HostKey, len(signers))
	for i, signer := range signers {
		key := signer.PublicKey()
		blob := key.Marshal()
		sum := sha1.Sum(blob) //nolint:gosec // see the import
		public[i] = HostKey{
			Algorithm:         key.Type(),
			PublicKey:         base64.StdEncoding.EncodeToString(blob),
			FingerprintSHA1:   "SHA1:" + base64.RawStdEncoding.EncodeToString(sum[:]),
			FingerprintSHA256: ssh.FingerprintSHA256(key),
		}
	}
	return public, nil
}

// Format keeps the keys out of messages, whatever the verb.
func (k HostKeys) Format(out fmt.State, _ rune) {
	_, _ = io.WriteString(out, "host keys")
}

// LogValue keeps the keys out of logs.
func (k HostKeys) LogValue() slog.Value { return slog.StringValue("host keys") }

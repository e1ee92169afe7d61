package sshkey

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/ssh"
)

const (
	// pairBits is the size of every generated key, as observed in AWS CLI
	// examples of CreateKeyPair.
	pairBits = 2048

	// privatePEMType is the PEM label of a PKCS#1 private key.
	privatePEMType = "RSA PRIVATE KEY"

	// maxPrivatePEM bounds the work on a damaged text; a 2048-bit key takes
	// about 1,680 octets.
	maxPrivatePEM = 4096
)

// Pair is an RSA key pair of 2048 bits, held in the text forms that AWS sends.
// Its texts never change, so it may be shared between goroutines. Formatting or
// logging one shows its fingerprint only.
type Pair struct {
	publicLine  string
	privatePEM  string
	fingerprint string
	// read is set once one of the texts was asked for; copies of a pair share it. A pair
	// that was read has an owner, whatever became of the text: see [Pool.Put].
	read *atomic.Bool
}

// Generate makes a new pair from the operating system's randomness. It takes
// tens to hundreds of milliseconds of CPU and cannot be interrupted.
func Generate() (*Pair, error) {
	key, err := rsa.GenerateKey(rand.Reader, pairBits)
	if err != nil {
		return nil, fmt.Errorf("generating an RSA key: %w", err)
	}
	return newPair(key)
}

// ParsePrivatePEM reads back what [Pair.PrivatePEM] returned, to the octet, so
// that the pair it makes gives the same text again. Any other text is an
// error, which says nothing of the text itself.
func ParsePrivatePEM(text string) (*Pair, error) {
	if len(text) > maxPrivatePEM {
		return nil, errors.New("reading a private key: the text is too long")
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != privatePEMType {
		return nil, errors.New("reading a private key: no PKCS#1 PEM block found")
	}
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("reading a private key: %w", err)
	}
	pair, err := newPair(key)
	if err != nil {
		return nil, err
	}
	if pair.privatePEM != text {
		return nil, errors.New("reading a private key: the text is not in the form in which keys are written")
	}
	return pair, nil
}

// PublicLine is the public key as one line of OpenSSH: the type ssh-rsa, a
// space and the base64 of the blob. It has no comment and no line end.
func (p Pair) PublicLine() string { return p.reading(p.publicLine) }

// PrivatePEM is the private key as PKCS#1 PEM, unencrypted, with "\n" between
// the lines and none after the last one (observed in AWS CLI examples).
func (p Pair) PrivatePEM() string { return p.reading(p.privatePEM) }

// Fingerprint is the SHA-1 digest of the private key's PKCS#8 DER: 20 octets in
// lower-case hex with colons between them. It is what
//
//	openssl pkcs8 -topk8 -nocrypt -outform DER | openssl sha1 -c
//
// prints, and the form that AWS gives to keys of its own making.
func (p Pair) Fingerprint() string { return p.reading(p.fingerprint) }

func (p Pair) reading(text string) string {
	p.read.Store(true)
	return text
}

// Format keeps the private key out of logs and messages, whatever the verb.
func (p Pair) Format(out fmt.State, _ rune) {
	_, _ = io.WriteString(out, "key pair "+p.fingerprint)
}

// newPair writes a key in all its text forms.
func newPair(key *rsa.PrivateKey) (*Pair, error) {
	public, err := ssh.NewPublicKey(&key.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("encoding a public key: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encoding a private key: %w", err)
	}
	block := &pem.Block{Type: privatePEMType, Bytes: x509.MarshalPKCS1PrivateKey(key)}
	return &Pair{
		publicLine:  line(public.Type(), public.Marshal()),
		privatePEM:  strings.TrimSuffix(string(pem.EncodeToMemory(block)), "\n"),
		fingerprint: createdFingerprint(pkcs8),
		read:        &atomic.Bool{},
	}, nil
}

// line is the OpenSSH text of a public key, without a comment.
func line(keyType string, blob []byte) string {
	return keyType + " " + base64.StdEncoding.EncodeToString(blob)
}

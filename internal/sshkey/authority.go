package sshkey

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"
)

// Authority signs the user certificates that an instance trusts. Each instance
// has its own, as a certificate names a user and no machine.
type Authority struct {
	signer ssh.Signer
}

// UserCertificate is what a certificate says.
type UserCertificate struct {
	// KeyID is for the logs of the server that is logged in to.
	KeyID string
	// Principal is the user name that it logs in as.
	Principal string
	// ValidAfter and ValidBefore count to the second.
	ValidAfter, ValidBefore time.Time
}

// NewAuthority makes the Ed25519 authority that belongs to a seed. The seed is a
// secret; the same one makes the same authority.
func NewAuthority(seed [ed25519.SeedSize]byte) (*Authority, error) {
	signer, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		return nil, fmt.Errorf("making a certificate authority: %w", err)
	}
	return &Authority{signer: signer}, nil
}

// PublicLine is the public key as one line of OpenSSH, without a comment.
func (a *Authority) PublicLine() string {
	key := a.signer.PublicKey()
	return line(key.Type(), key.Marshal())
}

// SignUser makes a certificate for the key of an OpenSSH line and returns it as
// such a line: for an RSA key "ssh-rsa-cert-v01@openssh.com", a space and base64.
// It allows a terminal and no forwarding of any kind.
func (a *Authority) SignUser(publicLine string, c UserCertificate) (string, error) {
	// A certificate without a principal would be good for every user.
	if c.Principal == "" {
		return "", errors.New("signing a certificate: no principal")
	}
	if c.ValidAfter.Unix() < 0 || !c.ValidAfter.Before(c.ValidBefore) {
		return "", errors.New("signing a certificate: it is never valid")
	}
	key, err := ParsePublic(publicLine)
	if err != nil {
		return "", fmt.Errorf("signing a certificate: %w", err)
	}
	public, err := ssh.ParsePublicKey(key.blob)
	if err != nil {
		return "", fmt.Errorf("signing a certificate: %w", err)
	}
	certificate := &ssh.Certificate{
		Key:             public,
		CertType:        ssh.UserCert,
		KeyId:           c.KeyID,
		ValidPrincipals: []string{c.Principal},
		ValidAfter:      uint64(c.ValidAfter.Unix()),
		ValidBefore:     uint64(c.ValidBefore.Unix()),
		Permissions:     ssh.Permissions{Extensions: map[string]string{"permit-pty": ""}},
	}
	if err := certificate.SignCert(rand.Reader, a.signer); err != nil {
		return "", fmt.Errorf("signing a certificate: %w", err)
	}
	return line(certificate.Type(), certificate.Marshal()), nil
}

// Extend checks that a certificate is this authority's, for a principal and for the key
// of an OpenSSH or PEM text, and returns it with one more extension, signed anew. Its
// times stay as they are, and are not checked.
func (a *Authority) Extend(publicLine, principal, privateText, extension string) (string, error) {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(publicLine))
	if err != nil {
		return "", fmt.Errorf("extending a certificate: %w", err)
	}
	certificate, ok := key.(*ssh.Certificate)
	if !ok || certificate.CertType != ssh.UserCert {
		return "", errors.New("extending a certificate: it is not a user's")
	}
	private, err := ssh.ParsePrivateKey([]byte(privateText))
	if err != nil {
		return "", errors.New("extending a certificate: its key cannot be read")
	}
	if !bytes.Equal(private.PublicKey().Marshal(), certificate.Key.Marshal()) {
		return "", errors.New("extending a certificate: it is for another key")
	}
	own := a.signer.PublicKey().Marshal()
	checker := ssh.CertChecker{
		IsUserAuthority: func(by ssh.PublicKey) bool { return bytes.Equal(by.Marshal(), own) },
		Clock:           func() time.Time { return time.Unix(int64(certificate.ValidAfter), 0) },
	}
	if !slices.Contains(certificate.ValidPrincipals, principal) || !checker.IsUserAuthority(certificate.SignatureKey) {
		return "", errors.New("extending a certificate: it is for another user, or of another authority")
	}
	if err := checker.CheckCert(principal, certificate); err != nil {
		return "", fmt.Errorf("extending a certificate: %w", err)
	}
	more := maps.Clone(certificate.Extensions)
	if more == nil {
		more = map[string]string{}
	}
	more[extension] = ""
	certificate.Extensions = more
	if err := certificate.SignCert(rand.Reader, a.signer); err != nil {
		return "", fmt.Errorf("extending a certificate: %w", err)
	}
	return line(certificate.Type(), certificate.Marshal()), nil
}

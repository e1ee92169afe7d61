package sshkey

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"
)

const (
	// maxPublicText bounds a public key's text, comment and surrounding
	// whitespace included. The largest key takes under 2,800 octets of it.
	maxPublicText = 8192

	minRSABits = 1024
	maxRSABits = 16384
)

// ErrFormat is what every error of [ParsePublic] is, in the sense of
// [errors.Is]. The error itself adds the reason, and never a part of the text:
// users paste private keys where public ones belong.
var ErrFormat = errors.New("not a valid public key")

// Public is an imported public key.
type Public struct {
	keyType     string
	blob        []byte
	comment     string
	fingerprint string
}

// ParsePublic reads the text of one public key as OpenSSH writes it to a .pub
// file: a type, the base64 of a blob and perhaps a comment, on one line, with
// spaces or tabs between them and any whitespace around.
//
// The type is ssh-rsa, of 1024 to 16384 bits, or ssh-ed25519. Lightsail's
// documentation names ssh-rsa only; that the service takes Ed25519 keys too is
// known from its users. The sizes are the ones that OpenSSH handles.
//
// Everything else is [ErrFormat]: other types and certificates, options before
// the key, more than one key, a blob that is not the exact encoding of a key of
// that type, a modulus or an exponent that no RSA key has, characters in the
// comment that do not belong on a line of text, or more than 8 KiB.
func ParsePublic(text string) (*Public, error) {
	text, err := oneLine(text)
	if err != nil {
		return nil, err
	}
	keyType, rest := cutField(text)
	encoded, comment := cutField(rest)
	if keyType != ssh.KeyAlgoRSA && keyType != ssh.KeyAlgoED25519 {
		return nil, refused("the type is neither ssh-rsa nor ssh-ed25519")
	}
	blob, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return nil, refused("the base64 is damaged")
	}
	if holdsKey(comment) {
		return nil, refused("more than one key")
	}
	fingerprint, err := checkBlob(keyType, blob)
	if err != nil {
		return nil, err
	}
	return &Public{keyType: keyType, blob: blob, comment: comment, fingerprint: fingerprint}, nil
}

// Line is the key as one line of OpenSSH: the type, a space and the base64 of
// the blob. It has no comment and no line end.
func (p *Public) Line() string { return line(p.keyType, p.blob) }

// Fingerprint is the form that EC2 gives to imported keys. For RSA it is the
// MD5 digest of the key's SubjectPublicKeyInfo DER, 16 octets in lower-case hex
// with colons between them. For Ed25519 it is the SHA-256 digest of the OpenSSH
// blob in padded base64, 44 characters: that of ssh-keygen -l with a "=" after
// it and no "SHA256:" before it.
func (p *Public) Fingerprint() string { return p.fingerprint }

// oneLine bounds the text, trims it and makes sure that what remains is a
// single line of readable text.
func oneLine(text string) (string, error) {
	if len(text) > maxPublicText {
		return "", refused("the text is too long")
	}
	if !utf8.ValidString(text) {
		return "", refused("the text is not UTF-8")
	}
	text = strings.Trim(text, " \t\r\n")
	if strings.ContainsFunc(text, breaksLine) {
		return "", refused("more than one line, or control characters")
	}
	return text, nil
}

// breaksLine tells characters that a line of text does not contain. The two
// Unicode separators count because some readers of text start a new line there.
func breaksLine(r rune) bool {
	const lineSeparator, paragraphSeparator = '\u2028', '\u2029'
	return unicode.IsControl(r) && r != '\t' || r == lineSeparator || r == paragraphSeparator
}

// cutField takes the first of the fields that spaces and tabs separate.
func cutField(text string) (field, rest string) {
	end := strings.IndexAny(text, " \t")
	if end < 0 {
		return text, ""
	}
	return text[:end], strings.TrimLeft(text[end:], " \t")
}

// holdsKey reports whether a comment contains another key, as it does when the
// line ends between two keys got lost. Dropping one of them in silence would
// lock its owner out.
func holdsKey(comment string) bool {
	for field := range strings.FieldsSeq(comment) {
		blob, err := base64.StdEncoding.DecodeString(field)
		if err != nil {
			continue
		}
		if _, err := ssh.ParsePublicKey(blob); err == nil {
			return true
		}
	}
	return false
}

// checkBlob makes sure that a blob is a key of the type and returns the key's
// fingerprint.
func checkBlob(keyType string, blob []byte) (string, error) {
	key, err := ssh.ParsePublicKey(blob)
	if err != nil {
		return "", refused("the blob is damaged")
	}
	if key.Type() != keyType {
		return "", refused("the blob is of another type")
	}
	// Integers have many encodings that parse and one that is right. A second
	// spelling of a key would have a second SHA-256 fingerprint in OpenSSH.
	if !bytes.Equal(key.Marshal(), blob) {
		return "", refused("the blob is not encoded canonically")
	}
	if keyType == ssh.KeyAlgoED25519 {
		return importedEd25519Fingerprint(blob), nil
	}
	return checkRSA(key)
}

// checkRSA makes sure that the numbers can be those of an RSA key and returns
// the key's fingerprint. Of the exponent nothing is left to check here: the
// parser took an odd one from 3 to 2²⁴ only.
func checkRSA(key ssh.PublicKey) (string, error) {
	holder, ok := key.(ssh.CryptoPublicKey)
	if !ok {
		return "", refused("the blob is of another type")
	}
	public, ok := holder.CryptoPublicKey().(*rsa.PublicKey)
	if !ok {
		return "", refused("the blob is of another type")
	}
	if public.N.Sign() <= 0 || public.N.Bit(0) == 0 {
		return "", refused("the modulus is not a positive odd number")
	}
	if bits := public.N.BitLen(); bits < minRSABits || bits > maxRSABits {
		return "", refused(fmt.Sprintf("a modulus of %d bits", bits))
	}
	spki, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return "", refused("the key has no X.509 form")
	}
	return importedRSAFingerprint(spki), nil
}

// refused is ErrFormat with the reason.
func refused(reason string) error {
	return fmt.Errorf("%w: %s", ErrFormat, reason)
}

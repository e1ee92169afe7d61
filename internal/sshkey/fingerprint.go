package sshkey

import (
	"crypto/md5"  //nolint:gosec // the fingerprint of an imported RSA key is defined as MD5
	"crypto/sha1" //nolint:gosec // the fingerprint of a created key is defined as SHA-1
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// The three forms are those of EC2, whose User Guide ("Verify the fingerprint
// of your key pair") gives the digests and their inputs. AWS CLI examples show
// that Lightsail's created pairs have the SHA-1 form; the other two are
// assumed to be EC2's as well. A fingerprint identifies a key and protects
// nothing, so the weak digests do no harm.

// createdFingerprint digests the PKCS#8 DER of a private key.
func createdFingerprint(pkcs8 []byte) string {
	sum := sha1.Sum(pkcs8) //nolint:gosec // see the import
	return colonHex(sum[:])
}

// importedRSAFingerprint digests the SubjectPublicKeyInfo DER of a public key.
// (AWS's API reference points to RFC 4716, which digests the OpenSSH blob; the
// service does not.)
func importedRSAFingerprint(spki []byte) string {
	sum := md5.Sum(spki) //nolint:gosec // see the import
	return colonHex(sum[:])
}

// importedEd25519Fingerprint digests the OpenSSH blob of a public key. EC2
// writes the base64 with its padding and without the "SHA256:" that ssh-keygen
// puts before it.
func importedEd25519Fingerprint(blob []byte) string {
	sum := sha256.Sum256(blob)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// colonHex writes octets as lower-case hex with colons between them.
func colonHex(octets []byte) string {
	parts := make([]string, len(octets))
	for i := range octets {
		parts[i] = hex.EncodeToString(octets[i : i+1])
	}
	return strings.Join(parts, ":")
}

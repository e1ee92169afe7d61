package instance

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// RSAKey is the key of a line of authorized_keys, or nil if it is of another type.
func RSAKey(line string) *rsa.PublicKey {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return nil
	}
	holder, ok := key.(ssh.CryptoPublicKey)
	if !ok {
		return nil
	}
	public, _ := holder.CryptoPublicKey().(*rsa.PublicKey)
	return public
}

// MakePassword gives a Windows instance a password, and encrypts it to its RSA key as EC2 does, so that EC2's tools
// decrypt it.
func (k *Keys) MakePassword(to *rsa.PublicKey) error {
	k.Password = newPassword()
	sealed, err := rsa.EncryptPKCS1v15(rand.Reader, to, []byte(k.Password)) //nolint:staticcheck // the padding that clients expect
	if err != nil {
		return fmt.Errorf("encrypting a password: %w", err)
	}
	k.EncryptedPassword = base64.StdEncoding.EncodeToString(sealed)
	return nil
}

// renewPassword makes a new password for an instance that has had one, unless that is in the open still, encrypted to a key pair of its
// owner's: a file of an earlier version has it. With the default key pair the password itself is shown, which no file has in the open.
func (k *Keys) renewPassword(i *Instance) error {
	key := RSAKey(i.Priv.AuthorizedKey)
	kept := i.Priv.PlainCiphertext != "" && aws.ToString(i.Doc.SshKeyName) != resource.DefaultKeyPairName
	if i.Priv.PasswordFrom.IsZero() || kept || key == nil {
		return nil
	}
	return k.MakePassword(key)
}

// passwordAlphabet has 64 characters: as many as 6 bits choose from.
const passwordAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."

// newPassword makes a password of 32 characters of the three classes that Windows
// wants.
func newPassword() string {
	for {
		b := make([]byte, 32)
		rand.Read(b)
		for i := range b {
			b[i] = passwordAlphabet[b[i]%64]
		}
		password := string(b)
		if strings.ContainsAny(password, passwordAlphabet[:26]) && strings.ContainsAny(password, passwordAlphabet[26:52]) &&
			strings.ContainsAny(password, passwordAlphabet[52:62]) {
			return password
		}
	}
}

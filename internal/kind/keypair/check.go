package keypair

import (
	"errors"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

// Stored is how an import checks key pairs.
func Stored() resource.StoredKinds {
	return resource.StoredKinds{resource.KeyPair: {Check: check, Secrets: secrets, CheckSecret: checkSecret}}
}

// createdFingerprint is the form of a created key pair's fingerprint: it is that of the
// private half, which is not kept.
var createdFingerprint = regexp.MustCompile(`\A[0-9a-f]{2}(?::[0-9a-f]{2}){19}\z`)

func check(r *resource.Resource) (claims resource.Claims, err error) {
	k, err := Load(r)
	if err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(k, k.SupportSuffix())
	a.Everywhere(r)
	public, err := sshkey.ParsePublic(k.Priv.PublicKey)
	a.Want(err == nil, "priv: publicKey: %w", err)
	if err == nil {
		fingerprint := aws.ToString(k.Doc.Fingerprint)
		a.Want(public.Line() == k.Priv.PublicKey, "priv: publicKey is more than a type and a key")
		a.Want(fingerprint == public.Fingerprint() || createdFingerprint.MatchString(fingerprint), "doc: fingerprint is not that of the public key")
	}
	return claims, a.Repack(k)
}

// secrets is the private half of a default key pair. Others have none that is kept.
func secrets(r *resource.Resource) []string {
	if r.Name != resource.DefaultKeyPairName {
		return nil
	}
	return []string{resource.FirstSecret}
}

func checkSecret(r *resource.Resource, _ string, plain []byte) error {
	pair, err := sshkey.ParsePrivatePEM(string(plain))
	if err != nil {
		return err
	}
	k, err := Load(r)
	if err == nil && (pair.PublicLine() != k.Priv.PublicKey || pair.Fingerprint() != aws.ToString(k.Doc.Fingerprint)) {
		err = errors.New("the private half is that of another key pair")
	}
	return err
}

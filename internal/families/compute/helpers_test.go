package compute_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

const region = "us-east-1"

//go:fix inline
func tag(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }

// client returns a client of a fresh server.
func client(t *testing.T) *lightsail.Client {
	t.Helper()
	return lanyardtest.New(t).Client(region)
}

// importKey is the quick way to a key pair.
func importKey(t *testing.T, c *lightsail.Client, name string) *types.Operation {
	t.Helper()
	out, err := c.ImportKeyPair(t.Context(), &lightsail.ImportKeyPairInput{KeyPairName: &name, PublicKeyBase64: new(ed25519Line)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Operation
}

// ed25519Line is a public key, ed25519Fingerprint what ssh-keygen -l says of it, in
// EC2's form: padded and without "SHA256:".
const (
	ed25519Line        = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG6MmJagsBTlDu4xJav94bvathV2TCQNb/9qHA3RETCD"
	ed25519Fingerprint = "ZIGNmp0Eq3UIKc4+ZzMoyk1leKrAuFLeZZ8D/2MhONY="
)

// wantInvalid checks for an InvalidInputException with a symbolic code and an exact
// message.
func wantInvalid(t *testing.T, err error, code, message string) {
	t.Helper()
	var e *types.InvalidInputException
	if !errors.As(err, &e) {
		t.Errorf("error = %v, want InvalidInputException", err)
		return
	}
	if e.Code == nil || *e.Code != code || e.ErrorMessage() != message {
		t.Errorf("error = %s %q, want %s %q", *e.Code, e.ErrorMessage(), code, message)
	}
}

// wantNotFound checks for a NotFoundException with an exact message.
func wantNotFound(t *testing.T, err error, message string) {
	t.Helper()
	var e *types.NotFoundException
	if !errors.As(err, &e) || e.Code == nil || *e.Code != "DoesNotExist" || e.ErrorMessage() != message {
		t.Errorf("error = %v, want NotFoundException DoesNotExist %q", err, message)
	}
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

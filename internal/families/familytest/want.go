package familytest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// Ed25519Line is a public key, Ed25519Fingerprint what ssh-keygen -l says of it, in EC2's
// form: padded and without "SHA256:".
const (
	Ed25519Line        = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG6MmJagsBTlDu4xJav94bvathV2TCQNb/9qHA3RETCD"
	Ed25519Fingerprint = "ZIGNmp0Eq3UIKc4+ZzMoyk1leKrAuFLeZZ8D/2MhONY="
)

// Tag makes a tag.
//
//go:fix inline
func Tag(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }

// Client returns a client of a fresh server.
func Client(t *testing.T) *lightsail.Client {
	t.Helper()
	return lanyardtest.New(t).Client(Region)
}

// ImportKey is the quick way to a key pair.
func ImportKey(t *testing.T, c *lightsail.Client, name string) *types.Operation {
	t.Helper()
	return Do(t, c.ImportKeyPair, &lightsail.ImportKeyPairInput{KeyPairName: &name, PublicKeyBase64: new(Ed25519Line)}).Operation
}

// Plain lets cmp compare what the SDK returns: it leaves out a field that only marks the SDK's types.
var Plain = gocmp.FilterPath(func(p gocmp.Path) bool { return p.Last().String() == ".noSmithyDocumentSerde" }, gocmp.Ignore())

// WantInvalid checks for an InvalidInputException with a symbolic code and an exact
// message.
func WantInvalid(t *testing.T, err error, code, message string) {
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

// WantNotFound checks for a NotFoundException with an exact message.
func WantNotFound(t *testing.T, err error, message string) {
	t.Helper()
	var e *types.NotFoundException
	if !errors.As(err, &e) || e.Code == nil || *e.Code != "DoesNotExist" || e.ErrorMessage() != message {
		t.Errorf("error = %v, want NotFoundException DoesNotExist %q", err, message)
	}
}

// WantFailed checks for an OperationFailureException with an exact message.
func WantFailed(t *testing.T, err error, message string) {
	t.Helper()
	var e *types.OperationFailureException
	if !errors.As(err, &e) || e.ErrorMessage() != message {
		t.Errorf("error = %v, want OperationFailureException %q", err, message)
	}
}

// NoError ends the test at an error.
func NoError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Titles lists operations as "type name".
func Titles(ops []types.Operation) []string {
	list := []string{}
	for _, op := range ops {
		list = append(list, fmt.Sprint(op.OperationType, " ", *op.ResourceName))
	}
	return list
}

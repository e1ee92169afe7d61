//go:build clients

package clients

import (
	"errors"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"
)

func anonymous(o *lightsail.Options) { o.Credentials = aws.AnonymousCredentials{} }

// wantError checks for an exception of the SDK's types with its code and its message; an empty message means
// any.
func wantError(t *testing.T, err error, want smithy.APIError) {
	t.Helper()
	got := reflect.New(reflect.TypeOf(want))
	if !errors.As(err, got.Interface()) {
		t.Errorf("error = %v, want %T", err, want)
		return
	}
	exception := got.Elem().Interface().(smithy.APIError)
	code := func(e smithy.APIError) string {
		return aws.ToString(reflect.ValueOf(e).Elem().FieldByName("Code").Interface().(*string))
	}
	message := want.ErrorMessage()
	if code(exception) != code(want) || exception.ErrorMessage() == "" || message != "" && exception.ErrorMessage() != message {
		t.Errorf("error = %s %q, want %s %q", code(exception), exception.ErrorMessage(), code(want), message)
	}
	wantResponse(t, err)
}

// wantFrontError checks for an error that the SDK has no type for.
func wantFrontError(t *testing.T, err error, code, message string) {
	t.Helper()
	var e *smithy.GenericAPIError
	if !errors.As(err, &e) || e.Code != code || !regexp.MustCompile(message).MatchString(e.Message) {
		t.Errorf("error = %v, want %s %s", err, code, message)
		return
	}
	wantResponse(t, err)
}

// wantResponse checks what the SDK tells of a refusal beside its words.
func wantResponse(t *testing.T, err error) {
	t.Helper()
	var e *awshttp.ResponseError
	if !errors.As(err, &e) || e.HTTPStatusCode() != http.StatusBadRequest || !uuidForm.MatchString(e.ServiceRequestID()) {
		t.Errorf("status or request id is wrong: %v", err)
	}
}

func invalid(code, message string) smithy.APIError {
	return &types.InvalidInputException{Code: &code, Message: &message}
}

func missing(message string) smithy.APIError {
	return &types.NotFoundException{Code: new("DoesNotExist"), Message: &message}
}

func testRefusals(t *testing.T, c *lightsail.Client) {
	const noOperation = "00000000-0000-4000-8000-000000000000"
	badName := invalid("InvalidResourceName", "custom gitlab is not a valid resource name. "+
		"Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and .")
	importKey(t, c, "laptop")
	ctx := t.Context()
	for _, tt := range []struct {
		name string
		call func() error
		want smithy.APIError
	}{
		{"create a taken name", func() error {
			_, err := c.CreateKeyPair(ctx, &lightsail.CreateKeyPairInput{KeyPairName: new("laptop")})
			return err
		}, invalid("NameExists", "Some names are already in use: laptop")},
		{"create the default pair's name", func() error {
			_, err := c.CreateKeyPair(ctx, &lightsail.CreateKeyPairInput{KeyPairName: new("LightsailDefaultKeyPair")})
			return err
		}, invalid("NameExists", "Some names are already in use: LightsailDefaultKeyPair")},
		{"create a bad name", func() error {
			_, err := c.CreateKeyPair(ctx, &lightsail.CreateKeyPairInput{KeyPairName: new("custom gitlab")})
			return err
		}, badName},
		{"import a bad name", func() error {
			_, err := c.ImportKeyPair(ctx, &lightsail.ImportKeyPairInput{KeyPairName: new("custom gitlab"), PublicKeyBase64: new(publicKey)})
			return err
		}, badName},
		{"import what is no key", func() error {
			_, err := c.ImportKeyPair(ctx, &lightsail.ImportKeyPairInput{KeyPairName: new("other"), PublicKeyBase64: new("ssh-rsa AAAA")})
			return err
		}, invalid("InvalidKey.Format", "The format of this public key is not valid.")},
		{"get a pair that is not there", func() error {
			_, err := c.GetKeyPair(ctx, &lightsail.GetKeyPairInput{KeyPairName: new("nobody")})
			return err
		}, missing("The KeyPair does not exist: nobody")},
		{"get a bad name", func() error {
			_, err := c.GetKeyPair(ctx, &lightsail.GetKeyPairInput{KeyPairName: new("custom gitlab")})
			return err
		}, badName},
		{"delete a pair that is not there", func() error {
			_, err := c.DeleteKeyPair(ctx, &lightsail.DeleteKeyPairInput{KeyPairName: new("nobody")})
			return err
		}, missing("The KeyPair does not exist: nobody")},
		{"delete with another fingerprint", func() error {
			_, err := c.DeleteKeyPair(ctx, &lightsail.DeleteKeyPairInput{KeyPairName: new("laptop"), ExpectedFingerprint: new("00:11")})
			return err
		}, invalid("InvalidParams", "")},
		{"get an operation that is not there", func() error {
			_, err := c.GetOperation(ctx, &lightsail.GetOperationInput{OperationId: new(noOperation)})
			return err
		}, missing("The Operation does not exist: " + noOperation)},
		{"a bad page token", func() error {
			_, err := c.GetOperations(ctx, &lightsail.GetOperationsInput{PageToken: new("nonsense")})
			return err
		}, invalid("InvalidParams", "")},
	} {
		t.Run(tt.name, func(t *testing.T) { wantError(t, tt.call(), tt.want) })
	}
}

func testRefusedTags(t *testing.T, c *lightsail.Client) {
	importKey(t, c, "laptop")
	for name, tags := range map[string][]types.Tag{
		"reserved key":   {tag("aws:a", "")},
		"reserved value": {tag("a", "aws:a")},
		"empty key":      {tag("", "")},
		"long key":       {tag(strings.Repeat("k", 129), "")},
		"long value":     {tag("a", strings.Repeat("v", 257))},
		"bad character":  {tag("a#", "")},
		"one key twice":  {tag("a", "1"), tag("a", "2")},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("laptop"), Tags: tags})
			wantError(t, err, invalid("InvalidParams", ""))
			_, err = c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("other"), Tags: tags})
			wantError(t, err, invalid("InvalidParams", ""))
		})
	}
	t.Run("another resource's ARN", func(t *testing.T) {
		importKey(t, c, "office")
		in := &lightsail.TagResourceInput{ResourceName: new("laptop"), ResourceArn: getKey(t, c, "office").Arn, Tags: []types.Tag{tag("a", "")}}
		_, err := c.TagResource(t.Context(), in)
		wantError(t, err, invalid("InvalidParams", ""))
	})
	t.Run("no resource", func(t *testing.T) {
		_, err := c.UntagResource(t.Context(), &lightsail.UntagResourceInput{ResourceName: new("nobody"), TagKeys: []string{"a"}})
		var e *types.NotFoundException
		if !errors.As(err, &e) || aws.ToString(e.Code) != "DoesNotExist" {
			t.Errorf("error = %v", err)
		}
	})
	if tags := getKey(t, c, "laptop").Tags; len(tags) != 0 {
		t.Errorf("refused tags were kept: %v", tags)
	}
}

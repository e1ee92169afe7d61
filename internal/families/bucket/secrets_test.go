package bucket_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/test/syncbuffer"
)

// TestCreateBucketAccessKey_showsTheSecretOnce looks for the secret in the log and in the files of the store, and wants the key to
// be none of Lightsail's own API.
func TestCreateBucketAccessKey_showsTheSecretOnce(t *testing.T) {
	log, dsn := &syncbuffer.Buffer{}, sqliteDSN(t)
	w := newWalkIn(t, func(testing.TB) string { return dsn }, slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	at, name := w.Tenants[0], new("photos")
	familytest.Do(t, at.CreateBucket, &lightsail.CreateBucketInput{BucketName: name, BundleId: new("small_1_0")})
	key := familytest.Do(t, at.CreateBucketAccessKey, &lightsail.CreateBucketAccessKeyInput{BucketName: name}).AccessKey
	for _, k := range familytest.Do(t, at.GetBucketAccessKeys, &lightsail.GetBucketAccessKeysInput{BucketName: name}).AccessKeys {
		if k.SecretAccessKey != nil {
			t.Error("GetBucketAccessKeys shows a secret")
		}
	}
	as := func(o *lightsail.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider(*key.AccessKeyId, *key.SecretAccessKey, "")
		o.Retryer = aws.NopRetryer{}
	}
	if _, err := at.GetBuckets(t.Context(), &lightsail.GetBucketsInput{}, as); err == nil || !strings.Contains(err.Error(), "UnrecognizedClientException") {
		t.Errorf("GetBuckets with the key of a bucket: error %v, want UnrecognizedClientException", err)
	}
	if text := log.String(); !strings.Contains(text, "CreateBucketAccessKey") || strings.Contains(text, *key.SecretAccessKey) {
		t.Errorf("the log has the secret, or not the call: %s", text)
	}
	files, err := filepath.Glob(dsn + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("files of the store: %q, %v", files, err)
	}
	found := false
	for _, file := range files {
		text, err := os.ReadFile(file)
		familytest.NoError(t, err)
		found = found || bytes.Contains(text, []byte(*key.AccessKeyId))
		if bytes.Contains(text, []byte(*key.SecretAccessKey)) {
			t.Errorf("%s has the secret in the open", file)
		}
	}
	if !found {
		t.Errorf("none of %q has the id of the key", files)
	}
}

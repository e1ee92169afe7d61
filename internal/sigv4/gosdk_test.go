package sigv4_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/sigv4"
)

// TestVerify_acceptsTheGoSDK lets the SDK's whole client speak to a server, on the real clock.
func TestVerify_acceptsTheGoSDK(t *testing.T) {
	v := newVerifier()
	refused := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			var sig *sigv4.Signature
			if sig, err = check(v, r, string(body), time.Now()); err == nil && sig.SessionToken != "token" {
				err = sigv4.UnknownToken()
			}
		}
		refused <- err
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = io.WriteString(w, "{}")
	}))
	defer server.Close()

	client := lightsail.New(lightsail.Options{
		BaseEndpoint: aws.String(server.URL),
		Region:       testRegion,
		Credentials:  credentials.NewStaticCredentialsProvider(testKeyID, testSecret, "token"),
	})
	_, err := client.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: aws.String("gr\u00fc\u00df")})
	if err != nil {
		t.Fatal(err)
	}
	if err := <-refused; err != nil {
		t.Error(err)
	}
}

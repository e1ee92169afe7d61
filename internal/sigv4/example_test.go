package sigv4_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/sigv4"
)

// A server reads the body, finds the secret between the two steps, and acts only on what was signed.
func ExampleVerifier() {
	verifier := sigv4.New(sigv4.Options{Service: "lightsail"})
	secrets := map[string]string{"AKIAIOSFODNN7EXAMPLE": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}

	authenticate := func(r *http.Request) (*sigv4.Signature, error) {
		body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, 1<<20))
		if err != nil {
			return nil, fmt.Errorf("reading the body: %w", err)
		}
		sig, err := verifier.Parse(r, time.Now())
		if err != nil {
			return nil, err
		}
		secret, ok := secrets[sig.AccessKeyID]
		if !ok {
			return nil, sigv4.UnknownKey()
		}
		return sig, verifier.Verify(sig, r, body, secret)
	}

	_, err := authenticate(httptest.NewRequest(http.MethodPost, "/", http.NoBody))
	fmt.Println(err)
	// Output: MissingAuthenticationTokenException: Missing Authentication Token
}

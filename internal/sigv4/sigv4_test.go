package sigv4_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/sigv4"
)

const (
	testKeyID  = "AKIAIOSFODNN7EXAMPLE"
	testSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	testRegion = "eu-central-1"
	testBody   = `{"keyPairName":"deploy"}`
)

var testNow = time.Date(2026, 9, 21, 23, 58, 30, 0, time.UTC)

func newVerifier() *sigv4.Verifier {
	return sigv4.New(sigv4.Options{
		Service:     "lightsail",
		ValidRegion: func(region string) bool { return region == testRegion || region == "us-east-1" },
	})
}

// newRequest returns what a client sends to create a key pair, not yet signed.
func newRequest() *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://localhost:2016/", strings.NewReader(testBody))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Lightsail_20161128.CreateKeyPair")
	return r
}

// sign signs with the Go SDK's signer.
func sign(t testing.TB, r *http.Request, body string, at time.Time, token string) {
	t.Helper()
	signAs(t, r, body, at, aws.Credentials{AccessKeyID: testKeyID, SecretAccessKey: testSecret, SessionToken: token})
}

func signAs(t testing.TB, r *http.Request, body string, at time.Time, creds aws.Credentials) {
	t.Helper()
	err := v4.NewSigner().SignHTTP(t.Context(), creds, r, hexSum(body), "lightsail", testRegion, at)
	if err != nil {
		t.Fatalf("signing with the SDK: %v", err)
	}
}

func signedRequest(t testing.TB) *http.Request {
	t.Helper()
	r := newRequest()
	sign(t, r, testBody, testNow, "")
	return r
}

// check does what a server does: parse, look the key up, verify.
func check(v *sigv4.Verifier, r *http.Request, body string, now time.Time) (*sigv4.Signature, error) {
	sig, err := v.Parse(r, now)
	if err != nil {
		return nil, err
	}
	if sig.AccessKeyID != testKeyID {
		return nil, sigv4.UnknownKey()
	}
	return sig, v.Verify(sig, r, []byte(body), testSecret)
}

func wantError(t *testing.T, err error, code, message string) {
	t.Helper()
	var got *sigv4.Error
	if !errors.As(err, &got) {
		t.Fatalf("got %v, want a *sigv4.Error", err)
	}
	if diff := cmp.Diff(&sigv4.Error{Code: code, Message: message}, got); diff != "" {
		t.Errorf("wrong refusal (-want +got):\n%s", diff)
	}
}

const mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret " +
	"Access Key and signing method. Consult the service documentation for details."

func TestParse_returnsSignerAndScope(t *testing.T) {
	r := newRequest()
	sign(t, r, testBody, testNow, "the-session-token")
	got, err := check(newVerifier(), r, testBody, testNow)
	if err != nil {
		t.Fatal(err)
	}
	if got.AccessKeyID != testKeyID || got.Date != "20260921" || got.Region != testRegion || got.Service != "lightsail" ||
		!got.Time.Equal(testNow) || got.SessionToken != "the-session-token" {
		t.Errorf("got %+v", got)
	}
	want := []string{"content-length", "content-type", "host", "x-amz-date", "x-amz-security-token", "x-amz-target"}
	if diff := cmp.Diff(want, got.SignedHeaders); diff != "" {
		t.Errorf("signed headers (-want +got):\n%s", diff)
	}
}

// Everything that may vary in a request, signed by the SDK and verified here.
func TestVerify_acceptsWhatTheSDKSigns(t *testing.T) {
	tests := []struct {
		name string
		body string
		edit func(*http.Request)
	}{
		{"empty object", "{}", func(*http.Request) {}},
		{"no body", "", func(*http.Request) {}},
		{"binary body", "\x00\xff\xfe", func(*http.Request) {}},
		{"no content type", "{}", func(r *http.Request) { r.Header.Del("Content-Type") }},
		{"another method", "", func(r *http.Request) { r.Method = http.MethodPut }},
		{"host without port", "{}", func(r *http.Request) { r.Host = "lightsail.eu-central-1.amazonaws.com" }},
		{"IPv6 host", "{}", func(r *http.Request) { r.Host = "[::1]:2016" }},
		{"header with spaces", "{}", func(r *http.Request) { r.Header.Set("X-Amz-Note", "  a   b \t c  ") }},
		{"header with several values", "{}", func(r *http.Request) { r.Header["X-Amz-Note"] = []string{"z", " a ", "m"} }},
		{"header without value", "{}", func(r *http.Request) { r.Header.Set("X-Amz-User-Agent", "") }},
		{"header with bytes beyond ASCII", "{}", func(r *http.Request) { r.Header.Set("X-Amz-Note", "gr\u00fc\u00df, \xff") }},
		{"header with a long name", "{}", func(r *http.Request) { r.Header.Set(strings.Repeat("Long-", 40)+"Name", "v") }},
		{"headers that SDKs leave unsigned", "{}", func(r *http.Request) {
			r.Header.Set("User-Agent", "aws-sdk-go-v2/1.47")
			r.Header.Set("X-Amzn-Trace-Id", "Root=1")
			r.Header.Set("Expect", "100-continue")
		}},
		{"retry headers", "{}", func(r *http.Request) {
			r.Header.Set("Amz-Sdk-Invocation-Id", "5bf1ac4b-44c4-4d4c-8a8d-2ddc1d5b4d1f")
			r.Header.Set("Amz-Sdk-Request", "attempt=1; max=3")
		}},
		{"payload hash in a header", "{}", func(r *http.Request) {
			r.Header.Set("X-Amz-Content-Sha256", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
		}},
		{"path", "", func(r *http.Request) { r.RequestURI, r.URL.Path = "", "/ls/api/grün & blau/(1)" }},
		{"path with encoded slash", "", func(r *http.Request) { r.RequestURI, r.URL.Path, r.URL.RawPath = "", "/a/b", "/a%2Fb" }},
		{"query", "", func(r *http.Request) { r.URL.RawQuery = "b=2&a=1&b=1&a=&c&%C3%BC=%2B+%20~&A-=x&A=y" }},
		{"query value with slash", "", func(r *http.Request) { r.URL.RawQuery = "k=a/b&k=a-b" }},
	}
	v := newVerifier()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRequest()
			r.ContentLength = int64(len(tt.body))
			tt.edit(r)
			query := r.URL.RawQuery
			sign(t, r, tt.body, testNow, "")
			if _, err := check(v, r, tt.body, testNow); err != nil {
				t.Errorf("with the query as the signer left it: %v", err)
			}
			r.URL.RawQuery = query
			if _, err := check(v, r, tt.body, testNow); err != nil {
				t.Errorf("with the query as it was before: %v", err)
			}
		})
	}
}

// A header may be listed though the SDKs do not sign it; the value is then the one that was sent.
func TestVerify_coversAllListedHeaders(t *testing.T) {
	for _, name := range []string{"User-Agent", "Expect", "Connection", "Accept-Encoding", "Cookie"} {
		t.Run(name, func(t *testing.T) {
			r := newRequest()
			r.Header.Set(name, "as sent")
			signBy(t, r, testBody, testNow, append(covered(), strings.ToLower(name))...)
			if _, err := check(newVerifier(), r, testBody, testNow); err != nil {
				t.Fatal(err)
			}
			r.Header.Set(name, "another")
			_, err := check(newVerifier(), r, testBody, testNow)
			wantError(t, err, sigv4.CodeInvalidSignature, mismatch)
		})
	}
}

// What decides nothing may be added after the request was signed: by signing libraries that leave a header out of their
// list, by SDKs, by tracers and proxies.
func TestVerify_acceptsUnsignedHeaders(t *testing.T) {
	for name, value := range map[string]string{
		"X-Amz-Content-Sha256": hexSum(testBody), "X-Amz-User-Agent": "aws-sdk-js/3", "X-Amz-Note": "", "X-Amz-Cf-Id": "x", "Amz-Sdk-Request": "attempt=1",
		"Amz-Sdk-Invocation-Id": "x", "X-Amzn-Trace-Id": "Root=1", "X-Forwarded-For": "192.0.2.1", "Via": "1.1 proxy", "Cookie": "a=b",
	} {
		t.Run(name, func(t *testing.T) {
			r := newRequest()
			sign(t, r, testBody, testNow, "")
			r.Header.Set(name, value)
			if _, err := check(newVerifier(), r, testBody, testNow); err != nil {
				t.Errorf("an unsigned %s: %v", name, err)
			}
		})
	}
}

// A header that is listed and was not sent counts as empty, whichever of the two the signer had.
func TestVerify_acceptsAbsentSignedHeaders(t *testing.T) {
	r := newRequest()
	r.Header.Set("X-Amz-Note", "")
	signBy(t, r, testBody, testNow, append(covered(), "x-amz-note")...)
	r.Header.Del("X-Amz-Note")
	if _, err := check(newVerifier(), r, testBody, testNow); err != nil {
		t.Errorf("without a header that was signed as empty: %v", err)
	}
	r = newRequest()
	r.Header.Set("X-Amz-Note", "n")
	signBy(t, r, testBody, testNow, append(covered(), "x-amz-note")...)
	r.Header.Del("X-Amz-Note")
	_, err := check(newVerifier(), r, testBody, testNow)
	wantError(t, err, sigv4.CodeInvalidSignature, mismatch)
}

func TestVerify_transferEncoding(t *testing.T) {
	r := newRequest()
	r.Header.Set("Transfer-Encoding", "chunked")
	signBy(t, r, testBody, testNow, append(covered(), "transfer-encoding")...)
	r.Header.Del("Transfer-Encoding") // as net/http's server does
	r.ContentLength, r.TransferEncoding = -1, []string{"chunked"}
	if _, err := check(newVerifier(), r, testBody, testNow); err != nil {
		t.Fatal(err)
	}
}

func TestVerify_contentLength(t *testing.T) {
	r := newRequest()
	r.Header.Set("Content-Length", "24")
	signBy(t, r, testBody, testNow, append(covered(), "content-length")...)
	if _, err := check(newVerifier(), r, testBody, testNow); err != nil {
		t.Errorf("as a header: %v", err)
	}
	r.Header.Del("Content-Length")
	if _, err := check(newVerifier(), r, testBody, testNow); err != nil {
		t.Errorf("as the request's length: %v", err)
	}
	r.ContentLength = -1
	_, err := check(newVerifier(), r, testBody, testNow)
	wantError(t, err, sigv4.CodeInvalidSignature, mismatch)
}

func TestParse_dateHeader(t *testing.T) {
	tests := []struct{ name, date string }{
		{"as HTTP prescribes", "Mon, 21 Sep 2026 23:58:30 GMT"},
		{"as Python's email.utils writes it", "Mon, 21 Sep 2026 23:58:30 -0000"},
		{"in another zone, where it is the next day", "Tue, 22 Sep 2026 01:58:30 +0200"},
		{"in ISO basic format", "20260921T235830Z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRequest()
			r.Header.Set("Date", tt.date)
			signBy(t, r, testBody, testNow, "date", "host", "x-amz-target")
			got, err := check(newVerifier(), r, testBody, testNow)
			if err != nil {
				t.Fatal(err)
			}
			if !got.Time.Equal(testNow) || got.Time.Location() != time.UTC {
				t.Errorf("signed at %v, want %v", got.Time, testNow)
			}
		})
	}
	t.Run("is ignored beside X-Amz-Date", func(t *testing.T) {
		r := newRequest()
		r.Header["Date"] = []string{"yesterday", "or so"}
		sign(t, r, testBody, testNow, "")
		if _, err := check(newVerifier(), r, testBody, testNow); err != nil {
			t.Fatal(err)
		}
	})
}

func TestParse_clockSkew(t *testing.T) {
	at := "20260921T235830Z"
	tests := []struct {
		name    string
		now     time.Time
		message string // "" if accepted
	}{
		{"on time", testNow, ""},
		{"five minutes ago", testNow.Add(5 * time.Minute), ""},
		{"five minutes and less than a second ago", testNow.Add(5*time.Minute + 999*time.Millisecond), ""},
		{
			"longer ago", testNow.Add(5*time.Minute + time.Second),
			"Signature expired: " + at + " is now earlier than 20260921T235831Z (20260922T000331Z - 5 min.)",
		},
		{"five minutes ahead", testNow.Add(-5 * time.Minute), ""},
		{
			"further ahead", testNow.Add(-5*time.Minute - time.Second),
			"Signature not yet current: " + at + " is still later than 20260921T235829Z (20260921T235329Z + 5 min.)",
		},
		{
			"server in another zone", testNow.In(time.FixedZone("", 7*3600)).Add(time.Hour),
			"Signature expired: " + at + " is now earlier than 20260922T005330Z (20260922T005830Z - 5 min.)",
		},
	}
	v := newVerifier()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := check(v, signedRequest(t), testBody, tt.now)
			if tt.message != "" {
				wantError(t, err, sigv4.CodeInvalidSignature, tt.message)
			} else if err != nil {
				t.Fatal(err)
			}
		})
	}
	t.Run("as wide as the options say", func(t *testing.T) {
		v := sigv4.New(sigv4.Options{Service: "lightsail", ClockSkew: 15 * time.Minute})
		if _, err := check(v, signedRequest(t), testBody, testNow.Add(15*time.Minute)); err != nil {
			t.Error(err)
		}
		_, err := check(v, signedRequest(t), testBody, testNow.Add(16*time.Minute))
		wantError(t, err, sigv4.CodeInvalidSignature,
			"Signature expired: "+at+" is now earlier than 20260921T235930Z (20260922T001430Z - 15 min.)")
	})
}

func TestError_ofCallers(t *testing.T) {
	wantError(t, sigv4.UnknownKey(), "UnrecognizedClientException", "The security token included in the request is invalid.")
	wantError(t, sigv4.UnknownToken(), "UnrecognizedClientException", "The security token included in the request is invalid")
	wantError(t, sigv4.ExpiredToken(), "ExpiredTokenException", "The security token included in the request is expired")
	if got := sigv4.ExpiredToken().Error(); got != "ExpiredTokenException: The security token included in the request is expired" {
		t.Errorf("as text: %q", got)
	}
}

func TestNew_needsAService(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a verifier for no service was made")
		}
	}()
	sigv4.New(sigv4.Options{})
}

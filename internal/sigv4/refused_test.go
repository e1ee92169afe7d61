package sigv4_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/sigv4"
)

func hexSum(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func hmacOf(key []byte, data string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(data))
	return h.Sum(nil)
}

const (
	incomplete = sigv4.CodeIncompleteSignature
	invalid    = sigv4.CodeInvalidSignature
	missing    = sigv4.CodeMissingAuthenticationToken

	credential = testKeyID + "/20260921/eu-central-1/lightsail/aws4_request"
	someHex    = "fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024"
	fine       = "AWS4-HMAC-SHA256 Credential=" + credential + ", SignedHeaders=host;x-amz-date;x-amz-target, Signature=" + someHex
)

// authorization replaces the header by one that says value.
func authorization(value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", value) }
}

// credentialed replaces the credential only.
func credentialed(value string) func(*http.Request) {
	return authorization(strings.Replace(fine, credential, value, 1))
}

// listing replaces the list of signed headers only.
func listing(value string) func(*http.Request) {
	return authorization(strings.Replace(fine, "host;x-amz-date;x-amz-target", value, 1))
}

func header(name string, values ...string) func(*http.Request) {
	return func(r *http.Request) { r.Header[name] = values }
}

func query(raw string) func(*http.Request) {
	return func(r *http.Request) { r.URL.RawQuery = raw }
}

// presigned is a request that is signed in its query string only.
func presigned(raw string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Del("Authorization")
		r.URL.RawQuery = raw
	}
}

type refusal struct {
	name    string
	edit    func(*http.Request) // what is done to a request that the SDK has signed
	code    string
	message string
}

// testRefusals edits a signed request, one way each, and expects the one answer.
func testRefusals(t *testing.T, tests []refusal) {
	v := newVerifier()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := signedRequest(t)
			tt.edit(r)
			_, err := check(v, r, testBody, testNow)
			wantError(t, err, tt.code, tt.message)
		})
	}
}

func TestParse_refusesMissingAndForeignAuthorization(t *testing.T) {
	const noToken = "Missing Authentication Token"
	testRefusals(t, []refusal{
		{"none", func(r *http.Request) { r.Header.Del("Authorization") }, missing, noToken},
		{"empty", authorization(""), missing, noToken},
		{"spaces", authorization("   "), missing, noToken},
		{"leading space", authorization(" " + fine), missing, noToken},
		{"bearer token", authorization("Bearer eyJhbGciOi"), missing, noToken},
		{"basic", authorization("Basic dXNlcjpwYXNz"), missing, noToken},
		{"header name doubled", authorization("Authorization: " + fine), missing, noToken},
		{"lower-case algorithm", authorization("aws4-hmac-sha256 Credential=a"), missing, noToken},
		{
			"version 2", authorization("AWS AKIDEXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg="), incomplete,
			"Unsupported AWS 'algorithm': 'AWS' (only AWS4-HMAC-SHA256 for now). ",
		},
		{
			"version 3", authorization("AWS3-HTTPS AWSAccessKeyId=a,Algorithm=HmacSHA256,Signature=b"), incomplete,
			"Unsupported AWS 'algorithm': 'AWS3-HTTPS' (only AWS4-HMAC-SHA256 for now). ",
		},
		{
			"version 4A", authorization("AWS4-ECDSA-P256-SHA256 Credential=a/20260921/lightsail/aws4_request"), incomplete,
			"Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now). ",
		},
		{
			"truncated algorithm", authorization("AWS4-HMAC-SHA25 " + fine), incomplete,
			"Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ",
		},
		{
			"algorithm that is not text", authorization("AWS\xff Credential=a"), incomplete,
			"Unsupported AWS 'algorithm': 'AWS\uFFFD' (only AWS4-HMAC-SHA256 for now). ",
		},
	})
}

func TestParse_refusesMalformedAuthorization(t *testing.T) {
	const (
		needsCredential = "Authorization header requires 'Credential' parameter. "
		needsSignature  = "Authorization header requires 'Signature' parameter. "
		needsHeaders    = "Authorization header requires 'SignedHeaders' parameter. "
		needsDate       = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
		alg             = "AWS4-HMAC-SHA256"
	)
	testRefusals(t, []refusal{
		{
			"algorithm only", authorization(alg), incomplete,
			needsCredential + needsSignature + needsHeaders + "Authorization=" + alg,
		},
		{
			"everything missing", func(r *http.Request) { authorization(alg)(r); r.Header.Del("X-Amz-Date") }, incomplete,
			needsCredential + needsSignature + needsHeaders + needsDate + "Authorization=" + alg,
		},
		{
			"no credential", authorization(alg + " SignedHeaders=host, Signature=b"), incomplete,
			needsCredential + "Authorization=" + alg + " SignedHeaders=host, Signature=b",
		},
		{
			"empty credential", authorization(alg + " Credential=,SignedHeaders=host,Signature=b"), incomplete,
			needsCredential + "Authorization=" + alg + " Credential=,SignedHeaders=host,Signature=b",
		},
		{
			"no signature", authorization(alg + " Credential=a, SignedHeaders=host"), incomplete,
			needsSignature + "Authorization=" + alg + " Credential=a, SignedHeaders=host",
		},
		{
			"empty signature", authorization(alg + " Credential=a, SignedHeaders=host, Signature="), incomplete,
			needsSignature + "Authorization=" + alg + " Credential=a, SignedHeaders=host, Signature=",
		},
		{
			"no list of signed headers", authorization(alg + " Credential=a, Signature=b"), incomplete,
			needsHeaders + "Authorization=" + alg + " Credential=a, Signature=b",
		},
		{
			"no date", func(r *http.Request) { authorization(fine)(r); r.Header.Del("X-Amz-Date") }, incomplete,
			needsDate + "Authorization=" + fine,
		},
		{
			"no equal-sign", authorization(alg + " Signature=b,  Credential,  SignedHeaders"), incomplete,
			"'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: " +
				"'AWS4-HMAC-SHA256 Signature=b,  Credential,  SignedHeaders'.",
		},
		{
			"space in a key id", authorization(alg + " Credential= AKID/20260921/eu-central-1/lightsail/aws4_request"), incomplete,
			"'AKID/20260921/eu-central-1/lightsail/aws4_request' not a valid key=value pair (missing equal-sign) in " +
				"Authorization header: 'AWS4-HMAC-SHA256 Credential= AKID/20260921/eu-central-1/lightsail/aws4_request'.",
		},
		{
			"parameter twice", authorization(fine + ", Signature=" + someHex), incomplete,
			"Authorization header has more than one 'Signature' parameter.",
		},
		{
			"empty parameter, then another", authorization(alg + " Credential=, Credential=a"), incomplete,
			"Authorization header has more than one 'Credential' parameter.",
		},
		{
			"unknown parameter", authorization(fine + ", Algorithm=HmacSHA256"), incomplete,
			"Authorization header has an unknown parameter 'Algorithm'.",
		},
		{
			"lower-case parameter", authorization(strings.Replace(fine, "Signature", "signature", 1)), incomplete,
			"Authorization header has an unknown parameter 'signature'.",
		},
		{
			"too long", authorization(fine + strings.Repeat(" ", 8192)), incomplete,
			"Authorization header is longer than 8192 bytes.",
		},
	})
}

func TestParse_refusesDuplicateHeaders(t *testing.T) {
	const more = "The request has more than one '"
	testRefusals(t, []refusal{
		{"authorization", header("Authorization", fine, fine), incomplete, more + "Authorization' header."},
		{"x-amz-date", header("X-Amz-Date", "20260921T235830Z", "20260921T235830Z"), incomplete, more + "X-Amz-Date' header."},
		{
			"x-amz-target", header("X-Amz-Target", "Lightsail_20161128.GetKeyPair", "Lightsail_20161128.DeleteKeyPair"), incomplete,
			more + "X-Amz-Target' header.",
		},
		{"x-amz-security-token", header("X-Amz-Security-Token", "a", "b"), incomplete, more + "X-Amz-Security-Token' header."},
		{
			"x-amz-content-sha256", header("X-Amz-Content-Sha256", someHex, "UNSIGNED-PAYLOAD"), incomplete,
			more + "X-Amz-Content-Sha256' header.",
		},
		{"date in place of x-amz-date", func(r *http.Request) {
			r.Header.Del("X-Amz-Date")
			r.Header["Date"] = []string{"20260921T235830Z", "20260921T235831Z"}
		}, incomplete, more + "Date' header."},
		{"host beside :authority", header("Host", "example.com"), incomplete, more + "Host' header."},
		{"host twice beside :authority", header("Host", "localhost:2016", "localhost:2016"), incomplete, more + "Host' header."},
	})
}

func TestVerify_acceptsAHostThatRepeatsTheAuthority(t *testing.T) {
	r := signedRequest(t)
	r.Header.Set("Host", r.Host)
	if _, err := check(newVerifier(), r, testBody, testNow); err != nil {
		t.Fatal(err)
	}
}

func TestParse_refusesQueryAuthentication(t *testing.T) {
	const (
		both  = "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
		alone = "Authentication in the query string ('X-Amz-Algorithm') is not supported. " +
			"Sign the request with an 'Authorization' header."
	)
	tests := []refusal{
		{"presigned", presigned("X-Amz-SignedHeaders=host&X-Amz-Signature=" + someHex + "&X-Amz-Algorithm=AWS4-HMAC-SHA256"), invalid, alone},
		{"presigned, name encoded", presigned("%58-Amz-Algorithm=AWS4-HMAC-SHA256"), invalid, alone},
		{"both", query("X-Amz-Algorithm=AWS4-HMAC-SHA256"), invalid, both},
		{"both, without value", query("a=b&X-Amz-Algorithm"), invalid, both},
		{"invalid encoding", query("a=b&%zz=1"), incomplete, "The query string has an invalid percent-encoding."},
		{"invalid encoding in a value", query("a=%f"), incomplete, "The query string has an invalid percent-encoding."},
		{"too long", query("a=" + strings.Repeat("b", 8192)), incomplete, "Query string is longer than 8192 bytes."},
	}
	for _, name := range []string{
		"X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token",
	} {
		tests = append(tests,
			refusal{name + " only", presigned(name + "=x"), invalid, strings.Replace(alone, "X-Amz-Algorithm", name, 1)},
			refusal{name + " and a header", query(name + "=x"), invalid, strings.Replace(both, "X-Amz-Algorithm", name, 1)})
	}
	testRefusals(t, tests)
}

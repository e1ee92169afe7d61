package sigv4_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

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

func TestRefusesMissingAndForeignAuthorization(t *testing.T) {
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

func TestRefusesMalformedAuthorization(t *testing.T) {
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

func TestRefusesDuplicateHeaders(t *testing.T) {
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

func TestAcceptsHostThatRepeatsAuthority(t *testing.T) {
	r := signedRequest(t)
	r.Header.Set("Host", r.Host)
	if _, err := check(newVerifier(), r, testBody, testNow); err != nil {
		t.Fatal(err)
	}
}

func TestRefusesQueryAuthentication(t *testing.T) {
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

func TestRefusesMalformedDate(t *testing.T) {
	tests := []struct{ name, date string }{
		{"empty", ""},
		{"fragment", "201"},
		{"extended format", "2026-09-21T23:58:30Z"},
		{"no zone", "20260921T235830"},
		{"offset", "20260921T235830+0000"},
		{"lower case", "20260921t235830z"},
		{"fraction of a second", "20260921T235830.5Z"},
		{"fraction in place of digits", "20260921T235.30Z"},
		{"hour of one digit", "20260921T35830Z"},
		{"month 13", "20261321T235830Z"},
		{"day 31 of September", "20260931T235830Z"},
		{"second 60", "20260921T235860Z"},
		{"space behind", "20260921T235830Z "},
		{"HTTP's format", "Mon, 21 Sep 2026 23:58:30 GMT"},
	}
	for _, tt := range tests {
		message := "Date must be in ISO-8601 'basic format'. Got '" + tt.date + "'. See http://en.wikipedia.org/wiki/ISO_8601"
		testRefusals(t, []refusal{{tt.name, header("X-Amz-Date", tt.date), incomplete, message}})
	}
	testRefusals(t, []refusal{{"Date with a zone's name", func(r *http.Request) {
		r.Header.Del("X-Amz-Date")
		r.Header.Set("Date", "Mon, 21 Sep 2026 23:58:30 CEST")
	}, incomplete, "Date must be in ISO-8601 'basic format'. Got 'Mon, 21 Sep 2026 23:58:30 CEST'. " +
		"See http://en.wikipedia.org/wiki/ISO_8601"}})
}

func TestRefusesSignedHeaders(t *testing.T) {
	const (
		host   = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
		name   = "', which is not a lower-case header name."
		sorted = "'SignedHeaders' must be sorted and name each header once: '"
	)
	testRefusals(t, []refusal{
		{"empty", listing(""), invalid, host},
		{"without host", listing("x-amz-date;x-amz-target"), invalid, host},
		{":authority in place of host", listing(":authority;x-amz-date;x-amz-target"), incomplete, "'SignedHeaders' has ':authority" + name},
		{"without x-amz-target", listing("host;x-amz-date"), invalid, "'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization."},
		{"without x-amz-date", listing("host;x-amz-target"), invalid, "'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization."},
		{"without several", listing("host"), invalid, "'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization."},
		{
			"x-amz header added on the way", header("X-Amz-Security-Token", "stolen"), invalid,
			"'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization.",
		},
		{"upper case", listing("Host;x-amz-date;x-amz-target"), incomplete, "'SignedHeaders' has 'Host" + name},
		{"not sorted", listing("x-amz-date;host;x-amz-target"), incomplete, sorted + "host' comes after 'x-amz-date'."},
		{"repeated", listing("host;host;x-amz-date;x-amz-target"), incomplete, sorted + "host' comes after 'host'."},
		{"leading semicolon", listing(";host;x-amz-date;x-amz-target"), incomplete, "'SignedHeaders' has '" + name},
		{"semicolon behind", listing("host;x-amz-date;x-amz-target;"), incomplete, "'SignedHeaders' has '" + name},
		{"two semicolons", listing("host;;x-amz-date;x-amz-target"), incomplete, "'SignedHeaders' has '" + name},
		{"other separator", listing("host:x-amz-date:x-amz-target"), incomplete, "'SignedHeaders' has 'host:x-amz-date:x-amz-target" + name},
		{"not a header name", listing("host;x(y);x-amz-date;x-amz-target"), incomplete, "'SignedHeaders' has 'x(y)" + name},
		{
			"no host in the request", func(r *http.Request) { r.Host = "" }, invalid,
			"'host' is a 'SignedHeader' in the AWS Authorization, but the request has no such header.",
		},
		{"too many", listing("host" + strings.Repeat(";x", 100)), incomplete, "'SignedHeaders' has more than 100 names."},
	})
}

func TestRefusesCredential(t *testing.T) {
	const (
		five       = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '"
		region     = "Credential should be scoped to a valid region. "
		service    = "Credential should be scoped to correct service: 'lightsail'. "
		term       = "Credential should be scoped with a valid terminator: 'aws4_request', not '"
		date       = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"
		unknown    = sigv4.CodeUnrecognizedClient
		invalidKey = "The security token included in the request is invalid."
	)
	testRefusals(t, []refusal{
		{"four elements", credentialed("a/b/c/d"), incomplete, five + "a/b/c/d'"},
		{"one element", credentialed("a"), incomplete, five + "a'"},
		{
			"key id with a slash", credentialed("REDA/CTED/20260921/eu-central-1/lightsail/aws4_request"), incomplete,
			five + "REDA/CTED/20260921/eu-central-1/lightsail/aws4_request'",
		},
		{"slash behind", credentialed(credential + "/"), incomplete, five + credential + "/'"},
		{"unknown region", credentialed(testKeyID + "/20260921/mars-north-1/lightsail/aws4_request"), invalid, region},
		{"empty region", credentialed(testKeyID + "/20260921//lightsail/aws4_request"), invalid, region},
		{"region in upper case", credentialed(testKeyID + "/20260921/EU-CENTRAL-1/lightsail/aws4_request"), invalid, region},
		{"another service", credentialed(testKeyID + "/20260921/eu-central-1/ec2/aws4_request"), invalid, service},
		{"another terminator", credentialed(testKeyID + "/20260921/eu-central-1/lightsail/aws4"), invalid, term + "aws4'. "},
		{
			"another day", credentialed(testKeyID + "/20260922/eu-central-1/lightsail/aws4_request"), invalid,
			date + "20260922' != '20260921', from '20260921T235830Z'.",
		},
		{
			"everything wrong", credentialed("a/b/c/d/e"), invalid,
			region + service + term + "e'. " + date + "b' != '20260921', from '20260921T235830Z'.",
		},
		{"unknown key", credentialed("AKIAUNKNOWN/20260921/eu-central-1/lightsail/aws4_request"), unknown, invalidKey},
		{"empty key id", credentialed("/20260921/eu-central-1/lightsail/aws4_request"), unknown, invalidKey},
		{"key id that is not text", credentialed("AKIA\xff/20260921/eu-central-1/lightsail/aws4_request"), unknown, invalidKey},
		{"overlong key id", credentialed(strings.Repeat("A", 129) + "/20260921/eu-central-1/lightsail/aws4_request"), unknown, invalidKey},
	})
}

func TestRefusesPayload(t *testing.T) {
	signedAs := func(hash string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("X-Amz-Content-Sha256", hash)
			listing("host;x-amz-content-sha256;x-amz-date;x-amz-target")(r)
		}
	}
	unsigned := func(value string) string {
		return "The 'x-amz-content-sha256' value '" + value + "' is not supported. The payload must be signed as a whole."
	}
	const computed = "The provided 'x-amz-content-sha256' header does not match what was computed."
	testRefusals(t, []refusal{
		{"unsigned", signedAs("UNSIGNED-PAYLOAD"), invalid, unsigned("UNSIGNED-PAYLOAD")},
		{"signed in chunks", signedAs("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), invalid, unsigned("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")},
		{"unsigned chunks", signedAs("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), invalid, unsigned("STREAMING-UNSIGNED-PAYLOAD-TRAILER")},
		{"hash of another payload", signedAs(hexSum("{}")), invalid, computed},
		{"hash in upper case", signedAs(strings.ToUpper(hexSum(testBody))), invalid, computed},
		{"not a hash", signedAs("required"), invalid, computed},
		{"empty", signedAs(""), invalid, computed},
		{"hash of another payload, not signed", header("X-Amz-Content-Sha256", hexSum("{}")), invalid, computed},
		{"unsigned, not signed", header("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"), invalid, unsigned("UNSIGNED-PAYLOAD")},
	})
}

// What was signed and then changed on the way is refused with the one message that AWS has for it.
func TestRefusesWhatDiffersFromWhatWasSigned(t *testing.T) {
	replace := func(old, by string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, by, 1))
		}
	}
	signature := func(change func(string) string) func(*http.Request) {
		return func(r *http.Request) {
			before, after, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
			r.Header.Set("Authorization", before+"Signature="+change(after))
		}
	}
	path := func(uri string) func(*http.Request) {
		return func(r *http.Request) {
			r.RequestURI = uri
			r.URL = &url.URL{Path: uri}
		}
	}
	testRefusals(t, []refusal{
		{"method", func(r *http.Request) { r.Method = http.MethodGet }, invalid, mismatch},
		{"path", path("/x"), invalid, mismatch},
		{"query", query("a"), invalid, mismatch},
		{"host", func(r *http.Request) { r.Host = "localhost:2017" }, invalid, mismatch},
		{"target", header("X-Amz-Target", "Lightsail_20161128.DeleteKeyPair"), invalid, mismatch},
		{"content type", header("Content-Type", "application/json"), invalid, mismatch},
		{"value added to a header", header("Content-Type", "application/x-amz-json-1.1", "text/plain"), invalid, mismatch},
		{"time", header("X-Amz-Date", "20260921T235831Z"), invalid, mismatch},
		{"region", replace("eu-central-1", "us-east-1"), invalid, mismatch},
		{"list of signed headers", replace("content-type;", ""), invalid, mismatch},
		{"signature of something else", signature(func(string) string { return someHex }), invalid, mismatch},
		{"signature in upper case", signature(strings.ToUpper), invalid, mismatch},
		{"truncated signature", signature(func(s string) string { return s[:63] }), invalid, mismatch},
		{"lengthened signature", signature(func(s string) string { return s + "00" }), invalid, mismatch},
		{"signature that is not hex", signature(func(s string) string { return s[:63] + "g" }), invalid, mismatch},
	})
	t.Run("body", func(t *testing.T) {
		_, err := check(newVerifier(), signedRequest(t), testBody+" ", testNow)
		wantError(t, err, invalid, mismatch)
	})
	t.Run("secret", func(t *testing.T) {
		v, r := newVerifier(), signedRequest(t)
		sig, err := v.Parse(r, testNow)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"another", ""} {
			wantError(t, v.Verify(sig, r, []byte(testBody), secret), invalid, mismatch)
		}
	})
	t.Run("header removed between the two steps", func(t *testing.T) {
		v, r := newVerifier(), signedRequest(t)
		sig, err := v.Parse(r, testNow)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Del("Content-Type")
		wantError(t, v.Verify(sig, r, []byte(testBody), testSecret), invalid, mismatch)
	})
	t.Run("empty secret, even if it signed", func(t *testing.T) {
		v, r := newVerifier(), newRequest()
		signAs(t, r, testBody, testNow, aws.Credentials{AccessKeyID: testKeyID})
		sig, err := v.Parse(r, testNow)
		if err != nil {
			t.Fatal(err)
		}
		wantError(t, v.Verify(sig, r, []byte(testBody), ""), invalid, mismatch)
	})
}

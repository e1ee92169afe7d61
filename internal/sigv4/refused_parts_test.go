package sigv4_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cloud/lanyard/internal/sigv4"
)

func TestParse_refusesMalformedDates(t *testing.T) {
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
		{"space at the end", "20260921T235830Z "},
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

func TestParse_refusesSignedHeaders(t *testing.T) {
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
		{"semicolon at the end", listing("host;x-amz-date;x-amz-target;"), incomplete, "'SignedHeaders' has '" + name},
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

func TestParse_refusesCredentials(t *testing.T) {
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
		{"slash at the end", credentialed(credential + "/"), incomplete, five + credential + "/'"},
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

func TestVerify_refusesPayloads(t *testing.T) {
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
func TestVerify_refusesChangedRequests(t *testing.T) {
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

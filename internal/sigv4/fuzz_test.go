package sigv4_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"

	"github.com/lanyard-cloud/lanyard/internal/sigv4"
)

// FuzzVerify signs whatever request the input makes with the SDK's signer. The verifier must accept it, and must refuse
// it as soon as one character of what was signed is another.
func FuzzVerify(f *testing.F) {
	f.Add("", "", "X-Amz-Note", "a  b", []byte(testBody), uint16(0))
	f.Add("ls/api/2016-11-28", "b=2&a=1&a=%2B+&c", "Content-Type", "application/x-amz-json-1.1", []byte("{}"), uint16(3))
	f.Add("gr\u00fc\u00df e/", "A-=x&A=y&%C3%BC=%ff", "My-Header", " \t b\n a ", []byte{0, 0xff}, uint16(40))
	f.Add("a%2Fb;c=d", "x;y=1&&z", "Cookie", "", []byte(nil), uint16(200))
	v := newVerifier()
	f.Fuzz(func(t *testing.T, uri, query, name, value string, body []byte, flip uint16) {
		r, ok := fuzzedRequest(uri, query, name, value, body)
		if !ok {
			return
		}
		sign(t, r, string(body), testNow, "token")
		sig, err := check(v, r, string(body), testNow)
		if err != nil {
			t.Fatalf("refused %s %s %v: %v", r.Method, r.URL, r.Header, err)
		}
		if _, err := url.ParseQuery(query); err == nil { // else the signer has dropped what it did not understand
			signed := r.URL.RawQuery
			r.URL.RawQuery = query
			if _, err := check(v, r, string(body), testNow); err != nil {
				t.Fatalf("refused %s %s %v with the query %q as written: %v", r.Method, r.URL, r.Header, query, err)
			}
			r.URL.RawQuery = signed
		}
		what, tampered := tamper(r, &body, sig.SignedHeaders, int(flip))
		if !tampered {
			return
		}
		if _, err := check(v, r, string(body), testNow); err == nil {
			t.Fatalf("accepted %s %s %v after a change of the %s", r.Method, r.URL, r.Header, what)
		}
	})
}

// fuzzedRequest makes a request that a server would have let through and that signers canonicalise alike.
func fuzzedRequest(uri, query, name, value string, body []byte) (*http.Request, bool) {
	u := &url.URL{Scheme: "http", Host: "localhost:2016", Path: "/" + uri, RawQuery: query}
	// The SDK signs paths with empty and relative segments as they are; AWS does not accept that.
	escaped := u.EscapedPath()
	clean := escaped == "/" || escaped != "//" && path.Clean(escaped) == strings.TrimSuffix(escaped, "/")
	values := strings.Split(value, "\n")
	name = http.CanonicalHeaderKey(name)
	if !clean || len(query) > 1000 || !httpguts.ValidHeaderFieldName(name) || len(name) > 1000 || isReserved(name, len(values)) {
		return nil, false
	}
	for param := range u.Query() {
		if strings.HasPrefix(param, "X-Amz-") {
			return nil, false
		}
	}
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.RequestURI, r.URL, r.Host, r.ContentLength = "", u, u.Host, int64(len(body))
	r.Header.Set("X-Amz-Target", "Lightsail_20161128.CreateKeyPair")
	for _, v := range values {
		if !httpguts.ValidHeaderFieldValue(v) {
			return nil, false
		}
	}
	r.Header[name] = values
	return r, true
}

// isReserved tells of headers that have a meaning for signer, verifier or server, and are tested elsewhere.
func isReserved(name string, values int) bool {
	switch name {
	case "Authorization", "Host", "Content-Length", "Transfer-Encoding", "X-Amz-Content-Sha256", "X-Amz-Date", "X-Amz-Security-Token":
		return true
	}
	return name == "X-Amz-Target" && values > 1
}

// tamper changes one letter or digit of what was signed, the at-th of all.
func tamper(r *http.Request, body *[]byte, signed []string, at int) (what string, done bool) {
	type part struct {
		what string
		s    *string
	}
	text := string(*body)
	parts := []part{
		{"method", &r.Method},
		{"host", &r.Host},
		{"query", &r.URL.RawQuery},
		{"body", &text},
		{"authorization", &r.Header["Authorization"][0]},
	}
	for _, name := range signed {
		if values := r.Header.Values(name); len(values) > 0 {
			parts = append(parts, part{name, &values[0]})
		}
	}
	for _, part := range parts {
		places := changeable(*part.s)
		if at < len(places) {
			i := places[at]
			*part.s = (*part.s)[:i] + string((*part.s)[i]^1) + (*part.s)[i+1:]
			*body = []byte(text)
			return part.what, true
		}
		at -= len(places)
	}
	path := []byte(r.URL.EscapedPath())
	places := changeable(string(path))
	if at >= len(places) {
		return "", false
	}
	path[places[at]] ^= 1
	u, err := url.ParseRequestURI(string(path))
	if err != nil {
		return "", false
	}
	r.URL.Path, r.URL.RawPath = u.Path, u.RawPath
	return "path", true
}

// changeable returns where s has letters and digits. With their last bit changed they are another character that is
// neither a space nor a separator, so that no canonical form can hide the difference.
func changeable(s string) []int {
	var places []int
	for i := range len(s) {
		c := s[i]
		if '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
			places = append(places, i)
		}
	}
	return places
}

// FuzzParse feeds Authorization headers. What is accepted must name a complete and strictly formed signature: written
// down again from what Parse returned, it must be accepted again and say the same.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		fine, "", "AWS4-HMAC-SHA256", "Bearer x", "AWS4-HMAC-SHA256 Credential", "AWS AKID:sig=",
		strings.ReplaceAll(fine, ", ", ","), strings.ReplaceAll(fine, ", ", " \t,, "), fine + ",Signature=x",
		strings.Replace(fine, credential, "a/b/c/d/e", 1), strings.Replace(fine, "host;", ";host;", 1), "AWS4-HMAC-SHA256 =,==,\xff=",
	} {
		f.Add(seed)
	}
	v := newVerifier()
	f.Fuzz(func(t *testing.T, value string) {
		r := newRequest()
		r.Header.Set("X-Amz-Date", "20260921T235830Z")
		r.Header.Set("Authorization", value)
		first, err := v.Parse(r, testNow)
		if err != nil {
			return
		}
		_, signature, _ := strings.Cut(value, "Signature=")
		signature, _, _ = strings.Cut(signature, ",")
		signature, _, _ = strings.Cut(strings.ReplaceAll(signature, "\t", " "), " ")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+strings.Join(
			[]string{first.AccessKeyID, first.Date, first.Region, first.Service, "aws4_request"}, "/")+
			", SignedHeaders="+strings.Join(first.SignedHeaders, ";")+", Signature="+signature)
		second, err := v.Parse(r, testNow)
		if err != nil {
			t.Fatalf("accepted %q, but not %q: %v", value, r.Header.Get("Authorization"), err)
		}
		if !sameSignature(first, second) {
			t.Fatalf("%q says %+v, %q says %+v", value, first, r.Header.Get("Authorization"), second)
		}
	})
}

func sameSignature(a, b *sigv4.Signature) bool {
	return a.AccessKeyID == b.AccessKeyID && a.Date == b.Date && a.Region == b.Region && a.Service == b.Service &&
		a.Time.Equal(b.Time) && a.SessionToken == b.SessionToken && slices.Equal(a.SignedHeaders, b.SignedHeaders)
}

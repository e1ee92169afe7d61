package sigv4_test

import (
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestVerify_seesWhatWasSigned(t *testing.T) {
	v := newVerifier()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			_, err = check(v, r, string(body), testNow)
		}
		w.Header().Set("X-Proto", r.Proto)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()

	// The server's own view of a request: lengths, chunks, hosts and encodings after net/http had its hands on them.
	tests := []struct {
		name, target string
		headers      []string // signed besides the usual
		edit         func(*http.Request)
	}{
		{"with a length", "/", []string{"content-length"}, func(r *http.Request) { r.Header.Set("Content-Length", "24") }},
		{"chunked", "/", nil, func(r *http.Request) { r.ContentLength = -1; r.Body = io.NopCloser(strings.NewReader(testBody)) }},
		{"another host name", "/", nil, func(r *http.Request) { r.Host = "lightsail.eu-central-1.amazonaws.com" }},
		{"user agent", "/", []string{"user-agent"}, func(r *http.Request) { r.Header.Set("User-Agent", "me/1  (x)") }},
		{"repeated header", "/", []string{"my-header"}, func(r *http.Request) { r.Header["My-Header"] = []string{"b", "a"} }},
		{"path and query", "/a%2Fb/c%20d/%C3%BC?x=+&x=%2F&y", nil, func(*http.Request) {}},
	}
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		client := server.Client()
		transport := client.Transport.(*http.Transport).Clone()
		transport.ForceAttemptHTTP2 = proto == "HTTP/2.0"
		if proto == "HTTP/1.1" {
			transport.TLSClientConfig.NextProtos = []string{"http/1.1"}
		}
		client.Transport = transport
		for _, tt := range tests {
			t.Run(proto+" "+tt.name, func(t *testing.T) {
				r, err := http.NewRequest(http.MethodPost, server.URL+tt.target, strings.NewReader(testBody))
				if err != nil {
					t.Fatal(err)
				}
				r.Header.Set("X-Amz-Target", "Lightsail_20161128.CreateKeyPair")
				tt.edit(r)
				signBy(t, r, testBody, testNow, append(covered(), tt.headers...)...)
				answer, err := client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				defer answer.Body.Close()
				text, err := io.ReadAll(answer.Body)
				if err != nil {
					t.Fatal(err)
				}
				if answer.StatusCode != http.StatusOK || answer.Header.Get("X-Proto") != proto {
					t.Errorf("%s over %s: %s", answer.Status, answer.Header.Get("X-Proto"), text)
				}
			})
		}
	}
}

// covered names what must be signed of newRequest.
func covered() []string { return []string{"host", "x-amz-date", "x-amz-target"} }

// signBy signs exactly the named headers, which the SDK's signer would not. It is written after the documentation of
// Signature Version 4 and shares nothing with the verifier; it knows only one spelling of a request.
func signBy(t testing.TB, r *http.Request, body string, at time.Time, names ...string) {
	t.Helper()
	stamp := at.UTC().Format("20060102T150405Z")
	if slices.Contains(names, "x-amz-date") {
		r.Header.Set("X-Amz-Date", stamp)
	}
	list := sortedList(names)
	var canonical strings.Builder
	canonical.WriteString(r.Method + "\n" + strings.ReplaceAll(r.URL.EscapedPath(), "%", "%25") + "\n")
	if r.URL.RawQuery != "" {
		canonical.WriteString(strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20"))
	}
	canonical.WriteString("\n")
	for _, name := range names {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = r.Host
		}
		canonical.WriteString(name + ":" + strings.Join(strings.Fields(value), " ") + "\n")
	}
	canonical.WriteString("\n" + list + "\n" + hexSum(body))
	scope := stamp[:8] + "/" + testRegion + "/lightsail/aws4_request"
	toSign := "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hexSum(canonical.String())
	key := []byte("AWS4" + testSecret)
	for part := range strings.SplitSeq(scope, "/") {
		key = hmacOf(key, part)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+testKeyID+"/"+scope+
		", SignedHeaders="+list+", Signature="+hex.EncodeToString(hmacOf(key, toSign)))
}

func sortedList(names []string) string {
	slices.Sort(names)
	return strings.Join(names, ";")
}

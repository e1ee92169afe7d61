package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
)

// TestPipeline_unsignedHeaders adds headers to a call after it was signed, as some signing
// libraries, SDKs and proxies do.
func TestPipeline_unsignedHeaders(t *testing.T) {
	w := newWorld(t)
	root := w.signedAs(w.root(ours))
	sum := sha256.Sum256([]byte("{}"))
	for _, tc := range []struct {
		name, header, value, want string
	}{
		{"the payload's hash", "X-Amz-Content-Sha256", hex.EncodeToString(sum[:]), ""},
		{"another payload's hash", "X-Amz-Content-Sha256", strings.Repeat("0", 64), "InvalidSignatureException"},
		{"a payload that is not signed", "X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD", "InvalidSignatureException"},
		{"a session token", "X-Amz-Security-Token", "x", "InvalidSignatureException"},
		{"an SDK's name", "X-Amz-User-Agent", "aws-sdk-js/3", ""},
		{"an id of a content network", "X-Amz-Cf-Id", "x", ""},
		{"a trace", "X-Amzn-Trace-Id", "Root=1", ""},
		{"a proxy", "X-Forwarded-For", "192.0.2.1", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			wantAnswer(t, root, call{action: "GetRegions", body: `{}`, after: func(r *http.Request) { r.Header.Set(tc.header, tc.value) }}, tc.want)
		})
	}
}

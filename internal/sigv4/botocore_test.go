//go:build clients

package sigv4_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestVerify_acceptsBotocore verifies what the signer of boto3 and the AWS CLI makes of a request.
func TestVerify_acceptsBotocore(t *testing.T) {
	tests := []struct {
		name    string
		url     string
		body    string
		token   string
		headers map[string]string
		added   map[string]string // after the request was signed
	}{
		{name: "plain", url: "http://localhost:2016/", body: testBody},
		{name: "empty body", url: "http://localhost:2016/"},
		{name: "session token", url: "http://localhost:2016/", body: testBody, token: "the/session+token=="},
		{name: "date in HTTP's format", url: "http://localhost:2016/", body: testBody, headers: map[string]string{"Date": "any"}},
		{name: "spaces in a header", url: "http://localhost:2016/", body: testBody, headers: map[string]string{"X-Amz-Note": " a   b "}},
		{name: "payload hash that is not signed", url: "http://localhost:2016/", body: testBody, added: map[string]string{"X-Amz-Content-Sha256": hexSum(testBody)}},
		{name: "path and query", url: "http://localhost:2016/a/./b//c/../gr%C3%BC%C3%9F%20e/?b=2&a=%2B%20~&a=1", body: testBody},
		{name: "default port", url: "https://lightsail.eu-central-1.amazonaws.com:443/", body: testBody},
	}
	v := newVerifier()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			headers := map[string]string{"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "Lightsail_20161128.CreateKeyPair"}
			maps.Copy(headers, tt.headers)
			signed := signWithBotocore(t, map[string]any{
				"url": tt.url, "body": tt.body, "headers": headers, "region": testRegion,
				"key": testKeyID, "secret": testSecret, "token": tt.token,
			})
			r := httptest.NewRequest(http.MethodPost, tt.url, strings.NewReader(tt.body))
			r.Host = signed.Host
			for name, value := range signed.Headers {
				r.Header.Set(name, value)
			}
			for name, value := range tt.added {
				r.Header.Set(name, value)
			}
			sig, err := check(v, r, tt.body, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if sig.SessionToken != tt.token {
				t.Errorf("session token %q, want %q", sig.SessionToken, tt.token)
			}
		})
	}
}

type botocoreSigned struct {
	Host    string
	Headers map[string]string
}

func signWithBotocore(t *testing.T, request map[string]any) botocoreSigned {
	t.Helper()
	in, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "python3", "testdata/sign_with_botocore.py")
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("signing with botocore: %v\n%s\nIt comes with: apt-get install -y python3-boto3", err, stderr.Bytes())
	}
	var signed botocoreSigned
	if err := json.Unmarshal(out, &signed); err != nil {
		t.Fatalf("reading what botocore signed: %v", err)
	}
	return signed
}

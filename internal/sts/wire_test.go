package sts_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/limit"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/internal/sts"
)

var update = flag.Bool("update", false, "write the answers into testdata/answers")

// changing are the parts of an answer that no two have in common.
var changing = []struct {
	pattern *regexp.Regexp
	shown   string
}{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`), "REQUEST-ID"},
	{regexp.MustCompile(`>ASIA[A-Z2-7]{16}<`), ">ACCESS-KEY-ID<"},
	{regexp.MustCompile(`<SecretAccessKey>[A-Za-z0-9+/]{40}<`), "<SecretAccessKey>SECRET<"},
	{regexp.MustCompile(`<SessionToken>[A-Za-z0-9+/=]{100,}<`), "<SessionToken>TOKEN<"},
	{regexp.MustCompile(`<(SessionToken(Size|Utilization))>\d+<`), "<$1>N<"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "TIME"},
	{regexp.MustCompile(`(AROA|AIDA)[A-Z2-7]{16}`), "$1-ID"},
}

// TestHandler_answers compares whole answers with files, to the byte but for what changes.
// With -update they are written anew.
func TestHandler_answers(t *testing.T) {
	w := newWorld(t)
	alice := w.user(home, "alice", "")
	role := w.role(home, "deploy", trust(userARN(home, "alice")))
	for _, tc := range []struct {
		name, body string
		status     int
	}{
		{"get-caller-identity", asking("GetCallerIdentity"), 200},
		{"get-session-token", asking("GetSessionToken"), 200},
		{"assume-role", asking("AssumeRole", "RoleArn", role, "RoleSessionName", "run-7"), 200},
		{"assume-role-with-policy", asking("AssumeRole", "RoleArn", role, "RoleSessionName", "run-7", "Policy", allow("*")), 200},
		{"access-denied", asking("AssumeRole", "RoleArn", role+"-2", "RoleSessionName", "run-7"), 403},
		{"validation-error", asking("AssumeRole", "RoleArn", role, "RoleSessionName", `a "<name>"`), 400},
		{"invalid-action", asking("ListUsers"), 400},
		{"malformed-input", asking("GetSessionToken", "DurationSeconds", "1h"), 400},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := call{body: tc.body, key: alice}.send(t, w.endpoint)
			for _, c := range changing {
				got.body = c.pattern.ReplaceAllString(got.body, c.shown)
			}
			file := filepath.Join("testdata", "answers", tc.name+".xml")
			if *update {
				if err := os.WriteFile(file, []byte(got.body), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.body); diff != "" || got.status != tc.status {
				t.Errorf("%d (-want +got), go test ./internal/sts -update writes it anew:\n%s", got.status, diff)
			}
			if got.header.Get("Content-Type") != "text/xml" {
				t.Errorf("content type = %s", got.header.Get("Content-Type"))
			}
		})
	}
}

func set(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// TestHandler_errors sends what does not get to an action.
func TestHandler_errors(t *testing.T) {
	const (
		mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
		unknown  = "The security token included in the request is invalid."
		missing  = "Request is missing Authentication Token"
	)
	w := newWorld(t)
	who := asking("GetCallerIdentity")
	stamp := func(at time.Time) string { return at.UTC().Format("20060102T150405Z") }
	inactive := w.user(home, "former", "")
	w.update(func(tx *store.Tx) error { return tx.SetAccessKeyActive(inactive.AccessKeyID, false) })
	for _, tc := range []struct {
		name          string
		call          call
		status        int
		code, message string
	}{
		{"no signature", call{after: func(r *http.Request) { r.Header.Del("Authorization") }}, 403, "MissingAuthenticationToken", missing},
		{"another scheme", call{after: set("Authorization", "Bearer x")}, 403, "MissingAuthenticationToken", missing},
		{"a signature without its parts", call{after: set("Authorization", "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/sts/aws4_request")}, 400, "IncompleteSignature", "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/sts/aws4_request"},
		{"an unknown access key", call{key: aws.Credentials{AccessKeyID: "NOBODY", SecretAccessKey: "x"}}, 403, "InvalidClientTokenId", unknown},
		{"an inactive access key", call{key: inactive}, 403, "InvalidClientTokenId", unknown},
		{"another secret", call{key: aws.Credentials{AccessKeyID: "ROOTKEY", SecretAccessKey: "x"}}, 403, "SignatureDoesNotMatch", mismatch},
		{"a changed body", call{after: func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(strings.Replace(who, "Identity", "Idendity", 1)))
		}}, 403, "SignatureDoesNotMatch", mismatch},
		{"a token that was never issued", call{key: aws.Credentials{AccessKeyID: "ROOTKEY", SecretAccessKey: w.root.SecretAccessKey, SessionToken: "x"}}, 403, "InvalidClientTokenId", strings.TrimSuffix(unknown, ".")},
		{"a session's key with an invalid token", call{key: aws.Credentials{AccessKeyID: "ASIAIOSFODNN7EXAMPLE", SecretAccessKey: "x", SessionToken: "x"}}, 403, "InvalidClientTokenId", strings.TrimSuffix(unknown, ".")},
		{"another service's scope", call{service: "lightsail"}, 403, "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'sts'. "},
		{"another service's scope that is not of Lanyard", call{service: "iam"}, 403, "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'sts'. "},
		{"an unknown region", call{region: "moon-1"}, 403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region. "},
		{"GET's form of a signature", call{after: func(r *http.Request) { r.Header.Del("Authorization"); r.URL.RawQuery = "X-Amz-Signature=x" }}, 403, "SignatureDoesNotMatch", "Authentication in the query string ('X-Amz-Signature') is not supported. Sign the request with an 'Authorization' header."},

		{"another path", call{before: func(r *http.Request) { r.URL.Path = "/sts" }}, 404, "InvalidAction", "The AWS STS API is served at the path / only."},
		{"parameters in the query string", call{before: func(r *http.Request) { r.URL.RawQuery = who }}, 400, "MalformedQueryString", "The parameters of a POST request belong in its body."},
		{"a compressed body", call{before: set("Content-Encoding", "gzip")}, 400, "MalformedHttpRequest", "Content-Encoding is not supported."},
		{"a body that says that it is too large", call{body: who + strings.Repeat("&", 1<<20)}, 413, "RequestEntityTooLarge", "The request body is larger than 1048576 bytes."},
		{"a body that turns out too large", call{body: who + strings.Repeat("&", 1<<20), after: func(r *http.Request) { r.ContentLength = -1 }}, 413, "RequestEntityTooLarge", "The request body is larger than 1048576 bytes."},

		{"an empty body", call{body: "&"}, 400, "MissingAction", "The request has no parameter Action."},
		{"no action", call{body: form("Version", "2011-06-15")}, 400, "MissingAction", "The request has no parameter Action."},
		{"an empty action", call{body: asking("")}, 400, "InvalidAction", "Could not find operation  for version 2011-06-15"},
		{"an unknown action", call{body: asking("NoSuchAction")}, 400, "InvalidAction", "Could not find operation NoSuchAction for version 2011-06-15"},
		{"the first of two actions", call{body: form("Action", "NoSuchAction") + "&" + who}, 400, "InvalidAction", "Could not find operation NoSuchAction for version 2011-06-15"},
		{"no version", call{body: form("Action", "GetCallerIdentity")}, 400, "InvalidAction", "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED"},
		{"an empty version", call{body: form("Action", "GetCallerIdentity", "Version", "")}, 400, "InvalidAction", "Could not find operation GetCallerIdentity for version "},
		{"another version", call{body: form("Action", "GetCallerIdentity", "Version", "2000-01-01")}, 400, "InvalidAction", "Could not find operation GetCallerIdentity for version 2000-01-01"},
		{"an action that Lanyard does not have", call{body: asking("GetFederationToken", "Name", "bob")}, 400, "UnsupportedOperation", "Lanyard does not support the action sts:GetFederationToken."},
		{"one that AWS has without signature", call{body: asking("AssumeRoleWithWebIdentity", "WebIdentityToken", "x"), after: func(r *http.Request) { r.Header.Del("Authorization") }}, 400, "UnsupportedOperation", "Lanyard does not support the action sts:AssumeRoleWithWebIdentity."},
		{"a percent sign", call{body: who + "&x=%"}, 400, "MalformedQueryString", "The request has an invalid percent-encoding."},
		{"bytes that are no text", call{body: who + "&x=%FF"}, 400, "MalformedQueryString", "The request has text that is not UTF-8."},
		{"a NUL character", call{body: who + "&x%00=y"}, 400, "MalformedQueryString", "The request has a NUL character."},
		{"more parameters than any action has", call{body: who + strings.Repeat("&x=y", 1000)}, 400, "MalformedQueryString", "The request has more than 1000 parameters."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.call.body == "" {
				tc.call.body = who
			}
			if tc.call.key.AccessKeyID == "" {
				tc.call.key = w.root
			}
			tc.call.send(t, w.endpoint).wantError(t, tc.status, tc.code, tc.message)
		})
	}

	// The times in these messages are the server's.
	for name, tc := range map[string]struct {
		at   time.Time
		want string
	}{
		"signed too long ago": {time.Now().Add(-15*time.Minute - 5*time.Second), `^Signature expired: %s is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$`},
		"signed too early":    {time.Now().Add(15*time.Minute + 30*time.Second), `^Signature not yet current: %s is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 15 min\.\)$`},
	} {
		t.Run(name, func(t *testing.T) {
			r := call{body: who, key: w.root, at: tc.at}.send(t, w.endpoint)
			var e xmlError
			if err := xml.Unmarshal([]byte(r.body), &e); err != nil {
				t.Fatal(err)
			}
			want := strings.Replace(tc.want, "%s", stamp(tc.at), 1)
			if r.status != 403 || e.Code != "SignatureDoesNotMatch" || !regexp.MustCompile(want).MatchString(e.Message) {
				t.Errorf("answer = %d %s: %s", r.status, e.Code, e.Message)
			}
		})
	}
	if r := (call{body: who, key: w.root, at: time.Now().Add(-14 * time.Minute)}).send(t, w.endpoint); r.status != 200 {
		t.Errorf("signed 14 minutes ago: %d %s", r.status, r.body)
	}
}

// TestLog_hintsAtZones: a zone in the place of a region is known from the log alone.
func TestLog_hintsAtZones(t *testing.T) {
	w := newWorld(t)
	const hint = "the request is signed for the availability zone us-east-1a in the place of its region us-east-1"
	for region, want := range map[string]bool{"us-east-1a": true, "moon-1a": false} {
		before := len(w.log.String())
		r := call{body: asking("GetCallerIdentity"), key: w.root, region: region}.send(t, w.endpoint)
		r.wantError(t, 403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region. ")
		if line := w.log.String()[before:]; strings.Contains(line, hint) != want || strings.Contains(line, "hint=") != want {
			t.Errorf("log of a call signed for %s: got %s, want the hint: %t", region, line, want)
		}
	}
}

// TestHandler_otherServices sends forms that are for other services, as clients do whose
// endpoint is set for all of them.
func TestHandler_otherServices(t *testing.T) {
	w := newWorld(t)
	const message = "Lanyard serves Amazon Lightsail and AWS STS only; this request is for the service "
	for _, tc := range []struct{ service, body, path string }{
		{service: "iam", body: form("Action", "ListUsers", "Version", "2010-05-08")},
		{service: "iam", body: form("Version", "2010-05-08")},
		{service: "sqs", body: form("Action", "ReceiveMessage", "Version", "2012-11-05"), path: "/111122223333/queue"},
	} {
		c := call{body: tc.body, service: tc.service, key: w.root, before: func(r *http.Request) {
			if tc.path != "" {
				r.URL.Path = tc.path
			}
		}}
		c.send(t, w.endpoint).wantError(t, 400, "InvalidAction", message+tc.service+".")
	}
	r := call{body: form("Action", "DescribeInstances", "Version", "2016-11-15"), service: "ec2", key: w.root}.send(t, w.endpoint)
	if want := "<Message>" + message + "ec2.</Message>"; r.status != 400 || !strings.Contains(r.body, want) || !strings.Contains(r.body, "<Response>\n  <Errors>") {
		t.Errorf("answer in EC2's form = %d %s", r.status, r.body)
	}
}

// TestHandler_internalErrors: what is the server's fault is told as such, logged under the request's
// id, and explained to no other caller.
func TestHandler_internalErrors(t *testing.T) {
	var log bytes.Buffer
	db, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(t.TempDir(), "db")})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New(seal.NewMasterKey())
	if err != nil {
		t.Fatal(err)
	}
	var observed []string
	h := sts.New(sts.Options{
		Store: db, Sealer: sealer, Rand: strings.NewReader(strings.Repeat("sixteen bytes...", 2)),
		Log:     slog.New(slog.NewTextHandler(&log, nil)),
		Observe: func(action, code string, _ time.Duration) { observed = append(observed, action+" "+code) },
	})
	got := ask(t, h)
	var e xmlError
	if err := xml.Unmarshal([]byte(got.body), &e); err != nil {
		t.Fatal(err)
	}
	want := xmlError{
		XMLName: xml.Name{Space: "https://sts.amazonaws.com/doc/2011-06-15/", Local: "ErrorResponse"},
		Type:    "Receiver", Code: "InternalFailure", RequestID: "73697874-6565-4e20-a279-7465732e2e2e",
		Message: "An internal error occurred. The server's log has the details under this request's id.",
	}
	if diff := cmp.Diff(want, e); diff != "" || got.status != http.StatusInternalServerError {
		t.Errorf("answer = %d, -want +got\n%s", got.status, diff)
	}
	if line := log.String(); !strings.Contains(line, "level=ERROR") || !strings.Contains(line, e.RequestID) || !strings.Contains(line, store.ErrClosed.Error()) {
		t.Errorf("log = %s", line)
	}

	log.Reset()
	h = sts.New(sts.Options{Store: nil, Sealer: sealer, Rand: strings.NewReader("sixteen bytes..."), Log: slog.New(slog.NewTextHandler(&log, nil))})
	if got := ask(t, h); got.status != http.StatusInternalServerError || !strings.Contains(log.String(), "panic: ") {
		t.Errorf("after a panic: %d, log %s", got.status, log.String())
	}
	if diff := cmp.Diff([]string{" InternalFailure"}, observed); diff != "" {
		t.Errorf("observed: -want +got\n%s", diff)
	}
}

// ask serves one call by a handler of its own.
func ask(t *testing.T, h http.Handler) reply {
	t.Helper()
	front := httptest.NewServer(h)
	defer front.Close()
	return call{body: asking("GetCallerIdentity"), key: aws.Credentials{AccessKeyID: "K", SecretAccessKey: "s"}}.send(t, front.URL)
}

// TestHandler_throttles: more than may run at one time are told to come back.
func TestHandler_throttles(t *testing.T) {
	full := limit.NewGate(1)
	full.Enter()
	h := sts.New(sts.Options{Running: full, Rand: strings.NewReader(strings.Repeat("sixteen bytes...", 2)), Log: slog.New(slog.DiscardHandler)})
	for name, handler := range map[string]http.HandlerFunc{"no room to run": h.ServeHTTP, "no room for the body": h.Throttle} {
		t.Run(name, func(t *testing.T) { ask(t, handler).wantError(t, 400, "Throttling", "Rate exceeded") })
	}
}

// TestHandler_logAndMetrics: what the log and the metrics tell of calls, and that no secret
// gets into the log.
func TestHandler_logAndMetrics(t *testing.T) {
	w := newWorld(t)
	alice := w.user(home, "alice", "")
	role := w.role(home, "deploy", trust(userARN(home, "alice")))
	session := w.assume(alice, role, "s1")
	if err := w.whoami(session); err != nil {
		t.Fatal(err)
	}
	call{body: asking("AssumeRole", "RoleArn", role+"-2", "RoleSessionName", "s1"), key: alice}.send(t, w.endpoint)
	call{body: asking("Guess"), key: alice}.send(t, w.endpoint)
	call{body: asking("GetCallerIdentity"), key: aws.Credentials{AccessKeyID: "secret-in-the-wrong-place", SecretAccessKey: "x"}}.send(t, w.endpoint)

	text := w.log.String()
	for _, line := range []string{
		`level=INFO msg=request request_id=\S+ status=200 took=\S+ action=sts:AssumeRole region=us-east-1 access_key_id=` + alice.AccessKeyID + ` issued_access_key_id=` + session.AccessKeyID + "\n",
		`level=DEBUG msg=request request_id=\S+ status=200 took=\S+ action=sts:GetCallerIdentity region=us-east-1 access_key_id=` + session.AccessKeyID + "\n",
		`level=DEBUG msg=denied request_id=\S+ principal=arn:aws:iam::111122223333:user/alice action=sts:AssumeRole resource=` + role + `-2 decision="implicit deny" by="role trust policy"`,
		`level=INFO msg=request request_id=\S+ status=403 took=\S+ action=sts:AssumeRole region=us-east-1 access_key_id=` + alice.AccessKeyID + ` code=AccessDenied` + "\n",
		`level=INFO msg=request request_id=\S+ status=400 took=\S+ region=us-east-1 access_key_id=` + alice.AccessKeyID + ` code=InvalidAction` + "\n",
		`level=INFO msg=request request_id=\S+ status=403 took=\S+ code=InvalidClientTokenId` + "\n",
	} {
		if !regexp.MustCompile(line).MatchString(text) {
			t.Errorf("the log has no line %s", line)
		}
	}
	for _, secret := range []string{alice.SecretAccessKey, session.SecretAccessKey, session.SessionToken, "secret-in-the-wrong-place"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log has the secret %s", secret)
		}
	}

	resp, err := http.Get(w.endpoint + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		`lanyard_requests_total{action="sts:AssumeRole",code=""} 1`,
		`lanyard_requests_total{action="sts:AssumeRole",code="AccessDenied"} 1`,
		`lanyard_requests_total{action="",code="InvalidAction"} 1`,
		`lanyard_requests_total{action="",code="InvalidClientTokenId"} 1`,
	} {
		if !strings.Contains(string(page), line) {
			t.Errorf("/metrics lacks %s", line)
		}
	}
}

package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// call is a request that a test may bend before and after it is signed.
type call struct {
	action, body string
	region       string
	before       func(*http.Request)
	after        func(*http.Request)
}

type reply struct {
	status int
	header http.Header
	body   string
}

func (c call) send(t *testing.T, s *lanyardtest.Server) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Endpoint+"/", strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Lightsail_20161128."+c.action)
	if c.before != nil {
		c.before(r)
	}
	region := c.region
	if region == "" {
		region = "us-east-1"
	}
	sum := sha256.Sum256([]byte(c.body))
	key := aws.Credentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey}
	if err := v4.NewSigner().SignHTTP(context.Background(), key, r, hex.EncodeToString(sum[:]), "lightsail", region, time.Now()); err != nil {
		t.Fatal(err)
	}
	if c.after != nil {
		c.after(r)
	}
	return do(t, r)
}

func do(t *testing.T, r *http.Request) reply {
	t.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(body)}
}

var requestID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

const (
	noOperation = "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n"
	jsonType    = "application/x-amz-json-1.1"
)

// TestPipeline_frontErrors sends requests that never get to an action.
func TestPipeline_frontErrors(t *testing.T) {
	s := lanyardtest.New(t)
	good := call{action: "GetRegions", body: "{}"}
	bend := func(change func(*call)) call {
		c := good
		change(&c)
		return c
	}
	for _, tc := range []struct {
		name        string
		call        call
		status      int
		contentType string
		body        string
	}{
		{"GET", bend(func(c *call) { c.before = func(r *http.Request) { r.Method = http.MethodGet } }), 403, "text/xml", noOperation},
		{"PUT", bend(func(c *call) { c.before = func(r *http.Request) { r.Method = http.MethodPut } }), 403, "text/xml", noOperation},
		{
			"another path", bend(func(c *call) { c.before = func(r *http.Request) { r.URL.Path = "/ls/api" } }), 404, jsonType,
			`{"__type":"UnknownOperationException","message":"The Lightsail API is served at the path / only."}`,
		},
		{"neither content type nor target", bend(func(c *call) {
			c.before = func(r *http.Request) { r.Header.Del("Content-Type"); r.Header.Del("X-Amz-Target") }
		}), 403, "text/xml", noOperation},
		{"another content type", bend(func(c *call) { c.before = header("Content-Type", "text/plain") }), 404, "text/xml", "<UnknownOperationException/>\n"},
		{
			"plain JSON", bend(func(c *call) { c.before = header("Content-Type", "application/json") }), 404, "application/json",
			`{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}`,
		},
		{"no target", bend(func(c *call) { c.before = func(r *http.Request) { r.Header.Del("X-Amz-Target") } }), 400, jsonType, `{"__type":"UnknownOperationException"}`},
		{"an unknown action", bend(func(c *call) { c.action = "MakeCoffee" }), 400, jsonType, `{"__type":"UnknownOperationException"}`},
		{"another service's target", bend(func(c *call) { c.before = header("X-Amz-Target", "DynamoDB_20120810.ListTables") }), 400, jsonType, `{"__type":"UnknownOperationException"}`},
		{"a target in other letters", bend(func(c *call) { c.action = "getregions" }), 400, jsonType, `{"__type":"UnknownOperationException"}`},
		{
			"compressed", bend(func(c *call) { c.before = header("Content-Encoding", "gzip") }), 400, jsonType,
			`{"__type":"MalformedHttpRequestException","message":"Content-Encoding is not supported."}`,
		},
		{
			"too large", bend(func(c *call) { c.body = strings.Repeat(" ", 1<<20+1) }), 413, jsonType,
			`{"__type":"RequestEntityTooLargeException","message":"The request body is larger than 1048576 bytes."}`,
		},
		{"too large, of unknown length", bend(func(c *call) {
			c.body = strings.Repeat(" ", 1<<20+1)
			c.after = func(r *http.Request) { r.ContentLength, r.Body = -1, io.NopCloser(strings.NewReader(c.body)) }
		}), 413, jsonType, `{"__type":"RequestEntityTooLargeException","message":"The request body is larger than 1048576 bytes."}`},
		{
			"no signature", bend(func(c *call) { c.after = func(r *http.Request) { r.Header.Del("Authorization") } }), 400, jsonType,
			`{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}`,
		},
		{
			"an unknown region", bend(func(c *call) { c.region = "mars-north-1" }), 400, jsonType,
			`{"__type":"InvalidSignatureException","message":"Credential should be scoped to a valid region. "}`,
		},
		{"a changed body", bend(func(c *call) {
			c.after = func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("[]")) }
		}), 400, jsonType, `{"__type":"InvalidSignatureException","message":"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := tc.call.send(t, s)
			if got.status != tc.status || got.header.Get("Content-Type") != tc.contentType || got.body != tc.body {
				t.Errorf("answer = %d %s %s\nwant     %d %s %s", got.status, got.header.Get("Content-Type"), got.body, tc.status, tc.contentType, tc.body)
			}
			checkHeaders(t, got)
		})
	}
}

func checkHeaders(t *testing.T, got reply) {
	t.Helper()
	if id := got.header.Get("x-amzn-RequestId"); !requestID.MatchString(id) {
		t.Errorf("x-amzn-RequestId = %q", id)
	}
	if kind := got.header.Get("x-amzn-ErrorType"); kind != "" {
		t.Errorf("x-amzn-ErrorType = %q, want none", kind)
	}
}

// TestPipeline_signers signs well, but as a principal without rights.
func TestPipeline_signers(t *testing.T) {
	s := lanyardtest.New(t)
	const unknown = `{"__type":"UnrecognizedClientException","message":"The security token included in the request is invalid."}`
	stranger, forger, tokened := *s, *s, call{action: "GetRegions", body: "{}", before: header("X-Amz-Security-Token", "token")}
	stranger.AccessKeyID = "AKIASTRANGER"
	forger.SecretAccessKey += "x"
	for _, tc := range []struct {
		name   string
		call   call
		signer *lanyardtest.Server
		want   string
	}{
		{"an unknown access key", call{action: "GetRegions", body: "{}"}, &stranger, unknown},
		{"a wrong secret", call{action: "GetRegions", body: "{}"}, &forger, "InvalidSignatureException"},
		{"a session token that nobody issued", tokened, s, "UnrecognizedClientException"},
		{"a session token under a wrong secret", tokened, &forger, "InvalidSignatureException"},
		{"malformed JSON of a stranger is not looked at", call{action: "GetRegions", body: "{"}, &stranger, unknown},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := tc.call.send(t, tc.signer)
			if got.status != 400 || !strings.Contains(got.body, tc.want) {
				t.Errorf("answer = %d %s, want %s", got.status, got.body, tc.want)
			}
			checkHeaders(t, got)
		})
	}
}

// TestPipeline_inputErrors sends signed requests whose body is no valid input.
func TestPipeline_inputErrors(t *testing.T) {
	s := lanyardtest.New(t)
	const serialization = `{"__type":"SerializationException"`
	for _, tc := range []struct {
		name, action, body, want string
	}{
		{"an empty body", "GetRegions", "", serialization},
		{"no JSON", "GetRegions", "hello", serialization},
		{"a list", "GetRegions", "[]", serialization},
		{"null", "GetRegions", "null", serialization},
		{"trailing text", "GetRegions", "{} {}", serialization},
		{"a member twice", "GetKeyPair", `{"keyPairName":"a","keyPairName":"b"}`, serialization},
		{"invalid UTF-8", "GetKeyPair", "{\"keyPairName\":\"\xff\xfe\"}", serialization},
		{"a NUL", "GetKeyPair", `{"keyPairName":"a\u0000b"}`, serialization},
		{"deep nesting", "GetRegions", `{"x":` + strings.Repeat("[", 10000) + strings.Repeat("]", 10000) + `}`, serialization},
		{"a number for a string", "GetKeyPair", `{"keyPairName":1}`, `"Message":"NUMBER_VALUE can not be converted to a String"`},
		{"a string for a list", "CreateKeyPair", `{"keyPairName":"ab","tags":"x"}`, serialization},
		{
			"a missing required member", "CreateKeyPair", `{}`,
			`{"__type":"InvalidInputException","code":"InvalidParams","message":"These parameters are required: keyPairName"}`,
		},
		{"null for a required member", "CreateKeyPair", `{"keyPairName":null}`, "These parameters are required: keyPairName"},
		{"two missing members", "TagResource", `{}`, "These parameters are required: resourceName,tags"},
		{
			"a bad name", "GetKeyPair", `{"keyPairName":"custom gitlab"}`,
			`{"__type":"InvalidInputException","code":"InvalidResourceName","message":"custom gitlab is not a valid resource name. Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and ."}`,
		},
		{"a bad name and a missing member", "ImportKeyPair", `{"keyPairName":"custom gitlab"}`, "These parameters are required: publicKeyBase64"},
		{
			"an empty name", "CreateKeyPair", `{"keyPairName":""}`,
			`"code":"InvalidResourceName","message":"keyPairName \"\" is not a valid resource name. Resource names must be at least 2 `,
		},
		{"a blank name", "GetKeyPair", `{"keyPairName":" "}`, `"message":"keyPairName \" \" is not a valid resource name. `},
		{"two bad names", "AttachDisk", `{"diskName":"a b","instanceName":"c d","diskPath":"/dev/xvdf"}`, `"message":"a b is not a valid resource name. `},
		{
			"a bad name and a malformed ARN", "TagResource", `{"resourceArn":"x","resourceName":"a b","tags":[]}`,
			`"code":"InvalidResourceName","message":"a b is not a valid resource name. `,
		},
		{"a malformed ARN", "TagResource", `{"resourceName":"ab","resourceArn":"x","tags":[]}`, "Value 'x' at 'resourceArn' failed to satisfy constraint"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := call{action: tc.action, body: tc.body}.send(t, s)
			if got.status != 400 || !strings.Contains(got.body, tc.want) {
				t.Errorf("answer = %d %s, want %s", got.status, got.body, tc.want)
			}
			var form map[string]string
			if err := json.Unmarshal([]byte(got.body), &form); err != nil {
				t.Errorf("the answer is not JSON of strings: %v", err)
			}
			checkHeaders(t, got)
		})
	}
}

// TestPipeline_HTTPAsClientsUseIt sends one good call in all the ways that HTTP has for it.
func TestPipeline_HTTPAsClientsUseIt(t *testing.T) {
	s := lanyardtest.New(t)
	for _, tc := range []struct {
		name string
		call call
	}{
		{"plain", call{}},
		{"with a charset", call{before: header("Content-Type", "application/x-amz-json-1.1; charset=utf-8")}},
		{"chunked", call{before: func(r *http.Request) { r.ContentLength = -1 }}},
		{"Expect: 100-continue", call{before: header("Expect", "100-continue")}},
		{"Content-Encoding: identity", call{before: header("Content-Encoding", "identity")}},
		{"unknown headers, signed", call{before: header("X-Amz-User-Agent", "aws-sdk-js/3.0  twice")}},
		{"unknown members", call{body: `{"unknown":{"deep":[1,2,{"x":null}]}}`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.call.action = "GetRegions"
			if tc.call.body == "" {
				tc.call.body = "{}"
			}
			got := tc.call.send(t, s)
			if got.status != 200 || got.header.Get("Content-Type") != jsonType || !strings.HasPrefix(got.body, `{"regions":[{`) {
				t.Errorf("answer = %d %s %.200s", got.status, got.header.Get("Content-Type"), got.body)
			}
			checkHeaders(t, got)
		})
	}
}

// TestPipeline_HTTP2 speaks HTTP/2 without TLS.
func TestPipeline_HTTP2(t *testing.T) {
	s := lanyardtest.New(t)
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	client := &http.Client{Transport: &http.Transport{Protocols: &protocols}}
	defer client.CloseIdleConnections()
	body := []byte("{}")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Endpoint+"/", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", jsonType)
	r.Header.Set("X-Amz-Target", "Lightsail_20161128.GetRegions")
	sum := sha256.Sum256(body)
	key := aws.Credentials{AccessKeyID: s.AccessKeyID, SecretAccessKey: s.SecretAccessKey}
	if err := v4.NewSigner().SignHTTP(t.Context(), key, r, hex.EncodeToString(sum[:]), "lightsail", "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.ProtoMajor != 2 {
		t.Errorf("answer = %s %s", resp.Proto, resp.Status)
	}
}

// headerless takes the signature off a signed request.
func headerless(r *http.Request) { r.Header.Del("Authorization") }

// wantAnswer sends a call and wants an exception, or success with "". It returns the answer.
func wantAnswer(t *testing.T, as *lanyardtest.Server, c call, exception string) string {
	t.Helper()
	got := c.send(t, as)
	if want := `"__type":"` + exception + `"`; exception != "" && !strings.Contains(got.body, want) {
		t.Errorf("%s %s: %s, want %s", c.action, c.body, got.body, exception)
	}
	if exception == "" && strings.Contains(got.body, `"__type"`) {
		t.Errorf("%s %s: %s, want success", c.action, c.body, got.body)
	}
	return got.body
}

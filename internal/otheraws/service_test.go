package otheraws_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/otheraws"
)

const signed = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/SERVICE/aws4_request, SignedHeaders=host, Signature=0"

// request is one that is signed for a service, or for none.
func request(t *testing.T, method, target, service string, headers ...string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody)
	if service != "" {
		r.Header.Set("Authorization", strings.Replace(signed, "SERVICE", service, 1))
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

const (
	formType = "application/x-www-form-urlencoded; charset=utf-8"
	jsonType = "application/x-amz-json-1.1"
)

func TestMeant(t *testing.T) {
	for _, tc := range []struct {
		name    string
		request *http.Request
		want    bool
	}{
		{"a JSON target of another service", request(t, "POST", "/", "dynamodb", "X-Amz-Target", "DynamoDB_20120810.ListTables"), true},
		{"that target in Lightsail's scope", request(t, "POST", "/", "lightsail", "X-Amz-Target", "DynamoDB_20120810.ListTables"), false},
		{"Lightsail's target in another scope", request(t, "POST", "/", "dynamodb", "X-Amz-Target", "Lightsail_20161128.GetRegions"), false},
		{"Lightsail's target and scope", request(t, "POST", "/", "lightsail", "X-Amz-Target", "Lightsail_20161128.GetRegions"), false},
		{"a bucket", request(t, "GET", "/bucket?list-type=2", "s3"), true},
		{"an object", request(t, "PUT", "/bucket/key", "s3"), true},
		{"a REST call", request(t, "GET", "/2015-03-31/functions/", "lambda"), true},
		{"a REST call in STS's scope", request(t, "GET", "/2015-03-31/functions/", "sts"), false},
		{"a form, which says more in its body", request(t, "POST", "/", "iam", "Content-Type", formType), false},
		{"a form for another path", request(t, "POST", "/111122223333/queue", "sqs", "Content-Type", formType), true},
		{"no signature", request(t, "GET", "/", ""), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := otheraws.Meant(tc.request); got != tc.want {
				t.Errorf("Meant = %t", got)
			}
		})
	}
}

func TestService(t *testing.T) {
	for name, tc := range map[string]struct{ header, want string }{
		"a scope":                     {strings.Replace(signed, "SERVICE", "s3", 1), "s3"},
		"the scope at the end":        {"AWS4-HMAC-SHA256 Signature=0,Credential=K/20260101/r/ec2/aws4_request", "ec2"},
		"another algorithm of AWS's":  {"AWS4-ECDSA-P256-SHA256 Credential=K/20260101/r/s3/aws4_request", "s3"},
		"an access key with slashes":  {"AWS4-HMAC-SHA256 Credential=a/b/c/20260101/r/iam/aws4_request", "iam"},
		"Lightsail":                   {strings.Replace(signed, "SERVICE", "lightsail", 1), ""},
		"STS":                         {strings.Replace(signed, "SERVICE", "sts", 1), ""},
		"a service with a capital":    {strings.Replace(signed, "SERVICE", "S3", 1), ""},
		"a secret in its place":       {strings.Replace(signed, "SERVICE", "wJalrXUtnFEMI", 1), ""},
		"a service that is too long":  {strings.Replace(signed, "SERVICE", strings.Repeat("a", 33), 1), ""},
		"an empty service":            {strings.Replace(signed, "SERVICE", "", 1), ""},
		"another terminator":          {"AWS4-HMAC-SHA256 Credential=K/20260101/r/s3/aws5_request", ""},
		"too few parts":               {"AWS4-HMAC-SHA256 Credential=r/s3/aws4_request", ""},
		"no credential":               {"AWS4-HMAC-SHA256 Signature=0", ""},
		"another scheme":              {"Bearer Credential=K/20260101/r/s3/aws4_request", ""},
		"nothing":                     {"", ""},
		"an algorithm and no more":    {"AWS4-", ""},
		"a credential and no more":    {"AWS4-HMAC-SHA256 Credential=", ""},
		"a credential of slashes":     {"AWS4-HMAC-SHA256 Credential=/////", ""},
		"a service with markup in it": {strings.Replace(signed, "SERVICE", "<b>", 1), ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := request(t, "GET", "/", "")
			r.Header.Set("Authorization", tc.header)
			if got := otheraws.Service(r); got != tc.want {
				t.Errorf("Service = %q, want %q", got, tc.want)
			}
		})
	}
}

// TestRefuse compares whole answers, each in the form of the client's protocol.
func TestRefuse(t *testing.T) {
	for _, tc := range []struct {
		name              string
		request           *http.Request
		contentType, body string
	}{
		{
			"JSON", request(t, "POST", "/", "dynamodb", "X-Amz-Target", "DynamoDB_20120810.ListTables", "Content-Type", "application/x-amz-json-1.0"), "application/x-amz-json-1.0",
			`{"__type":"UnknownOperationException","message":"Lanyard serves Amazon Lightsail and AWS STS only; this request is for the service dynamodb."}`,
		},
		{
			"JSON of another type", request(t, "POST", "/", "logs", "X-Amz-Target", "Logs_20140328.DescribeLogGroups", "Content-Type", "text/html"), "application/json",
			`{"__type":"UnknownOperationException","message":"Lanyard serves Amazon Lightsail and AWS STS only; this request is for the service logs."}`,
		},
		{
			"JSON by paths", request(t, "GET", "/2015-03-31/functions/", "lambda"), "application/json",
			`{"__type":"UnknownOperationException","message":"Lanyard serves Amazon Lightsail and AWS STS only; this request is for the service lambda."}`,
		},
		{
			"forms", request(t, "POST", "/", "iam", "Content-Type", formType), "text/xml",
			"<ErrorResponse>\n  <Error>\n    <Type>Sender</Type>\n    <Code>InvalidAction</Code>\n    <Message>Lanyard serves Amazon Lightsail and AWS STS only; this request is for the service iam.</Message>\n  </Error>\n  <RequestId>id-1</RequestId>\n</ErrorResponse>\n",
		},
		{
			"forms of EC2", request(t, "POST", "/", "ec2", "Content-Type", formType), "text/xml",
			"<Response>\n  <Errors>\n    <Error>\n      <Code>InvalidAction</Code>\n      <Message>Lanyard serves Amazon Lightsail and AWS STS only; this request is for the service ec2.</Message>\n    </Error>\n  </Errors>\n  <RequestID>id-1</RequestID>\n</Response>\n",
		},
		{
			"XML by paths", request(t, "GET", "/2013-04-01/hostedzone", "route53"), "text/xml",
			"<ErrorResponse>\n  <Error>\n    <Type>Sender</Type>\n    <Code>InvalidAction</Code>\n    <Message>Lanyard serves Amazon Lightsail and AWS STS only; this request is for the service route53.</Message>\n  </Error>\n  <RequestId>id-1</RequestId>\n</ErrorResponse>\n",
		},
		{
			"XML of S3", request(t, "GET", "/", "s3"), "text/xml",
			"<Error>\n  <Code>InvalidRequest</Code>\n  <Message>Lanyard serves Amazon Lightsail and AWS STS only; this request is for the service s3.</Message>\n  <RequestId>id-1</RequestId>\n</Error>\n",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := otheraws.Refuse(tc.request, otheraws.Service(tc.request), "id-1")
			if a.Status != http.StatusBadRequest || a.ContentType != tc.contentType || string(a.Body) != tc.body {
				t.Errorf("answer = %d %s %s\nwant %s %s", a.Status, a.ContentType, a.Body, tc.contentType, tc.body)
			}
		})
	}
}

func TestHandler(t *testing.T) {
	var log bytes.Buffer
	var observed string
	h := otheraws.New(otheraws.Options{
		Log:     slog.New(slog.NewTextHandler(&log, nil)),
		Rand:    strings.NewReader("sixteen bytes..."),
		Observe: func(action, code string, _ time.Duration) { observed = action + "|" + code },
	})
	front := httptest.NewServer(h)
	defer front.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, front.URL+"/bucket/key", strings.NewReader("unread"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", strings.Replace(signed, "SERVICE", "s3", 1))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	const id = "73697874-6565-4e20-a279-7465732e2e2e"
	if resp.StatusCode != http.StatusBadRequest || resp.Header.Get("X-Amzn-Requestid") != id || !resp.Close || !strings.Contains(string(body), id) {
		t.Errorf("answer = %s %v %s", resp.Status, resp.Header, body)
	}
	if line := log.String(); !strings.Contains(line, "request_id="+id) || !strings.Contains(line, "code=UnknownOperationException service=s3") {
		t.Errorf("log = %s", line)
	}
	if observed != "|"+otheraws.Code {
		t.Errorf("observed %s", observed)
	}
}

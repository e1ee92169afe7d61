package sigv4_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/sigv4"
)

// TestVerify_AWSVectors reads requests off the wire that AWS publishes with their signatures (the signing test suite of
// aws-c-auth). All are signed with the documentation's example key, at one time, for a service named "service".
func TestVerify_AWSVectors(t *testing.T) {
	tests := []struct {
		name      string
		request   string // from the request line, without Host, X-Amz-Date and Authorization
		also      string // signed headers besides host and x-amz-date, as they are in the list
		signature string
	}{
		{"get-vanilla", "GET /", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"post-vanilla", "POST /", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{
			"get-header-key-duplicate", "GET /\nMy-Header1:value2\nMy-Header1:value2\nMy-Header1:value1", "my-header1",
			"c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
		},
		{
			"get-header-value-order", "GET /\nMy-Header1:value4\nMy-Header1:value1\nMy-Header1:value3\nMy-Header1:value2", "my-header1",
			"08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01",
		},
		{
			"get-header-value-trim", "GET /\nMy-Header1: value1\nMy-Header2: \"a   b   c\"", "my-header1;my-header2",
			"acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
		},
		{
			"get-relative-relative-normalized", "GET /example1/example2/../..", "",
			"5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
		},
		{"get-slashes-normalized", "GET //example//", "", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
		{
			"get-slash-pointless-dot-normalized", "GET /./example", "",
			"ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
		},
		{
			"get-unreserved", "GET /-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "",
			"07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
		},
		{"get-utf8", "GET /\u1234", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
		{
			"get-vanilla-empty-query-key", "GET /?Param1=value1", "",
			"a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
		},
		{
			"get-vanilla-query-order-key-case", "GET /?Param2=value2&Param1=value1", "",
			"b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
		},
		{
			"get-vanilla-query-order-encoded", "GET /?Param-3=Value3&Param=Value2&%E1%88%B4=Value1", "",
			"371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
		},
		{"get-vanilla-utf8-query", "GET /?\u1234=bar", "", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
		{
			"get-vanilla-with-session-token",
			"GET /\nX-Amz-Security-Token:6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267", "x-amz-security-token",
			"07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
		},
		{
			"post-x-www-form-urlencoded-parameters", "POST /\n" +
				"Content-Type:application/x-www-form-urlencoded; charset=utf-8\nContent-Length:13\n" +
				"x-amz-content-sha256:9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e\n\nParam1=value1",
			"content-length;content-type;x-amz-content-sha256",
			"328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422",
		},
	}
	const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	now := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	v := sigv4.New(sigv4.Options{Service: "service"})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, body := readVector(t, tt.request, tt.also, tt.signature)
			sig, err := v.Parse(r, now)
			if err != nil {
				t.Fatal(err)
			}
			if err := v.Verify(sig, r, body, secret); err != nil {
				t.Error(err)
			}
		})
	}
}

// readVector completes a request of the table and reads it as net/http's server does.
func readVector(t *testing.T, request, also, signature string) (*http.Request, []byte) {
	t.Helper()
	head, body, _ := strings.Cut(request, "\n\n")
	line, headers, _ := strings.Cut(head, "\n")
	names := []string{"host", "x-amz-date"}
	if also != "" {
		names = append(names, strings.Split(also, ";")...)
	}
	wire := line + " HTTP/1.1\n" + strings.TrimPrefix(headers+"\n", "\n") +
		"Host:example.amazonaws.com\nX-Amz-Date:20150830T123600Z\n" +
		"Authorization:AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, " +
		"SignedHeaders=" + sortedList(names) + ", Signature=" + signature + "\n\n" + body
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire)))
	if err != nil {
		t.Fatal(err)
	}
	received, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, received
}

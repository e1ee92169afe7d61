package wirecheck_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/lanyardtest"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

const id = "40fa81ea-c85c-4874-99e2-b7f01b3af5cb"

// reply is an answer that a server under test gives.
type reply struct {
	status int
	header map[string]string // beside the right ones; "" leaves one out
	body   string
}

func (a reply) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	header := map[string]string{"Content-Type": "application/x-amz-json-1.1", "X-Amzn-Requestid": id}
	maps.Copy(header, a.header)
	for name, value := range header {
		w.Header().Set(name, value)
		if value == "" {
			w.Header()[name] = nil
		}
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// check sends one call through a checker to a server that gives the reply, and returns the violations.
func check(t *testing.T, action string, a reply) []string {
	t.Helper()
	server := httptest.NewServer(a)
	defer server.Close()
	c, err := wirecheck.New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(c)
	defer front.Close()
	call(t, front.URL, action)
	return c.Violations()
}

func call(t *testing.T, url, action string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "Lightsail_20161128."+action)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
}

// pair is an answer of GetKeyPair with a key pair that has one member.
func pair(member string) reply { return reply{status: 200, body: `{"keyPair":{` + member + `}}`} }

func TestChecker_rightAnswers(t *testing.T) {
	for _, tt := range []struct {
		name, action string
		reply        reply
	}{
		{"every type", "GetKeyPair", pair(`"name":"a","createdAt":1571255026.975,"location":{"regionName":"us-east-1"},"tags":[{"key":"k"}]`)},
		{"an exponent in a time", "GetKeyPair", pair(`"createdAt":1.571255026975E9`)},
		{"nothing required", "GetKeyPair", reply{status: 200, body: `{}`}},
		{"numbers and booleans", "GetBundles", reply{status: 200, body: `{"bundles":[{"cpuCount":2,"price":3.5,"isActive":true}]}`}},
		{"a map", "GetContainerServiceDeployments", reply{status: 200, body: `{"deployments":[{"containers":{"web":{"environment":{"A":"1"}}}}]}`}},
		{"a required member", "GetProfile", reply{status: 200, body: `{"profileType":"Lightsailor"}`}},
		{"an exception", "GetKeyPair", reply{status: 400, body: `{"__type":"NotFoundException","code":"DoesNotExist","message":"m","docs":"d","tip":"t"}`}},
		{"an exception about containers", "GetContainerImages", reply{status: 400, body: `{"__type":"NotFoundException","message":"m"}`}},
		{"an exception of an action newer than the model", "GetProfile", reply{status: 400, body: `{"__type":"InvalidInputException","code":"c","message":"m"}`}},
		{"a fault of the server", "GetKeyPair", reply{status: 500, body: `{"__type":"ServiceException","code":"c","message":"m"}`}},
		{"a front end's error", "GetKeyPair", reply{status: 400, body: `{"__type":"InvalidSignatureException","message":"m"}`}},
		{"a front end's bare error", "GetKeyPair", reply{status: 400, body: `{"__type":"SerializationException"}`}},
		{"a front end's message in capitals", "GetKeyPair", reply{status: 400, body: `{"__type":"SerializationException","Message":"m"}`}},
		{"a status of its own", "GetKeyPair", reply{status: 413, body: `{"__type":"RequestEntityTooLargeException","message":"m"}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := check(t, tt.action, tt.reply); got != nil {
				t.Errorf("violations: %q", got)
			}
		})
	}
}

func TestChecker_wrongAnswers(t *testing.T) {
	exception := `{"__type":"NotFoundException","code":"DoesNotExist","message":"m"}`
	for _, tt := range []struct {
		name, action string
		reply        reply
		want         string
	}{
		{"content type", "GetKeyPair", reply{200, map[string]string{"Content-Type": "application/json"}, `{}`}, `the content type is "application/json"`},
		{"content length", "GetKeyPair", reply{200, map[string]string{"Transfer-Encoding": "chunked"}, `{}`}, `the content length is ""`},
		{"no request id", "GetKeyPair", reply{200, map[string]string{"X-Amzn-Requestid": ""}, `{}`}, `x-amzn-requestid "" is not a UUID`},
		{"odd request id", "GetKeyPair", reply{200, map[string]string{"X-Amzn-Requestid": "1"}, `{}`}, `x-amzn-requestid "1" is not a UUID`},
		{"error type header", "GetKeyPair", reply{400, map[string]string{"X-Amzn-Errortype": "NotFoundException"}, exception}, "there is a header X-Amzn-Errortype"},
		{"no JSON", "GetKeyPair", reply{status: 200, body: `{`}, "the body is not one JSON object"},
		{"no object", "GetKeyPair", reply{status: 200, body: `[]`}, "the body is not one JSON object"},
		{"null", "GetKeyPair", reply{status: 200, body: `null`}, "the body is not one JSON object"},
		{"two objects", "GetKeyPair", reply{status: 200, body: `{}{}`}, "the body is not one JSON object"},
		{"no action", "GetNothing", reply{status: 200, body: `{}`}, "the request names no action of the API"},

		{"unknown member", "GetKeyPair", reply{status: 200, body: `{"keypair":{}}`}, "unknown member keypair"},
		{"unknown member inside", "GetKeyPair", pair(`"privateKey":"x"`), "unknown member keyPair.privateKey"},
		{"unknown member in a list", "GetKeyPairs", reply{status: 200, body: `{"keyPairs":[{},{"tags":[{"Key":"k"}]}]}`}, "unknown member keyPairs[1].tags[0].Key"},
		{"missing member", "GetProfile", reply{status: 200, body: `{}`}, "profileType is missing"},
		{"missing member inside", "GetProfile", reply{status: 200, body: `{"profileType":"LightsailPartner","partner":{"status":"Active"}}`}, "partner.enrolledAt is missing"},
		{"null for absent", "GetKeyPair", pair(`"name":null`), "keyPair.name is null, which is not a string"},
		{"number for string", "GetKeyPair", pair(`"name":1`), "keyPair.name is 1, which is not a string"},
		{"number for enum", "GetKeyPair", pair(`"resourceType":1`), "keyPair.resourceType is 1, which is not a string"},
		{"string for boolean", "GetOperation", reply{status: 200, body: `{"operation":{"isTerminal":"true"}}`}, `operation.isTerminal is "true", which is not a boolean`},
		{"string for integer", "GetBundles", reply{status: 200, body: `{"bundles":[{"cpuCount":"2"}]}`}, `bundles[0].cpuCount is "2", which is not a 32-bit integer`},
		{"fraction for integer", "GetBundles", reply{status: 200, body: `{"bundles":[{"cpuCount":2.0}]}`}, "bundles[0].cpuCount is 2.0, which is not a 32-bit integer"},
		{"integer too large", "GetBundles", reply{status: 200, body: `{"bundles":[{"cpuCount":2147483648}]}`}, "bundles[0].cpuCount is 2147483648"},
		{"string for float", "GetBundles", reply{status: 200, body: `{"bundles":[{"price":"3.5"}]}`}, `bundles[0].price is "3.5", which is not a number`},
		{"object for list", "GetKeyPair", pair(`"tags":{}`), "keyPair.tags is {}, which is not an array"},
		{"list for object", "GetKeyPair", pair(`"location":[]`), "keyPair.location is [], which is not an object"},
		{"wrong type in a map", "GetContainerServiceDeployments", reply{status: 200, body: `{"deployments":[{"containers":{"web":{"environment":{"A":1}}}}]}`}, `deployments[0].containers["web"].environment["A"] is 1`},
		{"time as text", "GetKeyPair", pair(`"createdAt":"2019-10-16T21:43:46Z"`), `keyPair.createdAt is "2019-10-16T21:43:46Z", which is not a number of seconds`},
		{"time in milliseconds", "GetKeyPair", pair(`"createdAt":1571255026975`), "keyPair.createdAt is 1571255026975"},
		{"time with microseconds", "GetKeyPair", pair(`"createdAt":1571255026.975123`), "keyPair.createdAt is 1571255026.975123"},

		{"success with another status", "GetKeyPair", reply{status: 201, body: `{}`}, `the action has no exception ""`},
		{"no error type", "GetKeyPair", reply{status: 400, body: `{"message":"m"}`}, `the action has no exception ""`},
		{"error type with a namespace", "GetKeyPair", reply{status: 400, body: `{"__type":"com.amazonaws.lightsail#NotFoundException","message":"m"}`}, `the action has no exception "com.amazonaws.lightsail#NotFoundException"`},
		{"an exception that the action has not", "GetBuckets", reply{status: 400, body: `{"__type":"OperationFailureException","code":"c","message":"m"}`}, `the action has no exception "OperationFailureException"`},
		{"client's error as the server's", "GetKeyPair", reply{status: 500, body: exception}, "the status of NotFoundException is 500, not 400"},
		{"model's status", "GetKeyPair", reply{status: 404, body: exception}, "the status of NotFoundException is 404, not 400"},
		{"server's fault as the client's", "GetKeyPair", reply{status: 400, body: `{"__type":"ServiceException","code":"c","message":"m"}`}, "the status of ServiceException is 400, not 500"},
		{"no code", "GetKeyPair", reply{status: 400, body: `{"__type":"NotFoundException","message":"m"}`}, "the error has no code"},
		{"a code about containers", "GetContainerImages", reply{status: 400, body: exception}, "unknown member code"},
		{"no message", "GetKeyPair", reply{status: 400, body: `{"__type":"NotFoundException","code":"c"}`}, "the error has no message"},
		{"message in capitals", "GetKeyPair", reply{status: 400, body: `{"__type":"NotFoundException","code":"c","Message":"m"}`}, "unknown member Message"},
		{"unknown member of an error", "GetKeyPair", reply{status: 400, body: `{"__type":"NotFoundException","code":"c","message":"m","stack":"s"}`}, "unknown member stack"},
		{"code from the front end", "GetKeyPair", reply{status: 400, body: `{"__type":"InvalidSignatureException","code":"c","message":"m"}`}, "unknown member code"},
		{"null in an error", "GetKeyPair", reply{status: 400, body: `{"__type":"NotFoundException","code":"c","message":"m","docs":null}`}, "docs is not a string"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := check(t, tt.action, tt.reply)
			if len(got) == 0 || !slices.ContainsFunc(got, func(v string) bool { return strings.Contains(v, tt.want) }) {
				t.Errorf("violations: %q, want %q", got, tt.want)
			}
		})
	}
}

func TestChecker_requestIDs(t *testing.T) {
	server := httptest.NewServer(reply{status: 200, body: `{}`})
	defer server.Close()
	c, err := wirecheck.New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(c)
	defer front.Close()
	for range 2 {
		call(t, front.URL, "GetKeyPairs")
	}
	want := fmt.Sprintf("GetKeyPairs: x-amzn-requestid %s was used before in 200 {}", id)
	if got := c.Violations(); len(got) != 1 || got[0] != want {
		t.Errorf("violations: %q, want %q", got, want)
	}
}

func TestChecker_noAnswer(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c, err := wirecheck.New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(c)
	defer front.Close()
	call(t, front.URL, "GetKeyPairs")
	if got := c.Violations(); len(got) != 1 || !strings.Contains(got[0], "no answer") {
		t.Errorf("violations: %q", got)
	}
}

// A signed call passes unharmed, and what it came to is remembered.
func TestChecker_realServer(t *testing.T) {
	server := lanyardtest.New(t)
	c := wirecheck.Start(t, server.Endpoint)
	client := server.Client("eu-central-1", func(o *lightsail.Options) { o.BaseEndpoint = &c.URL })
	if _, err := client.GetRegions(t.Context(), &lightsail.GetRegionsInput{}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("nobody")}); err == nil {
		t.Error("a key pair that is not there was found")
	}
	if _, err := client.DeleteContainerService(t.Context(), &lightsail.DeleteContainerServiceInput{ServiceName: new("missing")}); err == nil {
		t.Error("a container service that is not there was deleted")
	}
	for action, want := range map[string]struct{ outcome, code string }{
		"GetRegions":             {"", ""},
		"GetKeyPair":             {"NotFoundException", "DoesNotExist"},
		"DeleteContainerService": {"NotFoundException", "NotFoundException"}, // these exceptions have no code
	} {
		if !c.Saw(action, want.outcome) || !c.SawCode(action, want.code) {
			t.Errorf("%s with outcome %q and code %q was not seen", action, want.outcome, want.code)
		}
	}
	if c.Saw("GetKeyPair", "") || c.SawCode("GetKeyPair", "") {
		t.Error("a success was seen that there was not")
	}
}

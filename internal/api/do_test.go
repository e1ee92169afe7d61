package api_test

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// refusal is what a call ends with: the exception's name, "" for success, and its message.
type refusal struct{ code, message string }

// way makes a call as a principal.
type way func(t *testing.T, region, action, body string) refusal

// byHTTP signs a request and gives it to the pipeline.
func (w *world) byHTTP(c *lightsail.Client) way {
	return func(t *testing.T, region, action, body string) refusal {
		t.Helper()
		key, err := c.Options().Credentials.Retrieve(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, w.endpoint+"/", strings.NewReader(body))
		r.RemoteAddr = "192.0.2.1:1234"
		r.Header.Set("User-Agent", "both")
		r.Header.Set("Content-Type", jsonType)
		r.Header.Set("X-Amz-Target", "Lightsail_20161128."+action)
		sum := sha256.Sum256([]byte(body))
		if err := v4.NewSigner().SignHTTP(t.Context(), key, r, hex.EncodeToString(sum[:]), "lightsail", region, time.Now()); err != nil {
			t.Fatal(err)
		}
		answer := httptest.NewRecorder()
		w.pipeline.ServeHTTP(answer, r)
		var said struct {
			Type    string `json:"__type"`
			Message string
		}
		if err := json.Unmarshal(answer.Body.Bytes(), &said); err != nil {
			t.Fatalf("answer to %s = %s: %v", action, answer.Body, err)
		}
		return refusal{said.Type[strings.LastIndex(said.Type, "#")+1:], said.Message}
	}
}

// byDo makes the call inside the process.
func (w *world) byDo(arn string) way {
	return func(t *testing.T, region, action, body string) refusal {
		t.Helper()
		caller := w.pipeline.As(arn, api.Origin{Origin: httpcall.Origin{SourceIP: "192.0.2.1", UserAgent: "both"}, Signer: "both"})
		out, err := w.pipeline.Do(t.Context(), caller, region, action, []byte(body))
		if (out == nil) != (err != nil) {
			t.Errorf("Do of %s = %v, %v, want either an output or an error", action, out, err)
		}
		if front, ok := errors.AsType[*api.FrontError](err); ok {
			return refusal{front.Type, front.Message}
		}
		if e, ok := errors.AsType[smithy.APIError](err); ok {
			return refusal{e.ErrorCode(), e.ErrorMessage()}
		}
		if err != nil {
			t.Errorf("Do of %s = %v, want an exception", action, err)
		}
		return refusal{}
	}
}

// volatile is what differs in the log lines of two calls of one kind.
var volatile = regexp.MustCompile(`time=\S+|request_id=\S+|took=\S+|access_key_id=\S+|caller=\S+|KeyPair/[0-9a-f-]{36}`)

// TestPipeline_Do_hasTheRightsOfItsPrincipal makes each call over HTTP and inside the
// process, as the same user, and compares what comes of it, the log and the metrics.
func TestPipeline_Do_hasTheRightsOfItsPrincipal(t *testing.T) {
	const (
		all       = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
		fromThere = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*",` +
			`"Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"},"StringEquals":{"aws:UserAgent":"both"},"Bool":{"aws:SecureTransport":"false"}}}]}`
		fromElsewhere = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*",` +
			`"Condition":{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}}]}`
	)
	for _, tt := range []struct {
		name, policy         string
		region, action, body string
		before               func(*world)
		want                 string
	}{
		{"a read", all, "", "GetKeyPair", `{"keyPairName":"there"}`, nil, ""},
		{"a write", all, "", "TagResource", `{"resourceName":"there","tags":[{"key":"a","value":"b"}]}`, nil, ""},
		{"a write with a slow part", all, "", "DownloadDefaultKeyPair", `{}`, nil, ""},
		{"a read without rights", allow("lightsail:GetRegions", "*"), "", "GetKeyPair", `{"keyPairName":"there"}`, nil, denied},
		{"a write without rights", allow("lightsail:Get*", "*"), "", "TagResource", `{"resourceName":"there","tags":[]}`, nil, denied},
		{"a write with a slow part, without rights", allow("lightsail:Get*", "*"), "", "DownloadDefaultKeyPair", `{}`, nil, denied},
		{"rights that the origin gives", fromThere, "", "GetRegions", `{}`, nil, ""},
		{"rights that the origin does not give", fromElsewhere, "", "GetRegions", `{}`, nil, denied},
		{"a name that is not there", all, "", "DeleteKeyPair", `{"keyPairName":"none"}`, nil, "NotFoundException"},
		{"a name that is taken", all, "", "CreateKeyPair", `{"keyPairName":"there"}`, nil, "InvalidInputException"},
		{"an invalid read", all, "", "GetKeyPair", `{}`, nil, "InvalidInputException"},
		{"an invalid write", all, "", "TagResource", `{}`, nil, "InvalidInputException"},
		{"an invalid write without rights", allow("lightsail:Get*", "*"), "", "TagResource", `{}`, nil, denied},
		{"no JSON", all, "", "TagResource", `{`, nil, "SerializationException"},
		{"an action that there is not", all, "", "CreateCastle", `{}`, nil, "UnknownOperationException"},
		{"a region without the family", all, "eu-central-1", "GetDomains", `{}`, nil, "InvalidInputException"},
		{"a body that is too large", all, "", "GetRegions", strings.Repeat(" ", httpcall.MaxBody+1), nil, "RequestEntityTooLargeException"},
		{"a closed account", all, "", "GetRegions", `{}`, func(w *world) {
			w.change(func(tx *store.Tx) error { return tx.UpdateAccount(&store.Account{ID: ours, Closed: true}) })
		}, "UnauthenticatedException"},
		{"an account in setup", all, "", "TagResource", `{"resourceName":"there","tags":[]}`, func(w *world) {
			w.change(func(tx *store.Tx) error {
				return tx.UpdateAccount(&store.Account{ID: ours, SetupUntil: w.now.Add(time.Hour)})
			})
		}, "AccountSetupInProgressException"},
		{"a full server", all, "", "GetRegions", `{}`, func(w *world) {
			for w.running.Enter() {
			}
		}, "ThrottlingException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got [2]refusal
			var logged, observed [2]string
			for i, by := range []func(*world, string) way{
				func(w *world, id string) way { return w.byHTTP(w.keyFor(ours, id)) },
				func(w *world, _ string) way { return w.byDo("arn:aws:iam::" + ours + ":user/alice") },
			} {
				w := newWorld(t)
				importKey(t, w.root(ours), "there")
				id := w.add(identity.User, "alice", identity.Doc{Inline: []identity.InlinePolicy{{Name: "p", Document: tt.policy}}})
				call := by(w, id)
				if tt.before != nil {
					tt.before(w)
				}
				w.log.Reset()
				w.observed = nil
				got[i] = call(t, cmp.Or(tt.region, "us-east-1"), tt.action, tt.body)
				logged[i], observed[i] = volatile.ReplaceAllString(w.log.String(), ""), strings.Join(w.observed, ",")
			}
			if got[1].code != tt.want || got[0].code != tt.want {
				t.Errorf("%s ends with %q over HTTP and %q inside the process, want %q", tt.action, got[0].code, got[1].code, tt.want)
			}
			if volatile.ReplaceAllString(got[0].message, "") != volatile.ReplaceAllString(got[1].message, "") {
				t.Errorf("message over HTTP = %q, inside the process %q", got[0].message, got[1].message)
			}
			if logged[0] != logged[1] || logged[0] == "" {
				t.Errorf("log over HTTP:\n%s\ninside the process:\n%s", logged[0], logged[1])
			}
			if observed[0] != observed[1] || observed[0] == "" {
				t.Errorf("metrics over HTTP = %q, inside the process %q", observed[0], observed[1])
			}
		})
	}
}

// TestPipeline_Do_unknownPrincipal acts as a principal that does not exist, or no longer.
func TestPipeline_Do_unknownPrincipal(t *testing.T) {
	w := newWorld(t)
	for _, arn := range []string{
		"", "alice", "arn:aws:iam::" + ours + ":user/alice", "arn:aws:iam::" + ours + ":role/alice", "arn:aws:iam::000000000000:root",
		ours + ":root", "arn:aws:iam::" + ours + ":user/",
	} {
		if got := w.byDo(arn)(t, "us-east-1", "GetRegions", "{}"); got.code != "UnrecognizedClientException" {
			t.Errorf("call as %q = %q, want UnrecognizedClientException", arn, got.code)
		}
	}
	if got := w.byDo(identity.RootARN(ours))(t, "us-east-1", "GetRegions", "{}"); got.code != "" {
		t.Errorf("call as root = %v, want success", got)
	}
	if got := w.byDo(identity.RootARN(ours))(t, "mars-1", "GetRegions", "{}"); got.code != "UnknownOperationException" {
		t.Errorf("call in a region that there is not = %v, want UnknownOperationException", got)
	}
}

// TestInvoke has the SDK's types at both ends.
func TestInvoke(t *testing.T) {
	w := newWorld(t)
	root := w.pipeline.As(identity.RootARN(ours), api.Origin{Signer: "test"})
	_, err := api.Invoke[lightsail.ImportKeyPairInput, lightsail.ImportKeyPairOutput](t.Context(), w.pipeline, root, "us-east-1",
		&lightsail.ImportKeyPairInput{KeyPairName: new("mine"), PublicKeyBase64: new(edLine)})
	wantCode(t, err, "")
	out, err := api.Invoke[lightsail.GetKeyPairInput, lightsail.GetKeyPairOutput](t.Context(), w.pipeline, root, "us-east-1",
		&lightsail.GetKeyPairInput{KeyPairName: new("mine")})
	wantCode(t, err, "")
	if out == nil || *out.KeyPair.Name != "mine" {
		t.Errorf("GetKeyPair = %v, want the key pair that was imported", out)
	}
	_, err = api.Invoke[lightsail.GetKeyPairInput, lightsail.GetKeyPairOutput](t.Context(), w.pipeline, root, "us-east-1", &lightsail.GetKeyPairInput{})
	wantCode(t, err, "InvalidInputException")
	if !strings.Contains(w.log.String(), "caller=test") {
		t.Errorf("log = %s, want the caller's name in it", w.log)
	}
}

// TestPipeline_Do_internalError shows the caller no more than a client would see.
func TestPipeline_Do_internalError(t *testing.T) {
	w := newWorld(t, api.New(func(*api.Call, *lightsail.GetRegionsInput) (*lightsail.GetRegionsOutput, error) {
		return nil, errors.New("the disk is on fire")
	}))
	got := w.byDo(identity.RootARN(ours))(t, "us-east-1", "GetRegions", "{}")
	if got.code != "ServiceException" || strings.Contains(got.message, "fire") {
		t.Errorf("call that fails = %v, want a ServiceException without the details", got)
	}
	if !strings.Contains(w.log.String(), "the disk is on fire") {
		t.Errorf("log = %s, want the error in it", w.log)
	}
}

package sts_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/test/syncbuffer"
)

const (
	home  = "111122223333"
	other = "444455556666"
)

// world is a running server, and its store for what no call can arrange.
type world struct {
	t        *testing.T
	endpoint string
	db       *store.DB
	sealer   *seal.Sealer
	log      *syncbuffer.Buffer
	root     aws.Credentials
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, log: &syncbuffer.Buffer{}, root: aws.Credentials{AccessKeyID: "ROOTKEY", SecretAccessKey: "a-secret-of-some-length"}}
	dir := t.TempDir()
	o := servertest.Options(dir)
	o.Log = slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	o.Root.AccountID, o.Root.AccessKeyID, o.Root.SecretAccessKey = home, w.root.AccessKeyID, w.root.SecretAccessKey
	s, _ := servertest.Start(t, o)
	w.endpoint = s.Endpoint()
	w.openStore(dir)
	w.update(func(tx *store.Tx) error {
		return tx.InsertAccount(&store.Account{ID: other, CreatedAt: time.Now()})
	})
	return w
}

func (w *world) openStore(dir string) {
	w.t.Helper()
	key, err := seal.ReadMasterKeyFile(filepath.Join(dir, "master.key"))
	if err != nil {
		w.t.Fatal(err)
	}
	if w.sealer, err = seal.New(key); err != nil {
		w.t.Fatal(err)
	}
	if w.db, err = store.Open(w.t.Context(), store.Options{DSN: filepath.Join(dir, "lanyard.db")}); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = w.db.Close() })
}

func (w *world) update(fn func(*store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

var prefixes = map[identity.Kind]string{identity.User: "AIDA", identity.Role: "AROA", identity.Policy: "ANPA"}

// insert adds an entity and returns its id.
func (w *world) insert(account string, kind identity.Kind, name string, doc identity.Doc) string {
	w.t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		w.t.Fatal(err)
	}
	id := prefixes[kind] + strings.TrimPrefix(identity.NewAccessKeyID(), "AKIA")
	w.update(func(tx *store.Tx) error {
		return tx.InsertIdentity(&store.Identity{ID: id, Account: account, Kind: string(kind), Name: name, CreatedAt: time.Now(), Doc: text})
	})
	return id
}

// remove deletes an entity.
func (w *world) remove(account string, kind identity.Kind, name string) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		row, err := tx.Identity(account, string(kind), name)
		if err != nil {
			return err
		}
		return tx.DeleteIdentity(row)
	})
}

// user adds a user with one inline policy, or none, and returns an access key.
func (w *world) user(account, name, document string) aws.Credentials {
	w.t.Helper()
	return w.userWith(account, name, identity.Doc{Inline: inline(document)})
}

func (w *world) userWith(account, name string, doc identity.Doc) aws.Credentials {
	w.t.Helper()
	id := w.insert(account, identity.User, name, doc)
	key := aws.Credentials{AccessKeyID: identity.NewAccessKeyID(), SecretAccessKey: identity.NewSecret()}
	w.update(func(tx *store.Tx) error {
		return tx.InsertAccessKey(&store.AccessKey{
			ID: key.AccessKeyID, Account: account, Owner: id, Active: true, CreatedAt: time.Now(),
			Secret: w.sealer.Seal(seal.AccessKeySecret, []byte(key.SecretAccessKey), account, key.AccessKeyID),
		})
	})
	return key
}

// role adds a role with a trust policy and returns its ARN.
func (w *world) role(account, name, trust string, statements ...string) string {
	w.t.Helper()
	w.insert(account, identity.Role, name, identity.Doc{Trust: trust, Inline: inline(strings.Join(statements, ""))})
	return roleARN(account, name)
}

func inline(document string) []identity.InlinePolicy {
	if document == "" {
		return nil
	}
	return []identity.InlinePolicy{{Name: "inline", Document: document}}
}

func roleARN(account, name string) string { return "arn:aws:iam::" + account + ":role/" + name }
func userARN(account, name string) string { return "arn:aws:iam::" + account + ":user/" + name }

// allow and deny are policies of one statement about any resource.
func allow(actions string) string { return statement("Allow", actions, "*") }
func deny(actions string) string  { return statement("Deny", actions, "*") }

func statement(effect, action, on string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Action":"` + action + `","Resource":"` + on + `"}]}`
}

// trust is a trust policy that admits some principals ("AWS" values), with more
// elements such as a condition.
func trust(principals string, more ...string) string {
	return trusting("sts:AssumeRole", principals, more...)
}

func trusting(action, principals string, more ...string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Principal":{"AWS":"` + principals + `"}` +
		strings.Join(more, "") + `}]}`
}

// client is the SDK's.
func (w *world) client(key aws.Credentials, region string) *sts.Client {
	return sts.New(sts.Options{
		HTTPClient: sdkhttp.Client(),
		Region:     region, BaseEndpoint: &w.endpoint, RetryMaxAttempts: 1,
		Credentials: credentials.StaticCredentialsProvider{Value: key},
	})
}

func (w *world) lightsail(key aws.Credentials) *lightsail.Client {
	return lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(),
		Region:     "us-east-1", BaseEndpoint: &w.endpoint, RetryMaxAttempts: 1,
		Credentials: credentials.StaticCredentialsProvider{Value: key},
	})
}

// assume assumes a role, which must succeed.
func (w *world) assume(key aws.Credentials, role, session string, change ...func(*sts.AssumeRoleInput)) aws.Credentials {
	w.t.Helper()
	in := &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: &session}
	for _, fn := range change {
		fn(in)
	}
	out, err := w.client(key, "us-east-1").AssumeRole(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return keyOf(out.Credentials)
}

func keyOf(c *types.Credentials) aws.Credentials {
	return aws.Credentials{AccessKeyID: *c.AccessKeyId, SecretAccessKey: *c.SecretAccessKey, SessionToken: *c.SessionToken}
}

// wantRefused checks code and message of an SDK's error. A message that ends in …
// is the beginning.
func wantRefused(t *testing.T, err error, code, message string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) {
		t.Fatalf("error = %v, want %s", err, code)
	}
	start, open := strings.CutSuffix(message, "…")
	if e.ErrorCode() != code || e.ErrorMessage() != message && (!open || !strings.HasPrefix(e.ErrorMessage(), start)) {
		t.Errorf("error = %s: %s\nwant    %s: %s", e.ErrorCode(), e.ErrorMessage(), code, message)
	}
}

// call is a request that a test may bend before and after it is signed.
type call struct {
	// body is sent as it is.
	body            string
	key             aws.Credentials
	region, service string
	at              time.Time
	before, after   func(*http.Request)
}

// form writes pairs of names and values.
func form(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(pairs[i]) + "=" + url.QueryEscape(pairs[i+1]))
	}
	return b.String()
}

// asking is the body of a call of an action.
func asking(action string, pairs ...string) string {
	return form(append([]string{"Action", action, "Version", "2011-06-15"}, pairs...)...)
}

type reply struct {
	status int
	header http.Header
	body   string
}

func (c call) request(t *testing.T, endpoint string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint+"/", strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	if c.before != nil {
		c.before(r)
	}
	if c.region == "" {
		c.region = "us-east-1"
	}
	if c.service == "" {
		c.service = "sts"
	}
	if c.at.IsZero() {
		c.at = time.Now()
	}
	sum := sha256.Sum256([]byte(c.body))
	if err := v4.NewSigner().SignHTTP(t.Context(), c.key, r, hex.EncodeToString(sum[:]), c.service, c.region, c.at); err != nil {
		t.Fatal(err)
	}
	if c.after != nil {
		c.after(r)
	}
	return r
}

func (c call) send(t *testing.T, endpoint string) reply {
	t.Helper()
	resp, err := http.DefaultClient.Do(c.request(t, endpoint))
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

// xmlError is an error as it is on the wire.
type xmlError struct {
	XMLName   xml.Name
	Type      string `xml:"Error>Type"`
	Code      string `xml:"Error>Code"`
	Message   string `xml:"Error>Message"`
	RequestID string `xml:"RequestId"`
}

// wantError checks an error's status, code and message, and that all of the answer
// has its form.
func (r reply) wantError(t *testing.T, status int, code, message string) {
	t.Helper()
	var e xmlError
	if err := xml.Unmarshal([]byte(r.body), &e); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	if r.status != status || e.Code != code || e.Message != message {
		t.Errorf("answer = %d %s: %s\nwant     %d %s: %s", r.status, e.Code, e.Message, status, code, message)
	}
	if got := fmt.Sprint(r.header.Get("Content-Type"), " ", e.XMLName.Local, " ", e.Type); got != "text/xml ErrorResponse Sender" {
		t.Errorf("form = %s", got)
	}
	if id := r.header.Get("X-Amzn-Requestid"); id == "" || id != e.RequestID {
		t.Errorf("request id = %q in the header, %q in the body", id, e.RequestID)
	}
}

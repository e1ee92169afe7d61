package api_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/limit"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// world is a pipeline over a store that a test can change behind its back.
type world struct {
	t        testing.TB
	pipeline *api.Pipeline
	db       *store.DB
	sealer   *seal.Sealer
	endpoint string
	log      *strings.Builder
	now      time.Time
	// dsn names the store, and committed is told of its writes if it is not nil.
	dsn       string
	committed func(store.Touched)
	// running bounds the calls that run at one time, and observed is what the metrics have.
	running  *limit.Gate
	observed []string
	quotas   quota.Table
	mu       sync.Mutex
	// views and updates count the store's transactions.
	views, updates atomic.Int64
}

const (
	ours   = "111122223333"
	theirs = "444455556666"
	// edLine is a public key for quick imports.
	edLine = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG6MmJagsBTlDu4xJav94bvathV2TCQNb/9qHA3RETCD"
)

// newFile names a new SQLite file.
func newFile(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }

func newWorld(t testing.TB, list ...api.Action) *world {
	t.Helper()
	return newWorldOn(t, newFile(t), list...)
}

// newWorldOn is newWorld with a new database.
func newWorldOn(t testing.TB, dsn string, list ...api.Action) *world {
	t.Helper()
	w := &world{t: t, log: &strings.Builder{}, now: time.Now(), dsn: dsn, running: limit.NewGate(100), quotas: quota.Default()}
	p := w.serve(list)
	w.pipeline, w.db, w.sealer, w.endpoint = p.Pipeline, p.DB, p.Sealer, p.Endpoint
	w.change(func(tx *store.Tx) error {
		return errors.Join(
			tx.InsertAccount(&store.Account{ID: ours, CreatedAt: w.now}),
			tx.InsertAccount(&store.Account{ID: theirs, CreatedAt: w.now}))
	})
	return w
}

// serve starts a server on the store.
func (w *world) serve(list []api.Action) *familytest.Pipeline {
	w.t.Helper()
	clock := func() time.Time { return w.now }
	return familytest.NewPipeline(w.t, familytest.PipelineOptions{Clock: clock, DSN: w.dsn, ObserveStore: w.count, Change: func(o *api.Options) {
		if list != nil {
			o.Actions = list
		}
		if w.sealer != nil {
			o.Sealer = w.sealer
		}
		o.Running, o.Observe, o.Quotas = w.running, w.observe, w.quotas
		o.Committed = func(touched store.Touched) {
			if w.committed != nil {
				w.committed(touched)
			}
		}
		o.Log = slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}})
}

func (w *world) count(kind string, _ time.Duration) {
	if kind == "update" {
		w.updates.Add(1)
		return
	}
	w.views.Add(1)
}

func (w *world) observe(action, code string, _ time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.observed = append(w.observed, action+" "+code)
}

func (w *world) change(fn func(*store.Tx) error) {
	w.t.Helper()
	if err := w.db.Update(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// root returns a client that signs as an account's root.
func (w *world) root(account string) *lightsail.Client { return w.keyFor(account, "") }

// keyFor makes an access key of an owner and returns a client that signs with it.
func (w *world) keyFor(account, owner string) *lightsail.Client {
	w.t.Helper()
	key := &store.AccessKey{ID: identity.NewAccessKeyID(), Account: account, Owner: owner, Active: true}
	secret := identity.NewSecret()
	w.addKey(key, secret)
	return w.client("us-east-1", key.ID, secret, "")
}

func (w *world) addKey(key *store.AccessKey, secret string) {
	w.t.Helper()
	key.Secret = w.sealer.Seal(seal.AccessKeySecret, []byte(secret), key.Account, key.ID)
	w.change(func(tx *store.Tx) error { return tx.InsertAccessKey(key) })
}

func (w *world) client(region, id, secret, token string) *lightsail.Client {
	return lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(),
		Region:     region, BaseEndpoint: &w.endpoint, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, token),
	})
}

// add stores an entity under a unique id made of its kind and name.
func (w *world) add(kind identity.Kind, name string, doc identity.Doc) string {
	w.t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		w.t.Fatal(err)
	}
	id := strings.ToUpper("ID" + string(kind) + name)
	w.change(func(tx *store.Tx) error {
		return tx.InsertIdentity(&store.Identity{ID: id, Account: ours, Kind: string(kind), Name: name, Doc: text})
	})
	return id
}

// user adds a user with one inline policy, or none, and returns its client.
func (w *world) user(name string, policy ...string) *lightsail.Client {
	w.t.Helper()
	var doc identity.Doc
	for _, text := range policy {
		doc.Inline = append(doc.Inline, identity.InlinePolicy{Name: "inline", Document: text})
	}
	return w.keyFor(ours, w.add(identity.User, name, doc))
}

// allow is a policy of one statement.
func allow(action, on string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"` + on + `"}]}`
}

// importKey makes a key pair and returns its ARN.
func importKey(t testing.TB, c *lightsail.Client, name string, tags ...string) string {
	t.Helper()
	if _, err := c.ImportKeyPair(t.Context(), &lightsail.ImportKeyPairInput{KeyPairName: &name, PublicKeyBase64: new(edLine)}); err != nil {
		t.Fatal(err)
	}
	if len(tags) > 0 {
		if _, err := c.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: &name, Tags: pairs(tags...)}); err != nil {
			t.Fatal(err)
		}
	}
	out, err := c.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return *out.KeyPair.Arn
}

// pairs makes tags of keys and values in turn.
func pairs(kv ...string) []types.Tag {
	var tags []types.Tag
	for i := 0; i < len(kv); i += 2 {
		tags = append(tags, types.Tag{Key: &kv[i], Value: &kv[i+1]})
	}
	return tags
}

// code is an error's exception name, "" for success.
func code(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		return e.ErrorCode()
	}
	return err.Error()
}

func wantCode(t *testing.T, err error, want string) {
	t.Helper()
	if got := code(err); got != want {
		t.Errorf("error = %v, want %q", err, want)
	}
}

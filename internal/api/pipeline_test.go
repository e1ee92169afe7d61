package api_test

import (
	"cmp"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestPipeline_changesOfIdentitiesApplyToTheNextRequest changes who a caller is whom the server knows well,
// behind its back, as another replica does.
func TestPipeline_changesOfIdentitiesApplyToTheNextRequest(t *testing.T) {
	calls := map[string]func(context.Context, *lightsail.Client) error{
		"a read": func(ctx context.Context, c *lightsail.Client) error {
			_, err := c.GetKeyPairs(ctx, &lightsail.GetKeyPairsInput{})
			return err
		},
		"a write": func(ctx context.Context, c *lightsail.Client) error {
			_, err := c.TagResource(ctx, &lightsail.TagResourceInput{ResourceName: new("there"), Tags: pairs("team", "web")})
			return err
		},
		"a write with a slow part": func(ctx context.Context, c *lightsail.Client) error {
			_, err := c.DownloadDefaultKeyPair(ctx, &lightsail.DownloadDefaultKeyPairInput{})
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			importKey(t, w.root(ours), "there")
			all := identity.Doc{Inline: []identity.InlinePolicy{{Name: "p", Document: allow("lightsail:*", "*")}}}
			id := w.add(identity.User, "alice", all)
			alice := w.keyFor(ours, id)
			key, err := alice.Options().Credentials.Retrieve(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			want := func(code string) {
				t.Helper()
				wantCode(t, call(t.Context(), alice), code)
				wantCode(t, call(t.Context(), alice), code)
			}
			want("")
			w.change(func(tx *store.Tx) error { return tx.UpdateIdentity(&store.Identity{ID: id, Doc: []byte("{}")}) })
			want(denied)
			w.change(func(tx *store.Tx) error { return tx.SetAccessKeyActive(key.AccessKeyID, false) })
			want("UnrecognizedClientException")
			w.change(func(tx *store.Tx) error { return tx.SetAccessKeyActive(key.AccessKeyID, true) })
			want(denied)
			w.change(func(tx *store.Tx) error { return tx.DeleteIdentity(&store.Identity{ID: id}) })
			want("UnrecognizedClientException")
			w.add(identity.User, "alice", all)
			w.addKey(&store.AccessKey{ID: key.AccessKeyID, Account: ours, Owner: id, Active: true}, "another secret")
			want("InvalidSignatureException")
			w.change(func(tx *store.Tx) error { return tx.DeleteAccessKey(key.AccessKeyID) })
			w.addKey(&store.AccessKey{ID: key.AccessKeyID, Account: ours, Owner: id, Active: true}, key.SecretAccessKey)
			want("")
			w.change(func(tx *store.Tx) error {
				return tx.UpdateAccount(&store.Account{ID: ours, SetupUntil: w.now.Add(time.Minute)})
			})
			want("AccountSetupInProgressException")
			w.now = w.now.Add(time.Minute)
			want("")
			w.change(func(tx *store.Tx) error { return tx.UpdateAccount(&store.Account{ID: ours, Closed: true}) })
			want("UnauthenticatedException")
		})
	}
}

// TestPipeline_transactionsOfACall: what a call costs is above all its transactions. A caller who is known needs one.
func TestPipeline_transactionsOfACall(t *testing.T) {
	w := newWorld(t)
	c := w.root(ours)
	importKey(t, c, "there")
	for _, tc := range []struct {
		name           string
		call           func() error
		views, updates int64
	}{
		{"a read", func() error {
			_, err := c.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("there")})
			return err
		}, 1, 0},
		{"a write", func() error {
			_, err := c.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("there"), Tags: pairs("team", "web")})
			return err
		}, 0, 1},
		{"a write with a slow part", func() error {
			_, err := c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("new")})
			return err
		}, 1, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			views, updates := w.views.Load(), w.updates.Load()
			wantCode(t, tc.call(), "")
			views, updates = w.views.Load()-views, w.updates.Load()-updates
			if views != tc.views || updates != tc.updates {
				t.Errorf("%d read and %d write transactions, want %d and %d", views, updates, tc.views, tc.updates)
			}
		})
	}
}

// TestNewPrepared_timeOfItsTransaction lets time pass while the slow part of a write runs: what it makes has
// the time at which its transaction began, after all that it can see.
func TestNewPrepared_timeOfItsTransaction(t *testing.T) {
	var w *world
	var made time.Time
	slow := api.NewPrepared(
		func(*api.Call, *lightsail.CreateKeyPairInput) (int, func(), error) {
			w.now = w.now.Add(time.Minute)
			return 0, nil, nil
		},
		func(c *api.Call, _ *lightsail.CreateKeyPairInput, _ int) (*lightsail.CreateKeyPairOutput, error) {
			made = c.NewResource(resource.KeyPair, "new").CreatedAt
			return &lightsail.CreateKeyPairOutput{}, nil
		}, api.Creates(resource.KeyPair))
	w = newWorld(t, slow)
	_, err := w.root(ours).CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("new")})
	wantCode(t, err, "")
	if want := w.now.Truncate(time.Millisecond); !made.Equal(want) {
		t.Errorf("the key pair is of %s, want %s", made, want)
	}
}

// TestNewPrepared_rightsAreCheckedAgain takes the right away while the slow part of a
// write runs: the write is refused, and what was made for it goes back.
func TestNewPrepared_rightsAreCheckedAgain(t *testing.T) {
	var w *world
	var id string
	given, back := 0, 0
	slow := api.NewPrepared(
		func(*api.Call, *lightsail.CreateKeyPairInput) (int, func(), error) {
			given++
			w.change(func(tx *store.Tx) error { return tx.UpdateIdentity(&store.Identity{ID: id, Doc: []byte("{}")}) })
			return given, func() { back++ }, nil
		},
		func(*api.Call, *lightsail.CreateKeyPairInput, int) (*lightsail.CreateKeyPairOutput, error) {
			t.Error("the action ran")
			return &lightsail.CreateKeyPairOutput{}, nil
		}, api.Creates(resource.KeyPair))
	w = newWorld(t, slow)
	id = w.add(identity.User, "alice", identity.Doc{Inline: []identity.InlinePolicy{{Name: "p", Document: allow("lightsail:*", "*")}}})
	alice := w.keyFor(ours, id)
	for range 2 {
		_, err := alice.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("new")})
		wantCode(t, err, denied)
	}
	if given != 1 || back != 1 {
		t.Errorf("the slow part ran %d times and was undone %d times, want once each: the second call was not allowed to begin", given, back)
	}
}

// TestNewPrepared_isPreparedAgain lets the slow part of a write be overtaken: it runs again, and what it got before goes
// back. A call that is overtaken each time is throttled.
func TestNewPrepared_isPreparedAgain(t *testing.T) {
	for _, tc := range []struct {
		overtaken   int
		code        string
		given, back int
	}{{0, "", 1, 0}, {2, "", 3, 2}, {100, "ThrottlingException", 4, 4}} {
		t.Run(fmt.Sprint(tc.overtaken, " times"), func(t *testing.T) {
			given, back := 0, 0
			w := newWorld(t, api.NewPrepared(
				func(*api.Call, *lightsail.CreateKeyPairInput) (int, func(), error) {
					given++
					return given, func() { back++ }, nil
				},
				func(c *api.Call, in *lightsail.CreateKeyPairInput, got int) (*lightsail.CreateKeyPairOutput, error) {
					r := c.New(resource.KeyPair, *in.KeyPairName)
					if err := c.Tx.InsertResource(r); err != nil || got <= tc.overtaken {
						return nil, cmp.Or(err, api.ErrPrepareAgain)
					}
					return &lightsail.CreateKeyPairOutput{Operation: c.Record(r)}, nil
				}, api.Creates(resource.KeyPair)))
			_, err := w.root(ours).CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("new")})
			wantCode(t, err, tc.code)
			if given != tc.given || back != tc.back {
				t.Errorf("the slow part ran %d times and was undone %d times, want %d and %d", given, back, tc.given, tc.back)
			}
		})
	}
}

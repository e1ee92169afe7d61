package identity_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const (
	ours   = "111122223333"
	theirs = "444455556666"
)

// Documents of policies that are good.
const (
	allowAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:*","Resource":"*"}]}`
	readOnly = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:Get*","Resource":"*"}]}`
	anybody  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
)

// world is a store with two accounts, of which ours is the root account.
type world struct {
	t      testing.TB
	db     *store.DB
	sealer *seal.Sealer
	now    time.Time
	// resolver is the one of a server that runs all the time.
	resolver *identity.Resolver
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := newStore(t)
	w.must(w.update(func(a *identity.Accounts) error {
		_, err := a.Create(ours)
		_, err2 := a.Create(theirs)
		return errors.Join(err, err2, a.SetRoot(ours))
	}))
	return w
}

// newStore is a world without accounts.
func newStore(t testing.TB) *world {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{DSN: filepath.Join(t.TempDir(), "lanyard.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New(seal.NewMasterKey())
	if err != nil {
		t.Fatal(err)
	}
	return &world{t, db, sealer, time.UnixMilli(1_700_000_000_000), identity.NewResolver(sealer)}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) update(fn func(*identity.Accounts) error) error {
	w.t.Helper()
	return w.db.Update(w.t.Context(), func(tx *store.Tx) error {
		return fn(&identity.Accounts{Tx: tx, Sealer: w.sealer, Now: w.now})
	})
}

// in runs fn on an account's directory in a transaction of its own.
func (w *world) in(account string, fn func(*identity.Directory) error) error {
	w.t.Helper()
	return w.update(func(a *identity.Accounts) error {
		d, err := a.Directory(account)
		if err != nil {
			return err
		}
		return fn(d)
	})
}

// ours runs fn, which must succeed, on the directory of our account.
func (w *world) ours(fn func(*identity.Directory) error) {
	w.t.Helper()
	w.must(w.in(ours, fn))
}

// principal is who signs with an access key.
func (w *world) principal(keyID string) (secret string, p *identity.Principal, err error) {
	w.t.Helper()
	err = w.db.View(w.t.Context(), func(tx *store.Tx) error {
		secret, p, err = w.resolver.Find(tx, keyID, "", "us-east-1")
		return err
	})
	return secret, p, err
}

// get reads an entity of our account; nil when there is none.
func (w *world) get(kind identity.Kind, name string) *identity.Entity {
	w.t.Helper()
	var e *identity.Entity
	err := w.in(ours, func(d *identity.Directory) (err error) {
		e, err = d.Get(kind, name)
		return err
	})
	if refusal, ok := errors.AsType[*identity.Error](err); ok && refusal.Code == identity.CodeNoSuchEntity {
		return nil
	}
	w.must(err)
	return e
}

// wantRefusal checks that an error is a refusal with a code and some words.
func wantRefusal(t *testing.T, err error, code, words string) {
	t.Helper()
	refusal, ok := errors.AsType[*identity.Error](err)
	if !ok || refusal.Code != code || !strings.Contains(refusal.Message, words) {
		t.Errorf("got %v, want %s: … %s …", err, code, words)
	}
}

func drop[T any](_ T, err error) error { return err }

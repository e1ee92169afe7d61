package identity_test

import (
	"errors"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func TestAccessKeys(t *testing.T) {
	w := newWorld(t)
	w.ours(func(d *identity.Directory) error { return drop(d.Create(identity.User, "alice", identity.Doc{})) })
	wantRefusal(t, w.in(ours, func(d *identity.Directory) error { return drop(d.RotateAccessKey("alice")) }),
		identity.CodeNoSuchEntity, "no access key to rotate")

	var first, second *identity.AccessKey
	w.ours(func(d *identity.Directory) (err error) {
		first, err = d.CreateAccessKey("alice")
		return err
	})
	secret, p, err := w.principal(first.ID)
	if err != nil || secret != first.Secret || p.ARN != "arn:aws:iam::111122223333:user/alice" {
		t.Errorf("the first key is %s's: %v", p.ARN, err)
	}

	w.now = w.now.Add(time.Second)
	w.ours(func(d *identity.Directory) (err error) {
		second, err = d.RotateAccessKey("alice")
		return err
	})
	for _, key := range []*identity.AccessKey{first, second} {
		if _, _, err := w.principal(key.ID); err != nil {
			t.Errorf("after the rotation: %v", err)
		}
	}
	wantRefusal(t, w.in(ours, func(d *identity.Directory) error { return drop(d.CreateAccessKey("alice")) }),
		identity.CodeLimitExceeded, "Cannot exceed quota for AccessKeysPerUser: 2")

	w.ours(func(d *identity.Directory) error { return d.SetAccessKeyActive(first.ID, false) })
	if _, _, err := w.principal(first.ID); !errors.Is(err, identity.ErrUnknownKey) {
		t.Errorf("an inactive key: %v", err)
	}
	w.ours(func(d *identity.Directory) error {
		keys, err := d.AccessKeys("alice")
		if len(keys) != 2 || keys[0].ID != first.ID || keys[0].Active || !keys[1].Active || keys[0].Secret != "" || keys[0].UserName != "alice" {
			t.Errorf("keys = %+v", keys)
		}
		return err
	})
	w.ours(func(d *identity.Directory) error { return d.SetAccessKeyActive(first.ID, true) })
	w.ours(func(d *identity.Directory) error { return d.DeleteAccessKey(first.ID) })
	if _, _, err := w.principal(first.ID); !errors.Is(err, identity.ErrUnknownKey) {
		t.Errorf("a deleted key: %v", err)
	}
	wantRefusal(t, w.in(ours, func(d *identity.Directory) error { return d.DeleteAccessKey(first.ID) }),
		identity.CodeNoSuchEntity, "The Access Key with id "+first.ID+" cannot be found.")
	wantRefusal(t, w.in(ours, func(d *identity.Directory) error { return drop(d.CreateAccessKey("carol")) }), identity.CodeNoSuchEntity, "carol")
}

func TestInsertAccessKey(t *testing.T) {
	w := newWorld(t)
	insert := func(k identity.AccessKey) error {
		return w.in(ours, func(d *identity.Directory) error { return drop(d.InsertAccessKey("", k)) })
	}
	w.must(insert(identity.AccessKey{ID: "ROOTKEY", Secret: "a-secret-of-some-length", Active: true}))
	for _, tc := range []struct {
		name, id, secret, code string
	}{
		{"an id that is taken", "ROOTKEY", "another-secret", identity.CodeEntityExists},
		{"a session's id", "ASIAIOSFODNN7EXAMPLE", "another-secret", identity.CodeValidation},
		{"an id with a space", "ROOT KEY", "another-secret", identity.CodeValidation},
		{"a short secret", "OTHERKEY", "short", identity.CodeValidation},
	} {
		err := insert(identity.AccessKey{ID: tc.id, Secret: tc.secret})
		wantRefusal(t, err, tc.code, "")
	}
	w.ours(func(d *identity.Directory) error {
		key, err := d.RootKey("")
		if err != nil || key.ID != "ROOTKEY" || key.Secret != "a-secret-of-some-length" {
			t.Errorf("root key = %+v, %v", key, err)
		}
		if _, err := d.RootKey("OTHERKEY"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a missing root key: %v", err)
		}
		if err := d.SetAccessKeyActive("ROOTKEY", false); err != nil {
			return err
		}
		if _, err := d.RootKey(""); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an inactive root key: %v", err)
		}
		return nil
	})
}

func TestAccounts(t *testing.T) {
	w := newWorld(t)
	for _, tc := range []struct {
		name        string
		do          func(*identity.Accounts) error
		code, words string
	}{
		{"a malformed id", func(a *identity.Accounts) error { return drop(a.Create("12")) }, identity.CodeValidation, "12 digits"},
		{"a taken id", func(a *identity.Accounts) error { return drop(a.Create(ours)) }, identity.CodeEntityExists, ours},
		{"a missing account", func(a *identity.Accounts) error { return a.SetClosed("999988887777", true) }, identity.CodeNoSuchEntity, "999988887777"},
		{"closing the root account", func(a *identity.Accounts) error { return a.SetClosed(ours, true) }, identity.CodeUnmodifiableEntity, "root account"},
		{"deleting an open account", func(a *identity.Accounts) error { return a.Delete(theirs) }, identity.CodeDeleteConflict, "must close it first"},
		{"a region that nobody opts into", func(a *identity.Accounts) error { return a.SetUp(ours, "us-east-1", w.now) }, identity.CodeValidation, "accounts do not opt into the region \"us-east-1\"; they opt into:"},
	} {
		t.Run(tc.name, func(t *testing.T) { wantRefusal(t, w.update(tc.do), tc.code, tc.words) })
	}
	w.must(w.update(func(a *identity.Accounts) error { return a.SetClosed(theirs, true) }))
	w.must(w.update(func(a *identity.Accounts) error { return a.SetClosed(theirs, false) }))
	w.must(w.update(func(a *identity.Accounts) error { return a.SetClosed(theirs, true) }))
	w.must(w.in(theirs, func(d *identity.Directory) error { return drop(d.Create(identity.User, "alice", identity.Doc{})) }))
	w.must(w.update(func(a *identity.Accounts) error { return a.Delete(theirs) }))
	wantRefusal(t, w.in(theirs, func(*identity.Directory) error { return nil }), identity.CodeNoSuchEntity, theirs)
	w.must(w.update(func(a *identity.Accounts) error {
		account, err := a.Create("")
		if err == nil {
			err = identity.CheckAccountID(account.ID)
		}
		return err
	}))
}

func TestSetUp(t *testing.T) {
	w := newWorld(t)
	until := w.now.Add(time.Hour)
	check := func(account, region time.Time) {
		t.Helper()
		w.must(w.db.View(t.Context(), func(tx *store.Tx) error {
			a, regionUntil, err := tx.AccountIn(ours, "eu-south-2")
			if !a.SetupUntil.Equal(account) || !regionUntil.Equal(region) {
				t.Errorf("set-up until %v, the region until %v", a.SetupUntil, regionUntil)
			}
			return err
		}))
	}
	w.must(w.update(func(a *identity.Accounts) error { return a.SetUp(ours, "", until) }))
	check(until, time.Time{})
	w.must(w.update(func(a *identity.Accounts) error { return a.SetUp(ours, "eu-south-2", until) }))
	check(until, until)
	w.must(w.update(func(a *identity.Accounts) error { return a.SetUp(ours, "", time.Time{}) }))
	check(time.Time{}, until)
	w.must(w.update(func(a *identity.Accounts) error { return a.SetUp(ours, "eu-south-2", time.Time{}) }))
	check(time.Time{}, time.Time{})
}

// TestRoot: stores of the first versions have no note of their root account,
// and one account.
func TestRoot(t *testing.T) {
	w := newStore(t)
	root := func() (id string, err error) {
		err = w.update(func(a *identity.Accounts) (err error) {
			id, err = a.Root()
			return err
		})
		return id, err
	}
	if id, err := root(); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the root account of an empty store = %s, %v", id, err)
	}
	w.must(w.update(func(a *identity.Accounts) error { return drop(a.Create(theirs)) }))
	if id, err := root(); err != nil || id != theirs {
		t.Errorf("the root account of an old store = %s, %v", id, err)
	}
	w.must(w.update(func(a *identity.Accounts) error { return errors.Join(drop(a.Create(ours)), a.SetRoot(ours)) }))
	if id, err := root(); err != nil || id != ours {
		t.Errorf("the root account = %s, %v", id, err)
	}
}

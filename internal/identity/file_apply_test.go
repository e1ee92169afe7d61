package identity_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const (
	filePolicy = "    policies:\n      read: {document: {Version: 2012-10-17, Statement: {Effect: Allow, Action: \"lightsail:Get*\", Resource: \"*\"}}}\n"
	fileGroup  = "    groups:\n      developers: {managedPolicies: [read]}\n"
	fileUser   = "    users:\n      alice: {groups: [developers], accessKeys: [{accessKeyId: AKIAALICE, secretAccessKey: the-secret}]}\n"
	fileOurs   = "accounts:\n  \"111122223333\":\n"
)

func TestApply_twiceChangesNothing(t *testing.T) {
	w := newWorld(t)
	text := fileOurs + filePolicy + fileGroup + fileUser
	w.must(w.apply(text))
	before := w.get(identity.User, "alice")
	w.now = w.now.Add(time.Hour)
	w.must(w.apply(text))
	if diff := cmp.Diff(before, w.get(identity.User, "alice")); diff != "" {
		t.Errorf("alice changed:\n%s", diff)
	}
	w.ours(func(d *identity.Directory) error {
		keys, err := d.AccessKeys("alice")
		if len(keys) != 1 || !keys[0].CreatedAt.Before(w.now) {
			t.Errorf("keys = %+v", keys)
		}
		return err
	})
}

func TestApply_removesWhatIsNoLongerDeclared(t *testing.T) {
	w := newWorld(t)
	w.must(w.apply(fileOurs + filePolicy + fileGroup + fileUser + "    roles: {deploy: {trustPolicy: {document: '" + anybody + "'}}}\n"))
	w.ours(func(d *identity.Directory) error { return drop(d.CreateAccessKey("alice")) })

	w.must(w.apply(fileOurs + filePolicy + "    users: {bob: {managedPolicies: [read]}}\n"))
	if w.get(identity.User, "alice") != nil || w.get(identity.Group, "developers") != nil || w.get(identity.Role, "deploy") != nil {
		t.Error("something is left of what was declared before")
	}
	if _, _, err := w.principal("AKIAALICE"); !errors.Is(err, identity.ErrUnknownKey) {
		t.Errorf("alice's key: %v", err)
	}
	w.must(w.apply(fileOurs + "    users: {bob: }\n"))
	if w.get(identity.Policy, "read") != nil {
		t.Error("the policy is left")
	}
}

func TestApply_leavesObjectsOfCommandsAlone(t *testing.T) {
	w := newWorld(t)
	var rootKey, aliceKey *identity.AccessKey
	w.must(w.apply(fileOurs + filePolicy + fileGroup + fileUser))
	w.ours(func(d *identity.Directory) (err error) {
		if _, err = d.Create(identity.User, "carol", identity.Doc{Groups: []string{"developers"}}); err != nil {
			return err
		}
		if rootKey, err = d.CreateAccessKey(""); err != nil {
			return err
		}
		aliceKey, err = d.CreateAccessKey("alice")
		return err
	})
	w.must(w.apply(fileOurs + filePolicy + fileGroup + strings.Replace(fileUser, "groups: [developers], ", "", 1)))
	if w.get(identity.User, "carol") == nil {
		t.Error("carol was removed")
	}
	for _, key := range []*identity.AccessKey{rootKey, aliceKey} {
		if _, _, err := w.principal(key.ID); err != nil {
			t.Errorf("%s's key: %v", key.UserName, err)
		}
	}

	// A group that carol is in is not taken from her silently.
	before := w.get(identity.Group, "developers")
	err := w.apply(fileOurs + filePolicy + "    users: {alice: }\n")
	wantRefusal(t, err, identity.CodeDeleteConflict, "must remove users from group first")
	if err == nil || !strings.HasPrefix(err.Error(), "identities.yaml: the group developers of account 111122223333 is declared no more: ") {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(before, w.get(identity.Group, "developers")); diff != "" {
		t.Errorf("the refused file changed something:\n%s", diff)
	}
	if _, _, err := w.principal("AKIAALICE"); err != nil {
		t.Errorf("the refused file took a key: %v", err)
	}
}

func TestApply_takesOverDeclaredObjects(t *testing.T) {
	w := newWorld(t)
	w.ours(func(d *identity.Directory) error {
		return drop(d.Create(identity.User, "alice", identity.Doc{Tags: []identity.Tag{{Key: "team", Value: "db"}}}))
	})
	id := w.get(identity.User, "alice").ID
	w.must(w.apply(fileOurs + "    users: {alice: {tags: {team: web}}}\n"))
	if alice := w.get(identity.User, "alice"); alice.ID != id || alice.Tags[0].Value != "web" || !alice.Managed {
		t.Errorf("alice = %+v", alice)
	}
	err := w.apply(fileOurs + "    users: {Alice: }\n")
	if err != nil { // the declared one goes first
		t.Error(err)
	}
}

// TestDirectory_leavesDeclaredObjectsAlone: what the file declares changes in the file.
func TestDirectory_leavesDeclaredObjectsAlone(t *testing.T) {
	w := newWorld(t)
	w.must(w.apply(fileOurs + filePolicy + fileGroup + fileUser + "  \"444455556666\":\n"))
	for name, do := range map[string]func(a *identity.Accounts, d *identity.Directory) error{
		"the user alice": func(_ *identity.Accounts, d *identity.Directory) error {
			return drop(d.Attach(identity.User, "alice", "read"))
		},
		"the policy read": func(_ *identity.Accounts, d *identity.Directory) error { return drop(d.SetDocument("read", allowAll)) },
		"the group developers": func(_ *identity.Accounts, d *identity.Directory) error {
			return d.Delete(identity.Group, "developers", true)
		},
		"the access key AKIAALICE": func(_ *identity.Accounts, d *identity.Directory) error {
			return d.SetAccessKeyActive("AKIAALICE", false)
		},
		"the account 444455556666": func(a *identity.Accounts, _ *identity.Directory) error { return a.SetClosed(theirs, true) },
	} {
		change := func(a *identity.Accounts) error {
			d, err := a.Directory(ours)
			if err != nil {
				return err
			}
			return do(a, d)
		}
		wantRefusal(t, w.update(change), identity.CodeUnmodifiableEntity, "declares "+name)
	}
	w.must(w.update(identity.ReleaseFile))
	w.ours(func(d *identity.Directory) error {
		if _, err := d.Attach(identity.User, "alice", "read"); err != nil {
			return err
		}
		return d.DeleteAccessKey("AKIAALICE")
	})
	w.must(w.apply("accounts: {}\n"))
	if w.get(identity.User, "alice") == nil {
		t.Error("what was released is removed all the same")
	}
}

func TestApply_accessKeys(t *testing.T) {
	key := func(user, id, secret, status string) string {
		return "    users:\n      alice: {accessKeys: []}\n      " + user + ": {accessKeys: [{accessKeyId: " + id + ", secretAccessKey: " + secret + ", status: " + status + "}]}\n"
	}
	w := newWorld(t)
	w.must(w.apply(fileOurs + key("bob", "AKIABOB", "the-secret", "Active")))
	check := func(id, wantSecret, wantUser string) {
		t.Helper()
		secret, p, err := w.principal(id)
		if err != nil || secret != wantSecret || p.UserName != wantUser {
			t.Errorf("%s is the key of %v: %v", id, p, err)
		}
	}
	check("AKIABOB", "the-secret", "bob")
	w.must(w.apply(fileOurs + key("bob", "AKIABOB", "another-secret", "Active")))
	check("AKIABOB", "another-secret", "bob")
	w.must(w.apply(fileOurs + key("carol", "AKIABOB", "another-secret", "Active")))
	check("AKIABOB", "another-secret", "carol")
	w.must(w.apply(fileOurs + key("carol", "AKIABOB", "another-secret", "Inactive")))
	if _, _, err := w.principal("AKIABOB"); !errors.Is(err, identity.ErrUnknownKey) {
		t.Errorf("an inactive key: %v", err)
	}
	w.must(w.apply(fileOurs + key("carol", "AKIABOB", "another-secret", "Active")))
	check("AKIABOB", "another-secret", "carol")
	w.must(w.apply(fileOurs + key("carol", "AKIANEW", "another-secret", "Active")))
	check("AKIANEW", "another-secret", "carol")
	if _, _, err := w.principal("AKIABOB"); !errors.Is(err, identity.ErrUnknownKey) {
		t.Errorf("a key that is declared no more: %v", err)
	}

	w.must(w.in(theirs, func(d *identity.Directory) error {
		return drop(d.InsertAccessKey("", identity.AccessKey{ID: "AKIATHEIRS", Secret: "their-secret", Active: true}))
	}))
	err := w.apply(fileOurs + key("carol", "AKIATHEIRS", "another-secret", "Active"))
	wantRefusal(t, err, identity.CodeEntityExists, "another user has that key")
	if err == nil || !strings.HasPrefix(err.Error(), "identities.yaml:5: access key AKIATHEIRS: ") {
		t.Errorf("got %v", err)
	}
	check("AKIATHEIRS", "their-secret", "")
}

func TestApply_opensAndClosesAccounts(t *testing.T) {
	w := newWorld(t)
	closed := func(id string) bool {
		var closed bool
		w.must(w.db.View(t.Context(), func(tx *store.Tx) error {
			a, err := tx.Account(id)
			closed = a.Closed
			return err
		}))
		return closed
	}
	const both = "accounts:\n  root:\n    users: {alice: }\n  \"777788889999\":\n    users: {bob: }\n"
	w.must(w.apply(both))
	w.must(w.in("777788889999", func(d *identity.Directory) error { return drop(d.Get(identity.User, "bob")) }))
	if w.get(identity.User, "alice") == nil {
		t.Error("the root account has no alice")
	}

	w.must(w.apply("accounts: {}\n"))
	if !closed("777788889999") || closed(ours) || closed(theirs) {
		t.Error("not just the account that is declared no more is closed")
	}
	wantRefusal(t, w.in("777788889999", func(d *identity.Directory) error { return drop(d.Get(identity.User, "bob")) }), identity.CodeNoSuchEntity, "bob")
	if w.get(identity.User, "alice") != nil {
		t.Error("alice is left in the root account")
	}
	w.must(w.apply(both))
	if closed("777788889999") {
		t.Error("the account is declared and closed")
	}
	err := w.apply("accounts:\n  root:\n  \"111122223333\":\n")
	if err == nil || err.Error() != "identities.yaml:3: account 111122223333: declared twice: it is the root account, which the file calls root too" {
		t.Errorf("got %v", err)
	}
}

// TestApply_setUps: a delay runs from when the file first has it, and not from each
// reading.
func TestApply_setUps(t *testing.T) {
	w := newWorld(t)
	start := w.now
	file := func(account, region string) string {
		return fileOurs + "    users: {alice: }\n" + account + "    regions: {eu-south-2: {" + region + "}}\n"
	}
	w.must(w.apply(file("    inSetup: 1h\n", "inSetup: 2h")))
	w.wantSetUp(ours, start.Add(time.Hour), start.Add(2*time.Hour))
	w.now = start.Add(30 * time.Minute)
	w.must(w.apply(file("    inSetup: 1h\n", "inSetup: 3h")))
	w.wantSetUp(ours, start.Add(time.Hour), start.Add(3*time.Hour+30*time.Minute))
	w.must(w.apply(file("", "setupUntil: 2030-01-01T00:00:00Z")))
	w.wantSetUp(ours, time.Time{}, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))

	// A command's word counts until the file's changes.
	w.must(w.update(func(a *identity.Accounts) error { return a.SetUp(ours, "", start.Add(time.Hour)) }))
	w.must(w.apply(file("", "setupUntil: 2030-01-01T00:00:00Z")))
	w.wantSetUp(ours, start.Add(time.Hour), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
}

// TestApply_changesNothingIfItFails: the error comes late, after much was written.
func TestApply_changesNothingIfItFails(t *testing.T) {
	w := newWorld(t)
	w.ours(func(d *identity.Directory) error { return drop(d.CreateAccessKey("")) })
	w.must(w.apply(fileOurs + "    users: {alice: {tags: {team: web}}}\n"))
	err := w.apply(fileOurs + "    users: {alice: {tags: {team: db}}, bob: }\n    rootAccessKeys: [{accessKeyId: KEY1, secretAccessKey: the-secret},\n      {accessKeyId: KEY2, secretAccessKey: the-secret}]\n")
	wantRefusal(t, err, identity.CodeLimitExceeded, "AccessKeysPerUser")
	if err == nil || !strings.HasPrefix(err.Error(), "identities.yaml:5: access key KEY2: ") {
		t.Errorf("got %v", err)
	}
	if w.get(identity.User, "bob") != nil || w.get(identity.User, "alice").Tags[0].Value != "web" {
		t.Error("something of the file counts")
	}
	w.must(w.apply(fileOurs + "    users: {alice: {tags: {team: db}}}\n"))
	if w.get(identity.User, "alice").Tags[0].Value != "db" {
		t.Error("the next file does not count")
	}
}

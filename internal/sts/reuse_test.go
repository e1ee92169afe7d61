package sts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// rootOf makes an account and returns an access key of its root.
func (w *world) rootOf(account string) aws.Credentials {
	w.t.Helper()
	key := aws.Credentials{AccessKeyID: identity.NewAccessKeyID(), SecretAccessKey: identity.NewSecret()}
	w.update(func(tx *store.Tx) error {
		if err := tx.InsertAccount(&store.Account{ID: account, CreatedAt: time.UnixMilli(1)}); err != nil {
			return err
		}
		return tx.InsertAccessKey(&store.AccessKey{
			ID: key.AccessKeyID, Account: account, Active: true, CreatedAt: time.Now(),
			Secret: w.sealer.Seal(seal.AccessKeySecret, []byte(key.SecretAccessKey), account, key.AccessKeyID),
		})
	})
	return key
}

// sessionOf gets a session of the caller's own.
func (w *world) sessionOf(key aws.Credentials) aws.Credentials {
	w.t.Helper()
	out, err := w.client(key, "us-east-1").GetSessionToken(w.t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		w.t.Fatal(err)
	}
	return keyOf(out.Credentials)
}

// TestSession_endsWithItsOwner: what is made later under the same name, be it an account, a user or a role, is not the one
// that a session is of. The accounts are made at the same moment by their clock.
func TestSession_endsWithItsOwner(t *testing.T) {
	const third = "333344445555"
	w := newWorld(t)
	deploy := w.role(home, "deploy", trust(home), allow("*"))
	for name, tc := range map[string]struct {
		start        func() aws.Credentials
		remove, make func()
	}{
		"an account's root": {
			func() aws.Credentials { return w.sessionOf(w.rootOf(third)) },
			func() { w.update(func(tx *store.Tx) error { return tx.DeleteAccount(third) }) },
			func() {
				if session := w.sessionOf(w.rootOf(third)); w.regions(session) != nil {
					t.Error("a session of the new account's root is refused, want it served")
				}
			},
		},
		"a user": {
			func() aws.Credentials { return w.sessionOf(w.user(home, "alice", allow("*"))) },
			func() { w.remove(home, identity.User, "alice") },
			func() { w.user(home, "alice", allow("*")) },
		},
		"a role": {
			func() aws.Credentials { return w.assume(w.user(home, "bob", allow("*")), deploy, "s1") },
			func() { w.remove(home, identity.Role, "deploy") },
			func() { w.role(home, "deploy", trust(home), allow("*")) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			session := tc.start()
			if err := w.regions(session); err != nil {
				t.Fatalf("the session is refused from the start: %v", err)
			}
			for _, step := range []func(){tc.remove, tc.make} {
				step()
				wantRefused(t, w.regions(session), "UnrecognizedClientException", "The security token included in the request is invalid.")
				wantRefused(t, w.whoami(session), "InvalidClientTokenId", "The security token included in the request is invalid.")
			}
		})
	}
}

// TestIdentity_whichDoesNotParse is refused at each call, not only at the first: half of it would be more than it may.
func TestIdentity_whichDoesNotParse(t *testing.T) {
	w := newWorld(t)
	rights := `"inline":[{"name":"p","document":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"}]`
	for name, doc := range map[string]string{
		"a boundary that is an object": `{` + rights + `,"boundary":{"name":"b"}}`,
		"cut off":                      `{` + rights,
		"a restriction of the future":  `{` + rights + `,"lastCall":"2020-01-01"}`,
		"two documents":                `{` + rights + `} {"boundary":"b"}`,
		"null":                         `null`,
	} {
		t.Run(name, func(t *testing.T) {
			alice := w.user(home, "alice", allow("*"))
			if err := w.regions(alice); err != nil {
				t.Fatal(err)
			}
			row := &store.Identity{ID: w.idOf(home, identity.User, "alice"), Kind: string(identity.User), Doc: []byte(doc)}
			w.update(func(tx *store.Tx) error { return tx.UpdateIdentity(row) })
			for range 3 {
				wantRefused(t, w.regions(alice), "ServiceException", "An internal error occurred.…")
				wantRefused(t, w.whoami(alice), "InternalFailure", "…")
			}
			w.update(func(tx *store.Tx) error { return tx.DeleteIdentity(row) })
		})
	}
}

// TestTrustPolicy_meansWhomItWasWrittenFor: who gets the name of a user or role that a trust policy names is not trusted for
// that. A deny applies to the name all the same.
func TestTrustPolicy_meansWhomItWasWrittenFor(t *testing.T) {
	w := newWorld(t)
	may := func(key aws.Credentials, role string) bool {
		t.Helper()
		arn := roleARN(home, role)
		_, err := w.client(key, "us-east-1").AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &arn, RoleSessionName: new("s1")})
		if err != nil {
			wantRefused(t, err, "AccessDenied", "User: …")
		}
		return err == nil
	}
	want := func(when string, key aws.Credentials, is map[string]bool) {
		t.Helper()
		for role, want := range is {
			if got := may(key, role); got != want {
				t.Errorf("%s: may assume %s: %t, want %t", when, role, got, want)
			}
		}
	}
	denied := strings.Replace(trust(home), `"Statement":[`, `"Statement":[{"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"AWS":"`+userARN(home, "alice")+`"}},`, 1)
	bob := w.user(home, "bob", allow("*"))
	alice := w.user(home, "alice", allow("*"))
	w.role(home, "hop", trust(userARN(home, "bob")), allow("*"))
	w.roles(home, map[string]string{
		"of-alice": trust(userARN(home, "alice")), "of-all": trust(home), "of-all-but-alice": denied,
		"of-hop": trust(roleARN(home, "hop")), "of-a-session": trust("arn:aws:sts::" + home + ":assumed-role/hop/s1"), "of-carol": trust(userARN(home, "carol")),
	})
	want("alice", alice, map[string]bool{"of-alice": true, "of-all": true, "of-all-but-alice": false, "of-carol": false})
	want("hop", w.assume(bob, roleARN(home, "hop"), "s1"), map[string]bool{"of-hop": true, "of-a-session": true, "of-alice": false})
	want("carol, who came later", w.user(home, "carol", allow("*")), map[string]bool{"of-carol": true})

	w.remove(home, identity.User, "alice")
	w.remove(home, identity.Role, "hop")
	alice = w.user(home, "alice", allow("*"))
	w.role(home, "hop", trust(userARN(home, "bob")), allow("*"))
	want("another alice", alice, map[string]bool{"of-alice": false, "of-all": true, "of-all-but-alice": false})
	want("another hop", w.assume(bob, roleARN(home, "hop"), "s1"), map[string]bool{"of-hop": false, "of-a-session": false})

	w.directory(home, func(d *identity.Directory) error {
		_, err := d.SetTrust("of-alice", trust(userARN(home, "alice")))
		return err
	})
	want("another alice, for whom the policy was written anew", alice, map[string]bool{"of-alice": true})
}

// roles makes roles with trust policies as the command does.
func (w *world) roles(account string, roles map[string]string) {
	w.t.Helper()
	w.directory(account, func(d *identity.Directory) error {
		for name, trust := range roles {
			if _, err := d.Create(identity.Role, name, identity.Doc{Trust: trust, MaxSession: identity.DefaultMaxSession}); err != nil {
				return err
			}
		}
		return nil
	})
}

// directory runs fn on the identities of an account.
func (w *world) directory(account string, fn func(*identity.Directory) error) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		d, err := (&identity.Accounts{Tx: tx, Sealer: w.sealer, Now: time.Now()}).Directory(account)
		if err != nil {
			return err
		}
		return fn(d)
	})
}

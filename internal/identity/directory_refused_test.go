package identity_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

// TestDirectory_refusals: each refusal has IAM's code, and nothing stays of the change.
func TestDirectory_refusals(t *testing.T) {
	large := func(n int) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:*","Resource":"*","Sid":"` + strings.Repeat("x", n) + `"}]}`
	}
	inline := func(document string) identity.Doc {
		return identity.Doc{Inline: []identity.InlinePolicy{{Name: "p", Document: document}}}
	}
	role := func(trust string, seconds int) identity.Doc { return identity.Doc{Trust: trust, MaxSession: seconds} }
	w := newWorld(t)
	w.ours(func(d *identity.Directory) error {
		for kind, name := range map[identity.Kind]string{identity.User: "bob", identity.Group: "developers"} {
			if _, err := d.Create(kind, name, identity.Doc{}); err != nil {
				return err
			}
		}
		return drop(d.Create(identity.Policy, "read", identity.Doc{Document: readOnly}))
	})
	create := func(kind identity.Kind, name string, doc identity.Doc) func(*identity.Directory) error {
		return func(d *identity.Directory) error { return drop(d.Create(kind, name, doc)) }
	}
	for _, tc := range []struct {
		name        string
		do          func(*identity.Directory) error
		code, words string
	}{
		{"an empty name", create(identity.User, "", identity.Doc{}), identity.CodeValidation, "1 to 64 characters"},
		{"a user's long name", create(identity.User, strings.Repeat("a", 65), identity.Doc{}), identity.CodeValidation, "1 to 64 characters"},
		{"a group's long name", create(identity.Group, strings.Repeat("a", 129), identity.Doc{}), identity.CodeValidation, "1 to 128 characters"},
		{"a name with a space", create(identity.User, "a b", identity.Doc{}), identity.CodeValidation, "userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"},
		{"a name with an umlaut", create(identity.Role, "bär", role(anybody, 3600)), identity.CodeValidation, "roleName"},
		{"a taken name", create(identity.User, "bob", identity.Doc{}), identity.CodeEntityExists, "User with name bob already exists."},
		{"a taken name in another case", create(identity.User, "BOB", identity.Doc{}), identity.CodeEntityExists, "User with name BOB already exists."},
		{"a policy's taken name", create(identity.Policy, "Read", identity.Doc{Document: readOnly}), identity.CodeEntityExists, "A policy called Read already exists."},
		{"a missing user", func(d *identity.Directory) error { return drop(d.Get(identity.User, "carol")) }, identity.CodeNoSuchEntity, "The user with name carol cannot be found."},
		{"a user in another case", func(d *identity.Directory) error { return drop(d.Get(identity.User, "Bob")) }, identity.CodeNoSuchEntity, "Bob"},
		{"a missing group", func(d *identity.Directory) error { return drop(d.AddToGroup("bob", "ops")) }, identity.CodeNoSuchEntity, "The group with name ops cannot be found."},
		{"a missing policy", func(d *identity.Directory) error { return drop(d.Attach(identity.User, "bob", "write")) }, identity.CodeNoSuchEntity, "Policy arn:aws:iam::111122223333:policy/write was not found."},
		{"a policy of AWS's own", func(d *identity.Directory) error {
			return drop(d.Attach(identity.User, "bob", "arn:aws:iam::aws:policy/AdministratorAccess"))
		}, identity.CodeNoSuchEntity, "Policy arn:aws:iam::aws:policy/AdministratorAccess was not found."},
		{"a policy of another account", func(d *identity.Directory) error {
			return drop(d.SetBoundary(identity.User, "bob", "arn:aws:iam::444455556666:policy/read"))
		}, identity.CodeNoSuchEntity, "444455556666"},
		{"detaching what is not attached", func(d *identity.Directory) error { return drop(d.Detach(identity.User, "bob", "read")) }, identity.CodeNoSuchEntity, "policy/read was not found"},
		{"leaving a group that one is not in", func(d *identity.Directory) error { return drop(d.RemoveFromGroup("bob", "developers")) }, identity.CodeNoSuchEntity, "developers"},
		{"deleting a policy that is not there", func(d *identity.Directory) error { return drop(d.DeleteInline(identity.User, "bob", "own")) }, identity.CodeNoSuchEntity, "The user policy with name own cannot be found."},
		{"an invalid policy", create(identity.User, "x", inline(`{"Version":"2012-10-17"}`)), identity.CodeMalformedPolicy, "line 1, column 1: the policy has no Statement"},
		{"a policy with an unknown element", create(identity.User, "x", inline("{\"Statement\":[{\n\"Effekt\":\"Allow\"}]}")), identity.CodeMalformedPolicy, "line 2, column 1, Statement[0].Effekt"},
		{"a policy with foreign characters", create(identity.User, "x", inline(strings.Replace(allowAll, "*", "\u0100", 1))), identity.CodeValidation, "U+00FF"},
		{"a policy with a bad name", func(d *identity.Directory) error {
			return drop(d.PutInline(identity.User, "bob", "a/b", readOnly))
		}, identity.CodeValidation, "policyName"},
		{"an old managed policy", create(identity.Policy, "x", identity.Doc{Document: strings.Replace(allowAll, "2012-10-17", "2008-10-17", 1)}), identity.CodeMalformedPolicy, "Policy document must be version 2012-10-17 or greater."},
		{"a managed policy that is too large", create(identity.Policy, "x", identity.Doc{Document: large(6144)}), identity.CodeLimitExceeded, "Cannot exceed quota for PolicySize: 6144"},
		{"a user's policies that are too large together", func(d *identity.Directory) error {
			if _, err := d.PutInline(identity.User, "bob", "one", large(1000)); err != nil {
				return err
			}
			return drop(d.PutInline(identity.User, "bob", "two", large(1000)))
		}, identity.CodeLimitExceeded, "Maximum policy size of 2048 bytes exceeded for user bob"},
		{"a role's large trust policy", create(identity.Role, "x", role(strings.Replace(anybody, "sts:AssumeRole\"", "sts:AssumeRole\",\"Sid\":\""+strings.Repeat("x", 2048)+`"`, 1), 3600)), identity.CodeLimitExceeded, "ACLSizePerRole: 2048"},
		{"a role that trusts by a resource", create(identity.Role, "x", role(allowAll, 3600)), identity.CodeMalformedPolicy, "Has prohibited field Resource"},
		{"a role without a trust policy", create(identity.Role, "x", role("", 3600)), identity.CodeMalformedPolicy, "line 1"},
		{"a role with short sessions", create(identity.Role, "x", role(anybody, 3599)), identity.CodeValidation, "3600 to 43200 seconds"},
		{"a role with long sessions", create(identity.Role, "x", role(anybody, 43201)), identity.CodeValidation, "3600 to 43200 seconds"},
		{"a description of foreign characters", create(identity.Policy, "x", identity.Doc{Document: allowAll, Description: "\u0100"}), identity.CodeValidation, "description"},
		{"a reserved tag", create(identity.User, "x", identity.Doc{Tags: []identity.Tag{{Key: "aws:x"}}}), identity.CodeValidation, "reserved"},
		{"tags that differ by case alone", create(identity.User, "x", identity.Doc{Tags: []identity.Tag{{Key: "team"}, {Key: "Team"}}}), identity.CodeValidation, "Duplicate tag keys found."},
		{"an account that is not there", nil, identity.CodeNoSuchEntity, "The account 999988887777 cannot be found."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			account := ours
			if tc.do == nil {
				account = "999988887777"
			}
			wantRefusal(t, w.in(account, tc.do), tc.code, tc.words)
			if diff := cmp.Diff(identity.Doc{}, w.get(identity.User, "bob").Doc); diff != "" {
				t.Errorf("bob was changed:\n%s", diff)
			}
			if w.get(identity.User, "x") != nil || w.get(identity.Role, "x") != nil || w.get(identity.Policy, "x") != nil {
				t.Error("x was made all the same")
			}
		})
	}
}

func TestCreate_quotas(t *testing.T) {
	w := newWorld(t)
	w.ours(func(d *identity.Directory) error { return drop(d.Create(identity.User, "alice", identity.Doc{})) })
	for i := range 10 {
		w.ours(func(d *identity.Directory) error {
			name := fmt.Sprintf("g%d", i)
			if _, err := d.Create(identity.Group, name, identity.Doc{}); err != nil {
				return err
			}
			if _, err := d.Create(identity.Policy, name, identity.Doc{Document: readOnly}); err != nil {
				return err
			}
			if _, err := d.AddToGroup("alice", name); err != nil {
				return err
			}
			return drop(d.Attach(identity.User, "alice", name))
		})
	}
	w.ours(func(d *identity.Directory) error {
		if _, err := d.Create(identity.Group, "more", identity.Doc{}); err != nil {
			return err
		}
		if _, err := d.AddToGroup("alice", "g3"); err != nil { // being in it already is fine
			return err
		}
		return drop(d.Create(identity.Policy, "more", identity.Doc{Document: readOnly}))
	})
	wantRefusal(t, w.in(ours, func(d *identity.Directory) error { return drop(d.AddToGroup("alice", "more")) }),
		identity.CodeLimitExceeded, "Cannot exceed quota for GroupsPerUser: 10")
	wantRefusal(t, w.in(ours, func(d *identity.Directory) error { return drop(d.Attach(identity.User, "alice", "more")) }),
		identity.CodeLimitExceeded, "Cannot exceed quota for PoliciesPerUser: 10")
	w.ours(func(d *identity.Directory) error {
		for i := range 50 {
			if _, err := d.Tag(identity.User, "alice", []identity.Tag{{Key: fmt.Sprintf("k%d", i)}}); err != nil {
				return err
			}
		}
		return nil
	})
	wantRefusal(t, w.in(ours, func(d *identity.Directory) error {
		return drop(d.Tag(identity.User, "alice", []identity.Tag{{Key: "more"}}))
	}), identity.CodeLimitExceeded, "50")
}

func TestCreate_boundsTheGroupsOfAnAccount(t *testing.T) {
	w := newWorld(t)
	w.ours(func(d *identity.Directory) error {
		for i := range 300 {
			if _, err := d.Create(identity.Group, fmt.Sprintf("g%d", i), identity.Doc{}); err != nil {
				return err
			}
		}
		return nil
	})
	wantRefusal(t, w.in(ours, func(d *identity.Directory) error { return drop(d.Create(identity.Group, "more", identity.Doc{})) }),
		identity.CodeLimitExceeded, "Cannot exceed quota for GroupsPerAccount: 300")
	w.must(w.in(theirs, func(d *identity.Directory) error { return drop(d.Create(identity.Group, "more", identity.Doc{})) }))
}

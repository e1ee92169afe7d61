package identity_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/policy"
)

func TestCreate_readsBackAsItWasWritten(t *testing.T) {
	w := newWorld(t)
	w.ours(func(d *identity.Directory) error {
		for _, name := range []string{"read", "all"} {
			if _, err := d.Create(identity.Policy, name, identity.Doc{Document: allowAll, Description: "what " + name + " may"}); err != nil {
				return err
			}
		}
		return drop(d.Create(identity.Group, "developers", identity.Doc{Attached: []string{"read"}}))
	})
	want := identity.Doc{
		Tags:   []identity.Tag{{Key: "team", Value: "web"}, {Key: "bare"}},
		Groups: []string{"developers"}, Attached: []string{"read"}, Boundary: "all",
		Inline: []identity.InlinePolicy{{Name: "own", Document: readOnly}},
	}
	w.ours(func(d *identity.Directory) error { return drop(d.Create(identity.User, "alice", want)) })
	got := w.get(identity.User, "alice")
	if diff := cmp.Diff(want, got.Doc); diff != "" {
		t.Errorf("doc (-want +got):\n%s", diff)
	}
	if got.ARN() != "arn:aws:iam::111122223333:user/alice" || !strings.HasPrefix(got.ID, "AIDA") || !got.CreatedAt.Equal(w.now) {
		t.Errorf("alice = %s, %s, %v", got.ARN(), got.ID, got.CreatedAt)
	}
}

func TestDirectory_edits(t *testing.T) {
	w := newWorld(t)
	w.ours(func(d *identity.Directory) error {
		if _, err := d.Create(identity.Policy, "read", identity.Doc{Document: readOnly}); err != nil {
			return err
		}
		return drop(d.Create(identity.Role, "deploy", identity.Doc{Trust: anybody, MaxSession: 3600}))
	})
	const arn = "arn:aws:iam::111122223333:policy/read"
	type step = func(d *identity.Directory) (*identity.Entity, error)
	for _, s := range []struct {
		name string
		do   step
		want func(doc *identity.Doc)
	}{
		{"put a policy", func(d *identity.Directory) (*identity.Entity, error) {
			return d.PutInline(identity.Role, "deploy", "own", readOnly)
		}, func(doc *identity.Doc) { doc.Inline = []identity.InlinePolicy{{Name: "own", Document: readOnly}} }},
		{"replace it", func(d *identity.Directory) (*identity.Entity, error) {
			return d.PutInline(identity.Role, "deploy", "own", allowAll)
		}, func(doc *identity.Doc) { doc.Inline = []identity.InlinePolicy{{Name: "own", Document: allowAll}} }},
		{"delete it", func(d *identity.Directory) (*identity.Entity, error) {
			return d.DeleteInline(identity.Role, "deploy", "own")
		}, func(doc *identity.Doc) { doc.Inline = nil }},
		{
			"attach by ARN", func(d *identity.Directory) (*identity.Entity, error) { return d.Attach(identity.Role, "deploy", arn) },
			func(doc *identity.Doc) { doc.Attached = []string{"read"} },
		},
		{"attach again by name", func(d *identity.Directory) (*identity.Entity, error) {
			return d.Attach(identity.Role, "deploy", "read")
		}, func(*identity.Doc) {}},
		{
			"detach", func(d *identity.Directory) (*identity.Entity, error) { return d.Detach(identity.Role, "deploy", arn) },
			func(doc *identity.Doc) { doc.Attached = nil },
		},
		{"bound", func(d *identity.Directory) (*identity.Entity, error) {
			return d.SetBoundary(identity.Role, "deploy", "read")
		}, func(doc *identity.Doc) { doc.Boundary = "read" }},
		{
			"unbound", func(d *identity.Directory) (*identity.Entity, error) {
				return d.SetBoundary(identity.Role, "deploy", "")
			},
			func(doc *identity.Doc) { doc.Boundary = "" },
		},
		{"tag", func(d *identity.Directory) (*identity.Entity, error) {
			return d.Tag(identity.Role, "deploy", []identity.Tag{{Key: "team", Value: "web"}, {Key: "env", Value: "dev"}})
		}, func(doc *identity.Doc) {
			doc.Tags = []identity.Tag{{Key: "team", Value: "web"}, {Key: "env", Value: "dev"}}
		}},
		{"tag again in another case", func(d *identity.Directory) (*identity.Entity, error) {
			return d.Tag(identity.Role, "deploy", []identity.Tag{{Key: "Team", Value: "db"}})
		}, func(doc *identity.Doc) { doc.Tags[0] = identity.Tag{Key: "Team", Value: "db"} }},
		{"tag with a letter that looks like one", func(d *identity.Directory) (*identity.Entity, error) {
			return d.Tag(identity.Role, "deploy", []identity.Tag{{Key: "tas\u212a", Value: "x"}, {Key: "task", Value: "y"}})
		}, func(doc *identity.Doc) {
			doc.Tags = append(doc.Tags, identity.Tag{Key: "tas\u212a", Value: "x"}, identity.Tag{Key: "task", Value: "y"})
		}},
		{"untag", func(d *identity.Directory) (*identity.Entity, error) {
			return d.Untag(identity.Role, "deploy", []string{"TEAM", "nothing"})
		}, func(doc *identity.Doc) { doc.Tags = doc.Tags[1:] }},
		{"trust others", func(d *identity.Directory) (*identity.Entity, error) {
			return d.SetTrust("deploy", strings.Replace(anybody, `"*"`, `"444455556666"`, 1))
		}, func(doc *identity.Doc) { doc.Trust = strings.Replace(anybody, `"*"`, `"444455556666"`, 1) }},
	} {
		want := w.get(identity.Role, "deploy").Doc
		s.want(&want)
		w.ours(func(d *identity.Directory) error { return drop(s.do(d)) })
		if diff := cmp.Diff(want, w.get(identity.Role, "deploy").Doc); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", s.name, diff)
		}
	}
	w.ours(func(d *identity.Directory) error { return drop(d.SetDocument("read", allowAll)) })
	if got := w.get(identity.Policy, "read").Document; got != allowAll {
		t.Errorf("document = %s", got)
	}
}

// TestDelete: what hangs on an entity keeps it, unless force says otherwise.
func TestDelete(t *testing.T) {
	fill := func(d *identity.Directory) error {
		if _, err := d.Create(identity.Policy, "read", identity.Doc{Document: readOnly}); err != nil {
			return err
		}
		if _, err := d.Create(identity.Policy, "bound", identity.Doc{Document: readOnly}); err != nil {
			return err
		}
		if _, err := d.Create(identity.Group, "developers", identity.Doc{Attached: []string{"read"}}); err != nil {
			return err
		}
		if _, err := d.Create(identity.Role, "deploy", identity.Doc{Trust: anybody, MaxSession: 3600, Inline: []identity.InlinePolicy{{Name: "p", Document: readOnly}}}); err != nil {
			return err
		}
		_, err := d.Create(identity.User, "alice", identity.Doc{Groups: []string{"developers"}, Attached: []string{"read"}, Boundary: "bound"})
		if err != nil {
			return err
		}
		return drop(d.CreateAccessKey("alice"))
	}
	for _, tc := range []struct {
		kind         identity.Kind
		name, words  string
		keptByForce  bool
		thenOfAlice  func(*identity.Doc)
		aliceIsThere bool
	}{
		{identity.User, "alice", "Cannot delete entity, must delete access keys first.", false, nil, false},
		{identity.Group, "developers", "Cannot delete entity, must remove users from group first.", false, func(d *identity.Doc) { d.Groups = []string{} }, true},
		{identity.Role, "deploy", "Cannot delete entity, must delete policies first.", false, func(*identity.Doc) {}, true},
		{identity.Policy, "read", "Cannot delete a policy attached to entities.", false, func(d *identity.Doc) { d.Attached = []string{} }, true},
		{identity.Policy, "bound", "it is the permissions boundary of the user alice", true, func(*identity.Doc) {}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t)
			w.ours(fill)
			del := func(force bool) error {
				return w.in(ours, func(d *identity.Directory) error { return d.Delete(tc.kind, tc.name, force) })
			}
			wantRefusal(t, del(false), identity.CodeDeleteConflict, tc.words)
			if tc.keptByForce {
				wantRefusal(t, del(true), identity.CodeDeleteConflict, tc.words)
				return
			}
			w.must(del(true))
			if w.get(tc.kind, tc.name) != nil {
				t.Error("it is still there")
			}
			alice := w.get(identity.User, "alice")
			if (alice != nil) != tc.aliceIsThere {
				t.Fatalf("alice = %v", alice)
			}
			if alice != nil {
				want := alice.Doc
				tc.thenOfAlice(&want)
				if !slices.Equal(want.Groups, alice.Groups) || !slices.Equal(want.Attached, alice.Attached) {
					t.Errorf("alice = %+v", alice.Doc)
				}
			}
		})
	}
}

func TestMembers_andPolicyUsers(t *testing.T) {
	w := newWorld(t)
	w.ours(func(d *identity.Directory) error {
		if _, err := d.Create(identity.Policy, "read", identity.Doc{Document: readOnly}); err != nil {
			return err
		}
		if _, err := d.Create(identity.Group, "developers", identity.Doc{Attached: []string{"read"}}); err != nil {
			return err
		}
		for _, name := range []string{"bob", "alice"} {
			if _, err := d.Create(identity.User, name, identity.Doc{Groups: []string{"developers"}, Boundary: "read"}); err != nil {
				return err
			}
		}
		return drop(d.Create(identity.User, "carol", identity.Doc{}))
	})
	w.ours(func(d *identity.Directory) error {
		members, err := d.Members("developers")
		if err != nil || !slices.Equal(members, []string{"alice", "bob"}) {
			t.Errorf("members = %v, %v", members, err)
		}
		users, err := d.UsersOf("read")
		if len(users.Attached) != 1 || users.Attached[0].Name != "developers" || len(users.Bounded) != 2 {
			t.Errorf("users = %+v", users)
		}
		return err
	})
}

// TestApply_countsObjectsOfCommands: a user's own, attached and group's policies decide, and
// the boundary bounds.
func TestApply_countsObjectsOfCommands(t *testing.T) {
	w := newWorld(t)
	var key *identity.AccessKey
	w.ours(func(d *identity.Directory) (err error) {
		if _, err := d.Create(identity.Policy, "read", identity.Doc{Document: readOnly}); err != nil {
			return err
		}
		if _, err := d.Create(identity.User, "alice", identity.Doc{Tags: []identity.Tag{{Key: "team", Value: "web"}}}); err != nil {
			return err
		}
		key, err = d.CreateAccessKey("alice")
		return err
	})
	decide := func(action string) policy.Kind {
		_, p, err := w.principal(key.ID)
		w.must(err)
		return p.Evaluate(&identity.Request{Action: action, Resource: "*"}).Kind
	}
	if decide("lightsail:GetKeyPairs") != policy.ImplicitDeny {
		t.Error("a user without policies may read")
	}
	w.ours(func(d *identity.Directory) error { return drop(d.PutInline(identity.User, "alice", "all", allowAll)) })
	if decide("lightsail:DeleteKeyPair") != policy.Allow {
		t.Error("an embedded policy does not count")
	}
	w.ours(func(d *identity.Directory) error { return drop(d.SetBoundary(identity.User, "alice", "read")) })
	if decide("lightsail:DeleteKeyPair") != policy.ImplicitDeny || decide("lightsail:GetKeyPairs") != policy.Allow {
		t.Error("the boundary does not count")
	}
}

func TestDirectory_seesItsOwnAccountOnly(t *testing.T) {
	w := newWorld(t)
	var key *identity.AccessKey
	w.ours(func(d *identity.Directory) (err error) {
		if _, err := d.Create(identity.User, "alice", identity.Doc{}); err != nil {
			return err
		}
		key, err = d.CreateAccessKey("alice")
		return err
	})
	w.must(w.in(theirs, func(d *identity.Directory) error {
		_, err := d.Get(identity.User, "alice")
		wantRefusal(t, err, identity.CodeNoSuchEntity, "alice")
		wantRefusal(t, d.DeleteAccessKey(key.ID), identity.CodeNoSuchEntity, key.ID)
		wantRefusal(t, d.SetAccessKeyActive(key.ID, false), identity.CodeNoSuchEntity, key.ID)
		list, err := d.List(identity.User)
		if len(list) != 0 {
			t.Errorf("their users: %v", list)
		}
		return err
	}))
}

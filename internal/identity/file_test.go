package identity_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/policy"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// besides are the files that identities files of the tests name.
func besides(name string, _ int64) ([]byte, error) {
	text, ok := map[string]string{"anything.json": allowAll, "alice.secret": "the-secret-of-alice\n", "bad.json": "{\n  \"Version\": 1\n}"}[name]
	if !ok {
		return nil, os.ErrNotExist
	}
	return []byte(text), nil
}

func parse(text string) (*identity.File, error) {
	return identity.ParseFile("identities.yaml", []byte(text), besides)
}

func (w *world) apply(text string) error {
	w.t.Helper()
	f, err := parse(text)
	w.must(err)
	return w.update(f.Apply)
}

// TestParseFile_readsEveryMember applies the example that has everything, and looks at all of it.
func TestParseFile_readsEveryMember(t *testing.T) {
	text, err := os.ReadFile("testdata/files/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f, err := parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if accounts, entities, keys := f.Counts(); accounts != 2 || entities != 6 || keys != 3 {
		t.Errorf("the file declares %d accounts, %d identities and %d keys", accounts, entities, keys)
	}
	w := newWorld(t)
	w.must(w.update(f.Apply))

	alice := w.get(identity.User, "alice")
	if diff := cmp.Diff(identity.Doc{
		Tags: []identity.Tag{{Key: "team", Value: "web"}, {Key: "bare"}}, Groups: []string{"developers"},
		Attached: []string{"read-only"}, Boundary: "anything", Managed: true,
	}, alice.Doc); diff != "" {
		t.Errorf("alice (-want +got):\n%s", diff)
	}
	if w.get(identity.User, "bob") == nil {
		t.Error("there is no bob")
	}
	deploy := w.get(identity.Role, "deploy")
	trust := "{\"Version\":\"2012-10-17\",\n\"Statement\":\n{\"Effect\":\"Allow\",\n\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:user/alice\"},\n" +
		"\"Action\":\"sts:AssumeRole\",\n\"Condition\":\n{\"Bool\":{\"aws:SecureTransport\":false},\n\"NumericLessThan\":\n{\"aws:MultiFactorAuthAge\":3600}}}}"
	if diff := cmp.Diff(identity.Doc{
		Tags: []identity.Tag{{Key: "env", Value: "prod"}}, Inline: []identity.InlinePolicy{{Name: "all", Document: allowAll}},
		Trust: trust, MaxSession: 7200, Description: "what deploys", Managed: true,
	}, deploy.Doc); diff != "" {
		t.Errorf("deploy (-want +got):\n%s", diff)
	}
	for id, want := range map[string]string{"ROOTKEY": "the-secret-of-the-root", "AKIAALICE": "the-secret-of-alice"} {
		if secret, _, err := w.principal(id); err != nil || secret != want {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, _, err := w.principal("AKIAALICE2"); !errors.Is(err, identity.ErrUnknownKey) {
		t.Errorf("the inactive key: %v", err)
	}
	w.wantSetUp(theirs, w.now.Add(10*time.Minute), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
}

func (w *world) wantSetUp(account string, until, region time.Time) {
	w.t.Helper()
	w.must(w.db.View(w.t.Context(), func(tx *store.Tx) error {
		a, regionUntil, err := tx.AccountIn(account, "eu-south-2")
		if !a.SetupUntil.Equal(until) || !regionUntil.Equal(region) {
			w.t.Errorf("%s is in set-up until %v, and the region until %v; want %v and %v", account, a.SetupUntil, regionUntil, until, region)
		}
		return err
	}))
}

// TestEvaluate_namesLinesOfTheFile: what decided is found in the file, counted from
// where its document begins.
func TestEvaluate_namesLinesOfTheFile(t *testing.T) {
	w := newWorld(t)
	w.must(w.apply(`accounts:
  root:
    users:
      alice:
        accessKeys: [{accessKeyId: AKIAALICE, secretAccessKey: the-secret}]
        policies:
          own:
            document:
              Version: "2012-10-17"

              # Looking is fine.
              Statement:
                - Effect: Allow
                  Action: lightsail:Get*
                  Resource: "*"
                - Effect: Deny
                  Action:
                    - lightsail:Delete*
                  Resource: "*"
`))
	_, p, err := w.principal("AKIAALICE")
	w.must(err)
	d := p.Evaluate(&identity.Request{Action: "lightsail:DeleteKeyPair", Resource: "*"})
	if d.Kind != policy.ExplicitDeny || d.Line != 8 || d.Statement != 2 {
		t.Errorf("decision = %+v, want the 8th line of the document", d)
	}
}

func TestParseFile_refusals(t *testing.T) {
	const head = "accounts:\n  root:\n"
	const doc = `{Version: "2012-10-17", Statement: {Effect: Allow, Action: "*", Resource: "*"}}`
	for _, tc := range []struct{ name, text, want string }{
		{"nothing", "", "identities.yaml: "},
		{"a comment only", "# nothing\n", "identities.yaml: "},
		{"no accounts", "{}\n", "identities.yaml:1: there is no member accounts"},
		{"two documents", "accounts: {}\n---\naccounts: {}\n", "identities.yaml: "},
		{"no YAML", "accounts:\n  - a\n  b: c\n", "identities.yaml:3: did not find expected '…' indicator"},
		{"a tab", "accounts:\n\troot:\n", "identities.yaml:2: "},
		{"a list", "- a\n", "identities.yaml:1: must be a mapping, not a list"},
		{"text", "accounts: none\n", "identities.yaml:1: must be a mapping, not text"},
		{"an unknown member", "accounts: {}\nusers: {}\n", "identities.yaml:2: unknown member users; known here: accounts"},
		{"an unknown member of an account", head + "    user: {}\n", "identities.yaml:3: unknown member user; known here: groups, inSetup, policies, regions, roles, rootAccessKeys, setupUntil, users"},
		{"an unknown member of a user", head + "    users:\n      alice: {group: x}\n", "identities.yaml:4: unknown member group"},
		{"a member given twice", head + "    users: {}\n    users: {}\n", "identities.yaml:4: users is given twice, first in line 3"},
		{"a user given twice", head + "    users:\n      alice: {}\n      bob: {}\n      alice: {}\n", "identities.yaml:6: alice is given twice, first in line 4"},
		{"a user given twice in another case", head + "    users:\n      alice: {}\n      Alice: {}\n", "identities.yaml:5: user Alice differs from the one in line 4 by case alone"},
		{"an account given twice", "accounts:\n  root: {}\n  root: {}\n", "identities.yaml:3: root is given twice"},
		{"an anchor", head + "    users: &u {alice: {}}\n", "identities.yaml:3: anchors and aliases are not allowed"},
		{"an alias", "a: &a [x]\naccounts: *a\n", "identities.yaml:1: anchors and aliases are not allowed"},
		{"an alias of nothing", "accounts: *secret\n", "identities.yaml:1: unknown anchor '…' referenced"},
		{"a tag", head + "    users: !!map {alice: {}}\n", "identities.yaml:3: tags are not allowed"},
		{"a merge", head + "    <<: {users: {}}\n", "identities.yaml:3: merging with << is not allowed"},
		{"a mapping as a name", head + "    users:\n      ? {a: b}\n      : {}\n", "identities.yaml:4: a name must be text, not a mapping"},
		{"deep nesting", strings.Repeat("[", 30) + strings.Repeat("]", 30), "identities.yaml:1: nested more than 24 levels deep"},
		{"a control character", "accounts:\n  \x01: {}\n", "identities.yaml:2: there is a character that is not allowed"},
		{"a byte that is not UTF-8", "accounts:\n\n  \xff: {}\n", "identities.yaml:3: there is a character that is not allowed"},
		{"a malformed account id", "accounts:\n  1111: {}\n", `identities.yaml:2: the account id "1111" does not have 12 digits; "root" means the root account`},
		{"a malformed user name", head + "    users:\n      a b: {}\n", "identities.yaml:4: ValidationError: "},
		{"a number for text", head + "    users:\n      alice: {tags: {floor: 5}}\n", "identities.yaml:4: must be text, not a number: put it in quotes"},
		{"a boolean for text", head + "    users:\n      alice: {tags: {on: true}}\n", "identities.yaml:4: must be text, not a boolean: put it in quotes"},
		{"nothing for text", head + "    users:\n      alice:\n        tags:\n          team:\n", "identities.yaml:6: must be text, not nothing"},
		{"text for a list", head + "    users:\n      alice: {groups: developers}\n", "identities.yaml:4: must be a list, not text"},
		{"text for a number", head + "    roles:\n      r: {maxSessionDuration: 1h}\n", "identities.yaml:4: must be a whole number, not text"},
		{"a duplicate in a list", head + "    users:\n      alice:\n        groups:\n          - a\n          - a\n", "identities.yaml:7: a is given twice"},
		{"a reserved tag", head + "    users:\n      alice:\n        tags:\n          team: web\n          aws:x: y\n", "identities.yaml:7: ValidationError: "},
		{"an unknown group", head + "    users:\n      alice:\n        groups: [developers]\n", "identities.yaml:5: the account declares no group developers"},
		{"an unknown policy", head + "    groups:\n      g:\n        managedPolicies:\n          - read\n", "identities.yaml:6: the account declares no policy read"},
		{"an unknown boundary", head + "    users:\n      alice:\n        permissionsBoundary: read\n", "identities.yaml:5: the account declares no policy read"},
		{"a policy of another account", "accounts:\n  root:\n    policies:\n      read: {document: " + doc + "}\n  \"111122223333\":\n    users:\n      alice: {managedPolicies: [read]}\n", "identities.yaml:7: the account declares no policy read"},
		{"a policy without a document", head + "    policies:\n      read: {}\n", "identities.yaml:4: a policy needs either document or documentFile"},
		{"a policy with both", head + "    policies:\n      read: {document: " + doc + ", documentFile: anything.json}\n", "identities.yaml:4: a policy needs either document or documentFile"},
		{"a bad policy as a mapping", head + "    users:\n      alice:\n        policies:\n          own:\n            document:\n              Version: \"2012-10-17\"\n              Statement:\n                - Effect: Permit\n                  Action: \"*\"\n                  Resource: \"*\"\n", "identities.yaml:10: MalformedPolicyDocument: Statement[0].Effect: Invalid effect: Permit; it is Allow or Deny"},
		{"a policy element given twice", head + "    policies:\n      p:\n        document:\n          Version: 2012-10-17\n          Statement: []\n          Version: 2012-10-17\n", "identities.yaml:8: MalformedPolicyDocument: Version: Version is given twice"},
		{"a bad policy as a block of text", head + "    policies:\n      p:\n        document: |\n          {\n            \"Version\": \"2012-10-17\",\n            \"Statements\": []\n          }\n", "identities.yaml:8: MalformedPolicyDocument: Statements: unknown element"},
		{"a bad policy as text", head + "    policies:\n      p:\n        document: '{}'\n", "identities.yaml:5: MalformedPolicyDocument: the policy has no Statement"},
		{"a bad policy in a file", head + "    policies:\n      p:\n        documentFile: bad.json\n", "identities.yaml:5: bad.json: MalformedPolicyDocument: line 2, column 14, Version"},
		{"a missing policy file", head + "    policies:\n      p: {documentFile: missing.json}\n", "identities.yaml:4: documentFile: file does not exist"},
		{"a policy that is a number", head + "    policies:\n      p: {document: 5}\n", "identities.yaml:4: must be a mapping or JSON text, not a number"},
		{"a number that JSON has not", head + "    policies:\n      p:\n        document:\n          Statement: 0x10\n", "identities.yaml:6: 0x10 is a number that JSON cannot hold: put it in quotes"},
		{"an old managed policy", head + "    policies:\n      p: {document: " + strings.Replace(doc, "2012", "2008", 1) + "}\n", "identities.yaml:4: MalformedPolicyDocument: "},
		{"too large policies of a user", head + "    users:\n      alice:\n        policies:\n          p: {document: " + strings.Replace(doc, "{Effect", "{Sid: "+strings.Repeat("x", 2100)+", Effect", 1) + "}\n", "identities.yaml:4: user alice: LimitExceeded: Maximum policy size of 2048 bytes exceeded for user alice"},
		{"a role without trust", head + "    roles:\n      deploy: {description: x}\n", "identities.yaml:4: role deploy has no trustPolicy"},
		{"a role that trusts by a resource", head + "    roles:\n      deploy:\n        trustPolicy: {document: " + doc + "}\n", "identities.yaml:5: MalformedPolicyDocument: Statement.Resource: Has prohibited field Resource"},
		{"a key without a secret", head + "    rootAccessKeys:\n      - accessKeyId: ROOTKEY\n", "identities.yaml:4: an access key needs either secretAccessKey or secretAccessKeyFile"},
		{"a key with two secrets", head + "    rootAccessKeys:\n      - {accessKeyId: ROOTKEY, secretAccessKey: the-secret, secretAccessKeyFile: alice.secret}\n", "identities.yaml:4: an access key needs either"},
		{"a key without an id", head + "    rootAccessKeys:\n      - {secretAccessKey: the-secret}\n", "identities.yaml:4: the access key id \"\" does not consist of 4"},
		{"a key with a session's id", head + "    rootAccessKeys:\n      - {accessKeyId: ASIA1234, secretAccessKey: the-secret}\n", "identities.yaml:4: the access key id ASIA1234 starts with ASIA"},
		{"a short secret", head + "    rootAccessKeys:\n      - {accessKeyId: ROOTKEY, secretAccessKey: secret}\n", "identities.yaml:4: the secret access key does not consist of 8"},
		{"a secret that is a number", head + "    rootAccessKeys:\n      - {accessKeyId: ROOTKEY, secretAccessKey: 1234567890}\n", "identities.yaml:4: must be text, not a number"},
		{"a missing secret file", head + "    rootAccessKeys:\n      - {accessKeyId: ROOTKEY, secretAccessKeyFile: missing}\n", "identities.yaml:4: secretAccessKeyFile: file does not exist"},
		{"an unknown status", head + "    rootAccessKeys:\n      - {accessKeyId: ROOTKEY, secretAccessKey: the-secret, status: on}\n", "identities.yaml:4: status must be Active or Inactive"},
		{"a key given twice", head + "    rootAccessKeys:\n      - {accessKeyId: ROOTKEY, secretAccessKey: the-secret}\n    users:\n      alice:\n        accessKeys:\n          - {accessKeyId: ROOTKEY, secretAccessKey: the-secret}\n", "identities.yaml:8: the access key ROOTKEY is given twice, first in line 4"},
		{"three keys", head + "    rootAccessKeys:\n      - {accessKeyId: KEY1, secretAccessKey: the-secret}\n      - {accessKeyId: KEY2, secretAccessKey: the-secret}\n      - {accessKeyId: KEY3, secretAccessKey: the-secret}\n", "identities.yaml:6: LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2"},
		{"an invalid delay", head + "    inSetup: soon\n", "identities.yaml:3: must be a duration such as 10m or 1h30m"},
		{"a negative delay", head + "    inSetup: -5m\n", "identities.yaml:3: must be a duration"},
		{"an invalid time", head + "    setupUntil: 2026-01-01\n", "identities.yaml:3: must be a time such as 2026-01-31T12:00:00Z"},
		{"a delay and a time", head + "    inSetup: 5m\n    setupUntil: 2026-01-01T00:00:00Z\n", "identities.yaml:4: give either inSetup or setupUntil"},
		{"a region that nobody opts into", head + "    regions:\n      us-east-1: {inSetup: 5m}\n", `identities.yaml:4: accounts do not opt into the region "us-east-1"`},
		{"more than a MiB", strings.Repeat("#", identity.MaxFileSize+1), "identities.yaml is larger than 1048576 bytes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := parse(tc.text)
			if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
				t.Fatalf("got  %v\nwant %s", err, tc.want)
			}
			if strings.Contains(err.Error(), "the-secret") || strings.Contains(err.Error(), "1234567890") || strings.Contains(err.Error(), "\n") {
				t.Errorf("the message shows a secret or is not one line: %v", err)
			}
		})
	}
}

// TestParseFile_refusesAliases: a file that would be huge when its aliases were followed is refused
// at once.
func TestParseFile_refusesAliases(t *testing.T) {
	text := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'z'; c++ {
		text += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 9) + "]\n"
	}
	if _, err := parse(text); err == nil || !strings.Contains(err.Error(), "anchors and aliases are not allowed") {
		t.Errorf("got %v", err)
	}
}

func TestRoot_ofAFreshStore(t *testing.T) {
	const key = "\n    rootAccessKeys: [{accessKeyId: OLDKEY, secretAccessKey: the-old-secret, status: Inactive}, {accessKeyId: ROOTKEY, secretAccessKey: the-secret}]\n"
	for _, tc := range []struct{ name, text, wanted, account, key string }{
		{"the first account", "accounts:\n  \"111122223333\":" + key + "  \"444455556666\":\n", "", ours, "ROOTKEY"},
		{"the account called root", "accounts:\n  \"444455556666\":\n  root:" + key, "", "", "ROOTKEY"},
		{"the wanted account", "accounts:\n  \"111122223333\":\n  \"444455556666\":" + key, theirs, theirs, "ROOTKEY"},
		{"another account is wanted", "accounts:\n  \"111122223333\":" + key, theirs, "", ""},
		{"no key", "accounts:\n  \"111122223333\":\n", "", ours, ""},
		{"no account", "accounts:\n", "", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := parse(tc.text)
			if err != nil {
				t.Fatal(err)
			}
			account, keyID, secret := f.Root(tc.wanted)
			if account != tc.account || keyID != tc.key || (secret == "the-secret") != (tc.key != "") {
				t.Errorf("root = %q, %q, %q", account, keyID, secret)
			}
		})
	}
}

// FuzzIdentitiesFile: whatever the text, it is refused or can be applied, without a
// panic, and an error names the file and holds no control characters.
func FuzzIdentitiesFile(f *testing.F) {
	w := newWorld(f)
	full, err := os.ReadFile("testdata/files/full.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		string(full), "", "accounts:\n  root:\n    users: {alice: }\n", "accounts: &a\n  b: *a\n", "? [a]\n: b", "accounts:\n  root: {inSetup: 1h}\n",
		"accounts:\n  root:\n    policies:\n      p:\n        document: >\n\n\n          {}\n", "accounts: {root: {policies: {p: {document: {a: {b: [1, .inf, ~, 2001-01-01, \"\\u0000\"]}}}}}}",
		"a: \"b\n c\": d", "\ufeffaccounts: {}", "accounts: {root: {users: {a: {accessKeys: [{accessKeyId: AKIA, secretAccessKey: \"12345678\"}]}}}}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file, err := parse(text)
		if err == nil {
			file.Counts()
			file.Root("")
			here := *w
			here.t = t
			err = here.tryOut(file)
		}
		if err == nil {
			return
		}
		if !strings.HasPrefix(err.Error(), "identities.yaml") {
			t.Errorf("the error does not name the file: %v", err)
		}
		if strings.ContainsFunc(err.Error(), unicode.IsControl) {
			t.Errorf("the error has control characters: %q", err)
		}
	})
}

// tryOut applies a file and undoes it.
func (w *world) tryOut(file *identity.File) error {
	errUndo := errors.New("undo")
	err := w.update(func(a *identity.Accounts) error {
		if err := file.Apply(a); err != nil {
			return err
		}
		return errUndo
	})
	if errors.Is(err, errUndo) {
		return nil
	}
	return err
}

// TestParseFile_readsTheDocumentedExample: the example of docs/identities.md is a good file.
func TestParseFile_readsTheDocumentedExample(t *testing.T) {
	page, err := os.ReadFile("../../docs/identities.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "```yaml\n")
	text, _, found := strings.Cut(text, "```")
	if !found {
		t.Fatal("the page has no example")
	}
	f, err := identity.ParseFile("identities.yaml", []byte(text), func(name string, _ int64) ([]byte, error) {
		if strings.HasSuffix(name, ".json") {
			return []byte(readOnly), nil
		}
		return []byte("the-secret-of-" + name), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if accounts, entities, keys := f.Counts(); accounts != 1 || entities != 3 || keys != 2 {
		t.Errorf("it declares %d accounts, %d identities and %d keys", accounts, entities, keys)
	}
}

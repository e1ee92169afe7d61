package export_test

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestImport_invalidFiles changes a good file in one place and wants to be told where and
// why, with nothing of the file in the store.
func TestImport_invalidFiles(t *testing.T) {
	from := newSite(t, sqliteDSN(t)).fill()
	good, _ := from.export(export.Options{Passphrase: passphrase})
	plain, _ := from.export(export.Options{})
	lines := strings.SplitAfter(strings.TrimSuffix(plain, "\n"), "\n")
	to := newSite(t, newDSN(t)) // one for all: nothing stays
	for _, tc := range []struct {
		name string
		file string
		want string
	}{
		{"nothing", "", "line 1: the file is empty"},
		{"something else", "{\"a\":1}\n", "line 1: this is not a file that lanyard export made"},
		{"binary", "\x00\x01\xff", "line 1: this is not a file that lanyard export made"},
		{"a newer version", replace(plain, `"version":3`, `"version":4`), "line 1: the file has version 4 of the format, this lanyard knows 3: import it with a newer one"},
		{"version 0", replace(plain, `"version":3`, `"version":0`), "line 1: unknown version 0 of the format"},
		{"no root account", replace(plain, `"rootAccount":"111122223333"`, `"rootAccount":""`), `line 1: the account id "" does not have 12 digits`},
		{"a root account that is not there", replace(plain, `"rootAccount":"111122223333"`, `"rootAccount":"999999999999"`), "the root account 999999999999 is not in the file"},
		{"an expensive passphrase", replace(good, `"memory":64,`, `"memory":4194304,`), "line 1: the parameters of the key derivation are out of bounds"},
		{"another key derivation", replace(good, "argon2id", "md5"), `line 1: unknown key derivation "md5"`},

		{"no footer", strings.Join(lines[:len(lines)-1], ""), "the file ends without its footer: it was cut"},
		{"a cut in a line", plain[:len(plain)/2], "malformed JSON"},
		{"a line too few", strings.Join(slices.Delete(slices.Clone(lines), 25, 26), ""), "the footer counts"},
		{"a line twice", strings.Join(slices.Insert(slices.Clone(lines), 25, lines[25]), ""), "line 27: the record is not in order, or there twice"},
		{"two lines exchanged", exchange(lines, 25, 26), "line 27: the record is not in order, or there twice"},
		{"types exchanged", exchange(lines, 3, 4), "line 5: a record of the type account is after one of the type regionSetup"},
		{"text behind the footer", plain + "more", "text behind the footer"},
		{"an empty line", replace(plain, "\n", "\n\n"), "line 2: not a record"},
		{"an unknown type", replace(plain, `{"record":"account"`, `{"record":"planet"`), `line 2: unknown record "planet"`},
		{"an unknown member", replace(plain, `{"record":"account"`, `{"record":"account","colour":"red"`), `line 2: unknown field "colour"`},
		{"a member twice", replace(plain, `{"record":"account","id"`, `{"record":"account","ID":"1","id"`), `line 2: the member "id" is there twice`},
		{"a member of a document twice", replace(plain, `"attached":["readers"]`, `"attached":[],"attached":["readers"]`), `the member "attached" is there twice`},
		{"a wrong type", replace(plain, `"closed":true`, `"closed":"yes"`), "line 4: cannot unmarshal string"},
		{"text that is not UTF-8", replace(plain, "Größe", "Gr\xf6\xdfe"), "not UTF-8"},
		{"deep nesting", replace(plain, `"priv":{`, `"priv":{"a":`+strings.Repeat("[", 99)+strings.Repeat("]", 99)+","), "nested deeper than 64 levels"},
		{"an endless line", replace(plain, `"priv":{`, `"priv":{"a":"`+strings.Repeat("x", 9<<20)+`",`), "longer than 8388608 bytes"},

		{"a bad account id", replace(plain, `"account":"111122223333"`, `"account":"1"`), `the account id "1" does not have 12 digits`},
		{"an account that is not there", replace(plain, `{"record":"regionSetup","account":"444455556666"`, `{"record":"regionSetup","account":"444455556665"`), "line 5: the file has no account 444455556665"},
		{"a time in microseconds", replace(plain, `"until":"2019-10-16T20:43:46.975Z"`, `"until":"2019-10-16T20:43:46.975001Z"`), "is not a time in whole milliseconds"},
		{"no time", replaceRegexp(plain, `("id":"444455556666"),"created":"[^"]*"`, "$1"), "line 3: created is missing"},
		{"a time that is in the year 10000 in UTC", replaceRegexp(plain, `("id":"444455556666"),"created":"[^"]*"`, `$1,"created":"9999-12-31T23:59:59-14:00"`), "line 3: created is not a time in whole milliseconds"},
		{"a time that is in the year 0 in UTC", replaceRegexp(plain, `("id":"444455556666"),"created":"[^"]*"`, `$1,"created":"0001-01-01T00:00:00.001+14:00"`), "line 3: created is not a time in whole milliseconds"},
		{"a root account that is closed", replace(plain, `"rootAccount":"111122223333"`, `"rootAccount":"777788889999"`), "the account 777788889999 is closed, and would be the root account of this store"},
		{"the set-up of a region that no account opts into", replace(plain, `"region":"eu-south-2"`, `"region":"us-east-1"`), `accounts do not opt into the region "us-east-1"`},
		{"an unknown region", replace(plain, `"region":"eu-south-2"`, `"region":"mars-1"`), `unknown region "mars-1"`},

		{"an unknown kind of identity", replace(plain, `"kind":"group"`, `"kind":"aaaaa"`), `unknown kind of identity "aaaaa"`},
		{"a malformed policy", replace(plain, `"document":"{`, `"document":"`), "MalformedPolicyDocument"},
		{"a group that is not there", replace(plain, `"groups":["web"]`, `"groups":["nobody"]`), "user alice of account 111122223333: NoSuchEntity: The group with name nobody cannot be found."},
		{"a user with a trust policy", replace(plain, `"groups":["web"]`, `"groups":["web"],"trust":"{}"`), "the document has members that a user does not have"},
		{"a role in a group", replace(plain, `"maxSession":3600`, `"groups":["web"],"maxSession":3600`), "the document has members that a role does not have"},
		{"an id that the trust policy does not name", replace(plain, `"maxSession":3600`, `"trustedIds":{"x":"y"},"maxSession":3600`), `trustedIds has "x", which the trust policy does not name`},
		{"a bad identity id", replaceRegexp(plain, `"id":"AGPA[^"]*"`, `"id":"x"`), `the id "x" does not consist of 16 to 128 capital letters and digits`},
		{"an identity id twice", replaceRegexp(plain, `"id":"AIDA[^"]*"`, `"id":"AIDAAAAAAAAAAAAAAAAA"`), "the store has one of that id or name already"},

		{"a key's owner that is not there", replaceRegexp(good, `"owner":"AIDA[^"]*"`, `"owner":"AIDANOBODY"`), "the account has no user AIDANOBODY, whose access key this is"},
		{"a key's owner that is a group", replaceOwnerByGroup(good), "whose access key this is"},
		{"a secret moved to another key", replace(good, rootKey, "AKIAIOSFODNN7EXAMPLF"), "secret: sealed value does not open"},
		{"a secret that was changed", replaceRegexp(good, `("id":"`+rootKey+`".*?"secret":"[^"]{30})..`, "${1}AA"), "secret: sealed value does not open"},
		{"a key without secret", replaceRegexp(good, `("id":"`+rootKey+`".*?),"secret":"[^"]*"`, "$1"), "there is no secret"},
		{"a secret left out", replaceRegexp(good, `("id":"`+rootKey+`".*?),"secret":"[^"]*"`, `$1,"secretLeftOut":true`), "the secret is left out, but the header says that secrets are there"},
		{"a secret without a key for it", replaceRegexp(good, `,"secrets":{[^}]*}`, ""), "there is a secret, but the header does not say how it is sealed"},

		{"an unknown kind of resource", replace(plain, `"kind":"KeyPair"`, `"kind":"Castle"`), `unknown kind of resource "Castle"`},
		{"a bad resource id", replace(plain, `"id":"00000000-0000-4000-8000-`, `"id":"{0000000-0000-4000-8000-`), "is not a lower-case UUID"},
		{"an ARN of another account", replace(plain, "arn:aws:lightsail:us-east-1:111122223333", "arn:aws:lightsail:us-east-1:444455556666"), "doc: its arn or name are not the resource's"},
		{"half a key pair", replaceRegexp(plain, `"fingerprint":"[^"]*",?`, ""), "line 20: KeyPair web: doc: fingerprint is not that of the public key"},
		{"a document that is a list", replaceRegexp(plain, `"doc":\{"arn".*?\},"priv"`, `"doc":[],"priv"`), "doc: not an object"},
		{"a value of another store", replace(plain, `"priv":{`, `"priv":{"sealed":"AAAA",`), "priv: a sealed value of another store"},
		{"an aws: tag", replace(plain, `{"key":"a=b"`, `{"key":"aws:b"`), "starts with aws:"},
		{"a tag twice", replace(plain, `{"key":"a=b"`, `{"key":"Größe @1"`), "is given more than once"},
		{"a resource id twice", strings.ReplaceAll(plain, "8000-000000000000", "8000-000000000002"), "one of the last 100 records: the store has one of that id or name already"},

		{"an operation in no place", replace(plain, `"position":9`, `"position":0`), "the position 0 is out of bounds"},
		{"an operation in a fractional place", replace(plain, `"position":9`, `"position":9.5`), "cannot unmarshal number 9.5"},
		{"an operation's document of another", replace(plain, `"resourceName":"deleted-since"`, `"resourceName":"x"`), "doc: its id or resourceName are not the operation's"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.file == good || tc.file == plain {
				t.Fatal("the change met nothing")
			}
			_, err := to.load(export.ImportOptions{Passphrase: passphrase}, tc.file)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error: %v\nwant: …%s", err, tc.want)
			}
			if got := to.contents(); !slices.Equal(got, []string{"nothing null"}) {
				t.Errorf("the store holds %d records", len(got))
			}
		})
	}
	if _, err := to.load(export.ImportOptions{Passphrase: passphrase}, good); err != nil {
		t.Errorf("the unchanged file: %v", err)
	}
}

func TestImport_needsTheRightPassphrase(t *testing.T) {
	file, _ := newSite(t, sqliteDSN(t)).fill().export(export.Options{Passphrase: passphrase})
	to := newSite(t, newDSN(t))
	for want, given := range map[string][]byte{
		"the file's secrets are sealed under a passphrase: give it with --passphrase-file or LANYARD_PASSPHRASE": nil,
		"the passphrase is not the one that the file was made with":                                              []byte("Correct horse battery staple"),
	} {
		if _, err := to.load(export.ImportOptions{Passphrase: given}, file); err == nil || err.Error() != want {
			t.Errorf("with %q: %v, want %s", given, err, want)
		}
	}
}

func TestExport_invalidOptions(t *testing.T) {
	s := newSite(t, newDSN(t)).fill()
	for want, o := range map[string]export.Options{
		"the passphrase is too short: give one of at least 12 bytes": {Passphrase: []byte("short")},
		"there is no account 123456789012":                           {Account: "123456789012"},
	} {
		if _, err := export.Export(t.Context(), s.db, s.sealer, o, &strings.Builder{}); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestImport_mixesAndOverwritesNothing(t *testing.T) {
	from := newSite(t, newDSN(t)).fill()
	file, _ := from.export(export.Options{})
	before := from.contents()
	for want, o := range map[string]export.ImportOptions{
		"the store is not empty, it has the account 111122223333: import into a new one (give another --data-dir or --store), or one account of the file with --account": {},
		"the store has the account 444455556666 already: delete it first with lanyard account delete, or import into another store":                                      {Account: other},
		"the file has no account 123456789012": {Account: "123456789012"},
	} {
		if _, err := from.load(o, file); err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
	if !slices.Equal(before, from.contents()) {
		t.Error("the store has changed")
	}
}

// TestImport_takenAccessKeyID imports an account with an access key that another
// account of the store has.
func TestImport_takenAccessKeyID(t *testing.T) {
	from := newSite(t, newDSN(t)).fill()
	file, _ := from.export(export.Options{Account: root, Passphrase: passphrase})
	to := newSite(t, newDSN(t))
	to.update(func(tx *store.Tx) error {
		return firstOf(
			tx.InsertAccount(&store.Account{ID: other, CreatedAt: now}),
			tx.InsertAccessKey(&store.AccessKey{ID: rootKey, Account: other, Secret: []byte("sealed"), CreatedAt: now}))
	})
	_, err := to.load(export.ImportOptions{Account: root, Passphrase: passphrase}, file)
	if want := "access key " + rootKey + ": the store has one of that id or name already"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("%v, want …%s", err, want)
	}
}

// replace replaces the first of each old text by its new one.
func replace(text string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

func replaceRegexp(text, pattern, with string) string {
	return regexp.MustCompile(pattern).ReplaceAllString(text, with)
}

func exchange(lines []string, i, j int) string {
	lines = slices.Clone(lines)
	lines[i], lines[j] = lines[j], lines[i]
	return strings.Join(lines, "")
}

func replaceOwnerByGroup(text string) string {
	group := regexp.MustCompile(`"id":"(AGPA[^"]*)"`).FindStringSubmatch(text)[1]
	return replaceRegexp(text, `"owner":"AIDA[^"]*"`, fmt.Sprintf(`"owner":"%s"`, group))
}

// TestImport_refusesAClosedRoot imports the file of one account, which would be the root of the new store: no command could
// reopen it there. Beside a root account it may be closed.
func TestImport_refusesAClosedRoot(t *testing.T) {
	file, _ := newSite(t, newDSN(t)).fill().export(export.Options{Account: closed})
	to := newSite(t, newDSN(t))
	want := "the account 777788889999 is closed, and would be the root account of this store: " +
		"reopen it before the export, or import it by --account into a store that has a root account"
	if _, err := to.load(export.ImportOptions{}, file); err == nil || err.Error() != want {
		t.Errorf("into an empty store: error %v, want %s", err, want)
	}
	to.update(func(tx *store.Tx) error {
		return firstOf(tx.InsertAccount(&store.Account{ID: root, CreatedAt: now}), (&identity.Accounts{Tx: tx}).SetRoot(root))
	})
	if _, err := to.load(export.ImportOptions{Account: closed}, file); err != nil {
		t.Errorf("beside a root account: %v", err)
	}
}

// TestExport_costOfThePassphrase exports as the command does: guesses cost what RFC 9106 recommends.
func TestExport_costOfThePassphrase(t *testing.T) {
	s := newSite(t, newDSN(t)).fill()
	var b bytes.Buffer
	if _, err := export.Export(t.Context(), s.db, s.sealer, export.Options{Passphrase: passphrase}, &b); err != nil {
		t.Fatal(err)
	}
	if want := `"kdf":"argon2id","time":3,"memory":65536,"threads":4,`; !strings.Contains(b.String(), want) {
		t.Errorf("the export is %s, want it to have %s", &b, want)
	}
}

// wantLineRefused wants an error that names a line, for a file of which a line is changed.
func wantLineRefused(t *testing.T, to *site, good, line, changed, want string) {
	t.Helper()
	if line == "" || changed == line {
		t.Fatal("the change met nothing: " + line)
	}
	_, err := to.try(replace(good, line, changed))
	if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "line ") {
		t.Errorf("error: %v\nwant: line …%s", err, want)
	}
}

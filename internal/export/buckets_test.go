package export_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/kind/bucket"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// bucketSecret is the secret of an access key of a bucket.
const bucketSecret = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/AB"

// fillAccess adds two buckets to what fillInstances adds: archive has all settings and two access keys, backups one key. The
// instance site has access to both.
func (s *site) fillAccess() *site {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		web, err := tx.Resource(root, region, "site")
		if err != nil {
			return err
		}
		archive, backups := s.bucket(70, "archive", "AKIAARCHIVEFIRST2222"), s.bucket(71, "backups", "AKIABACKUPSFIRST2222")
		s.whole(archive)
		for _, b := range []*bucket.Bucket{archive, backups} {
			err = firstOf(err, b.Pack(), tx.InsertResource(b.Resource), tx.InsertLink(b.Resource, resource.BucketAccess, web, []byte("{}")))
			for _, k := range b.Priv.AccessKeys {
				err = firstOf(err, tx.AddResourceKey(store.ResourceKey{ID: k.ID, Owner: b.Resource.ID}))
			}
		}
		return err
	})
	return s
}

// bucket makes the bucket of a number, with an access key.
func (s *site) bucket(n int, name, key string) *bucket.Bucket {
	r := newResource(n, root, name, resource.Bucket)
	r.Zone = "all"
	b := bucket.New(r, "small_1_0", true)
	b.Fill(b.SupportSuffix())
	b.AddKey(s.sealer, key, bucketSecret, now)
	return b
}

// whole gives a bucket all that buckets can have.
func (s *site) whole(b *bucket.Bucket) {
	b.AddKey(s.sealer, "AKIAARCHIVESECOND222", bucketSecret, now)
	b.SetRules(&types.AccessRules{AllowPublicOverrides: new(true)})
	b.SetReaders([]string{other, closed})
	b.SetLog(&types.BucketAccessLogConfig{Enabled: new(true), Destination: new("backups"), Prefix: new("logs/")})
	b.SetCORS(&types.BucketCorsConfig{Rules: []types.BucketCorsRule{{
		Id: new("app"), AllowedMethods: []string{"GET"}, AllowedOrigins: []string{"*"}, MaxAgeSeconds: new(int32(60)),
	}}})
	b.ChangeBundle("large_1_0", now)
}

// TestImport_buckets moves buckets with their settings, keys and access.
func TestImport_buckets(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances().fillAccess(), newSite(t, newDSN(t))
	file, exported := from.export(export.Options{Passphrase: passphrase})
	imported, err := to.load(export.ImportOptions{Passphrase: passphrase}, file)
	if err != nil || exported.Links != 2 || imported.Links != 2 || imported.BucketKeysLeftOut > 0 {
		t.Fatalf("exported %+v, imported %+v, %v, want 2 links and all keys", exported, imported, err)
	}
	if diff := cmp.Diff(from.contents(), to.contents()); diff != "" {
		t.Errorf("contents (-from +to):\n%s", diff)
	}
	if all := strings.Join(to.contents(), "\n"); strings.Count(all, bucketSecret) != 3 {
		t.Errorf("there are %d secrets of access keys, want 3", strings.Count(all, bucketSecret))
	}
	if strings.Contains(file, bucketSecret) {
		t.Error("the file has a secret of an access key in the open")
	}
	for what, err := range map[string]error{
		"a bucket's": to.db.Update(t.Context(), func(tx *store.Tx) error {
			return tx.AddResourceKey(store.ResourceKey{ID: "AKIABACKUPSFIRST2222", Owner: "x"})
		}),
		"an identity's": to.db.Update(t.Context(), func(tx *store.Tx) error {
			return tx.InsertAccessKey(&store.AccessKey{ID: "AKIABACKUPSFIRST2222", Account: root, Secret: []byte("x")})
		}),
	} {
		if !errors.Is(err, store.ErrExists) {
			t.Errorf("the id of an imported key as %s: error %v, want ErrExists", what, err)
		}
	}
}

// TestImport_bucketsWithoutSecrets leaves out access keys, which open nothing without their secrets.
func TestImport_bucketsWithoutSecrets(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances().fillAccess(), newSite(t, newDSN(t))
	file, exported := from.export(export.Options{})
	imported, err := to.load(export.ImportOptions{}, file)
	if err != nil || imported.BucketKeysLeftOut != 3 || imported.Resources != exported.Resources-1 { // without the default key pair
		t.Fatalf("exported %+v, imported %+v, %v, want 3 keys left out and all buckets", exported, imported, err)
	}
	to.view(func(tx *store.Tx) error {
		r, err := tx.Resource(root, region, "archive")
		if err != nil {
			return err
		}
		b := &bucket.Bucket{}
		if err := b.Open(r); err != nil || len(b.Priv.AccessKeys) > 0 || len(b.Receivers()) != 1 || *b.Doc.BundleId != "large_1_0" {
			t.Errorf("the bucket %s %s with %d instances, %v, want one without keys", r.Doc, r.Priv, len(b.Receivers()), err)
		}
		return nil
	})
	to.update(func(tx *store.Tx) error {
		return tx.InsertAccessKey(&store.AccessKey{ID: "AKIABACKUPSFIRST2222", Account: root, Secret: []byte("x")})
	})
}

// TestImport_invalidBuckets changes one thing about a bucket. The API would not have made any of them.
func TestImport_invalidBuckets(t *testing.T) {
	good, _ := newSite(t, sqliteDSN(t)).fill().fillInstances().fillAccess().export(export.Options{})
	to := newSite(t, newDSN(t))
	line := bucketLine(t, good, "archive")
	for title, tc := range map[string]struct{ old, with, want string }{
		"a name of another kind":       {`archive`, `arch_ive`, `the name "arch_ive" is not that of a bucket`},
		"another support code":         {`/archive`, `/other`, "supportCode is not the resource's"},
		"a zone":                       {`"zone":"all"`, `"zone":"us-east-1a"`, "location is not the resource's"},
		"no resource type":             {`,"resourceType":"Bucket"`, ``, "resourceType is not the resource's kind"},
		"an unknown bundle":            {`"large_1_0"`, `"nano_3_0"`, `unknown bundle "nano_3_0"`},
		"an unknown versioning":        {`"objectVersioning":"Enabled"`, `"objectVersioning":"On"`, "unknown objectVersioning"},
		"no versioning":                {`"objectVersioning":"Enabled",`, ``, "unknown objectVersioning"},
		"no access rules":              {`"accessRules":\{[^}]*\},`, ``, "accessRules are not whole"},
		"half of the access rules":     {`"allowPublicOverrides":true,`, ``, "accessRules are not whole"},
		"an unknown access":            {`"getObject":"private"`, `"getObject":"all"`, "accessRules are not whole"},
		"an invalid reader":            {`"777788889999"`, `"7"`, "readonlyAccessAccounts are not account IDs"},
		"too many readers":             {`"777788889999"`, strings.Repeat(`"777788889999",`, 9) + `"777788889999"`, "readonlyAccessAccounts"},
		"no access log":                {`"accessLogConfig":\{[^}]*\},`, ``, "accessLogConfig is missing"},
		"an access log without switch": {`"enabled":true,`, ``, "accessLogConfig is missing"},
		"an access log to nowhere":     {`"destination":"backups",`, ``, "the destination of the access log is not the name of a bucket"},
		"an access log to a disk":      {`"destination":"backups"`, `"destination":"a_b"`, "the destination of the access log is not the name of a bucket"},
		"a log that is not kept":       {`"enabled":true`, `"enabled":false`, "an access log that is not kept has a destination or a prefix"},
		"an invalid prefix":            {`"prefix":"logs/"`, `"prefix":"a b"`, "accessLogConfig.prefix"},
		"no CORS rules":                {`"rules":\[.*?\}\]`, `"rules":[]`, "cors is not a valid configuration"},
		"a CORS rule without origin":   {`"allowedOrigins":\["\*"\]`, `"allowedOrigins":[]`, "cors is not a valid configuration"},
		"a CORS rule of another kind":  {`"allowedMethods":\["GET"\]`, `"allowedMethods":["PATCH"]`, "cors.rules.1.member.allowedMethods"},
		"a state":                      {`"doc":\{`, `"doc":{"state":{"code":"OK"},`, "doc: state.code is not what Lanyard writes"},
		"a URL":                        {`"doc":\{`, `"doc":{"url":"https://example.com/",`, "doc: url is not what Lanyard writes"},
		"more to know":                 {`"priv":\{`, `"priv":{"more":1,`, "priv: more is not what Lanyard writes"},
		"three keys":                   {`"accessKeys":\[`, `"accessKeys":[{"id":"AKIAANOTHERONE222222","created":"2026-01-01T00:00:00Z","secret":"firstSecret"},`, "more than 2 access keys"},
		"a key of an invalid id":       {`"id":"AKIAARCHIVESECOND222"`, `"id":"ASIAARCHIVESECOND222"`, "the id of an access key is not valid"},
		"two keys of one id":           {`"id":"AKIAARCHIVESECOND222"`, `"id":"AKIAARCHIVEFIRST2222"`, "two access keys have one secret or id"},
		"two keys of one secret":       {`"secret":"secondSecret"`, `"secret":"firstSecret"`, "two access keys have one secret or id"},
		"a key of an unknown secret":   {`"secret":"secondSecret"`, `"secret":"bundleChanged"`, "two access keys have one secret or id"},
		"a key without time":           {`("id":"AKIAARCHIVESECOND222"),"created":"[^"]*"`, `$1`, "an access key has no time"},
		"a key of ancient times":       {`("id":"AKIAARCHIVESECOND222","created":")2019`, `${1}0019`, "is before 1970"},
		"a key without its secret":     {`,"secretLeftOut":true`, ``, "there is no secret"},
		"a sealed value":               {`"priv":\{`, `"priv":{"firstSecret":"AAAA",`, "a sealed value of another store"},
		"a key of another bucket":      {`"id":"AKIAARCHIVESECOND222"`, `"id":"AKIABACKUPSFIRST2222"`, ""},
	} {
		t.Run(title, func(t *testing.T) {
			changed := replaceRegexp(line, tc.old, tc.with)
			if changed == line {
				t.Fatal("the change met nothing: " + line)
			}
			_, err := to.try(replace(good, line, changed))
			switch {
			case tc.want == "" && err != nil: // keys of files without secrets are left out
				t.Errorf("error: %v", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want) || !strings.HasPrefix(err.Error(), "line ")):
				t.Errorf("error: %v\nwant: line …%s", err, tc.want)
			}
		})
	}
}

// bucketLine is the line of a bucket.
func bucketLine(t *testing.T, file, name string) string {
	t.Helper()
	for line := range strings.Lines(file) {
		if strings.Contains(line, `"name":"`+name+`","kind":"Bucket"`) {
			return line
		}
	}
	t.Fatalf("no bucket %s in the file", name)
	return ""
}

// TestImport_invalidBucketKeys changes one thing about the keys of a file that has their secrets.
func TestImport_invalidBucketKeys(t *testing.T) {
	from := newSite(t, sqliteDSN(t)).fill().fillInstances().fillAccess()
	good, _ := from.export(export.Options{Passphrase: passphrase})
	line := bucketLine(t, good, "archive")
	from.update(func(tx *store.Tx) error {
		r, err := tx.Resource(root, region, "backups")
		if err != nil {
			return err
		}
		b := &bucket.Bucket{}
		if err := b.Open(r); err != nil {
			return err
		}
		b.Priv.First = r.Seal(from.sealer, resource.BucketSecrets[0], []byte("short"))
		return firstOf(b.Pack(), tx.UpdateResource(r))
	})
	short, _ := from.export(export.Options{Passphrase: passphrase})
	for title, tc := range map[string]struct{ file, want string }{
		"of one id in two buckets":      {replace(good, line, replaceRegexp(line, "AKIAARCHIVESECOND222", "AKIABACKUPSFIRST2222")), "access key AKIABACKUPSFIRST2222: the store has one of that id"},
		"of the id of an identity":      {replace(good, line, replaceRegexp(line, "AKIAARCHIVESECOND222", aliceKey(t, good))), "the store has one of that id"},
		"whose secret is missing":       {replace(good, line, replaceRegexp(line, `"firstSecret":"[^"]*",`, "")), "there is no secret"},
		"whose secrets are exchanged":   {replace(good, line, exchangeSecrets(line)), "secret: sealed value does not open"},
		"of an unknown member":          {replace(good, line, replaceRegexp(line, `"secrets":\{"firstSecret"`, `"secrets":{"thirdSecret"`)), "a Bucket has no secret thirdSecret"},
		"whose secret is of no key":     {replace(good, line, replaceRegexp(line, `,\{"id":"AKIAARCHIVESECOND222"[^}]*\}`, "")), "there is no secret"},
		"whose secret has another form": {short, "it is not the secret of an access key"},
	} {
		t.Run(title, func(t *testing.T) {
			if tc.file == good {
				t.Fatal("the change met nothing: " + line)
			}
			to := newSite(t, newDSN(t))
			if _, err := to.load(export.ImportOptions{Passphrase: passphrase}, tc.file); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error: %v\nwant: …%s", err, tc.want)
			}
		})
	}
}

// aliceKey is the id of an access key of an identity that a file has.
func aliceKey(t *testing.T, file string) string {
	t.Helper()
	for line := range strings.Lines(file) {
		if rest, ok := strings.CutPrefix(line, `{"record":"accessKey","account":"`+root+`","id":"`); ok && !strings.HasPrefix(rest, rootKey) {
			return rest[:20]
		}
	}
	t.Fatal("no access key of a user in the file")
	return ""
}

// exchangeSecrets exchanges the two secrets of a bucket's line.
func exchangeSecrets(line string) string {
	return replaceRegexp(line, `"firstSecret":("[^"]*"),"secondSecret":("[^"]*")`, `"firstSecret":$2,"secondSecret":$1`)
}

// TestImport_invalidBucketLinks changes one thing about the access of instances to buckets.
func TestImport_invalidBucketLinks(t *testing.T) {
	good, _ := newSite(t, sqliteDSN(t)).fill().fillInstances().fillAccess().export(export.Options{})
	to := newSite(t, newDSN(t))
	line := linkLine(t, good, resource.BucketAccess)
	for title, tc := range map[string]struct{ changed, want string }{
		"twice":                 {line + line, "the record is not in order, or there twice"},
		"with something to say": {replace(line, `"doc":{}`, `"doc":{"a":1}`), "there is nothing to say of access to a bucket"},
		"to a bucket":           {replaceRegexp(line, `"from":"([^"]*)"(.*)"to":"[^"]*"`, `"from":"$1"$2"to":"$1"`), "it is not from a Bucket to a Instance of one region"},
		"of another account":    {replaceRegexp(line, `"to":"[^"]*"`, `"to":"00000000-0000-4000-8000-000000000021"`), "that could have a link"},
	} {
		t.Run(title, func(t *testing.T) {
			if _, err := to.try(replace(good, line, tc.changed)); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error: %v\nwant: …%s", err, tc.want)
			}
		})
	}
}

// TestImport_bucketsOfVersion3 reads a file that has buckets: an export of what it gave is the same file but for the header and
// what is sealed.
func TestImport_bucketsOfVersion3(t *testing.T) {
	const path = "testdata/version3-buckets.jsonl"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, newDSN(t))
	done, err := s.load(export.ImportOptions{Passphrase: passphrase}, string(text))
	if want := (export.Counts{Accounts: 3, RegionSetups: 2, Identities: 10, AccessKeys: 3, Resources: 9, Links: 2, Addresses: 7, Operations: 5}); err != nil || done.Counts != want {
		t.Fatalf("imported %+v, %v, want %+v", done.Counts, err, want)
	}
	again, _ := s.export(export.Options{Passphrase: passphrase})
	if diff := cmp.Diff(unsealed(string(text)), unsealed(again)); diff != "" {
		t.Errorf("exported again (-file +export):\n%s", diff)
	}
}

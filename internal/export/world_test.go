package export_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const (
	root    = "111122223333"
	other   = "444455556666"
	closed  = "777788889999"
	region  = "us-east-1"
	rootKey = "AKIAIOSFODNN7EXAMPLE"
	secret  = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	edLine  = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG6MmJagsBTlDu4xJav94bvathV2TCQNb/9qHA3RETCD"
)

var (
	passphrase = []byte("correct horse battery staple")
	now        = time.UnixMilli(1571255026975)
)

// newDSN names a new database of the kind that the tests run on.
var newDSN = sqliteDSN

func sqliteDSN(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }

// site is a store with its own master key.
type site struct {
	t      testing.TB
	db     *store.DB
	sealer *seal.Sealer
	// kinds are those that the site knows.
	kinds resource.StoredKinds
}

func newSite(t testing.TB, dsn string) *site {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{DSN: dsn})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New(seal.NewMasterKey())
	if err != nil {
		t.Fatal(err)
	}
	return &site{t, db, sealer, families.StoredKinds()}
}

func (s *site) update(fn func(*store.Tx) error) {
	s.t.Helper()
	if err := s.db.Update(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) view(fn func(*store.Tx) error) {
	s.t.Helper()
	if err := s.db.View(s.t.Context(), fn); err != nil {
		s.t.Fatal(err)
	}
}

// export returns what Export writes.
func (s *site) export(o export.Options) (string, export.Exported) {
	s.t.Helper()
	var b bytes.Buffer
	o.Version, o.Now, o.Kinds, o.Cost = "test", now, s.kinds, export.Cheap
	done, err := export.Export(s.t.Context(), s.db, s.sealer, o, &b)
	if err != nil {
		s.t.Fatal(err)
	}
	return b.String(), done
}

// load imports a file, now unless the options say when.
func (s *site) load(o export.ImportOptions, file string) (done export.Imported, err error) {
	if o.Kinds = s.kinds; o.Now.IsZero() {
		o.Now = now
	}
	err = s.db.Update(s.t.Context(), func(tx *store.Tx) error {
		done, err = export.Import(s.t.Context(), tx, s.sealer, o, strings.NewReader(file))
		return err
	})
	return done, err
}

// contents is all that a store holds, secrets in the open, in a form to compare.
func (s *site) contents() []string {
	s.t.Helper()
	var all []string
	add := func(what string, v any) error {
		text, err := json.Marshal(v)
		all = append(all, what+" "+string(text))
		return err
	}
	s.view(func(tx *store.Tx) error {
		id, err := (&identity.Accounts{Tx: tx}).Root()
		if err != nil {
			return add("nothing", nil)
		}
		note, err := (&identity.Accounts{Tx: tx}).FileNote()
		if err != nil {
			return err
		}
		return firstOf(add("root", id), add("note", string(note)), s.rows(tx, add))
	})
	return all
}

func (s *site) rows(tx *store.Tx, add func(string, any) error) error {
	return firstOf(
		tx.EachAccount("", func(a *store.Account) error {
			a.Generation = "" // another account of the same id has another one
			return add("account", a)
		}),
		tx.EachRegionSetup("", func(r store.AccountRegionSetup) error { return add("region setup", r) }),
		tx.EachIdentity("", func(i *store.Identity) error { return add("identity "+string(i.Doc), i) }),
		tx.EachAccessKey("", func(k *store.AccessKey) (err error) {
			k.Secret, err = s.sealer.Open(seal.AccessKeySecret, k.Secret, k.Account, k.ID)
			return firstOf(err, add("access key "+string(k.Secret), k))
		}),
		tx.EachResource("", func(r *resource.Resource) error {
			priv := map[string]any{}
			if len(r.Priv) > 0 {
				if err := json.Unmarshal(r.Priv, &priv); err != nil {
					return err
				}
			}
			for _, secret := range r.Kind.Secrets() {
				if err := s.unseal(r, priv, secret.Member); err != nil {
					return err
				}
			}
			r.Priv = nil
			return add(fmt.Sprintf("resource %s %v", r.Doc, priv), r)
		}),
		tx.EachLink("", func(l store.StoredLink) error { return add("link", l) }),
		tx.EachAddress("", func(a store.AccountAddress) error { return add("address", a) }),
		tx.EachQuotaUse("", func(u *store.QuotaUse) error { return add("quota use", u) }),
		tx.EachEntry("", s.kinds.Exported(), func(e *store.AccountEntry) error { return add("entry "+string(e.Doc), e) }),
		tx.EachOperation("", func(o *store.Operation) error { return add("operation "+string(o.Doc), o) }))
}

// unseal opens a member of a private document if it is there.
func (s *site) unseal(r *resource.Resource, priv map[string]any, member string) error {
	text, ok := priv[member]
	if !ok {
		return nil
	}
	var sealed []byte
	if err := json.Unmarshal(fmt.Appendf(nil, "%q", text), &sealed); err != nil {
		return err
	}
	plain, err := r.Unseal(s.sealer, member, sealed)
	priv[member] = string(plain)
	return err
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// fill writes something of everything that a store can hold.
func (s *site) fill() *site {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		accounts := &identity.Accounts{Tx: tx, Sealer: s.sealer, Now: now}
		for i, id := range []string{other, root, closed} { // the root account is not the oldest
			a := &store.Account{ID: id, CreatedAt: now.Add(time.Duration(i) * time.Hour), Closed: id == closed}
			if id == other {
				a.SetupUntil = now.Add(time.Minute)
			}
			if err := tx.InsertAccount(a); err != nil {
				return err
			}
		}
		return firstOf(
			accounts.SetRoot(root),
			accounts.SetFileNote(json.RawMessage(`{"accounts":{"`+other+`":{"":"10m"}},"accessKeys":["AKIAFROMTHEFILE00000"]}`)),
			tx.SetRegionSetup(other, "eu-south-2", now.Add(time.Hour)),
			tx.SetRegionSetup(other, "eu-west-1", time.Time{}),
			s.fillIdentities(accounts),
			s.fillResources(tx))
	})
	return s
}

const (
	policyText = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:Get*","Resource":"*"}]}`
	trustText  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
)

func (s *site) fillIdentities(accounts *identity.Accounts) error {
	for _, id := range []string{root, other} {
		d, err := accounts.Directory(id)
		if err != nil {
			return err
		}
		inline := []identity.InlinePolicy{{Name: "read", Document: policyText}}
		for _, e := range []struct {
			kind identity.Kind
			name string
			doc  identity.Doc
		}{
			{identity.Policy, "readers", identity.Doc{Document: policyText, Description: "may <look>"}},
			{identity.Group, "web", identity.Doc{Attached: []string{"readers"}, Managed: true}},
			{identity.User, "alice", identity.Doc{
				Groups: []string{"web"}, Inline: inline, Boundary: "readers", Managed: true,
				Tags: []identity.Tag{{Key: "team", Value: "wéb"}},
			}},
			{identity.User, "Bob", identity.Doc{}},
			{identity.Role, "deploy", identity.Doc{Trust: trustText, MaxSession: 3600, Attached: []string{"readers"}}},
		} {
			if _, err := d.Create(e.kind, e.name, e.doc); err != nil {
				return err
			}
		}
		if _, err := d.CreateAccessKey("alice"); err != nil {
			return err
		}
		if id == root {
			_, err = d.InsertAccessKey("", identity.AccessKey{ID: rootKey, Secret: secret})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *site) fillResources(tx *store.Tx) error {
	for n, at := range []struct{ account, region, name string }{
		{root, region, "web"}, {root, region, resource.DefaultKeyPairName}, {root, "eu-west-1", "web"}, {other, region, "web.2-a_"},
	} {
		r := s.keyPair(n, at.account, at.region, at.name)
		if n == 0 {
			key, value, empty := "Größe @1", "a=b", ""
			r.Tags = []types.Tag{{Key: &key, Value: &value}, {Key: &value, Value: &empty}}
		}
		if err := tx.InsertResource(r); err != nil {
			return err
		}
	}
	for n, at := range []struct {
		account, region, name string
		position              int64
	}{
		{root, region, "web", 1571255026975001},
		{root, region, "deleted-since", 1571255026975000},
		{root, region, "web", 9}, // before one with more digits
		{root, "eu-west-1", "web", 1571255026975003},
		{other, region, "web.2-a_", 1571255026975003},
	} {
		if err := tx.InsertOperations([]*store.Operation{operation(n, at.account, at.region, at.name, at.position)}); err != nil {
			return err
		}
	}
	return nil
}

// keyPair makes the key pair of a number; a default one has its private half.
func (s *site) keyPair(n int, account, region, name string) *resource.Resource {
	r := &resource.Resource{
		ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", n), Account: account, Region: region, Name: name,
		Kind: resource.KeyPair, Zone: "all", CreatedAt: now.Add(time.Duration(n) * time.Millisecond), Tags: []types.Tag{},
	}
	arn, code := r.ARN(), r.SupportCode(name)
	public, err := sshkey.ParsePublic(edLine)
	if err != nil {
		s.t.Fatal(err)
	}
	line, fingerprint := public.Line(), public.Fingerprint()
	r.Priv = fmt.Appendf(nil, `{"publicKey":%q}`, line)
	if name == resource.DefaultKeyPairName {
		pair := defaultPair()
		fingerprint = pair.Fingerprint()
		sealed := s.sealer.Seal(seal.KeyPairPrivate, []byte(pair.PrivatePEM()), account, region, string(r.Kind), r.ID)
		text, _ := json.Marshal(sealed)
		r.Priv = fmt.Appendf(nil, `{"publicKey":%q,"sealed":%s}`, pair.PublicLine(), text)
	}
	r.Doc = codec.Encode(&types.KeyPair{
		Arn: &arn, CreatedAt: &r.CreatedAt, Fingerprint: &fingerprint, Location: r.Location(), Name: &r.Name,
		ResourceType: types.ResourceTypeKeyPair, SupportCode: &code,
	})
	return r
}

// defaultPair is the key of default key pairs.
var defaultPair = sync.OnceValue(func() *sshkey.Pair {
	pair, err := sshkey.Generate()
	if err != nil {
		panic(err)
	}
	return pair
})

func operation(n int, account, region, name string, position int64) *store.Operation {
	id, terminal := fmt.Sprintf("00000000-0000-4000-9000-%012d", n), true
	return &store.Operation{
		ID: id, Account: account, Region: region, Resource: name, Position: position,
		Doc: codec.Encode(&types.Operation{
			Id: &id, ResourceName: &name, CreatedAt: &now, StatusChangedAt: &now, IsTerminal: &terminal,
			OperationType: types.OperationType("CreateKeyPair"), Status: types.OperationStatusSucceeded, ResourceType: types.ResourceTypeKeyPair,
			Location: &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: types.RegionName(region)},
		}),
	}
}

package export_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/kind/distribution"
	"github.com/lanyard-cloud/lanyard/internal/kind/subdomain"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// atHome is everywhere, in the one region of the kind.
func atHome(n int, name string, kind resource.Kind) *resource.Resource {
	r := everywhere(n, name, kind)
	r.Region = kind.OnlyIn()
	return r
}

// fillSubdomains adds to what fillAccess adds the distribution "cdn", with which the subdomain blog.mysite is associated, and two claims:
// one on "spare", which is reserved, and one on "former", of which a nested subdomain was deleted.
func (s *site) fillSubdomains() *site {
	s.t.Helper()
	blog := subdomain.New(atHome(90, "blog.mysite", resource.Subdomain))
	blog.Enter(subdomain.Lifecycle.Plan(subdomain.Create, now, now.Add))
	later := now.Add(time.Minute)
	blog.Enter(subdomain.Lifecycle.Plan(subdomain.Associate, later, later.Add))
	blog.Priv.Served, blog.Priv.Transferred = true, now
	claim := func(n int, top string) *subdomain.Claim {
		return subdomain.NewClaim(atHome(n, subdomain.Address(top), resource.SubdomainClaim), subdomain.ClaimPriv{})
	}
	mysite, spare, former := claim(91, "mysite"), claim(92, "spare"), claim(93, "former")
	spare.Reserve(now)
	former.Hold("blog.former", now)
	s.update(func(tx *store.Tx) error {
		cdn, err := s.served(tx)
		association, errDoc := blog.Association().Pack()
		return firstOf(err, errDoc,
			tx.InsertResource(s.pack(blog)), tx.InsertResource(s.pack(mysite)), tx.InsertResource(s.pack(spare)), tx.InsertResource(s.pack(former)),
			tx.LetGo(spare.Resource, spare.Until()), tx.LetGo(former.Resource, former.Until()),
			tx.InsertLink(blog.Resource, resource.ClaimedSubdomain, mysite.Resource, resource.NoDoc),
			tx.InsertLink(blog.Resource, resource.ServingSubdomain, cdn, association))
	})
	return s
}

// served stores the distribution "cdn" with its origin.
func (s *site) served(tx *store.Tx) (*resource.Resource, error) {
	archive, err := tx.Resource(root, region, "archive")
	if err != nil {
		return nil, err
	}
	d := distribution.New(atHome(94, "cdn", resource.Distribution), "small_1_0")
	err = firstOf(d.SetOrigin(&types.InputOrigin{}, archive, "archive.s3.amazonaws.com"), d.Apply(distribution.Wish{
		DefaultBehavior: &types.CacheBehavior{Behavior: types.BehaviorEnumCacheSetting},
	}))
	d.Enter(distribution.Lifecycle.Plan(distribution.Change, now, now.Add))
	r := s.pack(d)
	return r, firstOf(err, tx.InsertResource(r), tx.InsertLink(r, resource.OriginBucket, archive, resource.NoDoc))
}

// TestImport_subdomains moves a subdomain with its links, and what an account has of names without one.
func TestImport_subdomains(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances().fillAccess().fillSubdomains(), newSite(t, newDSN(t))
	file, exported := from.export(export.Options{Passphrase: passphrase})
	imported, err := to.load(export.ImportOptions{Passphrase: passphrase}, file)
	if err != nil || exported.Links != 5 || imported.Links != 5 {
		t.Fatalf("exported %+v, imported %+v, %v, want 5 links", exported, imported, err)
	}
	if diff := cmp.Diff(from.contents(), to.contents()); diff != "" {
		t.Errorf("contents (-from +to):\n%s", diff)
	}
}

// TestImport_subdomainOfAnotherAccount imports an account whose top-level subdomain another account of the store has.
func TestImport_subdomainOfAnotherAccount(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances().fillAccess().fillSubdomains(), newSite(t, newDSN(t))
	good, _ := from.export(export.Options{})
	theirs, _ := newSite(t, newDSN(t)).fill().export(export.Options{Account: other})
	if _, err := to.load(export.ImportOptions{}, theirs); err != nil {
		t.Fatal(err)
	}
	to.update(func(tx *store.Tx) error {
		r := atHome(95, subdomain.Address("spare"), resource.SubdomainClaim)
		r.Account = other
		return tx.InsertResource(to.pack(subdomain.NewClaim(r, subdomain.ClaimPriv{})))
	})
	_, err := to.load(export.ImportOptions{Account: root}, good)
	wantRefused(t, "a claim that another account has", err, "SubdomainClaim spare.amazonlightsail.com: the store has a resource of that name, "+
		"which is unique over all accounts and regions: delete one of them, or import into another store")
}

// TestImport_subdomainNameThatIsFreeAgain imports a reservation that has ended since the export: another account has the name.
func TestImport_subdomainNameThatIsFreeAgain(t *testing.T) {
	good, _ := newSite(t, newDSN(t)).fill().fillInstances().fillAccess().fillSubdomains().export(export.Options{})
	theirs, _ := newSite(t, newDSN(t)).fill().export(export.Options{Account: other})
	to := newSite(t, newDSN(t))
	if _, err := to.load(export.ImportOptions{}, theirs); err != nil {
		t.Fatal(err)
	}
	address, later := subdomain.Address("spare"), now.Add(subdomain.ReservedFor)
	claim := func(account string, n int) *resource.Resource {
		r := atHome(n, address, resource.SubdomainClaim)
		r.Account = account
		return to.pack(subdomain.NewClaim(r, subdomain.ClaimPriv{}))
	}
	to.update(func(tx *store.Tx) error { return tx.InsertResource(claim(other, 95)) })
	if _, err := to.load(export.ImportOptions{Account: root, Now: later}, good); err != nil {
		t.Fatal(err)
	}
	to.update(func(tx *store.Tx) error {
		tx.SetNow(later)
		if err := tx.InsertResource(claim(root, 96)); !errors.Is(err, store.ErrNameTaken) {
			t.Errorf("a second claim on %s: %v, want %v", address, err, store.ErrNameTaken)
		}
		_, err := tx.ResourceIn(other, resource.SubdomainClaim.OnlyIn(), resource.SubdomainClaim.Space(), address)
		return err
	})
}

// TestImport_invalidSubdomains changes one thing about a subdomain, a claim or a link. The API would not have made any of them.
func TestImport_invalidSubdomains(t *testing.T) {
	good, _ := newSite(t, sqliteDSN(t)).fill().fillInstances().fillAccess().fillSubdomains().export(export.Options{})
	to := newSite(t, newDSN(t))
	blog, spare := lineOf(t, good, resource.Subdomain, "blog.mysite"), lineOf(t, good, resource.SubdomainClaim, "spare.amazonlightsail.com")
	former := lineOf(t, good, resource.SubdomainClaim, "former.amazonlightsail.com")
	claimed, serves := linkLine(t, good, resource.ClaimedSubdomain), linkLine(t, good, resource.ServingSubdomain)
	for title, tc := range map[string]struct{ line, old, with, want string }{
		"a state":                     {blog, `"doc":\{`, `"doc":{"state":"ATTACHED",`, "state is not what Lanyard writes"},
		"an unknown state":            {blog, `"UNATTACHED"`, `"IMPLICIT"`, `unknown state "IMPLICIT"`},
		"never associated":            {blog, `"served":true`, `"served":false`, "the plan ends in an association that did not begin"},
		"another plan than the link":  {blog, `"ATTACHED"`, `"UNATTACHED"`, "the plan of the subdomain does not end in the state ATTACHED"},
		"a member of another program": {blog, `"priv":\{`, `"priv":{"owner":"me",`, "owner is not what Lanyard writes"},
		"another region":              {blog, `"region":"[^"]*"`, `"region":"eu-west-1"`, "Subdomain"},
		"a claim that nothing uses":   {spare, `,"goneAt":"[^"]*"`, ``, "it has no link of the role claimedSubdomain, and cannot be without"},
		"a claim that ends early":     {former, `"until":"2019-11`, `"until":"2019-10`, "goneAt is not when the claim ends"},
		"a name of another claim":     {former, `"name":"blog.former"`, `"name":"blog.spare"`, "a name is held that is not in the claim, or without end"},
		"a reserved name":             {spare, `spare`, `www`, `the name "www" is not one that a subdomain can have`},
		"a claim that ends":           {claimed, `"to":"[^"]*"`, `"to":"00000000-0000-4000-8000-000000000092"`, "one of the two is being deleted"},
		"another claim":               {blog, `blog\.mysite`, `blog.yoursite`, "the claim is not one on the subdomain, or the link says more"},
		"another time":                {serves, `"attached":"2`, `"attached":"1`, "it is complete at"},
		"a link to a bucket":          {serves, `"to":"[^"]*"`, `"to":"00000000-0000-4000-8000-000000000070"`, "it is not from a Subdomain to a Distribution of one region"},
	} {
		t.Run(title, func(t *testing.T) {
			wantLineRefused(t, to, good, tc.line, replaceRegexp(tc.line, tc.old, tc.with), tc.want)
		})
	}
}

// TestImport_subdomainWithoutItsLinks leaves out the link to the claim, or the association.
func TestImport_subdomainWithoutItsLinks(t *testing.T) {
	good, _ := newSite(t, sqliteDSN(t)).fill().fillInstances().fillAccess().fillSubdomains().export(export.Options{})
	for _, role := range []resource.Role{resource.ClaimedSubdomain, resource.ServingSubdomain} {
		_, err := newSite(t, newDSN(t)).try(replace(replace(good, linkLine(t, good, role), ""), `"links":5`, `"links":4`))
		if want := "it has no link of the role " + string(role) + ", and cannot be without"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error: %v, want …%s", err, want)
		}
	}
}

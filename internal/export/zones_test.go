package export_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/kind/contactmethod"
	"github.com/lanyard-cloud/lanyard/internal/kind/domain"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// fillZones adds a zone with entries, both contact methods, and key pairs of their names.
func (s *site) fillZones() *site {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		return firstOf(
			tx.InsertResource(s.zone(30)), tx.InsertResource(s.contactMethod(31, "Email", "ops@example.com")),
			tx.InsertResource(s.contactMethod(32, "SMS", "+15555550100")),
			tx.InsertResource(s.keyPair(33, root, region, "Email")), tx.InsertResource(s.keyPair(34, root, region, "SMS")))
	})
	return s
}

// pack writes the documents of a new record into its row.
func (s *site) pack(r resource.Opened) *resource.Resource {
	s.t.Helper()
	r.Fill(r.SupportSuffix())
	if err := r.Pack(); err != nil {
		s.t.Fatal(err)
	}
	return r.Row()
}

func everywhere(n int, name string, kind resource.Kind) *resource.Resource {
	r := newResource(n, root, name, kind)
	r.Zone = "all"
	return r
}

func (s *site) zone(n int) *resource.Resource {
	d, err := domain.New(everywhere(n, "example.com", resource.Domain))
	for _, e := range []types.DomainEntry{
		{Name: new("www.example.com"), Type: new("A"), Target: new("192.0.2.1")},
		{Name: new("lb.example.com"), Type: new("A"), Target: new("lb.example.net"), IsAlias: new(true)},
		{Name: new("_acme-challenge.example.com."), Type: new("TXT"), Target: new(`"<&> \"token\""`)},
	} {
		if err == nil {
			err = d.Change(func(z *domain.Zone) error { return z.Add(&e) })
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return s.pack(d)
}

func (s *site) contactMethod(n int, protocol, endpoint string) *resource.Resource {
	m := contactmethod.New(everywhere(n, protocol, resource.ContactMethod))
	m.Doc.ContactEndpoint = &endpoint
	m.Verify(now)
	return s.pack(m)
}

// TestImport_zonesAndContactMethods brings what an export says back, names of two namespaces included.
func TestImport_zonesAndContactMethods(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillZones(), newSite(t, newDSN(t))
	file, _ := from.export(export.Options{Passphrase: passphrase})
	if _, err := to.load(export.ImportOptions{Passphrase: passphrase}, file); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(from.contents(), to.contents()); diff != "" {
		t.Errorf("the second store (-from +to):\n%s", diff)
	}
}

// TestImport_invalidZonesAndContactMethods changes one thing in the documents of one resource.
func TestImport_invalidZonesAndContactMethods(t *testing.T) {
	good, _ := newSite(t, newDSN(t)).fill().fillZones().export(export.Options{})
	to := newSite(t, newDSN(t))
	if _, err := to.try(good); err != nil {
		t.Fatal(err)
	}
	many := strings.Builder{}
	for n := range domain.MaxEntries {
		fmt.Fprintf(&many, `{"name":"n%d.example.com","type":"A","target":"192.0.2.1","isAlias":false},`, n)
	}
	const entries, method = `"domainEntries":\[`, "ContactMethod"
	for _, tc := range []struct{ title, kind, name, old, with, want string }{
		{"a location that is not global", "Domain", "example.com", `"regionName":"global"`, `"regionName":"us-east-1"`, "location is not the resource's"},
		{"no entries", "Domain", "example.com", entries + `.*\]`, `"domainEntries":[]`, "name servers and a start of authority"},
		{"no start of authority", "Domain", "example.com", `,\{[^{}]*"type":"SOA"\}`, "", "name servers and a start of authority"},
		{"entries out of order", "Domain", "example.com", entries + `(\{[^{}]*\}),(.*)\],"location`, `"domainEntries":[$2,$1],"location`, "domainEntries"},
		{"an entry twice", "Domain", "example.com", entries + `(\{[^{}]*\})`, `"domainEntries":[$1,$1`, "the entry 1 is not valid"},
		{"another id", "Domain", "example.com", `"id":"-?[0-9]+"`, `"id":"1"`, "is not what Lanyard writes"},
		{"a name in capitals", "Domain", "example.com", `"www\.example`, `"WWW.example`, "is not what Lanyard writes"},
		{"an entry of another zone", "Domain", "example.com", `"www\.example\.com`, `"www.example.org`, "the entry 7 is not valid"},
		{"too many entries", "Domain", "example.com", entries, `"domainEntries":[` + many.String(), "is not valid"},
		{"an unknown member", "Domain", "example.com", `"priv":\{\}`, `"priv":{"a":1}`, "a is not what Lanyard writes"},
		{"an invalid address", method, "Email", `"ops@example.com"`, `"ops"`, "contactEndpoint is not one of the protocol"},
		{"no address", method, "Email", `"contactEndpoint":"[^"]*",`, ``, "contactEndpoint is not one of the protocol"},
		{"another protocol", method, "Email", `"protocol":"Email"`, `"protocol":"SMS"`, "protocol is not the resource's name"},
		{"a stored state", method, "Email", `"protocol":"Email"`, `"protocol":"Email","status":"Valid"`, "status is in the private document"},
		{"a verification before the first", method, "Email", `"verification":1`, `"verification":-1`, "verification is not a number from 0"},
		{"more verifications than there can be", method, "Email", `"verification":1`, `"verification":9007199254740993`, "verification is not a number from 0"},
		{"a number to verify", method, "SMS", `"state":"Valid"`, `"state":"PendingVerification"`, `unknown state "PendingVerification"`},
		{"no plan", method, "SMS", `"plan":\[.*\]`, `"plan":[]`, "the plan does not have from 1 to 64 steps"},
	} {
		t.Run(tc.kind+"/"+tc.title, func(t *testing.T) {
			_, err := to.try(change(t, good, tc.kind, tc.name, tc.old, tc.with))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error: %v\nwant: …%s", err, tc.want)
			}
		})
	}
}

// TestImport_zonesOfOneRegion moves a zone to a region that does not serve zones.
func TestImport_zonesOfOneRegion(t *testing.T) {
	good, _ := newSite(t, newDSN(t)).fill().fillZones().export(export.Options{})
	moved := replaceRegexp(good, `"region":"[^"]*","name":"example.com"`, `"region":"us-west-2","name":"example.com"`)
	_, err := newSite(t, newDSN(t)).try(moved)
	if want := "a Domain is in the region us-east-1 only"; moved == good || err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error: %v\nwant: …%s", err, want)
	}
}

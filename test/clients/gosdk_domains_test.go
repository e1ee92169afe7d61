//go:build clients

package clients

import (
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
)

// wantDomainRecord checks the record of an operation on a domain: it is in no region.
func (u *user) wantDomainRecord(got types.Operation, action, name string) {
	u.t.Helper()
	global := *u
	global.region = "global"
	global.wantRecord(got, record{action: action, kind: types.ResourceTypeDomain, name: name}, true)
}

// testDomains goes through the life of a zone as providers do: they compare what they wrote
// with what they read.
func testDomains(t *testing.T, c *lightsail.Client) {
	u, zone := newUser(t, c), new("example.com")
	created := do(u, u.CreateDomain, &lightsail.CreateDomainInput{DomainName: zone, Tags: []types.Tag{tag("team", "web")}})
	u.wantDomainRecord(*created.Operation, "CreateDomain", *zone)
	for text, form := range map[*string]string{
		u.domain(*zone).Arn:         `^arn:aws:lightsail:global:\d{12}:Domain/[0-9a-f-]{36}$`,
		u.domain(*zone).SupportCode: `^\d{12}//hostedzone/Z[A-Z0-9]{13,20}$`,
	} {
		if !regexp.MustCompile(form).MatchString(*text) {
			t.Errorf("got %s, want %s", *text, form)
		}
	}
	refused(u, u.CreateDomain, &lightsail.CreateDomainInput{DomainName: zone}, invalid("NameExists", "Some names are already in use: example.com"))

	www := &types.DomainEntry{Name: new("www.example.com"), Type: new("CNAME"), Target: new("host.example.net"), IsAlias: new(false)}
	added := do(u, u.CreateDomainEntry, &lightsail.CreateDomainEntryInput{DomainName: zone, DomainEntry: www})
	u.wantDomainRecord(*added.Operation, "CreateDomainEntry", *zone)
	u.wantEntries(*zone, "www.example.com CNAME host.example.net")
	www.Target = new("other.example.net")
	updated := do(u, u.UpdateDomainEntry, &lightsail.UpdateDomainEntryInput{DomainName: zone, DomainEntry: www})
	u.wantDomainRecord(updated.Operations[0], "UpdateDomainEntry", *zone)
	u.wantEntries(*zone, "www.example.com CNAME other.example.net")
	removed := do(u, u.DeleteDomainEntry, &lightsail.DeleteDomainEntryInput{DomainName: zone, DomainEntry: www})
	u.wantDomainRecord(*removed.Operation, "DeleteDomainEntry", *zone)
	u.wantEntries(*zone)
	refused(u, u.DeleteDomainEntry, &lightsail.DeleteDomainEntryInput{DomainName: zone, DomainEntry: www},
		missing("The DomainEntry does not exist: www.example.com"))

	if list := do(u, u.GetDomains, &lightsail.GetDomainsInput{}).Domains; len(list) != 1 || *list[0].Name != *zone {
		t.Errorf("GetDomains returned %d domains, want %s alone", len(list), *zone)
	}
	deleted := do(u, u.DeleteDomain, &lightsail.DeleteDomainInput{DomainName: zone})
	u.wantDomainRecord(*deleted.Operation, "DeleteDomain", *zone)
	refused(u, u.GetDomain, &lightsail.GetDomainInput{DomainName: zone}, missing("The Domain does not exist: example.com"))
}

func (u *user) domain(name string) *types.Domain {
	u.t.Helper()
	return do(u, u.GetDomain, &lightsail.GetDomainInput{DomainName: &name}).Domain
}

// wantEntries checks the entries that were added to a zone.
func (u *user) wantEntries(zone string, want ...string) {
	u.t.Helper()
	var got []string
	for _, e := range u.domain(zone).DomainEntries {
		if *e.Type != "NS" && *e.Type != "SOA" {
			got = append(got, *e.Name+" "+*e.Type+" "+*e.Target)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		u.t.Errorf("entries of %s: -want +got\n%s", zone, diff)
	}
}

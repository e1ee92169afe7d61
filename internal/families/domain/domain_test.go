package domain_test

import (
	"errors"
	"fmt"
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// TestMain fails if a goroutine is left after all tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func create(l *familytest.Lab, name string, tags ...types.Tag) types.Operation {
	l.T.Helper()
	return *familytest.Do(l.T, l.CreateDomain, &lightsail.CreateDomainInput{DomainName: &name, Tags: tags}).Operation
}

func get(l *familytest.Lab, name string) *types.Domain {
	l.T.Helper()
	return familytest.Do(l.T, l.GetDomain, &lightsail.GetDomainInput{DomainName: &name}).Domain
}

func entry(name, kind, target string) *types.DomainEntry {
	return &types.DomainEntry{Name: &name, Type: &kind, Target: &target}
}

func add(l *familytest.Lab, zone string, e *types.DomainEntry) types.Operation {
	l.T.Helper()
	return *familytest.Do(l.T, l.CreateDomainEntry, &lightsail.CreateDomainEntryInput{DomainName: &zone, DomainEntry: e}).Operation
}

// entries lists a zone's entries but for those that each zone has.
func entries(l *familytest.Lab, zone string) []string {
	l.T.Helper()
	list := []string{}
	for _, e := range get(l, zone).DomainEntries {
		if *e.Type != "NS" && *e.Type != "SOA" {
			list = append(list, fmt.Sprintf("%s %s %s %t", *e.Name, *e.Type, *e.Target, *e.IsAlias))
		}
	}
	return list
}

func TestCreateDomain_makesWhatGetDomainShows(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	op := create(l, "Example.COM.", familytest.Tag("team", "web"), types.Tag{Key: new("only-a-key")})
	l.WantOperations([]types.Operation{op}, "CreateDomain Domain example.com - Succeeded")
	got := get(l, "example.com")
	want := &types.Domain{
		CreatedAt: new(familytest.Start), Location: &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: "global"},
		Name: new("example.com"), ResourceType: types.ResourceTypeDomain,
		Tags: []types.Tag{familytest.Tag("team", "web"), {Key: new("only-a-key")}},
	}
	differs := cmpopts.IgnoreFields(types.Domain{}, "Arn", "SupportCode", "DomainEntries")
	if diff := cmp.Diff(want, got, differs, familytest.Plain); diff != "" {
		t.Errorf("GetDomain (-want +got):\n%s", diff)
	}
	for what, pattern := range map[string]string{
		*got.Arn:         `^arn:aws:lightsail:global:` + l.Server.AccountID + `:Domain/[0-9a-f-]{36}$`,
		*got.SupportCode: `^[0-9]{12}//hostedzone/Z[A-Z0-9]{13,20}$`,
	} {
		if !regexp.MustCompile(pattern).MatchString(what) {
			t.Errorf("got %s, want %s", what, pattern)
		}
	}
	if got.RegisteredDomainDelegationInfo != nil {
		t.Errorf("the delegation info is %+v, want none", got.RegisteredDomainDelegationInfo)
	}
	kinds := map[string]int{}
	for _, e := range got.DomainEntries {
		kinds[*e.Type]++
		if *e.Name != "example.com" || *e.IsAlias || *e.Id == "" {
			t.Errorf("entry %+v", e)
		}
	}
	if diff := cmp.Diff(map[string]int{"NS": 4, "SOA": 1}, kinds); diff != "" {
		t.Errorf("entries of a new zone (-want +got):\n%s", diff)
	}
	l.Server.Restart(t)
	if diff := cmp.Diff(got, get(l, "EXAMPLE.com."), familytest.Plain); diff != "" {
		t.Errorf("after a restart, by another spelling (-before +after):\n%s", diff)
	}
}

func TestCreateDomain_refusals(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	create(l, "example.com")
	for name, want := range map[string]string{
		"example.com": "Some names are already in use: example.com", "EXAMPLE.com.": "Some names are already in use: example.com",
		"deploy": "Some names are already in use: deploy",
	} {
		_, err := l.CreateDomain(t.Context(), &lightsail.CreateDomainInput{DomainName: &name})
		familytest.WantInvalid(t, err, "NameExists", want)
	}
	for _, name := range []string{"", ".", "a b.com", "a..com", "-", "-a.com", "com", "*.com", "a_b.com", "ä.com", "\u212aelvin.com", "\u0130o.com"} {
		_, err := l.CreateDomain(t.Context(), &lightsail.CreateDomainInput{DomainName: &name})
		if _, ok := errors.AsType[*types.InvalidInputException](err); !ok {
			t.Errorf("the domain name %q: error %v, want InvalidInputException", name, err)
		}
	}
	for n := range 5 {
		create(l, fmt.Sprintf("n%d.example.com", n))
	}
	_, err := l.CreateDomain(t.Context(), &lightsail.CreateDomainInput{DomainName: new("one-more.example.com")})
	var e *types.InvalidInputException
	if !errors.As(err, &e) || *e.Code != "LimitExceeded" {
		t.Errorf("the seventh domain: error %v, want InvalidInputException LimitExceeded", err)
	}
}

// TestDomains_areInOneRegion has the text that AWS gives elsewhere, before existence.
func TestDomains_areInOneRegion(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	create(l, "example.com")
	there := l.Server.Client("eu-central-1")
	const text = "Domain-related APIs are only available in the us-east-1 Region. " +
		"Please set your Region configuration to us-east-1 to create, view, or edit domain resources."
	_, err := there.GetDomains(t.Context(), &lightsail.GetDomainsInput{})
	familytest.WantInvalid(t, err, "UnsupportedOperation", text)
	_, err = there.CreateDomain(t.Context(), &lightsail.CreateDomainInput{DomainName: new("example.org")})
	familytest.WantInvalid(t, err, "UnsupportedOperation", text)
	_, err = there.DeleteDomainEntry(t.Context(), &lightsail.DeleteDomainEntryInput{DomainName: new("none"), DomainEntry: entry("none", "A", "192.0.2.1")})
	familytest.WantInvalid(t, err, "UnsupportedOperation", text)
}

func TestDomainEntries_throughALife(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	create(l, "example.com")
	op := add(l, "Example.com.", entry("WWW.example.com.", "A", "192.0.2.1"))
	l.WantOperations([]types.Operation{op}, "CreateDomainEntry Domain example.com - Succeeded")
	add(l, "example.com", entry("alias.example.com", "CNAME", "www.example.net."))
	alias := entry("lb.example.com", "AAAA", "abc.elb.amazonaws.com")
	alias.IsAlias = new(true)
	add(l, "example.com", alias)
	add(l, "example.com", entry("_acme-challenge.example.com", "TXT", `"token one"`))
	want := []string{
		`_acme-challenge.example.com TXT "token one" false`, "alias.example.com CNAME www.example.net false",
		"lb.example.com AAAA abc.elb.amazonaws.com true", "www.example.com A 192.0.2.1 false",
	}
	if diff := cmp.Diff(want, entries(l, "example.com")); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	updated := familytest.Do(t, l.UpdateDomainEntry, &lightsail.UpdateDomainEntryInput{
		DomainName: new("example.com"), DomainEntry: entry("www.example.com", "A", "192.0.2.7"),
	}).Operations
	l.WantOperations(updated, "UpdateDomainEntry Domain example.com - Succeeded")
	for _, e := range []*types.DomainEntry{alias, entry("alias.example.com", "CNAME", "www.example.net."), entry("_acme-challenge.example.com", "TXT", `"token one"`)} {
		op := familytest.Do(t, l.DeleteDomainEntry, &lightsail.DeleteDomainEntryInput{DomainName: new("example.com"), DomainEntry: e}).Operation
		l.WantOperations([]types.Operation{*op}, "DeleteDomainEntry Domain example.com - Succeeded")
	}
	if diff := cmp.Diff([]string{"www.example.com A 192.0.2.7 false"}, entries(l, "example.com")); diff != "" {
		t.Errorf("entries that are left (-want +got):\n%s", diff)
	}
	deleted := familytest.Do(t, l.DeleteDomain, &lightsail.DeleteDomainInput{DomainName: new("example.com")}).Operation
	l.WantOperations([]types.Operation{*deleted}, "DeleteDomain Domain example.com - Succeeded")
	_, err := l.GetDomain(t.Context(), &lightsail.GetDomainInput{DomainName: new("example.com")})
	familytest.WantNotFound(t, err, "The Domain does not exist: example.com")
}

func TestDomainEntries_refusals(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	create(l, "example.com")
	add(l, "example.com", entry("www.example.com", "A", "192.0.2.1"))
	for _, e := range []*types.DomainEntry{
		entry("www", "A", "192.0.2.1"), entry("www.example.com", "A", "192.0.2.1"), entry("www.example.com", "CNAME", "a.example.com"),
		entry("a.example.com", "CAA", "x"),
		{},
		entry("a.example.com", "AAAA", "192.0.2.1"), entry("\u212a.example.com", "A", "192.0.2.1"),
	} {
		_, err := l.CreateDomainEntry(t.Context(), &lightsail.CreateDomainEntryInput{DomainName: new("example.com"), DomainEntry: e})
		if _, ok := errors.AsType[*types.InvalidInputException](err); !ok {
			t.Errorf("CreateDomainEntry of %+v: error %v, want InvalidInputException", e, err)
		}
	}
	_, err := l.DeleteDomainEntry(t.Context(), &lightsail.DeleteDomainEntryInput{DomainName: new("example.com"), DomainEntry: entry("www.example.com", "A", "192.0.2.9")})
	familytest.WantNotFound(t, err, "The DomainEntry does not exist: www.example.com")
	_, err = l.UpdateDomainEntry(t.Context(), &lightsail.UpdateDomainEntryInput{DomainName: new("example.com"), DomainEntry: entry("none.example.com", "A", "192.0.2.9")})
	familytest.WantNotFound(t, err, "The DomainEntry does not exist: none.example.com")
	soa := get(l, "example.com").DomainEntries[4]
	_, err = l.DeleteDomainEntry(t.Context(), &lightsail.DeleteDomainEntryInput{DomainName: new("example.com"), DomainEntry: &soa})
	familytest.WantInvalid(t, err, "InvalidParams", "The SOA entry of the domain example.com cannot be deleted.")
	if diff := cmp.Diff([]string{"www.example.com A 192.0.2.1 false"}, entries(l, "example.com")); diff != "" {
		t.Errorf("entries after refused calls (-want +got):\n%s", diff)
	}
}

func TestGetDomains_pages(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{PageSize: 2})
	want := []string{"a.example.com", "b.example.com", "c.example.com"}
	for _, name := range want {
		create(l, name)
	}
	var got []string
	in := &lightsail.GetDomainsInput{}
	for {
		page := familytest.Do(t, l.GetDomains, in)
		for _, d := range page.Domains {
			got = append(got, *d.Name)
			if len(d.DomainEntries) != 5 {
				t.Errorf("%s is listed with %d entries, want 5", *d.Name, len(d.DomainEntries))
			}
		}
		if in.PageToken = page.NextPageToken; in.PageToken == nil {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("domains (-want +got):\n%s", diff)
	}
}

func TestTagResource_acceptsADomain(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	create(l, "example.com")
	familytest.Do(t, l.TagResource, &lightsail.TagResourceInput{ResourceName: new("example.com"), Tags: []types.Tag{familytest.Tag("a", "b")}})
	if got := get(l, "example.com").Tags; len(got) != 1 || *got[0].Key != "a" {
		t.Errorf("tags are %v, want a=b", got)
	}
}

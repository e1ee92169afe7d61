package domain

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
)

const zoneID = "5b1cc0de-0000-4000-8000-000000000001"

func zoneOf(t testing.TB) *Zone {
	t.Helper()
	z, err := newZone("example.com", zoneID)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// entry reads "name type target", an alias with a final "alias".
func entry(text string) *types.DomainEntry {
	text, alias := strings.CutSuffix(text, " alias")
	f := strings.SplitN(text, " ", 3)
	return &types.DomainEntry{Name: &f[0], Type: &f[1], Target: &f[2], IsAlias: &alias}
}

// added lists the entries of a zone that are not its own.
func added(z *Zone) []string {
	list := []string{}
	for _, e := range z.entries {
		if *e.Name == z.name && (*e.Type == "NS" || *e.Type == "SOA") {
			continue
		}
		line := *e.Name + " " + *e.Type + " " + *e.Target
		if *e.IsAlias {
			line += " alias"
		}
		list = append(list, line)
	}
	return list
}

func TestNewZone_hasNameServersAndAuthority(t *testing.T) {
	z := zoneOf(t)
	want := []string{
		`^NS ns-(\d|[1-9]\d|[1-4]\d\d|50\d|51[01])\.awsdns-[0-6]\d\.com$`, `^NS ns-[5-9]\d\d|1\d{3}\.awsdns-[0-6]\d\.net$`,
		`^NS ns-1\d{3}\.awsdns-[0-6]\d\.org$`, `^NS ns-[12]\d{3}\.awsdns-[0-6]\d\.co\.uk$`,
		`^SOA ns-[12]\d{3}\.awsdns-[0-6]\d\.co\.uk\. awsdns-hostmaster\.amazon\.com\. 1 7200 900 1209600 86400$`,
	}
	if len(z.entries) != len(want) {
		t.Fatalf("a new zone has %d entries, want %d", len(z.entries), len(want))
	}
	for k, e := range z.entries {
		if got := *e.Type + " " + *e.Target; !regexp.MustCompile(want[k]).MatchString(got) || *e.Name != "example.com" || *e.IsAlias {
			t.Errorf("entry %d is %s of %s, want %s", k, got, *e.Name, want[k])
		}
		if !regexp.MustCompile(`^-?\d{1,10}$`).MatchString(*e.Id) {
			t.Errorf("entry %d has the id %s, want a signed 32-bit number", k, *e.Id)
		}
	}
	again := zoneOf(t)
	if diff := cmp.Diff(*z.entries[0].Target, *again.entries[0].Target); diff != "" {
		t.Errorf("name servers of one id (-once +again):\n%s", diff)
	}
}

// TestAdd_keepsRoute53sOrder has the order of AWS's lists: by labels from the last one on,
// then by type; targets of one name and type in the order of their creation.
func TestAdd_keepsRoute53sOrder(t *testing.T) {
	z := zoneOf(t)
	for _, e := range []string{
		"www.example.com A 192.0.2.2", "example.com TXT \"v=spf1 -all\"", "b.a.example.com A 192.0.2.1", "WWW.Example.com. A 192.0.2.1",
		"example.com A 192.0.2.9", "a.example.com CNAME Host.Example.net.", "*.example.com AAAA 2001:db8::1", "a-b.example.com A 192.0.2.1",
		"_acme-challenge.example.com TXT \"two\"", "_acme-challenge.example.com TXT \"one\"", "example.com MX 10 mail.example.com",
		"_sip._tcp.example.com SRV 1 2 5060 sip.example.com", "lb.example.com A abc.elb.amazonaws.com alias",
	} {
		if err := z.Add(entry(e)); err != nil {
			t.Errorf("%s: %v", e, err)
		}
	}
	want := []string{
		"example.com A 192.0.2.9", "example.com MX 10 mail.example.com", "example.com TXT \"v=spf1 -all\"", "*.example.com AAAA 2001:db8::1",
		"_acme-challenge.example.com TXT \"two\"", "_acme-challenge.example.com TXT \"one\"", "_sip._tcp.example.com SRV 1 2 5060 sip.example.com",
		"a.example.com CNAME Host.Example.net", "b.a.example.com A 192.0.2.1", "a-b.example.com A 192.0.2.1",
		"lb.example.com A abc.elb.amazonaws.com alias", "www.example.com A 192.0.2.2", "www.example.com A 192.0.2.1",
	}
	got := added(z)
	sorted := slices.Clone(got)
	if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(sorted))); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestAdd_returnsAnErrorForInvalidEntries(t *testing.T) {
	long := strings.Repeat("a", 64)
	for _, e := range []string{
		"example.org A 192.0.2.1", "notexample.com A 192.0.2.1", "a..example.com A 192.0.2.1", long + ".example.com A 192.0.2.1",
		"a b.example.com A 192.0.2.1", ".example.com A 192.0.2.1", strings.Repeat("a.", 130) + "example.com A 192.0.2.1", "ä.example.com A 192.0.2.1",
		"a.example.com A 192.0.2.256", "a.example.com A 2001:db8::1", "a.example.com A 1", "a.example.com AAAA 192.0.2.1", "a.example.com AAAA fe80::1%eth0",
		"a.example.com CNAME ", "a.example.com CNAME a b", "example.com CNAME a.example.net", "a.example.com MX mail.example.com", "a.example.com MX 65536 mail.example.com",
		"a.example.com MX 10", "a.example.com MX 00000000010 mail.example.com", "a.example.com SRV 1 2 sip.example.com", "a.example.com TXT plain", "a.example.com TXT \"a\"b\"", "a.example.com TXT \"" + strings.Repeat("a", 256) + "\"",
		"a.example.com TXT \"a\nb\"", "a.example.com TXT \"\x7f\"", "a.example.com TXT \"ä\"", "a.example.com TXT \"\\9\"", "a.example.com TXT \"\\400\"",
		"a.example.com CAA 0 issue \"x\"", "a.example.com a 192.0.2.1", "a.example.com  192.0.2.1", "a.example.com MX 10 mail.example.com alias",
		"example.com SOA ns.example.com. host.example.com. 1 2 3 4 5", "a.example.com SOA ns.example.com. host.example.com. 1 2 3 4 5", "example.com SOA x",
	} {
		z := zoneOf(t)
		if err := z.Add(entry(e)); !isRefused(err) || len(z.entries) != 5 {
			t.Errorf("%s: error %v, %d entries, want an Error and 5", e, err, len(z.entries))
		}
	}
	if err := zoneOf(t).Add(&types.DomainEntry{}); !isRefused(err) {
		t.Errorf("an empty entry: error %v, want an Error", err)
	}
}

func isRefused(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && !e.Missing && e.Message != ""
}

func TestAdd_returnsAnErrorForConflicts(t *testing.T) {
	for _, c := range [][2]string{
		{"a.example.com A 192.0.2.1", "A.example.com. A 192.0.2.1"},
		{"a.example.com CNAME b.example.com", "a.example.com CNAME B.example.com."},
		{"a.example.com CNAME b.example.com", "a.example.com CNAME c.example.com"},
		{"a.example.com CNAME b.example.com", "a.example.com A 192.0.2.1"},
		{"a.example.com TXT \"x\"", "a.example.com CNAME b.example.com"},
		{"a.example.com A lb.example.net alias", "a.example.com A 192.0.2.1"},
		{"a.example.com A 192.0.2.1", "a.example.com A lb.example.net alias"},
	} {
		z := zoneOf(t)
		if err := z.Add(entry(c[0])); err != nil {
			t.Fatal(err)
		}
		if err := z.Add(entry(c[1])); !isRefused(err) {
			t.Errorf("%s beside %s: error %v, want an Error", c[1], c[0], err)
		}
	}
	z := zoneOf(t)
	for _, e := range []string{"a.example.com A lb.example.net alias", "a.example.com AAAA lb.example.net alias", "example.com NS ns.example.org"} {
		if err := z.Add(entry(e)); err != nil {
			t.Errorf("%s: %v", e, err)
		}
	}
}

// TestAdd_knowsTextsByTheirCase adds two texts that differ in nothing else.
func TestAdd_knowsTextsByTheirCase(t *testing.T) {
	z := zoneOf(t)
	want := []string{`a.example.com TXT "key"`, `a.example.com TXT "KEY"`}
	for _, e := range want {
		if err := z.Add(entry(e)); err != nil {
			t.Errorf("%s: %v", e, err)
		}
	}
	var missing *Error
	if err := z.Remove(entry(`a.example.com TXT "Key"`)); !errors.As(err, &missing) || !missing.Missing {
		t.Errorf("a text that only differs in case: error %v, want a missing one", err)
	}
	if diff := cmp.Diff(want, added(z)); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	escaped := `a.example.com TXT "` + strings.Repeat(`\303\244`, 127) + `\""`
	if err := z.Add(entry(escaped)); err != nil {
		t.Errorf("255 escaped characters: %v", err)
	}
}

func TestRemove(t *testing.T) {
	z := zoneOf(t)
	for _, e := range []string{"a.example.com CNAME b.example.com", "t.example.com TXT \"1\"", "t.example.com TXT \"2\""} {
		if err := z.Add(entry(e)); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range []string{"A.example.com CNAME b.example.com.", "t.example.com TXT \"1\""} {
		if err := z.Remove(entry(e)); err != nil {
			t.Errorf("%s: %v", e, err)
		}
	}
	if diff := cmp.Diff([]string{"t.example.com TXT \"2\""}, added(z)); diff != "" {
		t.Errorf("entries that are left (-want +got):\n%s", diff)
	}
	var missing *Error
	if err := z.Remove(entry("t.example.com TXT \"1\"")); !errors.As(err, &missing) || !missing.Missing {
		t.Errorf("an entry that was removed: error %v, want a missing one", err)
	}
	for _, e := range z.entries[:5] {
		if err := z.Remove(&e); !isRefused(err) {
			t.Errorf("the zone's own %s: error %v, want an Error", *e.Type, err)
		}
	}
	id := z.entries[len(z.entries)-1].Id
	if err := z.Remove(&types.DomainEntry{Id: id}); err != nil || len(added(z)) != 0 {
		t.Errorf("by id: error %v, left %v", err, added(z))
	}
}

// TestRemove_oneOfTwoWithTheSameID: an id has 32 bits, so some entries share theirs.
func TestRemove_oneOfTwoWithTheSameID(t *testing.T) {
	z := zoneOf(t)
	first, second := sameID(t)
	for _, e := range []*types.DomainEntry{first, second} {
		if err := z.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	id := z.entries[slices.IndexFunc(z.entries, func(e types.DomainEntry) bool { return *e.Name == *second.Name })].Id
	second.Id = id
	if err := z.Remove(&types.DomainEntry{Id: id}); !isRefused(err) {
		t.Errorf("one of them, by the id alone: error %v, want an Error", err)
	}
	if err := z.Remove(second); err != nil {
		t.Errorf("one of them: %v", err)
	}
	if diff := cmp.Diff([]string{*first.Name + " A 192.0.2.1"}, added(z)); diff != "" {
		t.Errorf("entries that are left (-want +got):\n%s", diff)
	}
	if err := z.Remove(&types.DomainEntry{Id: id}); err != nil {
		t.Errorf("the other one, by its id alone: %v", err)
	}
}

// sameID returns two entries of the same id.
func sameID(t *testing.T) (first, second *types.DomainEntry) {
	t.Helper()
	names := map[string]string{}
	for n := range 1_000_000 {
		name := fmt.Sprintf("n%d.example.com", n)
		id := entryID(name, "A", "192.0.2.1")
		if other := names[id]; other != "" {
			return entry(other + " A 192.0.2.1"), entry(name + " A 192.0.2.1")
		}
		names[id] = name
	}
	t.Fatal("all ids differ")
	return nil, nil
}

func TestUpdate(t *testing.T) {
	z := zoneOf(t)
	for _, e := range []string{"a.example.com A 192.0.2.1", "t.example.com TXT \"1\"", "t.example.com TXT \"2\""} {
		if err := z.Add(entry(e)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Update(entry("a.example.com A 192.0.2.7")); err != nil {
		t.Errorf("the only one of its name and type: %v", err)
	}
	if err := z.Update(entry("t.example.com TXT \"3\"")); !isRefused(err) {
		t.Errorf("one of two: error %v, want an Error", err)
	}
	second := z.entries[slices.IndexFunc(z.entries, func(e types.DomainEntry) bool { return *e.Target == `"2"` })]
	second.Name, second.Target = new("u.example.com"), new(`"4"`)
	if err := z.Update(&second); err != nil {
		t.Errorf("by id: %v", err)
	}
	bad := entry("a.example.com A none")
	if err := z.Update(bad); !isRefused(err) {
		t.Errorf("to an invalid target: error %v, want an Error", err)
	}
	want := []string{"a.example.com A 192.0.2.7", "t.example.com TXT \"1\"", "u.example.com TXT \"4\""}
	if diff := cmp.Diff(want, added(z)); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	soa := z.entries[slices.IndexFunc(z.entries, func(e types.DomainEntry) bool { return *e.Type == "SOA" })]
	soa.Id, soa.Target = nil, new(aws.ToString(soa.Target)+"0")
	if err := z.Update(&soa); err != nil {
		t.Errorf("the start of authority: %v", err)
	}
	for _, own := range slices.Clone(z.entries[:5]) {
		for _, e := range []types.DomainEntry{
			{Id: own.Id, Name: own.Name, Type: new("A"), Target: new("192.0.2.1")},
			{Id: own.Id, Name: new("b.example.com"), Type: own.Type, Target: own.Target},
		} {
			if err := z.Update(&e); !isRefused(err) {
				t.Errorf("the zone's own %s to %s %s: error %v, want an Error", *own.Type, *e.Name, *e.Type, err)
			}
		}
	}
	var missing *Error
	if err := z.Update(entry("none.example.com A 192.0.2.1")); !errors.As(err, &missing) || !missing.Missing {
		t.Errorf("an unknown entry: error %v, want a missing one", err)
	}
}

func TestAdd_boundsTheZone(t *testing.T) {
	z := zoneOf(t)
	for n := range 400 {
		if err := z.Add(entry(fmt.Sprintf("a.example.com TXT \"%d\"", n))); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Add(entry("a.example.com TXT \"more\"")); !isRefused(err) {
		t.Errorf("one target too many: error %v, want an Error", err)
	}
	for len(z.entries) < MaxEntries {
		if err := z.Add(entry(fmt.Sprintf("n%d.example.com A 192.0.2.1", len(z.entries)))); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Add(entry("b.example.com A 192.0.2.1")); !isRefused(err) {
		t.Errorf("one entry too many: error %v, want an Error", err)
	}
}

// TestAdd_boundsTheTextsOfAZone fills a zone with targets as long as possible.
func TestAdd_boundsTheTextsOfAZone(t *testing.T) {
	z := zoneOf(t)
	target := strings.Repeat(`"`+strings.Repeat("x", 240)+`" `, 16)
	var err error
	for n := 0; err == nil && n < 1000; n++ {
		err = z.Add(entry(fmt.Sprintf(`n%d.example.com TXT %s"%d"`, n, target, n)))
	}
	if !isRefused(err) || len(z.entries) < 250 {
		t.Fatalf("error %v after %d entries, want an Error after at least 250", err, len(z.entries))
	}
	long := *z.entries[5].Target
	if err := z.Update(entry(*z.entries[5].Name + ` TXT "short"`)); err != nil {
		t.Errorf("an entry that becomes shorter: %v", err)
	}
	if err := z.Add(entry("m.example.com TXT " + long)); err != nil {
		t.Errorf("an entry in the place of another: %v", err)
	}
	if err := z.Remove(entry("m.example.com TXT " + long)); err != nil {
		t.Errorf("its removal: %v", err)
	}
	if err := z.Add(entry("m.example.com TXT " + long)); err != nil {
		t.Errorf("the same entry again: %v", err)
	}
}

package subdomain

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// TestLifecycle_isAsTheDocsHaveIt keeps the table of states in docs/networking.md.
func TestLifecycle_isAsTheDocsHaveIt(t *testing.T) {
	page, err := os.ReadFile("../../../docs/networking.md")
	if err != nil {
		t.Fatal(err)
	}
	events := map[string]string{
		Create: "CreateSubdomain", Fail: "CreateSubdomain of a name that fails", Serve: "CreateDistribution with `subdomainName`",
		Associate: "`ASSOCIATE`", Disassociate: "`DISASSOCIATE`, or DeleteDistribution", Transfer: "`TRANSFER`",
	}
	for _, event := range slices.Sorted(maps.Keys(Lifecycle)) {
		var states []string
		for _, phase := range Lifecycle[event] {
			text := "`" + phase.State + "`"
			if phase.Takes > 0 {
				text += fmt.Sprintf(" %.0f s", phase.Takes.Seconds())
			}
			states = append(states, text)
		}
		if row := "| " + events[event] + " | " + strings.Join(states, ", ") + " |\n"; !strings.Contains(string(page), row) {
			t.Errorf("docs/networking.md does not have the row\n%s", row)
		}
	}
}

func TestCheckName(t *testing.T) {
	for name, valid := range map[string]bool{
		"mysite": true, "blog.mysite": true, "1": false, "11": true, "a--b.c1": true, "": false, ".": false, "a.": false, "mysite.": false,
		"my_site": false, "blog.xn--mysite": false, "a.b.c": false, "mysité": false, "amazonlightsail.com": true, "my site": false, "mysite\n": false,
	} {
		if err := CheckName(name); (err == nil) != valid {
			t.Errorf("CheckName(%q) = %v, want valid %t", name, err, valid)
		}
	}
}

var now = time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)

// row is the row of a new resource.
func row(kind resource.Kind, name string) *resource.Resource {
	return &resource.Resource{
		ID: "0123abcd-4567-89ab-cdef-0123456789ab", Account: "111122223333", Region: "us-east-1", Name: name, Kind: kind, Zone: "all", CreatedAt: now,
	}
}

// stored is a subdomain that an action could have stored, after a change.
func stored(t *testing.T, name string, change func(*Subdomain)) *resource.Resource {
	t.Helper()
	s := New(row(resource.Subdomain, name))
	s.Enter(Lifecycle.Plan(Create, now, now.Add))
	s.Fill(s.SupportSuffix())
	change(s)
	if err := s.PackDoc(s.Doc); err != nil {
		t.Fatal(err)
	}
	return s.Resource
}

func serve(s *Subdomain) {
	s.Enter(Lifecycle.Plan(Serve, now, now.Add))
	s.Priv.Served = true
}

func TestCheck(t *testing.T) {
	distribution := row(resource.Distribution, "cdn").ARN()
	for what, tc := range map[string]struct {
		name   string
		change func(*Subdomain)
		want   string
	}{
		"as it was made":         {"mysite", func(*Subdomain) {}, ""},
		"nested":                 {"blog.mysite", func(*Subdomain) {}, ""},
		"failed":                 {"mysite", func(s *Subdomain) { s.Enter(Lifecycle.Plan(Fail, now, now.Add)) }, ""},
		"of a distribution":      {"mysite", serve, ""},
		"that leaves":            {"mysite", func(s *Subdomain) { s.Priv.Former = &Former{distribution, "cdn", now} }, ""},
		"that leaves a key pair": {"mysite", func(s *Subdomain) { s.Priv.Former = &Former{row(resource.KeyPair, "k").ARN(), "cdn", now} }, "doc: former.arn is not the ARN of a Distribution of the account"},
		"of three labels":        {"a.b.c", func(*Subdomain) {}, `the name "a.b.c" is not one that a subdomain can have`},
		"reserved":               {"www", func(*Subdomain) {}, `the name "www" is not one that a subdomain can have`},
		"implicit":               {"mysite", func(s *Subdomain) { s.Priv.Plan = resource.Plan{{At: now, State: "IMPLICIT"}} }, `priv: unknown state "IMPLICIT" in the plan`},
		"never served":           {"mysite", func(s *Subdomain) { serve(s); s.Priv.Served = false }, "priv: the plan ends in an association that did not begin"},
		"with a stored state":    {"mysite", func(s *Subdomain) { s.Doc.State = "UNATTACHED" }, "doc: state is not what Lanyard writes"},
		"with a stored address":  {"mysite", func(s *Subdomain) { s.Doc.Fqdn = new("mysite.example.com") }, "doc: fqdn is not what Lanyard writes"},
	} {
		_, err := check(stored(t, tc.name, tc.change))
		if got := fmt.Sprint(err); got != tc.want && (err != nil || tc.want != "") {
			t.Errorf("a subdomain %s: error %v, want %q", what, err, tc.want)
		}
	}
}

func TestCheckClaim(t *testing.T) {
	held := func(name string) []Held { return []Held{{name, now.Add(HeldFor)}} }
	for what, tc := range map[string]struct {
		name string
		priv ClaimPriv
		gone time.Time
		want string
	}{
		"in use":              {"mysite.amazonlightsail.com", ClaimPriv{}, time.Time{}, ""},
		"reserved":            {"mysite.amazonlightsail.com", ClaimPriv{Reserved: now}, now, ""},
		"held":                {"mysite.amazonlightsail.com", ClaimPriv{Reserved: now, Held: held("blog.mysite")}, now.Add(HeldFor), ""},
		"of one letter":       {"s.amazonlightsail.com", ClaimPriv{}, time.Time{}, ""},
		"without end":         {"mysite.amazonlightsail.com", ClaimPriv{Reserved: now.Add(HeldFor + 1)}, now.Add(HeldFor + 1), "goneAt is more than 30 days after the deletion"},
		"that ends too early": {"mysite.amazonlightsail.com", ClaimPriv{Held: held("mysite")}, now, "goneAt is not when the claim ends"},
		"held elsewhere":      {"mysite.amazonlightsail.com", ClaimPriv{Held: held("other")}, time.Time{}, "priv: a name is held that is not in the claim, or without end"},
		"of a nested one":     {"blog.mysite.amazonlightsail.com", ClaimPriv{}, time.Time{}, `the name "blog.mysite.amazonlightsail.com" is not a web address of a top-level subdomain`},
		"of another domain":   {"mysite.example", ClaimPriv{}, time.Time{}, `the name "mysite.example" is not a web address of a top-level subdomain`},
		"of a reserved one":   {"www.amazonlightsail.com", ClaimPriv{}, time.Time{}, `the name "www" is not one that a subdomain can have`},
	} {
		k := NewClaim(row(resource.SubdomainClaim, tc.name), tc.priv)
		k.Fill(k.SupportSuffix())
		if err := k.Pack(); err != nil {
			t.Fatal(err)
		}
		k.Resource.GoneAt = tc.gone
		claims, err := checkClaim(k.Resource)
		if used := len(claims.Links) == 1; err == nil && used != tc.gone.IsZero() {
			t.Errorf("a claim %s: it has to be used: %t", what, used)
		}
		if got := fmt.Sprint(err); got != tc.want && (err != nil || tc.want != "") {
			t.Errorf("a claim %s: error %v, want %q", what, err, tc.want)
		}
	}
}

// TestSubdomain_Rests has plans that change a subdomain without the link which that would make or end, as only a file can have them.
func TestSubdomain_Rests(t *testing.T) {
	const later = time.Hour
	linked := []resource.Link{{Role: resource.ServingSubdomain}}
	for what, tc := range map[string]struct {
		state string
		next  string
		links []resource.Link
		want  bool
	}{
		"unattached":                     {unattached, "", nil, true},
		"attached":                       {attached, "", linked, true},
		"attached, and later unattached": {attached, unattached, nil, false},
		"unattached, and later attached": {unattached, attached, linked, false},
	} {
		s := New(row(resource.Subdomain, "mysite"))
		s.Resource.Links, s.Priv.Plan = tc.links, resource.Plan{{At: now, State: tc.state}}
		if tc.next != "" {
			s.Priv.Plan = append(s.Priv.Plan, resource.Step{At: now.Add(later), State: tc.next})
		}
		if got := s.Rests(types.SubdomainState(tc.state), now); got != tc.want {
			t.Errorf("%s: rests %t, want %t", what, got, tc.want)
		}
	}
}

func TestCheckLink(t *testing.T) {
	served, unattached := stored(t, "blog.mysite", serve), stored(t, "blog.mysite", func(*Subdomain) {})
	cdn := row(resource.Distribution, "cdn")
	at := func(attaching, attached time.Time) string {
		doc, err := json.Marshal(resource.Association{Attaching: attaching, Attached: attached})
		if err != nil {
			t.Fatal(err)
		}
		return string(doc)
	}
	begin, end := now.Add(changeTakes+createTakes), now.Add(2*changeTakes+createTakes)
	for what, tc := range map[string]struct {
		role     resource.Role
		from, to *resource.Resource
		doc      string
		valid    bool
	}{
		"an association":                {resource.ServingSubdomain, served, cdn, at(begin, end), true},
		"one that ends at another time": {resource.ServingSubdomain, served, cdn, at(begin, end.Add(1)), false},
		"one that ends before it began": {resource.ServingSubdomain, served, cdn, at(end, begin), false},
		"one without times":             {resource.ServingSubdomain, served, cdn, "{}", false},
		"one without a plan":            {resource.ServingSubdomain, unattached, cdn, at(begin, end), false},
		"a claim":                       {resource.ClaimedSubdomain, served, row(resource.SubdomainClaim, "mysite.amazonlightsail.com"), "{}", true},
		"another claim":                 {resource.ClaimedSubdomain, served, row(resource.SubdomainClaim, "other.amazonlightsail.com"), "{}", false},
		"a claim that says more":        {resource.ClaimedSubdomain, served, row(resource.SubdomainClaim, "mysite.amazonlightsail.com"), `{"a":1}`, false},
	} {
		if err := checkLink(tc.role, tc.from, tc.to, []byte(tc.doc)); (err == nil) != tc.valid {
			t.Errorf("%s: error %v, want valid %t", what, err, tc.valid)
		}
	}
}

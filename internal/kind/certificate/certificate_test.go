package certificate

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// TestLifecycle_isAsTheDocsHaveIt keeps the table of states in docs/networking.md.
func TestLifecycle_isAsTheDocsHaveIt(t *testing.T) {
	page, err := os.ReadFile("../../../docs/networking.md")
	if err != nil {
		t.Fatal(err)
	}
	events := map[string]string{
		Request: "CreateCertificate", Refuse: "CreateCertificate of names that are not public", Prove: "the last record is there", Issue: "`lanyard certificate issue`",
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

var now = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// stored is a certificate that an action could have stored, after a change.
func stored(t *testing.T, names []string, change func(*Certificate)) *resource.Resource {
	t.Helper()
	c := New(&resource.Resource{
		ID: "0123abcd-4567-89ab-cdef-0123456789ab", Account: "111122223333", Region: "us-east-1", Name: "c-1", Kind: resource.Certificate, Zone: "all", CreatedAt: now,
	}, names)
	c.Priv.Enter(Lifecycle.Plan(Request, now, now.Add))
	c.Fill(c.SupportSuffix())
	change(c)
	if err := c.PackDoc(c.Doc); err != nil {
		t.Fatal(err)
	}
	return c.Resource
}

func TestCheck(t *testing.T) {
	names := []string{"example.com", "www.example.com"}
	for what, tc := range map[string]struct {
		names  []string
		change func(*Certificate)
		want   string
	}{
		"as it was made":        {names, func(*Certificate) {}, ""},
		"issued":                {names, func(c *Certificate) { c.Priv.Issue(now) }, ""},
		"partly proven":         {names, func(c *Certificate) { c.Priv.Names[1] = Name{Zoned: true, Proven: now} }, ""},
		"refused by its zone":   {names, func(c *Certificate) { c.Priv.Names[1] = Name{Zoned: true, Refused: "It is full."} }, ""},
		"refused by no zone":    {names, func(c *Certificate) { c.Priv.Names[1] = Name{Refused: "It is full."} }, "priv: a name was refused by no zone, or with no line of text"},
		"proven before 1970":    {names, func(c *Certificate) { c.Priv.Names[0].Proven = time.Unix(-1, 0) }, "priv: proven of a name is before 1970"},
		"no names":              {names, func(c *Certificate) { c.Doc.SubjectAlternativeNames = nil }, "priv: there is not one validation for each name of the certificate"},
		"too few validations":   {names, func(c *Certificate) { c.Priv.Names = c.Priv.Names[:1] }, "priv: there is not one validation for each name of the certificate"},
		"a name in upper case":  {[]string{"Example.com"}, func(*Certificate) {}, "doc: subjectAlternativeNames are not the names of a certificate"},
		"another first name":    {names, func(c *Certificate) { c.Doc.DomainName = &names[1] }, "doc: domainName is not the first of subjectAlternativeNames"},
		"another algorithm":     {names, func(c *Certificate) { c.Doc.KeyAlgorithm = new("none") }, "doc: unknown keyAlgorithm"},
		"proven but not issued": {names, func(c *Certificate) { c.Priv.Issue(now); c.Priv.Plan = Lifecycle.Plan(Request, now, now.Add) }, "priv: the plan does not end as the validations of the names have it"},
		"not public":            {[]string{"shop.test"}, func(c *Certificate) { c.Priv.Plan = Lifecycle.Plan(Refuse, now, now.Add) }, ""},
		"not public but waits":  {[]string{"shop.test"}, func(*Certificate) {}, "priv: the plan does not end as the names of the certificate have it"},
		"a stored status":       {names, func(c *Certificate) { c.Doc.Status = "ISSUED" }, "doc: status is not what Lanyard writes"},
		"no plan":               {names, func(c *Certificate) { c.Priv.Plan = nil }, "priv: the plan does not have from 1 to 64 steps"},
	} {
		_, err := check(stored(t, tc.names, tc.change))
		if got := fmt.Sprint(err); got != tc.want && (err != nil || tc.want != "") {
			t.Errorf("%s: error %v, want %q", what, err, tc.want)
		}
	}
}

func TestCheckLink(t *testing.T) {
	names := []string{"example.com", "www.example.com"}
	issued := stored(t, names, func(c *Certificate) { c.Priv.Issue(now) })
	to := &resource.Resource{}
	for doc, valid := range map[string]bool{
		`{"names":["www.example.com"]}`: true, `{"names":["www.example.com","example.com"]}`: true, `{"names":[]}`: false, `{}`: false,
		`{"names":["www.example.com","www.example.com"]}`: false, `{"names":["example.org"]}`: false, `{"names":["example.com"],"x":1}`: false,
	} {
		if err := checkLink(resource.ServingCertificate, issued, to, []byte(doc)); (err == nil) != valid {
			t.Errorf("link %s: error %v, want valid %t", doc, err, valid)
		}
	}
	for doc, valid := range map[string]bool{
		`{}`: true, `{"names":["example.com","www.example.com"]}`: true, `{"names":["www.example.com","example.com"]}`: false, `{"names":["example.com"]}`: false,
	} {
		if err := checkLink(resource.ViewerCertificate, issued, to, []byte(doc)); (err == nil) != valid {
			t.Errorf("link %s to a distribution: error %v, want valid %t", doc, err, valid)
		}
	}
	served := &resource.Resource{Links: []resource.Link{{Role: resource.ServingSubdomain}}}
	if err := checkLink(resource.ViewerCertificate, issued, served, resource.NoDoc); err == nil {
		t.Error("a link to a distribution that has a subdomain has no error")
	}
	waiting := stored(t, names, func(*Certificate) {})
	if err := checkLink(resource.ServingCertificate, waiting, to, []byte(`{"names":["example.com"]}`)); err == nil {
		t.Error("a link of a certificate that is not issued has no error")
	}
}

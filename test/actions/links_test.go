package actions

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/test/scripts"
)

// networkLists are the lists of the networking families, and whether AWS gives them in pages (API reference).
var networkLists = map[string]bool{
	"GetDomains": true, "GetLoadBalancers": true, "GetDistributions": true, "GetCertificates": true, "GetLoadBalancerTlsPolicies": true,
	"GetSetupHistory": true, "GetSubdomains": true, "GetLoadBalancerTlsCertificates": false, "GetDistributionBundles": false,
}

// TestLists_ofNetworkingPage wants the lists in pages that AWS gives in pages. TestLists_page reads those.
func TestLists_ofNetworkingPage(t *testing.T) {
	for action, want := range networkLists {
		if got := isList(action); got != want {
			t.Errorf("%s comes in pages: %t, want %t", action, got, want)
		}
	}
}

// regional is a line of a row that is a call in another region.
var regional = regexp.MustCompile(`^([a-z]+-[a-z]+-[0-9]) (.*)$`)

// TestLinks holds the rules over families: names, tags at creation, the order of operations, and what blocks what. Each
// row of testdata/links.txt is a test. It has calls as the scripts have, some in another region, and below a call
// what is wanted of its answer: that it is refused, that it shows a value at a path or nothing, or its operations.
func TestLinks(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/links.txt")
	if err != nil {
		t.Fatal(err)
	}
	s := newSite(t, func(o *server.Options) { o.TimeScale = 1 })
	for n, row := range strings.Split(string(text), "# ")[1:] {
		name, lines, _ := strings.Cut(strings.TrimSpace(row), "\n")
		t.Run(name, func(t *testing.T) {
			s.t = t
			r := &linkRow{site: s, vars: scripts.Team(fmt.Sprint("r", n))}
			for line := range strings.SplitSeq(lines, "\n") {
				r.line(line)
			}
			r.wantSuccess()
		})
	}
}

// linkRow is a row that is being played.
type linkRow struct {
	*site
	vars
	// said is the last call, and answer what came, until a line wants something of it.
	said   string
	answer answer
	seen   bool
}

func (r *linkRow) line(line string) {
	r.t.Helper()
	if want, ok := strings.CutPrefix(line, "  "); ok {
		r.want(r.Fill(want))
		r.seen = true
		return
	}
	r.wantSuccess()
	as := r.root()
	if m := regional.FindStringSubmatch(line); m != nil {
		as.Region, line = m[1], m[2]
	}
	st, err := scripts.Parse(line, line)
	if err != nil {
		r.t.Fatal(err)
	}
	if st.Wait > 0 {
		r.pass(st.Wait)
		return
	}
	r.said, r.answer, r.seen = r.Fill(line), r.call(as, st.Action, r.Fill(st.Body)), false
	if st.Keep != "" {
		r.vars[st.Keep] = r.answer.text(st.Path)
	}
}

// wantSuccess wants the last call to have succeeded, unless the row says what else it did.
func (r *linkRow) wantSuccess() {
	r.t.Helper()
	if !r.seen && r.answer.exception() != "" {
		r.t.Errorf("%s: %s, want success", r.said, r.answer.body)
	}
}

func (r *linkRow) want(line string) {
	r.t.Helper()
	what, rest, _ := strings.Cut(line, " ")
	switch what {
	case "refused":
		exception, text, _ := strings.Cut(rest, ": ")
		if r.answer.exception() != exception || !strings.Contains(r.answer.text("message"), text) {
			r.t.Errorf("%s: %s, want %s", r.said, r.answer.body, rest)
		}
	case "shows":
		path, value, _ := strings.Cut(rest, " ")
		if got := r.answer.value(path); fmt.Sprint(got) != cmp.Or(value, "<nil>") || r.answer.exception() != "" {
			r.t.Errorf("%s: %s is %v in %s, want %q", r.said, path, got, r.answer.body, value)
		}
	case "operations":
		var got []string
		for n := range asList(r.answer.doc["operations"]) {
			at := fmt.Sprintf("operations.%d.", n)
			got = append(got, r.answer.text(at+"resourceType")+"/"+r.answer.text(at+"operationType")+"/"+r.answer.text(at+"status"))
		}
		if strings.Join(got, " ") != rest {
			r.t.Errorf("%s: operations %q, want %s", r.said, got, rest)
		}
	default:
		r.t.Fatalf("%s: unknown", line)
	}
}

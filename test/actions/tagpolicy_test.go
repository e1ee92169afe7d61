package actions

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// tagPolicy allows all actions under a condition about tags.
type tagPolicy struct {
	name, condition string
	// decides reports whether the condition can hold for a call of the action.
	decides func(model.Access) bool
	// other makes a call the same one on what belongs to another team, or for it.
	other func(body string, v vars) string
}

var tagKey = regexp.MustCompile(`"(team|stage)"`)

var tagPolicies = []tagPolicy{
	{
		"resource", `{"StringEquals":{"aws:ResourceTag/team":"TEAM"}}`,
		func(row model.Access) bool { return len(row.Required)+len(row.Optional) > 0 },
		func(body string, v vars) string { return v.with("team", "db").with("new", "db").fill(body) },
	},
	{
		"request", `{"StringEquals":{"aws:RequestTag/team":"TEAM"}}`,
		func(row model.Access) bool { return row.RequestTags },
		func(body string, v vars) string { return v.with("team", "db").with("new", "db").fill(body) },
	},
	{
		"keys", `{"ForAnyValue:StringEquals":{"aws:TagKeys":["team","stage"]}}`,
		func(row model.Access) bool { return row.RequestTags || row.TagKeys },
		func(body string, v vars) string { return tagKey.ReplaceAllString(v.fill(body), `"other"`) },
	},
}

// TestActions_tagPoliciesDecide calls each action, reads included, under policies about the tags of the resource,
// the tags of the request, and their keys. What the access table lets a policy decide succeeds on what is the
// caller's team's and is denied on what is another team's. All else is denied.
func TestActions_tagPoliciesDecide(t *testing.T) {
	t.Parallel()
	lines := readScript(t)
	s := newSite(t, nil)
	s.play(lines.of("make"), teamVars("db"), nil)
	for _, p := range tagPolicies {
		t.Run(p.name, func(t *testing.T) {
			s.t = t
			team := "web-" + p.name
			v := teamVars(team)
			user := s.user(p.name, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:*","Resource":"*","Condition":`+
				strings.ReplaceAll(p.condition, "TEAM", team)+`}]}`)
			s.play(lines.of("make"), v, nil)
			for _, st := range lines.of("once", "use", "delete") {
				if st.wait > 0 {
					s.pass(st.wait)
					continue
				}
				s.judge(p, user, st, v)
			}
		})
	}
}

// judge takes a step under a policy: on what is another team's, then on what is the caller's.
func (s *site) judge(p tagPolicy, user signer, st step, v vars) {
	s.t.Helper()
	s.wantDenied(p.name, user, st, p.other(st.body, v))
	row := access(st.action)
	if p.decides(row) {
		for _, body := range othersAmong(row, st, v) {
			if p.name == "resource" {
				s.wantDenied(p.name, user, st, body)
			}
		}
		s.take(user, st, v)
		return
	}
	s.wantDenied(p.name, user, st, v.fill(st.body))
	s.take(s.root(), st, v)
}

// othersAmong are the calls of an action on several kinds in which one of the resources is another team's.
func othersAmong(row model.Access, st step, v vars) (bodies []string) {
	if len(row.Required) < 2 {
		return nil
	}
	for _, kind := range row.Required {
		member := `"` + resource.Kind(kind).NameMember() + `":"`
		before, after, found := strings.Cut(st.body, member)
		if name, rest, ok := strings.Cut(after, `"`); found && ok {
			bodies = append(bodies, v.fill(before)+member+v.with("team", "db").fill(name)+`"`+v.fill(rest))
		}
	}
	return bodies
}

// wantDenied wants AWS's sentence for a call that no policy allows.
func (s *site) wantDenied(name string, user signer, st step, body string) {
	s.t.Helper()
	a := s.call(user, st.action, body)
	account := s.server.Root().AccountID
	on := `arn:aws:lightsail:us-east-1:` + account + `:\*`
	row := access(st.action)
	switch {
	case len(row.Required) > 0:
		on = arnForm(account, row.Required...)
	case len(row.Optional) > 0:
		on = "(" + on + "|" + arnForm(account, row.Optional...) + ")"
	}
	want := regexp.MustCompile(fmt.Sprintf(`^User: arn:aws:iam::%[1]s:user/%[2]s is not authorized to perform: lightsail:%[3]s on resource: %[4]s `+
		`because no identity-based policy allows the lightsail:%[3]s action$`, account, name, st.action, on))
	if got := a.text("message"); a.exception() != "AccessDeniedException" || !want.MatchString(got) {
		s.t.Errorf("%s: %s %s: %s, want AccessDeniedException %s", st.line, st.action, body, a.body, want)
	}
}

// arnForm is the form of ARNs of some kinds, of one resource or of any.
func arnForm(account string, kinds ...types.ResourceType) string {
	var names []string
	for _, kind := range kinds {
		names = append(names, string(kind))
	}
	return `arn:aws:lightsail:(us-east-1|global):` + account + `:(` + strings.Join(names, "|") + `)/([0-9a-f-]+|\*)`
}

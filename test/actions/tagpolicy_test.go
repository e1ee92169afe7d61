package actions

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/test/scripts"
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
		func(body string, v vars) string { return v.With("team", "db").With("new", "db").Fill(body) },
	},
	{
		"request", `{"StringEquals":{"aws:RequestTag/team":"TEAM"}}`,
		func(row model.Access) bool { return row.RequestTags },
		func(body string, v vars) string { return v.With("team", "db").With("new", "db").Fill(body) },
	},
	{
		"keys", `{"ForAnyValue:StringEquals":{"aws:TagKeys":["team","stage"]}}`,
		func(row model.Access) bool { return row.RequestTags || row.TagKeys },
		func(body string, v vars) string { return tagKey.ReplaceAllString(v.Fill(body), `"other"`) },
	},
}

// TestActions_tagPoliciesDecide calls each action, reads included, under policies about the tags of the resource,
// the tags of the request, and their keys. What the access table lets a policy decide succeeds on what is the
// caller's team's and is denied on what is another team's. All else is denied.
func TestActions_tagPoliciesDecide(t *testing.T) {
	t.Parallel()
	lines := readScript(t)
	s := newSite(t, nil)
	s.play(lines.Of("make"), scripts.Team("db"), nil)
	for _, p := range tagPolicies {
		t.Run(p.name, func(t *testing.T) {
			s.t = t
			team := "web-" + p.name
			v := scripts.Team(team)
			user := s.user(p.name, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"lightsail:*","Resource":"*","Condition":`+
				strings.ReplaceAll(p.condition, "TEAM", team)+`}]}`)
			s.play(lines.Of("make"), v, nil)
			for _, st := range lines.Of("once", "use", "delete") {
				if st.Wait > 0 {
					s.pass(st.Wait)
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
	s.wantDenied(p.name, user, st, p.other(st.Body, v))
	row := access(st.Action)
	if p.decides(row) {
		for _, body := range othersAmong(row, st, v) {
			if p.name == "resource" {
				s.wantDenied(p.name, user, st, body)
			}
		}
		s.take(user, st, v)
		return
	}
	s.wantDenied(p.name, user, st, v.Fill(st.Body))
	s.take(s.root(), st, v)
}

// othersAmong are the calls of an action on several kinds in which one of the resources is another team's.
func othersAmong(row model.Access, st step, v vars) (bodies []string) {
	if len(row.Required) < 2 {
		return nil
	}
	for _, kind := range row.Required {
		member := `"` + resource.Kind(kind).NameMember() + `":"`
		before, after, found := strings.Cut(st.Body, member)
		if name, rest, ok := strings.Cut(after, `"`); found && ok {
			bodies = append(bodies, v.Fill(before)+member+v.With("team", "db").Fill(name)+`"`+v.Fill(rest))
		}
	}
	return bodies
}

// wantDenied wants AWS's sentence for a call that no policy allows.
func (s *site) wantDenied(name string, user signer, st step, body string) {
	s.t.Helper()
	a := s.call(user, st.Action, body)
	account := s.server.Root().AccountID
	on := `arn:aws:lightsail:us-east-1:` + account + `:\*`
	row := access(st.Action)
	switch {
	case len(row.Required) > 0:
		on = arnForm(account, row.Required...)
	case len(row.Optional) > 0:
		on = "(" + on + "|" + arnForm(account, row.Optional...) + ")"
	}
	want := regexp.MustCompile(fmt.Sprintf(`^User: arn:aws:iam::%[1]s:user/%[2]s is not authorized to perform: lightsail:%[3]s on resource: %[4]s `+
		`because no identity-based policy allows the lightsail:%[3]s action$`, account, name, st.Action, on))
	if got := a.text("message"); a.exception() != "AccessDeniedException" || !want.MatchString(got) {
		s.t.Errorf("%s: %s %s: %s, want AccessDeniedException %s", st.Line, st.Action, body, a.body, want)
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

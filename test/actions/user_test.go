package actions

import (
	"encoding/json"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/test/scripts"
)

// onResources reports whether a policy can ask about the tags of what the action is on.
func onResources(row model.Access) bool { return len(row.Required)+len(row.Optional) > 0 }

// rights are the conditions about tags that a policy can have for an action.
type rights struct{ resource, request, keys bool }

func rightsOf(row model.Access) rights {
	return rights{onResources(row), row.RequestTags, row.RequestTags || row.TagKeys}
}

// conditions are that what an action is on has the team's tag, that what it tags gets it, and that it touches no other
// keys than those that the team may use.
func (r rights) conditions(team string) map[string]any {
	equals, all := map[string]string{}, map[string]any{}
	if r.resource {
		equals["aws:ResourceTag/team"] = team
	}
	if r.request {
		equals["aws:RequestTag/team"] = team
	}
	if len(equals) > 0 {
		all["StringEquals"] = equals
	}
	if r.keys {
		all["ForAllValues:StringEquals"] = map[string]any{"aws:TagKeys": []string{"team", "stage"}}
	}
	return all
}

// teamPolicies are the policies of a user of a team. They allow each action under all conditions about tags that the
// Service Authorization Reference has for it. What has no tags yet, or is not
// there yet, can be tagged for the team.
func teamPolicies(t testing.TB, team string) (policies []string) {
	t.Helper()
	add := func(condition map[string]any, actions ...string) {
		doc, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": map[string]any{
			"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": condition,
		}})
		if err != nil {
			t.Fatal(err)
		}
		policies = append(policies, string(doc))
	}
	claim := rights{request: true, keys: true}.conditions(team)
	claim["Null"] = map[string]string{"aws:ResourceTag/team": "true"}
	add(claim, "lightsail:TagResource", "lightsail:PutAlarm")
	alike := map[rights][]string{}
	for _, a := range model.Actions() {
		r := rightsOf(access(a.Name))
		alike[r] = append(alike[r], "lightsail:"+a.Name)
	}
	for r, actions := range alike {
		add(r.conditions(team), actions...)
	}
	return policies
}

// refusing are calls of the actions that refuse each resource that there can be.
func refusing() (steps []step) {
	for _, a := range api.Describe(families.All(families.Deps{}).Actions) {
		if a.Refused {
			steps = append(steps, step{Action: a.Name, Body: `{"resourceName":"i-{team}"}`})
		}
	}
	return steps
}

// TestActions_usersOfATeamCallAll takes each step of the scripts with the rights of a user, who has them by tags: all
// succeed. So each of the API's actions can be called without the rights of the account's root. On what is another
// team's, and for it, the same calls are denied.
func TestActions_usersOfATeamCallAll(t *testing.T) {
	t.Parallel()
	lines := readScript(t)
	s := newSite(t, nil)
	s.play(lines.Of("make"), scripts.Team("db"), nil)
	v := scripts.Team("web")
	user, called, denied := s.user("web", teamPolicies(t, "web")...), map[string]bool{}, map[string]bool{}
	deny := func(st step) {
		r := rightsOf(access(st.Action))
		if r.resource || r.request {
			s.wantDenied("web", user, st, v.With("team", "db").With("new", "db").Fill(st.Body))
			denied[st.Action] = true
		}
		if r.keys {
			s.wantDenied("web", user, st, tagKey.ReplaceAllString(v.Fill(st.Body), `"other"`))
		}
	}
	take := func(st step) {
		if st.Wait > 0 {
			s.pass(st.Wait)
			return
		}
		deny(st)
		s.take(user, st, v)
		called[st.Action] = true
	}
	for _, st := range lines.Of("make", "once", "use") {
		take(st)
	}
	for _, st := range refusing() {
		deny(st)
		if a := s.call(user, st.Action, v.Fill(st.Body)); a.exception() != "InvalidInputException" {
			t.Errorf("%s %s: %s, want InvalidInputException", st.Action, v.Fill(st.Body), a.body)
		}
		called[st.Action] = true
	}
	for _, st := range lines["delete"] {
		take(st)
	}
	for _, a := range model.Actions() {
		if !called[a.Name] {
			t.Errorf("%s was not called", a.Name)
		}
		if r := rightsOf(access(a.Name)); (r.resource || r.request) && !denied[a.Name] {
			t.Errorf("%s was not called for another team", a.Name)
		}
	}
	t.Logf("%d of %d actions called, %d of them denied for another team", len(called), len(model.Actions()), len(denied))
}

package actions

import (
	"encoding/json"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

// teamPolicy is a policy for a user of a team: all that is on the team's resources or gives new ones its tag, and
// each action for which a policy can ask about neither.
func teamPolicy(t testing.TB, team string) string {
	t.Helper()
	plain := []string{}
	for _, a := range model.Actions() {
		if row := access(a.Name); len(row.Required)+len(row.Optional) == 0 && !row.RequestTags {
			plain = append(plain, "lightsail:"+a.Name)
		}
	}
	tagged := func(key string) map[string]any {
		return map[string]any{
			"Effect": "Allow", "Action": "lightsail:*", "Resource": "*",
			"Condition": map[string]any{"StringEquals": map[string]string{key: team}},
		}
	}
	doc, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{
		tagged("aws:ResourceTag/team"), tagged("aws:RequestTag/team"),
		map[string]any{"Effect": "Allow", "Action": plain, "Resource": "*"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// TestActions_usersOfATeamCallAll takes each step of the scripts with the rights of a user, who has them by tags: all
// succeed. So each action that is built can be called without the rights of the account's root.
func TestActions_usersOfATeamCallAll(t *testing.T) {
	t.Parallel()
	lines := readScript(t)
	s := newSite(t, nil)
	v := teamVars("web")
	user, called := s.user("web", teamPolicy(t, "web")), map[string]bool{}
	for _, st := range lines.of(parts...) {
		if st.wait > 0 {
			s.pass(st.wait)
			continue
		}
		s.take(user, st, v)
		called[st.action] = true
	}
	for _, name := range built() {
		if !called[name] {
			t.Errorf("%s was not called", name)
		}
	}
	t.Logf("%d of %d actions", len(called), len(model.Actions()))
}

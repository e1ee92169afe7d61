package policy

import (
	"fmt"
	"strings"
	"testing"
)

// A spellingCase is a Condition element on a request that has one key in several spellings: whether an Allow with it
// applies, and whether a Deny does.
type spellingCase struct {
	rule           string
	condition      string
	context        keys
	allows, denies bool
}

func TestEvaluate_spellingsOfOneKey(t *testing.T) {
	t.Parallel()
	tags := func(prefix string, values ...string) keys {
		context := keys{}
		for i, spelling := range []string{"team", "Team", "TEAM"}[:len(values)] {
			context["aws:"+prefix+"/"+spelling] = values[i]
		}
		return context
	}
	both := tags("RequestTag", "web", "db")
	runSpellings(t, []spellingCase{
		{"one of the values", `{"StringEquals":{"aws:RequestTag/team":"web"}}`, both, false, true},
		{"the same, whatever spelling the policy has", `{"StringEquals":{"aws:RequestTag/TEAM":"db"}}`, both, false, true},
		{"all of the values", `{"StringEquals":{"aws:RequestTag/team":["web","db"]}}`, both, true, true},
		{"none of the values", `{"StringEquals":{"aws:RequestTag/team":"ops"}}`, both, false, false},
		{"equal values", `{"StringEquals":{"aws:RequestTag/team":"web"}}`, tags("RequestTag", "web", "web"), true, true},
		{"three spellings", `{"StringEquals":{"aws:RequestTag/team":["web","db"]}}`, tags("RequestTag", "web", "db", "ops"), false, true},
		{"a tag of the resource", `{"StringEquals":{"aws:ResourceTag/team":"web"}}`, tags("ResourceTag", "web", "db"), false, true},
		{"a tag of the principal", `{"StringEquals":{"aws:PrincipalTag/team":"web"}}`, tags("PrincipalTag", "web", "db"), false, true},
		{"another key", `{"StringEquals":{"aws:ResourceTag/team":"web"}}`, keys{"aws:ResourceTag/team": "web", "aws:RequestTag/a": "1", "aws:RequestTag/A": "2"}, true, true},

		{"a negated operator that one value meets", `{"StringNotEquals":{"aws:RequestTag/team":"web"}}`, both, false, true},
		{"a negated operator that all values meet", `{"StringNotEquals":{"aws:RequestTag/team":"ops"}}`, both, true, true},
		{"a negated operator that no value meets", `{"StringNotEquals":{"aws:RequestTag/team":["web","db"]}}`, both, false, false},
		{"wildcards", `{"StringLike":{"aws:RequestTag/team":"w*"}}`, both, false, true},
		{"numbers", `{"NumericLessThan":{"aws:RequestTag/team":"10"}}`, tags("RequestTag", "5", "15"), false, true},
		{"IfExists takes no value for a missing one", `{"StringEqualsIfExists":{"aws:RequestTag/team":"web"}}`, both, false, true},
		{"Null true", `{"Null":{"aws:RequestTag/team":"true"}}`, both, false, false},
		{"Null false", `{"Null":{"aws:RequestTag/team":"false"}}`, both, true, true},

		{"ForAnyValue takes one value at a time", `{"ForAnyValue:StringEquals":{"aws:RequestTag/team":"web"}}`, both, false, true},
		{"ForAllValues takes one value at a time", `{"ForAllValues:StringEquals":{"aws:RequestTag/team":"web"}}`, both, false, true},
		{"ForAllValues over an empty value", `{"ForAllValues:StringEquals":{"aws:RequestTag/team":"web"}}`, tags("RequestTag", "", "db"), false, true},
		{"tag keys stay a list of both", `{"ForAnyValue:StringEquals":{"aws:TagKeys":"team"}}`, keys{"aws:TagKeys": []string{"team", "Team"}}, true, true},
		{"tag keys depend on case", `{"ForAllValues:StringEquals":{"aws:TagKeys":"team"}}`, keys{"aws:TagKeys": []string{"team", "Team"}}, false, false},

		{
			"a variable with two values", `{"StringEquals":{"aws:username":"${aws:PrincipalTag/team}"}}`,
			keys{"aws:username": "web", "aws:PrincipalTag/team": "web", "aws:PrincipalTag/Team": "db"},
			false, true,
		},
		{
			"a variable whose values both match", `{"StringLike":{"aws:username":"${aws:PrincipalTag/team}*"}}`,
			keys{"aws:username": "web", "aws:PrincipalTag/team": "web", "aws:PrincipalTag/Team": "we"},
			true, true,
		},
		{
			"a default does not replace an empty spelling", `{"StringEquals":{"aws:username":"${aws:PrincipalTag/team, 'ana'}"}}`,
			keys{"aws:username": "ana", "aws:PrincipalTag/team": "", "aws:PrincipalTag/Team": "db"},
			false, true,
		},
		{"key and variable are read together", `{"StringEquals":{"aws:RequestTag/team":"${aws:RequestTag/team}"}}`, both, true, true},
		{"two conditions are read together", `{"StringEquals":{"aws:RequestTag/team":"web"},"StringNotEquals":{"aws:RequestTag/team":"db"}}`, both, false, true},
		{"two conditions that exclude each other", `{"StringEquals":{"aws:RequestTag/team":"web"},"StringLike":{"aws:RequestTag/team":"d*"}}`, both, false, false},
		{
			"two keys with two values each", `{"StringEquals":{"aws:RequestTag/a":"1","aws:RequestTag/b":"1"}}`,
			keys{"aws:RequestTag/a": "1", "aws:RequestTag/A": "2", "aws:RequestTag/b": "1", "aws:RequestTag/B": "2"},
			false, true,
		},
	})
}

func runSpellings(t *testing.T, cases []spellingCase) {
	t.Helper()
	var evaluations []evaluationCase
	for _, c := range cases {
		conditional := `"Action":"lightsail:*","Resource":"*","Condition":` + c.condition + `}`
		allow := evaluationCase{rule: c.rule, context: c.context, want: ImplicitDeny, identity: []string{`{"Effect":"Allow",` + conditional}}
		deny := evaluationCase{rule: c.rule + ", under Deny", context: c.context, want: Allow, identity: []string{allowAll, `{"Effect":"Deny",` + conditional}}
		if c.allows {
			allow.want = Allow
		}
		if c.denies {
			deny.want = ExplicitDeny
		}
		evaluations = append(evaluations, allow, deny)
	}
	runEvaluations(t, evaluations)
}

func TestEvaluate_spellingsInResources(t *testing.T) {
	t.Parallel()
	const own = `"Action":"*","Resource":"arn:aws:lightsail:*:*:KeyPair/${aws:PrincipalTag/key}"}`
	context := keys{"aws:PrincipalTag/key": "47ee", "aws:PrincipalTag/Key": "other"}
	runEvaluations(t, []evaluationCase{
		{rule: "an Allow wants all of a variable's values", identity: []string{`{"Effect":"Allow",` + own}, resource: keyPair, context: context, want: ImplicitDeny},
		{rule: "a Deny wants one of them", identity: []string{allowAll, `{"Effect":"Deny",` + own}, resource: keyPair, context: context, want: ExplicitDeny},
		{rule: "NotResource", identity: []string{strings.Replace(`{"Effect":"Allow",`+own, `"Resource"`, `"NotResource"`, 1)}, resource: keyPair, context: context, want: ImplicitDeny},
	})
}

// TestEvaluate_manySpellings names more keys in several spellings than are read in all ways.
func TestEvaluate_manySpellings(t *testing.T) {
	t.Parallel()
	context := NewContext()
	var wanted []string
	for i := range 25 {
		context.Add(fmt.Sprint("aws:RequestTag/k", i), "x")
		context.Add(fmt.Sprint("aws:RequestTag/K", i), "y")
		wanted = append(wanted, fmt.Sprintf(`"aws:RequestTag/k%d":["x","y"]`, i))
	}
	condition := `"Action":"*","Resource":"*","Condition":{"StringEquals":{` + strings.Join(wanted, ",") + `}}}`
	for effect, want := range map[string]Kind{"Allow": ImplicitDeny, "Deny": ExplicitDeny} {
		set := Set{Identity: attach(t, []string{`{"Effect":"` + effect + `",` + condition})}
		got := Evaluate(set, Request{Action: "lightsail:CreateDisk", Resource: "*", Context: context})
		if got.Kind != want {
			t.Errorf("%s with 2^25 readings: decided %s, want %s", effect, got.Kind, want)
		}
		if effect == "Allow" && (len(got.Missing) != 1 || !strings.Contains(got.Missing[0], "several spellings")) {
			t.Errorf("the reason of the refusal: got %q, want one that speaks of several spellings", got.Missing)
		}
	}
}

// TestEvaluate_explainsTheReadingThatFails shows the value that keeps an Allow from applying.
func TestEvaluate_explainsTheReadingThatFails(t *testing.T) {
	t.Parallel()
	set := Set{Identity: attach(t, []string{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"web"}}}`})}
	got := Evaluate(set, Request{Action: "lightsail:CreateDisk", Resource: "*", Context: keys{"aws:RequestTag/team": "web", "aws:RequestTag/Team": "db"}.context()})
	if want := `StringEquals aws:RequestTag/team wants "web", got "db"`; len(got.Missing) != 1 || !strings.HasSuffix(got.Missing[0], want) {
		t.Errorf("missing: got %q, want one that ends in %s", got.Missing, want)
	}
}

func TestContext_setReplacesAllSpellings(t *testing.T) {
	t.Parallel()
	ctx := keys{"x:Key": "a", "x:key": "b"}.context()
	ctx.Set("X:KEY", "c")
	set := Set{Identity: attach(t, []string{`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"x:key":"c"}}}`})}
	if got := Evaluate(set, Request{Action: "lightsail:CreateDisk", Resource: "*", Context: ctx}); !got.Allowed {
		t.Errorf("a key that was set anew: got %s, want allow; missing %q", got.Kind, got.Missing)
	}
}

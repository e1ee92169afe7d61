package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func parsed(t *testing.T, name, text string) Attached {
	t.Helper()
	d, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return Attached{Name: name, Document: d}
}

const teamPolicy = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": "lightsail:Get*",
      "Resource": "*"
    },
    {
      "Sid": "Create",
      "Effect": "Allow",
      "Action": "lightsail:Create*",
      "Resource": "*",
      "Condition": {
        "StringEquals": {"aws:RequestTag/team": "web"},
        "StringLike": {"aws:RequestTag/owner": ["${aws:username}", "shared-*"]}
      }
    },
    {
      "Effect": "Deny",
      "Action": "lightsail:DeleteKeyPair",
      "Resource": "*"
    },
    {
      "Effect": "Allow",
      "Action": "lightsail:Delete*",
      "Resource": "arn:aws:lightsail:*:*:KeyPair/*"
    }
  ]
}`

func TestDecision_namesTheStatement(t *testing.T) {
	t.Parallel()
	set := Set{Identity: []Attached{{Name: "empty"}, parsed(t, "team", teamPolicy)}}
	cases := []struct {
		name    string
		request Request
		want    Decision
	}{
		{
			name:    "allowed",
			request: Request{Action: "lightsail:GetKeyPair", Resource: "*"},
			want:    Decision{Allowed: true, Kind: Allow, By: IdentityBasedPolicy, Policy: "team", Sid: "Read", Statement: 1, Line: 4},
		},
		{
			name:    "denied explicitly by a statement without Sid",
			request: Request{Action: "lightsail:DeleteKeyPair", Resource: keyPair},
			want:    Decision{Kind: ExplicitDeny, By: IdentityBasedPolicy, Policy: "team", Statement: 3, Line: 20},
		},
		{
			name: "denied implicitly, by conditions",
			request: Request{Action: "lightsail:CreateKeyPair", Resource: "*", Context: keys{
				"aws:RequestTag/team": "db",
			}.context()},
			want: Decision{By: IdentityBasedPolicy, Missing: []string{
				`team, statement 2 "Create" (line 10): StringEquals aws:RequestTag/team wants "web", got "db"`,
				`team, statement 2 "Create" (line 10): StringLike aws:RequestTag/owner wants "${aws:username}" or "shared-*", got nothing; ${aws:username} has no value`,
			}},
		},
		{
			name: "conditions that hold are not mentioned",
			request: Request{Action: "lightsail:CreateKeyPair", Resource: "*", Context: keys{
				"aws:RequestTag/team": "web", "aws:username": "ana", "aws:RequestTag/owner": "bob",
			}.context()},
			want: Decision{By: IdentityBasedPolicy, Missing: []string{
				`team, statement 2 "Create" (line 10): StringLike aws:RequestTag/owner wants "${aws:username}" or "shared-*", got "bob"`,
			}},
		},
		{
			name:    "denied implicitly, by the resource",
			request: Request{Action: "lightsail:DeleteInstance", Resource: instance},
			want: Decision{By: IdentityBasedPolicy, Missing: []string{
				`team, statement 4 (line 25): Resource wants "arn:aws:lightsail:*:*:KeyPair/*", got "` + instance + `"`,
			}},
		},
		{
			name:    "no statement covers the action",
			request: Request{Action: "ec2:RunInstances", Resource: "*"},
			want:    Decision{By: IdentityBasedPolicy},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, Evaluate(set, c.request)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecision_missingNamesTheLayer(t *testing.T) {
	t.Parallel()
	boundary := parsed(t, "limits", `{"Statement":{"Effect":"Allow","Action":"*","NotResource":["`+instance+`","`+keyPair+`"]}}`)
	set := Set{Identity: []Attached{parsed(t, "all", document(allowAll))}, Boundary: &boundary}
	got := Evaluate(set, Request{Action: "lightsail:DeleteInstance", Resource: instance})
	want := Decision{By: PermissionsBoundary, Missing: []string{
		`limits, statement 1 (line 1): NotResource excludes "` + instance + `" or "` + keyPair + `", got "` + instance + `"`,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecision_missingIsBounded(t *testing.T) {
	t.Parallel()
	statement := `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"x:k":["1","2","3","4","5","6","7","8"]}}}`
	many := parsed(t, "many", document("["+strings.Repeat(statement+",", 40)+statement+"]"))
	got := Evaluate(Set{Identity: []Attached{many}}, Request{Action: "a:B", Resource: "*"})
	if len(got.Missing) != maxMissing {
		t.Errorf("lines of Missing: got %d, want %d", len(got.Missing), maxMissing)
	}
	const want = `many, statement 1 (line 1): StringEquals x:k wants "1" or "2" or "3" or "4" or "5" or "6" or 2 more, got nothing`
	if got.Missing[0] != want {
		t.Errorf("first line of Missing: got %s, want %s", got.Missing[0], want)
	}
}

func TestDecision_missingOfTrust(t *testing.T) {
	t.Parallel()
	trust, err := ParseTrust([]byte(`{"Version":"2012-10-17","Statement":[
		{"Sid":"Ops","Effect":"Allow","Principal":{"AWS":"999999999999"},"Action":"sts:AssumeRole"},
		{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"k"}}},
		{"Effect":"Allow","Principal":"*","Action":"sts:TagSession"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	got := EvaluateTrust(trust, Request{Action: "sts:AssumeRole", Principal: userAna})
	want := Decision{By: RoleTrustPolicy, Missing: []string{
		`statement 1 "Ops" (line 2): Principal does not name arn:aws:iam::123456789012:user/ana`,
		`statement 2 (line 3): StringEquals sts:ExternalId wants "k", got nothing`,
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecision_because(t *testing.T) {
	t.Parallel()
	const action = "lightsail:CreateKeyPair"
	cases := []struct {
		decision Decision
		want     string
	}{
		{Decision{Kind: Allow, Allowed: true, By: IdentityBasedPolicy}, ""},
		{Decision{By: IdentityBasedPolicy}, "because no identity-based policy allows the lightsail:CreateKeyPair action"},
		{Decision{By: PermissionsBoundary}, "because no permissions boundary allows the lightsail:CreateKeyPair action"},
		{Decision{By: SessionPolicy}, "because no session policy allows the lightsail:CreateKeyPair action"},
		{Decision{By: RoleTrustPolicy}, "because no role trust policy allows the lightsail:CreateKeyPair action"},
		{Decision{Kind: ExplicitDeny, By: IdentityBasedPolicy}, "with an explicit deny in an identity-based policy"},
		{Decision{Kind: ExplicitDeny, By: PermissionsBoundary}, "with an explicit deny in a permissions boundary"},
		{Decision{Kind: ExplicitDeny, By: SessionPolicy}, "with an explicit deny in a session policy"},
		{Decision{Kind: ExplicitDeny, By: RoleTrustPolicy}, "with an explicit deny in the role trust policy"},
	}
	for _, c := range cases {
		if got := c.decision.Because(action); got != c.want {
			t.Errorf("%s by %s: got %q, want %q", c.decision.Kind, c.decision.By, got, c.want)
		}
	}
}

func TestContext_values(t *testing.T) {
	t.Parallel()
	ctx := NewContext()
	ctx.Set("aws:ResourceTag/Team", "one")
	ctx.Set("aws:ResourceTag/team", "two")
	if value, present := ctx.lookup("aws:resourcetag/team"); !present || value.single != "two" {
		t.Errorf("of two names that differ by case the last must count, got %+v", value)
	}
	names := []string{"a"}
	ctx.SetList("aws:TagKeys", names...)
	names[0] = "changed"
	if value, _ := ctx.lookup("aws:tagkeys"); value.list[0] != "a" {
		t.Error("list in the context: got one that its caller changed")
	}
	ctx.SetList("aws:TagKeys")
	if _, present := ctx.lookup("aws:tagkeys"); present {
		t.Error("a list without values must be absent")
	}
	if _, present := (Context{}).lookup("aws:tagkeys"); present {
		t.Error("the zero Context must be empty")
	}
}

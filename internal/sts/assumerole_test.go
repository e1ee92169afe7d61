package sts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

// TestAssumeRole_rights shows the rules of the IAM User Guide ("Policy evaluation
// logic", "Cross-account policy evaluation logic", "AWS JSON policy elements:
// Principal"), one by one.
func TestAssumeRole_rights(t *testing.T) {
	const (
		notSo     = "User: %s is not authorized to perform: sts:AssumeRole on resource: %s"
		notTagged = "User: %s is not authorized to perform: sts:TagSession on resource: %s"
		alice     = home + ":user/alice"
	)
	both := `","arn:aws:iam::` + home + `:user/zoe`
	list := func(s string) string { return strings.Replace(s, `"AWS":"`, `"AWS":["`, 1) }
	tagged := func(in *sts.AssumeRoleInput) { in.Tags = []types.Tag{{Key: new("team"), Value: new("web")}} }
	external := func(id string) func(*sts.AssumeRoleInput) {
		return func(in *sts.AssumeRoleInput) { in.ExternalId = &id }
	}
	when := func(operator, key, value string) string {
		return fmt.Sprintf(`,"Condition":{%q:{%q:%q}}`, operator, key, value)
	}
	w := newWorld(t)
	for i, tc := range []struct {
		rule string
		// account is the role's; home when empty.
		account string
		trust   string
		// policy is the user's own, boundary bounds it.
		policy, boundary string
		change           func(*sts.AssumeRoleInput)
		// refusal is "" where the role is assumed.
		refusal string
	}{
		{rule: "within an account the trust policy is enough where it names the user", trust: trust("arn:aws:iam::" + alice)},
		{rule: "one of several names is enough", trust: strings.Replace(list(trust("arn:aws:iam::"+alice+both)), `zoe"`, `zoe"]`, 1)},
		{rule: "no other principal is named", trust: trust("arn:aws:iam::" + home + ":user/zoe"), policy: allow("*"), refusal: notSo},
		{rule: "where it names the account the user needs a policy", trust: trust(home), refusal: notSo},
		{rule: "where it names the account a policy of the user's decides", trust: trust(home), policy: allow("sts:AssumeRole")},
		{rule: "the account is also named by its root", trust: trust("arn:aws:iam::" + home + ":root"), policy: allow("sts:*")},
		{rule: "the user's policy must name the role", trust: trust(home), policy: statement("Allow", "sts:AssumeRole", "arn:aws:iam::"+home+":role/none"), refusal: notSo},
		{rule: "the user's policy alone is not enough", trust: trust(other), policy: allow("*"), refusal: notSo},
		{rule: "an explicit deny of the user's counts", trust: trust("arn:aws:iam::" + alice), policy: deny("sts:AssumeRole"), refusal: notSo + " with an explicit deny in an identity-based policy"},
		{rule: "an explicit deny in the boundary counts", trust: trust("arn:aws:iam::" + alice), boundary: deny("sts:*"), refusal: notSo + " with an explicit deny in a permissions boundary"},
		{rule: "a boundary that does not allow it bounds the user's policy", trust: trust(home), policy: allow("*"), boundary: allow("lightsail:*"), refusal: notSo},
		{rule: "a boundary that does not allow it does not bound a trust policy that names the user", trust: trust("arn:aws:iam::" + alice), boundary: allow("lightsail:*")},
		{rule: "an explicit deny in the trust policy counts", trust: strings.TrimSuffix(trust("*"), "]}") + `,{"Effect":"Deny","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::` + alice + `"}}]}`, policy: allow("*"), refusal: notSo + " with an explicit deny in the role trust policy"},

		{rule: "across accounts the trust policy alone is not enough", account: other, trust: trust("arn:aws:iam::" + alice), refusal: notSo},
		{rule: "across accounts not even for everybody", account: other, trust: trust("*"), refusal: notSo},
		{rule: "across accounts the user's policy alone is not enough", account: other, trust: trust(other), policy: allow("*"), refusal: notSo},
		{rule: "across accounts both are", account: other, trust: trust("arn:aws:iam::" + alice), policy: allow("sts:AssumeRole")},
		{rule: "across accounts both are where the account is named", account: other, trust: trust(home), policy: allow("sts:AssumeRole")},
		{rule: "across accounts no reason is given", account: other, trust: trust(home), policy: deny("sts:AssumeRole"), refusal: notSo},

		{rule: "the external id is asked for", trust: trust("arn:aws:iam::"+alice, when("StringEquals", "sts:ExternalId", "x-1")), refusal: notSo},
		{rule: "the external id is another", trust: trust("arn:aws:iam::"+alice, when("StringEquals", "sts:ExternalId", "x-1")), change: external("x-2"), refusal: notSo},
		{rule: "the external id is right", trust: trust("arn:aws:iam::"+alice, when("StringEquals", "sts:ExternalId", "x-1")), change: external("x-1")},
		{rule: "the session's name has to be the user's", trust: trust("arn:aws:iam::"+alice, when("StringLike", "sts:RoleSessionName", "${aws:username}")), refusal: notSo},
		{rule: "the session's name is the user's", trust: trust("arn:aws:iam::"+alice, when("StringLike", "sts:RoleSessionName", "${aws:username}")), change: func(in *sts.AssumeRoleInput) { in.RoleSessionName = new("alice") }},
		{rule: "the caller's tags count", trust: trust("arn:aws:iam::"+alice, when("StringEquals", "aws:PrincipalTag/team", "web"))},
		{rule: "the caller's tags are others", trust: trust("arn:aws:iam::"+alice, when("StringEquals", "aws:PrincipalTag/team", "db")), refusal: notSo},
		{rule: "the address counts", trust: trust("arn:aws:iam::"+alice, when("IpAddress", "aws:SourceIp", "127.0.0.1/32"))},
		{rule: "the region counts", trust: trust("arn:aws:iam::"+alice, when("StringEquals", "aws:RequestedRegion", "eu-west-1")), refusal: notSo},
		{rule: "nobody has proven an MFA device", trust: trust("arn:aws:iam::"+alice, when("Bool", "aws:MultiFactorAuthPresent", "true")), refusal: notSo},
		{rule: "the role's tags count in the user's policy", trust: trust(home), policy: strings.Replace(allow("sts:AssumeRole"), `"*"}`, `"*"`+when("StringEquals", "aws:ResourceTag/team", "web")+`}`, 1)},

		{rule: "tagging a session is an action of its own", trust: trust("arn:aws:iam::" + alice), change: tagged, refusal: notTagged},
		{rule: "tagging a session is allowed", trust: strings.Replace(trust("arn:aws:iam::"+alice), `"sts:AssumeRole"`, `["sts:AssumeRole","sts:TagSession"]`, 1), change: tagged},
		{rule: "the tags of the session count", trust: trust("arn:aws:iam::"+alice, when("StringEquals", "aws:RequestTag/team", "db")), change: tagged, refusal: notSo},
		{rule: "tagging a session can be denied", trust: strings.Replace(trust("arn:aws:iam::"+alice), `"sts:AssumeRole"`, `["sts:AssumeRole","sts:TagSession"]`, 1), policy: deny("sts:TagSession"), change: tagged, refusal: notTagged + " with an explicit deny in an identity-based policy"},
	} {
		t.Run(tc.rule, func(t *testing.T) {
			account := tc.account
			if account == "" {
				account = home
			}
			// Users are one for each case but all called alike in the policies.
			name, role := fmt.Sprintf("alice%d", i), roleARN(account, fmt.Sprintf("role%d", i))
			trust := strings.NewReplacer("user/alice", "user/"+name).Replace(tc.trust)
			doc := identity.Doc{Inline: inline(tc.policy), Tags: []identity.Tag{{Key: "team", Value: "web"}}}
			if tc.boundary != "" {
				doc.Boundary = fmt.Sprintf("boundary%d", i)
				w.insert(home, identity.Policy, doc.Boundary, identity.Doc{Document: tc.boundary})
			}
			key := w.userWith(home, name, doc)
			w.insert(account, identity.Role, fmt.Sprintf("role%d", i), identity.Doc{Trust: trust, Tags: doc.Tags})
			in := &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: new("s1")}
			if tc.change != nil {
				tc.change(in)
			}
			if in.RoleSessionName != nil && *in.RoleSessionName == "alice" {
				in.RoleSessionName = &name
			}
			_, err := w.client(key, "us-east-1").AssumeRole(t.Context(), in)
			if tc.refusal != "" {
				wantRefused(t, err, "AccessDenied", fmt.Sprintf(tc.refusal, userARN(home, name), role))
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestAssumeRole_bySessions: what a role's session may assume.
func TestAssumeRole_bySessions(t *testing.T) {
	w := newWorld(t)
	alice := w.user(home, "alice", "")
	w.insert(home, identity.Policy, "bounds", identity.Doc{Document: allow("lightsail:*")})
	w.role(home, "ci", trust(userARN(home, "alice")), "")
	w.insert(home, identity.Role, "bounded", identity.Doc{Trust: trust(userARN(home, "alice")), Boundary: "bounds"})
	ci := w.assume(alice, roleARN(home, "ci"), "s1")
	bounded := w.assume(alice, roleARN(home, "bounded"), "s1")
	restricted := w.assume(alice, roleARN(home, "ci"), "s2", func(in *sts.AssumeRoleInput) { in.Policy = new(allow("lightsail:*")) })
	const ciSession = "arn:aws:sts::" + home + ":assumed-role/ci/"
	for i, tc := range []struct {
		rule    string
		key     aws.Credentials
		trust   string
		refusal string
	}{
		{"a trust policy names the role", ci, trust(roleARN(home, "ci")), ""},
		{"a trust policy names the session", ci, trust(ciSession + "s1"), ""},
		{"a trust policy names another session", ci, trust(ciSession + "s9"), ciSession + "s1"},
		{"a trust policy names who assumed the role", ci, trust(userARN(home, "alice")), ciSession + "s1"},
		{"a permissions boundary bounds the session", bounded, trust(roleARN(home, "bounded")), "arn:aws:sts::" + home + ":assumed-role/bounded/s1"},
		{"a session policy bounds the session", restricted, trust(roleARN(home, "ci")), ciSession + "s2"},
	} {
		t.Run(tc.rule, func(t *testing.T) {
			role := w.role(home, fmt.Sprintf("target%d", i), tc.trust)
			out, err := w.client(tc.key, "us-east-1").AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: new("chained")})
			if tc.refusal != "" {
				wantRefused(t, err, "AccessDenied", "User: "+tc.refusal+" is not authorized to perform: sts:AssumeRole on resource: "+role)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantExpiry(t, *out.Credentials.Expiration, time.Hour)
		})
	}
}

func TestAssumeRole_byRoot(t *testing.T) {
	w := newWorld(t)
	role := w.role(home, "deploy", trust("*"))
	out, err := w.client(w.root, "us-east-1").GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []aws.Credentials{w.root, keyOf(out.Credentials)} {
		_, err := w.client(key, "us-east-1").AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: new("s1")})
		wantRefused(t, err, "AccessDenied", "Roles may not be assumed by root accounts.")
	}
}

// TestAssumeRole_unknownRole is refused with the words for one that trusts another principal
// else, within the account and beyond.
func TestAssumeRole_unknownRole(t *testing.T) {
	w := newWorld(t)
	alice := w.user(home, "alice", allow("*"))
	for _, role := range []string{
		roleARN(home, "none"), roleARN(other, "none"), roleARN("999999999999", "none"), roleARN(home, "path/to/none"), roleARN(home, "%"),
	} {
		_, err := w.client(alice, "us-east-1").AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: new("s1")})
		wantRefused(t, err, "AccessDenied", "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: sts:AssumeRole on resource: "+role)
	}
}

func TestAssumeRole_durations(t *testing.T) {
	const overRole = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
	const chained = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
	w := newWorld(t)
	alice := w.user(home, "alice", "")
	own, err := w.client(alice, "us-east-1").GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	both := `","` + roleARN(home, "usual") + `"`
	trusted := strings.Replace(strings.Replace(trust(userARN(home, "alice")+both), `"AWS":"`, `"AWS":["`, 1), `usual""`, `usual"]`, 1)
	w.insert(home, identity.Role, "usual", identity.Doc{Trust: trust(userARN(home, "alice"))})
	w.insert(home, identity.Role, "long", identity.Doc{Trust: trusted, MaxSession: 43200})
	session := w.assume(alice, roleARN(home, "usual"), "s1")
	for _, tc := range []struct {
		name    string
		key     aws.Credentials
		role    string
		asked   *int32
		want    time.Duration
		refusal string
	}{
		{"by default", alice, "usual", nil, time.Hour, ""},
		{"by default, of a role that admits more", alice, "long", nil, time.Hour, ""},
		{"the shortest", alice, "usual", new(int32(900)), 15 * time.Minute, ""},
		{"as long as the role admits", alice, "long", new(int32(43200)), 12 * time.Hour, ""},
		{"longer than the role admits", alice, "usual", new(int32(3601)), 0, overRole},
		{"of a session's, an hour", session, "long", new(int32(3600)), time.Hour, ""},
		{"of a session's, longer than an hour", session, "long", new(int32(3601)), 0, chained},
		{"of a user's session, longer than an hour", keyOf(own.Credentials), "long", new(int32(3601)), 0, chained},
	} {
		t.Run(tc.name, func(t *testing.T) {
			role := roleARN(home, tc.role)
			out, err := w.client(tc.key, "us-east-1").AssumeRole(t.Context(),
				&sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: new("s1"), DurationSeconds: tc.asked})
			if tc.refusal != "" {
				wantRefused(t, err, "ValidationError", tc.refusal)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantExpiry(t, *out.Credentials.Expiration, tc.want)
		})
	}
}

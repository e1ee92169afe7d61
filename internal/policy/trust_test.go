package policy

import "testing"

var (
	userAna = Principal{ARN: "arn:aws:iam::123456789012:user/ana", Account: account}
	root    = Principal{ARN: "arn:aws:iam::123456789012:root", Account: account}
	session = Principal{
		ARN:     "arn:aws:sts::123456789012:assumed-role/deploy/run-7",
		Account: account,
		Role:    "arn:aws:iam::123456789012:role/ci/deploy",
	}
)

func TestEvaluateTrust_decides(t *testing.T) {
	t.Parallel()
	trusting := func(principal string) string {
		return `{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}`
	}
	const mfa = `{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`
	const denyAna = `{"Effect":"Deny","Principal":{"AWS":"arn:aws:iam::123456789012:user/ana"},"Action":"sts:AssumeRole"}`
	cases := []struct {
		rule      string
		statement string
		principal Principal
		context   keys
		action    string
		want      Kind
		delegated bool
	}{
		{rule: "a user is named by its ARN", statement: trusting(`{"AWS":"arn:aws:iam::123456789012:user/ana"}`), principal: userAna, want: Allow},
		{rule: "another user is not trusted", statement: trusting(`{"AWS":"arn:aws:iam::123456789012:user/bob"}`), principal: userAna, want: ImplicitDeny},
		{rule: "user names are case-sensitive", statement: trusting(`{"AWS":"arn:aws:iam::123456789012:user/Ana"}`), principal: userAna, want: ImplicitDeny},
		{rule: "a user of the same name in another account is not trusted", statement: trusting(`{"AWS":"arn:aws:iam::999999999999:user/ana"}`), principal: userAna, want: ImplicitDeny},
		{rule: "an account is named by its number", statement: trusting(`{"AWS":"123456789012"}`), principal: userAna, want: Allow, delegated: true},
		{rule: "an account is named by its root's ARN, which is not the root user alone", statement: trusting(`{"AWS":"arn:aws:iam::123456789012:root"}`), principal: userAna, want: Allow, delegated: true},
		{rule: "the root user is of its account", statement: trusting(`{"AWS":"123456789012"}`), principal: root, want: Allow, delegated: true},
		{rule: "another account is not trusted", statement: trusting(`{"AWS":"999999999999"}`), principal: userAna, want: ImplicitDeny},
		{rule: "several principals are alternatives", statement: trusting(`{"AWS":["999999999999","123456789012"]}`), principal: userAna, want: Allow, delegated: true},
		{rule: "a principal that is named itself needs no delegation", statement: trusting(`{"AWS":["123456789012","arn:aws:iam::123456789012:user/ana"]}`), principal: userAna, want: Allow},
		{rule: "a second statement may name the principal itself", statement: "[" + trusting(`{"AWS":"123456789012"}`) + "," + trusting(`{"AWS":"arn:aws:iam::123456789012:user/ana"}`) + "]", principal: userAna, want: Allow},
		{rule: "a role's sessions are named by the role", statement: trusting(`{"AWS":"arn:aws:iam::123456789012:role/ci/deploy"}`), principal: session, want: Allow},
		{rule: "another role's sessions are not", statement: trusting(`{"AWS":"arn:aws:iam::123456789012:role/deploy"}`), principal: session, want: ImplicitDeny},
		{rule: "a session is named by its own ARN", statement: trusting(`{"AWS":"arn:aws:sts::123456789012:assumed-role/deploy/run-7"}`), principal: session, want: Allow},
		{rule: "another session of the role is not", statement: trusting(`{"AWS":"arn:aws:sts::123456789012:assumed-role/deploy/run-8"}`), principal: session, want: ImplicitDeny},
		{rule: "* means all principals", statement: trusting(`"*"`), principal: userAna, want: Allow},
		{rule: "AWS * means all principals", statement: trusting(`{"AWS":"*"}`), principal: session, want: Allow},
		{rule: "a service does not sign here", statement: trusting(`{"Service":"ec2.amazonaws.com"}`), principal: userAna, want: ImplicitDeny},
		{rule: "a federated identity does not sign here", statement: trusting(`{"Federated":"cognito-identity.amazonaws.com"}`), principal: userAna, want: ImplicitDeny},
		{rule: "a service beside an account", statement: trusting(`{"Service":"ec2.amazonaws.com","AWS":"123456789012"}`), principal: userAna, want: Allow, delegated: true},
		{rule: "the action must be covered", statement: `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRoleWithSAML"}`, principal: userAna, want: ImplicitDeny},
		{rule: "another action of the list", statement: `{"Effect":"Allow","Principal":"*","Action":["sts:AssumeRole","sts:TagSession"]}`, principal: userAna, action: "sts:TagSession", want: Allow},
		{rule: "conditions must hold", statement: mfa, principal: userAna, want: ImplicitDeny},
		{rule: "conditions hold", statement: mfa, principal: userAna, context: keys{"aws:MultiFactorAuthPresent": "true"}, want: Allow, delegated: true},
		{rule: "an explicit deny overrides", statement: "[" + trusting(`"*"`) + "," + denyAna + "]", principal: userAna, want: ExplicitDeny},
		{rule: "a deny of another principal does not", statement: "[" + trusting(`"*"`) + "," + denyAna + "]", principal: session, want: Allow},
		{rule: "a principal of no account is of no account", statement: trusting(`{"AWS":"123456789012"}`), principal: Principal{}, want: ImplicitDeny},
	}
	if got := EvaluateTrust(nil, Request{Action: "sts:AssumeRole", Principal: userAna}); got.Kind != ImplicitDeny || got.Allowed {
		t.Errorf("without a trust policy: decided %s", got.Kind)
	}
	for _, c := range cases {
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			trust, err := ParseTrust([]byte(document(c.statement)))
			if err != nil {
				t.Fatal(err)
			}
			if c.action == "" {
				c.action = "sts:AssumeRole"
			}
			got := EvaluateTrust(trust, Request{Action: c.action, Principal: c.principal, Context: c.context.context()})
			if got.Kind != c.want || got.Allowed != (c.want == Allow) || got.Delegated != c.delegated {
				t.Errorf("decided %s, delegated %t; want %s, %t", got.Kind, got.Delegated, c.want, c.delegated)
			}
			if got.By != RoleTrustPolicy {
				t.Errorf("decided by %s", got.By)
			}
		})
	}
}

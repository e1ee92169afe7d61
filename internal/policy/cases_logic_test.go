package policy

import "testing"

const (
	allowLightsail = `{"Effect":"Allow","Action":"lightsail:*","Resource":"*"}`
	allowReads     = `{"Effect":"Allow","Action":"lightsail:Get*","Resource":"*"}`
	denyCreate     = `{"Sid":"NoCreate","Effect":"Deny","Action":"lightsail:Create*","Resource":"*"}`
)

func TestEvaluate_logic(t *testing.T) {
	t.Parallel()
	runEvaluations(t, []evaluationCase{
		{rule: "without policies every request is denied implicitly", want: ImplicitDeny, by: IdentityBasedPolicy},
		{rule: "an Allow statement allows", identity: []string{allowLightsail}, want: Allow, by: IdentityBasedPolicy},
		{rule: "one Allow of several policies is enough", identity: []string{allowReads, allowLightsail}, want: Allow},
		{rule: "one Allow of several statements is enough", identity: []string{"[" + allowReads + "," + allowLightsail + "]"}, want: Allow},
		{rule: "a policy that allows other actions allows nothing here", identity: []string{allowReads}, want: ImplicitDeny, by: IdentityBasedPolicy},
		{rule: "a Deny statement denies explicitly", identity: []string{denyCreate}, want: ExplicitDeny, by: IdentityBasedPolicy},
		{rule: "an explicit deny overrides an allow before it", identity: []string{"[" + allowAll + "," + denyCreate + "]"}, want: ExplicitDeny},
		{rule: "an explicit deny overrides an allow after it", identity: []string{"[" + denyCreate + "," + allowAll + "]"}, want: ExplicitDeny},
		{rule: "an explicit deny in another policy overrides", identity: []string{allowAll, denyCreate}, want: ExplicitDeny},
		{rule: "a Deny of other actions does not touch the request", identity: []string{allowAll, denyCreate}, action: "lightsail:GetKeyPair", want: Allow},
		{rule: "a Deny whose condition fails does not touch the request", identity: []string{allowAll, `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`}, context: keys{"aws:SecureTransport": "true"}, want: Allow},
	})
}

func TestEvaluate_permissionsBoundary(t *testing.T) {
	t.Parallel()
	runEvaluations(t, []evaluationCase{
		{rule: "what identity-based policy and boundary allow is allowed", identity: []string{allowAll}, boundary: allowLightsail, want: Allow, by: IdentityBasedPolicy},
		{rule: "a boundary limits what an identity-based policy can grant", identity: []string{allowAll}, boundary: allowReads, want: ImplicitDeny, by: PermissionsBoundary},
		{rule: "a boundary grants nothing by itself", boundary: allowAll, want: ImplicitDeny, by: IdentityBasedPolicy},
		{rule: "where neither allows, the identity-based policies are named", identity: []string{allowReads}, boundary: allowReads, want: ImplicitDeny, by: IdentityBasedPolicy},
		{rule: "an explicit deny in a boundary overrides", identity: []string{allowAll}, boundary: "[" + allowAll + "," + denyCreate + "]", want: ExplicitDeny, by: PermissionsBoundary},
		{rule: "an explicit deny in a boundary is told before a missing allow", identity: []string{allowReads}, boundary: denyCreate, want: ExplicitDeny, by: PermissionsBoundary},
		{rule: "an explicit deny in an identity-based policy is told first", identity: []string{denyCreate}, boundary: denyCreate, want: ExplicitDeny, by: IdentityBasedPolicy},
		{rule: "variables work in a boundary", identity: []string{allowAll}, boundary: `{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/owner":"${aws:username}"}}}`, context: keys{"aws:RequestTag/owner": "ana", "aws:username": "ana"}, want: Allow},
	})
}

func TestEvaluate_sessionPolicies(t *testing.T) {
	t.Parallel()
	runEvaluations(t, []evaluationCase{
		{rule: "what role and session policy allow is allowed", identity: []string{allowAll}, session: []string{allowLightsail}, want: Allow, by: IdentityBasedPolicy},
		{rule: "a session policy limits the session", identity: []string{allowAll}, session: []string{allowReads}, want: ImplicitDeny, by: SessionPolicy},
		{rule: "a session policy grants nothing that the role lacks", identity: []string{allowReads}, session: []string{allowAll}, want: ImplicitDeny, by: IdentityBasedPolicy},
		{rule: "one of several session policies is enough", identity: []string{allowAll}, session: []string{allowReads, allowLightsail}, want: Allow},
		{rule: "an empty list of session policies allows nothing", identity: []string{allowAll}, session: []string{}, want: ImplicitDeny, by: SessionPolicy},
		{rule: "an explicit deny in a session policy overrides", identity: []string{allowAll}, session: []string{allowAll, denyCreate}, want: ExplicitDeny, by: SessionPolicy},
		{rule: "boundary and session policy must both allow", identity: []string{allowAll}, boundary: allowLightsail, session: []string{allowReads}, want: ImplicitDeny, by: SessionPolicy},
		{rule: "where boundary and session policy both lack, the boundary is named", identity: []string{allowAll}, boundary: allowReads, session: []string{allowReads}, want: ImplicitDeny, by: PermissionsBoundary},
		{rule: "all three allow", identity: []string{allowAll}, boundary: allowLightsail, session: []string{allowLightsail}, want: Allow},
	})
}

// TestEvaluate_documentedLightsailPolicies walks through the example policies of the Lightsail documentation.
func TestEvaluate_documentedLightsailPolicies(t *testing.T) {
	t.Parallel()
	const byTag = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["lightsail:Create*","lightsail:TagResource","lightsail:UntagResource"],"Resource":"*",
		 "Condition":{"StringEquals":{"aws:RequestTag/allow":"true"}}},
		{"Effect":"Allow","Action":["lightsail:Delete*","lightsail:TagResource","lightsail:UntagResource"],"Resource":"*",
		 "Condition":{"StringEquals":{"aws:ResourceTag/allow":"true"}}}]}`
	const guardTags = `{"Effect":"Deny","Action":"lightsail:TagResource","Resource":"*",
		"Condition":{"StringNotEquals":{"aws:ResourceTag/allow":"false"}}}`
	const oneInstance = `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["lightsail:Get*","lightsail:IsVpcPeered"],"Resource":"*"},
		{"Effect":"Allow","Action":["lightsail:RebootInstance","lightsail:StartInstance","lightsail:StopInstance"],
		 "Resource":"arn:aws:lightsail:us-east-1:123456789012:Instance/8d1c"}]}`
	runEvaluations(t, []evaluationCase{
		{rule: "create with the right request tag", identity: []string{byTag}, context: keys{"aws:RequestTag/allow": "true"}, want: Allow},
		{rule: "create with another value", identity: []string{byTag}, context: keys{"aws:RequestTag/allow": "false"}, want: ImplicitDeny},
		{rule: "create without tags", identity: []string{byTag}, want: ImplicitDeny},
		{rule: "create with the tag and others besides", identity: []string{byTag}, context: keys{"aws:RequestTag/allow": "true", "aws:RequestTag/x": "y"}, want: Allow},
		{rule: "delete what is tagged so", identity: []string{byTag}, action: "lightsail:DeleteKeyPair", resource: keyPair, context: keys{"aws:ResourceTag/allow": "true"}, want: Allow},
		{rule: "delete what is tagged otherwise", identity: []string{byTag}, action: "lightsail:DeleteKeyPair", resource: keyPair, context: keys{"aws:ResourceTag/allow": "no"}, want: ImplicitDeny},
		{rule: "delete what is not tagged", identity: []string{byTag}, action: "lightsail:DeleteKeyPair", resource: keyPair, want: ImplicitDeny},
		{rule: "tag by either statement", identity: []string{byTag}, action: "lightsail:TagResource", resource: keyPair, context: keys{"aws:ResourceTag/allow": "true", "aws:RequestTag/x": "y"}, want: Allow},
		{rule: "read is not granted", identity: []string{byTag}, action: "lightsail:GetKeyPair", want: ImplicitDeny},
		{rule: "tag again what has allow=false", identity: []string{allowAll, guardTags}, action: "lightsail:TagResource", resource: keyPair, context: keys{"aws:ResourceTag/allow": "false"}, want: Allow},
		{rule: "tag again what has allow=true", identity: []string{allowAll, guardTags}, action: "lightsail:TagResource", resource: keyPair, context: keys{"aws:ResourceTag/allow": "true"}, want: ExplicitDeny},
		{rule: "tag what has no tags", identity: []string{allowAll, guardTags}, action: "lightsail:TagResource", resource: keyPair, want: ExplicitDeny},
		{rule: "reboot the one instance", identity: []string{oneInstance}, action: "lightsail:RebootInstance", resource: instance, want: Allow},
		{rule: "reboot another instance", identity: []string{oneInstance}, action: "lightsail:RebootInstance", resource: instance + "0", want: ImplicitDeny},
		{rule: "read everything", identity: []string{oneInstance}, action: "lightsail:GetInstances", want: Allow},
		{rule: "delete the one instance", identity: []string{oneInstance}, action: "lightsail:DeleteInstance", resource: instance, want: ImplicitDeny},
	})
}

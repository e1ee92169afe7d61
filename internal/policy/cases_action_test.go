package policy

import "testing"

func allowing(element string) []string {
	return []string{`{"Effect":"Allow",` + element + `}`}
}

func TestEvaluate_action(t *testing.T) {
	t.Parallel()
	on := func(actions string) []string { return allowing(`"Action":` + actions + `,"Resource":"*"`) }
	runEvaluations(t, []evaluationCase{
		{rule: "an action is named by its service and its name", identity: on(`"lightsail:CreateKeyPair"`), want: Allow},
		{rule: "another action of the service is not meant", identity: on(`"lightsail:DeleteKeyPair"`), want: ImplicitDeny},
		{rule: "the same name in another service is not meant", identity: on(`"ec2:CreateKeyPair"`), want: ImplicitDeny},
		{rule: "the prefix and the name of an action are not case-sensitive", identity: on(`"LightSail:createKEYpair"`), want: Allow},
		{rule: "the case of the request's action does not matter either", identity: on(`"lightsail:CreateKeyPair"`), action: "LIGHTSAIL:createkeypair", want: Allow},
		{rule: "a list of actions means any of them", identity: on(`["lightsail:GetKeyPair","lightsail:CreateKeyPair"]`), want: Allow},
		{rule: "service:* means every action of the service", identity: on(`"lightsail:*"`), want: Allow},
		{rule: "service:* does not reach other services", identity: on(`"lightsail:*"`), action: "ec2:RunInstances", want: ImplicitDeny},
		{rule: "a service's name is not a prefix of another's", identity: on(`"light:*"`), want: ImplicitDeny},
		{rule: "* alone means every action of every service", identity: on(`"*"`), action: "sts:AssumeRole", want: Allow},
		{rule: "*:* means every action of every service", identity: on(`"*:*"`), want: Allow},
		{rule: "a * at the end of a name completes it", identity: on(`"lightsail:Create*"`), want: Allow},
		{rule: "a * at the end does not change the text before it", identity: on(`"lightsail:Creates*"`), want: ImplicitDeny},
		{rule: "a * at the start of a name", identity: on(`"lightsail:*KeyPair"`), want: Allow},
		{rule: "a * at both ends of a name", identity: on(`"lightsail:*Key*"`), want: Allow},
		{rule: "a * also matches no character", identity: on(`"lightsail:Create*Key*Pair*"`), want: Allow},
		{rule: "several * need all parts in their order", identity: on(`"lightsail:*Pair*Key*"`), want: ImplicitDeny},
		{rule: "a ? matches one character", identity: on(`"lightsail:Create?ey?air"`), want: Allow},
		{rule: "a ? does not match no character", identity: on(`"lightsail:CreateKeyPair?"`), want: ImplicitDeny},
		{rule: "a ? does not match two characters", identity: on(`"lightsail:Create?Pair"`), want: ImplicitDeny},
		{rule: "an unknown action grants nothing else", identity: on(`"lightsail:CreateKeyPairs"`), want: ImplicitDeny},
		{rule: "a comma does not separate actions", identity: on(`"lightsail:CreateKeyPair,DeleteKeyPair"`), want: ImplicitDeny},
		{rule: "a regular expression is not a wildcard", identity: on(`"lightsail:.+"`), want: ImplicitDeny},
		{rule: "a space in an action is a part of it", identity: on(`"lightsail: CreateKeyPair"`), want: ImplicitDeny},
	})
}

func TestEvaluate_notAction(t *testing.T) {
	t.Parallel()
	except := func(actions string) []string { return allowing(`"NotAction":` + actions + `,"Resource":"*"`) }
	runEvaluations(t, []evaluationCase{
		{rule: "NotAction means every action but the listed", identity: except(`"lightsail:DeleteKeyPair"`), want: Allow},
		{rule: "a listed action is not meant", identity: except(`"lightsail:CreateKeyPair"`), want: ImplicitDeny},
		{rule: "NotAction reaches other services", identity: except(`"lightsail:*"`), action: "ec2:RunInstances", want: Allow},
		{rule: "any action of the list is excepted", identity: except(`["lightsail:Get*","lightsail:CreateKeyPair"]`), want: ImplicitDeny},
		{rule: "the list of NotAction is not case-sensitive", identity: except(`"LIGHTSAIL:createkeypair"`), want: ImplicitDeny},
		{rule: "NotAction * means nothing", identity: except(`"*"`), want: ImplicitDeny},
		{
			rule:     "Deny with NotAction denies everything else",
			identity: []string{allowAll, `{"Effect":"Deny","NotAction":"lightsail:Get*","Resource":"*"}`},
			want:     ExplicitDeny,
		},
		{
			rule:     "Deny with NotAction leaves the listed alone but does not grant them",
			identity: []string{`{"Effect":"Deny","NotAction":"lightsail:CreateKeyPair","Resource":"*"}`},
			want:     ImplicitDeny,
		},
	})
}

func TestEvaluate_resource(t *testing.T) {
	t.Parallel()
	on := func(resource, requested string, want Kind, rule string) evaluationCase {
		return evaluationCase{
			rule: rule, identity: allowing(`"Action":"*","Resource":` + resource), resource: requested, want: want,
		}
	}
	const arn = "arn:aws:lightsail:us-east-1:123456789012:"
	runEvaluations(t, []evaluationCase{
		on(`"*"`, instance, Allow, "* means every resource"),
		on(`"*"`, "*", Allow, "an action without resources is authorised on *"),
		on(`"`+instance+`"`, "*", ImplicitDeny, "naming a resource does not grant an action that is authorised on *"),
		on(`"arn:aws:lightsail:*:*:*"`, "*", ImplicitDeny, "an ARN of wildcards is not *"),
		on(`"`+instance+`"`, instance, Allow, "a resource is named by its ARN"),
		on(`"`+instance+`"`, keyPair, ImplicitDeny, "another resource is not meant"),
		on(`["`+keyPair+`","`+instance+`"]`, instance, Allow, "a list of resources means any of them"),
		on(`"`+arn+`instance/8d1c"`, instance, ImplicitDeny, "resource names are case-sensitive"),
		on(`"`+arn+`Instance/8D1C"`, instance, ImplicitDeny, "the identifier is case-sensitive too"),
		on(`"`+arn+`Instance/*"`, instance, Allow, "a * in the resource part"),
		on(`"`+arn+`Instance/*"`, keyPair, ImplicitDeny, "a * does not change the text before it"),
		on(`"`+arn+`Instance/????"`, instance, Allow, "a ? matches one character"),
		on(`"`+arn+`Instance/???"`, instance, ImplicitDeny, "three ? do not match four characters"),
		on(`"`+arn+`*/8d1c"`, instance, Allow, "a * can match the resource type"),
		on(`"`+arn+`*"`, arn+"Instance/a/b:c", Allow, "a * expands over / and, in the resource part, over colons"),
		on(`"`+arn+`Instance/*/test/*"`, arn+"Instance/1/2/test/3/x.jpg", Allow, "a * expands over several /"),
		on(`"`+arn+`Instance/*/test/*"`, arn+"Instance/1///test///x.jpg", Allow, "a / is a character like any other"),
		on(`"`+arn+`Instance/*/test/*"`, arn+"Instance//test/", Allow, "a * also matches no character"),
		on(`"`+arn+`Instance/*/test/*"`, arn+"Instance/1-test/x.jpg", ImplicitDeny, "a / that is written must be there"),
		on(`"`+arn+`Instance/*/test/*"`, arn+"Instance/test/x.jpg", ImplicitDeny, "both / around a * must be there"),
		on(`"arn:aws:lightsail:*:123456789012:Instance/*"`, instance, Allow, "a * for the Region"),
		on(`"arn:aws:lightsail:us-*:123456789012:Instance/*"`, instance, Allow, "a * in the Region"),
		on(`"arn:aws:lightsail:eu-*:123456789012:Instance/*"`, instance, ImplicitDeny, "another Region is not meant"),
		on(`"arn:aws:lightsail:us-east-?:123456789012:Instance/*"`, instance, Allow, "a ? in the Region"),
		on(`"arn:aws:lightsail:us-east-1:*:Instance/*"`, instance, Allow, "a * for the account"),
		on(`"arn:aws:lightsail:us-east-1:999999999999:Instance/*"`, instance, ImplicitDeny, "another account is not meant"),
		on(`"arn:aws:lightsail:us-east-1::Instance/*"`, instance, ImplicitDeny, "an empty component is empty"),
		on(`"arn:aws:ec2:us-east-1:123456789012:Instance/*"`, instance, ImplicitDeny, "another service is not meant"),
		on(`"arn:aws:lightsail"`, instance, Allow, "components that are left out match any"),
		on(`"arn:aws:lightsail:us-east-1"`, instance, Allow, "a Region may be the last component that is given"),
		on(`"arn:aws:lightsail:eu-west-1"`, instance, ImplicitDeny, "a Region that is given alone must match"),
		on(`"arn:*:lightsail:us-east-1:123456789012:Instance/*"`, instance, Allow, "a * for the partition"),
		on(`"arn:aws:logs:*b:c:d:e"`, "arn:aws:logs:a:b:c:d:e", ImplicitDeny, "a * within a component stops at a colon"),
		on(`"arn:aws:logs:a?b:c:d"`, "arn:aws:logs:a:b:c:d", ImplicitDeny, "a ? in the first components is no colon"),
		on(`"arn:aws:logs:a*:d:e"`, "arn:aws:logs:a:b:c:d:e", Allow, "a * that ends its component can match beyond the colon"),
		on(`"arn:aws:logs:us-east-1:1:log-group:*:log-stream:*"`, "arn:aws:logs:us-east-1:1:log-group:a:b:log-stream:c", Allow, "a * in the resource part matches colons"),
		on(`"arn:aws:logs:us-east-1:1:log-group?x"`, "arn:aws:logs:us-east-1:1:log-group:x", Allow, "a ? in the resource part matches a colon"),
		on(`"`+arn+`Instance/é*"`, arn+"Instance/été", Allow, "names need not be ASCII"),
		on(`"`+arn+`Instance/?t?"`, arn+"Instance/été", Allow, "a ? matches a character, not a byte"),
		on(`"`+arn+`Instance/*???"`, arn+"Instance/é😀", ImplicitDeny, "a * does not split a character"),
	})
}

func TestEvaluate_notResource(t *testing.T) {
	t.Parallel()
	except := func(resources, requested string, want Kind, rule string) evaluationCase {
		return evaluationCase{
			rule: rule, identity: allowing(`"Action":"*","NotResource":` + resources), resource: requested, want: want,
		}
	}
	runEvaluations(t, []evaluationCase{
		except(`"`+instance+`"`, keyPair, Allow, "NotResource means every resource but the listed"),
		except(`"`+instance+`"`, instance, ImplicitDeny, "a listed resource is not meant"),
		except(`["`+keyPair+`","arn:aws:lightsail:*:*:Instance/*"]`, instance, ImplicitDeny, "any resource of the list is excepted"),
		except(`"`+instance+`"`, "*", Allow, "* is not a listed resource"),
		except(`"*"`, instance, ImplicitDeny, "NotResource * means nothing"),
		{
			rule:     "Deny with NotResource denies all but the listed",
			identity: []string{allowAll, `{"Effect":"Deny","Action":"lightsail:*","NotResource":"` + instance + `"}`},
			resource: keyPair, want: ExplicitDeny,
		},
		{
			rule:     "Deny with NotResource leaves the listed alone",
			identity: []string{allowAll, `{"Effect":"Deny","Action":"lightsail:*","NotResource":"` + instance + `"}`},
			resource: instance, want: Allow,
		},
	})
}

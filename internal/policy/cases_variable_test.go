package policy

import "testing"

func TestEvaluate_variablesInResource(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:lightsail:us-east-1:123456789012:"
	on := func(rule, resource, requested string, context keys, want Kind) evaluationCase {
		return evaluationCase{
			rule: rule, identity: allowing(`"Action":"*","Resource":"` + arn + resource + `"`),
			resource: arn + requested, context: context, want: want,
		}
	}
	ana := keys{"aws:username": "ana", "aws:PrincipalTag/team": "yellow", "aws:TagKeys": []string{"one"}}
	runEvaluations(t, []evaluationCase{
		on("a variable has the value in the request", "Instance/${aws:username}", "Instance/ana", ana, Allow),
		on("another value does not match", "Instance/${aws:username}", "Instance/bob", ana, ImplicitDeny),
		on("a variable may be inside text", "Instance/x-${aws:username}-y", "Instance/x-ana-y", ana, Allow),
		on("a variable beside a wildcard", "Instance/${aws:username}/*", "Instance/ana/b", ana, Allow),
		on("several variables", "Instance/${aws:username}-${aws:PrincipalTag/team}-*", "Instance/ana-yellow-1", ana, Allow),
		on("the name of a variable is not case-sensitive", "Instance/${AWS:UserName}", "Instance/ana", ana, Allow),
		on("the tag key in a variable is not case-sensitive", "Instance/${aws:principaltag/TEAM}", "Instance/yellow", ana, Allow),
		on("a variable without a value matches no resource", "Instance/${aws:userid}", "Instance/", ana, ImplicitDeny),
		on("a variable without a value is not its own text", "Instance/${aws:userid}", "Instance/${aws:userid}", ana, ImplicitDeny),
		on("an empty value is no value", "Instance/${aws:PrincipalTag/team}", "Instance/", keys{"aws:PrincipalTag/team": ""}, ImplicitDeny),
		on("a multivalued key cannot be a variable", "Instance/${aws:TagKeys}", "Instance/one", ana, ImplicitDeny),
		on("a default replaces a variable without a value", "Instance/${aws:PrincipalTag/team, 'company-wide'}", "Instance/company-wide", nil, Allow),
		on("a default gives way to a value", "Instance/${aws:PrincipalTag/team, 'company-wide'}", "Instance/yellow", ana, Allow),
		on("with a value the default does not match", "Instance/${aws:PrincipalTag/team, 'company-wide'}", "Instance/company-wide", ana, ImplicitDeny),
		on("a default may be empty", "Instance/a${aws:userid, ''}b", "Instance/ab", nil, Allow),
		on("a * in a value is no wildcard", "Instance/${aws:username}", "Instance/ana", keys{"aws:username": "*"}, ImplicitDeny),
		on("a * in a value matches itself", "Instance/${aws:username}", "Instance/*", keys{"aws:username": "*"}, Allow),
		on("a * in a default is no wildcard", "Instance/${aws:userid, '*'}", "Instance/ana", nil, ImplicitDeny),
		on("a variable in a value is not replaced", "Instance/${aws:username}", "Instance/ana", keys{"aws:username": "${aws:userid}", "aws:userid": "ana"}, ImplicitDeny),
		on("${*} is a *", "Instance/a${*}b", "Instance/a*b", nil, Allow),
		on("${*} is no wildcard", "Instance/a${*}b", "Instance/axb", nil, ImplicitDeny),
		on("${?} is a ?", "Instance/a${?}b", "Instance/a?b", nil, Allow),
		on("${?} is no wildcard", "Instance/a${?}b", "Instance/axb", nil, ImplicitDeny),
		on("${$} is a $", "Instance/${$}{aws:username}", "Instance/${aws:username}", ana, Allow),
		on("a $ without a brace is a $", "Instance/$HOME", "Instance/$HOME", nil, Allow),
		{
			rule:     "a variable without a value in NotResource excepts nothing",
			identity: allowing(`"Action":"*","NotResource":"` + arn + `Instance/${aws:userid}"`),
			resource: instance, want: Allow,
		},
		{
			rule:     "one resource with an unknown variable does not spoil the others",
			identity: allowing(`"Action":"*","Resource":["` + arn + `Instance/${aws:userid}","` + instance + `"]`),
			resource: instance, want: Allow,
		},
		{
			rule:     "before Version 2012-10-17 a variable is plain text",
			identity: []string{`{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"` + arn + `Instance/${aws:username}"}}`},
			resource: arn + "Instance/ana", context: ana, want: ImplicitDeny,
		},
		{
			rule:     "without a Version a variable is plain text",
			identity: []string{`{"Statement":{"Effect":"Allow","Action":"*","Resource":"` + arn + `Instance/${aws:username}"}}`},
			resource: arn + "Instance/${aws:username}", context: ana, want: Allow,
		},
		{
			rule:     "before Version 2012-10-17 ${*} holds a wildcard",
			identity: []string{`{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"` + arn + `Instance/${*}"}}`},
			resource: arn + "Instance/${anything}", want: Allow,
		},
	})
}

func TestEvaluate_variablesInConditions(t *testing.T) {
	t.Parallel()
	owner := func(tag, user string) keys {
		return keys{"aws:ResourceTag/owner": tag, "aws:username": user, "aws:PrincipalArn": "arn:aws:iam::1:user/" + user}
	}
	runConditions(t, []conditionCase{
		{"StringEquals with a variable", `{"StringEquals":{"aws:ResourceTag/owner":"${aws:username}"}}`, owner("ana", "ana"), true},
		{"StringEquals with a variable of another value", `{"StringEquals":{"aws:ResourceTag/owner":"${aws:username}"}}`, owner("ana", "bob"), false},
		{"StringEquals with text around a variable", `{"StringEquals":{"aws:ResourceTag/owner":"user-${aws:username}"}}`, owner("user-ana", "ana"), true},
		{"StringEqualsIgnoreCase with a variable", `{"StringEqualsIgnoreCase":{"aws:ResourceTag/owner":"${aws:username}"}}`, owner("ANA", "ana"), true},
		{"StringLike with a variable and a wildcard", `{"StringLike":{"aws:ResourceTag/owner":"${aws:username}/*"}}`, owner("ana/x", "ana"), true},
		{"a * in a value is no wildcard under StringLike", `{"StringLike":{"aws:ResourceTag/owner":"${aws:username}"}}`, owner("ana", "*"), false},
		{"${*} under StringLike is a *", `{"StringLike":{"aws:ResourceTag/owner":"a${*}"}}`, owner("a*", "ana"), true},
		{"${*} under StringLike is no wildcard", `{"StringLike":{"aws:ResourceTag/owner":"a${*}"}}`, owner("ab", "ana"), false},
		{"${*} under StringEquals is a *", `{"StringEquals":{"aws:ResourceTag/owner":"a${*}"}}`, owner("a*", "ana"), true},
		{"ArnLike with a variable", `{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/${aws:username}"}}`, owner("", "ana"), true},
		{"ArnEquals with a variable for the whole ARN", `{"ArnEquals":{"aws:PrincipalArn":"${aws:PrincipalArn}"}}`, owner("", "ana"), true},
		{"Bool with a variable", `{"Bool":{"aws:SecureTransport":"${x:flag}"}}`, keys{"aws:SecureTransport": "true", "x:flag": "True"}, true},
		{"Bool with a variable that is no boolean", `{"Bool":{"aws:SecureTransport":"${x:flag}"}}`, keys{"aws:SecureTransport": "true", "x:flag": "yes"}, false},
		{"a variable without a value does not match", `{"StringEquals":{"aws:ResourceTag/owner":"${aws:userid}"}}`, owner("ana", "ana"), false},
		{"a variable without a value does not match a missing key", `{"StringEquals":{"x:none":"${aws:userid}"}}`, owner("ana", "ana"), false},
		{"a negated operator holds against a variable without a value", `{"StringNotEquals":{"aws:ResourceTag/owner":"${aws:userid}"}}`, owner("ana", "ana"), true},
		{"StringNotLike holds against a variable without a value", `{"StringNotLike":{"aws:ResourceTag/owner":"${aws:userid}*"}}`, owner("ana", "ana"), true},
		{"a value beside a variable without a value still counts", `{"StringEquals":{"aws:ResourceTag/owner":["${aws:userid}","ana"]}}`, owner("ana", "ana"), true},
		{"a default in a condition", `{"StringEquals":{"aws:ResourceTag/owner":"${aws:userid, 'anonymous'}"}}`, owner("anonymous", "ana"), true},
		{"a variable under a set operator", `{"ForAllValues:StringLike":{"aws:TagKeys":"${aws:username}:*"}}`, keys{"aws:TagKeys": []string{"ana:a", "ana:b"}, "aws:username": "ana"}, true},
		{"a variable is not replaced in a key", `{"StringEquals":{"aws:RequestTag/${aws:username}":"x"}}`, keys{"aws:RequestTag/ana": "x", "aws:username": "ana"}, false},
	})
}

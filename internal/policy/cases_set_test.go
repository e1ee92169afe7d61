package policy

import "testing"

func TestEvaluate_setOperators(t *testing.T) {
	t.Parallel()
	tags := func(names ...string) keys { return keys{"aws:TagKeys": names} }
	const (
		all     = `{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}`
		anyOf   = `{"ForAnyValue:StringEquals":{"aws:TagKeys":["environment","cost-center"]}}`
		guarded = `{"ForAllValues:StringEquals":{"aws:TagKeys":["environment","cost-center"]},"Null":{"aws:TagKeys":"false"}}`
		noneOf  = `{"ForAllValues:StringNotEquals":{"aws:TagKeys":["environment","cost-center"]}}`
		other   = `{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["environment","cost-center"]}}`
	)
	runConditions(t, []conditionCase{
		{"ForAllValues holds if the only value is listed", all, tags("environment"), true},
		{"ForAllValues holds if every value is listed", all, tags("environment", "cost-center"), true},
		{"ForAllValues fails if one value is not listed", all, tags("environment", "dept"), false},
		{"ForAllValues holds if the key is missing", all, nil, true},
		{"ForAllValues holds if the key has no values", all, tags(), true},
		{"ForAllValues holds if the value is empty", all, tags(""), true},
		{"ForAllValues does not want all listed values", all, tags("cost-center"), true},
		{"ForAllValues is case-sensitive in values", all, tags("Environment"), false},
		{"ForAllValues with Null false holds if every value is listed", guarded, tags("environment"), true},
		{"Null false guards ForAllValues against a missing key", guarded, nil, false},
		{"ForAllValues works on a single-valued key", `{"ForAllValues:StringEquals":{"aws:PrincipalOrgID":["o-a","o-b"]}}`, keys{"aws:PrincipalOrgID": "o-a"}, true},
		{"ForAllValues on a single value that is not listed", `{"ForAllValues:StringEquals":{"aws:PrincipalOrgID":["o-a","o-b"]}}`, keys{"aws:PrincipalOrgID": "o-z"}, false},
		{"ForAllValues without policy values holds for a missing key only", `{"ForAllValues:StringEquals":{"aws:TagKeys":[]}}`, nil, true},
		{"ForAllValues without policy values fails for any value", `{"ForAllValues:StringEquals":{"aws:TagKeys":[]}}`, tags("a"), false},
		{"ForAllValues with wildcards", `{"ForAllValues:StringLike":{"aws:TagKeys":["key1*","key2*"]}}`, tags("key1:hr", "key2:x"), true},
		{"ForAllValues with a negated operator: no value may be listed", noneOf, tags("dept", "owner"), true},
		{"ForAllValues with a negated operator fails on one listed value", noneOf, tags("dept", "environment"), false},
		{"ForAllValues with a negated operator holds if the key is missing", noneOf, nil, true},
		{"ForAllValues with IfExists holds if the key is missing", `{"ForAllValues:StringEqualsIfExists":{"aws:TagKeys":"a"}}`, nil, true},
		{"ForAllValues with IfExists still tests values", `{"ForAllValues:StringEqualsIfExists":{"aws:TagKeys":"a"}}`, tags("a", "b"), false},

		{"ForAnyValue holds if the only value is listed", anyOf, tags("environment"), true},
		{"ForAnyValue holds if one value is listed", anyOf, tags("environment", "dept"), true},
		{"ForAnyValue fails if no value is listed", anyOf, tags("dept"), false},
		{"ForAnyValue fails if the key is missing", anyOf, nil, false},
		{"ForAnyValue fails if the key has no values", anyOf, tags(), false},
		{"ForAnyValue fails if the value is empty", `{"ForAnyValue:StringLike":{"aws:TagKeys":"*"}}`, tags(""), false},
		{"ForAnyValue is case-sensitive in values", anyOf, tags("Environment"), false},
		{"ForAnyValue ignoring case", `{"ForAnyValue:StringEqualsIgnoreCase":{"aws:TagKeys":"environment"}}`, tags("x", "ENVIRONMENT"), true},
		{"ForAnyValue with a negated operator wants one value that is not listed", other, tags("environment", "dept"), true},
		{"ForAnyValue with a negated operator fails if all are listed", other, tags("environment", "cost-center"), false},
		{"ForAnyValue with a negated operator fails if the key is missing", other, nil, false},
		{"ForAnyValue with IfExists fails if the key is missing", `{"ForAnyValue:StringEqualsIfExists":{"aws:TagKeys":"a"}}`, nil, false},
		{"ForAnyValue works on a single-valued key", `{"ForAnyValue:StringLike":{"aws:UserAgent":"aws-cli/*"}}`, keys{"aws:UserAgent": "aws-cli/2.1"}, true},
		{"ForAllValues:ArnLike", `{"ForAllValues:ArnLike":{"x:Arns":"arn:aws:x::1:d/*"}}`, keys{"x:Arns": []string{"arn:aws:x::1:d/a", "arn:aws:x::1:d/b"}}, true},
		{"ForAllValues:ArnLike with a stranger", `{"ForAllValues:ArnLike":{"x:Arns":"arn:aws:x::1:d/*"}}`, keys{"x:Arns": []string{"arn:aws:x::1:d/a", "arn:aws:x::2:d/b"}}, false},
		{"ForAnyValue:Bool", `{"ForAnyValue:Bool":{"x:Flags":"true"}}`, keys{"x:Flags": []string{"false", "true"}}, true},
		{"ForAllValues:Bool", `{"ForAllValues:Bool":{"x:Flags":"true"}}`, keys{"x:Flags": []string{"false", "true"}}, false},
		{"ForAnyValue:NumericGreaterThan", `{"ForAnyValue:NumericGreaterThan":{"x:Sizes":"10"}}`, keys{"x:Sizes": []string{"5", "15"}}, true},
		{"ForAllValues:NotIpAddress", `{"ForAllValues:NotIpAddress":{"x:Addresses":"10.0.0.0/8"}}`, keys{"x:Addresses": []string{"192.0.2.1", "10.1.1.1"}}, false},

		{"a multivalued key with one value compares without a set operator", `{"StringEquals":{"aws:TagKeys":"team"}}`, tags("team"), true},
		{"several values equal nothing without a set operator", `{"StringEquals":{"aws:TagKeys":"team"}}`, tags("team", "dept"), false},
		{"several values are not equal to a value, without a set operator", `{"StringNotEquals":{"aws:TagKeys":"team"}}`, tags("team", "dept"), true},
	})
}

func TestEvaluate_missingKeys(t *testing.T) {
	t.Parallel()
	tagged := keys{"aws:ResourceTag/allow": "true"}
	keyOnly := keys{"aws:ResourceTag/allow": ""}
	runConditions(t, []conditionCase{
		{"IfExists lets a missing key pass", `{"StringEqualsIfExists":{"aws:ResourceTag/allow":"true"}}`, nil, true},
		{"IfExists tests a key that is there", `{"StringEqualsIfExists":{"aws:ResourceTag/allow":"true"}}`, keys{"aws:ResourceTag/allow": "false"}, false},
		{"IfExists holds if the key is there and matches", `{"StringEqualsIfExists":{"aws:ResourceTag/allow":"true"}}`, tagged, true},
		{"IfExists on a negated operator changes nothing for a missing key", `{"StringNotEqualsIfExists":{"aws:ResourceTag/allow":"true"}}`, nil, true},
		{"IfExists on a negated operator tests a key that is there", `{"StringNotEqualsIfExists":{"aws:ResourceTag/allow":"true"}}`, tagged, false},
		{"StringLikeIfExists", `{"StringLikeIfExists":{"ec2:InstanceType":["t1.*","t2.*"]}}`, keys{"ec2:InstanceType": "m3.large"}, false},
		{"NumericLessThanIfExists", `{"NumericLessThanIfExists":{"s3:max-keys":"10"}}`, nil, true},
		{"DateGreaterThanIfExists", `{"DateGreaterThanIfExists":{"aws:TokenIssueTime":"2020-01-01"}}`, nil, true},
		{"IpAddressIfExists", `{"IpAddressIfExists":{"aws:SourceIp":"10.0.0.0/8"}}`, keys{"aws:SourceIp": "192.0.2.1"}, false},
		{"ArnLikeIfExists", `{"ArnLikeIfExists":{"aws:SourceArn":"arn:aws:s3:::b"}}`, nil, true},
		{"IfExists on one key does not excuse another", `{"StringEqualsIfExists":{"aws:ResourceTag/allow":"true"},"StringEquals":{"aws:username":"ana"}}`, nil, false},
		{"Null true holds if the key is missing", `{"Null":{"aws:TokenIssueTime":"true"}}`, nil, true},
		{"Null true fails if the key is there", `{"Null":{"aws:TokenIssueTime":"true"}}`, keys{"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}, false},
		{"Null false holds if the key is there", `{"Null":{"aws:ResourceTag/allow":"false"}}`, tagged, true},
		{"Null false fails if the key is missing", `{"Null":{"aws:ResourceTag/allow":"false"}}`, nil, false},
		{"Null may be written with a boolean", `{"Null":{"aws:ResourceTag/allow":false}}`, tagged, true},
		{"a tag without a value is there", `{"Null":{"aws:ResourceTag/allow":"false"}}`, keyOnly, true},
		{"a multivalued key without values is null", `{"Null":{"aws:TagKeys":"true"}}`, keys{"aws:TagKeys": []string{}}, true},
		{"Null with both values always holds", `{"Null":{"aws:ResourceTag/allow":["true","false"]}}`, nil, true},
		{"Null compares keys without regard to case", `{"Null":{"AWS:resourcetag/ALLOW":"true"}}`, tagged, false},
	})
}

func TestEvaluate_severalConditions(t *testing.T) {
	t.Parallel()
	const block = `{"StringEquals":{"aws:PrincipalTag/department":["finance","hr","legal"],"aws:PrincipalTag/role":["audit","security"]},` +
		`"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::222222222222:user/Ana","arn:aws:iam::222222222222:user/Mary"]}}`
	const excluding = `{"StringEquals":{"aws:PrincipalTag/department":["finance","hr","legal"],"aws:PrincipalTag/role":["audit","security"]},` +
		`"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::222222222222:user/Ana","arn:aws:iam::222222222222:user/Mary"]}}`
	who := func(department, role, user string) keys {
		context := keys{"aws:PrincipalArn": "arn:aws:iam::222222222222:user/" + user}
		if department != "" {
			context["aws:PrincipalTag/department"] = department
		}
		if role != "" {
			context["aws:PrincipalTag/role"] = role
		}
		return context
	}
	runConditions(t, []conditionCase{
		{"operators and keys are ANDed, values are ORed", block, who("legal", "audit", "Mary"), true},
		{"one operator that fails is enough to fail", block, who("hr", "audit", "Nikki"), false},
		{"one key that fails is enough to fail", block, who("hr", "payroll", "Mary"), false},
		{"one key that is missing is enough to fail", block, who("hr", "", "Mary"), false},
		{"all keys missing", block, who("", "", "Mary"), false},
		{"a negated operator is ANDed as well", excluding, who("legal", "audit", "Nikki"), true},
		{"NOR over the values of a negated operator", excluding, who("hr", "audit", "Mary"), false},
		{"a negated operator does not excuse another key", excluding, who("hr", "payroll", "Nikki"), false},
		{"an empty Condition always holds", `{}`, nil, true},
		{"an operator without keys always holds", `{"DateGreaterThan":{}}`, nil, true},
		{"the same key under two operators", `{"StringLike":{"aws:username":"a*"},"StringNotEquals":{"aws:username":"ana"}}`, keys{"aws:username": "anton"}, true},
		{"the same key under two operators that exclude each other", `{"StringEquals":{"aws:username":"ana"},"StringNotEquals":{"aws:username":"ana"}}`, keys{"aws:username": "ana"}, false},
	})
}

package policy

import "testing"

func TestEvaluate_stringOperators(t *testing.T) {
	t.Parallel()
	team := func(value string) keys { return keys{"aws:RequestTag/team": value} }
	runConditions(t, []conditionCase{
		{"StringEquals matches exactly", `{"StringEquals":{"aws:RequestTag/team":"web"}}`, team("web"), true},
		{"StringEquals wants the whole value", `{"StringEquals":{"aws:RequestTag/team":"web"}}`, team("webs"), false},
		{"StringEquals is case-sensitive in values", `{"StringEquals":{"aws:RequestTag/team":"web"}}`, team("Web"), false},
		{"StringEquals does not match a key that is missing", `{"StringEquals":{"aws:RequestTag/team":"web"}}`, nil, false},
		{"StringEquals knows no wildcards", `{"StringEquals":{"aws:RequestTag/team":"w*"}}`, team("web"), false},
		{"a * under StringEquals is a *", `{"StringEquals":{"aws:RequestTag/team":"w*"}}`, team("w*"), true},
		{"a ? under StringEquals is a ?", `{"StringEquals":{"aws:RequestTag/team":"w?b"}}`, team("web"), false},
		{"StringEquals can want the empty value", `{"StringEquals":{"aws:RequestTag/team":""}}`, team(""), true},
		{"the empty value is not any value", `{"StringEquals":{"aws:RequestTag/team":""}}`, team("web"), false},
		{"the empty value is not a missing key", `{"StringEquals":{"aws:RequestTag/team":""}}`, nil, false},
		{"several values are alternatives", `{"StringEquals":{"aws:RequestTag/team":["web","db"]}}`, team("db"), true},
		{"none of several values", `{"StringEquals":{"aws:RequestTag/team":["web","db"]}}`, team("ops"), false},
		{"a list of one value is that value", `{"StringEquals":{"aws:RequestTag/team":["web"]}}`, team("web"), true},
		{"no value at all matches nothing", `{"StringEquals":{"aws:RequestTag/team":[]}}`, team("web"), false},
		{"condition keys are not case-sensitive", `{"StringEquals":{"AWS:REQUESTTAG/team":"web"}}`, team("web"), true},
		{"the tag key in a condition key is not case-sensitive", `{"StringEquals":{"aws:RequestTag/TEAM":"web"}}`, team("web"), true},
		{"letters beyond ASCII do not fold in tag keys", `{"StringEquals":{"aws:RequestTag/ÉQUIPE":"web"}}`, keys{"aws:RequestTag/équipe": "web"}, false},
		{"the Kelvin sign is no k in a tag key", `{"StringEquals":{"aws:RequestTag/task":"web"}}`, keys{"aws:RequestTag/tas\u212a": "web"}, false},
		{"the long s is no s in a tag key", `{"StringEquals":{"aws:RequestTag/task":"web"}}`, keys{"aws:RequestTag/ta\u017fk": "web"}, false},
		{"the Kelvin sign is no k in a value", `{"StringEqualsIgnoreCase":{"aws:RequestTag/task":"desk"}}`, keys{"aws:RequestTag/task": "DES\u212a"}, false},
		{"the long s is no s in a boolean", `{"Bool":{"aws:RequestTag/on":"false"}}`, keys{"aws:RequestTag/on": "fal\u017fe"}, false},
		{"a tag key with spaces", `{"StringEquals":{"aws:RequestTag/cost center":"1"}}`, keys{"aws:RequestTag/cost center": "1"}, true},
		{"an unknown condition key is absent", `{"StringEquals":{"lightsail:Nonsense":"web"}}`, team("web"), false},
		{"another tag is another key", `{"StringEquals":{"aws:ResourceTag/team":"web"}}`, team("web"), false},
		{"a number in the policy is its digits", `{"StringEquals":{"aws:PrincipalAccount":123456789012}}`, keys{"aws:PrincipalAccount": account}, true},
		{"a boolean in the policy is true or false", `{"StringEquals":{"aws:SecureTransport":true}}`, keys{"aws:SecureTransport": "true"}, true},
		{"escapes of JSON are read", `{"StringEquals":{"aws:RequestTag/team":"\u0077eb"}}`, team("web"), true},
		{"values are compared as they are, without folding of Unicode forms", `{"StringEquals":{"aws:RequestTag/team":"e\u0301"}}`, team("é"), false},

		{"StringNotEquals is the negation", `{"StringNotEquals":{"aws:RequestTag/team":"web"}}`, team("db"), true},
		{"StringNotEquals does not hold for the value itself", `{"StringNotEquals":{"aws:RequestTag/team":"web"}}`, team("web"), false},
		{"a negated operator holds if the key is missing", `{"StringNotEquals":{"aws:RequestTag/team":"web"}}`, nil, true},
		{"several values under a negated operator are NOR", `{"StringNotEquals":{"aws:RequestTag/team":["web","db"]}}`, team("db"), false},
		{"NOR holds if none matches", `{"StringNotEquals":{"aws:RequestTag/team":["web","db"]}}`, team("ops"), true},
		{"StringNotEquals is case-sensitive", `{"StringNotEquals":{"aws:RequestTag/team":"web"}}`, team("WEB"), true},
		{"no value at all under a negated operator excludes nothing", `{"StringNotEquals":{"aws:RequestTag/team":[]}}`, team("web"), true},

		{"StringEqualsIgnoreCase ignores case", `{"StringEqualsIgnoreCase":{"aws:RequestTag/team":"PreProd"}}`, team("preprod"), true},
		{"StringEqualsIgnoreCase ignores nothing else", `{"StringEqualsIgnoreCase":{"aws:RequestTag/team":"PreProd"}}`, team("pre-prod"), false},
		{"StringEqualsIgnoreCase knows no wildcards", `{"StringEqualsIgnoreCase":{"aws:RequestTag/team":"W*"}}`, team("web"), false},
		{"StringNotEqualsIgnoreCase is the negation", `{"StringNotEqualsIgnoreCase":{"aws:RequestTag/team":"WEB"}}`, team("web"), false},
		{"StringNotEqualsIgnoreCase holds for another value", `{"StringNotEqualsIgnoreCase":{"aws:RequestTag/team":"WEB"}}`, team("db"), true},

		{"StringLike without wildcards is StringEquals", `{"StringLike":{"aws:RequestTag/team":"web"}}`, team("web"), true},
		{"StringLike wants the whole value", `{"StringLike":{"aws:RequestTag/team":"we"}}`, team("web"), false},
		{"a * under StringLike matches anything", `{"StringLike":{"aws:RequestTag/team":"w*"}}`, team("web"), true},
		{"a * under StringLike matches colons and slashes", `{"StringLike":{"aws:RequestTag/team":"a*z"}}`, team("a:b/c:z"), true},
		{"a ? under StringLike matches one character", `{"StringLike":{"aws:RequestTag/team":"w?b"}}`, team("web"), true},
		{"StringLike is case-sensitive", `{"StringLike":{"aws:RequestTag/team":"W*"}}`, team("web"), false},
		{"* matches the empty value", `{"StringLike":{"aws:RequestTag/team":"*"}}`, team(""), true},
		{"* does not match a missing key", `{"StringLike":{"aws:RequestTag/team":"*"}}`, nil, false},
		{"?* wants a value that is not empty", `{"StringLike":{"aws:RequestTag/team":"?*"}}`, team(""), false},
		{"an empty pattern matches the empty value", `{"StringLike":{"s3:prefix":["","home/"]}}`, keys{"s3:prefix": ""}, true},
		{"brackets are not wildcards", `{"StringLike":{"aws:RequestTag/team":"[w]eb"}}`, team("web"), false},
		{"StringNotLike is the negation", `{"StringNotLike":{"aws:RequestTag/team":"w*"}}`, team("web"), false},
		{"StringNotLike holds if no pattern matches", `{"StringNotLike":{"aws:RequestTag/team":["w*","d*"]}}`, team("ops"), true},
		{"StringNotLike holds if the key is missing", `{"StringNotLike":{"aws:RequestTag/team":"*"}}`, nil, true},
		{"a string operator can compare ARNs across their components", `{"StringLike":{"aws:SourceArn":"arn:aws:x:*:111122223333:finance/*"}}`, keys{"aws:SourceArn": "arn:aws:x:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"}, true},
	})
}

package policy

import "testing"

func TestEvaluate_numericOperators(t *testing.T) {
	t.Parallel()
	count := func(value string) keys { return keys{"s3:max-keys": value} }
	runConditions(t, []conditionCase{
		{"NumericEquals compares numbers, not text", `{"NumericEquals":{"s3:max-keys":"10"}}`, count("10.0"), true},
		{"NumericEquals of another number", `{"NumericEquals":{"s3:max-keys":"10"}}`, count("11"), false},
		{"a number may be written without quotation marks", `{"NumericEquals":{"s3:max-keys":10}}`, count("10"), true},
		{"decimals are compared", `{"NumericEquals":{"s3:max-keys":"0.5"}}`, count(".5"), true},
		{"negative numbers are compared", `{"NumericLessThan":{"s3:max-keys":"0"}}`, count("-1"), true},
		{"several numbers are alternatives", `{"NumericEquals":{"s3:max-keys":[1,2,3]}}`, count("2"), true},
		{"NumericNotEquals is the negation", `{"NumericNotEquals":{"s3:max-keys":"10"}}`, count("10"), false},
		{"NumericNotEquals holds if the key is missing", `{"NumericNotEquals":{"s3:max-keys":"10"}}`, nil, true},
		{"NumericLessThan", `{"NumericLessThan":{"s3:max-keys":"10"}}`, count("9"), true},
		{"NumericLessThan excludes the number", `{"NumericLessThan":{"s3:max-keys":"10"}}`, count("10"), false},
		{"9 is less than 10, as numbers are", `{"NumericLessThan":{"s3:max-keys":"10"}}`, count("9.99"), true},
		{"NumericLessThanEquals includes the number", `{"NumericLessThanEquals":{"s3:max-keys":"10"}}`, count("10"), true},
		{"NumericLessThanEquals excludes more", `{"NumericLessThanEquals":{"s3:max-keys":"10"}}`, count("10.1"), false},
		{"NumericGreaterThan", `{"NumericGreaterThan":{"s3:max-keys":"10"}}`, count("11"), true},
		{"NumericGreaterThan excludes the number", `{"NumericGreaterThan":{"s3:max-keys":"10"}}`, count("10"), false},
		{"NumericGreaterThanEquals includes the number", `{"NumericGreaterThanEquals":{"s3:max-keys":"10"}}`, count("10"), true},
		{"less than one of several is enough", `{"NumericLessThan":{"s3:max-keys":["1","100"]}}`, count("50"), true},
		{"a value that is no number is less than nothing", `{"NumericLessThan":{"s3:max-keys":"10"}}`, count("few"), false},
		{"a value that is no number does not equal one", `{"NumericNotEquals":{"s3:max-keys":"10"}}`, count("few"), true},
		{"numeric operators do not match a missing key", `{"NumericLessThan":{"s3:max-keys":"10"}}`, nil, false},
	})
}

func TestEvaluate_dateOperators(t *testing.T) {
	t.Parallel()
	at := func(value string) keys { return keys{"aws:CurrentTime": value} }
	const noon = "2026-06-30T12:00:00Z"
	runConditions(t, []conditionCase{
		{"DateEquals", `{"DateEquals":{"aws:CurrentTime":"2026-06-30T12:00:00Z"}}`, at(noon), true},
		{"DateEquals compares instants, not text", `{"DateEquals":{"aws:CurrentTime":"2026-06-30T14:00:00+02:00"}}`, at(noon), true},
		{"DateNotEquals is the negation", `{"DateNotEquals":{"aws:CurrentTime":"2026-06-30T12:00:00Z"}}`, at(noon), false},
		{"DateLessThan", `{"DateLessThan":{"aws:CurrentTime":"2026-06-30T12:00:01Z"}}`, at(noon), true},
		{"DateLessThan excludes the instant", `{"DateLessThan":{"aws:CurrentTime":"2026-06-30T12:00:00Z"}}`, at(noon), false},
		{"DateLessThanEquals includes the instant", `{"DateLessThanEquals":{"aws:CurrentTime":"2026-06-30T12:00:00Z"}}`, at(noon), true},
		{"DateGreaterThan", `{"DateGreaterThan":{"aws:CurrentTime":"2026-06-30T11:59:59Z"}}`, at(noon), true},
		{"DateGreaterThan excludes the instant", `{"DateGreaterThan":{"aws:CurrentTime":"2026-06-30T12:00:00Z"}}`, at(noon), false},
		{"DateGreaterThanEquals includes the instant", `{"DateGreaterThanEquals":{"aws:CurrentTime":"2026-06-30T12:00:00Z"}}`, at(noon), true},
		{"two dates make a window", `{"DateGreaterThan":{"aws:CurrentTime":"2026-06-01"},"DateLessThan":{"aws:CurrentTime":"2026-07-01"}}`, at(noon), true},
		{"outside the window", `{"DateGreaterThan":{"aws:CurrentTime":"2026-07-01"},"DateLessThan":{"aws:CurrentTime":"2026-08-01"}}`, at(noon), false},
		{"a day is its first instant", `{"DateEquals":{"aws:CurrentTime":"2026-06-30"}}`, at("2026-06-30T00:00:00Z"), true},
		{"a month is its first instant", `{"DateEquals":{"aws:CurrentTime":"2026-06"}}`, at("2026-06-01T00:00:00Z"), true},
		{"a time without seconds", `{"DateEquals":{"aws:CurrentTime":"2026-06-30T12:00Z"}}`, at(noon), true},
		{"a time without a zone is UTC", `{"DateEquals":{"aws:CurrentTime":"2026-06-30T12:00:00"}}`, at(noon), true},
		{"fractions of a second count", `{"DateGreaterThan":{"aws:CurrentTime":"2026-06-30T12:00:00Z"}}`, at("2026-06-30T12:00:00.001Z"), true},
		{"a date may be in epoch seconds", `{"DateLessThan":{"aws:CurrentTime":"1782820801"}}`, at(noon), true},
		{"epoch seconds compare with ISO 8601", `{"DateGreaterThan":{"aws:EpochTime":"2026-06-30T11:59:59Z"}}`, keys{"aws:EpochTime": "1782820800"}, true},
		{"epoch seconds may be a number", `{"DateEquals":{"aws:EpochTime":1782820800}}`, keys{"aws:EpochTime": "1782820800"}, true},
		{"a value that is no date matches nothing", `{"DateLessThan":{"aws:CurrentTime":"2026-07-01"}}`, at("today"), false},
		{"a token's age is unknown without a token", `{"DateGreaterThan":{"aws:TokenIssueTime":"2020-01-01T00:00:01Z"}}`, at(noon), false},
	})
}

func TestEvaluate_boolAndBinaryOperators(t *testing.T) {
	t.Parallel()
	secure := func(value string) keys { return keys{"aws:SecureTransport": value} }
	runConditions(t, []conditionCase{
		{"Bool compares with true", `{"Bool":{"aws:SecureTransport":"true"}}`, secure("true"), true},
		{"Bool compares with false", `{"Bool":{"aws:SecureTransport":"false"}}`, secure("true"), false},
		{"a boolean may be written without quotation marks", `{"Bool":{"aws:SecureTransport":false}}`, secure("false"), true},
		{"the case of a boolean does not matter", `{"Bool":{"aws:SecureTransport":"TRUE"}}`, secure("true"), true},
		{"both booleans match either", `{"Bool":{"aws:SecureTransport":["true","false"]}}`, secure("false"), true},
		{"a missing key is not false", `{"Bool":{"aws:SecureTransport":"false"}}`, nil, false},
		{"a value that is no boolean matches neither", `{"Bool":{"aws:SecureTransport":"true"}}`, secure("1"), false},
		{"BoolIfExists lets a missing key pass", `{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}`, nil, true},
		{"BinaryEquals compares bytes", `{"BinaryEquals":{"x:key":"QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}`, keys{"x:key": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}, true},
		{"BinaryEquals of other bytes", `{"BinaryEquals":{"x:key":"QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}`, keys{"x:key": "ASIAIOSFODNN7EXAMPLE"}, false},
		{"BinaryEquals does not match a missing key", `{"BinaryEquals":{"x:key":"QQ=="}}`, nil, false},
	})
}

func TestEvaluate_addressOperators(t *testing.T) {
	t.Parallel()
	from := func(value string) keys { return keys{"aws:SourceIp": value} }
	runConditions(t, []conditionCase{
		{"IpAddress matches an address of the range", `{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, from("203.0.113.1"), true},
		{"IpAddress does not match an address outside", `{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, from("198.51.100.1"), false},
		{"an address without a prefix length is that address", `{"IpAddress":{"aws:SourceIp":"203.0.113.5"}}`, from("203.0.113.5"), true},
		{"an address without a prefix length is no other", `{"IpAddress":{"aws:SourceIp":"203.0.113.5"}}`, from("203.0.113.6"), false},
		{"bits after the prefix do not matter", `{"IpAddress":{"aws:SourceIp":"203.0.113.77/24"}}`, from("203.0.113.1"), true},
		{"IPv6 ranges", `{"IpAddress":{"aws:SourceIp":"2001:DB8:1234:5678::/64"}}`, from("2001:db8:1234:5678::1"), true},
		{"IPv6 outside the range", `{"IpAddress":{"aws:SourceIp":"2001:DB8:1234:5678::/64"}}`, from("2001:db8:1234:5679::1"), false},
		{"an IPv6 address without a prefix length is that address", `{"IpAddress":{"aws:SourceIp":"2001:db8::1"}}`, from("2001:db8::2"), false},
		{"ranges of both families are alternatives", `{"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:DB8::/32"]}}`, from("2001:db8::7"), true},
		{"an IPv4 range holds no IPv6 address", `{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`, from("2001:db8::7"), false},
		{"an IPv4 address in IPv6 clothes is an IPv4 address", `{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, from("::ffff:203.0.113.1"), true},
		{"NotIpAddress is the negation", `{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, from("203.0.113.1"), false},
		{"NotIpAddress outside all ranges", `{"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24","192.0.2.0/24"]}}`, from("198.51.100.1"), true},
		{"NotIpAddress holds if the key is missing", `{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`, nil, true},
		{"what is no address is in no range", `{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}`, from("localhost"), false},
	})
}

func TestEvaluate_arnOperators(t *testing.T) {
	t.Parallel()
	source := func(value string) keys { return keys{"aws:PrincipalArn": value} }
	const ana = "arn:aws:iam::222222222222:user/Ana"
	runConditions(t, []conditionCase{
		{"ArnEquals matches the ARN", `{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::222222222222:user/Ana"}}`, source(ana), true},
		{"ArnEquals is case-sensitive", `{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::222222222222:user/ana"}}`, source(ana), false},
		{"ArnEquals takes wildcards as ArnLike does", `{"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::*:user/A?a"}}`, source(ana), true},
		{"ArnLike with several patterns", `{"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::*:role/*","arn:aws:iam::*:user/*"]}}`, source(ana), true},
		{"another account", `{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111111111111:user/*"}}`, source(ana), false},
		{"six wildcards match every ARN", `{"ArnLike":{"aws:PrincipalArn":"arn:*:*:*:*:*"}}`, source(ana), true},
		{"components are checked separately", `{"ArnLike":{"aws:SourceArn":"arn:aws:x:*:111122223333:finance/*"}}`, keys{"aws:SourceArn": "arn:aws:x:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"}, false},
		{"the sixth component may hold colons", `{"ArnLike":{"aws:SourceArn":"arn:aws:logs:*:*:log-group:*"}}`, keys{"aws:SourceArn": "arn:aws:logs:us-east-1:1:log-group:a:b"}, true},
		{"a * at the end of an earlier component stops at the colon", `{"ArnLike":{"aws:SourceArn":"arn:aws:x:a*:c:d"}}`, keys{"aws:SourceArn": "arn:aws:x:a:b:c:d"}, false},
		{"what is no ARN matches no pattern", `{"ArnLike":{"aws:PrincipalArn":"arn:*:*:*:*:*"}}`, source("Ana"), false},
		{"ArnNotEquals is the negation", `{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::222222222222:user/Ana"}}`, source(ana), false},
		{"ArnNotLike holds if no pattern matches", `{"ArnNotLike":{"aws:PrincipalArn":["arn:aws:iam::*:user/Mary","arn:aws:iam::*:role/*"]}}`, source(ana), true},
		{"ArnNotLike holds if the key is missing", `{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}}`, nil, true},
	})
}

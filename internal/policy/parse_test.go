package policy

import (
	"errors"
	"strings"
	"testing"
)

// A refusal is a document that is no policy, with the place and the start of the reason.
type refusal struct {
	name   string
	text   string
	line   int
	column int
	path   string
	reason string
}

func runRefusals(t *testing.T, parse func([]byte) error, cases []refusal) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := parse([]byte(c.text))
			refused, ok := errors.AsType[*ParseError](err)
			if !ok {
				t.Fatalf("not refused (%v)", err)
			}
			if refused.Line != c.line || refused.Column != c.column || refused.Path != c.path {
				t.Errorf("at %d:%d %s, want %d:%d %s", refused.Line, refused.Column, refused.Path, c.line, c.column, c.path)
			}
			if !strings.HasPrefix(refused.Reason, c.reason) {
				t.Errorf("reason %q, want %q …", refused.Reason, c.reason)
			}
		})
	}
}

func parseError(text []byte) error {
	_, err := Parse(text)
	return err
}

func TestParse_refusesDocuments(t *testing.T) {
	t.Parallel()
	const s = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	runRefusals(t, parseError, []refusal{
		{"nothing", "", 1, 1, "", "the document is not JSON"},
		{"white space", " \n ", 2, 2, "", "the document is not JSON"},
		{"no JSON", "This is not JSON", 1, 1, "", "the document is not JSON"},
		{"cut off", "{\n\"Version\"", 2, 10, "", "the document is not JSON: unexpected end"},
		{"a comma too many", "{\n  \"Id\": \"x\",\n}", 3, 1, "", "the document is not JSON: invalid character '}'"},
		{"two documents", s + s, 1, 47, "", "the document is not JSON: invalid character '{' after top-level value"},
		{"a byte that is not UTF-8", "{\"Id\":\"é\xff\"}", 1, 9, "", "the text is not UTF-8"},
		{"null", "null", 1, 1, "", "must be an object, not null"},
		{"a list", "[]", 1, 1, "", "must be an object, not a list"},
		{"a string", `"Allow"`, 1, 1, "", "must be an object, not a string"},
		{"too large", `{"Id":"` + strings.Repeat("x", maxDocumentBytes) + `"}`, 1, 1, "", "the document is larger than 131072 bytes"},
		{"too deep", strings.Repeat("[", 9) + strings.Repeat("]", 9), 1, 9, "[0][0][0][0][0][0][0][0]", "the document is nested more than 8 levels deep"},
		{"an unknown element", `{"Version":"2012-10-17","Extra":1,"Statement":` + s + `}`, 1, 25, "Extra", `unknown element "Extra"; known here: Version, Id, Statement`},
		{"an element in the wrong case", `{"version":"2012-10-17"}`, 1, 2, "version", `unknown element "version"`},
		{"an element twice", "{\"Id\":\"x\",\n \"Id\":\"x\"}", 2, 2, "Id", "Id is given twice"},
		{"the same name by an escape", `{"Id":"x","I\u0064":"x"}`, 1, 11, "Id", "Id is given twice"},
		{"an unknown version", `{"Version":"2013-10-17","Statement":` + s + `}`, 1, 12, "Version", `unknown version "2013-10-17"`},
		{"a version that is no string", `{"Version":20121017,"Statement":` + s + `}`, 1, 12, "Version", "must be a string, not a number"},
		{"an Id that is no string", `{"Id":[],"Statement":` + s + `}`, 1, 7, "Id", "must be a string, not a list"},
		{"no Statement", `{"Version":"2012-10-17"}`, 1, 1, "", "the policy has no Statement"},
		{"an empty Statement", `{"Statement": []}`, 1, 15, "Statement", "the policy has no Statement"},
		{"a Statement that is a string", `{"Statement":"Allow"}`, 1, 14, "Statement", "must be an object, not a string"},
		{"a statement that is a string", `{"Statement":[` + s + `,"Allow"]}`, 1, 62, "Statement[1]", "must be an object, not a string"},
		{"a list of lists", `{"Statement":[[]]}`, 1, 15, "Statement[0]", "must be an object, not a list"},
	})
}

func TestParse_refusesStatements(t *testing.T) {
	t.Parallel()
	cases := []refusal{
		{"no Effect", `{"Action":"*","Resource":"*"}`, 1, 1, "", "Missing required field Effect"},
		{"an unknown Effect", `{"Effect":"Permit","Action":"*","Resource":"*"}`, 1, 11, ".Effect", "Invalid effect: Permit"},
		{"an Effect in the wrong case", `{"Effect":"allow","Action":"*","Resource":"*"}`, 1, 11, ".Effect", "Invalid effect: allow"},
		{"an Effect that is a list", `{"Effect":["Allow"],"Action":"*","Resource":"*"}`, 1, 11, ".Effect", "must be a string, not a list"},
		{"Effect twice", `{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}`, 1, 19, ".Effect", "Effect is given twice"},
		{"an unknown element", `{"Effect":"Allow","Actions":"*","Resource":"*"}`, 1, 19, ".Actions", `unknown element "Actions"`},
		{"an element without a name", `{"":1,"Effect":"Allow","Action":"*","Resource":"*"}`, 1, 2, ".", `unknown element ""`},
		{"a Principal", `{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`, 1, 19, ".Principal", "Has prohibited field Principal"},
		{"a NotPrincipal", `{"Effect":"Allow","NotPrincipal":"*","Action":"*","Resource":"*"}`, 1, 19, ".NotPrincipal", "Has prohibited field NotPrincipal"},
		{"a Sid with a hyphen", `{"Sid":"a-b","Effect":"Allow","Action":"*","Resource":"*"}`, 1, 8, ".Sid", "Statement IDs (SID) must be alpha-numeric."},
		{"a Sid that is no string", `{"Sid":1,"Effect":"Allow","Action":"*","Resource":"*"}`, 1, 8, ".Sid", "must be a string, not a number"},
		{"no Action", `{"Effect":"Allow","Resource":"*"}`, 1, 1, "", "Policy statement must contain actions."},
		{"an empty Action", `{"Effect":"Allow","Action":[],"Resource":"*"}`, 1, 28, ".Action", "Policy statement must contain actions."},
		{"Action and NotAction", `{"Effect":"Allow","Action":"*","NotAction":[],"Resource":"*"}`, 1, 44, ".NotAction", "a statement has either Action or NotAction"},
		{"an Action that is an object", `{"Effect":"Allow","Action":{},"Resource":"*"}`, 1, 28, ".Action", "must be a string or a list of strings, not an object"},
		{"an Action that is null", `{"Effect":"Allow","Action":null,"Resource":"*"}`, 1, 28, ".Action", "must be a string or a list of strings, not null"},
		{"an action that is a list", `{"Effect":"Allow","Action":["*",[]],"Resource":"*"}`, 1, 33, ".Action[1]", "must be a string, not a list"},
		{"an action without a service", `{"Effect":"Allow","Action":"CreateKeyPair","Resource":"*"}`, 1, 28, ".Action", "Actions/Conditions must be prefaced by a vendor"},
		{"an empty action", `{"Effect":"Allow","NotAction":"","Resource":"*"}`, 1, 31, ".NotAction", "Actions/Conditions must be prefaced by a vendor"},
		{"an action with two colons", `{"Effect":"Allow","Action":"s3:List:Bucket","Resource":"*"}`, 1, 28, ".Action", "Actions/Condition can contain only one colon."},
		{"an action with a variable", `{"Effect":"Allow","Action":"s3:${aws:username}","Resource":"*"}`, 1, 28, ".Action", "Actions/Condition can contain only one colon."},
		{"a service with a space", `{"Effect":"Allow","Action":["a:B","a a:ListBucket"],"Resource":"*"}`, 1, 35, ".Action[1]", "Vendor a a is not valid"},
		{"a service with a wildcard in it", `{"Effect":"Allow","Action":"light*:Get","Resource":"*"}`, 1, 28, ".Action", "Vendor light* is not valid"},
		{"a service without a name", `{"Effect":"Allow","Action":":Get","Resource":"*"}`, 1, 28, ".Action", "Vendor  is not valid"},
		{"an action without a name", `{"Effect":"Allow","Action":"lightsail:","Resource":"*"}`, 1, 28, ".Action", "the action has no name after its service"},
		{"no Resource", `{"Effect":"Allow","Action":"*"}`, 1, 1, "", "Policy statement must contain resources."},
		{"an empty Resource", `{"Effect":"Allow","Action":"*","Resource":[]}`, 1, 43, ".Resource", "Policy statement must contain resources."},
		{"Resource and NotResource", `{"Effect":"Allow","Action":"*","NotResource":"*","Resource":"*"}`, 1, 46, ".NotResource", "a statement has either Resource or NotResource"},
		{"a Resource that is an object", `{"Effect":"Allow","Action":"*","Resource":{"a":"b"}}`, 1, 43, ".Resource", "must be a string or a list of strings, not an object"},
		{"a resource that is no ARN", `{"Effect":"Allow","Action":"*","Resource":"my-instance"}`, 1, 43, ".Resource", `Resource my-instance must be in ARN format or "*".`},
		{"an empty resource", `{"Effect":"Allow","Action":"*","Resource":""}`, 1, 43, ".Resource", `Resource  must be in ARN format or "*".`},
		{"two asterisks", `{"Effect":"Allow","Action":"*","Resource":"**"}`, 1, 43, ".Resource", `Resource ** must be in ARN format or "*".`},
		{"an ARN without its prefix", `{"Effect":"Allow","Action":"*","Resource":"aws:s3:::bucket"}`, 1, 43, ".Resource", `Resource aws:s3:::bucket must be in ARN format`},
		{"an unknown partition", `{"Effect":"Allow","Action":"*","Resource":"arn:error:s3:::bucket"}`, 1, 43, ".Resource", `Partition "error" is not valid for resource`},
		{"an ARN without a service", `{"Effect":"Allow","Action":"*","Resource":"arn:aws"}`, 1, 43, ".Resource", "Resource vendor must be fully qualified"},
		{"an ARN with a wildcard for the service", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:*:*:*:*"}`, 1, 43, ".Resource", "Resource vendor must be fully qualified"},
		{"an ARN with a wildcard in the service", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:light?ail:*:*:*"}`, 1, 43, ".Resource", "Resource vendor must be fully qualified"},
		{"an ARN with an empty service", `{"Effect":"Allow","Action":"*","Resource":"arn:aws::::bucket"}`, 1, 43, ".Resource", "an ARN has six components"},
		{"a short ARN with an empty component", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3::bucket"}`, 1, 43, ".Resource", "an ARN has six components"},
		{"an ARN without a resource", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::"}`, 1, 43, ".Resource", "the ARN names no resource"},
		{"a variable for the account", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:lightsail:*:${aws:PrincipalAccount}:Instance/*"}`, 1, 43, ".Resource", "policy variables can stand only after the fifth colon"},
		{"a variable that is not closed", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:username"}`, 1, 43, ".Resource", "invalid policy variable"},
		{"a variable without a name", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${}"}`, 1, 43, ".Resource", "invalid policy variable"},
		{"a variable without a prefix", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${username}"}`, 1, 43, ".Resource", "invalid policy variable"},
		{"a variable in a variable", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:${x:y}}"}`, 1, 43, ".Resource", "invalid policy variable"},
		{"a default without quotation marks", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:userid, anonymous}"}`, 1, 43, ".Resource", "invalid policy variable: a default is written"},
		{"a default without a space", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:userid,'anonymous'}"}`, 1, 43, ".Resource", "invalid policy variable: a default is written"},
		{"a default that is not closed", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:userid, 'anonymous"}`, 1, 43, ".Resource", "invalid policy variable: a default is written"},
	}
	const before = `{"Version":"2012-10-17","Statement":`
	for i := range cases {
		cases[i].text = before + cases[i].text + "}"
		cases[i].column += len(before)
		cases[i].path = "Statement" + cases[i].path
	}
	runRefusals(t, parseError, cases)
	runRefusals(t, parseError, []refusal{
		{
			"a Sid twice", "{\"Statement\":[\n{\"Sid\":\"a\",\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},\n{\"Sid\":\"a\",\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}]}",
			3, 8, "Statement[1].Sid", "Statement IDs (SID) in a single policy must be unique.",
		},
	})
}

func TestParse_refusesConditions(t *testing.T) {
	t.Parallel()
	cases := []refusal{
		{"a list", `[]`, 1, 1, "", "must be an object, not a list"},
		{"a string", `"a"`, 1, 1, "", "must be an object, not a string"},
		{"null", `null`, 1, 1, "", "must be an object, not null"},
		{"an unknown operator", `{"StringMatches":{"a:b":"c"}}`, 1, 2, ".StringMatches", `unknown condition operator "StringMatches"`},
		{"an operator in the wrong case", `{"stringEquals":{"a:b":"c"}}`, 1, 2, ".stringEquals", `unknown condition operator "stringEquals"`},
		{"a key in the place of an operator", `{"aws:username":"ana"}`, 1, 2, ".aws:username", "unknown condition operator"},
		{"an unknown qualifier", `{"ForSomeValue:StringEquals":{"a:b":"c"}}`, 1, 2, ".ForSomeValue:StringEquals", "unknown condition operator"},
		{"two colons after a qualifier", `{"ForAnyValue::StringEquals":{"a:b":"c"}}`, 1, 2, ".ForAnyValue::StringEquals", "unknown condition operator"},
		{"two qualifiers", `{"ForAnyValue:ForAllValues:StringEquals":{"a:b":"c"}}`, 1, 2, ".ForAnyValue:ForAllValues:StringEquals", "unknown condition operator"},
		{"IfExists twice", `{"StringEqualsIfExistsIfExists":{"a:b":"c"}}`, 1, 2, ".StringEqualsIfExistsIfExists", "unknown condition operator"},
		{"IfExists on Null", `{"NullIfExists":{"a:b":"true"}}`, 1, 2, ".NullIfExists", "unknown condition operator"},
		{"a qualifier on Null", `{"ForAnyValue:Null":{"a:b":"true"}}`, 1, 2, ".ForAnyValue:Null", "unknown condition operator"},
		{"an operator twice", `{"Bool":{"a:b":"true"},"Bool":{"c:d":"true"}}`, 1, 24, ".Bool", "Bool is given twice"},
		{"an operator that holds a string", `{"StringEquals":"a"}`, 1, 17, ".StringEquals", "must be an object, not a string"},
		{"a key without a name", `{"StringEquals":{"":"a"}}`, 1, 18, ".StringEquals.", "the condition key has no name"},
		{"a key twice", `{"StringEquals":{"a:b":"c","a:b":"d"}}`, 1, 28, ".StringEquals.a:b", "a:b is given twice"},
		{"a key twice in different case", `{"StringEquals":{"aws:RequestTag/a":"c","aws:requesttag/A":"d"}}`, 1, 41, ".StringEquals.aws:requesttag/A", "the condition key aws:requesttag/A is given twice"},
		{"a value that is an object", `{"StringEquals":{"a:b":{}}}`, 1, 24, ".StringEquals.a:b", "a condition value must be a string, a number or a boolean, not an object"},
		{"a value that is null", `{"StringEquals":{"a:b":null}}`, 1, 24, ".StringEquals.a:b", "a condition value must be"},
		{"a list in a list", `{"StringEquals":{"a:b":["c",["d"]]}}`, 1, 29, ".StringEquals.a:b[1]", "a condition value must be"},
		{"a variable that is not closed", `{"StringLike":{"a:b":"${aws:username"}}`, 1, 22, ".StringLike.a:b", "invalid policy variable"},
		{"not a number", `{"NumericEquals":{"a:b":["1","ten"]}}`, 1, 30, ".NumericEquals.a:b[1]", `"ten" is not a number, which NumericEquals compares`},
		{"a hexadecimal number", `{"NumericEquals":{"a:b":"0x10"}}`, 1, 25, ".NumericEquals.a:b", `"0x10" is not a number`},
		{"an infinite number", `{"NumericEquals":{"a:b":"Inf"}}`, 1, 25, ".NumericEquals.a:b", `"Inf" is not a number`},
		{"a number out of range", `{"NumericEquals":{"a:b":"1e999"}}`, 1, 25, ".NumericEquals.a:b", `"1e999" is not a number`},
		{"an empty number", `{"NumericEquals":{"a:b":""}}`, 1, 25, ".NumericEquals.a:b", `"" is not a number`},
		{"a variable for a number", `{"NumericEquals":{"a:b":"${x:y}"}}`, 1, 25, ".NumericEquals.a:b", `"${x:y}" is not a number`},
		{"not a date", `{"DateGreaterThan":{"a:b":"sdfdsf"}}`, 1, 27, ".DateGreaterThan.a:b", `"sdfdsf" is neither an ISO 8601 date nor epoch seconds`},
		{"a date without its month", `{"DateLessThan":{"a:b":"234-13"}}`, 1, 24, ".DateLessThan.a:b", `"234-13" is neither`},
		{"a month that there is not", `{"DateLessThan":{"a:b":"2026-13-01"}}`, 1, 24, ".DateLessThan.a:b", `"2026-13-01" is neither`},
		{"a zone of one digit", `{"DateLessThan":{"a:b":"2016-12-13t2:00:00.593194+1"}}`, 1, 24, ".DateLessThan.a:b", `"2016-12-13t2:00:00.593194+1" is neither`},
		{"a fraction of ten digits", `{"DateLessThan":{"a:b":"2016-12-13t2:00:00.1999999999+10:59"}}`, 1, 24, ".DateLessThan.a:b", `"2016-12-13t2:00:00.1999999999+10:59" is neither`},
		{"an epoch out of range", `{"DateLessThan":{"a:b":"9223372036854775808"}}`, 1, 24, ".DateLessThan.a:b", `"9223372036854775808" is neither`},
		{"not a boolean", `{"Bool":{"a:b":"yes"}}`, 1, 16, ".Bool.a:b", `Bool takes true or false, not "yes"`},
		{"a Null that is no boolean", `{"Null":{"a:b":"1"}}`, 1, 16, ".Null.a:b", `Null takes true or false, not "1"`},
		{"a binary that is not base64", `{"BinaryEquals":{"a:b":"Q"}}`, 1, 24, ".BinaryEquals.a:b", `"Q" is not base64`},
		{"not an address", `{"IpAddress":{"aws:SourceIp":"localhost"}}`, 1, 30, ".IpAddress.aws:SourceIp", `"localhost" is neither an IP address nor a range`},
		{"an address with leading zeros", `{"IpAddress":{"aws:SourceIp":"10.00.0.1"}}`, 1, 30, ".IpAddress.aws:SourceIp", `"10.00.0.1" is neither`},
		{"a prefix that is too long", `{"NotIpAddress":{"aws:SourceIp":"10.0.0.0/33"}}`, 1, 33, ".NotIpAddress.aws:SourceIp", `"10.0.0.0/33" is neither`},
		{"an address with a zone", `{"IpAddress":{"aws:SourceIp":"fe80::1%eth0"}}`, 1, 30, ".IpAddress.aws:SourceIp", `"fe80::1%eth0" is neither`},
		{"an ARN with too few components", `{"ArnLike":{"aws:SourceArn":"arn:aws:s3:*"}}`, 1, 29, ".ArnLike.aws:SourceArn", `"arn:aws:s3:*" is not an ARN of six components`},
		{"not an ARN", `{"ArnEquals":{"aws:SourceArn":"a:b:c:d:e:f"}}`, 1, 31, ".ArnEquals.aws:SourceArn", `"a:b:c:d:e:f" is not an ARN of six components`},
	}
	const before = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":`
	for i := range cases {
		cases[i].text = before + cases[i].text + "}}"
		cases[i].column += len(before)
		cases[i].path = "Statement.Condition" + cases[i].path
	}
	runRefusals(t, parseError, cases)
}

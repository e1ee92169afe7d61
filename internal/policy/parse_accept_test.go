package policy

import (
	"errors"
	"strings"
	"testing"
)

// TestParse_accepts holds what looks odd and yet is a policy to AWS.
func TestParse_accepts(t *testing.T) {
	t.Parallel()
	condition := func(block string) string {
		return `{"Effect":"Allow","Action":"*","Resource":"*","Condition":` + block + `}`
	}
	cases := []struct{ name, text string }{
		{"a single statement instead of a list", allowAll},
		{"a list of one statement", "[" + allowAll + "]"},
		{"an Id", `{"Version":"2012-10-17","Id":"any text","Statement":` + allowAll + `}`},
		{"elements in any order", `{"Statement":{"Resource":"*","Action":"*","Effect":"Deny"},"Version":"2012-10-17"}`},
		{"statements without Sid", "[" + allowAll + "," + allowAll + "]"},
		{"empty Sids", `[{"Sid":"","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"","Effect":"Deny","Action":"*","Resource":"*"}]`},
		{"an unknown service and action", `{"Effect":"Allow","Action":"service-prefix.x:action-name","Resource":"*"}`},
		{"spaces in an action's name", `{"Effect":"Allow","Action":"iam: asdf safdsf af ","Resource":"*"}`},
		{"NotAction with NotResource", `{"Effect":"Allow","NotAction":"s3:ListBucket","NotResource":"*"}`},
		{"a list of resources with *", `{"Effect":"Allow","Action":"*","Resource":["arn:aws:s3:::bucket","*"]}`},
		{"an ARN of an unknown service", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:invalid-service:::thing"}`},
		{"an ARN of three components", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:something"}`},
		{"an ARN with a wildcard for the partition", `{"Effect":"Allow","Action":"*","Resource":"arn:*:s3:::bucket"}`},
		{"a variable with dots in its prefix", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${cognito-identity.amazonaws.com:sub}/*"}`},
		{"a variable with a space in the tag key", `{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/cost center}"}`},
		{"half a variable in the older language", `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b/${"}}`},
		{"an empty Condition", condition(`{}`)},
		{"an operator without keys", condition(`{"DateGreaterThan":{}}`)},
		{"a key without values", condition(`{"DateGreaterThan":{"a":[]}}`)},
		{"a condition key without a prefix", condition(`{"StringEquals":{"a":"b"}}`)},
		{"a qualifier and IfExists together", condition(`{"ForAnyValue:StringEqualsIfExists":{"a":"b"}}`)},
		{"values of several types", condition(`{"StringEquals":{"a:b":["true",false,1]}}`)},
		{"a date in lower case with one digit for the hour", condition(`{"DateLessThan":{"a:b":"2016-12-13t2:00:00.593194+23"}}`)},
		{"a date with nanoseconds", condition(`{"DateLessThan":{"a:b":"2016-12-13T21:20:37.593194111+00:00"}}`)},
		{"numbers in all forms", condition(`{"NumericEquals":{"a:b":["+1","-1.5","1e3",".5",1E-2]}}`)},
		{"an ARN with a variable for the account", condition(`{"ArnLike":{"a:b":"arn:aws:iam::${aws:PrincipalAccount}:user/*"}}`)},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := Parse([]byte(document(c.text))); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestParseTrust_refuses(t *testing.T) {
	t.Parallel()
	cases := []refusal{
		{"no Principal", `{"Effect":"Allow","Action":"sts:AssumeRole"}`, 1, 1, "", "Missing required field Principal"},
		{"an empty Principal", `{"Effect":"Allow","Principal":{},"Action":"sts:AssumeRole"}`, 1, 31, ".Principal", "Missing required field Principal cannot be empty!"},
		{"an empty list of principals", `{"Effect":"Allow","Principal":{"AWS":[]},"Action":"sts:AssumeRole"}`, 1, 38, ".Principal.AWS", "Missing required field Principal cannot be empty!"},
		{"a Principal that is a name", `{"Effect":"Allow","Principal":"123456789012","Action":"sts:AssumeRole"}`, 1, 31, ".Principal", "must be an object, not a string"},
		{"a Principal that is a list", `{"Effect":"Allow","Principal":["*"],"Action":"sts:AssumeRole"}`, 1, 31, ".Principal", "must be an object, not a list"},
		{"an unknown kind of principal", `{"Effect":"Allow","Principal":{"CanonicalUser":"79a5"},"Action":"sts:AssumeRole"}`, 1, 32, ".Principal.CanonicalUser", `unknown element "CanonicalUser"`},
		{"a principal that is a number", `{"Effect":"Allow","Principal":{"AWS":123456789012},"Action":"sts:AssumeRole"}`, 1, 38, ".Principal.AWS", "must be a string or a list of strings"},
		{"an account of eleven digits", `{"Effect":"Allow","Principal":{"AWS":"12345678901"},"Action":"sts:AssumeRole"}`, 1, 38, ".Principal.AWS", `Invalid principal in policy: "AWS":"12345678901"`},
		{"a wildcard in a name", `{"Effect":"Allow","Principal":{"AWS":["*","arn:aws:iam::123456789012:user/a*"]},"Action":"sts:AssumeRole"}`, 1, 43, ".Principal.AWS[1]", `Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/a*"`},
		{"a wildcard for the account", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::*:root"},"Action":"sts:AssumeRole"}`, 1, 38, ".Principal.AWS", "Invalid principal in policy"},
		{"a group", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:group/ops"},"Action":"sts:AssumeRole"}`, 1, 38, ".Principal.AWS", "Invalid principal in policy"},
		{"a user without a name", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/"},"Action":"sts:AssumeRole"}`, 1, 38, ".Principal.AWS", "Invalid principal in policy"},
		{"a session without a name", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:sts::123456789012:assumed-role/deploy"},"Action":"sts:AssumeRole"}`, 1, 38, ".Principal.AWS", "Invalid principal in policy"},
		{"an ARN of another service", `{"Effect":"Allow","Principal":{"AWS":"arn:aws:s3::123456789012:user/a"},"Action":"sts:AssumeRole"}`, 1, 38, ".Principal.AWS", "Invalid principal in policy"},
		{"every service", `{"Effect":"Allow","Principal":{"Service":"*"},"Action":"sts:AssumeRole"}`, 1, 42, ".Principal.Service", `Invalid principal in policy: "SERVICE":"*"`},
		{"a NotPrincipal", `{"Effect":"Deny","NotPrincipal":{"AWS":"*"},"Action":"sts:AssumeRole"}`, 1, 18, ".NotPrincipal", "Has prohibited field NotPrincipal"},
		{"a Resource", `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}`, 1, 61, ".Resource", "Has prohibited field Resource"},
		{"a NotResource", `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","NotResource":"*"}`, 1, 61, ".NotResource", "Has prohibited field NotResource"},
		{"an action of another service", `{"Effect":"Allow","Principal":"*","Action":"lightsail:GetKeyPair"}`, 1, 44, ".Action", "AssumeRole policy may only specify STS AssumeRole actions."},
		{"every action", `{"Effect":"Allow","Principal":"*","Action":"*"}`, 1, 44, ".Action", "AssumeRole policy may only specify STS AssumeRole actions."},
		{"every action of STS", `{"Effect":"Allow","Principal":"*","Action":"sts:*"}`, 1, 44, ".Action", "AssumeRole policy may only specify STS AssumeRole actions."},
		{"no action", `{"Effect":"Allow","Principal":"*"}`, 1, 1, "", "Policy statement must contain actions."},
		{"a bad condition", `{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"Bool":{"a:b":"x"}}}`, 1, 88, ".Condition.Bool.a:b", "Bool takes true or false"},
	}
	const before = `{"Version":"2012-10-17","Statement":`
	for i := range cases {
		cases[i].text = before + cases[i].text + "}"
		cases[i].column += len(before)
		cases[i].path = "Statement" + cases[i].path
	}
	runRefusals(t, func(text []byte) error {
		_, err := ParseTrust(text)
		return err
	}, cases)
}

func TestParseError_readsAsASentence(t *testing.T) {
	t.Parallel()
	_, err := Parse([]byte("{\n  \"Statement\": {\"Effect\": \"Permit\"}\n}"))
	const want = `line 2, column 27, Statement.Effect: Invalid effect: Permit; it is Allow or Deny`
	if err == nil || err.Error() != want {
		t.Errorf("error of Parse: got %v, want %s", err, want)
	}
	_, err = Parse([]byte("x"))
	if refused, ok := errors.AsType[*ParseError](err); !ok || !strings.HasPrefix(refused.Error(), "line 1, column 1: the document is not JSON") {
		t.Errorf("got %v", err)
	}
}

func TestDocument_version(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"Statement":` + allowAll + `}`:                                             Version2008,
		`{"Version":"2008-10-17","Statement":` + allowAll + `}`:                      Version2008,
		`{"Version":"2012-10-17","Statement":[` + allowAll + `,` + denyCreate + `]}`: Version2012,
	} {
		d, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if d.Version() != want {
			t.Errorf("version of %s: got %s, want %s", text, d.Version(), want)
		}
	}
	trust, err := ParseTrust([]byte(document(`{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}`)))
	if err != nil || trust.version != Version2012 {
		t.Errorf("trust policy: got %v, %v, want version 2012-10-17", trust, err)
	}
}

func TestSize_countsWithoutWhiteSpace(t *testing.T) {
	t.Parallel()
	if got := Size([]byte("{ \"Id\":\n\t\"é\" }\r\n")); got != 10 {
		t.Errorf("size in characters: got %d, want 10", got)
	}
}

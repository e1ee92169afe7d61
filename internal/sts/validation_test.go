package sts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

const (
	arnPattern = `[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`
	tagPattern = `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`
)

// broken is AWS's sentence about one value.
func broken(value, path, rule string) string {
	return fmt.Sprintf("1 validation error detected: Value %s at '%s' failed to satisfy constraint: %s", value, path, rule)
}

// TestAssumeRole_inputErrors sends what AssumeRole does not take, to a role that its caller
// may assume. What AWS says to RoleArn, RoleSessionName, DurationSeconds and to
// repeated parameters was observed.
func TestAssumeRole_inputErrors(t *testing.T) {
	const (
		invalid   = "ValidationError"
		malformed = "MalformedInput"
		value     = "InvalidParameterValue"
		mfa       = "MultiFactorAuthentication failed: Lanyard has no MFA devices. Leave out SerialNumber and TokenCode."
	)
	w := newWorld(t)
	alice := w.user(home, "alice", "")
	trusted := strings.Replace(trust(userARN(home, "alice")), `"sts:AssumeRole"`, `["sts:AssumeRole","sts:TagSession"]`, 1)
	role := w.role(home, "deploy", trusted)
	w.insert(home, identity.Policy, "p", identity.Doc{Document: allow("*")})
	managed := "arn:aws:iam::" + home + ":policy/p"
	good := func(more ...string) string {
		return asking("AssumeRole", append([]string{"RoleArn", role, "RoleSessionName", "s1"}, more...)...)
	}
	arn := func(value string) string { return asking("AssumeRole", "RoleArn", value, "RoleSessionName", "s1") }
	session := func(value string) string { return asking("AssumeRole", "RoleArn", role, "RoleSessionName", value) }
	many := func(n int, pairs func(i int) []string) (all []string) {
		for i := 1; i <= n; i++ {
			all = append(all, pairs(i)...)
		}
		return all
	}
	long := strings.Repeat("x", 2049)
	for _, tc := range []struct {
		name, body    string
		status        int
		code, message string
	}{
		{"no ARN", asking("AssumeRole", "RoleSessionName", "s1"), 400, invalid, broken("null", "roleArn", "Member must not be null")},
		{"an empty ARN", arn(""), 400, invalid, "2 validation errors detected: Value '' at 'roleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: " + arnPattern + "; Value '' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20"},
		{"a short ARN", arn("not-an-arn"), 400, invalid, broken("'not-an-arn'", "roleArn", "Member must have length greater than or equal to 20")},
		{"a long ARN", arn(long), 400, invalid, broken("'"+long[:256]+"...'", "roleArn", "Member must have length less than or equal to 2048")},
		{"invalid, 2048 characters", arn(strings.Repeat("é", 2048)), 400, invalid, strings.Repeat("é", 256) + "... is invalid"},
		{"an ARN with a character beyond U+FFFF", arn("arn:aws:iam::111122223333:role/😀"), 400, invalid, broken("'arn:aws:iam::111122223333:role/😀'", "roleArn", "Member must satisfy regular expression pattern: "+arnPattern)},
		{"an invalid ARN", arn(strings.Repeat("x", 20)), 400, invalid, strings.Repeat("x", 20) + " is invalid"},
		{"a user's ARN", arn(userARN(home, "alice")), 400, invalid, userARN(home, "alice") + " is invalid"},
		{"an ARN without an account", arn("arn:aws:iam:::role/deploy"), 400, invalid, "arn:aws:iam:::role/deploy is invalid"},
		{"an ARN without a name", arn("arn:aws:iam::111122223333:role/"), 400, invalid, "arn:aws:iam::111122223333:role/ is invalid"},
		{"another partition's ARN", arn("arn:aws-cn:iam::111122223333:role/deploy"), 400, invalid, "arn:aws-cn:iam::111122223333:role/deploy is invalid"},

		{"no session name", asking("AssumeRole", "RoleArn", role), 400, invalid, broken("null", "roleSessionName", "Member must not be null")},
		{"an empty session name", session(""), 400, invalid, broken("''", "roleSessionName", "Member must have length greater than or equal to 2")},
		{"a short session name", session("a"), 400, invalid, broken("'a'", "roleSessionName", "Member must have length greater than or equal to 2")},
		{"a long session name", session(strings.Repeat("a", 65)), 400, invalid, broken("'"+strings.Repeat("a", 65)+"'", "roleSessionName", "Member must have length less than or equal to 64")},
		{"a session name with a slash", session("bad/name"), 400, invalid, broken("'bad/name'", "roleSessionName", `Member must satisfy regular expression pattern: [\w+=,.@-]*`)},
		{"a session name with a line break", session("bad\n"), 400, invalid, broken("'bad\n'", "roleSessionName", `Member must satisfy regular expression pattern: [\w+=,.@-]*`)},
		{"neither ARN nor session name", asking("AssumeRole"), 400, invalid, "2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null"},

		{"an empty duration", good("DurationSeconds", ""), 400, malformed, "missing value for decimal type"},
		{"a duration that is no number", good("DurationSeconds", "abc"), 400, malformed, ""},
		{"a duration with a fraction", good("DurationSeconds", "900.0"), 400, malformed, ""},
		{"a duration of more than 32 bits", good("DurationSeconds", "2147483648"), 400, malformed, ""},
		{"a negative duration", good("DurationSeconds", "-1"), 400, invalid, broken("'-1'", "durationSeconds", "Member must have value greater than or equal to 900")},
		{"a short duration", good("DurationSeconds", "899"), 400, invalid, broken("'899'", "durationSeconds", "Member must have value greater than or equal to 900")},
		{"a long duration", good("DurationSeconds", "43201"), 400, invalid, broken("'43201'", "durationSeconds", "Member must have value less than or equal to 43200")},
		{"the first of two durations", good("DurationSeconds", "899", "DurationSeconds", "900"), 400, invalid, broken("'899'", "durationSeconds", "Member must have value greater than or equal to 900")},
		{"the first of two ARNs", form("RoleArn", "not-an-arn") + "&" + good(), 400, invalid, broken("'not-an-arn'", "roleArn", "Member must have length greater than or equal to 20")},

		{"a short external id", good("ExternalId", "x"), 400, invalid, broken("'x'", "externalId", "Member must have length greater than or equal to 2")},
		{"an external id with a space", good("ExternalId", "x y"), 400, invalid, broken("'x y'", "externalId", `Member must satisfy regular expression pattern: [\w+=,.@:\/-]*`)},
		{"an MFA device", good("SerialNumber", "arn:aws:iam::111122223333:mfa/alice", "TokenCode", "123456"), 403, "AccessDenied", mfa},
		{"a source identity", good("SourceIdentity", "alice"), 400, invalid, "Lanyard does not support the parameter SourceIdentity of AssumeRole."},
		{"a least size of the token", good("MinimumSessionTokenSize", "4096"), 400, invalid, "Lanyard does not support the parameter MinimumSessionTokenSize of AssumeRole."},
		{"a provided context", good("ProvidedContexts.member.1.ProviderArn", "arn:aws:iam::aws:contextProvider/IdentityCenter"), 400, invalid, "Lanyard does not support the parameter ProvidedContexts of AssumeRole."},

		{"an empty policy", good("Policy", ""), 400, invalid, "2 validation errors detected: Value '' at 'policy' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+; Value '' at 'policy' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"a policy that is no JSON", good("Policy", "allow all"), 400, "MalformedPolicyDocument", "The session policy is not valid: line 1, column 1: the document is not JSON: invalid character 'a' looking for beginning of value"},
		{"a policy with a principal", good("Policy", "{\"Version\":\"2012-10-17\",\n\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Principal\":\"*\",\"Resource\":\"*\"}]}"), 400, "MalformedPolicyDocument", "The session policy is not valid: line 2, column 45, Statement[0].Principal: Has prohibited field Principal"},
		{"eleven managed policies", good(many(11, func(i int) []string { return []string{fmt.Sprintf("PolicyArns.member.%d.arn", i), managed} })...), 400, invalid, "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10"},
		{"a managed policy without an ARN", good("PolicyArns.member.1.Arn", managed), 400, malformed, "The parameter PolicyArns is not a list of the form that the action has."},
		{"a short ARN of a managed policy", good("PolicyArns.member.1.arn", managed, "PolicyArns.member.2.arn", "short"), 400, invalid, broken("'short'", "policyArns.2.member.arn", "Member must have length greater than or equal to 20")},
		{"a managed policy that is not there", good("PolicyArns.member.1.arn", managed+"x"), 400, invalid, "The policy " + managed + "x does not exist."},
		{"a managed policy of another account", good("PolicyArns.member.1.arn", "arn:aws:iam::444455556666:policy/p"), 400, invalid, "The policy arn:aws:iam::444455556666:policy/p is not one of the role's account."},
		{"a managed policy of AWS's", good("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"), 400, invalid, "The policy arn:aws:iam::aws:policy/ReadOnlyAccess is not one of the role's account."},

		{"51 tags", good(many(51, func(i int) []string {
			return []string{fmt.Sprintf("Tags.member.%d.Key", i), fmt.Sprint("k", i), fmt.Sprintf("Tags.member.%d.Value", i), ""}
		})...), 400, invalid, "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50"},
		{"a tag without a value", good("Tags.member.1.Key", "k"), 400, invalid, broken("null", "tags.1.member.value", "Member must not be null")},
		{"a tag with an empty key", good("Tags.member.1.Key", "", "Tags.member.1.Value", "v"), 400, invalid, "2 validation errors detected: Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: " + tagPattern + "; Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"a tag value with a sign", good("Tags.member.1.Key", "k", "Tags.member.1.Value", "a&b"), 400, invalid, broken("'a&b'", "tags.1.member.value", `Member must satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]*`)},
		{"a tag twice", good("Tags.member.1.Key", "k", "Tags.member.1.Value", "", "Tags.member.2.Key", "K", "Tags.member.2.Value", ""), 400, value, "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{"a tag of AWS's", good("Tags.member.1.Key", "AWS:k", "Tags.member.1.Value", ""), 400, value, "The tag key AWS:k begins with aws:, which is reserved."},
		{"a tag that is left out", good("Tags.member.2.Key", "k", "Tags.member.2.Value", ""), 400, malformed, "The elements of the list Tags are not numbered from 1 without gaps."},
		{"a tag with a number like no other", good("Tags.member.01.Key", "k", "Tags.member.01.Value", ""), 400, malformed, "The parameter Tags is not a list of the form that the action has."},
		{"tags that are no list", good("Tags", "k"), 400, malformed, "Top level element may not be treated as a list"},
		{"a transitive key without its tag", good("Tags.member.1.Key", "k", "Tags.member.1.Value", "", "TransitiveTagKeys.member.1", "q"), 400, value, "The specified transitive tag key must be included in the requested tags."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			call{body: tc.body, key: alice}.send(t, w.endpoint).wantError(t, tc.status, tc.code, tc.message)
		})
	}

	for name, body := range map[string]string{
		"nothing else":               good(),
		"unknown parameters":         good("Unknown", "value"),
		"the first of two names":     good("RoleSessionName", "bad/name"),
		"a duration with a sign":     good("DurationSeconds", "+900"),
		"a duration with zeros":      good("DurationSeconds", "0900"),
		"a name of 64 characters":    session(strings.Repeat("b", 64)),
		"a name of all characters":   session("aZ0_+=,.@-"),
		"no least size of the token": good("MinimumSessionTokenSize", "0"),
		"empty lists":                good("Tags", "", "PolicyArns", "", "TransitiveTagKeys", ""),
		"ten managed policies":       good(many(10, func(i int) []string { return []string{fmt.Sprintf("PolicyArns.member.%d.arn", i), managed} })...),
		"a transitive key":           good("Tags.member.1.Key", "k", "Tags.member.1.Value", "", "TransitiveTagKeys.member.1", "K"),
		"a tag with an empty value":  good("Tags.member.1.Key", "straße 1", "Tags.member.1.Value", ""),
		"an external id of URL form": good("ExternalId", "https://example.com/x"),
	} {
		t.Run("accepted: "+name, func(t *testing.T) {
			if r := (call{body: body, key: alice}).send(t, w.endpoint); r.status != 200 {
				t.Errorf("answer = %d %s", r.status, r.body)
			}
		})
	}
}

package policy

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzParse wants that any text is either a policy or refused at a place within it, that the answer does not depend
// on white space around it, and that what is a policy can be evaluated.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "{", "null", "[[[[[[[[[[", document(allowAll), document(denyCreate), teamPolicy,
		`{"Version":"2008-10-17","Id":"x","Statement":[{"Sid":"a","Effect":"Deny","NotAction":["a:*","b:?"],"NotResource":"arn:aws:s3:::b/${x:y, 'z'}*"}]}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:*","Condition":{"ForAllValues:StringLikeIfExists":{"aws:TagKeys":["a*","${*}"]},"Null":{"a:b":true}}}}`,
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"a:b":1e3},"DateEquals":{"a:b":"2026-01-01"},"IpAddress":{"a:b":"::/0"},"BinaryEquals":{"a:b":"QQ=="},"Bool":{"a:b":"true"},"ArnLike":{"a:b":"arn:aws:x:y:z:*"}}}}`,
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":["*","123456789012","arn:aws:iam::123456789012:role/a/b"],"Service":"x"},"Action":"sts:AssumeRole"}}`,
		"{\"Statement\":\xff}", "{\"Id\":\"\\ud800\",\"Id\":1}",
	} {
		f.Add([]byte(seed))
	}
	ctx := keys{"a:b": "1", "aws:TagKeys": []string{"a", "b"}}.context()
	f.Fuzz(func(t *testing.T, text []byte) {
		parsed, err := Parse(text)
		checkPlace(t, text, err)
		if _, again := Parse(append([]byte(" \n"), text...)); (again == nil) != (err == nil) && len(text) < maxDocumentBytes-2 {
			t.Errorf("white space makes a difference: %v, %v", err, again)
		}
		if err == nil {
			request := Request{Action: "a:B", Resource: keyPair, Context: ctx}
			if got := Evaluate(Set{Identity: []Attached{{"fuzzed", parsed}}}, request); got.Allowed != (got.Kind == Allow) {
				t.Errorf("contradicts itself: %+v", got)
			}
		}
		trust, err := ParseTrust(text)
		checkPlace(t, text, err)
		if err == nil {
			request := Request{Action: "sts:AssumeRole", Principal: userAna, Context: ctx}
			if got := EvaluateTrust(trust, request); got.Allowed != (got.Kind == Allow) {
				t.Errorf("contradicts itself: %+v", got)
			}
		}
	})
}

func checkPlace(t *testing.T, text []byte, err error) {
	t.Helper()
	if err == nil {
		return
	}
	refused, ok := errors.AsType[*ParseError](err)
	if !ok {
		t.Fatalf("not a ParseError: %v", err)
	}
	lines := strings.Split(string(text), "\n")
	if refused.Line < 1 || refused.Line > len(lines) || refused.Column < 1 || refused.Column > len(lines[refused.Line-1])+1 || refused.Reason == "" {
		t.Errorf("%q is not a place with a reason", refused)
	}
}

// FuzzMatch compares the matcher with regular expressions.
func FuzzMatch(f *testing.F) {
	for _, seed := range [][2]string{
		{"", ""},
		{"*", "anything"},
		{"a*b?c", "axxbyc"},
		{"**a**", "bab"},
		{"arn:aws:s3:*:x:b*", "arn:aws:s3:a:b:x:bucket"},
		{"a*:b*c:*d:e?:*:f*g", "a:x:bzc:yd:ez:q:w:fg"},
		{"*x*:y", "x:zx:y"},
		{"*???", "é😀"},
		{"?:?:?:?:?:?", ":::::::::::"},
		{"*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
		{"a:*:*:*b:c", "a:a:a:a:a:b:c"},
	} {
		f.Add(seed[0], seed[1])
	}
	modes := map[string]wildcards{"equal": noWildcards, "like": anyWildcards, "arn": componentWildcard, "resource": resourceWildcards}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		// Policies are UTF-8; of other text the regular expressions make something else. Long text makes them slow.
		if !utf8.ValidString(pattern) || !utf8.ValidString(text) || len(pattern) > 200 || len(text) > 1000 {
			return
		}
		for mode, how := range modes {
			compiled, err := compile(pattern, syntax{wildcards: how})
			if err != nil {
				t.Fatal(err)
			}
			want := referenceStatement{}.matchText(pattern, text, nil, mode)
			if compiled.matches(text, Context{}) != want {
				t.Errorf("%s: %q matches %q: %t, want %t", mode, pattern, text, !want, want)
			}
		}
	})
}

// FuzzEvaluate makes policies and requests out of random choices and compares the two evaluators.
func FuzzEvaluate(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		choices := make([]byte, 40+random.IntN(160))
		for i := range choices {
			choices[i] = byte(random.UintN(256))
		}
		f.Add(choices)
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		c := (&chooser{choices}).evaluation()
		got := Evaluate(c.set(t), Request{Action: c.action, Resource: c.resource, Context: c.context.context()})
		if want := referenceEvaluate(c); got.Kind != want {
			t.Errorf("decided %s, the simple evaluator %s\n%+v", got.Kind, want, c)
		}
		if got.Kind != ImplicitDeny && got.Missing != nil {
			t.Errorf("explains what needs no explanation: %q", got.Missing)
		}
	})
}

// A chooser makes decisions out of bytes; without bytes it takes the first choice.
type chooser struct{ choices []byte }

func (c *chooser) below(n int) int {
	if len(c.choices) == 0 {
		return 0
	}
	choice := int(c.choices[0]) % n
	c.choices = c.choices[1:]
	return choice
}

func (c *chooser) of(options ...string) string { return options[c.below(len(options))] }

// some returns one option or a list of them, as JSON values.
func (c *chooser) some(options ...string) any {
	if c.below(2) == 0 {
		return c.of(options...)
	}
	list := make([]any, c.below(3)+1)
	for i := range list {
		list[i] = c.of(options...)
	}
	return list
}

func (c *chooser) evaluation() evaluationCase {
	e := evaluationCase{
		action:   c.of("lightsail:CreateKeyPair", "LIGHTSAIL:getkeypairs", "ec2:RunInstances"),
		resource: c.of("*", keyPair, instance, "arn:aws:logs:us-east-1:123456789012:log-group:a:b"),
		context:  keys{},
	}
	for _, name := range []string{"aws:RequestTag/Team", "aws:RequestTag/team", "aws:username", "x:value", "X:Value"} {
		if c.below(3) > 0 {
			e.context[name] = c.of("web", "WEB", "", "*", "10", "true", "203.0.113.7", "2026-06-30T12:00:00Z", "UUE=", keyPair)
		}
	}
	if c.below(3) > 0 {
		e.context["aws:TagKeys"] = [][]string{{"web"}, {"web", "db"}, {""}, {"10", "9"}, {keyPair, instance}}[c.below(5)]
	}
	e.identity = []string{c.document(), c.document()}[:1+c.below(2)]
	if c.below(3) == 0 {
		e.boundary = c.document()
	}
	if c.below(3) == 0 {
		e.session = []string{c.document()}[:c.below(2)]
	}
	return e
}

func (c *chooser) document() string {
	root := map[string]any{"Version": c.of("2012-10-17", "2012-10-17", "2008-10-17")}
	statements := make([]any, 1+c.below(3))
	for i := range statements {
		statements[i] = c.statement()
	}
	root["Statement"] = statements
	text, err := json.Marshal(root)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func (c *chooser) statement() map[string]any {
	s := map[string]any{"Effect": c.of("Allow", "Allow", "Allow", "Deny")}
	s[c.of("Action", "Action", "Action", "NotAction")] = c.some("*", "lightsail:*", "lightsail:Create*", "*:?et*", "lightsail:GetKeyPair?", "ec2:*")
	s[c.of("Resource", "Resource", "Resource", "NotResource")] = c.some("*", "*", keyPair, "arn:aws:lightsail:*:*:KeyPair/*",
		"arn:aws:lightsail:us-*", "arn:aws:logs:*:*b", "arn:*:logs:us-east-?:*:log-group:*", "arn:aws:lightsail:us-east-1:123456789012:${aws:username}*",
		"arn:aws:lightsail:*:*:*/${x:value, '47ee'}", "arn:aws:logs:u*:b")
	if c.below(2) == 0 {
		s["Condition"] = c.conditions()
	}
	return s
}

func (c *chooser) conditions() map[string]any {
	block := map[string]any{}
	for range 1 + c.below(2) {
		base, values := c.comparison()
		name := base
		if base != "Null" {
			name = c.of("", "", "ForAllValues:", "ForAnyValue:") + base + c.of("", "", "IfExists")
		}
		block[name] = map[string]any{c.of("aws:requesttag/TEAM", "aws:TagKeys", "aws:username", "x:value", "x:none"): values}
	}
	return block
}

func (c *chooser) comparison() (base string, values any) {
	switch c.below(8) {
	case 0:
		return c.of("NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals"),
			c.some("10", "9.5", "-1", "1e1")
	case 1:
		return c.of("DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"),
			c.some("2026-06-30T14:00:00+02:00", "2026-06-30", "1782820800", "10")
	case 2:
		return c.of("IpAddress", "NotIpAddress"), c.some("203.0.113.0/24", "203.0.113.7", "10.0.0.0/8", "::/0")
	case 3:
		return c.of("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"), c.some(keyPair, "arn:aws:lightsail:*:*:*", "arn:*:*:us*:1*:Key?air/*", "arn:aws:lightsail:*:*:KeyPair/${x:value, '47ee'}")
	case 4:
		return c.of("Bool", "BinaryEquals"), c.of("true", "TRUE")
	case 5:
		return "Null", c.some("true", "false")
	default:
		return c.of("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
			c.some("web", "w*", "W?B", "*", "", "${aws:username}", "${x:value}*", "${x:none, 'web'}", "${*}", "db")
	}
}

package policy

import (
	"fmt"
	"strings"
	"testing"
)

// benchmarkSet is ten policies of twenty statements: lists of actions, resources with wildcards and variables, tags.
func benchmarkSet(b *testing.B) Set {
	b.Helper()
	var set Set
	for p := range 10 {
		var statements []string
		for s := range 20 {
			statements = append(statements, fmt.Sprintf(`{
				"Sid":"P%dS%d","Effect":"Allow",
				"Action":["lightsail:Get*","lightsail:Create%c*","lightsail:DeleteInstance","lightsail:*Snapshot%d"],
				"Resource":["arn:aws:lightsail:us-east-1:123456789012:Instance/%d-*","arn:aws:lightsail:*:*:KeyPair/${aws:username}-*"],
				"Condition":{"StringEquals":{"aws:RequestTag/team":["web-%d","db"]},"StringLike":{"aws:ResourceTag/owner":"${aws:username}*"}}}`,
				p, s, 'A'+s, s, s, s))
		}
		text := `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
		document, err := Parse([]byte(text))
		if err != nil {
			b.Fatal(err)
		}
		set.Identity = append(set.Identity, Attached{Name: fmt.Sprintf("policy-%d", p), Document: document})
	}
	return set
}

func benchmarkContext(team string) Context {
	return keys{
		"aws:RequestTag/team": team, "aws:ResourceTag/owner": "ana-7", "aws:username": "ana", "aws:userid": "AIDA",
		"aws:PrincipalArn": "arn:aws:iam::123456789012:user/ana", "aws:PrincipalAccount": account, "aws:SourceIp": "203.0.113.7",
		"aws:CurrentTime": "2026-06-30T12:00:00Z", "aws:SecureTransport": "true", "aws:TagKeys": []string{"team"},
	}.context()
}

func BenchmarkEvaluate(b *testing.B) {
	set := benchmarkSet(b)
	const ana = "arn:aws:lightsail:us-east-1:123456789012:KeyPair/ana-1"
	for name, request := range map[string]Request{
		"the last statement of the first policy allows": {Action: "lightsail:GetKeyPair", Resource: ana, Context: benchmarkContext("web-19")},
		"actions match nowhere":                         {Action: "lightsail:RebootInstance", Resource: ana, Context: benchmarkContext("web-19")},
		"resources match nowhere, with explanation":     {Action: "lightsail:GetKeyPair", Resource: instance, Context: benchmarkContext("web-19")},
		"conditions hold nowhere, with explanation":     {Action: "lightsail:GetKeyPair", Resource: ana, Context: benchmarkContext("ops")},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Evaluate(set, request)
			}
		})
	}
}

func BenchmarkContext(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		benchmarkContext("web")
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse([]byte(teamPolicy)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMatchHostile shows that no pattern makes the matcher run away.
func BenchmarkMatchHostile(b *testing.B) {
	pattern, err := compile(strings.Repeat("*?a", 100)+"?b?", syntax{wildcards: anyWildcards})
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Repeat("a", 2000)
	b.ReportAllocs()
	for b.Loop() {
		if pattern.matches(text, Context{}) {
			b.Fatal("matched")
		}
	}
}

package policy

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Sizes that AWS allows, in characters without white space (IAM and AWS STS quotas). [Parse] does not enforce them:
// they depend on what the policy is attached to. [Size] counts.
const (
	MaxManagedPolicySize     = 6144
	MaxInlineUserPolicySize  = 2048 // of all inline policies of a user together
	MaxInlineGroupPolicySize = 5120 // of all inline policies of a group together
	MaxInlineRolePolicySize  = 10240
	MaxTrustPolicySize       = 2048
	MaxSessionPolicySize     = 2048 // here white space counts too
)

// Size counts the characters of a document as AWS counts them against its quotas: without white space.
func Size(document []byte) int {
	count := 0
	for _, r := range string(document) {
		if !unicode.IsSpace(r) {
			count++
		}
	}
	return count
}

// A ParseError says why a document is not a policy, and where. AWS answers MalformedPolicyDocument.
type ParseError struct {
	Line   int    // from 1
	Column int    // in characters, from 1
	Path   string // for example Statement[0].Condition.StringEquals.aws:RequestTag/team; empty for the whole document
	Reason string // in AWS's words where these say enough
}

func (e *ParseError) Error() string {
	place := fmt.Sprintf("line %d, column %d", e.Line, e.Column)
	if e.Path != "" {
		place += ", " + e.Path
	}
	return place + ": " + e.Reason
}

func failAt(source []byte, offset int, path, format string, args ...any) error {
	line, column := position(source, offset)
	return &ParseError{Line: line, Column: column, Path: path, Reason: fmt.Sprintf(format, args...)}
}

func position(source []byte, offset int) (line, column int) {
	before := source[:offset]
	lineStart := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[lineStart:]) + 1
}

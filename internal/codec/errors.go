package codec

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// SyntaxError reports a body that is no JSON, not the JSON this protocol admits, or JSON of another type than the action's
// input has. The answer to it is a SerializationException; [EncodeSyntaxError] writes it.
type SyntaxError struct {
	// Message is the text for the client. It is empty for malformed JSON, for which AWS sends none.
	Message string
	// Offset is where in the body the fault was met, in bytes.
	Offset int
	// Reason is the error for the server's log. It repeats nothing of the body.
	Reason string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("body is not the action's input: %s at byte %d", e.Reason, e.Offset)
}

// Rule names a constraint.
type Rule int

// The rules of the API model.
const (
	Required Rule = iota
	Pattern
	Length
	Range
	Enum
)

// Violation is one value that its shape does not admit.
type Violation struct {
	// Path leads to the value as AWS writes it: keyPairName, tags.1.member.key, containers.web.member.image.
	Path string
	// Shape is the model's name of the value's shape, such as ResourceName.
	Shape string
	// Member is the name of the structure member that holds the value, or "" for elements of lists and maps.
	Member string
	// Value is the offending value, cut to [MaxEcho] characters; empty if it is absent, sensitive or no scalar.
	Value string
	// Rule is the constraint that the value violates.
	Rule Rule
	// Constraint states the rule in AWS's words: "Member must not be null".
	Constraint string

	echo echo
}

// echo says how a message shows the value.
type echo int

const (
	echoQuoted echo = iota
	echoNull
	echoHidden
)

// MaxEcho is how many characters of an offending value a message repeats.
const MaxEcho = 256

// MaxViolations is how many violations one answer lists.
const MaxViolations = 10

// ValidationError reports input that has the right types and breaks the API model's constraints.
type ValidationError struct {
	// Violations in the order they were met, at least one and at most [MaxViolations].
	Violations []Violation
}

// Error returns the message in AWS's wording.
func (e *ValidationError) Error() string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(len(e.Violations)))
	b.WriteString(" validation error")
	if len(e.Violations) != 1 {
		b.WriteByte('s')
	}
	b.WriteString(" detected: ")
	for i := range e.Violations {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(e.Violations[i].String())
	}
	return b.String()
}

// Missing returns the paths of the required members that the input lacks, or nil. The
// elements of lists and maps are no members.
func (e *ValidationError) Missing() []string {
	var paths []string
	for i := range e.Violations {
		if v := &e.Violations[i]; v.Rule == Required && v.Member != "" {
			paths = append(paths, v.Path)
		}
	}
	return paths
}

// String returns the violation in AWS's wording, without the count that leads a message.
func (v *Violation) String() string {
	value := "Value"
	switch v.echo {
	case echoQuoted:
		value = "Value '" + v.Value + "'"
	case echoNull:
		value = "Value null"
	case echoHidden: // AWS leaves sensitive values out of the sentence
	}
	return value + " at '" + v.Path + "' failed to satisfy constraint: " + v.Constraint
}

// cut shortens a value to MaxEcho characters.
func cut(s string) string {
	if len(s) <= MaxEcho || utf8.RuneCountInString(s) <= MaxEcho {
		return s
	}
	n := 0
	for i := range s {
		if n == MaxEcho {
			return s[:i] + "..."
		}
		n++
	}
	return s
}

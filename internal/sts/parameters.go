package sts

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// constraint is what the API model says of a parameter.
type constraint struct {
	// pattern is the model's, source its text in messages.
	pattern *regexp.Regexp
	source  string
	// min and max bound the number of characters; a max of 0 does not.
	min, max int
}

// Constraints of the API model. ARNs with characters beyond U+FFFF are refused
// (observed).
var (
	arnRule = constraint{
		regexp.MustCompile(`^[\t\n\r -~\x{85}\x{A0}-\x{D7FF}\x{E000}-\x{FFFD}]+$`),
		`[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`, 20, 2048,
	}
	sessionNameRule = constraint{regexp.MustCompile(`^[\w+=,.@-]*$`), `[\w+=,.@-]*`, 2, 64}
	externalIDRule  = constraint{regexp.MustCompile(`^[\w+=,.@:/-]*$`), `[\w+=,.@:\/-]*`, 2, 1224}
	policyRule      = constraint{regexp.MustCompile(`^[\t\n\r -\x{FF}]+$`), `[\u0009\u000A\u000D\u0020-\u00FF]+`, 1, 0}
	tagKeyRule      = constraint{regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$`), `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`, 1, 128}
	tagValueRule    = constraint{regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$`), `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`, 0, 256}
)

// maxEcho is how many characters of an offending value a message repeats.
const maxEcho = 256

// reader reads the parameters of one call. It gathers what breaks the constraints,
// so that one answer tells of all.
type reader struct {
	form   form
	broken []string
}

// violate notes a value that breaks a constraint, in AWS's words (observed).
func (r *reader) violate(value, path, constraint string) {
	if value != "" {
		value += " "
	}
	r.broken = append(r.broken, "Value "+value+"at '"+path+"' failed to satisfy constraint: "+constraint)
}

// err is the answer to all that was noted, nil when it is nothing.
func (r *reader) err() error {
	if len(r.broken) == 0 {
		return nil
	}
	plural := ""
	if len(r.broken) > 1 {
		plural = "s"
	}
	return validationError("%d validation error%s detected: %s", len(r.broken), plural, strings.Join(r.broken, "; "))
}

// required reads a parameter that must be there.
func (r *reader) required(name string, c constraint) string {
	if _, sent := r.form[name]; !sent {
		r.violate("null", member(name), "Member must not be null")
		return ""
	}
	return r.optional(name, c)
}

// optional reads a parameter; "" when it was not sent.
func (r *reader) optional(name string, c constraint) string {
	value, sent := r.form[name]
	if sent {
		r.check(value, member(name), c)
	}
	return value
}

// field reads a required field of a list's element.
func (r *reader) field(element map[string]string, name, path string, c constraint) string {
	value, sent := element[name]
	if !sent {
		r.violate("null", path, "Member must not be null")
		return ""
	}
	r.check(value, path, c)
	return value
}

// check compares a value with its constraint, the pattern first, as AWS does.
func (r *reader) check(value, path string, c constraint) {
	quoted := "'" + cut(value) + "'"
	if !c.pattern.MatchString(value) {
		r.violate(quoted, path, "Member must satisfy regular expression pattern: "+c.source)
	}
	n := utf8.RuneCountInString(value)
	if n < c.min {
		r.violate(quoted, path, "Member must have length greater than or equal to "+strconv.Itoa(c.min))
	}
	if c.max > 0 && n > c.max {
		r.violate(quoted, path, "Member must have length less than or equal to "+strconv.Itoa(c.max))
	}
}

// seconds reads DurationSeconds, 0 when it was not sent. Signs and leading zeros are
// admitted, fractions and what needs more than 32 bits are not (observed).
func (r *reader) seconds(least, most int) (int, error) {
	const name = "DurationSeconds"
	text, sent := r.form[name]
	switch {
	case !sent:
		return 0, nil
	case text == "":
		return 0, malformedInput("missing value for decimal type")
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, malformedInput("")
	}
	quoted := "'" + strconv.FormatInt(n, 10) + "'"
	if n < int64(least) {
		r.violate(quoted, member(name), "Member must have value greater than or equal to "+strconv.Itoa(least))
	}
	if n > int64(most) {
		r.violate(quoted, member(name), "Member must have value less than or equal to "+strconv.Itoa(most))
	}
	return int(n), nil
}

// atMost bounds the length of a list.
func (r *reader) atMost(most, n int, name string) {
	if n > most {
		r.violate("", member(name), "Member must have length less than or equal to "+strconv.Itoa(most))
	}
}

// member is a parameter's name in messages: roleArn for RoleArn.
func member(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// cut shortens a value to maxEcho characters.
func cut(s string) string {
	if utf8.RuneCountInString(s) <= maxEcho {
		return s
	}
	return string([]rune(s)[:maxEcho]) + "..."
}

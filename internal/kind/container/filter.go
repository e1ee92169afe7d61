package container

import (
	"slices"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// maxPattern is how long filter patterns may be in CloudWatch Logs.
const maxPattern = 1024

// Filter selects log lines by terms, as CloudWatch Logs does for unstructured lines: a line has
// all terms, or one at least of those with a question mark, and none of those with a minus.
type Filter struct{ all, some, none []string }

// ParseFilter reads a filter pattern, or returns a resource.RefusalError. Two quotes select all lines, as in CloudWatch
// Logs, and as the API reference can be read.
func ParseFilter(pattern string) (f Filter, err error) {
	if strings.TrimSpace(pattern) == `""` {
		return f, nil
	}
	if len(pattern) > maxPattern || strings.HasPrefix(pattern, "{") || strings.HasPrefix(pattern, "[") { // for structured lines
		return f, resource.Refuse("Invalid filter pattern")
	}
	for rest := strings.TrimSpace(pattern); rest != ""; rest = strings.TrimSpace(rest) {
		into := &f.all
		switch rest[0] {
		case '?':
			into, rest = &f.some, rest[1:]
		case '-':
			into, rest = &f.none, rest[1:]
		}
		var term string
		var ok bool
		if term, rest, ok = cutTerm(rest); !ok {
			return f, resource.Refuse("Invalid filter pattern")
		}
		*into = append(*into, term)
	}
	return f, nil
}

// cutTerm separates the first term, which may be in quotes, from the rest. It is false if the
// term is empty or has no end.
func cutTerm(text string) (term, rest string, ok bool) {
	if quoted, is := strings.CutPrefix(text, `"`); is {
		term, rest, ok = strings.Cut(quoted, `"`)
		return term, rest, ok && term != ""
	}
	end := strings.IndexAny(text, " \t\r\n")
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:], end > 0
}

// Match reports whether the filter selects a line. Terms with a question mark count only if there is
// none without a mark.
func (f Filter) Match(line string) bool {
	has := func(term string) bool { return strings.Contains(line, term) }
	lacks := func(term string) bool { return !has(term) }
	if slices.ContainsFunc(f.all, lacks) || slices.ContainsFunc(f.none, has) {
		return false
	}
	return len(f.all) > 0 || len(f.some) == 0 || slices.ContainsFunc(f.some, has)
}

package awsenv

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// The AWS clients read the config files by parsers that differ in indented headers, quotes
// and comments. So a line counts as a header if any of them could read it as one.

// splitLines splits a text after each line end. It returns an error for carriage returns
// alone, which botocore reads as line ends and other clients do not.
func splitLines(text string) ([]string, error) {
	lines := slices.Collect(strings.Lines(text))
	for i, line := range lines {
		if strings.Contains(strings.TrimSuffix(line, "\r\n"), "\r") {
			return nil, fmt.Errorf("line %d: a carriage return without a line feed: remove it", i+1)
		}
	}
	return lines, nil
}

// lineEnd is the line end that a text uses.
func lineEnd(text string) string {
	if first, _, ok := strings.Cut(text, "\n"); ok && strings.HasSuffix(first, "\r") {
		return "\r\n"
	}
	return "\n"
}

// parseHeader reads a section header as the most tolerant of the clients do: it may be
// indented, and its name may be quoted. If there are more than two words, both are empty.
func parseHeader(line string) (kind, name string, ok bool) {
	line = strings.TrimFunc(strings.TrimPrefix(line, "\ufeff"), isBlank)
	inner, found := strings.CutPrefix(line, "[")
	inner, _, closed := strings.Cut(inner, "]")
	if !found || !closed {
		return "", "", false
	}
	words := strings.FieldsFunc(inner, isBlank)
	unquote := strings.NewReplacer(`"`, "", `'`, "", `\`, "")
	switch len(words) {
	case 1:
		return "", unquote.Replace(words[0]), true
	case 2:
		return words[0], unquote.Replace(words[1]), true
	default:
		return "", "", true
	}
}

func isBlank(r rune) bool { return r <= ' ' || unicode.IsSpace(r) }

// keyOf is the part of a line that names the setting, or the whole line if it names none.
func keyOf(line string) string {
	key := line
	if at := strings.IndexAny(line, "=:"); at >= 0 {
		key = line[:at]
	}
	return strings.ToLower(strings.TrimFunc(key, isBlank))
}

// valueOf returns the value of the first setting of a key, or "".
func valueOf(key string, lines []string) string {
	for _, line := range lines {
		if keyOf(line) == key {
			return strings.TrimLeft(strings.TrimFunc(line, isBlank)[len(key):], " \t=:")
		}
	}
	return ""
}

func isHeader(line string) bool {
	_, _, ok := parseHeader(line)
	return ok
}

func isComment(line string) bool {
	line = strings.TrimFunc(line, isBlank)
	return line == "" || line[0] == '#' || line[0] == ';'
}

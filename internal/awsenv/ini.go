package awsenv

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// The AWS clients read the config files with parsers that differ at the edges
// (indented headers, quotes, comments). To be sure not to
// touch what is not ours, a header counts as one when any of them could take it
// for one, and a section counts as ours only in the form Lanyard writes it.

// marker is the line below the header of each section that Lanyard wrote. The AWS
// CLI takes comments with ':' or '=' for settings when it edits a file, so it has
// neither.
const marker = "# managed by lanyard"

// stampWord stands between the marker and the value that is repeated there.
const stampWord = " with key "

// section is one section of a config file as Lanyard wants it to be.
type section struct {
	kind     string // "profile" or "services"; empty for [default] and in the credentials file
	name     string
	settings []setting
	// stamp, when not empty, is the key of a setting whose value the marker repeats. A section whose stamp does
	// not fit has got other values since, from somebody who did not look at the marker.
	stamp string
}

// setting is one setting that Lanyard manages; without a value it is one that must
// not be there.
type setting struct {
	key   string
	value string
	sub   string // the key that the value is nested under, if any
}

func (s setting) lines(eol string) []string {
	switch {
	case s.value == "":
		return nil
	case s.sub != "":
		return []string{s.key + " =" + eol, "  " + s.sub + " = " + s.value + eol}
	default:
		return []string{s.key + " = " + s.value + eol}
	}
}

func (s section) header() string {
	return "[" + strings.TrimSpace(s.kind+" "+s.name) + "]"
}

func (s section) markerLine() string {
	for _, set := range s.settings {
		if set.key == s.stamp {
			return marker + stampWord + set.value
		}
	}
	return marker
}

// put returns the text of a config file with the section in it: updated where
// Lanyard wrote it before, else added at the end. Everything else stays as it is,
// byte for byte, also settings and comments that others added to our section. A
// section of that name that Lanyard did not write is an error with its line.
func (s section) put(text string) (string, error) {
	lines, err := splitLines(text)
	if err != nil {
		return "", err
	}
	start, err := s.find(lines)
	if err != nil {
		return "", err
	}
	if start < 0 {
		return s.appendTo(text, lineEnd(text)), nil
	}
	end := sectionEnd(lines, start)
	body := s.update(lines[start:end], lineEnd(lines[start]))
	return strings.Join(slices.Concat(lines[:start], body, lines[end:]), ""), nil
}

// find returns the index of our section's header, or -1.
func (s section) find(lines []string) (int, error) {
	start := -1
	for i, line := range lines {
		kind, name, ok := parseHeader(line)
		if !ok || !s.matches(kind, name) {
			continue
		}
		switch {
		case kind != s.kind || !s.wrote(lines[i:sectionEnd(lines, i)]):
			return 0, fmt.Errorf("line %d: %s was not written by lanyard, or has been changed since, and is left alone; "+
				"choose another name", i+1, s.header())
		case start >= 0:
			return 0, fmt.Errorf("line %d: %s is there twice; remove one", i+1, s.header())
		}
		start = i
	}
	return start, nil
}

// matches says whether a client may take a header for our section: botocore looks
// only at how the kind begins, and older tools read profiles with and without the
// kind in both files.
func (s section) matches(kind, name string) bool {
	if name != s.name {
		return false
	}
	if s.kind == "services" {
		return strings.HasPrefix(kind, "services")
	}
	return kind == "" || strings.HasPrefix(kind, "profile")
}

// wrote says whether Lanyard wrote a section. An indented header may be the value
// of the setting above it, so it never counts.
func (s section) wrote(body []string) bool {
	if !strings.HasPrefix(body[0], "[") || len(body) < 2 {
		return false
	}
	line := strings.TrimSpace(body[1])
	if s.stamp == "" {
		return line == marker
	}
	stamp, ok := strings.CutPrefix(line, marker+stampWord)
	for i, key := range settingKeys(body[1:]) {
		if key == s.stamp {
			return ok && stamp == settingValue(body[1+i])
		}
	}
	return false
}

// update returns our section with its settings renewed. Ours come after the
// settings that others added, so that theirs cannot become continuations of ours,
// and before the comments and blank lines that lead to the next section.
func (s section) update(body []string, eol string) []string {
	body = slices.Clone(body)
	if last := &body[len(body)-1]; !strings.HasSuffix(*last, "\n") {
		*last += eol
	}
	var others []string
	end := 0
	keys := settingKeys(body[2:])
	for i, line := range body[2:] {
		if s.manages(keys[i]) {
			continue
		}
		others = append(others, line)
		if keys[i] != "" {
			end = len(others)
		}
	}
	return slices.Concat(body[:1], []string{s.markerLine() + eol}, others[:end], s.settingLines(eol), others[end:])
}

func (s section) manages(key string) bool {
	return key != "" && slices.ContainsFunc(s.settings, func(set setting) bool { return set.key == key })
}

func (s section) settingLines(eol string) []string {
	var lines []string
	for _, set := range s.settings {
		lines = append(lines, set.lines(eol)...)
	}
	return lines
}

func (s section) appendTo(text, eol string) string {
	var out strings.Builder
	out.WriteString(text)
	if text != "" && !strings.HasSuffix(text, "\n") {
		out.WriteString(eol)
	}
	if text != "" && !strings.HasSuffix(text, "\n"+eol) {
		out.WriteString(eol)
	}
	out.WriteString(s.header() + eol + s.markerLine() + eol)
	for _, line := range s.settingLines(eol) {
		out.WriteString(line)
	}
	return out.String()
}

// splitLines cuts a text after each line end. Lone carriage returns, which botocore
// takes for line ends and other clients do not, are refused.
func splitLines(text string) ([]string, error) {
	lines := slices.Collect(strings.Lines(text))
	for i, line := range lines {
		if strings.Contains(strings.TrimSuffix(line, "\r\n"), "\r") {
			return nil, fmt.Errorf("line %d: a carriage return without a line feed", i+1)
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

// sectionEnd is the index of the first line after the section that starts at start.
func sectionEnd(lines []string, start int) int {
	for i := start + 1; i < len(lines); i++ {
		if _, _, ok := parseHeader(lines[i]); ok {
			return i
		}
	}
	return len(lines)
}

// parseHeader reads a section header, whose name may be quoted. One that has
// neither one word nor two names nothing that concerns us.
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

// settingKeys names for each line of a section's body the setting that it belongs
// to: the empty string for blank lines and comments, and for a line that is
// indented deeper than the one that began a setting, that setting.
func settingKeys(body []string) []string {
	keys := make([]string, len(body))
	key, level := "", 0
	for i, line := range body {
		text := strings.TrimFunc(line, isBlank)
		if text == "" || text[0] == '#' || text[0] == ';' {
			continue
		}
		indent := len(line) - len(strings.TrimLeftFunc(line, isBlank))
		if key == "" || indent <= level {
			name, _ := cutSetting(text)
			key, level = strings.ToLower(cmp.Or(name, text)), indent
		}
		keys[i] = key
	}
	return keys
}

func settingValue(line string) string {
	_, value := cutSetting(line)
	return value
}

func cutSetting(line string) (key, value string) {
	at := strings.IndexAny(line, "=:")
	if at < 0 {
		return strings.TrimFunc(line, isBlank), ""
	}
	return strings.TrimFunc(line[:at], isBlank), strings.TrimFunc(line[at+1:], isBlank)
}

func isBlank(r rune) bool { return r <= ' ' || unicode.IsSpace(r) }

package awsenv

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// The first and the last line of a block. Lanyard writes only what is between them.
//
// The AWS CLI adds a setting after the last line of a section that has ':' or '='. So the
// last line has one, and what `aws configure set` adds is after the block. The first line
// has none: a setting of the section above must not be added in the block.
const (
	blockBegin = "# BEGIN lanyard"
	blockEnd   = "# END lanyard: add settings of your own below this line"
	endMark    = "# END lanyard"
)

// block is what Lanyard writes for one profile into one config file.
type block struct {
	// sections are the headers of the block, the profile's last.
	sections []section
	// lines are the block without its first and last line.
	lines []string
	// keys are the settings of the profile that Lanyard manages, those that must be absent included.
	keys []string
	// stamp is a setting that begins the block, too. If `aws configure` has replaced the
	// setting, the profile has keys of the user's that exist nowhere else.
	stamp setting
}

type section struct {
	kind string // "profile" or "services", "" for [default] and in the credentials file
	name string
}

func (s section) header() string { return "[" + strings.TrimSpace(s.kind+" "+s.name) + "]" }

type setting struct{ key, value string }

// settingLines leaves out the settings that have no value.
func settingLines(settings ...setting) []string {
	var lines []string
	for _, s := range settings {
		if s.value != "" {
			lines = append(lines, s.key+" = "+s.value)
		}
	}
	return lines
}

func keysOf(settings []setting) []string {
	var keys []string
	for _, s := range settings {
		keys = append(keys, s.key)
	}
	return keys
}

// put returns the text of a config file with the block, in place of the older one or else
// at the end. It changes nothing outside of the block. It returns an error that names the
// line if one of the sections is outside of the block, if a setting of the user's would be
// lost, or if one would conflict with the block.
func (b block) put(text string) (string, error) {
	lines, err := splitLines(text)
	if err != nil {
		return "", err
	}
	b.dropFormer(lines)
	start, end, err := b.find(lines)
	if err != nil {
		return "", err
	}
	if err := b.check(lines, start, end); err != nil {
		return "", err
	}
	var eol string
	if start < len(lines) {
		eol = lineEnd(lines[start])
	} else {
		eol = lineEnd(cmp.Or(strings.Join(lines, ""), text))
		lines = endWithBlankLine(lines, eol)
		start, end = len(lines), len(lines)
	}
	return strings.Join(slices.Concat(lines[:start], b.render(eol), lines[end:]), ""), nil
}

func (b block) render(eol string) []string {
	begin := blockBegin
	if b.stamp.key != "" {
		begin += stampWord + b.stamp.value
	}
	lines := slices.Concat([]string{begin}, b.lines, []string{blockEnd})
	for i := range lines {
		lines[i] += eol
	}
	return lines
}

// find returns where the block of the profile begins and ends. If there is none, both are
// the number of lines.
func (b block) find(lines []string) (start, end int, err error) {
	start, end = len(lines), len(lines)
	for i := 0; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i], blockBegin) {
			continue
		}
		size := slices.IndexFunc(lines[i+1:], func(line string) bool {
			return strings.HasPrefix(line, endMark) || strings.HasPrefix(line, blockBegin)
		})
		if size < 0 || strings.HasPrefix(lines[i+1+size], blockBegin) {
			return 0, 0, fmt.Errorf("line %d: the block of lanyard that begins here has no line %q: remove the block", i+1, endMark)
		}
		next := i + 2 + size
		if b.heads(lines[i:next]) {
			if start < len(lines) {
				return 0, 0, fmt.Errorf("line %d: %s is there twice: remove one of the blocks", i+1, b.header())
			}
			start, end = i, next
		}
		i = next - 1
	}
	return start, end, nil
}

// header is that of the profile.
func (b block) header() string { return b.sections[len(b.sections)-1].header() }

func (b block) heads(lines []string) bool {
	return slices.ContainsFunc(lines, func(line string) bool { return strings.TrimSpace(line) == b.header() })
}

// check returns an error if the block between start and end cannot be replaced.
func (b block) check(lines []string, start, end int) error {
	for i, line := range lines {
		if s, taken := b.takes(line); taken && (i < start || i >= end) {
			return foreign(i, s)
		}
	}
	if start == len(lines) {
		return nil
	}
	return cmp.Or(b.checkInside(lines, start, end), b.checkBelow(lines, end))
}

func foreign(line int, s section) error {
	return fmt.Errorf("line %d: %s was not written by lanyard, or has been changed since, and is left alone: "+
		"remove it, or choose another profile name", line+1, s.header())
}

// takes reports whether a line is a header that a client may read as one of the block's:
// botocore looks only at how the kind begins, and older tools read profiles with and
// without the kind in both files.
func (b block) takes(line string) (section, bool) {
	kind, name, ok := parseHeader(line)
	if !ok {
		return section{}, false
	}
	for _, s := range b.sections {
		alike := strings.HasPrefix(kind, "profile") || kind == ""
		if s.kind == "services" {
			alike = strings.HasPrefix(kind, "services")
		}
		if name == s.name && alike {
			return s, true
		}
	}
	return section{}, false
}

// checkInside returns an error if the old block has lines that the new one replaces by
// nothing, or keys that Lanyard did not write.
func (b block) checkInside(lines []string, start, end int) error {
	known := slices.Clone(b.keys)
	for _, line := range b.lines {
		known = append(known, keyOf(line))
	}
	for i := start + 1; i < end-1; i++ {
		if !slices.Contains(known, keyOf(lines[i])) {
			return fmt.Errorf("line %d: not a line that lanyard writes in its block: move it below the line %q, or remove it", i+1, endMark)
		}
	}
	stamp := strings.TrimPrefix(strings.TrimSpace(lines[start]), blockBegin+stampWord)
	if b.stamp.key != "" && stamp != valueOf(b.stamp.key, lines[start:end]) {
		return foreign(start, b.sections[len(b.sections)-1])
	}
	return nil
}

// checkBelow returns an error if a setting of the profile that is after the block is one
// of those that Lanyard manages: clients would read that one, or no file at all.
func (b block) checkBelow(lines []string, end int) error {
	for i := end; i < len(lines); i++ {
		if isHeader(lines[i]) {
			break
		}
		if key := keyOf(lines[i]); slices.Contains(b.keys, key) {
			return fmt.Errorf("line %d: %s conflicts with the block that lanyard writes above it: remove the line", i+1, key)
		}
	}
	return nil
}

// endWithBlankLine returns the lines of a file so that a block can follow.
func endWithBlankLine(lines []string, eol string) []string {
	lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
	if len(lines) == 0 {
		return lines
	}
	if last := &lines[len(lines)-1]; !strings.HasSuffix(*last, "\n") {
		*last += eol
	}
	if lines[len(lines)-1] != eol {
		lines = append(lines, eol)
	}
	return lines
}

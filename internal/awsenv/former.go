package awsenv

import (
	"slices"
	"strings"
)

// formerMarker is the line below the header of a section that an earlier version wrote,
// without a block. In the credentials file, stampWord and the access key id follow.
const (
	formerMarker = "# managed by lanyard"
	stampWord    = " with key "
)

// dropFormer empties the lines of the profile's sections that an earlier version wrote. A
// section with other settings stays. It is then reported like those that a user wrote.
func (b block) dropFormer(lines []string) {
	for i := range lines {
		size := b.formerSize(lines[i:])
		if size > 0 && i > 0 && strings.TrimSpace(lines[i-1]) == "" {
			lines[i-1] = "" // the blank line that was written before the section
		}
		clear(lines[i : i+size])
	}
}

// formerSize returns how many lines a section has that an earlier version wrote, or 0 if
// the first line does not begin such a section. Comments at the end belong to what follows.
func (b block) formerSize(lines []string) int {
	s, ours := b.takes(lines[0])
	if !ours || strings.TrimRight(lines[0], " \t\r\n") != s.header() || len(lines) == 1 {
		return 0
	}
	size := 2
	for size < len(lines) && !isHeader(lines[size]) {
		size++
	}
	for size > 2 && isComment(lines[size-1]) {
		size--
	}
	known := append([]string{"lightsail", "sts", "endpoint_url"}, b.keys...)
	settings := lines[2:size]
	marker := formerMarker
	if b.stamp.key != "" {
		marker += stampWord + valueOf(b.stamp.key, settings)
	}
	if strings.TrimSpace(lines[1]) != marker || slices.ContainsFunc(settings, func(line string) bool { return !slices.Contains(known, keyOf(line)) }) {
		return 0
	}
	return size
}

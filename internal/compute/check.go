package compute

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// What the texts of an instance may look like. They reach shells, files and terminals,
// and may come from a damaged or hostile store.
var (
	idPattern       = regexp.MustCompile(`\A[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\z`)
	namePattern     = regexp.MustCompile(`\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,253}[A-Za-z0-9_]\z`)
	hostnamePattern = regexp.MustCompile(`\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\z`)
	userPattern     = regexp.MustCompile(`\A[A-Za-z_][A-Za-z0-9_-]{0,31}\z`)
	zonePattern     = regexp.MustCompile(`\A[a-z0-9-]{1,64}\z`)
	catalogueID     = regexp.MustCompile(`\A[a-z0-9][a-z0-9_.-]{0,127}\z`)
)

// Check returns an error that names the field if a text of the instance is none that the
// API makes.
func (i *Instance) Check() error {
	for _, f := range []struct {
		name, text string
		pattern    *regexp.Regexp
		optional   bool
	}{
		{"id", i.ID, idPattern, false},
		{"name", i.Name, namePattern, false},
		{"host name", i.Hostname, hostnamePattern, false},
		{"user name", i.Username, userPattern, i.Windows},
		{"region", i.Region, zonePattern, false},
		{"zone", i.Zone, zonePattern, true},
		{"blueprint", i.Blueprint, catalogueID, true},
		{"bundle", i.Bundle, catalogueID, true},
	} {
		if f.text == "" && f.optional {
			continue
		}
		if !f.pattern.MatchString(f.text) {
			return fmt.Errorf("the instance has an invalid %s: %q", f.name, f.text)
		}
	}
	for name, text := range map[string]string{"blueprint name": i.BlueprintName, "authorized key": strings.Join(i.AuthorizedKeys, " ")} {
		if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return fmt.Errorf("the instance has an invalid %s: %q", name, text)
		}
	}
	return nil
}

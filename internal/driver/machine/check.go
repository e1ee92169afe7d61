package machine

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/lanyard-cloud/lanyard/internal/pattern"
)

// patterns are what the texts of an instance must match. The texts reach shells, files and
// terminals, and may come from a damaged or hostile store. The patterns are compiled when
// they are first used, because compiling them would slow down the server's start.
var patterns = sync.OnceValue(func() *fieldPatterns {
	return &fieldPatterns{
		id:        regexp.MustCompile(`\A` + pattern.ID + `\z`),
		name:      regexp.MustCompile(`\A` + pattern.ResourceName + `\z`),
		hostname:  regexp.MustCompile(`\A[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\z`),
		user:      regexp.MustCompile(`\A[A-Za-z_][A-Za-z0-9_-]{0,31}\z`),
		zone:      regexp.MustCompile(`\A[a-z0-9-]{1,64}\z`),
		catalogue: regexp.MustCompile(`\A[a-z0-9][a-z0-9_.-]{0,127}\z`),
	}
})

type fieldPatterns struct {
	id, name, hostname, user, zone, catalogue *regexp.Regexp
}

// Check returns an error that names the field if a text of the instance is invalid.
func (i *Instance) Check() error {
	p := patterns()
	for _, f := range []struct {
		name, text string
		form       *regexp.Regexp
		optional   bool
	}{
		{"id", i.ID, p.id, false},
		{"name", i.Name, p.name, false},
		{"host name", i.Hostname, p.hostname, false},
		{"user name", i.Username, p.user, i.Windows},
		{"region", i.Region, p.zone, false},
		{"zone", i.Zone, p.zone, true},
		{"blueprint", i.Blueprint, p.catalogue, true},
		{"bundle", i.Bundle, p.catalogue, true},
	} {
		if f.text == "" && f.optional {
			continue
		}
		if !f.form.MatchString(f.text) {
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

//go:build sdks

package sdks

import (
	"slices"
	"strings"
	"testing"
)

// setRecords has a program set the records of the challenges for www.example.com and *.www.example.com, which have one name,
// in the zone above it, and remove them. Its commands print the text of the record:
//
//	PROGRAM perform DOMAIN TOKEN
//	PROGRAM cleanup DOMAIN TOKEN
func setRecords(t *testing.T, a application, w *world) {
	w.prepare(t, `CreateDomain {"domainName": "example.com"}`, `CreateDomain {"domainName": "a.example"}`)
	env := append(a.environ(t, w), "DNS_ZONE=example.com")
	var set []string
	for _, step := range []struct{ command, token string }{{"perform", "one"}, {"perform", "two"}, {"cleanup", "one"}, {"cleanup", "two"}} {
		text := lastLine(a.run(t, env, step.command, "www.example.com", step.token))
		if step.command == "perform" {
			set = append(set, text)
		} else {
			set = slices.DeleteFunc(set, func(other string) bool { return other == text })
		}
		slices.Sort(set)
		if got := w.texts(t); !slices.Equal(got, set) {
			t.Errorf("after %s of %s the zone has the texts %q, want %q", step.command, step.token, got, set)
		}
	}
}

// lastLine is the last line of what a program printed.
func lastLine(out string) string {
	lines := strings.Split(strings.TrimSpace(out), "\n")
	return lines[len(lines)-1]
}

// texts are those of the challenges in the zone.
func (w *world) texts(t *testing.T) (texts []string) {
	t.Helper()
	entries, _ := w.at(t, "domain.domainEntries", "GetDomain", `{"domainName": "example.com"}`).([]any)
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		if entry["type"] == "TXT" && entry["name"] == "_acme-challenge.www.example.com" {
			target, _ := entry["target"].(string)
			texts = append(texts, strings.Trim(target, `"`))
		}
	}
	slices.Sort(texts)
	return texts
}

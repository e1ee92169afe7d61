package architecture

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// phrases are ones that readers stumble over, and what to write instead. They are looked for in
// comments, messages, names and pages alike.
var phrases = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{phrase(`tells (whether|if)`), "reports whether"},
	{phrase(`faults? of ours`), "internal error"},
	{phrase(`whoever|whosoever|whomever`), "the caller, the client, the user"},
	{phrase(`somebody|nobody else`), "another process, another user, no other client"},
	{phrase(`in force`), "takes effect, applies"},
	{phrase(`(stands?|stood|standing) behind`), "the machine of, the backend of"},
	{phrase(`goes on|went on|to go on`), "continues"},
	{phrase(`(is|are|was) tried again`), "is retried"},
	{phrase(`(stands?|stood) in`), "is in, is stored in"},
	{phrase(`that (is|are|was) none|(is|are|was|were) none that`), "is not a, is no"},
}

// phrase compiles a pattern of whole words, which may be in different lines of a comment.
func phrase(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(` + strings.ReplaceAll(pattern, " ", `(?:\s|//|#)+`) + `)\b`)
}

// written are the kinds of files that people write and read.
var written = map[string]bool{
	".go": true, ".md": true, ".py": true, ".mjs": true, ".txtar": true, ".yaml": true, ".yml": true, ".sql": true, "": true,
}

// unwritten are folders of what was built, or made by others.
var unwritten = map[string]bool{".git": true, "bin": true, ".bin": true, "target": true, ".gopath": true, "node_modules": true, ".venv": true}

// TestWords_arePlain looks for phrases that are not plain English.
func TestWords_arePlain(t *testing.T) {
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && unwritten[d.Name()]:
			return fs.SkipDir
		case !d.Type().IsRegular() || !written[filepath.Ext(name)] || d.Name() == "words_test.go" || d.Name() == "LICENSE":
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, found := range unplain(string(text)) {
			t.Errorf("%s:%s", strings.TrimPrefix(filepath.ToSlash(name), root+"/"), found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWords_phrasesAreFound(t *testing.T) {
	for text, want := range map[string]int{
		"isOpen reports whether it is open.":   0,
		"The door is open, and it goes\nthere": 0,
		"isOpen tells whether it is open.":     1,
		"// isOpen tells\n\t// whether it is":  1,
		"It goes on, whoever stands behind it": 3,
		"a fault of ours, or of somebody":      2,
		"Nonetheless there is none":            0,
	} {
		if got := unplain(text); len(got) != want {
			t.Errorf("found %q in %q, want %d phrases", got, text, want)
		}
	}
}

// unplain returns the phrases in a text, each with its line and what to write instead.
func unplain(text string) (found []string) {
	for _, p := range phrases {
		for _, at := range p.pattern.FindAllStringIndex(text, -1) {
			line := strings.Count(text[:at[0]], "\n") + 1
			found = append(found, fmt.Sprintf("%d: %q: write %q", line, text[at[0]:at[1]], p.instead))
		}
	}
	return found
}

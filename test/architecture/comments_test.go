package architecture

import (
	"go/ast"
	"regexp"
	"strings"
	"testing"
)

// TestPackages_sayWhatTheyAreFor wants of each package a comment that says what it is for, and a
// sentence in it about what it does not do.
func TestPackages_sayWhatTheyAreFor(t *testing.T) {
	comments := map[string]string{}
	for _, f := range files(t) {
		if f.isTest && comments[f.pkg()] != "" || ast.IsGenerated(f.syntax) {
			continue
		}
		comments[f.pkg()] += f.syntax.Doc.Text()
	}
	for pkg, comment := range comments {
		if wrong := commentViolation(comment); wrong != "" {
			t.Errorf("the comment of package %s %s", pkg, wrong)
		}
	}
}

func TestPackages_badCommentsAreFound(t *testing.T) {
	for _, c := range []struct{ comment, want string }{
		{"Package safe opens safes.\n\nIt makes no keys.", ""},
		{"Package safe opens safes. The package never makes\nkeys, and locks nothing.", ""},
		{"Package safe opens safes.\n\nKeys are another package's business: it does not make them.", ""},
		{"Command safe opens safes. It does not make keys.", ""},
		{"", "does not begin"},
		{"Opens safes. It makes no keys.", "does not begin"},
		{"Package safe opens safes and does not make keys.", "does not say"},
		{"Package safe opens safes. It uses keys.", "does not say"},
	} {
		got := commentViolation(c.comment)
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("violation of the comment %q is %q, want %q in it", c.comment, got, c.want)
		}
	}
}

// limits matches a sentence after the first that is about the package and has a negation.
var limits = regexp.MustCompile(`[.:;] (It|They|The package|This package|The command|Its tests)\b[^.:;]*\b(not|no|nothing|never|none|neither)\b`)

func commentViolation(comment string) string {
	text := strings.Join(strings.Fields(comment), " ")
	switch {
	case !strings.HasPrefix(text, "Package ") && !strings.HasPrefix(text, "Command "):
		return `does not begin with "Package" or "Command"`
	case !limits.MatchString(strings.ReplaceAll(text, ": it ", ": It ")):
		return `does not say what it does not do, by a sentence such as "It does not …" or "It knows no …"`
	}
	return ""
}

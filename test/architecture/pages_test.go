package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// named matches a path in this module that a page names as code.
var named = regexp.MustCompile("`((?:cmd|internal|lanyardtest|test)(?:/[A-Za-z0-9_./-]+)?)`")

// TestArchitecture_namesEveryPackage compares ARCHITECTURE.md with the packages that there are.
func TestArchitecture_namesEveryPackage(t *testing.T) {
	names := namesIn(t, "ARCHITECTURE.md")
	missing := map[string]bool{}
	for _, f := range files(t) {
		if !slices.Contains(names, f.pkg()) {
			missing[f.pkg()] = true
		}
	}
	for pkg := range missing {
		t.Errorf("ARCHITECTURE.md does not name package %s: add it to the table of packages", pkg)
	}
}

// TestPages_nameWhatIsThere checks the paths that pages name. Decisions and the changelog tell the past.
func TestPages_nameWhatIsThere(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join(root, "docs/*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range pages {
		pages[i] = filepath.Join("docs", filepath.Base(pages[i]))
	}
	for _, page := range append(pages, "ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "SECURITY.md") {
		for _, name := range namesIn(t, page) {
			if _, err := os.Stat(filepath.Join(root, name)); err != nil {
				t.Errorf("%s names %s: %v", page, name, err)
			}
		}
	}
}

// namesIn returns the paths in this module that a page names.
func namesIn(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range named.FindAllStringSubmatch(string(text), -1) {
		names = append(names, m[1])
	}
	if len(names) == 0 && page == "ARCHITECTURE.md" {
		t.Fatalf("%s names no path", page)
	}
	return names
}

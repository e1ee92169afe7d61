package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
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

var packageRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")

// TestArchitecture_hasTheOrder compares the order of the table of packages with that of the imports.
func TestArchitecture_hasTheOrder(t *testing.T) {
	_, table, _ := strings.Cut(page(t, "ARCHITECTURE.md"), "\n## Packages\n")
	table, _, _ = strings.Cut(table, "\n## ")
	above := ""
	for _, row := range packageRow.FindAllStringSubmatch(table, -1) {
		if above != "" && level(row[1]) < level(above) {
			t.Errorf("ARCHITECTURE.md lists %s below %s, want it above, as in imports_test.go", row[1], above)
		}
		above = row[1]
	}
	if above == "" {
		t.Error("ARCHITECTURE.md has no table of packages")
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
	for _, p := range append(pages, "ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "SECURITY.md") {
		for _, name := range namesIn(t, p) {
			if _, err := os.Stat(filepath.Join(root, name)); err != nil {
				t.Errorf("%s names %s: %v", p, name, err)
			}
		}
	}
}

// namesIn returns the paths in this module that a page names.
func namesIn(t *testing.T, name string) (paths []string) {
	t.Helper()
	for _, m := range named.FindAllStringSubmatch(page(t, name), -1) {
		paths = append(paths, m[1])
	}
	return paths
}

// page reads a page by its path in this module.
func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

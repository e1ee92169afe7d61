package shell_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The shell cannot reach the host, because it imports nothing that could.
func TestShell_importsNothingOfTheHost(t *testing.T) {
	allowed := []string{
		"bytes", "errors", "fmt", "io", "maps", "path", "regexp", "regexp/syntax", "slices", "strconv", "strings", "time", "unicode/utf8",
		"mvdan.cc/sh/v3/syntax",
		"github.com/lanyard-cloud/lanyard/internal/driver/machine",
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil || !slices.Contains(allowed, path) {
				t.Errorf("%s imports %s, which may reach the host", name, spec.Path.Value)
			}
		}
		seen++
	}
	if seen < 2 {
		t.Errorf("the test read %d files, want all of the package", seen)
	}
}

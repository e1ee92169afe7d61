package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

// TestContributing_examplesAreInTheTree checks that each part of CONTRIBUTING.md's examples, up to an
// empty line, is in a Go file. So they compile, and they are how the code is written.
func TestContributing_examplesAreInTheTree(t *testing.T) {
	var code strings.Builder
	for _, f := range files(t) {
		text, err := os.ReadFile(filepath.Join(root, f.path))
		if err != nil {
			t.Fatal(err)
		}
		code.WriteString(unindented(string(text)))
	}
	blocks := goBlock.FindAllStringSubmatch(page(t, "CONTRIBUTING.md"), -1)
	if len(blocks) == 0 {
		t.Fatal("CONTRIBUTING.md has no examples in Go")
	}
	for _, block := range blocks {
		for part := range strings.SplitSeq(block[1], "\n\n") {
			if !strings.Contains(code.String(), unindented(part)) {
				t.Errorf("no Go file has this example of CONTRIBUTING.md: copy it anew:\n%s", part)
			}
		}
	}
}

// unindented removes the indentation of all lines, and ends the last one.
func unindented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		b.WriteString(strings.TrimSpace(line) + "\n")
	}
	return b.String()
}

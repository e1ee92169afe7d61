//go:build !sdks

package sdks

import (
	"os"
	"strings"
	"testing"
)

// TestPage_isOfThisTable fails when the clients were not run since the API got its present actions.
func TestPage_isOfThisTable(t *testing.T) {
	want, err := tableLine()
	if err != nil {
		t.Fatal(err)
	}
	if page, err := os.ReadFile(pageFile); err != nil || !strings.Contains(string(page), want) {
		t.Errorf("docs/clients.md does not say %q (%v): write it anew with `make sdks`", want, err)
	}
}

package compute_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
)

// TestSetupLifecycle_isAsTheDocsHaveIt keeps the table of scripts in docs/instances.md.
func TestSetupLifecycle_isAsTheDocsHaveIt(t *testing.T) {
	page, err := os.ReadFile("../../../docs/instances.md")
	if err != nil {
		t.Fatal(err)
	}
	for event, end := range map[string]string{instance.SetupSucceeds: " |\n", instance.SetupFails: ", which fails |\n"} {
		var list []string
		for _, phase := range instance.SetupLifecycle[event] {
			if phase.Takes > 0 {
				list = append(list, fmt.Sprintf("`%s` %g s", phase.State, phase.Takes.Seconds()))
			}
		}
		if row := "| " + strings.Join(list, ", ") + end; !strings.Contains(string(page), row) {
			t.Errorf("docs/instances.md has no row that ends with\n%s", row)
		}
	}
}

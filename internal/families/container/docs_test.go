package container_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/kind/container"
)

// TestLifecycle_isAsTheDocsHaveIt keeps the table of states in docs/containers.md.
func TestLifecycle_isAsTheDocsHaveIt(t *testing.T) {
	page, err := os.ReadFile("../../../docs/containers.md")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{
		container.Create: "CreateContainerService", container.Update: "UpdateContainerService", container.Keep: "UpdateContainerService that changes nothing",
		container.Delete: "DeleteContainerService", "healthy": "a deployment that gets healthy", "unhealthy": "a deployment that never gets healthy",
		"unpullable": "a deployment with an image that cannot be pulled",
	}
	for _, event := range slices.Sorted(maps.Keys(container.Lifecycle)) {
		if row := "| " + names[event] + " | " + statesOf(event) + " |\n"; !strings.Contains(string(page), row) {
			t.Errorf("docs/containers.md does not have the row\n%s", row)
		}
	}
}

// statesOf are the states of an event with their times, as the docs have them.
func statesOf(event string) string {
	var list []string
	for _, phase := range container.Lifecycle[event] {
		state, detail, _ := strings.Cut(phase.State, " ")
		text := "`" + state + "`"
		if detail != "" {
			text += " (`" + detail + "`)"
		}
		if phase.Takes > 0 {
			text += fmt.Sprintf(" %g s", phase.Takes.Seconds())
		}
		list = append(list, strings.Replace(text, "`rest`", restOf(event), 1))
	}
	if event == container.Delete {
		list = append(list, "gone")
	}
	return strings.Join(list, ", ")
}

// restOf are the states in which an event may end.
func restOf(event string) string {
	switch event {
	case container.Create:
		return "`READY`"
	case "healthy":
		return "`RUNNING`"
	case container.Update, container.Keep:
		return "`RUNNING`, `READY` or `DISABLED`"
	}
	return "`RUNNING` or `READY`"
}

// TestLogs_takeAsLongAsTheirDeployments wants the last line of a log when the deployment's fate is there.
func TestLogs_takeAsLongAsTheirDeployments(t *testing.T) {
	for fate, lines := range container.Logs {
		all := takes(fate)
		for _, line := range lines {
			all -= line.Takes
		}
		if all != 0 || takes(fate) == 0 {
			t.Errorf("the log of a deployment that is %s ends %s before the deployment's fate", fate, all)
		}
	}
}

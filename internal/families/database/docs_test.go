package database_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/kind/database"
)

// TestLifecycle_isAsTheDocsHaveIt keeps the table of states in docs/databases.md.
func TestLifecycle_isAsTheDocsHaveIt(t *testing.T) {
	page, err := os.ReadFile("../../../docs/databases.md")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{
		database.Create: "CreateRelationalDatabase", database.Restore: "CreateRelationalDatabaseFromSnapshot",
		database.RestoreTo: "CreateRelationalDatabaseFromSnapshot, to a point in time", database.BackUp: "CreateRelationalDatabaseSnapshot",
		database.Stop: "StopRelationalDatabase", database.StopAfterSnapshot: "StopRelationalDatabase with a snapshot",
		database.Start: "StartRelationalDatabase", database.Reboot: "RebootRelationalDatabase", database.Delete: "DeleteRelationalDatabase",
	}
	for _, event := range slices.Sorted(maps.Keys(database.Lifecycle)) {
		if row := "| " + names[event] + " | " + statesOf(event) + " |\n"; !strings.Contains(string(page), row) {
			t.Errorf("docs/databases.md does not have the row\n%s", row)
		}
	}
	for event, phases := range database.ChangeLifecycle {
		if text := fmt.Sprintf("after %g s in the state `%s`", phases[0].Takes.Seconds(), phases[0].State); !strings.Contains(string(page), text) {
			t.Errorf("docs/databases.md does not say of the event %s: %s", event, text)
		}
	}
}

// statesOf are the states of an event with their times, as the docs have them.
func statesOf(event string) string {
	var list []string
	for _, phase := range database.Lifecycle[event] {
		text := "`" + phase.State + "`"
		if phase.Takes > 0 {
			text += fmt.Sprintf(" %g s", phase.Takes.Seconds())
		}
		list = append(list, text)
	}
	if event == database.Delete {
		list = append(list, "gone")
	}
	return strings.Join(list, ", ")
}

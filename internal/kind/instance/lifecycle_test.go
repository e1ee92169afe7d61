package instance_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// TestLifecycles_durationsAreInTheDocs holds docs/divergences.md to the tables.
func TestLifecycles_durationsAreInTheDocs(t *testing.T) {
	text, err := os.ReadFile("../../../docs/divergences.md")
	if err != nil {
		t.Fatal(err)
	}
	first := func(l resource.Lifecycle, event string) string {
		return fmt.Sprintf("%d s", l[event][0].Takes/time.Second)
	}
	for _, want := range []string{
		"create and start take " + first(instance.Lifecycle, "create"), "a stop " + first(instance.Lifecycle, "stop"),
		fmt.Sprintf("health checks %d min", instance.HealthChecksTake/time.Minute), fmt.Sprintf("a Windows password %d min", instance.PasswordTakes/time.Minute),
		"disks " + first(instance.DiskLifecycle, "create"), "disk snapshots " + first(instance.DiskSnapshotLifecycle, "create"),
		"instance snapshots " + first(instance.SnapshotLifecycle, "create"), "copies " + first(instance.SnapshotLifecycle, "copy"),
		"exports " + first(instance.RecordLifecycle, "export"), "stacks " + first(instance.RecordLifecycle, "stack"),
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("docs/divergences.md does not have the duration %q", want)
		}
	}
}

// TestLifecycles_endInAState has each table end in a state that lasts.
func TestLifecycles_endInAState(t *testing.T) {
	for name, l := range map[string]resource.Lifecycle{
		"instances": instance.Lifecycle, "disks": instance.DiskLifecycle, "disk snapshots": instance.DiskSnapshotLifecycle,
		"instance snapshots": instance.SnapshotLifecycle, "records": instance.RecordLifecycle,
	} {
		for event, phases := range l {
			for n, phase := range phases {
				if last := n == len(phases)-1; last != (phase.Takes == 0) || phase.State == "" {
					t.Errorf("%s, %s: phase %d = %+v; only the last one takes no time", name, event, n, phase)
				}
			}
		}
	}
}

//go:build sdks

package sdks

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// all are the clients and those of the programs.
func all() []client {
	rows := slices.Clone(clients)
	for _, a := range applications {
		rows = append(rows, a.client)
	}
	return rows
}

// names are those that SDKS can have.
func names() (names []string) {
	for _, c := range all() {
		names = append(names, c.name)
	}
	return names
}

// checkNames returns an error if a name is of neither a client nor a program.
func checkNames(wanted []string) error {
	for _, name := range wanted {
		if !slices.Contains(names(), name) {
			return fmt.Errorf("SDKS: there is no %q; the names are %s", name, strings.Join(names(), ", "))
		}
	}
	return nil
}

// isWanted reports whether this run is to run a client or program.
func isWanted(name string) bool { return len(only) == 0 || slices.Contains(only, name) }

// unreached are the clients and programs that could not be run on this machine, with the reason of each.
var unreached = map[string]error{}

// need fails the test if a tool is not on this machine.
func (c client) need(t *testing.T) {
	t.Helper()
	for _, n := range c.needs {
		if err := n.check(t.Context()); err != nil {
			c.isOutOfReach(t, err)
		}
	}
}

// isOutOfReach fails the test because the client cannot be run here.
func (c client) isOutOfReach(t *testing.T, err error) {
	t.Helper()
	err = fmt.Errorf("%w, or name those to run in SDKS", err)
	unreached[c.name] = err
	t.Fatal(err)
}

// check returns an error that says how to install the tool if it is missing.
func (n tool) check(ctx context.Context) error {
	_, err := exec.LookPath(strings.Fields(n.program)[0])
	if err == nil && strings.Contains(n.program, " ") {
		var out []byte
		if out, err = exec.CommandContext(ctx, "sh", "-c", n.program).CombinedOutput(); err != nil {
			err = fmt.Errorf("%s: %w: %s", n.program, err, bytes.TrimSpace(out))
		}
	}
	if err != nil {
		return fmt.Errorf("%w: install it with `%s`", err, n.remedy)
	}
	return nil
}

func TestCheckNames(t *testing.T) {
	if err := checkNames(names()); err != nil {
		t.Error(err)
	}
	err := checkNames([]string{"boto3", "perl"})
	if want := `SDKS: there is no "perl"; the names are boto3, `; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("with an unknown name the error is %v, want %s…", err, want)
	}
	for _, name := range []string{"boto3", "java", "prowler"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("the error does not list %s: %v", name, err)
		}
	}
}

// TestTool_check looks for all tools on a machine that has none.
func TestTool_check(t *testing.T) {
	incomplete := tool{"test -e /nothing", "apt-get install nothing"}
	if err := incomplete.check(t.Context()); err == nil || !strings.Contains(err.Error(), "exit status 1") {
		t.Errorf("%s: %v", incomplete.program, err)
	}
	t.Setenv("PATH", t.TempDir())
	for _, c := range all() {
		for _, n := range c.needs {
			if err := n.check(t.Context()); err == nil || !strings.HasSuffix(err.Error(), "install it with `"+n.remedy+"`") {
				t.Errorf("%s without %s: %v", c.name, n.program, err)
			}
		}
	}
}

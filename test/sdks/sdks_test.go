//go:build sdks

package sdks

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/process"
)

var update = flag.Bool("update", false, "write docs/clients.md, in a run of all clients")

// only has the names of those to run, from the variable SDKS; it is empty for all.
var only = strings.FieldsFunc(os.Getenv("SDKS"), func(r rune) bool { return r == ',' || r == ' ' })

func TestMain(m *testing.M) {
	if err := checkNames(only); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := process.Main(m)
	for _, name := range slices.Sorted(maps.Keys(unreached)) {
		fmt.Fprintf(os.Stderr, "out of reach: %s: %v\n", name, unreached[name])
	}
	if code == 0 && len(only) == 0 && flag.Lookup("test.run").Value.String() == "" {
		code = checkPage()
	}
	os.Exit(code)
}

// TestSDKs takes the journey with each client.
func TestSDKs(t *testing.T) {
	for _, c := range clients {
		if !isWanted(c.name) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			c.need(t)
			c.build(t)
			c.takeJourney(t)
			if c.profile {
				c.readProfile(t)
			}
			if c.strict {
				c.makeCalls(t)
			}
		})
	}
}

// built are the folders that were built in this run, with their commands.
var built = map[string]error{}

// build gets what the client's program consists of. Several clients may share that.
func (c client) build(t *testing.T) {
	t.Helper()
	for _, step := range c.builds {
		key := c.dir + " " + strings.Join(step, " ")
		err, done := built[key]
		if !done {
			cmd := exec.CommandContext(t.Context(), step[0], step[1:]...)
			cmd.Dir = c.dir
			var out []byte
			if out, err = cmd.CombinedOutput(); len(out) > 0 {
				t.Logf("%s", out)
			}
			built[key] = err
		}
		if err != nil {
			c.isOutOfReach(t, fmt.Errorf("%q in test/sdks/%s: %w: see its output above", step, c.dir, err))
		}
	}
}

// run runs the client's program in its folder, and returns what it printed.
func (c client) run(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := c.command(t, env, args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", cmd.Args, err, out)
	}
	return string(out)
}

func (c client) command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	program := c.program[0]
	if strings.Contains(program, "/") { // a path is from the folder
		program = filepath.Join(c.dir, program)
		if abs, err := filepath.Abs(program); err == nil {
			program = abs
		}
	}
	cmd := exec.CommandContext(t.Context(), program, append(slices.Clone(c.program[1:]), args...)...)
	cmd.Dir, cmd.Env = c.dir, env
	return cmd
}

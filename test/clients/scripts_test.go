//go:build clients

package clients

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/process"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

// TestBoto3 runs the tests in testdata/boto3, a program for each part.
func TestBoto3(t *testing.T) {
	needRun(t, "apt-get install python3 python3-boto3", "python3", "-c", "import boto3")
	t.Parallel()
	runParts(t, byBoto3, "python3", filepath.Join("testdata", "boto3"), ".py", "-c", boto3Actions)
}

// TestBoto3_newest runs the same programs with the newest boto3, in a virtual environment.
func TestBoto3_newest(t *testing.T) {
	python := filepath.Join("..", "sdks", "python", ".venv", "boto3", "bin", "python")
	needRun(t, "test/sdks/python/install boto3", python, "-c", "import boto3")
	t.Parallel()
	runParts(t, byBoto3, python, filepath.Join("testdata", "boto3"), ".py", "-c", boto3Actions)
}

// boto3Actions prints the names of the actions that boto3 knows.
const boto3Actions = `import boto3; print(*boto3.client("lightsail", region_name="us-east-1").meta.service_model.operation_names)`

// TestJavaScript runs the tests in js, a program for each part.
func TestJavaScript(t *testing.T) {
	need(t, "node", "apt-get install nodejs")
	needRun(t, "npm ci --prefix test/clients/js", "test", "-d", "js/node_modules/@aws-sdk/client-lightsail")
	t.Parallel()
	runParts(t, byJavaScript, "node", "js", ".mjs", "-e",
		`const sdk = require("./js/node_modules/@aws-sdk/client-lightsail");
		console.log(...Object.keys(sdk).map((name) => name.replace(/Command$/, "")))`)
}

// runParts runs a client's programs, each against a server of its own. The interpreter lists the actions that the client
// knows when it is called with the arguments list.
func runParts(t *testing.T, client, interpreter, dir, extension string, list ...string) {
	t.Helper()
	var checkers []*wirecheck.Checker
	t.Run("parts", func(t *testing.T) {
		for _, p := range parts {
			checker := p.start(t)
			checkers = append(checkers, checker)
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				run(t, interpreter, filepath.Join(dir, p.name+extension), checker.URL)
			})
		}
	})
	t.Run("every action succeeded", func(t *testing.T) {
		known := strings.Fields(output(t, interpreter, list...))
		wantSeen(t, client, checkers, func(action string) bool { return slices.Contains(known, action) })
	})
}

// output runs a client's program and returns what it printed.
func output(t *testing.T, program string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = process.ClientEnviron(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v", program, args, err)
	}
	return string(out)
}

// run runs a client's own tests.
func run(t *testing.T, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = process.ClientEnviron(t, "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", program, err, out)
	}
}

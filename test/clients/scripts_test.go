//go:build clients

package clients

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

// TestBoto3 runs the tests in testdata/boto3, a program for each part.
func TestBoto3(t *testing.T) {
	needRun(t, "apt-get install python3 python3-boto3", "python3", "-c", "import boto3")
	t.Parallel()
	runParts(t, "python3", filepath.Join("testdata", "boto3"), ".py")
}

// TestJavaScript runs the tests in js, a program for each part.
func TestJavaScript(t *testing.T) {
	need(t, "node", "apt-get install nodejs")
	needRun(t, "npm ci --prefix test/clients/js", "test", "-d", "js/node_modules/@aws-sdk/client-lightsail")
	t.Parallel()
	runParts(t, "node", "js", ".mjs")
}

// runParts runs a client's programs, each against a server of its own.
func runParts(t *testing.T, interpreter, dir, extension string) {
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
		wantSeen(t, checkers, "GetProfile") // newer than many a botocore, and than SDKs that run on old versions of Node.js
	})
}

// run runs a client's own tests.
func run(t *testing.T, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = clientEnv(t, "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", program, err, out)
	}
}

//go:build clients

package clients

import (
	"os/exec"
	"testing"
)

// TestBoto3 runs the tests in testdata/boto3_client.py.
func TestBoto3(t *testing.T) {
	needRun(t, "apt-get install python3 python3-boto3", "python3", "-c", "import boto3")
	t.Parallel()
	checker := startChecked(t)
	run(t, "python3", "testdata/boto3_client.py", checker.URL)
	wantSeen(t, checker, "GetProfile") // newer than many a botocore
}

// TestJavaScript runs the tests in js/client.mjs.
func TestJavaScript(t *testing.T) {
	need(t, "node", "apt-get install nodejs")
	needRun(t, "npm ci --prefix test/clients/js", "test", "-d", "js/node_modules/@aws-sdk/client-lightsail")
	t.Parallel()
	checker := startChecked(t)
	run(t, "node", "js/client.mjs", checker.URL)
	wantSeen(t, checker, "GetProfile") // newer than the pinned SDK, which old versions of Node.js need
}

// run runs a client's own tests.
func run(t *testing.T, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = clientEnv(t)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", program, err, out)
	}
}

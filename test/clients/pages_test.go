//go:build clients

package clients

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// TestPages_commandsRun runs the commands of the pages about buckets and container services, as they are there. The
// first page has an instance of the README.
func TestPages_commandsRun(t *testing.T) {
	need(t, "aws", "apt-get install awscli")
	t.Parallel()
	const before = `aws lightsail create-instances --instance-names web --availability-zone us-east-1a --blueprint-id debian_12 --bundle-id nano_3_0
until [ "$(aws lightsail get-instance-state --instance-name web --query state.name --output text)" = running ]; do sleep 0.1; done
`
	checker := check(t, process.Start(t, t.TempDir(), quick...))
	script := before + commands(t, "buckets.md") + commands(t, "containers.md")
	cmd := exec.CommandContext(t.Context(), "sh", "-eu", "-c", script)
	cmd.Env = clientEnv(t, "AWS_DEFAULT_REGION=us-east-1", "ENDPOINT="+checker.URL)
	cmd.Env = append(cmd.Env, "PATH="+awsWithEndpoint(t)+string(os.PathListSeparator)+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// commands are the indented lines of a page of docs.
func commands(t *testing.T, name string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	for line := range strings.Lines(string(page)) {
		if command, indented := strings.CutPrefix(line, "    "); indented {
			script.WriteString(command)
		}
	}
	if !strings.HasPrefix(script.String(), "aws ") {
		t.Fatalf("docs/%s has no commands of the AWS CLI", name)
	}
	return script.String()
}

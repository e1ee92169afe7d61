//go:build clients

package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// TestPages_commandsRun runs the commands of pages as they are there. The pages about buckets, container services and
// databases continue where the README ends, and so do those about mails and alarms.
func TestPages_commandsRun(t *testing.T) {
	need(t, "aws", "apt-get install awscli")
	need(t, "ssh", "apt-get install openssh-client")
	t.Parallel()
	for name, pages := range map[string][]string{
		"README":     {"README.md", "docs/buckets.md", "docs/containers.md", "docs/databases.md"},
		"instances":  {"docs/instances.md"},
		"networking": {"docs/networking.md", "docs/load-balancers.md"},
		"alarms":     {"README.md", "docs/mail.md", "docs/alarms.md"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runPages(t, pages)
		})
	}
}

// runPages runs the commands of pages against a server of their own.
func runPages(t *testing.T, pages []string) {
	t.Helper()
	var script string
	for _, page := range pages {
		script += commands(t, page)
	}
	server := process.Start(t, t.TempDir(), quick...)
	bin := awsWithEndpoint(t)
	if err := os.Symlink(process.Binary(t), filepath.Join(bin, "lanyard")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-eu", "-c", script)
	cmd.Dir = t.TempDir()
	cmd.Env = process.ClientEnviron(t, append(process.Settings(server.DataDir), "AWS_DEFAULT_REGION=us-east-1", "ENDPOINT="+check(t, server).URL,
		"PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// commands are the indented parts of a page that begin with the AWS CLI.
func commands(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../..", page))
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	for part := range strings.SplitSeq(string(text), "\n\n") {
		if command, is := strings.CutPrefix(part, "    "); is && strings.HasPrefix(command, "aws ") {
			script.WriteString(strings.ReplaceAll(command, "\n    ", "\n") + "\n")
		}
	}
	if script.Len() == 0 {
		t.Fatalf("%s has no commands of the AWS CLI", page)
	}
	return script.String()
}

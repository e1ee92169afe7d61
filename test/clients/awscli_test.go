//go:build clients

package clients

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/test/process"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

// TestAWSCLI runs the scripts in testdata/awscli. Each has a region of its own, which is a world of its own: $REGION, where
// $NANO is the smallest bundle. $ELSEWHERE is a region that no script has for itself, and $AGED that of the past of the server.
//
// In a script, aws is the AWS CLI with --endpoint-url added, "until TEXT ARGUMENTS" repeats aws until it prints a line
// that is TEXT, "member FILE NAME" prints a string member of the JSON object in a file, and [knows:GetProfile] runs a
// command if the AWS CLI of this machine has the action.
func TestAWSCLI(t *testing.T) {
	need(t, "aws", "apt-get install awscli")
	need(t, "ssh-keygen", "apt-get install openssh-client")
	need(t, "openssl", "apt-get install openssl")
	const dir = "testdata/awscli"
	worlds, checkers := newWorlds(t, dir, func() *wirecheck.Checker { return startAged(t, quick...) })
	t.Run("scripts", func(t *testing.T) {
		testscript.Run(t, testscript.Params{
			Dir: dir,
			Setup: func(env *testscript.Env) error {
				w := <-worlds
				useClientEnv(t, env, "AWS_DEFAULT_REGION="+w.region, "REGION="+w.region, "NANO="+nano(w.region), "NANO_TRANSFER="+nanoTransfer(w.region),
					"ELSEWHERE="+w.elsewhere, "AGED="+agedRegion, "ENDPOINT="+w.endpoint)
				return nil
			},
			Cmds: map[string]func(*testscript.TestScript, bool, []string){
				"aws":    func(ts *testscript.TestScript, neg bool, args []string) { awsAt(ts.Getenv("ENDPOINT"))(ts, neg, args) },
				"member": printMember,
				"until":  until,
			},
			Condition:           knows(t),
			RequireExplicitExec: true,
			RequireUniqueNames:  true,
		})
	})
	t.Run("every action succeeded", func(t *testing.T) {
		wantSeen(t, byAWSCLI, checkers, func(action string) bool { return cliKnows(t, action) })
	})
}

// A world is a region of a server that a script has for itself, and one that no script has for itself.
type world struct{ endpoint, region, elsewhere string }

// newWorlds has a world for each script of a directory, and starts as many servers as that takes.
func newWorlds(t *testing.T, dir string, start func() *wirecheck.Checker) (<-chan world, []*wirecheck.Checker) {
	t.Helper()
	scripts, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	listed := slices.DeleteFunc(slices.Clone(catalogue.Regions()), func(r catalogue.Region) bool { return !r.Listed })
	elsewhere, listed := listed[len(listed)-1].Name, listed[:len(listed)-1]
	worlds := make(chan world, len(scripts))
	var checkers []*wirecheck.Checker
	for some := range slices.Chunk(scripts, len(listed)) {
		checker := start()
		checkers = append(checkers, checker)
		for n := range some {
			worlds <- world{checker.URL, listed[n].Name, elsewhere}
		}
	}
	return worlds, checkers
}

// knows is the condition [knows:ACTION] of scripts.
func knows(t *testing.T) func(string) (bool, error) {
	return func(condition string) (bool, error) {
		action, ok := strings.CutPrefix(condition, "knows:")
		if !ok {
			return false, fmt.Errorf("unknown condition %s", condition)
		}
		return cliKnows(t, action), nil
	}
}

// cliKnows reports whether the installed AWS CLI has an action. It looks for the command before it prints a skeleton.
func cliKnows(t *testing.T, action string) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "aws", "lightsail", cliCommand(action), "--generate-cli-skeleton")
	cmd.Env = process.ClientEnviron(t, "AWS_DEFAULT_REGION=us-east-1")
	out, err := cmd.CombinedOutput()
	if err != nil && !strings.Contains(string(out), "nvalid choice") {
		t.Fatalf("aws lightsail %s: %v\n%s", cliCommand(action), err, out)
	}
	return err == nil
}

// useClientEnv gives a script the clients' environment.
func useClientEnv(t *testing.T, env *testscript.Env, more ...string) {
	for _, v := range process.ClientEnviron(t, more...) {
		if name, value, _ := strings.Cut(v, "="); name != "TMPDIR" {
			env.Setenv(name, value)
		}
	}
}

// awsAt is the AWS CLI with its endpoint.
func awsAt(endpoint string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		err := ts.Exec("aws", append(args, "--endpoint-url", endpoint)...)
		switch {
		case err == nil && neg:
			ts.Fatalf("the AWS CLI succeeded")
		case err != nil && !neg:
			ts.Fatalf("the AWS CLI failed: %v", err)
		}
	}
}

// until is how people wait for Lightsail in scripts: the AWS CLI has no waiters for it.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until TEXT ARGUMENTS")
	}
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		ts.Check(ts.Exec("aws", append(args[1:], "--output", "text", "--endpoint-url", ts.Getenv("ENDPOINT"))...))
		got := strings.TrimSpace(ts.ReadFile("stdout"))
		if got == args[0] {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("it is still %q", got)
		}
	}
}

func printMember(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: member FILE NAME")
	}
	var doc map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &doc))
	text, ok := doc[args[1]].(string)
	if !ok {
		ts.Fatalf("%s has no string member %s", args[0], args[1])
	}
	fmt.Fprintln(ts.Stdout(), text)
}

// cliHonorsEndpointVariables reports whether the installed AWS CLI does; the version comes from the AWS CLI's change logs.
func cliHonorsEndpointVariables(t *testing.T) bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "aws", "--version").CombinedOutput()
	if err != nil {
		t.Fatalf("aws --version: %v", err)
	}
	var major, minor int
	if _, err := fmt.Sscanf(string(out), "aws-cli/%d.%d", &major, &minor); err != nil {
		t.Fatalf("aws --version printed %q: %v", out, err)
	}
	return major == 1 && minor >= 29 || major == 2 && minor >= 13 || major > 2
}

//go:build clients

package clients

import (
	"flag"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/test/process"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

func TestMain(m *testing.M) {
	code := process.Main(m)
	if code == 0 && flag.Lookup("test.run").Value.String() == "" {
		code = checkDriven()
	}
	os.Exit(code)
}

// pageSize is small, so that a handful of resources fills several pages.
const pageSize = "2"

// quick makes changes of state take little time, but some: what a call begins is shown as begun.
var quick = []string{"--time-scale", "0.002"}

// startChecked starts a server and returns the checker before it.
func startChecked(t *testing.T, args ...string) *wirecheck.Checker {
	t.Helper()
	server := process.Start(t, t.TempDir(), append([]string{"--page-size", pageSize}, args...)...)
	return check(t, server)
}

// check starts a checker before a server, and records which client called what.
func check(t *testing.T, server *process.Server) *wirecheck.Checker {
	t.Helper()
	checker := wirecheck.Start(t, server.Endpoint)
	t.Cleanup(func() { driven.addCalls(checker.Succeeded()) })
	return checker
}

// A part of a client's suite has a server of its own.
type part struct {
	name  string
	start func(*testing.T) *wirecheck.Checker
}

// parts are those of the suites of boto3 and of the JavaScript SDK.
var parts = []part{
	{"key_pairs", func(t *testing.T) *wirecheck.Checker { return startChecked(t) }},
	{"instances", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"network", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"domains", func(t *testing.T) *wirecheck.Checker { return startChecked(t) }},
	{"certificates", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"load_balancers", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"distributions", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"monitoring", func(t *testing.T) *wirecheck.Checker { return startChecked(t) }},
	{"buckets", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"containers", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"databases", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"database_reports", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"storage", func(t *testing.T) *wirecheck.Checker { return startChecked(t, quick...) }},
	{"past", func(t *testing.T) *wirecheck.Checker { return startAged(t, quick...) }},
	{"realistic", func(t *testing.T) *wirecheck.Checker { return startChecked(t, "--time-scale", "realistic") }},
}

// need fails the test when a client is not on this machine.
func need(t *testing.T, program, remedy string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Fatalf("%v: install it with %s", err, remedy)
	}
}

// needRun fails the test when a command does not run, which shows that something is not on this machine.
func needRun(t *testing.T, remedy, program string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v: install it with %s\n%s", program, args, err, remedy, out)
	}
}

// unusable are the actions that every resource refuses: they are for virtual computers of Lightsail for Research. The
// other suites have no successful call of them.
var unusable = []string{"CreateGUISessionAccessDetails", "StartGUISession", "StopGUISession"}

// wantSeen checks that every action that can succeed did so through one of the checkers. An action that the client of
// this machine does not know, because it is newer, cannot.
func wantSeen(t *testing.T, client string, checkers []*wirecheck.Checker, knows func(action string) bool) {
	t.Helper()
	for _, a := range model.Actions() {
		name := a.Name
		saw := func(c *wirecheck.Checker) bool { return c.Saw(name, "") }
		switch {
		case slices.Contains(unusable, name):
		case slices.ContainsFunc(checkers, saw):
		case knows(name):
			t.Errorf("%s was never answered with success", name)
		default:
			driven.excuse(client, name)
		}
	}
}

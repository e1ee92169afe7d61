//go:build clients

package clients

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/process"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

func TestMain(m *testing.M) { os.Exit(process.Main(m)) }

// pageSize is small, so that a handful of resources fills several pages.
const pageSize = "2"

// startChecked starts a server and returns the checker in front of it.
func startChecked(t *testing.T) *wirecheck.Checker {
	t.Helper()
	server := process.Start(t, t.TempDir(), "--page-size", pageSize)
	return wirecheck.Start(t, server.Endpoint)
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

// clientEnv is the environment for an AWS client: the root's key, no config files of anybody's, and no way out of
// this machine.
func clientEnv(t *testing.T, more ...string) []string {
	t.Helper()
	dir := t.TempDir()
	env := append(process.Environ(),
		"AWS_ACCESS_KEY_ID="+process.AccessKeyID,
		"AWS_SECRET_ACCESS_KEY="+process.SecretAccessKey,
		"AWS_CONFIG_FILE="+filepath.Join(dir, "config"),
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(dir, "credentials"),
	)
	return append(append(env, isolation...), more...)
}

// isolation keeps AWS clients from looking for credentials elsewhere, and any call that is not for this machine from
// leaving it: nothing listens on the discard port. The locale makes their output the same everywhere.
var isolation = []string{
	"AWS_EC2_METADATA_DISABLED=true",
	"AWS_PAGER=",
	"LC_ALL=C.UTF-8",
	"HTTP_PROXY=http://127.0.0.1:9",
	"HTTPS_PROXY=http://127.0.0.1:9",
	"NO_PROXY=127.0.0.1",
	"http_proxy=http://127.0.0.1:9",
	"https_proxy=http://127.0.0.1:9",
	"no_proxy=127.0.0.1",
}

// built lists the actions that the server has. It is written down here a second time on purpose: an action that gets
// lost is missed.
var built = []string{
	"CreateKeyPair", "DeleteKeyPair", "DownloadDefaultKeyPair", "GetActiveNames", "GetKeyPair", "GetKeyPairs",
	"GetOperation", "GetOperations", "GetOperationsForResource", "GetProfile", "GetRegions", "ImportKeyPair",
	"TagResource", "UntagResource",
}

// wantSeen checks that every action that is built, but for those that the client does not know yet, succeeded
// through the checker.
func wantSeen(t *testing.T, c *wirecheck.Checker, unknown ...string) {
	t.Helper()
	for _, name := range built {
		if !slices.Contains(unknown, name) && !c.Saw(name, "") {
			t.Errorf("%s was never answered with success", name)
		}
	}
}

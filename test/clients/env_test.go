//go:build clients

package clients

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// TestEnv runs the scripts in testdata/env: the lanyard command beside a running server, whose endpoint is
// $ENDPOINT, and what a shell and the AWS CLI make of its output. The condition [endpoint-variables] says whether the
// installed AWS CLI honors AWS_ENDPOINT_URL_LIGHTSAIL.
func TestEnv(t *testing.T) {
	need(t, "aws", "apt-get install awscli")
	need(t, "ssh-keygen", "apt-get install openssh-client")
	need(t, "openssl", "apt-get install openssl")
	server := process.Start(t, t.TempDir())
	honored := cliHonorsEndpointVariables(t)
	bin := t.TempDir()
	if err := os.Symlink(process.Binary(t), filepath.Join(bin, "lanyard")); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/env",
		Setup: func(env *testscript.Env) error {
			useClientEnv(t, env, process.Settings(server.DataDir)...)
			env.Setenv("ENDPOINT", server.Endpoint)
			env.Setenv("SHELL", "/bin/sh")
			env.Setenv("PATH", bin+string(filepath.ListSeparator)+env.Getenv("PATH"))
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "endpoint-variables" {
				return false, fmt.Errorf("unknown condition %s", name)
			}
			return honored, nil
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

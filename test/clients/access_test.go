//go:build clients

package clients

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// TestAccess runs the scripts in testdata/access: users with the policies of the documentation, made by the lanyard
// command on a running server's data, act through the AWS CLI and boto3 at $ENDPOINT.
func TestAccess(t *testing.T) {
	need(t, "aws", "apt-get install awscli")
	needRun(t, "apt-get install python3 python3-boto3", "python3", "-c", "import boto3")
	t.Parallel()
	server := process.Start(t, t.TempDir(), "--key-pool", "2")
	bin := t.TempDir()
	if err := os.Symlink(process.Binary(t), filepath.Join(bin, "lanyard")); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/access",
		Setup: func(env *testscript.Env) error {
			useClientEnv(t, env, append(process.Settings(server.DataDir), "AWS_DEFAULT_REGION=us-east-1")...)
			env.Setenv("ENDPOINT", server.Endpoint)
			env.Setenv("PATH", bin+string(filepath.ListSeparator)+env.Getenv("PATH"))
			return nil
		},
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"aws": awsAt(server.Endpoint)},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

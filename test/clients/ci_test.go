//go:build clients

package clients

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanyard-cloud/lanyard/test/process"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

// TestCI runs the scripts in testdata/ci: shell scripts as people have them in their pipelines, with the AWS CLI in a
// region for each. They sleep $INTERVAL seconds where those have 5.
func TestCI(t *testing.T) {
	need(t, "aws", "apt-get install awscli")
	t.Parallel()
	const dir = "testdata/ci"
	worlds, _ := newWorlds(t, dir, func() *wirecheck.Checker { return check(t, process.Start(t, t.TempDir(), quick...)) })
	bin := awsWithEndpoint(t)
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			w := <-worlds
			useClientEnv(t, env, "AWS_DEFAULT_REGION="+w.region, "ENDPOINT="+w.endpoint, "INTERVAL=0.1")
			env.Setenv("PATH", bin+string(filepath.ListSeparator)+env.Getenv("PATH"))
			return nil
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// awsWithEndpoint is a directory with an aws that adds the endpoint $ENDPOINT, for an AWS CLI that ignores AWS_ENDPOINT_URL.
func awsWithEndpoint(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	aws, err := exec.LookPath("aws")
	if err != nil {
		t.Fatal(err)
	}
	wrapper := fmt.Sprintf("#!/bin/sh\nexec '%s' --endpoint-url \"$ENDPOINT\" \"$@\"\n", aws)
	if err := os.WriteFile(filepath.Join(bin, "aws"), []byte(wrapper), 0o700); err != nil {
		t.Fatal(err)
	}
	return bin
}

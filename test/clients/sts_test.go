//go:build clients

package clients

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// TestSTS runs the scripts in testdata/sts: the AWS CLI's STS commands, what sessions may do, and what the CLI shows
// of calls for services that Lanyard does not have. They share one server, whose endpoint is $ENDPOINT; users and roles
// come from the lanyard command. The condition [endpoint-variables] says whether the installed AWS CLI honors
// AWS_ENDPOINT_URL.
func TestSTS(t *testing.T) {
	need(t, "aws", "apt-get install awscli")
	server := process.Start(t, t.TempDir())
	honored := cliHonorsEndpointVariables(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/sts",
		Setup: func(env *testscript.Env) error {
			useClientEnv(t, env, append(process.Settings(server.DataDir), "AWS_DEFAULT_REGION=eu-central-1")...)
			env.Setenv("ENDPOINT", server.Endpoint)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"aws":     awsAt(server.Endpoint),
			"lanyard": runLanyard(t),
			"sign-as": signAs,
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

// runLanyard is the lanyard command.
func runLanyard(t *testing.T) func(*testscript.TestScript, bool, []string) {
	binary := process.Binary(t)
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if err := ts.Exec(binary, args...); (err == nil) == neg {
			ts.Fatalf("lanyard %q: %v", args, err)
		}
	}
}

// signAs takes the access key that is somewhere in a JSON file into the environment of the commands that follow: of
// what "lanyard user create" and the AWS CLI's STS commands print.
func signAs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sign-as FILE")
	}
	type key struct{ AccessKeyID, SecretAccessKey, SessionToken string }
	var doc struct{ AccessKey, Credentials *key }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &doc))
	found := doc.Credentials
	if found == nil {
		found = doc.AccessKey
	}
	if found == nil {
		ts.Fatalf("%s has no access key", args[0])
	}
	ts.Setenv("AWS_ACCESS_KEY_ID", found.AccessKeyID)
	ts.Setenv("AWS_SECRET_ACCESS_KEY", found.SecretAccessKey)
	ts.Setenv("AWS_SESSION_TOKEN", found.SessionToken)
}

//go:build clients

package clients

import (
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/test/inputs"
	"github.com/lanyard-cloud/lanyard/test/process"
)

var (
	// command is one in the list that the AWS CLI shows if it is given another word.
	command = regexp.MustCompile(`\b[a-z]+(-[a-z]+)+\b`)
	// unserved is in the answer to a call that the server does not have, or cannot serve, or that boto3 did not send.
	unserved = regexp.MustCompile(`UnsupportedOperation|does not support the action|ServiceException|InternalFailure|UnknownOperation|\(5[0-9][0-9]\)|Parameter validation|has no attribute`)
)

// TestBoto3_everyAction calls each action that boto3 has, with a small input made from the API model, in the account of a
// new server. The server may refuse what the input names, but it has the action. The AWS CLI sends its calls by boto3's
// library.
func TestBoto3_everyAction(t *testing.T) {
	maker, err := inputs.NewMaker(nil)
	if err != nil {
		t.Fatal(err)
	}
	call, checker := boto3(t), startChecked(t)
	for name := range strings.FieldsSeq(output(t, "python3", "-c", boto3Actions)) {
		a, known := model.LookupAction(name)
		if !known {
			t.Errorf("boto3 has %s, which is no action here", name)
			continue
		}
		body := maker.Cases(*a, rand.New(rand.NewPCG(1, 1)), 0)[1].Body
		var input map[string]any
		if err := json.Unmarshal([]byte(body), &input); err != nil {
			t.Fatal(err)
		}
		_, failure := call(t, checker.URL, a.Name, input)
		if unserved.MatchString(failure) || failure != "" && !strings.HasPrefix(failure, "An error occurred (") {
			t.Errorf("%s %s: %s", a.Name, body, failure)
		}
	}
}

// TestAWSCLI_everyCommand wants each command of aws lightsail to be an action of the API. The CLI adds
// push-container-image, which needs a program of its own.
func TestAWSCLI_everyCommand(t *testing.T) {
	need(t, "aws", "apt-get install awscli")
	cmd := exec.CommandContext(t.Context(), "aws", "lightsail", "nothing")
	cmd.Env = process.ClientEnviron(t, "AWS_DEFAULT_REGION=us-east-1")
	out, err := cmd.CombinedOutput()
	_, list, found := strings.Cut(string(out), "valid choices are:")
	if err == nil || !found {
		t.Fatalf("aws lightsail nothing: %v, and no list of commands in\n%s", err, out)
	}
	known := map[string]bool{"push-container-image": true}
	for _, a := range model.Actions() {
		known[cliCommand(a.Name)] = true
	}
	for _, name := range command.FindAllString(list, -1) {
		if !known[name] {
			t.Errorf("aws lightsail has the command %s, which is no action here", name)
		}
	}
}

//go:build clients

package clients

import (
	"bufio"
	"encoding/json"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// A cloud calls actions of the server at an endpoint through a client of AWS's: with the input's members by their
// names in the API. The error is the client's text.
type cloud func(t *testing.T, endpoint, action string, input map[string]any) (output map[string]any, failure string)

// words are where a word of an action's name ends, which may be an abbreviation: API of GetContainerAPIMetadata.
var words = regexp.MustCompile(`([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])`)

// cliCommand is the AWS CLI's name of an action.
func cliCommand(action string) string {
	return strings.ToLower(words.ReplaceAllString(action, "$1$3-$2$4"))
}

// awsCLI calls each action by a process of its own.
func awsCLI(t *testing.T) cloud {
	need(t, "aws", "apt-get install awscli")
	return func(t *testing.T, endpoint, action string, input map[string]any) (output map[string]any, failure string) {
		t.Helper()
		in, err := json.Marshal(input)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "aws", "lightsail", cliCommand(action),
			"--cli-input-json", string(in), "--endpoint-url", endpoint, "--output", "json")
		cmd.Env = process.ClientEnviron(t, "AWS_DEFAULT_REGION="+journeyRegion)
		out, err := cmd.Output()
		if exit, failed := err.(*exec.ExitError); failed { //nolint:errorlint // Output wraps nothing
			return nil, string(exit.Stderr)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out, &output); err != nil {
			t.Fatalf("%s: %v: %s", action, err, out)
		}
		return output, ""
	}
}

// boto3Loop answers lines of JSON: a call each, made by boto3.
const boto3Loop = `
import sys, json, boto3, botocore
clients = {}
for line in sys.stdin:
    call = json.loads(line)
    url = call["endpoint"]
    if url not in clients:
        clients[url] = boto3.client("lightsail", endpoint_url=url)
    try:
        output = getattr(clients[url], botocore.xform_name(call["action"]))(**call["input"])
        del output["ResponseMetadata"]
        answer = {"output": output}
    except Exception as e:
        answer = {"failure": str(e) or repr(e)}
    print(json.dumps(answer, default=str), flush=True)
`

// boto3 calls all actions from one process of Python.
func boto3(t *testing.T) cloud {
	needRun(t, "apt-get install python3-boto3", "python3", "-c", "import boto3")
	cmd := exec.CommandContext(t.Context(), "python3", "-c", boto3Loop)
	cmd.Env = process.ClientEnviron(t, "AWS_DEFAULT_REGION="+journeyRegion)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = in.Close(), cmd.Wait() }) // it ends with its input
	return callLines(in, bufio.NewReader(out))
}

func callLines(in io.Writer, out *bufio.Reader) cloud {
	return func(t *testing.T, endpoint, action string, input map[string]any) (map[string]any, string) {
		t.Helper()
		line, err := json.Marshal(map[string]any{"endpoint": endpoint, "action": action, "input": input})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.Write(append(line, '\n')); err != nil {
			t.Fatal(err)
		}
		answer, err := out.ReadBytes('\n')
		if err != nil {
			t.Fatalf("boto3 ended at %s: %v", action, err)
		}
		var got struct {
			Output  map[string]any
			Failure string
		}
		if err := json.Unmarshal(answer, &got); err != nil {
			t.Fatal(err)
		}
		return got.Output, got.Failure
	}
}

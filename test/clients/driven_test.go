//go:build clients

package clients

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

// The clients, as docs/actions.md names them.
const (
	byAnsible    = "Ansible"
	byAWSCLI     = "AWS CLI"
	byBoto3      = "boto3"
	byGoSDK      = "Go SDK"
	byJavaScript = "JavaScript SDK"
	bySSH        = "OpenSSH"
	byTerraform  = "Terraform's steps"
)

// terraformAgent marks, in the User-Agent header, the Go SDK's client that takes the steps of Terraform's providers.
const terraformAgent = "terraform-steps"

// agents tells clients by their User-Agent header, the more particular ones first.
var agents = []struct{ part, client string }{
	{terraformAgent, byTerraform},
	{"Ansible/", byAnsible},
	{"aws-cli/", byAWSCLI},
	{"Boto3/", byBoto3},
	{"aws-sdk-js/", byJavaScript},
	{"aws-sdk-go-v2/", byGoSDK},
}

const drivenFile = "testdata/driven.txt"

var update = flag.Bool("update", false, "write "+drivenFile+", in a run of all tests")

// driven is what the clients of all tests did.
var driven = evidence{did: map[deed]bool{}, excused: map[deed]bool{}}

// A deed is an action that a client called with success.
type deed struct{ action, client string }

// evidence collects what clients did. The tests run in parallel.
type evidence struct {
	mu  sync.Mutex
	did map[deed]bool
	// excused is what the client of this machine cannot do, because it is too old.
	excused map[deed]bool
}

func (e *evidence) addCalls(calls []wirecheck.Call) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range calls {
		for _, agent := range agents {
			if strings.Contains(c.UserAgent, agent.part) {
				e.did[deed{c.Action, agent.client}] = true
				break
			}
		}
	}
}

// addLogin notes that OpenSSH connected to an instance, or was refused, as the actions before it say. Of the reads only
// one bears on that.
func (e *evidence) addLogin(actions []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, action := range actions {
		if !strings.HasPrefix(action, "Get") || action == "GetInstanceAccessDetails" {
			e.did[deed{action, bySSH}] = true
		}
	}
}

func (e *evidence) excuse(client, action string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.excused[deed{action, client}] = true
}

// text has a line for each action with its clients.
func (e *evidence) text() string {
	clients := map[string][]string{}
	for d := range e.did {
		clients[d.action] = append(clients[d.action], d.client)
	}
	var b strings.Builder
	for _, action := range slices.Sorted(maps.Keys(clients)) {
		slices.Sort(clients[action])
		fmt.Fprintf(&b, "%s: %s\n", action, strings.Join(clients[action], ", "))
	}
	return b.String()
}

// checkDriven compares what the clients did with the file, from which docs/actions.md is made. It returns an exit code.
func checkDriven() int {
	if *update {
		if err := os.WriteFile(drivenFile, []byte(driven.text()), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	text, err := os.ReadFile(drivenFile)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	wrong := driven.differences(string(text))
	if len(wrong) == 0 {
		return 0
	}
	fmt.Fprintf(os.Stderr, "%s is not what the clients did. To write it and docs/actions.md anew:\n"+
		"  go test -tags clients ./test/clients -update && go test ./internal/families -update\n%s\n", drivenFile, strings.Join(wrong, "\n"))
	return 1
}

// installed are the clients that the machine has in some version. A later one may call more than the file says.
var installed = []string{byAnsible, byAWSCLI, byBoto3}

// differences compares the evidence with the file's text.
func (e *evidence) differences(text string) (wrong []string) {
	told := map[deed]bool{}
	for line := range strings.Lines(text) {
		action, clients, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for client := range strings.SplitSeq(clients, ", ") {
			told[deed{action, client}] = true
		}
	}
	for d := range told {
		if !e.did[d] && !e.excused[d] {
			wrong = append(wrong, d.client+" never called "+d.action+" with success")
		}
	}
	for d := range e.did {
		if !told[d] && !slices.Contains(installed, d.client) {
			wrong = append(wrong, d.client+" called "+d.action)
		}
	}
	slices.Sort(wrong)
	return wrong
}

// TestDriven_differencesAreFound compares made-up evidence with a made-up file.
func TestDriven_differencesAreFound(t *testing.T) {
	e := evidence{did: map[deed]bool{
		{"GetDisk", byGoSDK}:      true,
		{"GetDisk", byJavaScript}: true, // missing in the file
		{"GetDisk", byAnsible}:    true, // missing, but a matter of its version
	}, excused: map[deed]bool{{"GetProfile", byAWSCLI}: true}}
	got := e.differences("GetDisk: Go SDK, boto3\nGetProfile: AWS CLI\n")
	if diff := cmp.Diff([]string{"JavaScript SDK called GetDisk", "boto3 never called GetDisk with success"}, got); diff != "" {
		t.Errorf("differences: -want +got\n%s", diff)
	}
}

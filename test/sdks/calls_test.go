//go:build sdks

package sdks

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/test/process"
	"github.com/lanyard-cloud/lanyard/test/scripts"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

// call is a line of calls.jsonl.
type call struct {
	Action string          `json:"action"`
	Input  json.RawMessage `json:"input"`
}

// answer is a line of answers.jsonl. Outcome is the class of the exception, or "" for success.
type answer struct {
	Action  string `json:"action"`
	Outcome string `json:"outcome"`
	// Unknown are members of the input and the answer that the client does not know, such as Disk.name, and values of
	// enumerations, such as Disk.state=new. If it has the action itself, the client does not know that, and did not call it.
	Unknown []string `json:"unknown"`
}

// makeCalls has the client call each action with all members, and with the input that succeeds in the scripts. Its
// program fails if it reads a member as something else than what the answer says.
func (c client) makeCalls(t *testing.T) {
	args := []string{"--time-scale", "instant"}
	for name, value := range quota.Default() {
		args = append(args, "--quota", fmt.Sprint(name, "=", 1000*value))
	}
	server := process.Start(t, t.TempDir(), args...)
	checker := wirecheck.Start(t, server.Endpoint)
	calls := newRehearsal(t, server).calls(t)
	dir := t.TempDir()
	writeLines(t, filepath.Join(dir, "calls.jsonl"), calls)
	c.run(t, c.environ(t, checker.URL), "calls", dir)
	answers := readLines[answer](t, filepath.Join(dir, "answers.jsonl"))
	if len(answers) != len(calls) {
		t.Fatalf("%d answers to %d calls", len(answers), len(calls))
	}
	c.checkAnswers(t, answers, checker)
}

// checkAnswers wants every action to have been called, to succeed if it can, and to end as the server said.
func (c client) checkAnswers(t *testing.T, answers []answer, checker *wirecheck.Checker) {
	t.Helper()
	answers = slices.DeleteFunc(answers, func(a answer) bool { return slices.Contains(a.Unknown, a.Action) })
	called, succeeded, unknown := map[string]bool{}, map[string]bool{}, map[string]bool{}
	saw := checker.Saw
	if c.codes {
		saw = checker.SawCode
	}
	for _, a := range answers {
		called[a.Action] = true
		if a.Outcome == "" {
			succeeded[a.Action] = true
		}
		for _, member := range a.Unknown {
			unknown[member] = true
		}
		if !saw(a.Action, a.Outcome) {
			t.Errorf("%s ended with %q, which the server did not answer", a.Action, a.Outcome)
		}
	}
	for _, a := range model.Actions() {
		switch lacks := slices.Contains(c.lacks, a.Name); {
		case called[a.Name] == lacks:
			t.Errorf("%s: called: %t, and the client lacks it: %t", a.Name, called[a.Name], lacks)
		case succeeded[a.Name] == (lacks || slices.Contains(unsuccessful, a.Name)):
			t.Errorf("%s: succeeded: %t", a.Name, succeeded[a.Name])
		}
	}
	c.checkUnknown(t, unknown)
	if !t.Failed() {
		done.add(c.name, slices.Sorted(maps.Keys(succeeded)))
	}
	t.Logf("%d calls of %d actions, of which %d succeeded", len(answers), len(called), len(succeeded))
}

// checkUnknown wants a client to know all but what is newer than its version, and what no version knows.
func (c client) checkUnknown(t *testing.T, unknown map[string]bool) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		if !slices.Contains(c.lacksMembers, name) && !slices.Contains(unlisted, name) {
			t.Errorf("the client does not know %s", name)
		}
	}
	for _, name := range c.lacksMembers {
		if !unknown[name] {
			t.Errorf("the client does not lack %s, or no call has it", name)
		}
	}
}

// unlisted are values that AWS answers, although the API model does not have them: clients show them as unknown ones.
var unlisted = strings.Fields(`
	HeaderObject.option=default
	InstancePortInfo.accessType=public
	RelationalDatabaseBlueprint.engine=postgres
	ResourceLocation.regionName=global
	Operation.operationType=CopySnapshot
	Operation.operationType=CreateCloudFormationStack
	Operation.operationType=CreateDomainEntry
	Operation.operationType=CreateKeyPair
	Operation.operationType=DeleteKeyPair
	Operation.operationType=ExportSnapshot
	Operation.operationType=ImportKeyPair
	Operation.operationType=PeeredVpc
	Operation.operationType=TagResource
	Operation.operationType=UnpeeredVpc
	Operation.operationType=UntagResource
`)

// subdomainMembers are those that came in November 2026, and the new values of enumerations.
var subdomainMembers = strings.Fields(`
	CreateDistributionRequest.subdomainName
	Operation.operationType=CreateSubdomain
	Operation.operationType=UpdateSubdomainAssociation
	Operation.resourceType=Subdomain
`)

// newMembers are all that came in 2026.
var newMembers = append(strings.Fields(`
	Alarm.tags
	ContactMethod.tags
	CreateContactMethodRequest.tags
	CreateDistributionRequest.customErrorResponses
	CreateDistributionRequest.defaultRootObject
	CreateDistributionRequest.enablePrivateOriginAccess
	CreateDistributionRequest.enableWaf
	CreateDistributionRequest.wafRules
	GetInstanceRequest.includeHealthStatus
	GetInstancesRequest.includeHealthStatus
	InputOrigin.ipAddressType
	LightsailDistribution.waf
	Origin.isPrivateOriginAccessEnabled
	PutAlarmRequest.tags
	Region.name=ap-east-1
	Region.name=ap-southeast-5
	Region.name=eu-south-2
	Region.name=sa-east-1
	StartInstanceRequest.attributeUpdates
	UpdateDistributionRequest.customErrorResponses
	UpdateDistributionRequest.defaultRootObject
	UpdateDistributionRequest.enablePrivateOriginAccess
	UpdateDistributionRequest.enableWaf
	UpdateDistributionRequest.wafRules
`), subdomainMembers...)

// unsuccessful are the actions that do not succeed here: all resources refuse GUI sessions, and an automatic snapshot takes a day.
var unsuccessful = strings.Fields("CreateGUISessionAccessDetails DeleteAutoSnapshot StartGUISession StopGUISession")

// rehearsal prepares an account for calls that are made later.
type rehearsal struct {
	server *process.Server
	root   scripts.Signer
	script scripts.Script
	// all are the steps, and made is how many of them make one of each kind.
	all  []scripts.Step
	made int
}

func newRehearsal(t *testing.T, server *process.Server) *rehearsal {
	t.Helper()
	script, err := scripts.Read("../actions/testdata/script")
	if err != nil {
		t.Fatal(err)
	}
	return &rehearsal{server, root, script, script.Of(scripts.Parts...), len(script["make"])}
}

// calls are those of all actions, in the order of the scripts. Each action has a team of its own, for which it can succeed.
func (r *rehearsal) calls(t *testing.T) (calls []call) {
	t.Helper()
	maker, err := r.script.Inputs()
	if err != nil {
		t.Fatal(err)
	}
	actions := slices.SortedStableFunc(slices.Values(model.Actions()), func(a, b model.Action) int { return r.first(a.Name) - r.first(b.Name) })
	for n, a := range actions {
		vars := scripts.Team(fmt.Sprint("t", n))
		first := r.first(a.Name)
		r.play(t, vars, first)
		add := func(name, body string) {
			calls = append(calls, call{a.Name, json.RawMessage(vars.With("new", name).Fill(body))})
		}
		add(fmt.Sprint("all", n), maker.Cases(a, rand.New(rand.NewPCG(1, 1)), 0)[0].Body)
		if first < len(r.all) {
			add(vars["new"], r.all[first].Body)
		}
	}
	return calls
}

// first is where the scripts call an action for the first time after all is made; if they do not, it is where they end.
func (r *rehearsal) first(action string) int {
	for n, st := range r.all {
		if st.Action == action && n >= r.made {
			return n
		}
	}
	return len(r.all)
}

// play makes one of each kind, and then what the script of a step does before it. An account has some things once: they may be there already.
func (r *rehearsal) play(t *testing.T, vars scripts.Vars, first int) {
	t.Helper()
	for n, st := range r.all[:first] {
		if n >= r.made && (first == len(r.all) || st.File() != r.all[first].File()) || st.Wait > 0 {
			continue
		}
		_, body, err := r.root.Send(http.DefaultClient, r.server.Endpoint, st.Action, vars.Fill(st.Body))
		var doc map[string]any
		if err == nil {
			err = json.Unmarshal(body, &doc)
		}
		if err != nil {
			t.Fatalf("%s: %s: %v: %s", st.Line, st.Action, err, body)
		}
		if text, ok := scripts.At(doc, st.Path).(string); ok && st.Keep != "" {
			vars[st.Keep] = text
		}
	}
}

// writeLines writes values as JSON, each in a line.
func writeLines[T any](t *testing.T, file string, values []T) {
	t.Helper()
	var text bytes.Buffer
	for _, v := range values {
		if err := json.NewEncoder(&text).Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// readLines reads what writeLines writes.
func readLines[T any](t *testing.T, file string) (values []T) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v", lines.Bytes(), err)
		}
		values = append(values, v)
	}
	return values
}

//go:build sdks

package sdks

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/lanyardtest"
	"github.com/lanyard-cloud/lanyard/test/process"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

// wantedActions are what the journey calls with success, one kind of resource in a line.
var wantedActions = strings.Fields(`
	CreateKeyPair GetKeyPair GetKeyPairs ImportKeyPair DeleteKeyPair TagResource UntagResource
	CreateInstances GetInstance GetInstanceState GetInstances
	CreateDisk GetDisk GetDisks DeleteDisk
	CreateInstanceSnapshot GetInstanceSnapshot GetInstanceSnapshots DeleteInstanceSnapshot
	AllocateStaticIp GetStaticIp GetStaticIps ReleaseStaticIp
	CreateDomain GetDomain GetDomains CreateDomainEntry DeleteDomain
	CreateBucket GetBuckets DeleteBucket
	CreateContainerService GetContainerServices DeleteContainerService
	CreateRelationalDatabase GetRelationalDatabase GetRelationalDatabases DeleteRelationalDatabase
	CreateContactMethod GetContactMethods DeleteContactMethod
	PutAlarm GetAlarms DeleteAlarm
	CreateCertificate GetCertificates DeleteCertificate
	CreateLoadBalancer GetLoadBalancer GetLoadBalancers DeleteLoadBalancer
	CreateDistribution GetDistributions DeleteDistribution
	GetOperation GetRegions
`)

// facts are what a program saw.
type facts struct {
	KeyPair struct {
		PublicKey, Fingerprint string
		CreatedAt              int64
	}
	Tags     map[string]*string
	Errors   map[string]failure
	Busy     int
	Pages    [][]string
	Instance string
}

// failure is an exception as the client shows it. Code is empty where it does not show that.
type failure struct{ Class, Code, Message string }

// takeJourney runs the client's program, and compares what it saw, left and called with what it should have.
func (c client) takeJourney(t *testing.T) {
	dir := t.TempDir()
	server := process.Start(t, t.TempDir(), "--page-size", "2", "--time-scale", "0.002")
	checker := wirecheck.Start(t, server.Endpoint)
	busy := process.Start(t, t.TempDir(), "--max-requests", "1", "--key-pool", "0")
	keepBusy(t, busy)
	c.run(t, append(append(c.environ(t, checker.URL), nobody(t, server)...), "BUSY_ENDPOINT="+busy.Endpoint), "journey", dir)

	var got facts
	text, err := os.ReadFile(filepath.Join(dir, "facts.json"))
	if err == nil {
		err = json.Unmarshal(text, &got)
	}
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(dir, "key.pem")
	got.checkKey(t, key, rootOf(server).Client("us-east-1"))
	c.checkFacts(t, got)
	checkLogin(t, server, key)
	c.checkCalls(t, checker, wantedActions)
}

// rootOf is how the tests themselves call a server.
func rootOf(server *process.Server) *lanyardtest.Server {
	return &lanyardtest.Server{Endpoint: server.Endpoint, AccessKeyID: process.AccessKeyID, SecretAccessKey: process.SecretAccessKey}
}

// nobody are the settings of a user's key who may do nothing.
func nobody(t *testing.T, server *process.Server) []string {
	t.Helper()
	made := process.Run(t, server.DataDir, "user", "create", "nobody", "--output", "json")
	var user struct {
		AccessKey struct{ AccessKeyId, SecretAccessKey string } //nolint:revive // IAM's names
	}
	err := json.Unmarshal([]byte(made.Stdout), &user)
	key := user.AccessKey
	if err != nil || key.AccessKeyId == "" {
		t.Fatalf("lanyard user create: %v: %+v", err, made)
	}
	return []string{"DENIED_ACCESS_KEY_ID=" + key.AccessKeyId, "DENIED_SECRET_ACCESS_KEY=" + key.SecretAccessKey}
}

// keepBusy makes key pairs, which take long without a pool, until the test is over: a call that comes meanwhile to a
// server that runs one at a time is throttled. Between two of them it rests for three times as long as they take, so that retries help.
func keepBusy(t *testing.T, server *process.Server) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	t.Cleanup(func() { stop(); <-done })
	client := rootOf(server).Client("us-east-2")
	go func() {
		defer close(done)
		for n := 0; ctx.Err() == nil; n++ {
			name, began := fmt.Sprint("busy-", n), time.Now()
			_, _ = client.CreateKeyPair(ctx, &lightsail.CreateKeyPairInput{KeyPairName: &name}) // it may be throttled itself
			_, _ = client.DeleteKeyPair(ctx, &lightsail.DeleteKeyPairInput{KeyPairName: &name})
			select {
			case <-time.After(3 * time.Since(began)):
			case <-ctx.Done():
			}
		}
	}()
}

// checkKey compares the key in the file with what the program and the API say of it.
func (f *facts) checkKey(t *testing.T, file string, api *lightsail.Client) {
	t.Helper()
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the private key's file: %v, %v, want one for its owner only", info, err)
	}
	public, err := exec.CommandContext(t.Context(), "ssh-keygen", "-y", "-f", file).Output()
	if got, want := strings.Join(strings.Fields(f.KeyPair.PublicKey)[:2], " "), strings.TrimSpace(string(public)); err != nil || got != want {
		t.Errorf("public key %s, and ssh-keygen says %s (%v)", got, want, err)
	}
	out, err := api.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: aws.String("journey-key")})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.KeyPair.CreatedAt, out.KeyPair.CreatedAt.UnixMilli(); got != want {
		t.Errorf("createdAt = %d, want %d", got, want)
	}
	if got, want := fingerprint(t, file), f.KeyPair.Fingerprint; got != want || got != *out.KeyPair.Fingerprint {
		t.Errorf("the file's fingerprint is %s, the client says %s", got, want)
	}
}

// fingerprint is that of a created key: SHA-1 of the private key in PKCS #8.
func fingerprint(t *testing.T, file string) string {
	t.Helper()
	der, err := exec.CommandContext(t.Context(), "openssl", "pkcs8", "-in", file, "-inform", "PEM", "-outform", "DER", "-topk8", "-nocrypt").Output()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha1.Sum(der)
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = hex.EncodeToString([]byte{b})
	}
	return strings.Join(parts, ":")
}

// checkFacts compares the rest.
func (c client) checkFacts(t *testing.T, got facts) {
	t.Helper()
	want := facts{
		KeyPair: got.KeyPair, Instance: got.Instance, Busy: 40,
		Tags:  map[string]*string{"on-call": nil, "Größe": aws.String("ü")},
		Pages: [][]string{{"journey-a", "journey-b"}, {"journey-c", "journey-key"}},
		Errors: map[string]failure{
			"badName": {
				"InvalidInputException", "InvalidResourceName",
				"no good is not a valid resource name. Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and .",
			},
			"missing": {"NotFoundException", "DoesNotExist", "The KeyPair does not exist: journey-none"},
			"denied": {"AccessDeniedException", "AccessDenied", "User: arn:aws:iam::" + process.AccountID + ":user/nobody is not authorized to perform: " +
				"lightsail:GetKeyPairs on resource: arn:aws:lightsail:us-east-1:" + process.AccountID + ":* because no identity-based policy allows the lightsail:GetKeyPairs action"},
			"throttled": {"ThrottlingException", "", "Rate exceeded"},
		},
	}
	for name, e := range got.Errors {
		w := want.Errors[name]
		if c.codes && w.Code != "" {
			w.Class = w.Code
		}
		if e.Code == "" { // this client does not show it
			w.Code = ""
		}
		want.Errors[name] = w
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if _, err := netip.ParseAddr(got.Instance); err != nil {
		t.Errorf("the instance's address: %v", err)
	}
}

// checkLogin logs in to the instance with the saved key, and reads the user data there.
func checkLogin(t *testing.T, server *process.Server, key string) {
	t.Helper()
	config := strings.TrimSpace(process.Run(t, server.DataDir, "ssh-config").Stdout)
	cmd := exec.CommandContext(t.Context(), "ssh", "-F", config, "-i", key, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none",
		"-o", "BatchMode=yes", "-o", "ConnectTimeout=20", "journey-web", "whoami; sudo cat /var/lib/cloud/instance/user-data.txt")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "admin\n") || !strings.Contains(string(out), "prepared") {
		t.Errorf("ssh: %v: %s", err, out)
	}
}

// checkCalls compares what the client called with success with what it should have, and notes it.
func (c client) checkCalls(t *testing.T, checker *wirecheck.Checker, wanted []string) {
	t.Helper()
	called := map[string]bool{}
	for _, call := range checker.Succeeded() {
		if strings.Contains(call.UserAgent, c.agent) {
			called[call.Action] = true
		} else {
			t.Errorf("%s was called by %s, want %s", call.Action, call.UserAgent, c.agent)
		}
	}
	for _, action := range wanted {
		if !called[action] && !slices.Contains(c.lacks, action) {
			t.Errorf("%s did not succeed", action)
		}
	}
	if !t.Failed() {
		done.add(c.name, slices.Sorted(maps.Keys(called)))
	}
}

// environ points a client at an endpoint.
func (c client) environ(t *testing.T, endpoint string) []string {
	t.Helper()
	name := "LANYARD_ENDPOINT"
	if c.pointed == byVariables {
		name = "AWS_ENDPOINT_URL_LIGHTSAIL"
	}
	return process.ClientEnviron(t, withoutBytecode, "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", name+"="+endpoint)
}

// withoutBytecode keeps Python from writing files beside the programs.
const withoutBytecode = "PYTHONDONTWRITEBYTECODE=1"

// readProfile has the client read the regions with a profile that `lanyard env` wrote.
func (c client) readProfile(t *testing.T) {
	t.Helper()
	server := process.Start(t, t.TempDir(), "--time-scale", "0")
	dir := t.TempDir()
	files := []string{"AWS_CONFIG_FILE=" + filepath.Join(dir, "config"), "AWS_SHARED_CREDENTIALS_FILE=" + filepath.Join(dir, "credentials")}
	cmd := exec.CommandContext(t.Context(), process.Binary(t), "env", "--profile", "lanyard")
	cmd.Env = append(append(process.Environ(), process.Settings(server.DataDir)...), files...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("lanyard env: %v\n%s", err, out)
	}
	env := append(append(process.Isolated(), files...), withoutBytecode, "AWS_PROFILE=lanyard")
	if out := c.run(t, env, "profile"); !strings.Contains(out, "us-east-1") {
		t.Errorf("with the profile the regions are %q", out)
	}
}

//go:build clients

package clients

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// in is an action's input.
type in = map[string]any

// A journey is one traveller's way through the service.
type journey struct {
	t      *testing.T
	cloud  cloud
	server *process.Server
	// dir holds the traveller's keys.
	dir string
	// since are the actions that were called since the last connection by SSH.
	since []string
}

func port(number int) in { return in{"fromPort": number, "toPort": number, "protocol": "tcp"} }

// restart ends the server as an operator does and starts it again on what it left.
func (j *journey) restart() {
	j.t.Helper()
	j.server.Stop(j.t)
	j.server = process.Start(j.t, j.server.DataDir, "--time-scale", "0.05")
}

// call calls an action that must succeed.
func (j *journey) call(action string, input in) map[string]any {
	j.t.Helper()
	out, failure := j.cloud(j.t, j.server.Endpoint, action, input)
	if failure != "" {
		j.t.Fatalf("%s: %s", action, failure)
	}
	j.since = append(j.since, action)
	return out
}

// wantFailure calls an action that must fail.
func (j *journey) wantFailure(action string, input in, text string) {
	j.t.Helper()
	if _, failure := j.cloud(j.t, j.server.Endpoint, action, input); !strings.Contains(failure, text) {
		j.t.Errorf("%s failed with %q, want %q", action, failure, text)
	}
}

func (j *journey) instance(name string) map[string]any {
	j.t.Helper()
	return j.call("GetInstance", in{"instanceName": name})["instance"].(map[string]any)
}

// hostname is what an instance calls itself: it follows from its private address.
func (j *journey) hostname(name string) string {
	j.t.Helper()
	return "ip-" + strings.ReplaceAll(j.instance(name)["privateIpAddress"].(string), ".", "-")
}

// await polls an instance's state, as clients do.
func (j *journey) await(name, state string) {
	j.t.Helper()
	j.awaitThat(name+" is "+state, func() bool {
		return j.call("GetInstanceState", in{"instanceName": name})["state"].(map[string]any)["name"] == state
	})
}

func (j *journey) awaitThat(what string, holds func() bool) {
	j.t.Helper()
	for late := time.Now().Add(time.Minute); !holds(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(late) {
			j.t.Fatalf("it never came that %s", what)
		}
	}
}

// keep writes a file that only its owner may read, as ssh wants its keys.
func (j *journey) keep(name, text string) {
	j.t.Helper()
	if err := os.WriteFile(filepath.Join(j.dir, name), []byte(text), 0o600); err != nil {
		j.t.Fatal(err)
	}
}

// keygen makes a key pair of the traveller's own and returns the public line.
func (j *journey) keygen(name string) string {
	j.t.Helper()
	path := filepath.Join(j.dir, name)
	run(j.t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path)
	return strings.TrimSpace(string(read(j.t, path+".pub")))
}

// config is the file that `lanyard ssh-config` writes.
func (j *journey) config() string {
	j.t.Helper()
	got := process.Run(j.t, j.server.DataDir, "ssh-config")
	if got.Code != 0 {
		j.t.Fatalf("lanyard ssh-config: %+v", got)
	}
	return strings.TrimSpace(got.Stdout)
}

// ssh runs a command on an instance with one of the traveller's keys.
func (j *journey) ssh(key, host, command string) process.Ended {
	j.t.Helper()
	return j.sshBy(j.config(), key, host, command)
}

func (j *journey) sshBy(config, key, host, command string) process.Ended {
	j.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(j.t.Context(), "ssh", "-F", config, "-i", filepath.Join(j.dir, key),
		"-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none", "-o", "BatchMode=yes", "-o", "ConnectTimeout=20", host, command)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		j.t.Fatal(err)
	}
	driven.addLogin(j.since)
	j.since = nil
	return process.Ended{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
}

func (j *journey) wantSSH(key, host, command, want string) {
	j.t.Helper()
	if got := j.ssh(key, host, command); got.Code != 0 || !strings.Contains(got.Stdout, want) {
		j.t.Fatalf("ssh %s %s = %+v, want %q", host, command, got, want)
	}
}

// wantNoSSH wants a connection to fail: 255 is the code of ssh itself.
func (j *journey) wantNoSSH(key, host, text string) {
	j.t.Helper()
	if got := j.ssh(key, host, "whoami"); got.Code != 255 || got.Stdout != "" || !strings.Contains(got.Stderr, text) {
		j.t.Errorf("ssh %s = %+v, want a refusal with %q", host, got, text)
	}
}

// wantCertificate lets ssh-keygen read a certificate: who it is for, and that it ends.
func (j *journey) wantCertificate(name, principal string) {
	j.t.Helper()
	out, err := exec.CommandContext(j.t.Context(), "ssh-keygen", "-L", "-f", filepath.Join(j.dir, name)).CombinedOutput()
	text := string(out)
	if err != nil || !strings.Contains(text, "user certificate") || !strings.Contains(text, principal) || strings.Contains(text, "Valid: forever") {
		j.t.Errorf("ssh-keygen reads the certificate as %s (%v)", text, err)
	}
}

//go:build clients

package awsenv_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
)

// These tests ask the real AWS CLI and botocore what they make of our output. None
// of them makes a call.

const install = "install it with: apt-get install -y awscli python3-boto3"

// run starts a client and returns what it prints on standard output.
func run(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%v; %s", err, install)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Logf("%s %q: %v\n%s", name, args, err, stderr.String())
	}
	return strings.TrimSpace(string(out)), err
}

func aws(t *testing.T, args ...string) string {
	t.Helper()
	out, err := run(t, "aws", args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// resolve asks botocore how it would reach Lightsail and STS. A client knows its
// endpoint as soon as it is made.
const resolve = `
import json, sys
import botocore, botocore.session
session = botocore.session.Session(profile=sys.argv[1] or None)
keys = session.get_credentials()
print(json.dumps({
    "Version": botocore.__version__,
    "Lightsail": session.create_client("lightsail").meta.endpoint_url,
    "STS": session.create_client("sts").meta.endpoint_url,
    "Region": session.get_config_variable("region"),
    "AccessKeyID": keys.access_key,
    "SecretAccessKey": keys.secret_key,
    "SessionToken": keys.token or "",
    "CABundle": session.get_config_variable("ca_bundle") or "",
}))
`

type resolved struct {
	Version, Lightsail, STS, Region, AccessKeyID, SecretAccessKey, SessionToken, CABundle string
}

// assertBotocore checks what botocore makes of the environment and the config
// files. Endpoint settings came with botocore 1.31.0; an older one, as in Debian 12,
// is held to region and keys only, and is known to look for the real AWS.
func assertBotocore(t *testing.T, profile string, want awsenv.Connection) {
	t.Helper()
	out, err := run(t, "python3", "-c", resolve, profile)
	if err != nil {
		t.Fatalf("%v; if botocore is missing, %s", err, install)
	}
	var got resolved
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	expected := resolved{
		got.Version, want.Endpoint, want.Endpoint, want.Region,
		want.AccessKeyID, want.SecretAccessKey, want.SessionToken, want.CABundle,
	}
	if !honorsEndpoints(t, got.Version) {
		t.Logf("botocore %s is older than 1.31.0 and knows no endpoint settings: endpoints not compared", got.Version)
		expected.Lightsail, expected.STS = got.Lightsail, got.STS
	}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func honorsEndpoints(t *testing.T, version string) bool {
	t.Helper()
	parts := strings.Split(version, ".")
	if len(parts) < 2 {
		t.Fatalf("botocore version %q", version)
	}
	return atoi(t, parts[0]) > 1 || atoi(t, parts[1]) >= 31
}

func TestWriteProfile_isReadByClients(t *testing.T) {
	paths := newFiles(t)
	put(t, paths.Config, "\r\n[default]\r\nregion = us-east-1\r\ns3 =\r\n  addressing_style = path\r\n[profile work] # office\r\nregion = us-west-1", 0o644)
	put(t, paths.Credentials, "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = s", 0o600)
	conn := testConnection()
	conn.SessionToken = "a/b+c=="
	conn.CABundle = filepath.Join(t.TempDir(), "with space", "ca.pem")
	put(t, conn.CABundle, "", 0o600)

	for _, name := range []string{"dev", "A_b.c/d%e@f:g+h"} {
		write(t, conn, name, paths)
		for setting, want := range map[string]string{"region": conn.Region, "aws_secret_access_key": conn.SecretAccessKey} {
			if got := aws(t, "configure", "get", setting, "--profile", name); got != want {
				t.Errorf("%s of the profile %s: got %q, want %q", setting, name, got, want)
			}
		}
		assertBotocore(t, name, conn)
	}
	for profile, want := range map[string]string{"default": "us-east-1", "work": "us-west-1"} {
		if got := aws(t, "configure", "get", "region", "--profile", profile); got != want {
			t.Errorf("region of %s = %q, want %q", profile, got, want)
		}
	}
}

func TestWriteProfile_isReadAsTheDefault(t *testing.T) {
	write(t, testConnection(), "default", newFiles(t))
	assertBotocore(t, "", testConnection())
}

// TestWriteProfile_keepsWhatTheAWSCLIAdds checks that settings which `aws configure set`
// adds to the profile stay, and that keys which it puts there are not overwritten.
func TestWriteProfile_keepsWhatTheAWSCLIAdds(t *testing.T) {
	paths := newFiles(t)
	write(t, testConnection(), "dev", paths)
	write(t, testConnection(), "later", paths) // a section after the one that the AWS CLI edits
	aws(t, "configure", "set", "output", "text", "--profile", "dev")
	aws(t, "configure", "set", "region", "us-west-2", "--profile", "dev")
	write(t, testConnection(), "dev", paths)
	if got := aws(t, "configure", "get", "output", "--profile", "dev"); got != "text" {
		t.Errorf("output = %q, want text", got)
	}
	assertBotocore(t, "dev", testConnection())

	aws(t, "configure", "set", "aws_access_key_id", "AKIAREAL", "--profile", "dev")
	aws(t, "configure", "set", "aws_secret_access_key", "real", "--profile", "dev")
	_, err := awsenv.WriteProfile(testConnection(), "dev", paths)
	if want := paths.Credentials + ": line 1: [dev] was not written by lanyard, or has been changed since"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error of WriteProfile: got %v, want %s …", err, want)
	}
	if got := aws(t, "configure", "get", "aws_secret_access_key", "--profile", "dev"); got != "real" {
		t.Errorf("the secret is %q", got)
	}
}

// TestExport_isFollowedByClients has a config file whose default profile would send the calls to the real AWS.
func TestExport_isFollowedByClients(t *testing.T) {
	paths := newFiles(t)
	put(t, paths.Config, "[default]\nregion = us-east-1\nignore_configured_endpoint_urls = true\nendpoint_url = https://example.com\n", 0o600)
	conn := testConnection()
	conn.SessionToken = "token"
	conn.CABundle = filepath.Join(t.TempDir(), "ca.pem")
	put(t, conn.CABundle, "", 0o600)
	for k, v := range evalIn(t, "/bin/sh", `eval "$(cat "$1")"`, export(t, conn, awsenv.Sh)) {
		t.Setenv(k, v)
	}
	assertBotocore(t, "", conn)
}

// TestCLIVersionWarning_namesTheInstalledCLI checks that the installed AWS CLI prints its version in the expected form.
func TestCLIVersionWarning_namesTheInstalledCLI(t *testing.T) {
	clearAWS(t)
	out := aws(t, "--version")
	version, _, _ := strings.Cut(strings.TrimPrefix(out, "aws-cli/"), " ")
	parts := strings.Split(version, ".")
	if !strings.HasPrefix(out, "aws-cli/") || len(parts) < 3 {
		t.Fatalf("aws --version prints %q", out)
	}
	awsenv.WaitForCLI(t)
	old := parts[0] == "1" && atoi(t, parts[1]) < 29 || parts[0] == "2" && atoi(t, parts[1]) < 13
	got := awsenv.CLIVersionWarning(t.Context(), "http://127.0.0.1:2016")
	if (got != "") != old || old && !strings.Contains(got, version) {
		t.Errorf("version %s, warning %q", version, got)
	}
}

func atoi(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

//go:build unix

package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
)

// TestEnv_followsNoPlantedLink: in a directory such as /tmp another user can plant a link to
// the file or to its directory. The command must not follow it.
func TestEnv_followsNoPlantedLink(t *testing.T) {
	for _, name := range []string{"config", "aws/config"} {
		shared, victim := t.TempDir(), filepath.Join(t.TempDir(), "victim")
		link := filepath.Join(shared, strings.Split(name, "/")[0])
		target := victim
		if name == "config" {
			target = filepath.Join(victim, "config")
		}
		for _, err := range []error{
			os.Chmod(shared, 0o777|os.ModeSticky),
			os.Mkdir(victim, 0o700), os.WriteFile(filepath.Join(victim, "config"), nil, 0o600), os.Symlink(target, link),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("AWS_CONFIG_FILE", filepath.Join(shared, name))
		t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "credentials"))
		if err := writeProfile("ours"); err != nil {
			t.Errorf("profile through this user's own link %s: got %v, want no error", name, err)
		}
		before := written(t, victim)
		if os.Geteuid() != 0 {
			continue // only root can give a link away
		}
		if err := os.Lchown(link, 12345, 12345); err != nil {
			t.Fatal(err)
		}
		if err := writeProfile("theirs"); err == nil || !strings.Contains(err.Error(), "the symbolic link "+link+" belongs to the user 12345") {
			t.Errorf("profile through another user's link %s: got %v, want an error that names the user", name, err)
		}
		if after := written(t, victim); after != before {
			t.Errorf("target of the link %s: got %q, want %q", name, after, before)
		}
	}
}

func writeProfile(name string) error {
	cmd := &cobra.Command{}
	cmd.SetOut(io.Discard)
	c := awsenv.Connection{Endpoint: "http://127.0.0.1:2016", AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "a-secret-of-some-length", Region: "us-east-1"}
	return writeEnv(cmd, c, "", name)
}

func written(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "config"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

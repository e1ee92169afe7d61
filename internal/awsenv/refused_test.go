package awsenv_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
)

func TestWriteProfile_refusesProfilesOfTheUsers(t *testing.T) {
	const ours = "# managed by lanyard\n"
	for name, tc := range map[string]struct {
		profile             string
		config, credentials string
		want                string // after the directory
	}{
		"profile":               {"dev", "[a]\n[profile dev]\nregion = x\n", "", "config: line 2: [profile dev] was not written by lanyard"},
		"services":              {"dev", "[services lanyard-dev]\n", "", "config: line 1: [services lanyard-dev] was not written by lanyard"},
		"credentials":           {"dev", "", "\n\n[dev]\n", "credentials: line 3: [dev] was not written by lanyard"},
		"credentials only ours": {"dev", "[profile dev]\n" + ours, "[dev]\naws_access_key_id = AKIA\n", "credentials: line 1: [dev] was not written by lanyard"},
		"keys were overwritten": {"dev", "[profile dev]\n" + ours, "[dev]\n# managed by lanyard with key A\naws_access_key_id = B\n", "credentials: line 1: [dev] was not written by lanyard, or has been changed since"},
		"default":               {"default", "[default]\nregion = x\n", "", "config: line 1: [default] was not written by lanyard"},
		"default, long form":    {"default", "[profile default]\n", "", "config: line 1: [default] was not written by lanyard"},
		"not text":              {"dev", "\xff\xfe[\x00d\x00", "", "config is not a text file in UTF-8"},
		"credentials not text":  {"dev", "", "\xff\xfe[\x00d\x00", "credentials is not a text file in UTF-8"},
		"too large":             {"dev", strings.Repeat("#", 1<<20+1), "", "config is larger than 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			paths := newFiles(t)
			put(t, paths.Config, tc.config, 0o640)
			put(t, paths.Credentials, tc.credentials, 0o640)
			_, err := awsenv.WriteProfile(testConnection(), tc.profile, paths)
			dir := filepath.Dir(paths.Config)
			if err == nil || !strings.HasPrefix(err.Error(), filepath.Join(dir, tc.want)) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error of WriteProfile: got %v\nwant %s …", err, filepath.Join(dir, tc.want))
			}
			if read(t, paths.Config) != tc.config || read(t, paths.Credentials) != tc.credentials {
				t.Error("a file was changed")
			}
			assertMode(t, paths.Credentials, 0o640)
			assertEntries(t, dir, "config", "credentials")
		})
	}
}

func TestWriteProfile_refusesUnfitFiles(t *testing.T) {
	for name, tc := range map[string]struct {
		prepare func(t *testing.T, paths *awsenv.Paths)
		want    string
	}{
		"directory": {func(t *testing.T, p *awsenv.Paths) { put(t, p.Config+"/x", "", 0o600) }, "config is not a regular file"},
		"socket": {func(t *testing.T, p *awsenv.Paths) {
			t.Chdir(t.TempDir()) // an absolute path might be too long for a socket
			p.Credentials = "credentials"
			l, err := net.Listen("unix", p.Credentials)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = l.Close() })
		}, "credentials is not a regular file"},
		"write-protected": {func(t *testing.T, p *awsenv.Paths) { put(t, p.Credentials, "", 0o400) }, "credentials is write-protected"},
		"one file for both": {
			func(_ *testing.T, p *awsenv.Paths) { p.Credentials = p.Config },
			"config would be both the config and the credentials file: set AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE apart",
		},
		"one file for both, linked": {func(t *testing.T, p *awsenv.Paths) {
			put(t, p.Config, "", 0o600)
			if err := os.Link(p.Config, p.Credentials); err != nil {
				t.Fatal(err)
			}
		}, "config would be both"},
		"link to itself": {func(t *testing.T, p *awsenv.Paths) {
			put(t, p.Credentials, "", 0o600)
			if err := os.Symlink(p.Config, p.Config); err != nil {
				t.Fatal(err)
			}
		}, "config: too many symbolic links"},
		"directory is a file": {func(t *testing.T, p *awsenv.Paths) { put(t, filepath.Dir(p.Config), "", 0o600) }, ".aws: not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			paths := newFiles(t)
			tc.prepare(t, &paths)
			_, err := awsenv.WriteProfile(testConnection(), "dev", paths)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error of WriteProfile: got %v, want %s", err, tc.want)
			}
		})
	}
}

func TestWriteProfile_refusesValuesThatParsersReadDifferently(t *testing.T) {
	for name, change := range map[string]func(*awsenv.Connection){
		"no secret":      func(c *awsenv.Connection) { c.SecretAccessKey = "" },
		"line break":     func(c *awsenv.Connection) { c.SecretAccessKey = "x\naws_session_token = y" },
		"comment":        func(c *awsenv.Connection) { c.CABundle = "/etc/a #b" },
		"other comment":  func(c *awsenv.Connection) { c.CABundle = "/etc/a ;b" },
		"hash before it": func(c *awsenv.Connection) { c.SecretAccessKey = "#x" },
		"quoted":         func(c *awsenv.Connection) { c.SecretAccessKey = `"x"` },
		"space around":   func(c *awsenv.Connection) { c.Region = "x " },
		"relative path":  func(c *awsenv.Connection) { c.CABundle = "ca.pem" },
	} {
		t.Run(name, func(t *testing.T) {
			c, paths := testConnection(), newFiles(t)
			change(&c)
			_, err := awsenv.WriteProfile(c, "dev", paths)
			if err == nil || strings.Contains(err.Error(), "x") && c.SecretAccessKey != "" && strings.Contains(err.Error(), c.SecretAccessKey) {
				t.Errorf("error of WriteProfile: got %v, want one without the secret", err)
			}
			if _, err := os.Stat(paths.Config); !os.IsNotExist(err) {
				t.Errorf("config file: got one (%v), want none", err)
			}
		})
	}
}

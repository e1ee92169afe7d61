package awsenv_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
)

// newFiles names config files in a directory that does not exist yet, and points
// AWS clients of this test at them.
func newFiles(t *testing.T) awsenv.Paths {
	t.Helper()
	clearAWS(t)
	dir := filepath.Join(t.TempDir(), "home", ".aws")
	paths := awsenv.Paths{Config: filepath.Join(dir, "config"), Credentials: filepath.Join(dir, "credentials")}
	t.Setenv("AWS_CONFIG_FILE", paths.Config)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", paths.Credentials)
	return paths
}

// clearAWS unsets the variables of AWS clients for this test.
func clearAWS(t *testing.T) {
	t.Helper()
	for _, kv := range os.Environ() {
		if key, _, _ := strings.Cut(kv, "="); strings.HasPrefix(key, "AWS_") {
			t.Setenv(key, "") // so that it comes back
			if err := os.Unsetenv(key); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func put(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // past the umask
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, c awsenv.Connection, name string, paths awsenv.Paths) {
	t.Helper()
	if _, err := awsenv.WriteProfile(c, name, paths); err != nil {
		t.Fatal(err)
	}
}

func assertMode(t *testing.T, path string, want os.FileMode) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want && runtime.GOOS != "windows" {
		t.Errorf("mode of %s: got %04o, want %04o", filepath.Base(path), got, want)
	}
}

// assertEntries checks that a directory has these files and no others, such as locks and
// temporary files.
func assertEntries(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("directory, -want +got:\n%s", diff)
	}
}

const (
	wantConfig = `# BEGIN lanyard
[services lanyard-dev]
lightsail =
  endpoint_url = http://127.0.0.1:2016
sts =
  endpoint_url = http://127.0.0.1:2016

[profile dev]
region = eu-central-1
services = lanyard-dev
# END lanyard: add settings of your own below this line
`
	wantCredentials = `# BEGIN lanyard with key AKIALANYARDTEST00001
[dev]
aws_access_key_id = AKIALANYARDTEST00001
aws_secret_access_key = 0123456789/abcdefghij+ABCDEFGHIJ01234567
# END lanyard: add settings of your own below this line
`
)

func TestWriteProfile_createsTheFiles(t *testing.T) {
	paths := newFiles(t)
	written, err := awsenv.WriteProfile(testConnection(), "dev", paths)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wantConfig, read(t, written.Config)); diff != "" {
		t.Errorf("config, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(wantCredentials, read(t, written.Credentials)); diff != "" {
		t.Errorf("credentials, -want +got:\n%s", diff)
	}
	dir := filepath.Dir(paths.Config)
	assertMode(t, paths.Config, 0o600)
	assertMode(t, paths.Credentials, 0o600)
	assertMode(t, dir, 0o700)
	assertMode(t, filepath.Dir(dir), 0o700)
	assertEntries(t, dir, "config", "credentials")
	assertSDK(t, "dev", testConnection())
}

func TestWriteProfile_changesNothingTheSecondTime(t *testing.T) {
	paths := newFiles(t)
	write(t, testConnection(), "dev", paths)
	before, err := os.Stat(paths.Credentials)
	if err != nil {
		t.Fatal(err)
	}
	write(t, testConnection(), "dev", paths)
	after, err := os.Stat(paths.Credentials)
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) {
		t.Error("the credentials file was replaced")
	}
	if got := read(t, paths.Config); got != wantConfig {
		t.Errorf("config file: got %s, want %s", got, wantConfig)
	}
}

func TestWriteProfile_updatesWhatItWrote(t *testing.T) {
	paths := newFiles(t)
	temporary := testConnection()
	temporary.Endpoint, temporary.Region = "https://lanyard.test:8443", "us-west-2"
	temporary.AccessKeyID, temporary.SecretAccessKey, temporary.SessionToken = "ASIAOLD", "old", "token"
	temporary.CABundle = filepath.Join(t.TempDir(), "with space", "ca.pem")
	write(t, temporary, "dev", paths)
	shared, err := config.LoadSharedConfigProfile(t.Context(), "dev", func(o *config.LoadSharedConfigOptions) {
		o.ConfigFiles, o.CredentialsFiles = []string{paths.Config}, []string{paths.Credentials}
	})
	if err != nil {
		t.Fatal(err)
	}
	url, _, err := shared.GetServiceBaseEndpoint(t.Context(), "Lightsail")
	got := awsenv.Connection{
		Endpoint: url, Region: shared.Region, CABundle: shared.CustomCABundle, AccessKeyID: shared.Credentials.AccessKeyID,
		SecretAccessKey: shared.Credentials.SecretAccessKey, SessionToken: shared.Credentials.SessionToken,
	}
	if diff := cmp.Diff(temporary, got); diff != "" || err != nil {
		t.Errorf("connection of the profile (%v), -want +got:\n%s", err, diff)
	}

	write(t, testConnection(), "dev", paths)
	if diff := cmp.Diff(wantConfig, read(t, paths.Config)); diff != "" {
		t.Errorf("config, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(wantCredentials, read(t, paths.Credentials)); diff != "" {
		t.Errorf("credentials, -want +got:\n%s", diff)
	}
	assertSDK(t, "dev", testConnection())
}

func TestWriteProfile_keepsOtherContent(t *testing.T) {
	const conf = "; mine\r\n[default]\r\nregion=us-east-1\r\ns3 =\r\n\tmax_concurrent_requests = 20\r\n\r\n  [ profile \"work\" ] # office\r\nrole_arn = x"
	const credentials = "# keys\n[default]\naws_access_key_id=AKIADEFAULT\naws_secret_access_key = s3cr3t # not a comment\n\n\n"
	paths := newFiles(t)
	put(t, paths.Config, conf, 0o644)
	put(t, paths.Credentials, credentials, 0o644)
	write(t, testConnection(), "dev", paths)

	if got, want := read(t, paths.Config), conf+"\r\n\r\n"+strings.ReplaceAll(wantConfig, "\n", "\r\n"); got != want {
		t.Errorf("config, -want +got:\n%s", cmp.Diff(want, got))
	}
	if got, want := read(t, paths.Credentials), credentials+wantCredentials; got != want {
		t.Errorf("credentials, -want +got:\n%s", cmp.Diff(want, got))
	}
	assertMode(t, paths.Config, 0o644)
	assertMode(t, paths.Credentials, 0o600)
	assertSDK(t, "dev", testConnection())
}

func TestWriteProfile_writesTheDefaultProfile(t *testing.T) {
	paths := newFiles(t)
	write(t, testConnection(), "default", paths)
	if got := read(t, paths.Config); !strings.Contains(got, "\n[default]\nregion = ") {
		t.Errorf("config file: got %s, want the profile default", got)
	}
	assertSDK(t, "", testConnection())
	assertSDK(t, "default", testConnection())
}

func TestWriteProfile_followsLinks(t *testing.T) {
	paths := newFiles(t)
	dotfiles := filepath.Join(t.TempDir(), "dotfiles")
	put(t, filepath.Join(dotfiles, "config"), "[default]\n", 0o600)
	put(t, paths.Config+".d/x", "", 0o600) // makes the directory of the links
	for link, target := range map[string]string{
		paths.Config: filepath.Join(filepath.Dir(paths.Config), "hop"),
		filepath.Join(filepath.Dir(paths.Config), "hop"): filepath.Join(dotfiles, "config"),
		paths.Credentials: "../secret/keys", // not there yet
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	written, err := awsenv.WriteProfile(testConnection(), "dev", paths)
	if err != nil {
		t.Fatal(err)
	}
	want := awsenv.Paths{
		Config:      filepath.Join(dotfiles, "config"),
		Credentials: filepath.Join(filepath.Dir(filepath.Dir(paths.Credentials)), "secret", "keys"),
	}
	if diff := cmp.Diff(want, written); diff != "" {
		t.Errorf("files, -want +got:\n%s", diff)
	}
	if got := read(t, want.Credentials); got != wantCredentials {
		t.Errorf("credentials file: got %s, want %s", got, wantCredentials)
	}
	for _, link := range []string{paths.Config, paths.Credentials} {
		if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
			t.Errorf("mode of %s: got %v (%v), want a link", link, info, err)
		}
	}
	assertSDK(t, "dev", testConnection())
}

func TestWriteProfile_names(t *testing.T) {
	for _, name := range []string{"dev", "a", "lanyard-2", "A_b.c/d%e@f:g+h", "-x", strings.Repeat("n", 64), "profile", "services"} {
		t.Run(name, func(t *testing.T) {
			write(t, testConnection(), name, newFiles(t))
			assertSDK(t, name, testConnection())
		})
	}
	for _, name := range []string{
		"", " ", "a b", " a", "a ", "a\n", "a\n[default]", "a]", "[a", `a"`, "a'", `a\`, "a#", "a;", "a=b", "ä", "a\x00", strings.Repeat("n", 65),
		"DEFAULT", "Default", // DEFAULT is the section whose settings botocore gives to all others
	} {
		paths := newFiles(t)
		if _, err := awsenv.WriteProfile(testConnection(), name, paths); err == nil || !strings.HasPrefix(err.Error(), "profile name ") {
			t.Errorf("error for the profile name %q: got %v, want profile name …", name, err)
		}
		if _, err := os.Stat(paths.Config); !os.IsNotExist(err) {
			t.Errorf("config file for the profile name %q: got one (%v), want none", name, err)
		}
	}
}

func TestWriteProfile_keepsProfilesOfConcurrentWriters(t *testing.T) {
	const writers = 16
	paths := newFiles(t)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			if _, err := awsenv.WriteProfile(testConnection(), fmt.Sprintf("dev%d", i), paths); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for i := range writers {
		assertSDK(t, fmt.Sprintf("dev%d", i), testConnection())
	}
	assertEntries(t, filepath.Dir(paths.Config), "config", "credentials")
}

func TestFindPaths(t *testing.T) {
	home := filepath.FromSlash("/home/u")
	for name, tc := range map[string]struct {
		env  map[string]string
		want awsenv.Paths
	}{
		"home": {map[string]string{"HOME": home}, awsenv.Paths{
			Config: filepath.Join(home, ".aws", "config"), Credentials: filepath.Join(home, ".aws", "credentials"),
		}},
		"variables": {map[string]string{"AWS_CONFIG_FILE": "/etc/c", "AWS_SHARED_CREDENTIALS_FILE": "k"}, awsenv.Paths{Config: "/etc/c", Credentials: "k"}},
		"one variable": {map[string]string{"HOME": home, "AWS_CONFIG_FILE": "/etc/c"}, awsenv.Paths{
			Config: "/etc/c", Credentials: filepath.Join(home, ".aws", "credentials"),
		}},
		"tilde": {map[string]string{"HOME": home, "AWS_CONFIG_FILE": "~/c", "AWS_SHARED_CREDENTIALS_FILE": "~other/k"}, awsenv.Paths{
			Config: filepath.Join(home, "c"), Credentials: "~other/k",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := awsenv.FindPaths(func(key string) string { return tc.env[key] })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("paths, -want +got:\n%s", diff)
			}
		})
	}
	for name, env := range map[string]map[string]string{
		"no home":            {},
		"no home, one set":   {"AWS_CONFIG_FILE": "/etc/c"},
		"no home to replace": {"AWS_CONFIG_FILE": "~/c", "AWS_SHARED_CREDENTIALS_FILE": "/etc/k"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := awsenv.FindPaths(func(key string) string { return env[key] }); err == nil {
				t.Errorf("paths: got %+v, want an error", got)
			}
		})
	}
}

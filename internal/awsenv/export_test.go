package awsenv_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/awsenv"
)

func testConnection() awsenv.Connection {
	return awsenv.Connection{
		Endpoint:        "http://127.0.0.1:2016",
		Region:          "eu-central-1",
		AccessKeyID:     "AKIALANYARDTEST00001",
		SecretAccessKey: "0123456789/abcdefghij+ABCDEFGHIJ01234567",
	}
}

// nasty holds what shells treat specially, line breaks aside.
const nasty = "a'b\"c$HOME`id`\\ \\'!$(id)*?~{x,y};&|<>#% \u2018\u2019\u201a\u201b ü  end\\"

// nastySecret is what of it a secret or a token may hold.
const nastySecret = "a'b\"c$HOME`id`\\\\'!$(id)*?~{x,y};&|<>#%end\\"

func nastyConnection() awsenv.Connection {
	c := testConnection()
	c.SecretAccessKey = nastySecret
	c.SessionToken = nastySecret
	c.CABundle = filepath.Join(string(filepath.Separator)+"tmp", nasty)
	return c
}

func export(t *testing.T, c awsenv.Connection, shell awsenv.Shell) string {
	t.Helper()
	var out strings.Builder
	if err := c.Export(&out, shell); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestExport_text(t *testing.T) {
	temporary := testConnection()
	temporary.SessionToken = "tok'en"
	temporary.CABundle = "/etc/lanyard/ca \u2019s.pem"

	for name, tc := range map[string]struct {
		conn  awsenv.Connection
		shell awsenv.Shell
		want  string
	}{
		"sh, long-lived key": {testConnection(), awsenv.Sh, `export AWS_ENDPOINT_URL_LIGHTSAIL='http://127.0.0.1:2016';
export AWS_ENDPOINT_URL_STS='http://127.0.0.1:2016';
export AWS_IGNORE_CONFIGURED_ENDPOINT_URLS='false';
export AWS_ACCESS_KEY_ID='AKIALANYARDTEST00001';
export AWS_SECRET_ACCESS_KEY='0123456789/abcdefghij+ABCDEFGHIJ01234567';
unset AWS_SESSION_TOKEN;
unset AWS_SECURITY_TOKEN;
unset AWS_CREDENTIAL_EXPIRATION;
export AWS_REGION='eu-central-1';
export AWS_DEFAULT_REGION='eu-central-1';
unset AWS_PROFILE;
unset AWS_DEFAULT_PROFILE;
# Point the AWS tools of this shell at Lanyard: eval "$(lanyard env)"
`},
		"fish, session token and CA bundle": {temporary, awsenv.Fish, `set -gx AWS_ENDPOINT_URL_LIGHTSAIL 'http://127.0.0.1:2016';
set -gx AWS_ENDPOINT_URL_STS 'http://127.0.0.1:2016';
set -gx AWS_IGNORE_CONFIGURED_ENDPOINT_URLS 'false';
set -gx AWS_ACCESS_KEY_ID 'AKIALANYARDTEST00001';
set -gx AWS_SECRET_ACCESS_KEY '0123456789/abcdefghij+ABCDEFGHIJ01234567';
set -gx AWS_SESSION_TOKEN 'tok\'en';
set -e AWS_SECURITY_TOKEN;
set -e AWS_CREDENTIAL_EXPIRATION;
set -gx AWS_REGION 'eu-central-1';
set -gx AWS_DEFAULT_REGION 'eu-central-1';
set -e AWS_PROFILE;
set -e AWS_DEFAULT_PROFILE;
set -gx AWS_CA_BUNDLE '/etc/lanyard/ca ` + "\u2019" + `s.pem';
# Point the AWS tools of this shell at Lanyard: lanyard env --shell fish | source
`},
		"powershell, session token and CA bundle": {temporary, awsenv.PowerShell, `$env:AWS_ENDPOINT_URL_LIGHTSAIL = 'http://127.0.0.1:2016';
$env:AWS_ENDPOINT_URL_STS = 'http://127.0.0.1:2016';
$env:AWS_IGNORE_CONFIGURED_ENDPOINT_URLS = 'false';
$env:AWS_ACCESS_KEY_ID = 'AKIALANYARDTEST00001';
$env:AWS_SECRET_ACCESS_KEY = '0123456789/abcdefghij+ABCDEFGHIJ01234567';
$env:AWS_SESSION_TOKEN = 'tok''en';
$env:AWS_SECURITY_TOKEN = $null;
$env:AWS_CREDENTIAL_EXPIRATION = $null;
$env:AWS_REGION = 'eu-central-1';
$env:AWS_DEFAULT_REGION = 'eu-central-1';
$env:AWS_PROFILE = $null;
$env:AWS_DEFAULT_PROFILE = $null;
$env:AWS_CA_BUNDLE = '/etc/lanyard/ca ` + "\u2019\u2019" + `s.pem';
# Point the AWS tools of this shell at Lanyard: lanyard env --shell powershell | Out-String | Invoke-Expression
`},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, export(t, tc.conn, tc.shell)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// fish and PowerShell are rarely at hand, so the quoting of special characters is
// checked against their manuals by its text; sh and bash are run.
func TestExport_quotesNastyValuesByTheManual(t *testing.T) {
	for shell, want := range map[awsenv.Shell]string{
		awsenv.Fish: "set -gx AWS_CA_BUNDLE '/tmp/a\\'b\"c$HOME`id`\\\\ \\\\\\'!$(id)*?~{x,y};&|<>#% " +
			"\u2018\u2019\u201a\u201b ü  end\\\\';\n",
		awsenv.PowerShell: "$env:AWS_CA_BUNDLE = '/tmp/a''b\"c$HOME`id`\\ \\''!$(id)*?~{x,y};&|<>#% " +
			"\u2018\u2018\u2019\u2019\u201a\u201a\u201b\u201b ü  end\\';\n",
	} {
		t.Run(string(shell), func(t *testing.T) {
			if got := export(t, nastyConnection(), shell); !strings.Contains(got, want) {
				t.Errorf("got:\n%s\nwant in it:\n%s", got, want)
			}
		})
	}
}

// evalIn runs the printed commands in a real shell that holds leftovers for the
// real AWS, and returns the environment of a program started afterwards.
func evalIn(t *testing.T, shell, script, commands string) map[string]string {
	t.Helper()
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Fatalf("%v: these tests run the real shells; install %s", err, shell)
	}
	printed := filepath.Join(t.TempDir(), "env.sh")
	if err := os.WriteFile(printed, []byte(commands), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, "-euc", script+"; env -0", shell, printed)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8",
		"AWS_PROFILE=production", "AWS_DEFAULT_PROFILE=production", "AWS_SESSION_TOKEN=stale", "AWS_SECURITY_TOKEN=stale",
		"AWS_CREDENTIAL_EXPIRATION=2020-01-01T00:00:00Z", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true",
		"AWS_REGION=us-east-1", "AWS_CA_BUNDLE=/etc/ssl/company.pem",
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	env := map[string]string{}
	for kv := range strings.SplitSeq(string(out), "\x00") {
		if key, value, ok := strings.Cut(kv, "="); ok && strings.HasPrefix(key, "AWS_") {
			env[key] = value
		}
	}
	return env
}

func TestExport_isEvaluatedByShells(t *testing.T) {
	const quoted = `eval "$(cat "$1")"`
	plain := map[string]string{
		"AWS_ENDPOINT_URL_LIGHTSAIL":          "http://127.0.0.1:2016",
		"AWS_ENDPOINT_URL_STS":                "http://127.0.0.1:2016",
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
		"AWS_ACCESS_KEY_ID":                   "AKIALANYARDTEST00001",
		"AWS_SECRET_ACCESS_KEY":               "0123456789/abcdefghij+ABCDEFGHIJ01234567",
		"AWS_REGION":                          "eu-central-1",
		"AWS_DEFAULT_REGION":                  "eu-central-1",
		"AWS_CA_BUNDLE":                       "/etc/ssl/company.pem",
	}
	special := maps.Clone(plain)
	special["AWS_SECRET_ACCESS_KEY"] = nastySecret
	special["AWS_SESSION_TOKEN"] = nastySecret
	special["AWS_CA_BUNDLE"] = nastyConnection().CABundle

	for _, shell := range []string{"/bin/sh", "bash"} {
		for name, tc := range map[string]struct {
			script string
			conn   awsenv.Connection
			want   map[string]string
		}{
			"plain values":                  {quoted, testConnection(), plain},
			"special characters":            {quoted, nastyConnection(), special},
			"eval whose quotes are missing": {`eval $(cat "$1")`, testConnection(), plain},
			"read as a file":                {`. "$1"`, nastyConnection(), special},
		} {
			t.Run(filepath.Base(shell)+"/"+name, func(t *testing.T) {
				got := evalIn(t, shell, tc.script, export(t, tc.conn, awsenv.Sh))
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

// The default profile of this config file would send the calls elsewhere.
func TestExport_hasPrecedenceOverTheConfigFileInTheSDK(t *testing.T) {
	clearAWS(t)
	dir := t.TempDir()
	configFile := filepath.Join(dir, "config")
	text := "[default]\nregion = us-east-1\nignore_configured_endpoint_urls = true\nendpoint_url = https://example.com\n"
	if err := os.WriteFile(configFile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", configFile)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(dir, "credentials"))
	for k, v := range evalIn(t, "/bin/sh", `unset AWS_CA_BUNDLE; eval "$(cat "$1")"`, export(t, testConnection(), awsenv.Sh)) {
		t.Setenv(k, v)
	}
	assertSDK(t, "", testConnection())
}

// assertSDK checks what the AWS SDK for Go makes of the environment and the config
// files, for a profile or for none.
func assertSDK(t *testing.T, profile string, want awsenv.Connection) {
	t.Helper()
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithSharedConfigProfile(profile))
	if err != nil {
		t.Fatal(err)
	}
	creds, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := awsenv.Connection{
		Endpoint: endpoint(lightsail.NewFromConfig(cfg).Options().BaseEndpoint), Region: cfg.Region,
		AccessKeyID: creds.AccessKeyID, SecretAccessKey: creds.SecretAccessKey, SessionToken: creds.SessionToken,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := endpoint(sts.NewFromConfig(cfg).Options().BaseEndpoint); got != want.Endpoint {
		t.Errorf("STS endpoint = %q, want %q", got, want.Endpoint)
	}
}

func endpoint(p *string) string {
	if p == nil {
		return "the real AWS"
	}
	return *p
}

func TestExport_refusesIncompleteConnections(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*awsenv.Connection)
		want   string
	}{
		"no endpoint":             {func(c *awsenv.Connection) { c.Endpoint = "" }, "the endpoint is missing"},
		"endpoint not a URL":      {func(c *awsenv.Connection) { c.Endpoint = "127.0.0.1:2016" }, "the endpoint is not an http or https URL"},
		"no region":               {func(c *awsenv.Connection) { c.Region = "" }, "the region is missing"},
		"no access key":           {func(c *awsenv.Connection) { c.AccessKeyID = "" }, "the access key id is missing"},
		"no secret":               {func(c *awsenv.Connection) { c.SecretAccessKey = "" }, "the secret access key is missing"},
		"line break in secret":    {func(c *awsenv.Connection) { c.SecretAccessKey = "x\ny" }, "the secret access key contains a control character"},
		"invalid UTF-8":           {func(c *awsenv.Connection) { c.SessionToken = "\xff" }, "the session token is not UTF-8"},
		"credentials in endpoint": {func(c *awsenv.Connection) { c.Endpoint = "http://user:secret@127.0.0.1:2016" }, "the endpoint is not an http or https URL"},
		"command in endpoint":     {func(c *awsenv.Connection) { c.Endpoint = "http://127.0.0.1:2016/$(id)" }, "the endpoint is not an http or https URL"},
		"command in region":       {func(c *awsenv.Connection) { c.Region = "us-east-1;id" }, "the region is invalid"},
		"command in access key":   {func(c *awsenv.Connection) { c.AccessKeyID = "AKIA$(id)" }, "the access key id is invalid"},
		"space in secret":         {func(c *awsenv.Connection) { c.SecretAccessKey = "x y" }, "the secret access key is invalid"},
		"reordered CA bundle":     {func(c *awsenv.Connection) { c.CABundle = "/etc/\u202emep.ac" }, "the CA bundle contains a control character"},
		"relative CA bundle":      {func(c *awsenv.Connection) { c.CABundle = "ca.pem" }, "the CA bundle is not an absolute path"},
	} {
		t.Run(name, func(t *testing.T) {
			c := testConnection()
			tc.change(&c)
			var out strings.Builder
			err := c.Export(&out, awsenv.Sh)
			if err == nil || err.Error() != tc.want {
				t.Errorf("error of Export: got %v, want %q", err, tc.want)
			}
			if out.Len() != 0 {
				t.Errorf("wrote %q", out.String())
			}
		})
	}
}

func TestParseShell(t *testing.T) {
	for _, want := range []awsenv.Shell{awsenv.Sh, awsenv.Fish, awsenv.PowerShell} {
		if got, err := awsenv.ParseShell(string(want)); got != want || err != nil {
			t.Errorf("ParseShell(%q) = %q, %v", want, got, err)
		}
	}
	for _, name := range []string{"", "SH", "tcsh", "sh "} {
		if got, err := awsenv.ParseShell(name); err == nil {
			t.Errorf("ParseShell(%q) = %q, want an error", name, got)
		}
	}
	if err := testConnection().Export(&strings.Builder{}, "tcsh"); err == nil {
		t.Error("Export: got no error for an unknown shell")
	}
}

func TestDetectShell(t *testing.T) {
	for path, want := range map[string]awsenv.Shell{
		"/bin/sh": awsenv.Sh, "/usr/bin/zsh": awsenv.Sh, "bash": awsenv.Sh, "/opt/unknown": awsenv.Sh,
		"/usr/bin/fish": awsenv.Fish, "/usr/local/bin/pwsh": awsenv.PowerShell, "pwsh.exe": awsenv.PowerShell,
	} {
		if got := awsenv.DetectShell(path); got != want {
			t.Errorf("DetectShell(%q) = %q, want %q", path, got, want)
		}
	}
}

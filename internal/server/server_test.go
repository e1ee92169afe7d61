package server_test

import (
	"bytes"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
)

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestServer_keepsStateOverARestart(t *testing.T) {
	dir := t.TempDir()
	o := servertest.Options(dir)
	s, stop := servertest.Start(t, o)
	first := s.Root()
	created, err := servertest.Client(s, s.Endpoint()).CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("deploy")})
	if err != nil {
		t.Fatal(err)
	}
	stop()

	s, _ = servertest.Start(t, o)
	if s.Root() != first {
		t.Errorf("root after the restart: got account %s, want %s with its access key", s.Root().AccountID, first.AccountID)
	}
	got, err := servertest.Client(s, s.Endpoint()).GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("deploy")})
	if err != nil || *got.KeyPair.Arn != *created.KeyPair.Arn {
		t.Errorf("GetKeyPair after the restart: got %+v, %v, want the pair from before", got, err)
	}
}

func TestNew_makesDataDirectoryForItsUserOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	servertest.Start(t, servertest.Options(dir))
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("mode of %s: got %v, want no access for other users", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNew_fixesRoot(t *testing.T) {
	o := servertest.Options(t.TempDir())
	o.Root = home.Root{AccountID: "111122223333", AccessKeyID: "ROOTKEY", SecretAccessKey: "a-secret-of-some-length"}
	s, stop := servertest.Start(t, o)
	if s.Root() != o.Root {
		t.Errorf("root of a new store: got %+v, want %+v", s.Root(), o.Root)
	}
	stop()
	again, _ := servertest.Start(t, o)
	if again.Root() != o.Root {
		t.Errorf("root after a restart: got %+v, want the one before", again.Root())
	}
	c, err := home.Connection(t.Context(), o.Database)
	if err != nil || c.Endpoint != again.Endpoint() || c.AccessKeyID != "ROOTKEY" || c.SecretAccessKey != "a-secret-of-some-length" {
		t.Errorf("Connection: got endpoint %s and key %s, %v, want those of the running server", c.Endpoint, c.AccessKeyID, err)
	}
}

func TestServer_answersHealthAndMetrics(t *testing.T) {
	s, stop := servertest.Start(t, servertest.Options(t.TempDir()))
	if _, err := servertest.Client(s, s.Endpoint()).GetRegions(t.Context(), &lightsail.GetRegionsInput{}); err != nil {
		t.Fatal(err)
	}
	if _, err := servertest.Client(s, s.Endpoint()).UnpeerVpc(t.Context(), &lightsail.UnpeerVpcInput{}); err == nil {
		t.Fatal("UnpeerVpc: got an answer, and the test needs an exception")
	}
	for path, want := range map[string][]string{
		"/healthz": {"ok"},
		"/readyz":  {"ready"},
		"/metrics": {
			`lanyard_requests_total{action="GetRegions",code=""} 1`,
			`lanyard_requests_total{action="UnpeerVpc",code="InvalidInputException"} 1`,
			`lanyard_request_duration_seconds_count{action="GetRegions"} 1`,
			`lanyard_key_pool_depth 0`,
			`lanyard_store_duration_seconds_count{kind="view"}`,
		},
	} {
		code, body := get(t, s.Endpoint()+path)
		if code != http.StatusOK {
			t.Errorf("GET %s: got status %d, want 200", path, code)
		}
		for _, line := range want {
			if !strings.Contains(body, line) {
				t.Errorf("GET %s: got no line %s", path, line)
			}
		}
	}
	if answer, err := home.CheckHealth(t.Context(), "", s.Endpoint()); err != nil || answer != "ready\n" {
		t.Errorf("CheckHealth: got %q, %v, want ready", answer, err)
	}
	stop()
	if answer, err := home.CheckHealth(t.Context(), "", s.Endpoint()); err == nil {
		t.Errorf("CheckHealth of a stopped server: got %q, want an error", answer)
	}
}

func TestServer_answersCORSForItsOrigins(t *testing.T) {
	o := servertest.Options(t.TempDir())
	o.CORSOrigins = []string{"https://app.example"}
	s, _ := servertest.Start(t, o)
	preflight := func(origin string) (int, http.Header) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, s.Endpoint()+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Headers", "authorization,x-amz-target")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode, resp.Header
	}
	status, header := preflight("https://app.example")
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin":   "https://app.example",
		"Access-Control-Allow-Methods":  "POST",
		"Access-Control-Allow-Headers":  "authorization,x-amz-target",
		"Access-Control-Expose-Headers": "x-amzn-requestid",
		"Vary":                          "Origin",
	} {
		if got := header.Get(name); status != http.StatusOK || got != want {
			t.Errorf("preflight: got status %d and %s %q, want 200 and %q", status, name, got, want)
		}
	}
	status, header = preflight("https://evil.example")
	if allowed := header.Get("Access-Control-Allow-Origin"); status == http.StatusOK || allowed != "" {
		t.Errorf("preflight of another origin: got status %d and allowed origin %q, want neither", status, allowed)
	}
}

// TestServer_writesNoSecrets searches for a created private key and for the root's secret in
// the log and in every file of the data directory.
func TestServer_writesNoSecrets(t *testing.T) {
	var log bytes.Buffer
	o := servertest.Options(t.TempDir())
	o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, stop := servertest.Start(t, o)
	c := servertest.Client(s, s.Endpoint())
	created, err := c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("deploy")})
	if err != nil {
		t.Fatal(err)
	}
	def, err := c.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	hidden := map[string]string{
		"the root's secret":               s.Root().SecretAccessKey,
		"the created private key":         strings.Split(*created.PrivateKeyBase64, "\n")[5],
		"the default pair's private key":  strings.Split(*def.PrivateKeyBase64, "\n")[5],
		"the PEM armour of a private key": "PRIVATE KEY",
	}
	places := map[string]string{"the log": log.String()}
	err = filepath.WalkDir(o.DataDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		places[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range places {
		for what, secret := range hidden {
			if strings.Contains(text, secret) {
				t.Errorf("%s is in %s", what, where)
			}
		}
	}
	if !strings.Contains(log.String(), "action=CreateKeyPair") || len(places) < 4 {
		t.Errorf("the search had nothing to look at: %d places, log:\n%s", len(places), log.String())
	}
}

package server_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/server"
)

// options is a server on a random port without a key pool.
func options(dir string) server.Options {
	return server.Options{Listen: "127.0.0.1:0", Database: home.Database{DataDir: dir}, KeyPool: -1}
}

// serve runs a server until the test or the returned function ends it.
func serve(t testing.TB, o server.Options) (*server.Server, func()) {
	t.Helper()
	s, err := server.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve = %v", err)
		}
	}
	t.Cleanup(stop)
	return s, stop
}

func client(s *server.Server, endpoint string) *lightsail.Client {
	root := s.Root()
	return lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(),
		Region:     "us-east-1", BaseEndpoint: &endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(root.AccessKeyID, root.SecretAccessKey, ""),
	})
}

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

func TestStateSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	o := options(dir)
	s, stop := serve(t, o)
	first := s.Root()
	created, err := client(s, s.Endpoint()).CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("deploy")})
	if err != nil {
		t.Fatal(err)
	}
	stop()

	s, _ = serve(t, o)
	if s.Root() != first {
		t.Error("the root identity changed")
	}
	got, err := client(s, s.Endpoint()).GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("deploy")})
	if err != nil || *got.KeyPair.Arn != *created.KeyPair.Arn {
		t.Errorf("after the restart: %+v, %v", got, err)
	}
}

//go:fix inline
func TestDataDirectoryIsTheOwnersAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	serve(t, options(dir))
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRootIsFixedByOptions(t *testing.T) {
	o := options(t.TempDir())
	o.Root = home.Root{AccountID: "111122223333", AccessKeyID: "ROOTKEY", SecretAccessKey: "a-secret-of-some-length"}
	s, stop := serve(t, o)
	if s.Root() != o.Root {
		t.Errorf("root = %+v, want %+v", s.Root(), o.Root)
	}
	stop()
	again, _ := serve(t, o)
	if again.Root() != o.Root {
		t.Errorf("root after a restart = %+v", again.Root())
	}
	c, err := home.Connection(t.Context(), o.Database)
	if err != nil || c.Endpoint != again.Endpoint() || c.AccessKeyID != "ROOTKEY" || c.SecretAccessKey != "a-secret-of-some-length" {
		t.Errorf("Connection = %+v, %v", c, err)
	}
}

func TestConnectionWithoutAServer(t *testing.T) {
	if _, err := home.Connection(t.Context(), home.Database{DataDir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "lanyard serve") {
		t.Errorf("Connection = %v, want a hint at lanyard serve", err)
	}
}

func TestHealthAndMetrics(t *testing.T) {
	s, stop := serve(t, options(t.TempDir()))
	if _, err := client(s, s.Endpoint()).GetRegions(t.Context(), &lightsail.GetRegionsInput{}); err != nil {
		t.Fatal(err)
	}
	if _, err := client(s, s.Endpoint()).PeerVpc(t.Context(), &lightsail.PeerVpcInput{}); err == nil {
		t.Fatal("PeerVpc is built: the test needs another action")
	}
	for path, want := range map[string][]string{
		"/healthz": {"ok"},
		"/readyz":  {"ready"},
		"/metrics": {
			`lanyard_requests_total{action="GetRegions",code=""} 1`,
			`lanyard_requests_total{action="PeerVpc",code="InvalidInputException"} 1`,
			`lanyard_request_duration_seconds_count{action="GetRegions"} 1`,
			`lanyard_key_pool_depth 0`,
			`lanyard_store_duration_seconds_count{kind="view"}`,
		},
	} {
		code, body := get(t, s.Endpoint()+path)
		if code != http.StatusOK {
			t.Errorf("%s: %d", path, code)
		}
		for _, line := range want {
			if !strings.Contains(body, line) {
				t.Errorf("%s lacks %s", path, line)
			}
		}
	}
	if answer, err := home.CheckHealth(t.Context(), "", s.Endpoint()); err != nil || answer != "ready\n" {
		t.Errorf("CheckHealth = %q, %v", answer, err)
	}
	stop()
	if answer, err := home.CheckHealth(t.Context(), "", s.Endpoint()); err == nil {
		t.Errorf("CheckHealth of a stopped server = %q", answer)
	}
}

func TestCORS(t *testing.T) {
	o := options(t.TempDir())
	o.CORSOrigins = []string{"https://app.example"}
	s, _ := serve(t, o)
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
			t.Errorf("%d %s = %q, want %q", status, name, got, want)
		}
	}
	status, header = preflight("https://evil.example")
	if allowed := header.Get("Access-Control-Allow-Origin"); status == http.StatusOK || allowed != "" {
		t.Errorf("a foreign origin got %d and %q", status, allowed)
	}
}

// TestSecretsAreNowhere looks for a created private key and for the root's secret in
// the log and in every file of the data directory.
func TestSecretsAreNowhere(t *testing.T) {
	var log bytes.Buffer
	o := options(t.TempDir())
	o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, stop := serve(t, o)
	c := client(s, s.Endpoint())
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

//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/test/syncbuffer"
)

const (
	mayRead = `accounts:
  root:
    rootAccessKeys: [{accessKeyId: ROOTKEY, secretAccessKey: the-secret-of-the-root}]
    users:
      alice:
        accessKeys: [{accessKeyId: AKIAALICE, secretAccessKey: the-secret-of-alice}]
        policies:
          own: {document: {Version: 2012-10-17, Statement: {Effect: Allow, Action: "lightsail:Get*", Resource: "*"}}}
`
	mayNothing = `accounts:
  root:
    users:
      alice: {accessKeys: [{accessKeyId: AKIAALICE, secretAccessKey: the-secret-of-alice}]}
`
)

// TestServe_appliesIdentitiesAtSIGHUP changes the identities file of a running server. A bad
// file must change nothing but the log.
func TestServe_appliesIdentitiesAtSIGHUP(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "identities.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hangUp := func() {
		t.Helper()
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	write(mayRead)
	log := serveInBackground(t, dir, "--identities", file)

	mayAliceRead := func() bool { return reads(t, dir, "AKIAALICE", "the-secret-of-alice") }
	until(t, "the root of the file may read", func() bool { return reads(t, dir, "ROOTKEY", "the-secret-of-the-root") })
	if !mayAliceRead() {
		t.Fatal("GetKeyPairs of alice: got an error, want none, since the file allows it")
	}
	write(mayNothing)
	hangUp()
	until(t, "alice may not read", func() bool { return !mayAliceRead() })

	write("accounts:\n  root:\n    user: {}\n")
	hangUp()
	until(t, "the log has the bad file", func() bool { return log.Has("identities file not applied, nothing has changed") })
	if !log.Has(file + ":3: unknown member user") {
		t.Errorf("log: got %s, want the line of the error", log.String())
	}
	if log.Has("the-secret") {
		t.Error("log: got a secret in it, want none")
	}
	write(mayRead)
	hangUp()
	until(t, "alice may read again", mayAliceRead)
}

// serveInBackground runs lanyard serve until the test ends.
func serveInBackground(t *testing.T, dir string, args ...string) *syncbuffer.Buffer {
	t.Helper()
	log := &syncbuffer.Buffer{}
	cmd := newCommand()
	cmd.SetArgs(append([]string{"serve", "--listen", "127.0.0.1:0", "--key-pool", "0", "--data-dir", dir}, args...))
	cmd.SetOut(log)
	cmd.SetErr(log)
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- cmd.ExecuteContext(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Errorf("serve: got %v, want no error", err)
		}
	})
	until(t, "the server is ready", func() bool {
		_, err := home.CheckHealth(ctx, dir, "")
		return err == nil
	})
	return log
}

// reads reports whether GetKeyPairs succeeds with an access key.
func reads(t *testing.T, dir, keyID, secret string) bool {
	t.Helper()
	c, err := home.Endpoint(dir)
	if err != nil {
		t.Fatal(err)
	}
	client := lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(),
		Region:     c.Region, BaseEndpoint: &c.Endpoint, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(keyID, secret, ""),
	})
	_, err = client.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
	return err == nil
}

// until waits until a condition is true.
func until(t *testing.T, what string, fn func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !fn(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited for: %s", what)
		}
	}
}

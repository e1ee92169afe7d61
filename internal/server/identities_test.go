package server_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	_ "modernc.org/sqlite"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
)

func identitiesFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "identities.yaml")
	rewrite(t, path, text)
	return path
}

func rewrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const declaredRoot = "accounts:\n  \"111122223333\":\n    rootAccessKeys: [{accessKeyId: ROOTKEY, secretAccessKey: the-secret-of-the-root}]\n"

// TestNew_takesRootFromIdentitiesFile: with an identities file, the root of a fresh store
// needs no flags.
func TestNew_takesRootFromIdentitiesFile(t *testing.T) {
	o := servertest.Options(t.TempDir())
	o.Identities = identitiesFile(t, declaredRoot+"    users: {alice: }\n  \"444455556666\":\n")
	s, stop := servertest.Start(t, o)
	if want := (home.Root{AccountID: "111122223333", AccessKeyID: "ROOTKEY", SecretAccessKey: "the-secret-of-the-root"}); s.Root() != want {
		t.Errorf("root of a fresh store: got %+v, want %+v", s.Root(), want)
	}
	if _, err := servertest.Client(s, s.Endpoint()).GetRegions(t.Context(), &lightsail.GetRegionsInput{}); err != nil {
		t.Error(err)
	}
	stop()

	// What the file declared stays when the server has no file any more.
	o.Identities = ""
	s, _ = servertest.Start(t, o)
	if s.Root().AccessKeyID != "ROOTKEY" {
		t.Errorf("access key of the root without the file: got %s, want ROOTKEY", s.Root().AccessKeyID)
	}
	if err := s.ReloadIdentities(t.Context()); err == nil || !strings.Contains(err.Error(), "no identities file") {
		t.Errorf("ReloadIdentities without a file: got %v, want an error", err)
	}
}

func TestNew_refusesBadIdentitiesFile(t *testing.T) {
	o := servertest.Options(t.TempDir())
	_, stop := servertest.Start(t, o)
	stop()
	for _, tc := range []struct{ name, text, want string }{
		{"malformed", "accounts:\n  root:\n    user: {}\n", "identities.yaml:3: unknown member user"},
		{"in conflict with the store", declaredRoot + "  \"444455556666\":\n    rootAccessKeys: [{accessKeyId: " + rootKeyOf(t, o) + ", secretAccessKey: the-secret}]\n", "identities.yaml:5: access key "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := o
			o.Identities = identitiesFile(t, tc.text)
			before := hashTree(t, o.DataDir)
			_, err := server.New(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Fatalf("New: got %v, want an error with %s", err, tc.want)
			}
			if after := hashTree(t, o.DataDir); after != before {
				t.Errorf("data directory after a refused start:\ngot  %s\nwant %s", after, before)
			}
		})
	}
	o.Identities = filepath.Join(t.TempDir(), "missing.yaml")
	if _, err := server.New(t.Context(), o); err == nil || !strings.Contains(err.Error(), "read the identities file") {
		t.Errorf("New with a missing identities file: got %v, want an error", err)
	}
}

func rootKeyOf(t *testing.T, o server.Options) string {
	t.Helper()
	s, stop := servertest.Start(t, o)
	defer stop()
	return s.Root().AccessKeyID
}

func TestReloadIdentities(t *testing.T) {
	var log strings.Builder
	o := servertest.Options(t.TempDir())
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	o.Identities = identitiesFile(t, declaredRoot)
	s, stop := servertest.Start(t, o)
	alice := declaredRoot + "    users: {alice: {accessKeys: [{accessKeyId: AKIAALICE, secretAccessKey: the-secret-of-alice}]}}\n"
	rewrite(t, o.Identities, alice)
	if err := s.ReloadIdentities(t.Context()); err != nil {
		t.Fatal(err)
	}
	known := func() bool {
		c := servertest.ClientOf(s.Endpoint(), "AKIAALICE", "the-secret-of-alice", servertest.Once)
		_, err := c.GetRegions(t.Context(), &lightsail.GetRegionsInput{})
		return err != nil && strings.Contains(err.Error(), "AccessDenied")
	}
	if !known() {
		t.Error("a call of alice after the file declared her: got another error than AccessDenied")
	}
	rewrite(t, o.Identities, alice+"    nothing: \n")
	if err := s.ReloadIdentities(t.Context()); err == nil || !strings.Contains(err.Error(), "identities.yaml:5: unknown member nothing") {
		t.Errorf("ReloadIdentities of a bad file: got %v, want an error with its line", err)
	}
	if !known() {
		t.Error("a call of alice after a bad file: got another error than AccessDenied")
	}
	rewrite(t, o.Identities, declaredRoot)
	if err := s.ReloadIdentities(t.Context()); err != nil || known() {
		t.Errorf("ReloadIdentities of a file without alice: got %v, or she still has her key", err)
	}
	stop()
	if !strings.Contains(log.String(), "identities file applied") || strings.Contains(log.String(), "the-secret") {
		t.Errorf("log: got %s, want that the file was applied, and no secret", log.String())
	}
}

package server_test

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	_ "modernc.org/sqlite"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/server"
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

// TestAFreshStoreBeginsWithTheFilesRoot: with an identities file, account and key need
// no flags and are what the file says.
func TestAFreshStoreBeginsWithTheFilesRoot(t *testing.T) {
	o := options(t.TempDir())
	o.Identities = identitiesFile(t, declaredRoot+"    users: {alice: }\n  \"444455556666\":\n")
	s, stop := serve(t, o)
	if want := (home.Root{AccountID: "111122223333", AccessKeyID: "ROOTKEY", SecretAccessKey: "the-secret-of-the-root"}); s.Root() != want {
		t.Errorf("root = %+v", s.Root())
	}
	if _, err := client(s, s.Endpoint()).GetRegions(t.Context(), &lightsail.GetRegionsInput{}); err != nil {
		t.Error(err)
	}
	stop()

	// Without the file, what it declared stays.
	o.Identities = ""
	s, _ = serve(t, o)
	if s.Root().AccessKeyID != "ROOTKEY" {
		t.Errorf("root = %+v", s.Root())
	}
	if err := s.ReloadIdentities(t.Context()); err == nil || !strings.Contains(err.Error(), "no identities file") {
		t.Errorf("ReloadIdentities = %v", err)
	}
}

func TestABadFileRefusesToStart(t *testing.T) {
	o := options(t.TempDir())
	_, stop := serve(t, o)
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
				t.Fatalf("New = %v, want %s", err, tc.want)
			}
			if after := hashTree(t, o.DataDir); after != before {
				t.Errorf("the data directory was changed:\n%s\n%s", before, after)
			}
		})
	}
	o.Identities = filepath.Join(t.TempDir(), "missing.yaml")
	if _, err := server.New(t.Context(), o); err == nil || !strings.Contains(err.Error(), "read the identities file") {
		t.Errorf("New = %v", err)
	}
}

func rootKeyOf(t *testing.T, o server.Options) string {
	t.Helper()
	s, stop := serve(t, o)
	defer stop()
	return s.Root().AccessKeyID
}

func TestReloadIdentities(t *testing.T) {
	var log strings.Builder
	o := options(t.TempDir())
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	o.Identities = identitiesFile(t, declaredRoot)
	s, stop := serve(t, o)
	alice := declaredRoot + "    users: {alice: {accessKeys: [{accessKeyId: AKIAALICE, secretAccessKey: the-secret-of-alice}]}}\n"
	rewrite(t, o.Identities, alice)
	if err := s.ReloadIdentities(t.Context()); err != nil {
		t.Fatal(err)
	}
	known := func() bool {
		c := lightsail.New(lightsail.Options{
			HTTPClient: sdkhttp.Client(),
			Region:     "us-east-1", BaseEndpoint: new(s.Endpoint()), RetryMaxAttempts: 1,
			Credentials: credentials.NewStaticCredentialsProvider("AKIAALICE", "the-secret-of-alice", ""),
		})
		_, err := c.GetRegions(t.Context(), &lightsail.GetRegionsInput{})
		return err != nil && strings.Contains(err.Error(), "AccessDenied")
	}
	if !known() {
		t.Error("the server does not know alice")
	}
	rewrite(t, o.Identities, alice+"    nothing: \n")
	if err := s.ReloadIdentities(t.Context()); err == nil || !strings.Contains(err.Error(), "identities.yaml:5: unknown member nothing") {
		t.Errorf("ReloadIdentities = %v", err)
	}
	if !known() {
		t.Error("the bad file changed something")
	}
	rewrite(t, o.Identities, declaredRoot)
	if err := s.ReloadIdentities(t.Context()); err != nil || known() {
		t.Errorf("ReloadIdentities = %v, and alice is still known", err)
	}
	stop()
	if !strings.Contains(log.String(), "identities file is in force") || strings.Contains(log.String(), "the-secret") {
		t.Errorf("log: %s", log.String())
	}
}

// TestCommandsBesideARunningServer: commands of other processes and calls meet on one
// database, and each key that a command made is good for the next call.
func TestCommandsBesideARunningServer(t *testing.T) {
	o := options(t.TempDir())
	s, _ := serve(t, o)
	endpoint := s.Endpoint()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			db, err := home.Open(t.Context(), o.Database)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = db.Close() }()
			for j := range 10 {
				if err := createAndCall(t, db, endpoint, fmt.Sprintf("user-%d-%d", i, j)); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for j := range 3 {
				_, err := client(s, endpoint).CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new(fmt.Sprintf("key-%d-%d", i, j))})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// createAndCall makes a user who may do everything and calls as that user at once.
func createAndCall(t *testing.T, db *home.Store, endpoint, name string) error {
	var key *identity.AccessKey
	err := db.Update(t.Context(), func(a *identity.Accounts) error {
		d, err := a.Directory("")
		if err != nil {
			return err
		}
		_, err = d.Create(identity.User, name, identity.Doc{Inline: []identity.InlinePolicy{{
			Name: "all", Document: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`,
		}}})
		if err != nil {
			return err
		}
		key, err = d.CreateAccessKey(name)
		return err
	})
	if err != nil {
		return err
	}
	c := lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(),
		Region:     "us-east-1", BaseEndpoint: &endpoint, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key.ID, key.Secret, ""),
	})
	_, err = c.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
	return err
}

// TestOpenStoreWantsACurrentSchema: commands do not migrate; a server does.
func TestOpenStoreWantsACurrentSchema(t *testing.T) {
	o := options(t.TempDir())
	_, stop := serve(t, o)
	stop()
	raw, err := sql.Open("sqlite", filepath.Join(o.DataDir, "lanyard.db"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = raw.ExecContext(t.Context(), `DELETE FROM goose_db_version WHERE version_id > 1`)
	if err := errors.Join(err, raw.Close()); err != nil {
		t.Fatal(err)
	}
	_, err = home.Open(t.Context(), o.Database)
	if err == nil || !strings.HasSuffix(err.Error(), "was made by an older version of lanyard: start the server once to bring the database up to date") {
		t.Errorf("OpenStore = %v", err)
	}
}

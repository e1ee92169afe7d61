package server_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/server"
)

const edLine = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG6MmJagsBTlDu4xJav94bvathV2TCQNb/9qHA3RETCD"

var passphrase = []byte("correct horse battery staple")

// state is what a client sees of a server.
type state struct {
	Pairs      []types.KeyPair
	Operations []types.Operation
	Private    string
}

func readState(t *testing.T, c *lightsail.Client) state {
	t.Helper()
	download, err := c.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
	if err != nil {
		t.Fatal(err)
	}
	pairs, err := c.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{IncludeDefaultKeyPair: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	operations, err := c.GetOperations(t.Context(), &lightsail.GetOperationsInput{})
	if err != nil {
		t.Fatal(err)
	}
	return state{pairs.KeyPairs, operations.Operations, *download.PrivateKeyBase64}
}

func importPair(ctx context.Context, c *lightsail.Client, name string) error {
	_, err := c.ImportKeyPair(ctx, &lightsail.ImportKeyPairInput{KeyPairName: &name, PublicKeyBase64: new(edLine)})
	return err
}

// export writes the store of a running server.
func exportStore(t *testing.T, dir string, o export.Options) string {
	t.Helper()
	s, err := home.Open(t.Context(), home.Database{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	var b bytes.Buffer
	if _, err := s.Export(t.Context(), o, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestAMovedStoreServesOn exports the store of a running server and starts another one
// on what was imported: the same key signs, and everything is there.
func TestAMovedStoreServesOn(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "new")
	a, _ := serve(t, options(from))
	c := client(a, a.Endpoint())
	for i := range 3 {
		if err := importPair(t.Context(), c, fmt.Sprint("pair", i)); err != nil {
			t.Fatal(err)
		}
	}
	want := readState(t, c)
	file := exportStore(t, from, export.Options{Passphrase: passphrase})
	o := export.ImportOptions{Passphrase: passphrase}
	if _, err := home.Import(t.Context(), home.Database{DataDir: to}, o, strings.NewReader(file)); err != nil {
		t.Fatal(err)
	}

	b, _ := serve(t, options(to))
	if a.Root() != b.Root() {
		t.Fatalf("the root is %s with the key %s", b.Root().AccountID, b.Root().AccessKeyID)
	}
	c = client(b, b.Endpoint())
	same := cmpopts.IgnoreUnexported(types.KeyPair{}, types.Operation{}, types.ResourceLocation{}, types.Tag{})
	if diff := cmp.Diff(want, readState(t, c), same); diff != "" {
		t.Errorf("what clients see (-before +after):\n%s", diff)
	}
	if err := importPair(t.Context(), c, "later"); err != nil {
		t.Fatal(err)
	}
	if newest := readState(t, c).Operations[0]; *newest.ResourceName != "later" {
		t.Errorf("the newest operation is on %s", *newest.ResourceName)
	}
}

func TestWithoutSecretsTheDefaultKeyPairIsMadeAnew(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	a, _ := serve(t, options(from))
	before := readState(t, client(a, a.Endpoint()))
	file := exportStore(t, from, export.Options{})
	if _, err := home.Import(t.Context(), home.Database{DataDir: to}, export.ImportOptions{}, strings.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	b, _ := serve(t, options(to))
	if key := b.Root().AccessKeyID; key != "" {
		t.Errorf("the root has the key %s, whose secret the file did not have", key)
	}
	key := createRootKey(t, to)
	c := lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(),
		Region:     "us-east-1", BaseEndpoint: new(b.Endpoint()), Credentials: credentials.NewStaticCredentialsProvider(key.ID, key.Secret, ""),
	})
	after := readState(t, c)
	if after.Private == before.Private || !strings.Contains(after.Private, "PRIVATE KEY") {
		t.Error("the default key pair is not a new one")
	}
}

// createRootKey makes an access key of the root, as lanyard access-key create does.
func createRootKey(t *testing.T, dir string) (key *identity.AccessKey) {
	t.Helper()
	s, err := home.Open(t.Context(), home.Database{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	err = s.Update(t.Context(), func(accounts *identity.Accounts) error {
		d, err := accounts.Directory("")
		if err != nil {
			return err
		}
		key, err = d.CreateAccessKey("")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestBackupUnderLoad copies a store again and again while clients write, and wants
// all that was acknowledged before in a copy that is sound.
func TestBackupUnderLoad(t *testing.T) {
	dir := t.TempDir()
	s, _ := serve(t, options(dir))
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	var acknowledged []string
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			c := client(s, s.Endpoint())
			for n := 0; ctx.Err() == nil; n++ {
				name := fmt.Sprintf("client%d-%05d", w, n)
				if err := importPair(ctx, c, name); err == nil {
					mu.Lock()
					acknowledged = append(acknowledged, name)
					mu.Unlock()
				}
			}
		})
	}
	for n := range 3 {
		time.Sleep(50 * time.Millisecond) // more writes in between
		mu.Lock()
		before := slices.Clip(acknowledged)
		mu.Unlock()
		file := filepath.Join(t.TempDir(), "copy.db")
		b, err := home.Backup(t.Context(), home.Database{DataDir: dir}, file)
		if err != nil {
			t.Fatal(err)
		}
		if want := filepath.Join(dir, "master.key"); b.MasterKey != want {
			t.Errorf("the master key is said to be %s, want %s", b.MasterKey, want)
		}
		wantSound(t, file)
		wantPairs(t, s, file, filepath.Join(dir, "master.key"), before)
		t.Logf("copy %d: %d key pairs had been acknowledged", n, len(before))
	}
	stop()
	wg.Wait()
}

func wantSound(t *testing.T, file string) {
	t.Helper()
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy has mode %v, %v; want 0600", info.Mode(), err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var verdict string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity check: %s, %v", verdict, err)
	}
}

// wantPairs restores a copy with the master key, as an operator would, and reads it
// with the credentials of the server that it is of.
func wantPairs(t *testing.T, of *server.Server, file, masterKey string, names []string) {
	t.Helper()
	dir := t.TempDir()
	for from, to := range map[string]string{file: "lanyard.db", masterKey: "master.key"} {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	restored, stop := serve(t, options(dir))
	defer stop()
	c := client(of, restored.Endpoint())
	for _, name := range names {
		if _, err := c.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: &name}); err != nil {
			t.Errorf("%s was acknowledged before the copy was made: %v", name, err)
		}
	}
}

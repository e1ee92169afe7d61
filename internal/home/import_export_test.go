package home_test

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

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
)

const edLine = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG6MmJagsBTlDu4xJav94bvathV2TCQNb/9qHA3RETCD"

var passphrase = []byte("correct horse battery staple")

// state is what a client can read.
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

// exportStore writes the store of a running server.
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

// TestImport_movesStore exports the store of a running server, imports it into another one, and
// starts a server there. The same key signs, and everything is there.
func TestImport_movesStore(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "new")
	a, _ := servertest.Start(t, servertest.Options(from))
	c := servertest.Client(a, a.Endpoint())
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

	b, _ := servertest.Start(t, servertest.Options(to))
	if a.Root() != b.Root() {
		t.Fatalf("root after the import: got %s with the key %s, want the one before", b.Root().AccountID, b.Root().AccessKeyID)
	}
	c = servertest.Client(b, b.Endpoint())
	same := cmpopts.IgnoreUnexported(types.KeyPair{}, types.Operation{}, types.ResourceLocation{}, types.Tag{})
	if diff := cmp.Diff(want, readState(t, c), same); diff != "" {
		t.Errorf("answers to clients (-before +after):\n%s", diff)
	}
	if err := importPair(t.Context(), c, "later"); err != nil {
		t.Fatal(err)
	}
	if newest := readState(t, c).Operations[0]; *newest.ResourceName != "later" {
		t.Errorf("newest operation: got one on %s, want later", *newest.ResourceName)
	}
}

func TestImport_withoutSecretsMakesNewDefaultKeyPair(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	a, _ := servertest.Start(t, servertest.Options(from))
	before := readState(t, servertest.Client(a, a.Endpoint()))
	file := exportStore(t, from, export.Options{})
	if _, err := home.Import(t.Context(), home.Database{DataDir: to}, export.ImportOptions{}, strings.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	b, _ := servertest.Start(t, servertest.Options(to))
	if key := b.Root().AccessKeyID; key != "" {
		t.Errorf("access key of the root: got %s, want none, since the file has no secrets", key)
	}
	key := createRootKey(t, to)
	c := servertest.ClientOf(b.Endpoint(), key.ID, key.Secret)
	after := readState(t, c)
	if after.Private == before.Private || !strings.Contains(after.Private, "PRIVATE KEY") {
		t.Error("default key pair after an import without secrets: got the old one or none, want a new one")
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

// TestBackup_underLoad copies a store several times while clients write. Each copy must be
// sound, and have every write that was acknowledged before.
func TestBackup_underLoad(t *testing.T) {
	dir := t.TempDir()
	s, _ := servertest.Start(t, servertest.Options(dir))
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	var acknowledged []string
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			c := servertest.Client(s, s.Endpoint())
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
			t.Errorf("master key of the backup: got %s, want %s", b.MasterKey, want)
		}
		wantSound(t, file)
		wantPairs(t, s, file, filepath.Join(dir, "master.key"), before)
		t.Logf("copy %d: %d key pairs were acknowledged before", n, len(before))
	}
	stop()
	wg.Wait()
}

func wantSound(t *testing.T, file string) {
	t.Helper()
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the copy: got %v, %v, want 0600", info.Mode(), err)
	}
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var verdict string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity check of the copy: got %s, %v, want ok", verdict, err)
	}
}

// wantPairs restores a copy with the master key, as an operator would, and reads it with
// the credentials of the original server.
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
	restored, stop := servertest.Start(t, servertest.Options(dir))
	defer stop()
	c := servertest.Client(of, restored.Endpoint())
	for _, name := range names {
		if _, err := c.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: &name}); err != nil {
			t.Errorf("GetKeyPair of %s, acknowledged before the copy: %v", name, err)
		}
	}
}

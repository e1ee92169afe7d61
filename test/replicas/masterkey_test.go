//go:build postgres

package replicas

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/test/process"
)

// TestServe_masterKeyInAVariable starts the binary with the key in LANYARD_MASTER_KEY, beside a replica that has it in a
// file.
func TestServe_masterKeyInAVariable(t *testing.T) {
	o := options(t, newDSN(t), newKey(t))
	o.Root = home.Root{AccountID: process.AccountID, AccessKeyID: process.AccessKeyID, SecretAccessKey: process.SecretAccessKey}
	a := start(t, o)
	op, err := importPair(t.Context(), a.client(), "deploy")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := a.client().DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
	if err != nil {
		t.Fatal(err)
	}

	t.Run("the same key", func(t *testing.T) {
		key, err := os.ReadFile(o.MasterKey.File)
		if err != nil {
			t.Fatal(err)
		}
		giveMasterKey(t, string(key))
		b := process.Start(t, t.TempDir(), "--store", o.Store)
		c := newClient(b.Endpoint, process.AccessKeyID, process.SecretAccessKey, "")
		if _, err := c.GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: op.Id}); err != nil {
			t.Errorf("an operation of the other replica: %v", err)
		}
		opened, err := c.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
		if err != nil || *opened.PrivateKeyBase64 != *sealed.PrivateKeyBase64 {
			t.Errorf("the default key pair, which the other replica has sealed, is another one (%v)", err)
		}
		if _, err := os.Stat(filepath.Join(b.DataDir, "master.key")); !os.IsNotExist(err) {
			t.Errorf("the replica has made a key of its own (%v)", err)
		}
	})
	t.Run("another key", func(t *testing.T) {
		giveMasterKey(t, base64.StdEncoding.EncodeToString(seal.NewMasterKey()))
		b := process.Launch(t, t.TempDir(), "--store", o.Store)
		code := b.Wait(t)
		if want := "the master key is not the one that " + shown(t, o.Store) + " was made with"; code == 0 || !strings.Contains(b.Stderr.String(), want) {
			t.Errorf("ended with code %d, want a refusal that says %q:\n%s", code, want, b.Stderr.String())
		}
	})
}

// giveMasterKey sets LANYARD_MASTER_KEY for the processes that the test starts. Package process starts them without any
// such variable, so a script in the binary's place sets it.
func giveMasterKey(t *testing.T, key string) {
	t.Helper()
	script := filepath.Join(t.TempDir(), "lanyard")
	text := "#!/bin/sh\nLANYARD_MASTER_KEY='" + key + "' exec '" + process.Binary(t) + "' \"$@\"\n"
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LANYARD_BIN", script)
}

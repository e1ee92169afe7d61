package machine_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

func newHostKeys(t *testing.T) machine.HostKeys {
	t.Helper()
	keys, err := machine.NewHostKeys("")
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// newHostKeysWithRSA makes keys of all three algorithms, which takes longer.
func newHostKeysWithRSA(t *testing.T) machine.HostKeys {
	t.Helper()
	pair, err := sshkey.Generate()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := machine.NewHostKeys(pair.PrivatePEM())
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestNewHostKeys_makesOneOfEachAlgorithm(t *testing.T) {
	public, err := newHostKeysWithRSA(t).Public()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, key := range public {
		got = append(got, key.Algorithm)
	}
	want := "ssh-rsa ssh-ed25519 ecdsa-sha2-nistp256"
	if strings.Join(got, " ") != want {
		t.Errorf("the keys have the algorithms %v, want %s", got, want)
	}
}

func TestNewHostKeys_withoutRSA(t *testing.T) {
	if public, err := newHostKeys(t).Public(); err != nil || len(public) != 2 {
		t.Errorf("Public = %v, %v; want two keys", public, err)
	}
}

func TestHostKeys_fingerprintsAreThoseOfSSHKeygen(t *testing.T) {
	path, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Fatal("ssh-keygen is missing; install it with: apt-get install -y openssh-client")
	}
	public, err := newHostKeysWithRSA(t).Public()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range public {
		t.Run(key.Algorithm, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "key.pub")
			if err := os.WriteFile(file, []byte(key.Line()+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			for digest, want := range map[string]string{"sha1": key.FingerprintSHA1, "sha256": key.FingerprintSHA256} {
				out, err := exec.CommandContext(t.Context(), path, "-l", "-E", digest, "-f", file).Output()
				if err != nil {
					t.Fatal(err)
				}
				if fields := strings.Fields(string(out)); fields[1] != want {
					t.Errorf("fingerprint is %s, ssh-keygen says %s", want, fields[1])
				}
			}
		})
	}
}

func TestHostKeys_stayTheSame(t *testing.T) {
	keys := newHostKeys(t)
	first, err := keys.Public()
	if err != nil {
		t.Fatal(err)
	}
	again, err := machine.HostKeys(string(keys)).Public()
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(first) != fmt.Sprint(again) {
		t.Errorf("keys changed from %v to %v", first, again)
	}
}

func TestHostKeys_damaged(t *testing.T) {
	whole := string(newHostKeys(t))
	tests := map[string]string{
		"nothing":        "",
		"text":           "no keys here",
		"another label":  strings.ReplaceAll(whole, "PRIVATE KEY", "CERTIFICATE"),
		"too many":       strings.Repeat(whole, 5),
		"damaged base64": strings.Replace(whole, "MIG", "MIH", 1),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := machine.HostKeys(text).Signers(); err == nil {
				t.Error("Signers returned no error, want one for damaged keys")
			}
			if _, err := machine.HostKeys(text).Public(); err == nil {
				t.Error("Public returned no error, want one for damaged keys")
			}
		})
	}
	if _, err := machine.NewHostKeys("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"); err == nil {
		t.Error("NewHostKeys returned no error, want one for a damaged RSA key")
	}
}

func TestHostKeys_stayOutOfLogs(t *testing.T) {
	keys := newHostKeys(t)
	var log bytes.Buffer
	instance := machine.Instance{ID: "i-1", HostKeys: keys}
	slog.New(slog.NewJSONHandler(&log, nil)).Info("started", "keys", keys)
	slog.New(slog.NewTextHandler(&log, nil)).Info("started", "instance", instance)
	fmt.Fprintf(&log, "%v %+v %#v %s %q %x", keys, instance, instance, keys, keys, keys)
	body := strings.Split(string(keys), "\n")[1]
	for _, part := range []string{body, base64.StdEncoding.EncodeToString([]byte(body)), fmt.Sprintf("%x", body)} {
		if strings.Contains(log.String(), part) {
			t.Errorf("the log shows a private key:\n%s", log.String())
		}
	}
}

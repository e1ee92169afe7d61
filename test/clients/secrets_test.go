//go:build clients

package clients

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// TestSecrets_stayInside looks for secrets in everything that a server writes: its output, however much it logs, and
// its files, while it runs and afterwards. The private half of a created key pair is kept nowhere; what must be kept
// is sealed.
func TestSecrets_stayInside(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			server := process.Start(t, dir, embedded, "--log-level", "debug", "--log-format", format)
			secrets := secretForms("the secret access key", process.SecretAccessKey)
			maps.Copy(secrets, useSecrets(t, server.Endpoint))
			lookFor(t, secrets, dir, server)
			server.Stop(t)
			lookFor(t, secrets, dir, server)
		})
	}
}

// secretForms lists the forms in which a secret may slip out.
func secretForms(name, secret string) map[string]string {
	return map[string]string{
		name:              secret,
		name + ", base64": base64.StdEncoding.EncodeToString([]byte(secret)),
		name + ", hex":    hex.EncodeToString([]byte(secret)),
	}
}

// useSecrets makes calls in which private keys and access keys come up and returns the forms of the private keys.
func useSecrets(t *testing.T, endpoint string) map[string]string {
	t.Helper()
	c := connect(endpoint, "us-east-1")
	created, err := c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("deploy")})
	if err != nil {
		t.Fatal(err)
	}
	standard, err := c.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
	if err != nil {
		t.Fatal(err)
	}
	// People mix up their key's two halves, and the secret becomes the id.
	swapped := func(o *lightsail.Options) {
		o.Credentials = credentials.NewStaticCredentialsProvider(process.SecretAccessKey, process.AccessKeyID, "")
	}
	if _, err := connect(endpoint, "us-east-1", swapped).GetRegions(t.Context(), &lightsail.GetRegionsInput{}); err == nil {
		t.Error("a call with its key's halves mixed up succeeded")
	}
	// They also import the wrong half.
	in := &lightsail.ImportKeyPairInput{KeyPairName: new("other"), PublicKeyBase64: created.PrivateKeyBase64}
	if _, err := c.ImportKeyPair(t.Context(), in); err == nil {
		t.Error("a private key was imported")
	}
	forms := map[string]string{}
	addKeyForms(t, forms, "the created key", *created.PrivateKeyBase64)
	addKeyForms(t, forms, "the default key", *standard.PrivateKeyBase64)
	return forms
}

// addKeyForms adds the PEM lines after the modulus, which is public, and the bytes of the private numbers.
func addKeyForms(t *testing.T, forms map[string]string, name, text string) {
	t.Helper()
	const publicLines = 7 // the header, and 262 bytes at 48 a line
	for _, line := range strings.Split(strings.TrimSpace(text), "\n")[publicLines:] {
		if len(line) == 64 {
			forms[name+", line "+line[:8]] = line
		}
	}
	block, _ := pem.Decode([]byte(text))
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	forms[name+", exponent"] = string(key.D.Bytes()[:32])
	forms[name+", first prime"] = string(key.Primes[0].Bytes()[:32])
	forms[name+", second prime"] = string(key.Primes[1].Bytes()[:32])
}

func lookFor(t *testing.T, secrets map[string]string, dir string, server *process.Server) {
	t.Helper()
	places := map[string]string{"stdout": server.Stdout.String(), "stderr": server.Stderr.String()}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others than the owner may use %s: %v", path, info.Mode())
		}
		if d.IsDir() {
			return nil
		}
		text, err := os.ReadFile(path)
		places[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	everything := ""
	for place, text := range places {
		everything += text
		for what, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s is in %s", what, place)
			}
		}
	}
	for _, public := range []string{"deploy", "LightsailDefaultKeyPair", process.AccessKeyID, "CreateKeyPair"} {
		if !strings.Contains(everything, public) {
			t.Errorf("the search finds nothing: not even %s", public)
		}
	}
}

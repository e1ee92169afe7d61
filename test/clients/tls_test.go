//go:build clients

package clients

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// TestTLS serves with a certificate of its own making, which `lanyard env` makes clients trust.
func TestTLS(t *testing.T) {
	need(t, "aws", "apt-get install awscli")
	cert, key := makeCertificate(t)
	server := process.Start(t, t.TempDir(), "--tls-cert", cert, "--tls-key", key)
	if !strings.HasPrefix(server.Endpoint, "https://127.0.0.1:") {
		t.Fatalf("endpoint = %s", server.Endpoint)
	}
	if got := process.Run(t, server.DataDir, "healthcheck"); got.Code != 0 || got.Stdout != "ready\n" {
		t.Errorf("healthcheck: %+v", got)
	}
	for _, tt := range []struct {
		name, script, want string
	}{
		{"with the variables of lanyard env", `eval "$("$LANYARD" env 2>/dev/null)" && ` + getRegions, "us-east-1"},
		{"without them", getRegions, "CERTIFICATE_VERIFY_FAILED"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sh := exec.CommandContext(t.Context(), "sh", "-c", tt.script)
			sh.Env = append(clientEnv(t, process.Settings(server.DataDir)...),
				"LANYARD="+process.Binary(t), "ENDPOINT="+server.Endpoint, "AWS_DEFAULT_REGION=us-east-1", "AWS_MAX_ATTEMPTS=1")
			out, _ := sh.CombinedOutput() // the second is to fail
			if !strings.Contains(string(out), tt.want) {
				t.Errorf("the AWS CLI printed %s, want %s", out, tt.want)
			}
		})
	}
}

const getRegions = `aws --endpoint-url "$ENDPOINT" lightsail get-regions --query "regions[].name"`

// makeCertificate makes a self-signed certificate for 127.0.0.1.
func makeCertificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "Lanyard under test"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}))
	write(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	return certFile, keyFile
}

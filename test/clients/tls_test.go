//go:build clients

package clients

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// TestTLS serves with a certificate of its own making, which `lanyard env` makes clients trust.
func TestTLS(t *testing.T) {
	need(t, "aws", "apt-get install awscli")
	cert, key := process.Certificate(t)
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
			sh.Env = append(process.ClientEnviron(t, process.Settings(server.DataDir)...),
				"LANYARD="+process.Binary(t), "ENDPOINT="+server.Endpoint, "AWS_DEFAULT_REGION=us-east-1", "AWS_MAX_ATTEMPTS=1")
			out, _ := sh.CombinedOutput() // the second is to fail
			if !strings.Contains(string(out), tt.want) {
				t.Errorf("the AWS CLI printed %s, want %s", out, tt.want)
			}
		})
	}
}

const getRegions = `aws --endpoint-url "$ENDPOINT" lightsail get-regions --query "regions[].name"`

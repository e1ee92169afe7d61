package server_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
)

var update = flag.Bool("update", false, "write what the server answers into testdata/conversations")

// TestConversations replays the calls of a client, line by line, and compares the answers to
// the byte. A line "> Action {input}" is a call, and "< status {answer}" is its answer. With
// -update the test writes the answers anew.
//
// Clock and ids are fixed. Created keys are not: their base64, fingerprints and secrets are replaced
// by KEY, FINGERPRINT and SECRET.
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/conversations/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := converse(t, string(text))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(text), got); diff != "" && !*update {
				t.Errorf("conversation (-want +got), to write it anew run go test ./internal/server -update:\n%s", diff)
			}
		})
	}
}

func converse(t *testing.T, text string) string {
	t.Helper()
	now := time.UnixMilli(1571255026975)
	o := servertest.Options(t.TempDir())
	o.Root = home.Root{AccountID: "111122223333", AccessKeyID: "ROOTKEY", SecretAccessKey: "a-secret-of-some-length"}
	o.PageSize = 2
	o.Clock = func() time.Time { now = now.Add(time.Second); return now }
	o.Rand = rand.NewChaCha8([32]byte{})
	s, _ := servertest.Start(t, o)
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "< ") {
			continue
		}
		b.WriteString(line)
		if call, ok := strings.CutPrefix(line, "> "); ok {
			action, input, _ := strings.Cut(strings.TrimSpace(call), " ")
			fmt.Fprintf(&b, "< %s\n", say(t, s, action, input))
		}
	}
	return b.String()
}

var (
	keyText     = regexp.MustCompile(`AAAAB3NzaC1yc2E[A-Za-z0-9+/=]+|-----BEGIN RSA PRIVATE KEY-----[^"]+-----END RSA PRIVATE KEY-----`)
	fingerprint = regexp.MustCompile(`([0-9a-f]{2}:){19}[0-9a-f]{2}`)
	accessKey   = regexp.MustCompile(`"accessKeyId":"AKIA[A-Z2-7]{16}"`)
	secretKey   = regexp.MustCompile(`"secretAccessKey":"[A-Za-z0-9+/]{40}"`)
	pageToken   = regexp.MustCompile(`"nextPageToken":"[^"]+"`)
)

// say makes one call and returns the answer's status and body, without the parts that
// differ from run to run.
func say(t *testing.T, s *server.Server, action, input string) string {
	t.Helper()
	body := []byte(input)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Endpoint()+"/", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Lightsail_20161128."+action)
	sum := sha256.Sum256(body)
	key := aws.Credentials{AccessKeyID: s.Root().AccessKeyID, SecretAccessKey: s.Root().SecretAccessKey}
	if err := v4.NewSigner().SignHTTP(t.Context(), key, r, hex.EncodeToString(sum[:]), "lightsail", "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer = keyText.ReplaceAll(answer, []byte("KEY"))
	answer = fingerprint.ReplaceAll(answer, []byte("FINGERPRINT"))
	answer = accessKey.ReplaceAll(answer, []byte(`"accessKeyId":"KEY"`))
	answer = secretKey.ReplaceAll(answer, []byte(`"secretAccessKey":"SECRET"`))
	answer = pageToken.ReplaceAll(answer, []byte(`"nextPageToken":"TOKEN"`))
	return fmt.Sprintf("%d %s", resp.StatusCode, answer)
}

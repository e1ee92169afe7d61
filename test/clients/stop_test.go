//go:build clients

package clients

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// gatedBody is a request's body that is sent when the gate opens.
type gatedBody struct {
	io.Reader
	once    sync.Once
	awaited chan struct{} // closed when the server asks for the body
	gate    chan struct{}
}

func (b *gatedBody) Read(p []byte) (int, error) {
	b.once.Do(func() { close(b.awaited) })
	<-b.gate
	return b.Reader.Read(p)
}

// TestServe_drainsAtAStop ends a server in the midst of a request: new connections are refused, the request is answered, and
// the server ends well.
func TestServe_drainsAtAStop(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			server := process.Start(t, t.TempDir())
			importKey(t, connect(server.Endpoint, "us-east-1"), "laptop")
			body := &gatedBody{awaited: make(chan struct{}), gate: make(chan struct{})}
			status := make(chan int)
			go func() { status <- callSlowly(t, server.Endpoint, body, `{"keyPairName":"laptop"}`) }()
			<-body.awaited
			server.Signal(t, sig)
			awaitRefusal(t, strings.TrimPrefix(server.Endpoint, "http://"))
			close(body.gate)
			if got := <-status; got != http.StatusOK {
				t.Errorf("the running request was answered with status %d", got)
			}
			if code := server.Wait(t); code != 0 {
				t.Errorf("exit code = %d: %s", code, server.Stderr.String())
			}
		})
	}
}

// callSlowly calls GetKeyPair and sends the body when the server has begun to wait for it and the gate is open. It
// returns 0 for a call without an answer.
func callSlowly(t *testing.T, endpoint string, body *gatedBody, text string) (status int) {
	body.Reader = strings.NewReader(text)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, body)
	if err != nil {
		t.Error(err)
		return 0
	}
	r.ContentLength = int64(len(text))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Lightsail_20161128.GetKeyPair")
	hash := sha256.Sum256([]byte(text))
	key := aws.Credentials{AccessKeyID: process.AccessKeyID, SecretAccessKey: process.SecretAccessKey}
	if err := v4.NewSigner().SignHTTP(t.Context(), key, r, hex.EncodeToString(hash[:]), "lightsail", "us-east-1", time.Now()); err != nil {
		t.Error(err)
		return 0
	}
	r.Header.Set("Expect", "100-continue")
	client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
	resp, err := client.Do(r)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode
}

// awaitRefusal waits until the port is closed.
func awaitRefusal(t *testing.T, address string) {
	t.Helper()
	for range 1000 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		_ = conn.Close()
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the server still takes new connections")
}

// TestServe_restart finds everything again, at whatever address.
func TestServe_restart(t *testing.T) {
	dir := t.TempDir()
	server := process.Start(t, dir)
	c := connect(server.Endpoint, "us-east-1")
	imported, before := importKey(t, c, "laptop"), getKey(t, c, "laptop")
	server.Stop(t)

	c = connect(process.Start(t, dir).Endpoint, "us-east-1")
	if diff := cmp.Diff(before, getKey(t, c, "laptop"), ignoreUnexported); diff != "" {
		t.Errorf("key pair: -before +after\n%s", diff)
	}
	found, err := c.GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: imported.Id})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(imported, found.Operation, ignoreUnexported); diff != "" {
		t.Errorf("operation: -before +after\n%s", diff)
	}
}

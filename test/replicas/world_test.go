//go:build postgres

package replicas

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"go.uber.org/goleak"

	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
	"github.com/lanyard-cloud/lanyard/test/pgtest"
	"github.com/lanyard-cloud/lanyard/test/process"
)

var pg *pgtest.Server

// TestMain fails if a goroutine is left after all tests.
func TestMain(m *testing.M) {
	code := pgtest.Main(func(s *pgtest.Server) int {
		pg = s
		return process.Main(m)
	})
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

const edLine = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG6MmJagsBTlDu4xJav94bvathV2TCQNb/9qHA3RETCD"

// newKey makes a master key file.
func newKey(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "master.key")
	if _, err := seal.CreateMasterKeyFile(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func newDSN(t *testing.T) string {
	t.Helper()
	return pg.TestDatabase(t)
}

// options are those of a replica: a data directory of its own, and what it shares with the others.
func options(t *testing.T, dsn, masterKey string) server.Options {
	t.Helper()
	o := servertest.Options(t.TempDir())
	o.Store, o.MasterKey.File, o.PageSize = dsn, masterKey, 2
	return o
}

// replica is a running server.
type replica struct {
	*server.Server
	o server.Options
}

// start starts a replica that ends with the test.
func start(t *testing.T, o server.Options) *replica {
	t.Helper()
	s, _ := servertest.Start(t, o)
	return &replica{s, o}
}

// pair starts two replicas on a new database.
func pair(t *testing.T) (a, b *replica) {
	t.Helper()
	dsn, key := newDSN(t), newKey(t)
	return start(t, options(t, dsn, key)), start(t, options(t, dsn, key))
}

// client signs as the root and tries once.
func (r *replica) client() *lightsail.Client {
	root := r.Root()
	return r.clientWith(root.AccessKeyID, root.SecretAccessKey, "")
}

func (r *replica) clientWith(keyID, secret, token string) *lightsail.Client {
	return newClient(r.Endpoint(), keyID, secret, token)
}

// newClient tries once.
func newClient(endpoint, keyID, secret, token string) *lightsail.Client {
	return lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(),
		Region:     "us-east-1", BaseEndpoint: &endpoint, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(keyID, secret, token),
	})
}

func importPair(ctx context.Context, c *lightsail.Client, name string) (*types.Operation, error) {
	out, err := c.ImportKeyPair(ctx, &lightsail.ImportKeyPairInput{KeyPairName: &name, PublicKeyBase64: new(edLine)})
	if err != nil {
		return nil, err
	}
	return out.Operation, nil
}

// ready asks /readyz.
func (r *replica) ready(t *testing.T) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.Endpoint()+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode == http.StatusOK
}

// awaitReady waits until all replicas are, or are not, ready.
func awaitReady(t *testing.T, want bool, all ...*replica) {
	t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for _, r := range all {
		for r.ready(t) != want {
			if time.Now().After(deadline) {
				t.Fatalf("ready is never %t", want)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func wantServiceException(t *testing.T, err error) {
	t.Helper()
	_, ok := errors.AsType[*types.ServiceException](err)
	answer, is := errors.AsType[*awshttp.ResponseError](err)
	if !ok || !is || answer.HTTPStatusCode() != http.StatusInternalServerError {
		t.Errorf("refused with %v, want ServiceException and status 500", err)
	}
}

// Package lanyardtest starts a Lanyard server inside a Go test.
//
//	func TestDeploy(t *testing.T) {
//		server := lanyardtest.New(t)
//		client := server.Client("us-east-1") // the official SDK's client
//		…
//	}
//
// The server listens on a random loopback port, keeps its state in a temporary
// directory, and stops with the test. It never connects to another machine.
package lanyardtest

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/server"
)

// Options changes how the server runs. Zero values mean the defaults.
type Options struct {
	// AccountID is the account of the root identity, 12 digits; random when empty.
	AccountID string
	// Clock is the clock that resources follow; signatures follow real time.
	Clock func() time.Time
	// TimeScale is how long changes of state take, as a part of what AWS takes: 1 is as
	// long. When zero, an instance runs as soon as it is created.
	TimeScale float64
	// Quotas change service quotas, each as in "instances=100"; the others are AWS's.
	Quotas []string
	// KeyPool is how many RSA keys are made ahead; none when zero.
	KeyPool int
	// PageSize is how many elements a page of a list has; as on AWS when zero, 20 of one's
	// own resources and 200 operations.
	PageSize int
}

// Server is a running server.
type Server struct {
	// Endpoint is the URL to point clients at.
	Endpoint string
	// AccountID, AccessKeyID and SecretAccessKey are the root identity.
	AccountID, AccessKeyID, SecretAccessKey string

	options server.Options
	running *running
}

// running is a server between its start and its stop.
type running struct {
	*server.Server
	end     context.CancelFunc
	stopped chan error
}

// New starts a server with the default options.
func New(t testing.TB) *Server {
	t.Helper()
	return NewWith(t, Options{})
}

// NewWith starts a server.
func NewWith(t testing.TB, o Options) *Server {
	t.Helper()
	if o.KeyPool == 0 {
		o.KeyPool = -1
	}
	quotas, err := quota.Parse(o.Quotas)
	if err != nil {
		t.Fatalf("start lanyard: %v", err)
	}
	s := &Server{options: server.Options{
		Listen:    "127.0.0.1:0",
		Database:  home.Database{DataDir: filepath.Join(t.TempDir(), "data")},
		Root:      home.Root{AccountID: o.AccountID},
		Clock:     o.Clock,
		TimeScale: o.TimeScale,
		Quotas:    quotas,
		KeyPool:   o.KeyPool,
		PageSize:  o.PageSize,
	}}
	s.start(t)
	t.Cleanup(func() { s.stop(t) })
	root := s.running.Root()
	s.Endpoint, s.AccountID, s.AccessKeyID, s.SecretAccessKey = s.running.Endpoint(), root.AccountID, root.AccessKeyID, root.SecretAccessKey
	return s
}

// Restart stops the server and starts it again with all that it has kept, at the
// same endpoint.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.stop(t)
	s.options.Listen = strings.TrimPrefix(s.Endpoint, "http://")
	s.start(t)
}

func (s *Server) start(t testing.TB) {
	t.Helper()
	started, err := server.New(t.Context(), s.options)
	if err != nil {
		t.Fatalf("start lanyard: %v", err)
	}
	ctx, end := context.WithCancel(context.Background())
	s.running = &running{Server: started, end: end, stopped: make(chan error, 1)}
	go func(r *running) { r.stopped <- r.Serve(ctx) }(s.running)
}

// stop ends the server, if it runs.
func (s *Server) stop(t testing.TB) {
	t.Helper()
	if s.running == nil {
		return
	}
	s.running.end()
	if err := <-s.running.stopped; err != nil {
		t.Errorf("stop lanyard: %v", err)
	}
	s.running = nil
}

// SSHAddress is where the SSH server of an instance is reached, as host:port, whether
// it runs or not; "" if there is no such instance. The instance's state at the
// clock's time applies when it returns.
func (s *Server) SSHAddress(region, instanceName string) string {
	return s.running.SSHAddress(region, instanceName)
}

// Client returns the official SDK's client for a region, signed as the root. More
// options of the SDK may follow.
func (s *Server) Client(region string, more ...func(*lightsail.Options)) *lightsail.Client {
	return lightsail.New(lightsail.Options{
		HTTPClient:   sdkhttp.Client(),
		Region:       region,
		BaseEndpoint: &s.Endpoint,
		Credentials:  credentials.NewStaticCredentialsProvider(s.AccessKeyID, s.SecretAccessKey, ""),
	}, more...)
}

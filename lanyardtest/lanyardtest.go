// Package lanyardtest starts a Lanyard server inside a Go test.
//
//	func TestDeploy(t *testing.T) {
//		server := lanyardtest.New(t)
//		client := server.Client("us-east-1") // the official SDK's client
//		…
//	}
//
// The server listens on a random loopback port, keeps its state in a temporary
// directory, and stops with the test.
package lanyardtest

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/server"
)

// Options changes how the server runs. Zero values mean the defaults.
type Options struct {
	// AccountID is the account of the root identity, 12 digits; random when empty.
	AccountID string
	// Clock is the clock that resources follow; signatures follow real time.
	Clock func() time.Time
	// KeyPool is how many RSA keys are made ahead; none when zero.
	KeyPool int
	// PageSize is how many elements a page of a list has; 100 when zero.
	PageSize int
}

// Server is a running server.
type Server struct {
	// Endpoint is the URL to point clients at.
	Endpoint string
	// AccountID, AccessKeyID and SecretAccessKey are the root identity.
	AccountID, AccessKeyID, SecretAccessKey string
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
	s, err := server.New(server.Options{
		Listen:   "127.0.0.1:0",
		Database: server.Database{DataDir: t.TempDir()},
		Root:     server.Root{AccountID: o.AccountID},
		Clock:    o.Clock,
		KeyPool:  o.KeyPool,
		PageSize: o.PageSize,
	})
	if err != nil {
		t.Fatalf("start lanyard: %v", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- s.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Errorf("stop lanyard: %v", err)
		}
	})
	root := s.Root()
	return &Server{s.Endpoint(), root.AccountID, root.AccessKeyID, root.SecretAccessKey}
}

// Client returns the official SDK's client for a region, signed as the root. More
// options of the SDK may follow.
func (s *Server) Client(region string, more ...func(*lightsail.Options)) *lightsail.Client {
	return lightsail.New(lightsail.Options{
		Region:       region,
		BaseEndpoint: &s.Endpoint,
		Credentials:  credentials.NewStaticCredentialsProvider(s.AccessKeyID, s.SecretAccessKey, ""),
	}, more...)
}

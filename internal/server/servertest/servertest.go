// Package servertest runs servers inside tests, with all options of package server. It knows
// no action: tests of actions use package lanyardtest, which has fewer options, or a lab of
// their own.
package servertest

import (
	"context"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/server"
)

// Options returns those of a server with a data directory, on a random port and without
// keys made ahead.
func Options(dir string) server.Options {
	o := server.Options{Listen: "127.0.0.1:0", KeyPool: -1}
	o.DataDir = dir
	return o
}

// Start starts a server that runs until the test ends or stop is called.
func Start(t testing.TB, o server.Options) (s *server.Server, stop func()) {
	t.Helper()
	s, err := server.New(t.Context(), o)
	if err != nil {
		t.Fatalf("start the server: %v", err)
	}
	return s, Serve(t, s)
}

// Serve lets a server answer until the test ends or stop is called.
func Serve(t testing.TB, s *server.Server) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: got %v, want no error", err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// Client returns the SDK's client for an endpoint, which signs as the root of a server. The
// endpoint may be that of another server.
func Client(s *server.Server, endpoint string) *lightsail.Client {
	root := s.Root()
	return ClientOf(endpoint, root.AccessKeyID, root.SecretAccessKey)
}

// ClientOf returns the SDK's client for an endpoint, which signs with an access key.
func ClientOf(endpoint, keyID, secret string, more ...func(*lightsail.Options)) *lightsail.Client {
	return lightsail.New(lightsail.Options{
		HTTPClient: sdkhttp.Client(), Region: "us-east-1", BaseEndpoint: &endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(keyID, secret, ""),
	}, more...)
}

// Once makes a client send each call once.
func Once(o *lightsail.Options) { o.RetryMaxAttempts = 1 }

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
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
)

// Options changes how the server runs. Zero values mean the defaults.
type Options struct {
	// AccountID is the account of the root identity, 12 digits. Empty means a random one.
	AccountID string
	// Clock is the clock that resources follow. Signatures follow real time.
	Clock func() time.Time
	// TimeScale is how long changes of state take, as a fraction of AWS's times: 1 is as long
	// as on AWS. When zero, an instance runs as soon as it is created.
	TimeScale float64
	// Quotas change service quotas, each in the form "instances=100". All other quotas are AWS's.
	Quotas []string
	// KeyPool is how many RSA keys are made ahead.
	KeyPool int
	// PageSize is how many elements a page of a list has. Zero means AWS's sizes: 20 of the
	// account's own resources, 200 operations.
	PageSize int
}

// Server is a running server.
type Server struct {
	// Endpoint is the URL to point clients at.
	Endpoint string
	// AccountID, AccessKeyID and SecretAccessKey are the root identity.
	AccountID, AccessKeyID, SecretAccessKey string

	options server.Options
	running *server.Server
	stop    func()
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
		t.Fatalf("start lanyard: quota %v", err)
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
	s.running, s.stop = servertest.Start(t, s.options)
	root := s.running.Root()
	s.Endpoint, s.AccountID, s.AccessKeyID, s.SecretAccessKey = s.running.Endpoint(), root.AccountID, root.AccessKeyID, root.SecretAccessKey
	return s
}

// Restart stops the server and starts it again with the same state, at the same endpoint.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.stop()
	s.options.Listen = strings.TrimPrefix(s.Endpoint, "http://")
	s.running, s.stop = servertest.Start(t, s.options)
}

// SSHAddress returns the host:port of the SSH server of an instance, running or not. It
// returns "" if there is no such instance. When it returns, the instance runs if its state
// at the clock's time says so.
func (s *Server) SSHAddress(region, instanceName string) string {
	return s.running.SSHAddress(region, instanceName)
}

// Mailbox returns the folder of the mails that the server has sent, a Maildir. New ones are in its
// folder "new", one in a file; a mail is there soon after the call that sends it. It may not exist
// before the first one.
func (s *Server) Mailbox() string { return s.running.Mailbox() }

// Client returns the official SDK's client for a region, which signs as the root.
func (s *Server) Client(region string, more ...func(*lightsail.Options)) *lightsail.Client {
	inRegion := func(o *lightsail.Options) { o.Region = region }
	return servertest.ClientOf(s.Endpoint, s.AccessKeyID, s.SecretAccessKey, append([]func(*lightsail.Options){inRegion}, more...)...)
}

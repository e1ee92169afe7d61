// Package server puts the parts together: data directory, store, key pool,
// pipeline, listener. It starts them, serves, and stops them cleanly.
//
// It has no global state, so two servers can run in one process. It does not decide what
// an action does.
package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/families/compute"
	"github.com/lanyard-cloud/lanyard/internal/limit"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	instanceruntime "github.com/lanyard-cloud/lanyard/internal/runtime/instance"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Defaults of Options.
const (
	DefaultListen  = "127.0.0.1:2016"
	DefaultKeyPool = 16
	// DefaultMaxRequests keeps all cores busy and an answer's delay under a second.
	DefaultMaxRequests    = 512
	DefaultMaxConnections = 10000
	// MaxPageSize is the most that GetOperations returns in a page (API reference).
	MaxPageSize = 200
	// MaxTimeScale keeps times within what can be written.
	MaxTimeScale = 1000
)

// drainTime bounds how long running requests are waited for at the end.
const drainTime = 20 * time.Second

// Options says how to run a server. The zero value of each field but DataDir means
// its default.
type Options struct {
	// Listen is the address to listen on; DefaultListen when empty.
	Listen string
	// InsecureListen allows an address other than loopback without TLS.
	InsecureListen bool
	// TLSCert and TLSKey name PEM files; with both, the server speaks TLS only.
	TLSCert, TLSKey string
	// Database is where the state is kept.
	Database
	// Root fixes the root identity of a new store; on an existing one it must be the
	// same.
	Root Root
	// Identities names the identities file; "" means that there is none.
	Identities string
	// KeyPool is how many RSA keys are made ahead; negative switches the pool off.
	KeyPool int
	// PageSize is how many elements a page of a list has, at most MaxPageSize. 0 stands
	// for AWS's sizes: 20 of an account's own resources, 200 operations.
	PageSize int
	// MaxRequests is how many calls run at one time. More are answered
	// ThrottlingException.
	MaxRequests int
	// MaxConnections is how many connections are open at one time, as far as there are
	// file descriptors; a quarter of them for one address of another machine. More take the
	// place of those that have made the server wait for longest.
	MaxConnections int
	// CORSOrigins lists the web origins that may call from a browser; "*" admits all.
	CORSOrigins []string
	// PublicMetrics answers /metrics to others than loopback.
	PublicMetrics bool
	// TimeScale is how long changes of state take, as a part of what AWS takes; none
	// take any time when 0.
	TimeScale float64
	// Quotas bound what an account may have; AWS's quotas when nil.
	Quotas quota.Table
	// InstanceAddresses is a range of loopback addresses (Linux) that public addresses are
	// drawn from; each running instance listens on its own. When zero, they come from
	// compute.DefaultNetwork, and nobody listens on them.
	InstanceAddresses netip.Prefix
	// Clock is the lifecycle clock; time.Now when nil.
	Clock func() time.Time
	// Rand is the source of ids; crypto/rand when nil. Keys and secrets always come
	// from crypto/rand.
	Rand io.Reader
	// Log gets the server's log; discarded when nil.
	Log *slog.Logger

	times times
}

func (o Options) withDefaults() Options {
	if o.Listen == "" {
		o.Listen = DefaultListen
	}
	if o.KeyPool == 0 {
		o.KeyPool = DefaultKeyPool
	}
	if o.MaxRequests == 0 {
		o.MaxRequests = DefaultMaxRequests
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = DefaultMaxConnections
	}
	if o.Quotas == nil {
		o.Quotas = quota.Default()
	}
	if o.times == (times{}) {
		o.times = usualTimes()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

func (o Options) check() error {
	switch {
	case o.DataDir == "":
		return errors.New("no data directory: give --data-dir")
	case (o.TLSCert == "") != (o.TLSKey == ""):
		return errors.New("TLS needs both a certificate and a key: give --tls-cert and --tls-key")
	case o.PageSize < 0 || o.PageSize > MaxPageSize:
		return fmt.Errorf("page size %d is not between 1 and %d, or 0 for AWS's sizes", o.PageSize, MaxPageSize)
	case o.MaxRequests < 1:
		return fmt.Errorf("no call can run: --max-requests is %d", o.MaxRequests)
	case o.Connections < 0:
		return errors.New("the store needs a connection: give a --store-connections of 1 or more")
	case o.MaxConnections < 1:
		return fmt.Errorf("no client can connect: --max-connections is %d", o.MaxConnections)
	}
	if o.TLSCert == "" && !o.InsecureListen && !isLoopback(o.Listen) {
		return fmt.Errorf("%s is reachable from other machines, and without TLS everybody between can read private keys: "+
			"give --tls-cert and --tls-key, or --insecure-listen", o.Listen)
	}
	if err := errors.Join(o.checkTimeScale(), o.checkAddresses()); err != nil {
		return err
	}
	return o.Root.check()
}

// network is where the addresses of instances come from.
func (o Options) network() compute.Network {
	n := compute.DefaultNetwork
	if o.InstanceAddresses.IsValid() {
		n.Public = o.InstanceAddresses
	}
	return n
}

// isLoopback tells whether an address to listen on is this machine's alone.
func isLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Server is a running server. New starts listening, Serve answers.
type Server struct {
	o        Options
	dir      *dataDir
	listener net.Listener
	store    *store.DB
	sealer   *seal.Sealer
	keys     *sshkey.Pool
	fleet    *instanceruntime.Fleet
	running  *limit.Gate
	metrics  *metrics
	http     *http.Server
	root     Root
	draining atomic.Bool
	probe    probe

	connections *connections
}

// New opens the data directory and the store, makes what a first start needs, and
// listens. When it fails, an existing store is as it was before. The caller must
// call Serve or Close. The context is that of the start alone, which may wait: for a
// database that does not answer, or for another server that brings it up to date.
func New(ctx context.Context, o Options) (_ *Server, err error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Server{o: o, running: limit.NewGate(o.MaxRequests), metrics: newMetrics()}
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()
	identities, err := o.loadIdentities()
	if err != nil {
		return nil, err
	}
	if s.dir, err = openDataDir(o.DataDir); err != nil {
		return nil, err
	}
	tls, err := loadTLS(o.TLSCert, o.TLSKey)
	if err != nil {
		return nil, err
	}
	if s.listener, err = listen(o.Listen); err != nil {
		return nil, err
	}
	sealer, err := s.openStore(ctx, identities)
	if err != nil {
		return nil, err
	}
	s.keys = sshkey.NewPool(max(o.KeyPool, 0), o.Log)
	s.metrics.watchPool(s.keys.Depth)
	s.connections = newConnections(o.MaxConnections, o.MaxRequests)
	s.metrics.watchConnections(s.connections.count)
	s.fleet = s.newFleet()
	pipeline := s.pipeline(sealer)
	s.listener = s.connections.listen(s.listener)
	handler := s.connections.bounded(o.times.large, s.handler(s.services(pipeline, sealer)), pipeline.Throttle)
	s.http = newHTTP(unambiguous(handler), tls, o, s.connections)
	return s, s.dir.writeEndpoint(endpoint{URL: s.Endpoint(), CABundle: o.TLSCert})
}

func listen(address string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w: stop what listens there or give another --listen", address, cause(err))
	}
	return l, nil
}

// cause drops what a net.OpError repeats of the address.
func cause(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}

func (s *Server) pipeline(sealer *seal.Sealer) *api.Pipeline {
	return api.NewPipeline(api.Options{
		Actions:   families.All(families.Deps{Keys: s.keys, Sealer: sealer, Network: s.o.network(), Rand: s.o.Rand}),
		Store:     s.store,
		Sealer:    sealer,
		Log:       s.o.Log,
		Clock:     s.o.Clock,
		Rand:      s.o.Rand,
		PageSize:  s.o.PageSize,
		TimeScale: s.o.TimeScale,
		Quotas:    s.o.Quotas,
		Running:   s.running,
		Committed: s.committed,
		Observe:   s.metrics.observeCall,
	})
}

// Endpoint is the URL that clients use: http://127.0.0.1:2016.
func (s *Server) Endpoint() string {
	host, port, _ := net.SplitHostPort(s.listener.Addr().String())
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if s.o.TLSCert != "" {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// Root is the root identity, its secret included.
func (s *Server) Root() Root { return s.root }

// Serve answers requests until the context ends; then it lets running ones finish,
// stops all parts and returns nil.
func (s *Server) Serve(ctx context.Context) error {
	resting, stop := context.WithCancel(ctx)
	defer stop()
	go rest(resting, s.connections.work, giveBackMemory)
	go s.connections.endIdle(resting, s.o.times.idle)
	s.fleet.Begin()
	go s.fleet.Run(resting)
	served := make(chan error, 1)
	go func() {
		if s.http.TLSConfig != nil {
			served <- s.http.ServeTLS(s.listener, "", "")
			return
		}
		served <- s.http.Serve(s.listener)
	}()
	select {
	case err := <-served:
		return errors.Join(fmt.Errorf("serve: %w", err), s.Close())
	case <-ctx.Done():
	}
	s.draining.Store(true)
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := s.http.Shutdown(drain); err != nil {
		s.o.Log.Warn("requests were cut off at the end", "error", err)
		_ = s.http.Close()
	}
	return s.Close()
}

// Close stops all parts at once. Serve calls it by itself.
func (s *Server) Close() error {
	var err error
	if s.http != nil {
		err = s.http.Close()
	}
	if s.listener != nil {
		if e := s.listener.Close(); !errors.Is(e, net.ErrClosed) {
			err = errors.Join(err, e)
		}
	}
	if s.keys != nil {
		s.keys.Close()
	}
	if s.fleet != nil {
		err = errors.Join(err, s.fleet.Close())
	}
	if s.store != nil {
		err = errors.Join(err, s.store.Close())
	}
	if s.dir != nil {
		err = errors.Join(err, s.dir.close())
	}
	return err
}

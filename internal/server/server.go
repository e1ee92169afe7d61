// Package server puts the parts of a running Lanyard together: store, key pool, pipeline,
// runtimes and listener. It starts them, serves, and stops them cleanly. It also has the
// pages for operators: health and metrics.
//
// It has no global state, so two servers can run in one process. It does not decide what an
// action does, and package home knows what the data directory looks like on disk.
package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/api"
	containersim "github.com/lanyard-cloud/lanyard/internal/driver/container/sim"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/limit"
	"github.com/lanyard-cloud/lanyard/internal/reconcile"
	alarmruntime "github.com/lanyard-cloud/lanyard/internal/runtime/alarm"
	instanceruntime "github.com/lanyard-cloud/lanyard/internal/runtime/instance"
	mailruntime "github.com/lanyard-cloud/lanyard/internal/runtime/mail"
	"github.com/lanyard-cloud/lanyard/internal/server/connlimit"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// reservedFiles is how many file descriptors connections leave to the store and to
// instances: each has a listener, and they have connections of their own.
const reservedFiles = 256 + 2*instanceruntime.DefaultTotal

// drainTime bounds how long a server that stops waits for running requests.
const drainTime = 20 * time.Second

// Server is a running server. New starts listening, Serve answers.
type Server struct {
	o         Options
	dir       *home.Dir
	listener  net.Listener
	store     *home.Store
	keys      *sshkey.Pool
	families  api.Family
	instances *instanceruntime.Runtime
	alarms    *alarmruntime.Runtime
	databases *reconcile.Reconciler
	mails     *mailruntime.Runtime
	running   *limit.Gate
	metrics   *metrics
	http      *http.Server
	root      home.Root
	draining  atomic.Bool
	probe     probe

	clients *connlimit.Limiter
}

// New opens the data directory and the store, or makes them at a first start, and listens.
// After an error, an existing store is as it was before. The caller must call Serve or
// Close. The context is only that of the start, which may wait for a database that does
// not answer, or for another server that is bringing it up to date.
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
	if s.dir, err = home.LockDir(o.DataDir); err != nil {
		return nil, err
	}
	tls, err := loadTLS(o.TLSCert, o.TLSKey)
	if err != nil {
		return nil, err
	}
	if s.listener, err = listen(o.Listen); err != nil {
		return nil, err
	}
	s.store, s.root, err = home.Prepare(ctx, o.Database, home.Preparation{
		Root: o.Root, Identities: identities, Clock: o.Clock, Log: o.Log, Observe: s.metrics.observeStore,
	})
	if err != nil {
		return nil, err
	}
	s.logIdentities(identities)
	s.newClients()
	if err := s.newRuntimes(); err != nil {
		return nil, err
	}
	pipeline := s.pipeline()
	s.listener = s.clients.Listen(s.listener)
	s.http = s.clients.Server(s.handler(s.services(pipeline)), pipeline.Throttle, tls, o.Log.Handler())
	return s, s.dir.WriteEndpoint(s.Endpoint(), o.TLSCert)
}

// newClients makes what bounds the connections of clients.
func (s *Server) newClients() {
	s.clients = connlimit.New(connlimit.Options{
		Connections: s.o.MaxConnections, ReservedFiles: reservedFiles, Requests: s.o.MaxRequests, Times: connlimit.UsualTimes(),
	})
	s.metrics.watchConnections(s.clients.Count)
}

// newRuntimes makes the actions, and what works beside their calls. All but the pool of keys starts in Serve.
func (s *Server) newRuntimes() (err error) {
	s.keys = sshkey.NewPool(max(s.o.KeyPool, 0), s.o.Log)
	s.metrics.watchPool(s.keys.Depth)
	s.families = families.All(families.Deps{
		Keys: s.keys, Sealer: s.store.Sealer(), Network: s.o.network(), Rand: s.o.Rand,
		Containers: containersim.Driver{}, Databases: databaseDriver,
	})
	s.instances, s.databases = s.newInstances(), s.newDatabases()
	if s.mails, err = s.newMails(); err != nil {
		return err
	}
	s.alarms = s.newAlarms() // their mails go to what sends mails
	return nil
}

func listen(address string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w: stop the program that listens there or give another --listen", address, cause(err))
	}
	return l, nil
}

// cause returns the cause of a net.OpError, without the address, which it repeats.
func cause(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}

func (s *Server) pipeline() *api.Pipeline {
	return api.NewPipeline(api.Options{
		Actions:   s.families.Actions,
		Roles:     s.families.Roles,
		Metrics:   s.families.Metrics,
		Store:     s.store.DB(),
		Sealer:    s.store.Sealer(),
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

// newAlarms makes what evaluates alarms. It starts in Serve.
func (s *Server) newAlarms() *alarmruntime.Runtime {
	return alarmruntime.New(alarmruntime.Options{
		Store: s.store.DB(), Metrics: s.families.Metrics, Clock: s.o.Clock, Log: s.o.Log, Shared: store.IsPostgres(s.o.Store),
		Committed: s.mails.Touched,
	})
}

// committed is told what a call has touched, before its answer is sent: a client can connect to a port as
// soon as it has opened it.
func (s *Server) committed(touched store.Touched) {
	s.instances.Touched(touched)
	s.alarms.Touched(touched)
	s.mails.Touched(touched)
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

// Root is the root identity, with its secret.
func (s *Server) Root() home.Root { return s.root }

// Serve answers requests until the context ends. Then it lets running requests finish,
// stops all parts, and returns nil.
func (s *Server) Serve(ctx context.Context) error {
	resting, stop := context.WithCancel(ctx)
	defer stop()
	go rest(resting, s.clients.Work, releaseMemory)
	go s.clients.EndIdle(resting)
	s.instances.Begin()
	go s.instances.Run(resting)
	go s.alarms.Run(resting)
	go s.databases.Run(resting)
	go s.mails.Run(resting)
	sweeper := &reconcile.Sweeper{Store: s.store.DB(), Clock: s.o.Clock, Log: s.o.Log}
	go sweeper.Run(resting)
	if s.o.Started != nil {
		s.o.Started(s.Endpoint())
	}
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
		s.o.Log.Warn("stopped while requests were running", "error", err)
		_ = s.http.Close()
	}
	return s.Close()
}

// Close stops all parts at once. Serve calls it when it ends.
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
	if s.instances != nil {
		err = errors.Join(err, s.instances.Close())
	}
	if s.alarms != nil {
		s.alarms.Close()
	}
	if s.databases != nil {
		s.databases.Close()
	}
	if s.mails != nil {
		s.mails.Close()
	}
	if s.store != nil {
		err = errors.Join(err, s.store.Close())
	}
	if s.dir != nil {
		err = errors.Join(err, s.dir.Close())
	}
	return err
}

package server

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/families/compute"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	instanceruntime "github.com/lanyard-cloud/lanyard/internal/runtime/instance"
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
	home.Database
	// Root fixes the root identity of a new store; on an existing one it must be the
	// same.
	Root home.Root
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
	return o.Root.Check()
}

// checkAddresses holds the range of instances' addresses to what this machine can do.
func (o Options) checkAddresses() error {
	if !o.InstanceAddresses.IsValid() {
		return nil
	}
	if err := instanceruntime.CheckRange(o.InstanceAddresses); err != nil {
		return fmt.Errorf("--instance-addresses: %w", err)
	}
	return nil
}

// checkTimeScale refuses what no time can be multiplied by.
func (o Options) checkTimeScale() error {
	if !(o.TimeScale >= 0 && o.TimeScale <= MaxTimeScale) {
		return errors.New("the time scale is not a number from 0 to 1000")
	}
	return nil
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

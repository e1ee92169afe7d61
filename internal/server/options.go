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
	// DefaultMaxRequests keeps all cores busy, with answers in less than a second.
	DefaultMaxRequests    = 512
	DefaultMaxConnections = 10000
	// MaxPageSize is the most that GetOperations returns in a page (API reference).
	MaxPageSize = 200
	// MaxTimeScale keeps all times within the range of time.Time in JSON.
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
	// Root fixes the root identity of a new store. On an existing one it must be the
	// same.
	Root home.Root
	// Identities names the identities file. "" means none.
	Identities string
	// KeyPool is how many RSA keys are made ahead. A negative number switches the pool off.
	KeyPool int
	// PageSize is how many elements a page of a list has, at most MaxPageSize. 0 means
	// AWS's sizes: 20 of an account's own resources, 200 operations.
	PageSize int
	// MaxRequests is how many calls run at one time. Further calls get
	// ThrottlingException.
	MaxRequests int
	// MaxConnections is how many connections are open at one time, if there are file
	// descriptors for as many. A quarter of them is for one address of another machine.
	// A further connection closes the one that has made the server wait for longest.
	MaxConnections int
	// CORSOrigins lists the web origins that may call from a browser. "*" means all.
	CORSOrigins []string
	// PublicMetrics answers /metrics to clients of other machines, too.
	PublicMetrics bool
	// TimeScale is how long changes of state take, as a fraction of AWS's times. With 0 they
	// take no time.
	TimeScale float64
	// Quotas bound what an account may have. Nil means AWS's quotas.
	Quotas quota.Table
	// InstanceAddresses is a range of loopback addresses (Linux) for public addresses. Each
	// running instance listens on its own. When zero, public addresses come from
	// compute.DefaultNetwork, and nothing listens on them.
	InstanceAddresses netip.Prefix
	// Mail says how mails leave the server.
	Mail Mail
	// Clock is the lifecycle clock. Nil means time.Now.
	Clock func() time.Time
	// Rand is the source of ids. Nil means crypto/rand. Keys and secrets always come
	// from crypto/rand.
	Rand io.Reader
	// Log gets the server's log. Nil discards it.
	Log *slog.Logger
	// Started is called once, when instances run and their ports are open, just before requests are
	// answered. Nil is allowed.
	Started func(endpoint string)
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
		return fmt.Errorf("--page-size %d: must be between 1 and %d, or 0 for AWS's sizes", o.PageSize, MaxPageSize)
	case o.MaxRequests < 1:
		return fmt.Errorf("--max-requests %d: must be 1 or more", o.MaxRequests)
	case o.Connections < 0:
		return errors.New("--store-connections: must be 1 or more")
	case o.MaxConnections < 1:
		return fmt.Errorf("--max-connections %d: must be 1 or more", o.MaxConnections)
	}
	if o.TLSCert == "" && !o.InsecureListen && !isLoopback(o.Listen) {
		return fmt.Errorf("--listen %s: other machines can reach the server, and without TLS private keys can be read on the network: "+
			"give --tls-cert and --tls-key, or --insecure-listen", o.Listen)
	}
	if err := errors.Join(o.checkTimeScale(), o.checkAddresses(), o.Mail.check()); err != nil {
		return err
	}
	return o.Root.Check()
}

// checkAddresses returns an error if this machine cannot listen on the range of instances' addresses.
func (o Options) checkAddresses() error {
	if !o.InstanceAddresses.IsValid() {
		return nil
	}
	if err := instanceruntime.CheckRange(o.InstanceAddresses); err != nil {
		return fmt.Errorf("--instance-addresses: %w", err)
	}
	return nil
}

// checkTimeScale returns an error if a time cannot be multiplied by the scale.
func (o Options) checkTimeScale() error {
	if !(o.TimeScale >= 0 && o.TimeScale <= MaxTimeScale) {
		return fmt.Errorf("--time-scale %v: must be a number from 0 to %d", o.TimeScale, MaxTimeScale)
	}
	return nil
}

// network returns the range of instances' addresses.
func (o Options) network() compute.Network {
	n := compute.DefaultNetwork
	if o.InstanceAddresses.IsValid() {
		n.Public = o.InstanceAddresses
	}
	return n
}

// isLoopback reports whether only this machine can reach a listen address.
func isLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

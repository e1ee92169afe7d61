// Package machine is the seam between an instance and what stands behind it.
//
// A [Driver] makes, runs and ends machines, and opens connections to their
// ports. The server keeps everything that a client sees of the network:
// listeners, addresses, static IPs and the firewall. It asks the driver only for
// a connection to a port, so those work the same whatever stands behind.
//
// The package decides nothing about states, names or rights, stores nothing,
// and knows no resource of the API.
package machine

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"
)

// SSHPort is the port of a machine's SSH server.
const SSHPort = 22

// The errors of a Driver that its caller tells apart, in the sense of [errors.Is].
var (
	// ErrNotFound says that the driver has no machine of that id.
	ErrNotFound = errors.New("no such machine")
	// ErrNotRunning says that the machine is stopped.
	ErrNotRunning = errors.New("machine is not running")
	// ErrRefused says that nothing listens on the port.
	ErrRefused = errors.New("connection refused")
	// ErrBusy says that the machine takes no more connections for now.
	ErrBusy = errors.New("too many connections")
)

// Instance is what a driver has to know of an instance.
type Instance struct {
	// ID identifies the machine for as long as it exists. It is never used again.
	ID   string
	Name string
	// Hostname is what the machine calls itself: ip-172-26-10-39.
	Hostname string
	// Username is the one that the blueprint's images have. Nobody else may log in.
	Username  string
	PrivateIP netip.Addr

	Region, Zone string
	// Blueprint is an id, debian_12, and BlueprintName its name for people, Debian 12.
	Blueprint, BlueprintName string
	// Windows machines have no SSH server.
	Windows bool
	Bundle  string
	CPUs    int
	RAMGiB  float64
	DiskGiB int

	// UserData is the launch script as its creator gave it.
	UserData string
	// AuthorizedKeys are the public keys that log in, each an OpenSSH line without
	// options.
	AuthorizedKeys []string
	// CertAuthority is the public key, as an OpenSSH line, whose certificates log in;
	// empty where none do. Each instance needs its own: a certificate names a user
	// and no machine, so that of a shared authority would open all machines with
	// that user name.
	CertAuthority string
	// HostKeys are the machine's own, the same from its creation to its end.
	HostKeys HostKeys
	// BootedAt is when the machine started, on the lifecycle clock.
	BootedAt time.Time
}

// Status is what a driver tells of a machine.
type Status struct {
	ID      string
	Running bool
}

// Target says where a connection leads and whose it is.
type Target struct {
	// Network is "tcp" or "udp".
	Network string
	Port    uint16
	// Client is who asked for the connection, the zero value where that is unknown.
	// It is for logs and for certificates that are bound to an address.
	Client netip.AddrPort
	// OnlyConnect says that the firewall admits the client as Lightsail's own SSH client
	// only. Of the keys and certificates that log in, just certificates with the extension
	// ConnectExtension may then. A driver that cannot see to that returns ErrRefused.
	OnlyConnect bool
}

// ConnectExtension is the extension of a user certificate by which a machine knows
// Lightsail's own SSH client. No call of the API returns a certificate that has it.
const ConnectExtension = "lightsail-connect@lanyard"

// Driver runs machines. Every method may be repeated with the same effect as once,
// and called from many goroutines.
//
// A driver may lose machines when the process ends. After a restart its caller
// compares List with what should exist and creates, starts, stops and deletes.
type Driver interface {
	// Create makes a machine and does not run it. One that exists stays as it is.
	Create(ctx context.Context, instance Instance) error
	// Start runs a machine that was created, with the attributes given. One that
	// runs stays as it is. The error is ErrNotFound for an unknown machine.
	Start(ctx context.Context, instance Instance) error
	// Stop ends a machine's run and its connections. The error is ErrNotFound for an
	// unknown machine.
	Stop(ctx context.Context, id string) error
	// Reboot ends a machine's run and its connections, and runs it with the
	// attributes given. The error is ErrNotFound or ErrNotRunning.
	Reboot(ctx context.Context, instance Instance) error
	// Delete ends a machine and forgets it, if it exists.
	Delete(ctx context.Context, id string) error
	// List tells of every machine that the driver has, in no order.
	List(ctx context.Context) ([]Status, error)
	// Dial opens a connection to a port of a machine. The context bounds the dialing
	// only. The errors are ErrNotFound, ErrNotRunning, ErrRefused and ErrBusy, beside
	// those of the network.
	//
	// A TCP connection has the method CloseWrite() error.
	Dial(ctx context.Context, id string, to Target) (net.Conn, error)
	// Close ends the driver and its connections, and waits for both.
	Close() error
}

// Package machine is the interface between instances and the engines that run them.
//
// A [Driver] creates, starts, stops and deletes machines, and opens connections to
// their ports. The server keeps everything that a client sees of the network:
// listeners, addresses, static IPs and the firewall. It asks the driver only for
// a connection to a port, so the network works the same with every driver.
//
// The package does not decide about states, names or permissions. It stores nothing,
// listens nowhere, and does not know the resources of the API.
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

// The errors of a Driver that its callers distinguish, with [errors.Is].
var (
	// ErrNotFound says that the driver has no machine of that id.
	ErrNotFound = errors.New("no such machine")
	// ErrNotRunning says that the machine is stopped.
	ErrNotRunning = errors.New("machine is not running")
	// ErrRefused says that nothing listens on the port.
	ErrRefused = errors.New("connection refused")
	// ErrBusy says that the machine has as many connections as it may have.
	ErrBusy = errors.New("too many connections")
)

// Instance is what a driver must know of an instance.
type Instance struct {
	// ID identifies the machine. It is never used for another one.
	ID   string
	Name string
	// Hostname is what the machine calls itself: ip-172-26-10-39.
	Hostname string
	// Username is that of the blueprint's images. No other user may log in.
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
	// CertAuthority is the public key, as an OpenSSH line, whose certificates log in.
	// It is empty if no certificate does. Each instance needs its own authority: a
	// certificate names a user and no machine, so one of a shared authority would open
	// all machines with that user name.
	CertAuthority string
	// HostKeys are the machine's own, the same from its creation to its end.
	HostKeys HostKeys
	// BootedAt is when the machine started, on the lifecycle clock.
	BootedAt time.Time
}

// Status is what a driver reports of a machine.
type Status struct {
	ID      string
	Running bool
}

// Target is the destination of a connection, and its client.
type Target struct {
	// Network is "tcp" or "udp".
	Network string
	Port    uint16
	// Client is the address of the client, or the zero value if that is unknown. It is
	// used in logs, and for certificates that are bound to an address.
	Client netip.AddrPort
	// OnlyConnect says that the firewall admits the client only if it is Lightsail's own
	// SSH client. Then only certificates with the extension ConnectExtension log in. A
	// driver that cannot check this returns ErrRefused.
	OnlyConnect bool
}

// ConnectExtension is the extension of a user certificate that identifies Lightsail's own
// SSH client. No call of the API returns a certificate that has it.
const ConnectExtension = "lightsail-connect@lanyard"

// Driver runs machines. All methods are idempotent and safe for concurrent use.
//
// A driver may lose its machines when the process ends. After a restart its caller
// compares List with what should exist, and creates, starts, stops and deletes.
type Driver interface {
	// Create makes a machine and does not start it. A machine that exists is not changed.
	Create(ctx context.Context, instance Instance) error
	// Start runs a machine that was created, with the attributes of the instance. A
	// machine that runs is not changed. The error is ErrNotFound for an unknown machine.
	Start(ctx context.Context, instance Instance) error
	// Stop stops a machine and closes its connections. The error is ErrNotFound for an
	// unknown machine.
	Stop(ctx context.Context, id string) error
	// Reboot stops a machine, closes its connections, and starts it with the attributes
	// of the instance. The error is ErrNotFound or ErrNotRunning.
	Reboot(ctx context.Context, instance Instance) error
	// Delete stops and removes a machine, if it exists.
	Delete(ctx context.Context, id string) error
	// List returns the status of all machines, in no order.
	List(ctx context.Context) ([]Status, error)
	// Dial opens a connection to a port of a machine. The context applies until the
	// connection is open. The errors are ErrNotFound, ErrNotRunning, ErrRefused and
	// ErrBusy, and those of the network.
	//
	// A TCP connection has the method CloseWrite() error.
	Dial(ctx context.Context, id string, to Target) (net.Conn, error)
	// Close closes the driver and all connections, and waits until they are closed.
	Close() error
}

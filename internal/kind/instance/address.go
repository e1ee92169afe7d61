package instance

import (
	"fmt"
	"net/netip"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The pools that addresses and ports are taken from, and the ports that there are. A
// static IP's address is of PublicPool, too.
const (
	PublicPool = "public"
	PortPool   = "port"
	FirstPort  = 22000
	LastPort   = 31999
)

// Ranges of addresses. DefaultPublicRange is reserved for tests (RFC 2544), and no
// host has them; Lightsail's private addresses were observed to be in PrivateRange.
var (
	DefaultPublicRange = netip.MustParsePrefix("198.18.0.0/15")
	PrivateRange       = netip.MustParsePrefix("172.26.0.0/16")
)

// Where the addresses are that instances have on this machine if the server is told to
// give them some. The first few are in no range that it takes: 127.0.0.1 is.
var (
	loopback      = netip.MustParsePrefix("127.0.0.0/8")
	firstLoopback = netip.MustParsePrefix("127.0.0.0/28")
)

// publicPool has the public addresses, portPool the ports on this machine where SSH servers
// of instances listen.
func publicPool() resource.Pool {
	return resource.Pool{Name: PublicPool, What: "public address", Check: checkPublic}
}

func portPool() resource.Pool {
	return resource.Pool{Name: PortPool, What: "port", Check: checkPort, First: FirstPort, Last: LastPort}
}

// privatePool has the private addresses of an account in a region.
func privatePool() resource.Pool {
	return resource.Pool{Name: "private", Networked: true, What: "private address", Check: checkPrivate}
}

func checkPort(number int64) error {
	if number < FirstPort || number > LastPort {
		return fmt.Errorf("the port %d is not from %d to %d", number, FirstPort, LastPort)
	}
	return nil
}

func checkPublic(number int64) error {
	address := resource.IPv4(number)
	if !DefaultPublicRange.Contains(address) && (!loopback.Contains(address) || firstLoopback.Contains(address)) {
		return fmt.Errorf("no server gives the public address %s", address)
	}
	return nil
}

func checkPrivate(number int64) error {
	if !PrivateRange.Contains(resource.IPv4(number)) {
		return fmt.Errorf("no server gives the private address %s", resource.IPv4(number))
	}
	return nil
}

// PrivatePool is the pool of the private addresses of an account in a region.
func PrivatePool(account, region string) string {
	pool := privatePool()
	return pool.In(account, region)
}

// SSHPort is where an SSH server listens in an instance.
const SSHPort = machine.SSHPort

// SSHAddress is where an instance's SSH server is reached on this machine, by its
// number of PortPool.
func SSHAddress(port uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
}

// Windows reports whether the instance is a Windows one: it has no SSH server.
func (i *Instance) Windows() bool {
	if i.Doc.BlueprintId == nil {
		return true
	}
	b, known := catalogue.LookupBlueprint(i.Resource.Region, *i.Doc.BlueprintId)
	return known && b.Windows()
}

// PublicAddress is the public IPv4 address that the instance shows when it runs, or its static
// IP; the zero value if there is none.
func (i *Instance) PublicAddress() netip.Addr {
	if i.static != nil {
		return address(i.static.Doc.IpAddress)
	}
	return address(i.Doc.PublicIpAddress)
}

// PrivateAddress is the instance's private IPv4 address; the zero value if there
// is none.
func (i *Instance) PrivateAddress() netip.Addr { return address(i.Doc.PrivateIpAddress) }

func address(text *string) netip.Addr {
	if text == nil {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(*text)
	if err != nil {
		return netip.Addr{}
	}
	return a
}

package instance

import (
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
)

// The pools that addresses and ports are taken from, and the ports that there are. A
// static IP's address is of PublicPool, too.
const (
	PublicPool = "public"
	PortPool   = "port"
	FirstPort  = 22000
	LastPort   = 31999
)

// PrivatePool is the pool of the private addresses of an account in a region.
func PrivatePool(account, region string) string { return "private/" + account + "/" + region }

// SSHPort is where an SSH server listens in an instance.
const SSHPort = 22

// SSHAddress is where an instance's SSH server is reached on this machine, by its
// number of PortPool.
func SSHAddress(port uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
}

// HasSSH tells whether the instance has an SSH server: it is not a Windows one.
func (i *Instance) HasSSH() bool {
	if i.Doc.BlueprintId == nil {
		return false
	}
	b, known := catalogue.LookupBlueprint(i.Resource.Region, *i.Doc.BlueprintId)
	return !known || b.Platform != types.InstancePlatformWindows
}

// PublicAddress is the public IPv4 address that the instance shows when it runs; the
// zero value where there is none.
func (i *Instance) PublicAddress() netip.Addr { return address(i.Doc.PublicIpAddress) }

// PrivateAddress is the instance's private IPv4 address; the zero value where there
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

package compute

import (
	"encoding/binary"
	"io"
	"net/netip"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Network is where the addresses of instances come from.
type Network struct {
	// Public is the IPv4 range of public addresses.
	Public netip.Prefix
	// FirstPort and LastPort bound the loopback ports that lead to instances' SSH.
	FirstPort, LastPort uint16
}

// DefaultNetwork gives addresses that belong to no host.
var DefaultNetwork = Network{Public: instance.DefaultPublicRange, FirstPort: instance.FirstPort, LastPort: instance.LastPort}

// zoneBits is the size of a zone's subnet of the private range. As in a default VPC (VPC
// user guide), each zone has one: 172.26.0.0/20 is zone a's (both observed), 172.26.16.0/20
// zone b's.
const zoneBits = 20

// subnetOf is the part of the private range that a zone such as us-east-1b has.
func subnetOf(zone string) netip.Prefix {
	base := instance.PrivateRange.Addr().As4()
	base[2] = catalogue.ZoneIndex(zone) << (24 - zoneBits)
	return netip.PrefixFrom(netip.AddrFrom4(base), zoneBits)
}

// newPublicAddress gives a resource a public IPv4 address that no other resource has. It
// gives up the one that it had.
func (f *Family) newPublicAddress(c *api.Call, owner string) (netip.Addr, error) {
	return f.takeAddress(c, "public IPv4 address", instance.PublicPool, f.d.Network.Public, owner)
}

// newPrivateAddress gives a resource a private IPv4 address of the account's network
// in the zone.
func (f *Family) newPrivateAddress(c *api.Call, zone, owner string) (netip.Addr, error) {
	return f.takeAddress(c, "private IPv4 address", instance.PrivatePool(c.Principal.Account, c.Region), subnetOf(zone), owner)
}

// newPort gives an instance the loopback port that leads to its SSH server.
func (f *Family) newPort(c *api.Call, owner string) error {
	first, last := int64(f.d.Network.FirstPort), int64(f.d.Network.LastPort)
	_, err := f.take(c, "port for SSH", instance.PortPool, first, last, owner)
	return err
}

func (f *Family) takeAddress(c *api.Call, what, pool string, in netip.Prefix, owner string) (netip.Addr, error) {
	base := in.Masked().Addr().As4()
	first := int64(binary.BigEndian.Uint32(base[:]))
	size := int64(1) << (32 - in.Bits())
	if err := c.Tx.ReleaseAddress(pool, owner); err != nil {
		return netip.Addr{}, err
	}
	// The first four addresses and the last are the network's own, as on AWS.
	n, err := f.take(c, what, pool, first+4, first+size-2, owner)
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(n))
	return netip.AddrFrom4(b), err
}

// take draws numbers until one is free. If many are taken it continues from the last
// one in order, so that it finds the only free one, too. If none is left, the client is
// told what is missing, but not of which pool: those names are internal.
func (f *Family) take(c *api.Call, what, pool string, first, last int64, owner string) (int64, error) {
	size := last - first + 1
	offset := int64(0)
	for try := range size + 32 {
		if try < 32 {
			var b [8]byte
			if _, err := io.ReadFull(f.d.Rand, b[:]); err != nil {
				return 0, err
			}
			offset = int64(binary.BigEndian.Uint64(b[:])>>1) % size
		} else {
			offset = (offset + 1) % size
		}
		free, err := c.Tx.TakeAddress(store.Address{Pool: pool, Number: first + offset, Owner: owner})
		if err != nil || free {
			return first + offset, err
		}
	}
	return 0, api.OperationFailed("No %s is available.", what)
}

package instance

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// PortError is a port of a firewall rule that is not valid.
type PortError struct{ Message string }

func (e *PortError) Error() string { return e.Message }

func refusePort(format string, args ...any) error { return &PortError{fmt.Sprintf(format, args...)} }

// CheckPort returns a port in canonical form, or a PortError.
func CheckPort(p types.PortInfo) (types.PortInfo, error) {
	p.Protocol = types.NetworkProtocol(strings.ToLower(string(p.Protocol)))
	if p.Protocol == ShownProtocol(types.NetworkProtocolAll) {
		p.Protocol = types.NetworkProtocolAll
	}
	if fault := portFault(p); fault != "" {
		return p, refusePort("The ports from %d to %d are not valid for the protocol %s: %s",
			p.FromPort, p.ToPort, p.Protocol, fault)
	}
	for _, alias := range p.CidrListAliases {
		if alias != BrowserClient {
			return p, refusePort("There is no CIDR list alias %q: the only one is %s.", alias, BrowserClient)
		}
	}
	var err error
	if p.Cidrs, err = canonicalSources(p.Cidrs, "IPv4", netip.Addr.Is4); err != nil {
		return p, err
	}
	p.Ipv6Cidrs, err = canonicalSources(p.Ipv6Cidrs, "IPv6", func(a netip.Addr) bool { return a.Is6() && !a.Is4In6() })
	return p, err
}

// portFault says what is wrong with a range of ports, or with an ICMP type and code
// (API reference).
func portFault(p types.PortInfo) string {
	from, to := p.FromPort, p.ToPort
	switch p.Protocol {
	case types.NetworkProtocolIcmp, types.NetworkProtocolIcmpv6:
		switch {
		case from > 255 || to > 255:
			return "fromPort is the ICMP type, toPort the ICMP code, from -1 (all) to 255."
		case from == -1 && to != -1:
			return "all ICMP types (-1) have all codes (-1)."
		}
	case types.NetworkProtocolAll:
		if from != 0 || to != 65535 {
			return "all protocols have the ports from 0 to 65535."
		}
	case types.NetworkProtocolTcp, types.NetworkProtocolUdp:
		switch {
		case from < 0 || to < 0:
			return "ports are from 0 to 65535."
		case from > to:
			return "fromPort is not above toPort."
		}
	}
	return ""
}

// canonicalSources turns addresses and CIDR blocks into CIDR blocks in canonical form:
// a single address is a block, and the bits of hosts are zero.
func canonicalSources(list []string, family string, is func(netip.Addr) bool) ([]string, error) {
	canonical := make([]string, len(list))
	for k, text := range list {
		block, err := netip.ParsePrefix(text)
		if err != nil {
			address, failed := netip.ParseAddr(text)
			if failed == nil && address.Zone() == "" {
				block, err = netip.PrefixFrom(address, address.BitLen()), nil
			}
		}
		if err != nil || !is(block.Addr()) {
			return nil, refusePort("%q is not an %s address or CIDR block.", text, family)
		}
		canonical[k] = block.Masked().String()
	}
	return canonical, nil
}

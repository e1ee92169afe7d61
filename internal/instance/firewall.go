package instance

import (
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// Rules are the instance's firewall rules.
func (i *Instance) Rules() []types.InstancePortInfo {
	if i.Doc.Networking == nil {
		return nil
	}
	return i.Doc.Networking.Ports
}

// Admits tells whether the firewall lets a connection to a port in. protocol is "tcp"
// or "udp".
func (i *Instance) Admits(protocol string, port uint16, from netip.Addr) bool {
	return slices.ContainsFunc(i.Rules(), func(rule types.InstancePortInfo) bool {
		return covers(rule, protocol, port) && admits(rule, from.Unmap())
	})
}

func covers(rule types.InstancePortInfo, protocol string, port uint16) bool {
	if rule.Protocol == types.NetworkProtocolAll {
		return true
	}
	return string(rule.Protocol) == protocol && int32(port) >= rule.FromPort && int32(port) <= rule.ToPort
}

// admits holds an address against a rule's sources. The alias lightsail-connect
// stands for the addresses of AWS's browser client: nobody here has one.
func admits(rule types.InstancePortInfo, from netip.Addr) bool {
	sources := rule.Cidrs
	if from.Is6() {
		sources = rule.Ipv6Cidrs
	}
	return slices.ContainsFunc(sources, func(cidr string) bool {
		prefix, err := netip.ParsePrefix(cidr)
		return err == nil && prefix.Contains(from)
	})
}

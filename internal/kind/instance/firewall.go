package instance

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// AnyIPv4 and AnyIPv6 are all addresses of a family.
const (
	AnyIPv4 = "0.0.0.0/0"
	AnyIPv6 = "::/0"
)

// public is the access type as AWS sends it; the API model has a capital letter
// (observed in output of the AWS CLI).
const public types.PortAccessType = "public"

// ShownProtocol is a rule's protocol as the API shows it: EC2's "-1" in place of "all"
// (observed in output of the AWS CLI and in Terraform's state).
func ShownProtocol(p types.NetworkProtocol) types.NetworkProtocol {
	if p == types.NetworkProtocolAll {
		return "-1"
	}
	return p
}

// Anywhere is every address that an instance with an IP address type can be reached
// from; the type "" is dualstack.
func Anywhere(t types.IpAddressType) (ipv4, ipv6 []string) {
	if t != types.IpAddressTypeIpv6 {
		ipv4 = []string{AnyIPv4}
	}
	if t != types.IpAddressTypeIpv4 {
		ipv6 = []string{AnyIPv6}
	}
	return ipv4, ipv6
}

// DefaultRules are the firewall rules of a new instance: its blueprint's ports, open to
// all addresses.
func DefaultRules(ports []types.PortInfo, t types.IpAddressType) []types.InstancePortInfo {
	rules := make([]types.InstancePortInfo, len(ports))
	for i, p := range ports {
		p.Cidrs, p.Ipv6Cidrs = Anywhere(t)
		rules[i] = newRule(p)
	}
	return rules
}

// Rules are the instance's firewall rules, no two of which are for the same protocol
// and ports. Protocols are those of the API model, sources are in canonical form.
func (i *Instance) Rules() []types.InstancePortInfo {
	if i.Doc.Networking == nil {
		return nil
	}
	return i.Doc.Networking.Ports
}

// SetPorts replaces all rules.
func (i *Instance) SetPorts(ports []types.PortInfo) {
	i.setRules([]types.InstancePortInfo{})
	for _, p := range ports {
		i.OpenPort(p)
	}
}

// OpenPort adds a rule, or the sources to the rule that there is for the same protocol
// and ports.
func (i *Instance) OpenPort(p types.PortInfo) {
	rules := slices.Clone(i.Rules())
	at := slices.IndexFunc(rules, same(p))
	if at < 0 {
		i.setRules(append(rules, newRule(p)))
		return
	}
	was := rules[at]
	p.Cidrs = union(was.Cidrs, p.Cidrs)
	p.Ipv6Cidrs = union(was.Ipv6Cidrs, p.Ipv6Cidrs)
	p.CidrListAliases = union(was.CidrListAliases, p.CidrListAliases)
	rules[at] = newRule(p)
	i.setRules(rules)
}

// ClosePort takes sources away from the rule for a protocol and ports, or the whole
// rule when none are named or left. If there is no such rule, nothing changes.
func (i *Instance) ClosePort(p types.PortInfo) {
	rules := slices.Clone(i.Rules())
	at := slices.IndexFunc(rules, same(p))
	if at < 0 {
		return
	}
	if HasSources(p) {
		was := rules[at]
		p.Cidrs = without(was.Cidrs, p.Cidrs)
		p.Ipv6Cidrs = without(was.Ipv6Cidrs, p.Ipv6Cidrs)
		p.CidrListAliases = without(was.CidrListAliases, p.CidrListAliases)
	}
	if HasSources(p) {
		rules[at] = newRule(p)
	} else {
		rules = slices.Delete(rules, at, at+1)
	}
	i.setRules(rules)
}

// HasSources reports whether a port names who may connect.
func HasSources(p types.PortInfo) bool {
	return len(p.Cidrs)+len(p.Ipv6Cidrs)+len(p.CidrListAliases) > 0
}

// Admits reports whether the firewall lets a connection to a port in. protocol is "tcp"
// or "udp".
func (i *Instance) Admits(protocol string, port uint16, from netip.Addr) bool {
	return slices.ContainsFunc(i.Rules(), func(rule types.InstancePortInfo) bool {
		return covers(rule, protocol, port) && admits(rule, from.Unmap())
	})
}

// OpenToAll reports whether a rule opens a TCP port to all IPv4 addresses, or to all IPv6 addresses
// if the instance has only those.
func (i *Instance) OpenToAll(port uint16) bool {
	return slices.ContainsFunc(i.Rules(), func(rule types.InstancePortInfo) bool {
		if i.Doc.IpAddressType == types.IpAddressTypeIpv6 {
			return covers(rule, "tcp", port) && slices.Contains(rule.Ipv6Cidrs, AnyIPv6)
		}
		return covers(rule, "tcp", port) && slices.Contains(rule.Cidrs, AnyIPv4)
	})
}

// Opens reports whether a rule of the firewall opens a port, to whatever sources. protocol is "tcp" or "udp".
func (i *Instance) Opens(protocol string, port uint16) bool {
	return slices.ContainsFunc(i.Rules(), func(rule types.InstancePortInfo) bool { return covers(rule, protocol, port) })
}

func covers(rule types.InstancePortInfo, protocol string, port uint16) bool {
	if rule.Protocol == types.NetworkProtocolAll {
		return true
	}
	return string(rule.Protocol) == protocol && int32(port) >= rule.FromPort && int32(port) <= rule.ToPort
}

// Entry is how far the firewall opens a port for a client. A greater one admits more.
type Entry int

const (
	// Refused means that no rule admits the client.
	Refused Entry = iota
	// AsConnect means that the client is admitted as Lightsail's own SSH client only: a
	// rule names BrowserClient, and none the client's address.
	AsConnect
	// ByAddress means that a rule admits the client's address.
	ByAddress
)

// BrowserClient is the alias of the addresses of Lightsail's own SSH client, which on
// AWS runs in the browser. It is the only alias that there is (API reference).
const BrowserClient = "lightsail-connect"

// Entry reports how the firewall admits a client's TCP connection to a port. A loopback
// client of an instance that has IPv6 only counts as ::1. No address is BrowserClient's:
// it counts for SSH alone, whose certificates tell its client from others.
func (i *Instance) Entry(port uint16, client netip.Addr) Entry {
	if client.IsLoopback() && i.Doc.IpAddressType == types.IpAddressTypeIpv6 {
		client = netip.IPv6Loopback()
	}
	if i.Admits("tcp", port, client) {
		return ByAddress
	}
	named := func(rule types.InstancePortInfo) bool {
		return covers(rule, "tcp", port) && slices.Contains(rule.CidrListAliases, BrowserClient)
	}
	if port == SSHPort && !i.Windows() && slices.ContainsFunc(i.Rules(), named) {
		return AsConnect
	}
	return Refused
}

// DescribeRules lists the rules that open a TCP port, and to which sources, for logs and
// messages: "22/tcp from 203.0.113.0/24". It is "" if there are none.
func (i *Instance) DescribeRules(port uint16) string {
	var list []string
	for _, rule := range i.Rules() {
		if !covers(rule, "tcp", port) {
			continue
		}
		numbers := strconv.Itoa(int(rule.FromPort))
		if rule.ToPort != rule.FromPort {
			numbers += "-" + strconv.Itoa(int(rule.ToPort))
		}
		sources := slices.Concat(rule.Cidrs, rule.Ipv6Cidrs, rule.CidrListAliases)
		list = append(list, fmt.Sprintf("%s/%s from %s", numbers, rule.Protocol, strings.Join(sources, ", ")))
	}
	return strings.Join(list, "; ")
}

// admits holds an address against a rule's sources.
func admits(rule types.InstancePortInfo, from netip.Addr) bool {
	sources := rule.Cidrs
	if from.Is6() {
		sources = rule.Ipv6Cidrs
	}
	return slices.ContainsFunc(sources, func(cidr string) bool {
		prefix, err := netip.ParsePrefix(cidr)
		return err == nil && prefix.Contains(from.WithZone(""))
	})
}

// setRules leaves the old networking alone: other parts may still read it.
func (i *Instance) setRules(rules []types.InstancePortInfo) {
	var n types.InstanceNetworking
	if i.Doc.Networking != nil {
		n.MonthlyTransfer = i.Doc.Networking.MonthlyTransfer
	}
	n.Ports = rules
	i.Doc.Networking = &n
}

// shownNetworking is the networking as the API shows it.
func (i *Instance) shownNetworking() *types.InstanceNetworking {
	if i.Doc.Networking == nil {
		return nil
	}
	ports := slices.Clone(i.Doc.Networking.Ports)
	for k := range ports {
		ports[k].Protocol = ShownProtocol(ports[k].Protocol)
	}
	return &types.InstanceNetworking{MonthlyTransfer: i.Doc.Networking.MonthlyTransfer, Ports: ports}
}

// same finds the rule for a port's protocol and numbers.
func same(p types.PortInfo) func(types.InstancePortInfo) bool {
	return func(r types.InstancePortInfo) bool {
		return r.Protocol == p.Protocol && r.FromPort == p.FromPort && r.ToPort == p.ToPort
	}
}

func newRule(p types.PortInfo) types.InstancePortInfo {
	text, common := accessFrom(p.Cidrs, p.Ipv6Cidrs), ""
	return types.InstancePortInfo{
		AccessDirection: types.AccessDirectionInbound,
		AccessFrom:      &text,
		AccessType:      public,
		CidrListAliases: union(nil, p.CidrListAliases),
		Cidrs:           union(nil, p.Cidrs),
		CommonName:      &common,
		FromPort:        p.FromPort,
		Ipv6Cidrs:       union(nil, p.Ipv6Cidrs),
		Protocol:        p.Protocol,
		ToPort:          p.ToPort,
	}
}

// accessFrom says in words who may connect: the texts for everybody were observed in
// output of the AWS CLI, "Custom" is in the API reference.
func accessFrom(ipv4, ipv6 []string) string {
	any4, any6 := slices.Contains(ipv4, AnyIPv4), slices.Contains(ipv6, AnyIPv6)
	switch {
	case any4 && any6:
		return "Anywhere (0.0.0.0/0 and ::/0)"
	case any4 && len(ipv6) == 0:
		return "Anywhere (0.0.0.0/0)"
	case any6 && len(ipv4) == 0:
		return "Anywhere (::/0)"
	}
	return "Custom"
}

// union is a new list of what is in either, each once; empty, but not nil, if that
// is nothing: AWS shows empty lists.
func union(a, b []string) []string {
	all := []string{}
	for _, s := range slices.Concat(a, b) {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// without is a new list of what is in all but not in gone.
func without(all, gone []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(gone, s) })
}

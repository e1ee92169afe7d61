package instance

import (
	"net/netip"
	"slices"

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
// everybody.
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
// rule when none are named or left. Where there is no such rule nothing changes.
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

// HasSources tells whether a port names who may connect.
func HasSources(p types.PortInfo) bool {
	return len(p.Cidrs)+len(p.Ipv6Cidrs)+len(p.CidrListAliases) > 0
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
		return err == nil && prefix.Contains(from.WithZone(""))
	})
}

// setRules leaves the old networking alone: others may look at it.
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

// union is a new list of what is in either, each once; empty, but not nil, where that
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

package compute_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// portInfo is a range of ports with the sources that it is open to.
func portInfo(protocol string, from, to int32, cidrs ...string) types.PortInfo {
	p := types.PortInfo{Protocol: types.NetworkProtocol(protocol), FromPort: from, ToPort: to}
	for _, cidr := range cidrs {
		if strings.Contains(cidr, ":") {
			p.Ipv6Cidrs = append(p.Ipv6Cidrs, cidr)
		} else {
			p.Cidrs = append(p.Cidrs, cidr)
		}
	}
	return p
}

func openPorts(p types.PortInfo) *lightsail.OpenInstancePublicPortsInput {
	return &lightsail.OpenInstancePublicPortsInput{InstanceName: new("web"), PortInfo: &p}
}

func closePorts(p types.PortInfo) *lightsail.CloseInstancePublicPortsInput {
	return &lightsail.CloseInstancePublicPortsInput{InstanceName: new("web"), PortInfo: &p}
}

func putPorts(ports ...types.PortInfo) *lightsail.PutInstancePublicPortsInput {
	return &lightsail.PutInstancePublicPortsInput{InstanceName: new("web"), PortInfos: append([]types.PortInfo{}, ports...)}
}

// portStates lists the port states of "web" in one line each, and checks that the
// instance shows the same.
func (l *lab) portStates() []string {
	l.T.Helper()
	states := do(l, l.GetInstancePortStates, &lightsail.GetInstancePortStatesInput{InstanceName: new("web")}).PortStates
	shown := l.get("web").Networking.Ports
	lines := []string{}
	for k, s := range states {
		if s.Cidrs == nil || s.Ipv6Cidrs == nil || s.CidrListAliases == nil || s.State != types.PortStateOpen {
			l.T.Errorf("port state %+v", s)
		}
		line := fmt.Sprint(s.FromPort, "-", s.ToPort, "/", s.Protocol, " ", strings.Join(slices.Concat(s.Cidrs, s.Ipv6Cidrs, s.CidrListAliases), " "))
		lines = append(lines, line)
		if len(shown) != len(states) {
			l.T.Fatalf("the instance shows %d rules, there are %d port states", len(shown), len(states))
		}
		r := shown[k]
		if other := fmt.Sprint(r.FromPort, "-", r.ToPort, "/", r.Protocol, " ", strings.Join(slices.Concat(r.Cidrs, r.Ipv6Cidrs, r.CidrListAliases), " ")); other != line {
			l.T.Errorf("the instance shows %s, its port state is %s", other, line)
		}
	}
	return lines
}

func (l *lab) wantPorts(want ...string) {
	l.T.Helper()
	if diff := cmp.Diff(append([]string{}, want...), l.portStates()); diff != "" {
		l.T.Errorf("port states (-want +got):\n%s", diff)
	}
}

func TestOpenInstancePublicPorts_thenClose(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	l.wantPorts("80-80/tcp 0.0.0.0/0 ::/0", "22-22/tcp 0.0.0.0/0 ::/0")

	put := do(l, l.PutInstancePublicPorts, putPorts(portInfo("tcp", 22, 22, "192.0.2.44"), portInfo("udp", 1194, 1194), portInfo("tcp", 8000, 8010, "::/0")))
	l.WantOperations([]types.Operation{*put.Operation}, "PutInstancePublicPorts Instance web 22/tcp,1194/udp,8000-8010/tcp Succeeded")
	l.wantPorts("22-22/tcp 192.0.2.44/32", "1194-1194/udp 0.0.0.0/0 ::/0", "8000-8010/tcp ::/0")
	if from := *l.get("web").Networking.Ports[0].AccessFrom; from != "Custom" {
		t.Errorf("accessFrom = %s", from)
	}

	opened := do(l, l.OpenInstancePublicPorts, openPorts(portInfo("TCP", 22, 22, "192.0.2.45/32", "2001:DB8::1")))
	l.WantOperations([]types.Operation{*opened.Operation}, "OpenInstancePublicPorts Instance web 22/tcp Succeeded")
	l.wantPorts("22-22/tcp 192.0.2.44/32 192.0.2.45/32 2001:db8::1/128", "1194-1194/udp 0.0.0.0/0 ::/0", "8000-8010/tcp ::/0")

	closed := do(l, l.CloseInstancePublicPorts, closePorts(portInfo("tcp", 22, 22, "192.0.2.44")))
	l.WantOperations([]types.Operation{*closed.Operation}, "CloseInstancePublicPorts Instance web 22/tcp Succeeded")
	do(l, l.CloseInstancePublicPorts, closePorts(portInfo("UDP", 1194, 1194)))
	do(l, l.CloseInstancePublicPorts, closePorts(portInfo("tcp", 3306, 3306)))
	l.wantPorts("22-22/tcp 192.0.2.45/32 2001:db8::1/128", "8000-8010/tcp ::/0")

	l.Server.Restart(t)
	l.wantPorts("22-22/tcp 192.0.2.45/32 2001:db8::1/128", "8000-8010/tcp ::/0")
	do(l, l.PutInstancePublicPorts, putPorts())
	l.wantPorts()
}

// TestOpenInstancePublicPorts_inAnyState: scripts open ports of instances that are still pending.
func TestOpenInstancePublicPorts_inAnyState(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create(l.input("web"))
	for port, change := range []func(){
		func() {},
		func() { l.Pass(time.Minute) },
		func() { do(l, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")}) },
		func() { l.Pass(time.Minute) },
	} {
		change()
		do(l, l.OpenInstancePublicPorts, openPorts(portInfo("tcp", int32(port+1), int32(port+1), "10.0.0.0/8")))
	}
	if n := len(l.portStates()); n != 6 {
		t.Errorf("%d port states, want 6", n)
	}
}

func TestPutInstancePublicPorts_protocols(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	alias := portInfo("tcp", 22, 22)
	alias.CidrListAliases = []string{"lightsail-connect"}
	for _, tc := range []struct {
		port types.PortInfo
		want string
	}{
		{portInfo("tcp", 0, 65535), "0-65535/tcp 0.0.0.0/0 ::/0"},
		{portInfo("tcp", 0, 0), "0-0/tcp 0.0.0.0/0 ::/0"},
		{portInfo("all", 0, 65535), "0-65535/-1 0.0.0.0/0 ::/0"},
		{portInfo("ALL", 0, 65535, "10.0.0.0/8"), "0-65535/-1 10.0.0.0/8"},
		{portInfo("-1", 0, 65535, "10.0.0.0/8"), "0-65535/-1 10.0.0.0/8"},
		{portInfo("icmp", 8, -1), "8--1/icmp 0.0.0.0/0"},
		{portInfo("icmp", -1, -1), "-1--1/icmp 0.0.0.0/0"},
		{portInfo("icmp", 0, 0), "0-0/icmp 0.0.0.0/0"},
		{portInfo("icmpv6", 128, 0), "128-0/icmpv6 ::/0"},
		{portInfo("icmpv6", 255, 255, "2001:db8::/32"), "255-255/icmpv6 2001:db8::/32"},
		{alias, "22-22/tcp lightsail-connect"},
		{portInfo("tcp", 22, 22, "192.0.2.44/24", "10.1.2.3"), "22-22/tcp 192.0.2.0/24 10.1.2.3/32"},
		{portInfo("tcp", 22, 22, "10.0.0.1", "10.0.0.1/32"), "22-22/tcp 10.0.0.1/32"},
		{portInfo("tcp", 22, 22, "2001:0DB8:0:0:0:0:0:1/32", "::1"), "22-22/tcp 2001:db8::/32 ::1/128"},
	} {
		do(l, l.PutInstancePublicPorts, putPorts(tc.port))
		l.wantPorts(tc.want)
		do(l, l.CloseInstancePublicPorts, closePorts(tc.port))
		l.wantPorts()
	}
}

// TestOpenInstancePublicPorts_followsIPAddressType: without sources a port opens to everybody who can
// reach the instance.
func TestOpenInstancePublicPorts_followsIPAddressType(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	in := l.input("web")
	in.IpAddressType, in.BundleId = types.IpAddressTypeIpv6, new("nano_ipv6_3_0")
	l.create(in)
	do(l, l.OpenInstancePublicPorts, openPorts(portInfo("tcp", 443, 443)))
	do(l, l.OpenInstancePublicPorts, openPorts(portInfo("tcp", 444, 444, "10.0.0.0/8")))
	l.wantPorts("80-80/tcp ::/0", "22-22/tcp ::/0", "443-443/tcp ::/0", "444-444/tcp 10.0.0.0/8")
	if from := *l.get("web").Networking.Ports[0].AccessFrom; from != "Anywhere (::/0)" {
		t.Errorf("accessFrom = %s", from)
	}
}

func TestOpenInstancePublicPorts_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"port-sources=3", "port-rules=3"}})
	l.run("web")
	alias := portInfo("tcp", 22, 22)
	alias.CidrListAliases = []string{"office"}
	const ports = "The ports from %s are not valid for the protocol %s: "
	for _, tc := range []struct {
		name    string
		port    types.PortInfo
		message string
	}{
		{"no protocol", portInfo("", 22, 22), "These parameters are required: protocol"},
		{"tcp from above to", portInfo("tcp", 23, 22), fmt.Sprintf(ports, "23 to 22", "tcp") + "fromPort is not above toPort."},
		{"tcp -1", portInfo("tcp", -1, 22), fmt.Sprintf(ports, "-1 to 22", "tcp") + "ports are from 0 to 65535."},
		{"udp to -1", portInfo("udp", 22, -1), fmt.Sprintf(ports, "22 to -1", "udp") + "ports are from 0 to 65535."},
		{"all of one port", portInfo("all", 22, 22), fmt.Sprintf(ports, "22 to 22", "all") + "all protocols have the ports from 0 to 65535."},
		{"ICMP type", portInfo("icmp", 256, 0), fmt.Sprintf(ports, "256 to 0", "icmp") + "fromPort is the ICMP type, toPort the ICMP code, from -1 (all) to 255."},
		{"ICMP code", portInfo("icmpv6", 0, 256), fmt.Sprintf(ports, "0 to 256", "icmpv6") + "fromPort is the ICMP type, toPort the ICMP code, from -1 (all) to 255."},
		{"a code of all types", portInfo("icmp", -1, 0), fmt.Sprintf(ports, "-1 to 0", "icmp") + "all ICMP types (-1) have all codes (-1)."},
		{"alias", alias, `There is no CIDR list alias "office": the only one is lightsail-connect.`},
		{"no address", portInfo("tcp", 22, 22, "everybody"), `"everybody" is not an IPv4 address or CIDR block.`},
		{"empty", portInfo("tcp", 22, 22, ""), `"" is not an IPv4 address or CIDR block.`},
		{"prefix length", portInfo("tcp", 22, 22, "10.0.0.0/33"), `"10.0.0.0/33" is not an IPv4 address or CIDR block.`},
		{"leading zero", portInfo("tcp", 22, 22, "010.0.0.1"), `"010.0.0.1" is not an IPv4 address or CIDR block.`},
		{"IPv6 among IPv4", types.PortInfo{Protocol: "tcp", Cidrs: []string{"::/0"}}, `"::/0" is not an IPv4 address or CIDR block.`},
		{"IPv4 among IPv6", types.PortInfo{Protocol: "tcp", Ipv6Cidrs: []string{"10.0.0.1"}}, `"10.0.0.1" is not an IPv6 address or CIDR block.`},
		{"IPv4 in IPv6", portInfo("tcp", 22, 22, "::ffff:10.0.0.1"), `"::ffff:10.0.0.1" is not an IPv6 address or CIDR block.`},
		{"zone", portInfo("tcp", 22, 22, "fe80::1%eth0"), `"fe80::1%eth0" is not an IPv6 address or CIDR block.`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			familytest.WantInvalid(t, fails(l, l.OpenInstancePublicPorts, openPorts(tc.port)), "InvalidParams", tc.message)
			familytest.WantInvalid(t, fails(l, l.CloseInstancePublicPorts, closePorts(tc.port)), "InvalidParams", tc.message)
			familytest.WantInvalid(t, fails(l, l.PutInstancePublicPorts, putPorts(portInfo("tcp", 1, 1), tc.port)), "InvalidParams", tc.message)
		})
	}
	err := fails(l, l.OpenInstancePublicPorts, openPorts(portInfo("Tcp", 22, 22)))
	if err == nil || !strings.Contains(err.Error(), "Member must satisfy enum value set: [tcp, all, udp, icmp, icmpv6]") {
		t.Errorf("protocol Tcp: %v", err)
	}
	l.wantPorts("80-80/tcp 0.0.0.0/0 ::/0", "22-22/tcp 0.0.0.0/0 ::/0")
}

func TestOpenInstancePublicPorts_quotas(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"port-sources=3", "port-rules=3"}})
	l.run("web")
	const rules = "Sorry, you've reached your maximum limit of Lightsail Firewall Rules : 3. " +
		"If you're new to Lightsail, please try again later. If the issue persists, please contact Customer Support."

	do(l, l.OpenInstancePublicPorts, openPorts(portInfo("tcp", 443, 443, "10.0.0.1", "10.0.0.2", "::1")))
	familytest.WantInvalid(t, fails(l, l.OpenInstancePublicPorts, openPorts(portInfo("tcp", 443, 443, "10.0.0.3"))),
		"LimitExceeded", "A firewall rule can have up to 3 source addresses.")
	familytest.WantInvalid(t, fails(l, l.OpenInstancePublicPorts, openPorts(portInfo("tcp", 444, 444))), "LimitExceeded", rules)
	familytest.WantInvalid(t, fails(l, l.OpenInstancePublicPorts, openPorts(portInfo("tcp", 444, 444, "10.0.0.1"))), "LimitExceeded", rules)
	familytest.WantInvalid(t, fails(l, l.PutInstancePublicPorts, putPorts(portInfo("tcp", 1, 1, "::1", "::2"), portInfo("tcp", 2, 2, "::1", "::2"))),
		"LimitExceeded", "One request can name up to 3 source addresses.")
	many := make([]types.PortInfo, 7)
	for k := range many {
		many[k] = portInfo("tcp", int32(k), int32(k))
	}
	familytest.WantInvalid(t, fails(l, l.PutInstancePublicPorts, putPorts(many...)), "LimitExceeded", rules)
	familytest.WantInvalid(t, fails(l, l.PutInstancePublicPorts, putPorts(many[:4]...)), "LimitExceeded", rules)

	do(l, l.PutInstancePublicPorts, putPorts(portInfo("tcp", 1, 1, "10.0.0.1"), portInfo("tcp", 2, 2), portInfo("tcp", 3, 3, "::1")))
	l.wantPorts("1-1/tcp 10.0.0.1/32", "2-2/tcp 0.0.0.0/0 ::/0", "3-3/tcp ::1/128")
	do(l, l.OpenInstancePublicPorts, openPorts(portInfo("tcp", 4, 4, "10.0.0.1")))
	do(l, l.OpenInstancePublicPorts, openPorts(portInfo("tcp", 5, 5, "::2")))
	familytest.WantInvalid(t, fails(l, l.OpenInstancePublicPorts, openPorts(portInfo("tcp", 6, 6, "::2"))), "LimitExceeded", rules)
}

func TestCloseInstancePublicPorts_notOpen(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	const message = "The Instance does not exist: web"
	familytest.WantNotFound(t, fails(l, l.OpenInstancePublicPorts, openPorts(portInfo("tcp", 22, 22))), message)
	familytest.WantNotFound(t, fails(l, l.CloseInstancePublicPorts, closePorts(portInfo("tcp", 22, 22))), message)
	familytest.WantNotFound(t, fails(l, l.PutInstancePublicPorts, putPorts()), message)
	familytest.WantNotFound(t, fails(l, l.GetInstancePortStates, &lightsail.GetInstancePortStatesInput{InstanceName: new("web")}), message)
	familytest.WantNotFound(t, fails(l, l.GetInstancePortStates, &lightsail.GetInstancePortStatesInput{InstanceName: new("deploy")}), "The Instance does not exist: deploy")
}

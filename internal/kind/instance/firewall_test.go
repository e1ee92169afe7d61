package instance_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
)

// port makes a port like "22-22/tcp" with its sources: CIDR blocks and aliases.
func port(from, to int32, protocol string, sources ...string) types.PortInfo {
	p := types.PortInfo{FromPort: from, ToPort: to, Protocol: types.NetworkProtocol(protocol)}
	for _, s := range sources {
		switch {
		case !strings.Contains(s, "/"):
			p.CidrListAliases = append(p.CidrListAliases, s)
		case strings.Contains(s, ":"):
			p.Ipv6Cidrs = append(p.Ipv6Cidrs, s)
		default:
			p.Cidrs = append(p.Cidrs, s)
		}
	}
	return p
}

// text is a rule in one line, with what it says of its sources in words.
func text(r types.InstancePortInfo) string {
	return fmt.Sprint(r.FromPort, "-", r.ToPort, "/", r.Protocol, " ", strings.Join(slices.Concat(r.Cidrs, r.Ipv6Cidrs, r.CidrListAliases), " "), ": ", *r.AccessFrom)
}

func wantRules(t *testing.T, i *instance.Instance, want ...string) {
	t.Helper()
	got := []string{}
	for _, r := range i.Rules() {
		got = append(got, text(r))
		if r.Cidrs == nil || r.Ipv6Cidrs == nil || r.CidrListAliases == nil || *r.CommonName != "" || r.AccessType != "public" || r.AccessDirection != "inbound" {
			t.Errorf("rule %+v", r)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
}

func TestDefaultRules_openToAllAddresses(t *testing.T) {
	for _, tc := range []struct {
		of   types.IpAddressType
		want []string
	}{
		{"", []string{"80-80/tcp 0.0.0.0/0 ::/0: Anywhere (0.0.0.0/0 and ::/0)", "53-53/udp 0.0.0.0/0 ::/0: Anywhere (0.0.0.0/0 and ::/0)"}},
		{"dualstack", []string{"80-80/tcp 0.0.0.0/0 ::/0: Anywhere (0.0.0.0/0 and ::/0)", "53-53/udp 0.0.0.0/0 ::/0: Anywhere (0.0.0.0/0 and ::/0)"}},
		{"ipv4", []string{"80-80/tcp 0.0.0.0/0: Anywhere (0.0.0.0/0)", "53-53/udp 0.0.0.0/0: Anywhere (0.0.0.0/0)"}},
		{"ipv6", []string{"80-80/tcp ::/0: Anywhere (::/0)", "53-53/udp ::/0: Anywhere (::/0)"}},
	} {
		i := web()
		i.Doc.Networking = &types.InstanceNetworking{
			Ports: instance.DefaultRules([]types.PortInfo{port(80, 80, "tcp"), port(53, 53, "udp")}, tc.of),
		}
		wantRules(t, i, tc.want...)
	}
}

func TestOpenPort_closePort(t *testing.T) {
	open := func(p types.PortInfo) func(*instance.Instance) {
		return func(i *instance.Instance) { i.OpenPort(p) }
	}
	closed := func(p types.PortInfo) func(*instance.Instance) {
		return func(i *instance.Instance) { i.ClosePort(p) }
	}
	const ssh = "22-22/tcp 10.0.0.0/8: Custom"
	for _, tc := range []struct {
		name  string
		steps []func(*instance.Instance)
		want  []string
	}{
		{"none", nil, []string{ssh}},
		{"another port", []func(*instance.Instance){open(port(80, 80, "tcp", "0.0.0.0/0"))}, []string{ssh, "80-80/tcp 0.0.0.0/0: Anywhere (0.0.0.0/0)"}},
		{"the same port, another protocol", []func(*instance.Instance){open(port(22, 22, "udp", "::/0"))}, []string{ssh, "22-22/udp ::/0: Anywhere (::/0)"}},
		{
			"more sources of a port",
			[]func(*instance.Instance){open(port(22, 22, "tcp", "192.0.2.7/32", "10.0.0.0/8", "2001:db8::/32", "lightsail-connect"))},
			[]string{"22-22/tcp 10.0.0.0/8 192.0.2.7/32 2001:db8::/32 lightsail-connect: Custom"},
		},
		{
			"everybody beside a source",
			[]func(*instance.Instance){open(port(22, 22, "tcp", "0.0.0.0/0"))},
			[]string{"22-22/tcp 10.0.0.0/8 0.0.0.0/0: Anywhere (0.0.0.0/0)"},
		},
		{
			"everybody of one family, some of the other",
			[]func(*instance.Instance){open(port(22, 22, "tcp", "::/0"))},
			[]string{"22-22/tcp 10.0.0.0/8 ::/0: Custom"},
		},
		{"close a port", []func(*instance.Instance){closed(port(22, 22, "tcp"))}, []string{}},
		{"close the last source", []func(*instance.Instance){closed(port(22, 22, "tcp", "10.0.0.0/8"))}, []string{}},
		{"close another source", []func(*instance.Instance){closed(port(22, 22, "tcp", "0.0.0.0/0"))}, []string{ssh}},
		{
			"close one of two sources",
			[]func(*instance.Instance){open(port(22, 22, "tcp", "192.0.2.7/32")), closed(port(22, 22, "tcp", "10.0.0.0/8"))},
			[]string{"22-22/tcp 192.0.2.7/32: Custom"},
		},
		{
			"close an alias",
			[]func(*instance.Instance){open(port(22, 22, "tcp", "lightsail-connect")), closed(port(22, 22, "tcp", "lightsail-connect"))},
			[]string{ssh},
		},
		{"close what is not open", []func(*instance.Instance){closed(port(22, 23, "tcp")), closed(port(22, 22, "udp"))}, []string{ssh}},
		{
			"replace all, the same port twice",
			[]func(*instance.Instance){func(i *instance.Instance) {
				i.SetPorts([]types.PortInfo{port(80, 80, "tcp", "10.1.0.0/16"), port(443, 443, "tcp", "::/0"), port(80, 80, "tcp", "10.2.0.0/16")})
			}},
			[]string{"80-80/tcp 10.1.0.0/16 10.2.0.0/16: Custom", "443-443/tcp ::/0: Anywhere (::/0)"},
		},
		{"replace all by none", []func(*instance.Instance){func(i *instance.Instance) { i.SetPorts(nil) }}, []string{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			i := web()
			i.Doc.Networking = &types.InstanceNetworking{MonthlyTransfer: &types.MonthlyTransfer{GbPerMonthAllocated: new(int32(1024))}}
			i.OpenPort(port(22, 22, "tcp", "10.0.0.0/8"))
			before := slices.Clone(i.Rules())
			was := i.Rules()
			for _, step := range tc.steps {
				step(i)
			}
			wantRules(t, i, tc.want...)
			if text(was[0]) != text(before[0]) {
				t.Error("the rules of another caller were changed")
			}
			if i.Doc.Networking.MonthlyTransfer == nil {
				t.Error("the transfer allowance is lost")
			}
		})
	}
}

func TestSetPorts_withoutNetworking(t *testing.T) {
	i := web()
	if i.Rules() != nil || i.Show(start).Networking != nil {
		t.Error("there is networking")
	}
	i.ClosePort(port(22, 22, "tcp"))
	i.OpenPort(port(22, 22, "tcp", "0.0.0.0/0"))
	wantRules(t, i, "22-22/tcp 0.0.0.0/0: Anywhere (0.0.0.0/0)")
}

// TestShownProtocol_allAsOnEC2 keeps "all" inside.
func TestShownProtocol_allAsOnEC2(t *testing.T) {
	i := web()
	i.OpenPort(port(0, 65535, "all", "0.0.0.0/0"))
	if got := i.Show(start).Networking.Ports[0].Protocol; got != "-1" {
		t.Errorf("shown: %s", got)
	}
	if got := i.Rules()[0].Protocol; got != types.NetworkProtocolAll {
		t.Errorf("kept: %s", got)
	}
}

func TestAdmits(t *testing.T) {
	i := web()
	i.SetPorts([]types.PortInfo{
		port(22, 22, "tcp", "192.0.2.0/24", "lightsail-connect"), port(8000, 8010, "tcp", "0.0.0.0/0", "::/0"),
		port(53, 53, "udp", "2001:db8::/32"), port(8, -1, "icmp", "0.0.0.0/0"), port(5900, 5900, "tcp", "lightsail-connect"),
	})
	for _, tc := range []struct {
		protocol string
		port     uint16
		from     string
		want     bool
	}{
		{"tcp", 22, "192.0.2.7", true},
		{"tcp", 22, "::ffff:192.0.2.7", true},
		{"tcp", 22, "192.0.3.1", false},
		{"tcp", 22, "2001:db8::1", false},
		{"udp", 22, "192.0.2.7", false},
		{"tcp", 21, "192.0.2.7", false},
		{"tcp", 23, "192.0.2.7", false},
		{"tcp", 7999, "127.0.0.1", false},
		{"tcp", 8000, "127.0.0.1", true},
		{"tcp", 8010, "::1", true},
		{"tcp", 8010, "fe80::1%eth0", true},
		{"tcp", 8011, "::1", false},
		{"udp", 53, "2001:db8::1", true},
		{"udp", 53, "127.0.0.1", false},
		{"tcp", 8, "127.0.0.1", false},
		{"tcp", 5900, "127.0.0.1", false},
	} {
		if got := i.Admits(tc.protocol, tc.port, netip.MustParseAddr(tc.from)); got != tc.want {
			t.Errorf("%s to %d/%s: %t, want %t", tc.from, tc.port, tc.protocol, got, tc.want)
		}
	}
	i.OpenPort(port(0, 65535, "all", "198.51.100.1/32"))
	for _, protocol := range []string{"tcp", "udp"} {
		if !i.Admits(protocol, 65535, netip.MustParseAddr("198.51.100.1")) || i.Admits(protocol, 65535, netip.MustParseAddr("198.51.100.2")) {
			t.Errorf("all protocols: %s", protocol)
		}
	}
	if i.Admits("tcp", 22, netip.Addr{}) {
		t.Error("no address at all is let in")
	}
}

func TestEntry_countsLightsailConnectForSSHAlone(t *testing.T) {
	i := web()
	i.Doc.BlueprintId = new("debian_12")
	i.SetPorts([]types.PortInfo{port(22, 22, "tcp", "192.0.2.0/24", "lightsail-connect"), port(5900, 5901, "tcp", "lightsail-connect")})
	for _, tc := range []struct {
		port uint16
		from string
		want instance.Entry
	}{
		{22, "192.0.2.7", instance.ByAddress},
		{22, "127.0.0.1", instance.AsConnect},
		{22, "::1", instance.AsConnect},
		{5900, "127.0.0.1", instance.Refused},
		{80, "192.0.2.7", instance.Refused},
	} {
		if got := i.Entry(tc.port, netip.MustParseAddr(tc.from)); got != tc.want {
			t.Errorf("entry of %s to %d: got %d, want %d", tc.from, tc.port, got, tc.want)
		}
	}
	if got, want := i.DescribeRules(22), "22/tcp from 192.0.2.0/24, lightsail-connect"; got != want {
		t.Errorf("DescribeRules(22): got %q, want %q", got, want)
	}
	if got, want := i.DescribeRules(5900), "5900-5901/tcp from lightsail-connect"; got != want {
		t.Errorf("DescribeRules(5900): got %q, want %q", got, want)
	}
	i.Doc.BlueprintId = new("windows_server_2022")
	if got := i.Entry(22, netip.MustParseAddr("127.0.0.1")); got != instance.Refused {
		t.Errorf("entry to a Windows instance: got %d, want refused", got)
	}
}

//go:build clients

package clients

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
)

// openPort is a port as GetInstancePortStates shows it, open to all sources.
func openPort(from, to int32, protocol types.NetworkProtocol) types.InstancePortState {
	return types.InstancePortState{
		FromPort: from, ToPort: to, Protocol: protocol, State: types.PortStateOpen,
		Cidrs: []string{"0.0.0.0/0"}, Ipv6Cidrs: []string{"::/0"}, CidrListAliases: []string{},
	}
}

func (u *user) wantPorts(want ...types.InstancePortState) {
	u.t.Helper()
	got := do(u, u.GetInstancePortStates, &lightsail.GetInstancePortStatesInput{InstanceName: new("web")}).PortStates
	if diff := cmp.Diff(append([]types.InstancePortState{}, want...), got, ignoreUnexported); diff != "" {
		u.t.Errorf("ports: -want +got\n%s", diff)
	}
}

func testPorts(t *testing.T, c *lightsail.Client) {
	u, web := newUser(t, c), new("web")
	u.run("web")
	http, sshd := openPort(80, 80, "tcp"), openPort(22, 22, "tcp")
	u.wantPorts(http, sshd)

	// A range from 0 is one like others.
	wide := &types.PortInfo{FromPort: 0, ToPort: 65535, Protocol: "udp", Cidrs: []string{"203.0.113.7", "198.51.100.0/24"}}
	opened := do(u, u.OpenInstancePublicPorts, &lightsail.OpenInstancePublicPortsInput{InstanceName: web, PortInfo: wide})
	u.wantRecord(*opened.Operation, u.onInstance("OpenInstancePublicPorts", "web", "0-65535/udp"), true)
	udp := openPort(0, 65535, "udp")
	udp.Cidrs, udp.Ipv6Cidrs = []string{"203.0.113.7/32", "198.51.100.0/24"}, []string{}
	u.wantPorts(http, sshd, udp)

	part := &types.PortInfo{FromPort: 0, ToPort: 65535, Protocol: "udp", Cidrs: []string{"203.0.113.7/32"}}
	closed := do(u, u.CloseInstancePublicPorts, &lightsail.CloseInstancePublicPortsInput{InstanceName: web, PortInfo: part})
	u.wantRecord(*closed.Operation, u.onInstance("CloseInstancePublicPorts", "web", "0-65535/udp"), true)
	udp.Cidrs = []string{"198.51.100.0/24"}
	u.wantPorts(http, sshd, udp)

	put := do(u, u.PutInstancePublicPorts, &lightsail.PutInstancePublicPortsInput{InstanceName: web, PortInfos: []types.PortInfo{
		{FromPort: 0, ToPort: 65535, Protocol: "all"}, {FromPort: -1, ToPort: -1, Protocol: "icmp"},
	}})
	u.wantRecord(*put.Operation, u.onInstance("PutInstancePublicPorts", "web", "0-65535/all,-1/icmp"), true)
	ping := openPort(-1, -1, "icmp")
	ping.Ipv6Cidrs = []string{}
	u.wantPorts(openPort(0, 65535, "-1"), ping)
	do(u, u.PutInstancePublicPorts, &lightsail.PutInstancePublicPortsInput{InstanceName: web, PortInfos: []types.PortInfo{}})
	u.wantPorts()

	upside := &types.PortInfo{FromPort: 23, ToPort: 22, Protocol: "tcp"}
	refused(u, u.OpenInstancePublicPorts, &lightsail.OpenInstancePublicPortsInput{InstanceName: web, PortInfo: upside}, invalid("InvalidParams", ""))
	many := make([]string, 61)
	for n := range many {
		many[n] = "203.0.113.7"
	}
	crowd := &types.PortInfo{FromPort: 22, ToPort: 22, Protocol: "tcp", Cidrs: many}
	refused(u, u.OpenInstancePublicPorts, &lightsail.OpenInstancePublicPortsInput{InstanceName: web, PortInfo: crowd},
		invalid("LimitExceeded", "One request can name up to 60 source addresses."))
	refused(u, u.GetInstancePortStates, &lightsail.GetInstancePortStatesInput{InstanceName: new("nobody")}, missing("The Instance does not exist: nobody"))
}

// onStaticIP is the record of an operation on a static IP.
func onStaticIP(action, name string, details ...string) record {
	return withDetails(record{action: action, kind: types.ResourceTypeStaticIp, name: name}, details)
}

func (u *user) staticIP(name string) *types.StaticIp {
	u.t.Helper()
	return do(u, u.GetStaticIp, &lightsail.GetStaticIpInput{StaticIpName: &name}).StaticIp
}

func testStaticIPs(t *testing.T, c *lightsail.Client) {
	u, front := newUser(t, c), new("front")
	allocated := do(u, u.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: front})
	u.wantDone(allocated.Operations, onStaticIP("AllocateStaticIp", "front"))
	free := u.staticIP("front")
	if *free.IsAttached || free.AttachedTo != nil || *free.Location.AvailabilityZone != "all" || free.ResourceType != types.ResourceTypeStaticIp {
		t.Errorf("a free static IP: %+v", free)
	}
	u.run("web", "db")
	attached := do(u, u.AttachStaticIp, &lightsail.AttachStaticIpInput{StaticIpName: front, InstanceName: new("web")})
	u.wantDone(attached.Operations, onStaticIP("AttachStaticIp", "front", "web"), u.onInstance("AttachStaticIp", "web", "front"))
	if web := u.instance("web"); *web.PublicIpAddress != *free.IpAddress || !*web.IsStaticIp {
		t.Errorf("the instance has %s, the static IP is %s", *web.PublicIpAddress, *free.IpAddress)
	}

	// It moves to another instance, and stays with that over a stop.
	do(u, u.AttachStaticIp, &lightsail.AttachStaticIpInput{StaticIpName: front, InstanceName: new("db")})
	if web := u.instance("web"); *web.PublicIpAddress == *free.IpAddress || *web.IsStaticIp {
		t.Errorf("the instance that it left has %s", *web.PublicIpAddress)
	}
	u.stop("db")
	if db := u.instance("db"); db.PublicIpAddress == nil || *db.PublicIpAddress != *free.IpAddress {
		t.Errorf("stopped, the instance has %v", db.PublicIpAddress)
	}
	detached := do(u, u.DetachStaticIp, &lightsail.DetachStaticIpInput{StaticIpName: front})
	u.wantDone(detached.Operations, onStaticIP("DetachStaticIp", "front", "db"), u.onInstance("DetachStaticIp", "db", "front"))
	if diff := cmp.Diff(free, u.staticIP("front"), ignoreUnexported); diff != "" {
		t.Errorf("-before +after its attachments\n%s", diff)
	}
	refused(u, u.DetachStaticIp, &lightsail.DetachStaticIpInput{StaticIpName: front},
		notNow("You can't detach this static IP right now. The state of this static IP is: detached"))
	released := do(u, u.ReleaseStaticIp, &lightsail.ReleaseStaticIpInput{StaticIpName: front})
	u.wantDone(released.Operations, onStaticIP("ReleaseStaticIp", "front"))
	refused(u, u.GetStaticIp, &lightsail.GetStaticIpInput{StaticIpName: front}, missing("The StaticIp does not exist: front"))
	refused(u, u.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: new("web")}, invalid("NameExists", "Some names are already in use: web"))
}

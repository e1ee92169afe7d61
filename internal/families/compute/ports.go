package compute

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/quota"
)

// openInstancePublicPorts adds to the rules; without sources it opens to everybody.
func openInstancePublicPorts(c *api.Call, in *lightsail.OpenInstancePublicPortsInput) (*lightsail.OpenInstancePublicPortsOutput, error) {
	op, err := changePorts(c, []types.PortInfo{*in.PortInfo}, func(i *instance.Instance, ports []types.PortInfo) {
		i.OpenPort(withSources(ports[0], i.Doc.IpAddressType))
	})
	return &lightsail.OpenInstancePublicPortsOutput{Operation: op}, err
}

// closeInstancePublicPorts takes sources away from a rule, or without sources the
// rule. To close what is not open is no error.
func closeInstancePublicPorts(c *api.Call, in *lightsail.CloseInstancePublicPortsInput) (*lightsail.CloseInstancePublicPortsOutput, error) {
	op, err := changePorts(c, []types.PortInfo{*in.PortInfo}, func(i *instance.Instance, ports []types.PortInfo) {
		i.ClosePort(ports[0])
	})
	return &lightsail.CloseInstancePublicPortsOutput{Operation: op}, err
}

// putInstancePublicPorts replaces all rules, by none if the list is empty.
func putInstancePublicPorts(c *api.Call, in *lightsail.PutInstancePublicPortsInput) (*lightsail.PutInstancePublicPortsOutput, error) {
	op, err := changePorts(c, in.PortInfos, func(i *instance.Instance, ports []types.PortInfo) {
		for k := range ports {
			ports[k] = withSources(ports[k], i.Doc.IpAddressType)
		}
		i.SetPorts(ports)
	})
	return &lightsail.PutInstancePublicPortsOutput{Operation: op}, err
}

// getInstancePortStates lists the open ports; closed ones are in no list.
func getInstancePortStates(c *api.Call, _ *lightsail.GetInstancePortStatesInput) (*lightsail.GetInstancePortStatesOutput, error) {
	i, err := api.Target[instance.Instance](c)
	if err != nil {
		return nil, err
	}
	states := make([]types.InstancePortState, len(i.Rules()))
	for k, r := range i.Rules() {
		states[k] = types.InstancePortState{
			CidrListAliases: r.CidrListAliases,
			Cidrs:           r.Cidrs,
			FromPort:        r.FromPort,
			Ipv6Cidrs:       r.Ipv6Cidrs,
			Protocol:        instance.ShownProtocol(r.Protocol),
			State:           types.PortStateOpen,
			ToPort:          r.ToPort,
		}
	}
	return &lightsail.GetInstancePortStatesOutput{PortStates: states}, nil
}

// changePorts changes the firewall of the call's instance, in any of its states, and
// records that.
func changePorts(c *api.Call, wanted []types.PortInfo, change func(*instance.Instance, []types.PortInfo)) (*types.Operation, error) {
	canonical, err := checkPorts(c, wanted)
	if err != nil {
		return nil, err
	}
	i, err := api.Target[instance.Instance](c)
	if err != nil {
		return nil, err
	}
	before := i.Rules()
	change(i, canonical)
	if err := checkRules(c, i.Rules(), before); err != nil {
		return nil, err
	}
	if err := c.Save(i); err != nil {
		return nil, err
	}
	op := c.Record(i.Resource)
	op.OperationDetails = new(portNames(canonical))
	return op, nil
}

// checkPorts returns ports in canonical form.
func checkPorts(c *api.Call, wanted []types.PortInfo) ([]types.PortInfo, error) {
	if rules := c.Quota(quota.PortRules); len(wanted) > 2*rules {
		return nil, api.QuotaReached("Firewall Rules", rules)
	}
	sources := 0
	canonical := make([]types.PortInfo, len(wanted))
	for k, p := range wanted {
		if sources += len(p.Cidrs) + len(p.Ipv6Cidrs); sources > c.Quota(quota.PortSources) {
			return nil, api.InvalidInput("LimitExceeded", "One request can name up to %d source addresses.", c.Quota(quota.PortSources))
		}
		var err error
		if canonical[k], err = checkPort(p); err != nil {
			return nil, err
		}
	}
	return canonical, nil
}

// checkPort is a port in canonical form, or the client's error.
func checkPort(p types.PortInfo) (types.PortInfo, error) {
	if p.Protocol == "" { // the API model does not require it
		return p, api.MissingParameters("protocol")
	}
	canonical, err := instance.CheckPort(p)
	if refused, ok := errors.AsType[*instance.PortError](err); ok {
		return p, api.InvalidParams("%s", refused.Message)
	}
	return canonical, err
}

// withSources opens a port that names no sources to everybody.
func withSources(p types.PortInfo, t types.IpAddressType) types.PortInfo {
	if instance.HasSources(p) {
		return p
	}
	switch p.Protocol {
	case types.NetworkProtocolIcmp:
		t = types.IpAddressTypeIpv4
	case types.NetworkProtocolIcmpv6:
		t = types.IpAddressTypeIpv6
	}
	p.Cidrs, p.Ipv6Cidrs = instance.Anywhere(t)
	return p
}

// checkRules bounds an instance's rules, for IPv4 and IPv6 each, and their sources.
// Neither must have become more than they were if a quota has become smaller.
func checkRules(c *api.Call, now, before []types.InstancePortInfo) error {
	if len(now) <= len(before) && countSources(now) <= countSources(before) {
		return nil
	}
	rules, sources := c.Quota(quota.PortRules), c.Quota(quota.PortSources)
	ipv4, ipv6 := 0, 0
	for _, r := range now {
		if len(r.Cidrs)+len(r.Ipv6Cidrs) > max(sources, 2) { // everybody is two
			return api.InvalidInput("LimitExceeded", "A firewall rule can have up to %d source addresses.", sources)
		}
		if len(r.Cidrs)+len(r.CidrListAliases) > 0 {
			ipv4++
		}
		if len(r.Ipv6Cidrs) > 0 {
			ipv6++
		}
	}
	if max(ipv4, ipv6) > rules {
		return api.QuotaReached("Firewall Rules", rules)
	}
	return nil
}

func countSources(rules []types.InstancePortInfo) (n int) {
	for _, r := range rules {
		n += len(r.Cidrs) + len(r.Ipv6Cidrs) + len(r.CidrListAliases)
	}
	return n
}

// portNames is how operations call ports: "22/tcp" (observed in AWS CLI examples).
func portNames(list []types.PortInfo) string {
	names := make([]string, len(list))
	for k, p := range list {
		numbers := strconv.Itoa(int(p.FromPort))
		if p.ToPort != p.FromPort {
			numbers = fmt.Sprintf("%d-%d", p.FromPort, p.ToPort)
		}
		names[k] = numbers + "/" + string(p.Protocol)
	}
	return strings.Join(names, ",")
}

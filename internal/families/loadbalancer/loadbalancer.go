// Package loadbalancer holds the actions about load balancers, their TLS certificates and the instances that are
// attached to them.
//
// It forwards no request and checks no instance: health follows from the state and the firewall of an instance.
package loadbalancer

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/loadbalancer"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Declare returns what the family has.
func Declare() api.Family {
	return api.Family{
		Actions: slices.Concat(balancers(), certificates()), Kinds: loadbalancer.Stored(),
		Roles:   map[resource.Role]api.Role{resource.BalancedInstance: {}, resource.BalancerCertificate: {}, resource.BalancerHTTPS: {}},
		Metrics: metric.Sources{resource.LoadBalancer: series},
		Costs:   map[resource.Kind]api.Cost{resource.LoadBalancer: api.CostOf[loadbalancer.LoadBalancer]},

		IPAddressTypes: map[resource.Kind]api.SetIPAddressType{resource.LoadBalancer: setIPAddressType},
	}
}

func balancers() []api.Action {
	on := api.On(resource.LoadBalancer)
	return []api.Action{
		api.New(create, api.Creates(resource.LoadBalancer)),
		api.New(get, on),
		api.New(list, api.Of(resource.LoadBalancer)),
		api.New(updateAttribute, on),
		api.New(remove, api.Deletes(resource.LoadBalancer)),
		api.New(attach, on, api.OnMember("instanceNames", resource.Instance)),
		api.New(detach, on, api.OnMember("instanceNames", resource.Instance)),
		api.New(getMetricData, on),
	}
}

// create makes a load balancer. With the name of a certificate it asks for that, too: three operations then.
func create(c *api.Call, in *lightsail.CreateLoadBalancerInput) (*lightsail.CreateLoadBalancerOutput, error) {
	if err := loadbalancer.CheckPort(in.InstancePort); err != nil {
		return nil, api.Refused(err)
	}
	b := loadbalancer.New(c.New(resource.LoadBalancer, *in.LoadBalancerName), in.InstancePort, in.IpAddressType,
		c.Plan(loadbalancer.Lifecycle, loadbalancer.Create))
	if err := configure(b, types.LoadBalancerAttributeNameHealthCheckPath, in.HealthCheckPath); err != nil {
		return nil, err
	}
	if err := configure(b, types.LoadBalancerAttributeNameTlsPolicyName, in.TlsPolicyName); err != nil {
		return nil, err
	}
	if err := c.Insert(b); err != nil {
		return nil, err
	}
	out := &lightsail.CreateLoadBalancerOutput{Operations: []types.Operation{*c.Started(b.Resource, b.Priv.Settled())}}
	ops, err := createWith(c, b, in)
	out.Operations = append(out.Operations, ops...)
	return out, err
}

// configure sets an attribute of a load balancer, if a value is given.
func configure(b *loadbalancer.LoadBalancer, name types.LoadBalancerAttributeName, value *string) error {
	if value == nil {
		return nil
	}
	return api.Refused(b.Set(name, *value))
}

func get(c *api.Call, _ *lightsail.GetLoadBalancerInput) (*lightsail.GetLoadBalancerOutput, error) {
	shown, err := show(c, c.Target(resource.LoadBalancer))
	return &lightsail.GetLoadBalancerOutput{LoadBalancer: shown}, err
}

func list(c *api.Call, in *lightsail.GetLoadBalancersInput) (*lightsail.GetLoadBalancersOutput, error) {
	all, next, err := api.ListShown(c, in.PageToken, resource.LoadBalancer, func(r *resource.Resource) (*types.LoadBalancer, error) {
		return show(c, r)
	})
	return &lightsail.GetLoadBalancersOutput{LoadBalancers: all, NextPageToken: next}, err
}

func show(c *api.Call, r *resource.Resource) (*types.LoadBalancer, error) {
	b, err := open(c.Tx, r, c.Now)
	if err != nil {
		return nil, err
	}
	return b.Show(c.Now), nil
}

// updateAttribute changes one attribute, whose name is the operation's details (developer guide).
func updateAttribute(c *api.Call, in *lightsail.UpdateLoadBalancerAttributeInput) (*lightsail.UpdateLoadBalancerAttributeOutput, error) {
	b, err := api.Target[loadbalancer.LoadBalancer](c)
	if err != nil {
		return nil, err
	}
	if err := configure(b, in.AttributeName, in.AttributeValue); err != nil {
		return nil, err
	}
	op := c.Record(b.Resource)
	op.OperationDetails = new(string(in.AttributeName))
	return &lightsail.UpdateLoadBalancerAttributeOutput{Operations: []types.Operation{*op}}, c.Save(b)
}

// setIPAddressType changes the type at once, to the present one, too.
func setIPAddressType(c *api.Call, in *lightsail.SetIpAddressTypeInput) (*types.Operation, error) {
	b, err := api.Target[loadbalancer.LoadBalancer](c)
	if err != nil {
		return nil, err
	}
	b.Doc.IpAddressType = in.IpAddressType
	return c.Record(b.Resource), c.Save(b)
}

// remove deletes a load balancer with its certificates. Its own operation is over at once, and those of the
// certificates are not (observed). Instances stay, and no operation says that they were detached.
func remove(c *api.Call, _ *lightsail.DeleteLoadBalancerInput) (*lightsail.DeleteLoadBalancerOutput, error) {
	b, err := api.Target[loadbalancer.LoadBalancer](c)
	if err != nil {
		return nil, err
	}
	links := b.CertificateLinks()
	op, err := c.Delete(b.Resource)
	if err != nil {
		return nil, err
	}
	out := &lightsail.DeleteLoadBalancerOutput{Operations: []types.Operation{*op}}
	for _, l := range links {
		for _, r := range []*resource.Resource{l.Other, b.Resource} {
			op := c.Started(r, c.After(loadbalancer.DeleteCertificateTakes))
			op.OperationType = types.OperationTypeDeleteLoadBalancerTlsCertificate
			out.Operations = append(out.Operations, *op)
		}
	}
	return out, nil
}

func getMetricData(c *api.Call, in *lightsail.GetLoadBalancerMetricDataInput) (*lightsail.GetLoadBalancerMetricDataOutput, error) {
	data, err := c.MetricData(resource.LoadBalancer, string(in.MetricName), in.StartTime, in.EndTime, in.Period, in.Unit, in.Statistics)
	return &lightsail.GetLoadBalancerMetricDataOutput{MetricName: in.MetricName, MetricData: data}, err
}

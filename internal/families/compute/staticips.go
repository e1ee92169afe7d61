package compute

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func (f *Family) allocateStaticIP(c *api.Call, in *lightsail.AllocateStaticIpInput) (*lightsail.AllocateStaticIpOutput, error) {
	r := c.New(resource.StaticIP, *in.StaticIpName)
	address, err := f.newPublicAddress(c, r.ID)
	if err != nil {
		return nil, fmt.Errorf("static IP: %w", err)
	}
	if err := c.Insert(instance.NewStaticIP(r, address.String())); err != nil {
		return nil, err
	}
	return &lightsail.AllocateStaticIpOutput{Operations: []types.Operation{*c.Record(r)}}, nil
}

// releaseStaticIP detaches it first if it is attached: AWS's own CloudFormation
// provider releases attached ones.
func (f *Family) releaseStaticIP(c *api.Call, _ *lightsail.ReleaseStaticIpInput) (*lightsail.ReleaseStaticIpOutput, error) {
	ip, err := api.Target[instance.StaticIP](c)
	if err != nil {
		return nil, err
	}
	released, err := c.Delete(ip.Resource)
	if err != nil {
		return nil, err
	}
	if err := c.Tx.ReleaseAddresses(ip.Resource.ID); err != nil {
		return nil, err
	}
	if ip.Doc.AttachedTo != nil {
		if _, err := f.takeStaticIPFrom(c, *ip.Doc.AttachedTo); err != nil {
			return nil, err
		}
	}
	return &lightsail.ReleaseStaticIpOutput{Operations: []types.Operation{*released}}, nil
}

// attachStaticIP moves a static IP that is attached to another instance (so does AWS's
// CloudFormation provider), and detaches one that the instance has already (EC2 does).
func (f *Family) attachStaticIP(c *api.Call, _ *lightsail.AttachStaticIpInput) (*lightsail.AttachStaticIpOutput, error) {
	ip, err := api.Target[instance.StaticIP](c)
	if err != nil {
		return nil, err
	}
	i, err := api.Target[instance.Instance](c)
	if err != nil {
		return nil, err
	}
	if i.Doc.IpAddressType == types.IpAddressTypeIpv6 { // observed text
		return nil, api.InvalidParams("The instance %s uses a bundle that doesn't support the attachStaticIp operation", i.Resource.Name)
	}
	if err := checkState(i, c.Now, "attach a static IP to", instance.Running, instance.Stopped); err != nil {
		return nil, err
	}
	out := &lightsail.AttachStaticIpOutput{Operations: eachNamesOther(c.Record(ip.Resource), c.Record(i.Resource))}
	if i.Priv.StaticIP == ip.Resource.Name {
		return out, nil
	}
	if err := f.freeForAttachment(c, ip, i); err != nil {
		return nil, err
	}
	ip.AttachTo(i)
	return out, errors.Join(c.Save(ip), c.Save(i))
}

// freeForAttachment removes what an attachment replaces: the address that the instance
// has, and the static IP from the instance that it is attached to.
func (f *Family) freeForAttachment(c *api.Call, ip *instance.StaticIP, i *instance.Instance) error {
	if err := giveUpAddress(c, i); err != nil || ip.Doc.AttachedTo == nil {
		return err
	}
	_, err := f.takeStaticIPFrom(c, *ip.Doc.AttachedTo)
	return err
}

// giveUpAddress frees an instance's public address, or detaches its static IP. It does
// not store the instance.
func giveUpAddress(c *api.Call, i *instance.Instance) error {
	if i.Priv.StaticIP == "" {
		return c.Tx.ReleaseAddress(instance.PublicPool, i.Resource.ID)
	}
	former, err := loseStaticIP(c, i)
	if err != nil {
		return err
	}
	op := c.Record(former)
	op.OperationType, op.OperationDetails = types.OperationTypeDetachStaticIp, &i.Resource.Name
	return nil
}

// loseStaticIP detaches the static IP of an instance, which stays allocated, and stores
// that side only.
func loseStaticIP(c *api.Call, i *instance.Instance) (*resource.Resource, error) {
	ip, err := api.Find[instance.StaticIP](c, i.Priv.StaticIP)
	if err != nil {
		return nil, err
	}
	ip.Detach()
	return ip.Resource, c.Save(ip)
}

func (f *Family) detachStaticIP(c *api.Call, _ *lightsail.DetachStaticIpInput) (*lightsail.DetachStaticIpOutput, error) {
	ip, err := api.Target[instance.StaticIP](c)
	if err != nil {
		return nil, err
	}
	if ip.Doc.AttachedTo == nil {
		return nil, api.WrongState("detach", "static IP", "detached")
	}
	onIP := c.Record(ip.Resource)
	onIP.OperationDetails = ip.Doc.AttachedTo
	onInstance, err := f.takeStaticIPFrom(c, *ip.Doc.AttachedTo)
	if err != nil {
		return nil, err
	}
	ip.Detach()
	if err := c.Save(ip); err != nil {
		return nil, err
	}
	return &lightsail.DetachStaticIpOutput{Operations: []types.Operation{*onIP, *onInstance}}, nil
}

// takeStaticIPFrom takes the static IP away from an instance, which gets another
// public address. It stores and records that side only.
func (f *Family) takeStaticIPFrom(c *api.Call, name string) (*types.Operation, error) {
	i, err := api.Find[instance.Instance](c, name)
	if err != nil {
		return nil, err
	}
	op, former := c.Record(i.Resource), i.Priv.StaticIP
	op.OperationType, op.OperationDetails = types.OperationTypeDetachStaticIp, &former
	i.Priv.StaticIP, i.Doc.IsStaticIp = "", new(false)
	if err := f.takePublicAddress(c, i); err != nil {
		return nil, err
	}
	return op, c.Save(i)
}

func getStaticIP(c *api.Call, _ *lightsail.GetStaticIpInput) (*lightsail.GetStaticIpOutput, error) {
	ip, err := api.Show[instance.StaticIP, types.StaticIp](c)
	return &lightsail.GetStaticIpOutput{StaticIp: ip}, err
}

// getStaticIPs lists the static IPs by name.
func getStaticIPs(c *api.Call, in *lightsail.GetStaticIpsInput) (*lightsail.GetStaticIpsOutput, error) {
	list, next, err := api.List[instance.StaticIP, types.StaticIp](c, in.PageToken)
	return &lightsail.GetStaticIpsOutput{StaticIps: list, NextPageToken: next}, err
}

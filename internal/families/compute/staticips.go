package compute

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func (f *Family) allocateStaticIP(c *api.Call, in *lightsail.AllocateStaticIpInput) (*lightsail.AllocateStaticIpOutput, error) {
	n, err := c.Tx.Count(c.Principal.Account, c.Region, resource.StaticIP)
	if err != nil {
		return nil, err
	}
	if limit := c.Quota(quota.StaticIPs); n >= limit {
		return nil, api.QuotaReached("Static IPs", limit)
	}
	r := c.NewResource(resource.StaticIP, *in.StaticIpName)
	address, err := f.newPublicAddress(c, r.ID)
	if err != nil {
		return nil, fmt.Errorf("static IP: %w", err)
	}
	arn, text := r.ARN(), address.String()
	code := r.SupportCode(text)
	r.Priv = []byte("{}")
	r.Doc = codec.Encode(&types.StaticIp{
		Arn:          &arn,
		CreatedAt:    &r.CreatedAt,
		IpAddress:    &text,
		IsAttached:   new(false),
		Location:     r.Location(),
		Name:         &r.Name,
		ResourceType: types.ResourceTypeStaticIp,
		SupportCode:  &code,
	})
	if err := c.Tx.InsertResource(r); err != nil {
		return nil, err
	}
	return &lightsail.AllocateStaticIpOutput{Operations: []types.Operation{*c.Record(r)}}, nil
}

// releaseStaticIP detaches it first where it is attached: AWS's own CloudFormation
// provider releases attached ones.
func (f *Family) releaseStaticIP(c *api.Call, _ *lightsail.ReleaseStaticIpInput) (*lightsail.ReleaseStaticIpOutput, error) {
	r := c.Target(resource.StaticIP)
	ip, err := staticIPOf(r)
	if err != nil {
		return nil, err
	}
	released := c.Record(r)
	if err := c.Tx.ReleaseAddresses(r.ID); err != nil {
		return nil, err
	}
	if ip.AttachedTo != nil {
		if _, err := f.takeStaticIPFrom(c, *ip.AttachedTo); err != nil {
			return nil, err
		}
	}
	if err := c.Tx.DeleteResource(r); err != nil {
		return nil, err
	}
	return &lightsail.ReleaseStaticIpOutput{Operations: []types.Operation{*released}}, nil
}

// attachStaticIP moves a static IP that is attached to another instance (so does AWS's
// CloudFormation provider), and detaches one that the instance has already (EC2 does).
func (f *Family) attachStaticIP(c *api.Call, _ *lightsail.AttachStaticIpInput) (*lightsail.AttachStaticIpOutput, error) {
	r := c.Target(resource.StaticIP)
	ip, err := staticIPOf(r)
	if err != nil {
		return nil, err
	}
	i, err := instance.Load(c.Target(resource.Instance))
	if err != nil {
		return nil, err
	}
	if i.Doc.IpAddressType == types.IpAddressTypeIpv6 { // observed text
		return nil, api.InvalidParams("The instance %s uses a bundle that doesn't support the attachStaticIp operation", i.Resource.Name)
	}
	if err := checkState(i, c.Now, "attach a static IP to", instance.Running, instance.Stopped); err != nil {
		return nil, err
	}
	out := &lightsail.AttachStaticIpOutput{Operations: []types.Operation{
		*staticIPOperation(c, r, i.Resource), *staticIPOperation(c, i.Resource, r),
	}}
	if i.Priv.StaticIP == r.Name {
		return out, nil
	}
	if err := f.freeForAttachment(c, ip, i); err != nil {
		return nil, err
	}
	return out, attach(c, r, ip, i)
}

// freeForAttachment takes away what stands in the way of an attachment: the address
// that the instance has, and the static IP from the instance that it is attached to.
func (f *Family) freeForAttachment(c *api.Call, ip *types.StaticIp, i *instance.Instance) error {
	if err := giveUpAddress(c, i); err != nil || ip.AttachedTo == nil {
		return err
	}
	_, err := f.takeStaticIPFrom(c, *ip.AttachedTo)
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
	r, err := c.Find(resource.StaticIP, i.Priv.StaticIP)
	if err != nil {
		return nil, err
	}
	return r, saveUnattached(c, r)
}

// attach stores both sides of an attachment.
func attach(c *api.Call, r *resource.Resource, ip *types.StaticIp, i *instance.Instance) error {
	ip.AttachedTo, ip.IsAttached = &i.Resource.Name, new(true)
	r.Doc = codec.Encode(ip)
	if err := c.Tx.UpdateResource(r); err != nil {
		return err
	}
	i.Priv.StaticIP = r.Name
	i.Doc.IsStaticIp, i.Doc.PublicIpAddress = new(true), ip.IpAddress
	return saveInstance(c, i)
}

func (f *Family) detachStaticIP(c *api.Call, _ *lightsail.DetachStaticIpInput) (*lightsail.DetachStaticIpOutput, error) {
	r := c.Target(resource.StaticIP)
	ip, err := staticIPOf(r)
	if err != nil {
		return nil, err
	}
	if ip.AttachedTo == nil {
		return nil, api.WrongState("detach", "static IP", "detached")
	}
	onIP := c.Record(r)
	onIP.OperationDetails = ip.AttachedTo
	onInstance, err := f.takeStaticIPFrom(c, *ip.AttachedTo)
	if err != nil {
		return nil, err
	}
	if err := saveUnattached(c, r); err != nil {
		return nil, err
	}
	return &lightsail.DetachStaticIpOutput{Operations: []types.Operation{*onIP, *onInstance}}, nil
}

// takeStaticIPFrom takes the static IP away from an instance, which gets another
// public address. It stores and records that side only.
func (f *Family) takeStaticIPFrom(c *api.Call, name string) (*types.Operation, error) {
	i, err := findInstance(c, name)
	if err != nil {
		return nil, err
	}
	op, former := c.Record(i.Resource), i.Priv.StaticIP
	op.OperationType, op.OperationDetails = types.OperationTypeDetachStaticIp, &former
	i.Priv.StaticIP, i.Doc.IsStaticIp = "", new(false)
	if err := f.takePublicAddress(c, i); err != nil {
		return nil, err
	}
	return op, saveInstance(c, i)
}

// saveUnattached stores that a static IP is attached to nothing.
func saveUnattached(c *api.Call, r *resource.Resource) error {
	ip, err := staticIPOf(r)
	if err != nil {
		return err
	}
	ip.AttachedTo, ip.IsAttached = nil, new(false)
	r.Doc = codec.Encode(ip)
	return c.Tx.UpdateResource(r)
}

// staticIPOperation is the record on one of the two sides; its details name the other.
func staticIPOperation(c *api.Call, on, other *resource.Resource) *types.Operation {
	op := c.Record(on)
	op.OperationDetails = &other.Name
	return op
}

func getStaticIP(c *api.Call, _ *lightsail.GetStaticIpInput) (*lightsail.GetStaticIpOutput, error) {
	ip, err := staticIPOf(c.Target(resource.StaticIP))
	return &lightsail.GetStaticIpOutput{StaticIp: ip}, err
}

// getStaticIPs lists the static IPs by name.
func getStaticIPs(c *api.Call, in *lightsail.GetStaticIpsInput) (*lightsail.GetStaticIpsOutput, error) {
	list, next, err := listOf(c, in.PageToken, resource.StaticIP, staticIPOf)
	return &lightsail.GetStaticIpsOutput{StaticIps: list, NextPageToken: next}, err
}

func staticIPOf(r *resource.Resource) (*types.StaticIp, error) {
	ip := &types.StaticIp{}
	if err := codec.Unmarshal(r.Doc, ip); err != nil {
		return nil, fmt.Errorf("stored static IP %s: %w", r.ID, err)
	}
	return ip, nil
}

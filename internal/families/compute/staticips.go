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
func releaseStaticIP(c *api.Call, _ *lightsail.ReleaseStaticIpInput) (*lightsail.ReleaseStaticIpOutput, error) {
	released, err := c.Delete(c.Target(resource.StaticIP))
	if err != nil {
		return nil, err
	}
	return &lightsail.ReleaseStaticIpOutput{Operations: []types.Operation{*released}}, nil
}

// staticIPEnded gives an instance another public address if its static IP is released. If the
// instance is deleted, the static IP stays as it is.
func (f *Family) staticIPEnded(c *api.Call, deleted *resource.Resource, link resource.Link) error {
	if deleted.Kind != resource.StaticIP {
		return keepAttached(c, link.Other, true)
	}
	_, err := f.replaceStaticIP(c, &link)
	return err
}

// attachStaticIP moves a static IP that is attached to another instance (so does AWS's
// CloudFormation provider), and detaches one that the instance has already (EC2 does). There are no
// operations on the two that lose each other.
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
	out := &lightsail.AttachStaticIpOutput{Operations: api.EachNamesOther(c.Record(ip.Resource), c.Record(i.Resource))}
	if link := ip.Attached(); link != nil && link.Other.ID == i.Resource.ID {
		return out, nil
	}
	if err := giveUpAddress(c, i); err != nil {
		return nil, err
	}
	if ip.Attached() == nil {
		err = keepAttached(c, ip.Resource, false)
	} else {
		_, err = f.takeStaticIP(c, ip)
	}
	if err != nil {
		return nil, err
	}
	return out, c.Link(ip, resource.AttachedStaticIP, i, resource.NoDoc)
}

// giveUpAddress frees an instance's public address, or detaches its static IP, which stays
// allocated.
func giveUpAddress(c *api.Call, i *instance.Instance) error {
	if link := i.StaticIP(); link != nil {
		return errors.Join(keepAttached(c, link.Other, true), c.Unlink(i.Resource, link))
	}
	i.Doc.PublicIpAddress = nil
	return errors.Join(c.Tx.ReleaseAddress(instance.PublicPool, i.Resource.ID), c.Save(i))
}

func (f *Family) detachStaticIP(c *api.Call, _ *lightsail.DetachStaticIpInput) (*lightsail.DetachStaticIpOutput, error) {
	ip, err := api.Target[instance.StaticIP](c)
	if err != nil {
		return nil, err
	}
	former, err := f.takeStaticIP(c, ip)
	if err != nil {
		return nil, err
	}
	if err := keepAttached(c, ip.Resource, true); err != nil {
		return nil, err
	}
	return &lightsail.DetachStaticIpOutput{Operations: api.EachNamesOther(c.Record(ip.Resource), c.Record(former))}, nil
}

// keepAttached notes for the costs of a static IP whether it was attached until now. It is the other way
// from now on.
func keepAttached(c *api.Call, ip *resource.Resource, attached bool) error {
	return api.KeepTerms(c, ip, instance.AddressOver, instance.AddressTerms{Attached: attached}, instance.AddressTerms{Attached: !attached})
}

// staticIPMissing is the error of a call that would detach a static IP which is attached to
// nothing.
func staticIPMissing(*api.Call, *resource.Resource) error {
	return api.WrongState("detach", "static IP", "detached")
}

// takeStaticIP takes a static IP away from the instance that it is attached to, and returns the instance.
func (f *Family) takeStaticIP(c *api.Call, ip *instance.StaticIP) (*resource.Resource, error) {
	link := ip.Attached()
	if err := c.Unlink(ip.Resource, link); err != nil {
		return nil, err
	}
	return f.replaceStaticIP(c, link)
}

// replaceStaticIP gives the instance that had a static IP another public address.
func (f *Family) replaceStaticIP(c *api.Call, link *resource.Link) (*resource.Resource, error) {
	i, err := api.Other[instance.Instance](c, link)
	if err != nil {
		return nil, err
	}
	if err := f.takePublicAddress(c, i); err != nil {
		return nil, err
	}
	return i.Resource, c.Save(i)
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

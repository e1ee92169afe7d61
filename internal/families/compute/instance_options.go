package compute

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
)

// setIPAddressType changes between IPv4, IPv6 and both. Asking for the present type
// changes nothing.
func (f *Family) setIPAddressType(c *api.Call, in *lightsail.SetIpAddressTypeInput) (*types.Operation, error) {
	i, err := targetIn(c, "set the IP address type of", instance.Running, instance.Stopped)
	if err != nil {
		return nil, err
	}
	if in.IpAddressType != i.Doc.IpAddressType {
		err = f.changeIPAddressType(c, i, in.IpAddressType, aws.ToBool(in.AcceptBundleUpdate))
	}
	if err != nil {
		return nil, err
	}
	return c.Record(i.Resource), c.Save(i)
}

// changeIPAddressType changes the bundle, too, if the public IPv4 address comes or
// goes.
func (f *Family) changeIPAddressType(c *api.Call, i *instance.Instance, wanted types.IpAddressType, acceptBundle bool) error {
	had6 := i.Doc.IpAddressType != types.IpAddressTypeIpv4
	had4 := i.Doc.IpAddressType != types.IpAddressTypeIpv6
	wants4 := wanted != types.IpAddressTypeIpv6
	if had4 != wants4 {
		if err := keepTerms(c, i, func() error { return changeBundleFor(i, acceptBundle) }); err != nil {
			return err
		}
	}
	i.Doc.IpAddressType = wanted
	if wants6 := wanted != types.IpAddressTypeIpv4; had6 != wants6 {
		setIPv6Address(c, i)
	}
	switch {
	case wants4 && !had4:
		return f.takePublicAddress(c, i)
	case had4 && !wants4:
		i.Doc.PublicIpAddress = nil
		return c.Tx.ReleaseAddress(instance.PublicPool, i.Resource.ID)
	}
	return nil
}

// changeBundleFor gives an instance the bundle that is the same plan with a public
// IPv4 address, or without.
func changeBundleFor(i *instance.Instance, accept bool) error {
	name := i.Resource.Name
	bundle, err := bundleOf(i)
	if err != nil {
		return err
	}
	other, ok := bundle.OtherIPType()
	switch {
	case !ok:
		return api.InvalidParams("The instance %s uses a bundle that doesn't support the setIpAddressType operation", name)
	case !accept:
		return api.InvalidParams("You cannot set the IP address type of the Instance %s without a bundle update. "+
			"Specify the acceptBundleUpdate parameter to update the bundle to %s.", name, *other.BundleId)
	case i.StaticIP() != nil:
		return api.StillAttached("static IP", name)
	}
	i.Priv.FormerBundle = ""
	setBundle(i, other)
	return nil
}

// ipv6MetadataRegion is the only region whose instances have the metadata service at
// an IPv6 address (API reference).
const ipv6MetadataRegion = "eu-north-1"

// updateInstanceMetadataOptions changes what is given and keeps the rest, on a running
// or stopped instance (API reference).
func updateInstanceMetadataOptions(c *api.Call, in *lightsail.UpdateInstanceMetadataOptionsInput) (*lightsail.UpdateInstanceMetadataOptionsOutput, error) {
	i, err := targetIn(c, "update the metadata options of", instance.Running, instance.Stopped)
	if err != nil {
		return nil, err
	}
	if limit := in.HttpPutResponseHopLimit; limit != nil && (*limit < 1 || *limit > instance.MaxHopLimit) {
		return nil, api.InvalidParams("httpPutResponseHopLimit must be from 1 to %d.", instance.MaxHopLimit)
	}
	if in.HttpProtocolIpv6 == types.HttpProtocolIpv6Enabled && c.Region != ipv6MetadataRegion {
		return nil, api.InvalidParams("httpProtocolIpv6 is available in the region %s only.", ipv6MetadataRegion)
	}
	applyMetadataOptions(i.Doc.MetadataOptions, in)
	if err := c.Save(i); err != nil {
		return nil, err
	}
	return &lightsail.UpdateInstanceMetadataOptionsOutput{Operation: c.Record(i.Resource)}, nil
}

func applyMetadataOptions(o *types.InstanceMetadataOptions, in *lightsail.UpdateInstanceMetadataOptionsInput) {
	if in.HttpEndpoint != "" {
		o.HttpEndpoint = in.HttpEndpoint
	}
	if in.HttpProtocolIpv6 != "" {
		o.HttpProtocolIpv6 = in.HttpProtocolIpv6
	}
	if in.HttpPutResponseHopLimit != nil {
		o.HttpPutResponseHopLimit = in.HttpPutResponseHopLimit
	}
	if in.HttpTokens != "" {
		o.HttpTokens = in.HttpTokens
	}
}

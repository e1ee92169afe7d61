package distribution

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// originRoles are the roles of the links to origins, by kind.
var originRoles = map[resource.Kind]resource.Role{
	resource.Bucket:           resource.OriginBucket,
	resource.ContainerService: resource.OriginContainerService,
	resource.Instance:         resource.OriginInstance,
	resource.LoadBalancer:     resource.OriginLoadBalancer,
}

// OriginRole is the role of a link to an origin of a kind; ok is false for a kind that is no origin.
func OriginRole(k resource.Kind) (role resource.Role, ok bool) {
	role, ok = originRoles[k]
	return role, ok
}

// OriginLink is the link to the origin; nil if the origin was deleted, or if there is none yet.
func (d *Distribution) OriginLink() *resource.Link {
	for i, l := range d.Resource.Links {
		if l.Role == originRoles[l.Other.Kind] {
			return &d.Resource.Links[i]
		}
	}
	return nil
}

// How long a distribution waits for an answer of its origin, in seconds (API reference).
const (
	minResponseTimeout     = 1
	defaultResponseTimeout = 30
	maxResponseTimeout     = 60
)

// SetOrigin sets where the content comes from, or returns a resource.RefusalError. publicDNS is the origin's name in DNS. A
// bucket is always asked over HTTPS (Lightsail user guide), and shows no policy unless one was given (configurations of
// the acceptance tests of Terraform's AWS provider). Private access, which only buckets have, ends if the origin becomes
// another one.
func (d *Distribution) SetOrigin(in *types.InputOrigin, of *resource.Resource, publicDNS string) error {
	timeout := int32(defaultResponseTimeout)
	if in.ResponseTimeout != nil {
		timeout = *in.ResponseTimeout
	}
	if timeout < minResponseTimeout || timeout > maxResponseTimeout {
		return resource.Refuse("The response timeout of an origin is from %d to %d seconds, not %d.", minResponseTimeout, maxResponseTimeout, timeout)
	}
	o := &types.Origin{
		Name: &of.Name, RegionName: types.RegionName(of.Region), ResourceType: types.ResourceType(of.Kind),
		ProtocolPolicy: in.ProtocolPolicy, ResponseTimeout: &timeout, IpAddressType: in.IpAddressType,
	}
	switch {
	case of.Kind != resource.Bucket:
		o.ProtocolPolicy = cmp.Or(in.ProtocolPolicy, types.OriginProtocolPolicyEnumHTTPOnly)
	case in.ProtocolPolicy != "":
		o.ProtocolPolicy = types.OriginProtocolPolicyEnumHTTPSOnly
	}
	if before := d.Doc.Origin; before != nil && d.isOrigin(of) {
		o.IsPrivateOriginAccessEnabled = before.IsPrivateOriginAccessEnabled
	}
	d.Doc.Origin, d.Doc.OriginPublicDNS = o, &publicDNS
	return nil
}

// isOrigin reports whether a resource has the name that the distribution has of its origin.
func (d *Distribution) isOrigin(r *resource.Resource) bool {
	o := d.Doc.Origin
	return o != nil && aws.ToString(o.Name) == r.Name && string(o.RegionName) == r.Region && string(o.ResourceType) == string(r.Kind)
}

// setPrivate sets whether objects of a bucket are served that are not public, if that is given.
func (d *Distribution) setPrivate(on *bool) error {
	switch {
	case on == nil:
		return nil
	case *on && d.Doc.Origin.ResourceType != types.ResourceTypeBucket:
		return resource.Refuse("You can enable private origin access only when the distribution's origin is a Lightsail bucket.")
	}
	d.Doc.Origin.IsPrivateOriginAccessEnabled = on
	return nil
}

// PublicDNS is the name that EC2 gives to a public IPv4 address.
func PublicDNS(address, region string) string {
	host := "ec2-" + strings.ReplaceAll(address, ".", "-")
	if region == "us-east-1" {
		return host + ".compute-1.amazonaws.com"
	}
	return host + "." + region + ".compute.amazonaws.com"
}

package distribution

import (
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families/subdomain"
	"github.com/lanyard-cloud/lanyard/internal/kind/bucket"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/internal/kind/distribution"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/kind/loadbalancer"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func create(c *api.Call, in *lightsail.CreateDistributionInput) (*lightsail.CreateDistributionOutput, error) {
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	if err := checkBundle(*in.BundleId); err != nil {
		return nil, err
	}
	d := distribution.New(c.New(resource.Distribution, *in.DistributionName), *in.BundleId)
	origin, err := setOrigin(c, d, in.Origin)
	if err != nil {
		return nil, err
	}
	cert, err := certificateOf(c, d, in.CertificateName)
	if err != nil {
		return nil, err
	}
	err = d.Apply(distribution.Wish{
		IPAddressType: in.IpAddressType, DefaultBehavior: in.DefaultCacheBehavior, Settings: in.CacheBehaviorSettings, Behaviors: in.CacheBehaviors,
		ErrorResponses: in.CustomErrorResponses, RootObject: in.DefaultRootObject, PrivateOrigin: in.EnablePrivateOriginAccess,
		WAF: in.EnableWaf, WAFRules: in.WafRules, MinimumTLS: in.ViewerMinimumTlsProtocolVersion,
	})
	if err != nil {
		return nil, api.Refused(err)
	}
	d.Enter(c.Plan(distribution.Lifecycle, distribution.Change))
	if err := c.Insert(d); err != nil {
		return nil, err
	}
	if err := link(c, d, origin); err != nil {
		return nil, err
	}
	if err := certify(c, d, cert, true); err != nil {
		return nil, err
	}
	op, err := begun(c, d, in.SubdomainName)
	return &lightsail.CreateDistributionOutput{Distribution: d.Show(c.Now), Operation: op}, err
}

// begun is the operation of a new distribution, which gets a subdomain once it is deployed if one is wanted.
func begun(c *api.Call, d *distribution.Distribution, name *string) (*types.Operation, error) {
	if name == nil {
		return c.Started(d.Resource, d.Priv.Settled()), nil
	}
	return subdomain.CreateFor(c, d, *name)
}

// checkTags returns an error for a tag without a value: the service takes it of TagResource, but not here (acceptance
// tests of Terraform's AWS provider).
func checkTags(tags []types.Tag) error {
	if slices.ContainsFunc(tags, func(t types.Tag) bool { return resource.TagValue(t) == "" }) {
		return api.InvalidParams("A tag of a new distribution must have a value.")
	}
	return nil
}

// update changes what the input has.
func update(c *api.Call, in *lightsail.UpdateDistributionInput) (*lightsail.UpdateDistributionOutput, error) {
	d, err := api.Target[distribution.Distribution](c)
	if err != nil {
		return nil, err
	}
	if in.EnablePrivateOriginAccess != nil && in.Origin == nil {
		return nil, api.MissingParameters("origin")
	}
	if in.Origin != nil {
		origin, err := setOrigin(c, d, in.Origin)
		if err != nil {
			return nil, err
		}
		if err := link(c, d, origin); err != nil {
			return nil, err
		}
	}
	if err := updateCertificate(c, d, in); err != nil {
		return nil, err
	}
	err = d.Apply(distribution.Wish{
		Enabled: in.IsEnabled, DefaultBehavior: in.DefaultCacheBehavior, Settings: in.CacheBehaviorSettings, Behaviors: in.CacheBehaviors,
		ErrorResponses: in.CustomErrorResponses, RootObject: in.DefaultRootObject, PrivateOrigin: in.EnablePrivateOriginAccess,
		WAF: in.EnableWaf, WAFRules: in.WafRules, MinimumTLS: in.ViewerMinimumTlsProtocolVersion,
	})
	if err != nil {
		return nil, api.Refused(err)
	}
	op, err := deploy(c, d)
	return &lightsail.UpdateDistributionOutput{Operation: op}, err
}

// setIPAddressType begins a deployment, also with the present type.
func setIPAddressType(c *api.Call, in *lightsail.SetIpAddressTypeInput) (*types.Operation, error) {
	d, err := api.Target[distribution.Distribution](c)
	if err != nil {
		return nil, err
	}
	if err := d.Apply(distribution.Wish{IPAddressType: in.IpAddressType}); err != nil {
		return nil, api.Refused(err)
	}
	return deploy(c, d)
}

// setOrigin finds an origin, which may be in any region, and sets it. One that is being deleted has no links any more.
func setOrigin(c *api.Call, d *distribution.Distribution, in *types.InputOrigin) (*resource.Resource, error) {
	r, err := c.FindIn(string(in.RegionName), *in.Name)
	if err == nil {
		r, err = c.Tx.ResourceByID(r.ID)
	}
	if _, missing := errors.AsType[*types.NotFoundException](err); missing || err == nil && !r.GoneAt.IsZero() {
		return nil, api.InvalidParams("The origin does not exist in the Region %s: %s", in.RegionName, *in.Name)
	}
	if err != nil {
		return nil, err
	}
	dns, err := publicDNS(c, r)
	if err != nil {
		return nil, err
	}
	return r, api.Refused(d.SetOrigin(in, r, dns))
}

// link makes the origin's link the only one of the distribution to an origin.
func link(c *api.Call, d *distribution.Distribution, origin *resource.Resource) error {
	if before := d.OriginLink(); before != nil {
		if before.Other.ID == origin.ID {
			return nil
		}
		if err := c.Unlink(d.Resource, before); err != nil {
			return err
		}
	}
	role, _ := distribution.OriginRole(origin.Kind)
	return c.Link(d, role, origin, resource.NoDoc)
}

// publicDNS is an origin's name in DNS, or an error if the resource cannot be one: an instance needs a static IP, and a
// balancer an instance (documentation of Terraform's AWS provider).
func publicDNS(c *api.Call, r *resource.Resource) (string, error) {
	switch r.Kind {
	case resource.Bucket:
		return bucket.Host(r), nil
	case resource.ContainerService:
		s, err := container.Load(r)
		if err != nil {
			return "", err
		}
		return s.Host(), nil
	case resource.Instance:
		return instanceDNS(r)
	case resource.LoadBalancer:
		return balancerDNS(c, r)
	}
	return "", api.InvalidParams("A %s cannot be the origin of a distribution: %s", r.Kind, r.Name)
}

func instanceDNS(r *resource.Resource) (string, error) {
	i := &instance.Instance{}
	switch err := i.Open(r); {
	case err != nil:
		return "", err
	case r.Linked(resource.AttachedStaticIP) == nil:
		return "", api.InvalidParams("The instance needs an attached static IP to be the origin of a distribution: %s", r.Name)
	}
	return distribution.PublicDNS(i.PublicAddress().String(), r.Region), nil
}

func balancerDNS(c *api.Call, r *resource.Resource) (string, error) {
	b := &loadbalancer.LoadBalancer{}
	if err := b.Open(r); err != nil {
		return "", err
	}
	switch has, err := b.HasInstance(c.Now); {
	case err != nil:
		return "", err
	case !has:
		return "", api.InvalidParams("The load balancer needs an attached instance to be the origin of a distribution: %s", r.Name)
	}
	return b.DNSName(), nil
}

package compute

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

// instanceSpec is what new instances are made from.
type instanceSpec struct {
	names []string
	zone  string
	// blueprint may be one that is no longer active: an instance snapshot keeps its own.
	blueprint *catalogue.Blueprint
	bundle    *catalogue.Bundle
	// keyPair is the name of a key pair; nil or "" is the default one.
	keyPair *string
	// userData is the launch script; nil and "" stand for no script.
	userData *string
	addOns   []types.AddOnRequest
	// ipAddressType "" is dualstack.
	ipAddressType types.IpAddressType
}

// insertInstances checks the spec, stores one instance per name and returns them.
// finish, if not nil, may change each one before it is stored. fresh is the RSA key for
// a default key pair to be made; nil if there is one.
func (f *Family) insertInstances(c *api.Call, s instanceSpec, fresh *sshkey.Pair, finish func(*instance.Instance) error) ([]*instance.Instance, error) {
	if s.ipAddressType == "" {
		s.ipAddressType = types.IpAddressTypeDualstack
	}
	if err := s.check(c); err != nil {
		return nil, err
	}
	key, err := f.installedKey(c, &s, fresh)
	if err != nil {
		return nil, err
	}
	made := make([]*instance.Instance, len(s.names))
	for n, name := range s.names {
		if made[n], err = f.insertInstance(c, &s, name, key, finish); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// check returns an error if no instance can be made from the spec.
func (s *instanceSpec) check(c *api.Call) error {
	if err := checkListedNames(s.names); err != nil {
		return err
	}
	if err := checkZone(c, s.zone); err != nil {
		return err
	}
	if err := s.checkBundle(); err != nil {
		return err
	}
	if s.userData != nil && len(*s.userData) > instance.MaxUserData {
		return api.InvalidParams("User data is limited to %d bytes.", instance.MaxUserData)
	}
	if len(s.addOns) > 0 && s.blueprint.Windows() {
		return errNoAutoSnapshotOnWindows()
	}
	return nil
}

// checkListedNames returns an error for no names at all, or for one that no resource can
// have.
func checkListedNames(names []string) error {
	if len(names) == 0 {
		return api.MissingParameters("instanceNames")
	}
	return api.CheckListed("instanceNames", names)
}

// checkZone returns an error if the call's region does not have an availability zone (text
// observed for databases).
func checkZone(c *api.Call, zone string) error {
	if region, ok := catalogue.LookupRegion(c.Region); !ok || !slices.Contains(region.Zones, zone) {
		return api.InvalidParams("The given Availability Zone is invalid. It must be one of the following: %s.",
			strings.Join(region.Zones, ","))
	}
	return nil
}

// checkBundle takes bundles of earlier generations, too, which only the list leaves out:
// the acceptance tests of Terraform's AWS provider make instances on them.
func (s *instanceSpec) checkBundle() error {
	if err := misfit(catalogue.Fits(s.blueprint, s.bundle)); err != nil {
		return err
	}
	if s.bundle.IPv6Only() != (s.ipAddressType == types.IpAddressTypeIpv6) {
		return api.InvalidParams("The bundle %s doesn't support the IP address type %s.",
			*s.bundle.BundleId, s.ipAddressType)
	}
	return nil
}

// misfit turns what the catalogue says does not fit into the client's error.
func misfit(err error) error {
	if bad, ok := errors.AsType[*catalogue.MisfitError](err); ok {
		return api.InvalidParams("%s", bad.Message)
	}
	return err
}

// bundleOf is the bundle that an instance has: one of any region, as those that were
// made by an earlier version may have one that their region does not sell.
func bundleOf(i *instance.Instance) (*catalogue.Bundle, error) {
	if b, ok := catalogue.FindBundle(*i.Doc.BundleId); ok {
		return b, nil
	}
	return nil, fmt.Errorf("instance %s has the unknown bundle %s", i.Resource.ID, *i.Doc.BundleId)
}

// lookupBundle finds a bundle of the call's region, be it active or not.
func lookupBundle(c *api.Call, id string) (*catalogue.Bundle, error) {
	if b, ok := catalogue.LookupBundle(c.Region, id); ok {
		return b, nil
	}
	return nil, api.InvalidParams(catalogue.MessageNoBundle, id)
}

// lookupBlueprint finds a blueprint of the call's region, be it active or not.
func lookupBlueprint(c *api.Call, id string) (*catalogue.Blueprint, error) {
	if b, ok := catalogue.LookupBlueprint(c.Region, id); ok {
		return b, nil
	}
	return nil, api.InvalidParams(catalogue.MessageNoBlueprint, id)
}

// insertInstance makes one instance and stores it.
func (f *Family) insertInstance(
	c *api.Call, s *instanceSpec, name string, key *installedKey, finish func(*instance.Instance) error,
) (*instance.Instance, error) {
	r := c.New(resource.Instance, name)
	r.Zone = s.zone
	auto, err := newAutoSnapshot(c, s.addOns)
	if err != nil {
		return nil, err
	}
	i := instance.New(r, s.doc(r, key.name), instance.Priv{AuthorizedKey: key.line, AutoSnapshot: auto})
	setBundle(i, s.bundle)
	boot(c, i, "create")
	if err := f.takeAddresses(c, i); err != nil {
		return nil, err
	}
	if err := f.giveKeys(c, s, i, key); err != nil {
		return nil, err
	}
	if err := c.Insert(i); err != nil || finish == nil {
		return i, err
	}
	return i, finish(i)
}

// doc is the new instance as the API shows it, but for what setBundle and
// takeAddresses fill in.
func (s *instanceSpec) doc(r *resource.Resource, keyName string) types.Instance {
	size := *s.bundle.DiskSizeInGb
	return types.Instance{
		BlueprintId:   s.blueprint.BlueprintId,
		BlueprintName: s.blueprint.Name,
		Hardware: &types.InstanceHardware{Disks: []types.Disk{{
			AttachedTo:      &r.Name,
			AttachmentState: new("attached"),
			CreatedAt:       &r.CreatedAt,
			Iops:            new(s.blueprint.SystemDiskIOPS(size)),
			IsSystemDisk:    new(true),
			Path:            new(s.blueprint.SystemDisk),
			SizeInGb:        &size,
		}}},
		IpAddressType: s.ipAddressType,
		MetadataOptions: &types.InstanceMetadataOptions{
			HttpEndpoint:            types.HttpEndpointEnabled,
			HttpProtocolIpv6:        types.HttpProtocolIpv6Disabled,
			HttpPutResponseHopLimit: new(int32(1)),
			HttpTokens:              types.HttpTokensOptional,
			State:                   types.InstanceMetadataStateApplied,
		},
		Networking: &types.InstanceNetworking{Ports: instance.DefaultRules(s.blueprint.DefaultPorts, s.ipAddressType)},
		SshKeyName: &keyName,
		Username:   &s.blueprint.Username,
	}
}

// setBundle gives an instance the size of a bundle. Its system disk keeps its own.
func setBundle(i *instance.Instance, b *catalogue.Bundle) {
	id, cpus, ram, transfer := *b.BundleId, *b.CpuCount, *b.RamSizeInGb, *b.TransferPerMonthInGb
	i.Doc.BundleId = &id
	i.Doc.Hardware.CpuCount, i.Doc.Hardware.RamSizeInGb = &cpus, &ram
	i.Doc.Networking.MonthlyTransfer = &types.MonthlyTransfer{GbPerMonthAllocated: &transfer}
}

// keepTerms notes for the costs of an instance what a change of its bundle replaces.
func keepTerms(c *api.Call, i *instance.Instance, change func() error) error {
	former := i.Terms()
	if err := change(); err != nil {
		return err
	}
	return api.KeepTerms(c, i.Resource, instance.BundlesOver, former, i.Terms())
}

// takeAddresses gives a new instance all the addresses of its IP address type.
func (f *Family) takeAddresses(c *api.Call, i *instance.Instance) error {
	private, err := f.newPrivateAddress(c, i.Resource.Zone, i.Resource.ID)
	if err != nil {
		return fmt.Errorf("private address: %w", err)
	}
	text := private.String()
	i.Doc.PrivateIpAddress = &text
	if err := f.newPort(c, i.Resource.ID); err != nil {
		return fmt.Errorf("port: %w", err)
	}
	setIPv6Address(c, i)
	if i.Doc.IpAddressType == types.IpAddressTypeIpv6 {
		return nil
	}
	return f.takePublicAddress(c, i)
}

// takePublicAddress gives an instance a public IPv4 address in place of the one that
// it had.
func (f *Family) takePublicAddress(c *api.Call, i *instance.Instance) error {
	public, err := f.newPublicAddress(c, i.Resource.ID)
	if err != nil {
		return fmt.Errorf("public address: %w", err)
	}
	text := public.String()
	i.Doc.PublicIpAddress = &text
	return nil
}

// setIPv6Address gives an instance an IPv6 address, or takes it away, as its IP
// address type wants it. As on AWS, the first 56 bits are those of the account's network
// in the region, the next 8 are the zone's. The other 64 follow from the instance and the
// moment, and make it unique.
func setIPv6Address(c *api.Call, i *instance.Instance) {
	if i.Doc.IpAddressType == types.IpAddressTypeIpv4 {
		i.Doc.Ipv6Addresses = []string{}
		return
	}
	address := instance.IPv6Range.Addr().As16()
	network := sha256.Sum256([]byte(i.Resource.Account + " " + i.Resource.Region))
	address[6], address[7] = network[0], catalogue.ZoneIndex(i.Resource.Zone)
	host := sha256.Sum256(fmt.Append(nil, i.Resource.ID, " ", c.Now.UnixMilli()))
	copy(address[8:], host[:])
	i.Doc.Ipv6Addresses = []string{netip.AddrFrom16(address).String()}
}

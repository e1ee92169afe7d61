package compute

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/netip"
	"reflect"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

func checkStoredInstance(r *resource.Resource) (resource.Claims, error) {
	i, err := instance.Load(r)
	if err != nil {
		return resource.Claims{}, err
	}
	var a audit
	doc, claims := &i.Doc, resource.Claims{}
	a.shared(r, shared{doc.Arn, doc.Name, doc.SupportCode, doc.CreatedAt, doc.Location, doc.ResourceType, doc.Tags}, "i-"+ec2ID(r.ID))
	a.zonal(r)
	a.plan(i.Priv.Plan, instance.Pending, instance.Running, instance.Stopping, instance.Stopped)
	a.products(i)
	a.keys(i)
	a.metadataOptions(doc.MetadataOptions)
	a.want(i.Priv.AutoSnapshot.Check() == nil, "priv: autoSnapshot: %w", i.Priv.AutoSnapshot.Check())
	a.hardware(i, &claims)
	a.addresses(i, &claims)
	a.firewall(i)
	return claims, a.repack(r, &types.Instance{}, i.Save)
}

// products holds an instance to the catalogue. A bundle may be one that its region does
// not sell: earlier versions sold others.
func (a *audit) products(i *instance.Instance) {
	blueprint, known := catalogue.LookupBlueprint(i.Resource.Region, aws.ToString(i.Doc.BlueprintId))
	a.want(known, "doc: unknown blueprint %q", shorten(aws.ToString(i.Doc.BlueprintId)))
	if known {
		a.want(aws.ToString(i.Doc.Username) == blueprint.Username, "doc: username is not %s, that of the blueprint", blueprint.Username)
	}
	a.text("blueprintName", i.Doc.BlueprintName)
	_, known = catalogue.FindBundle(aws.ToString(i.Doc.BundleId))
	a.want(known, "doc: unknown bundle %q", shorten(aws.ToString(i.Doc.BundleId)))
	if former := i.Priv.FormerBundle; former != "" {
		_, known = catalogue.FindBundle(former)
		a.want(known, "priv: unknown bundle %q", shorten(former))
	}
}

// keys holds an instance to what opens it. The key pair need not be there any more.
func (a *audit) keys(i *instance.Instance) {
	a.name("sshKeyName", i.Doc.SshKeyName)
	public, err := sshkey.ParsePublic(i.Priv.AuthorizedKey)
	a.want(err == nil && public.Line() == i.Priv.AuthorizedKey, "priv: authorizedKey is not a public key")
	password, err := base64.StdEncoding.DecodeString(i.Priv.EncryptedPassword)
	a.want(err == nil && len(password) <= maxEncryptedPassword, "priv: encryptedPassword is not what a key encrypted")
	a.want(len(i.Priv.PlainUserData) <= maxUserData, "priv: userData is limited to %d bytes", maxUserData)
}

// maxEncryptedPassword is what the largest RSA key of a key pair makes.
const maxEncryptedPassword = 2048

func (a *audit) metadataOptions(o *types.InstanceMetadataOptions) {
	if a.want(o != nil, "doc: metadataOptions are missing"); o == nil {
		return
	}
	a.want(o.HttpPutResponseHopLimit != nil && *o.HttpPutResponseHopLimit >= 1 && *o.HttpPutResponseHopLimit <= maxHopLimit,
		"doc: httpPutResponseHopLimit is not from 1 to %d", maxHopLimit)
	a.want(slices.Contains(o.HttpEndpoint.Values(), o.HttpEndpoint) && slices.Contains(o.HttpTokens.Values(), o.HttpTokens) &&
		slices.Contains(o.HttpProtocolIpv6.Values(), o.HttpProtocolIpv6) && slices.Contains(o.State.Values(), o.State),
		"doc: metadataOptions have an unknown value")
}

// systemPath is the path of a system disk.
var systemPath = regexp.MustCompile(`\A/dev/(?:xvda|sda1)\z`)

// maxSystemGB bounds the size of a system disk, and what all snapshots hold.
const maxSystemGB = 1 << 20

// hardware wants one system disk. The others tell of the same attachment as the
// instance.
func (a *audit) hardware(i *instance.Instance, claims *resource.Claims) {
	h := i.Doc.Hardware
	if a.want(h != nil, "doc: hardware is missing"); h == nil {
		return
	}
	a.want(h.CpuCount != nil && *h.CpuCount > 0 && h.RamSizeInGb != nil && *h.RamSizeInGb > 0, "doc: hardware has no vCPUs or memory")
	systems, devices := 0, map[string]bool{}
	for _, d := range h.Disks {
		a.want(d.IsSystemDisk != nil && d.Path != nil && aws.ToString(d.AttachedTo) == i.Resource.Name, "doc: a disk of the hardware is not whole")
		if aws.ToBool(d.IsSystemDisk) {
			systems++
			a.size("sizeInGb of the system disk", d.SizeInGb, 1, maxSystemGB)
			a.want(systemPath.MatchString(aws.ToString(d.Path)), "doc: the path of the system disk is not valid")
			continue
		}
		a.attachmentState(d)
		a.name("the name of a disk", d.Name)
		a.size("sizeInGb of a disk", d.SizeInGb, minDiskGB, maxDiskGB)
		device := diskPath.FindStringSubmatch(aws.ToString(d.Path))
		a.want(device != nil && !devices[device[1]], "doc: the path of a disk is not valid, or two disks have it")
		if a.err == nil {
			devices[device[1]] = true
			claims.Ties = append(claims.Ties, diskTie(i.Resource, i.Resource.Name, d))
		}
	}
	a.want(systems == 1, "doc: hardware does not have one system disk")
}

// attachmentState holds a disk's deprecated member, which clients still read, to the
// others.
func (a *audit) attachmentState(d types.Disk) {
	want := "detached"
	if d.AttachedTo != nil {
		want = "attached"
	}
	state := aws.ToString(d.AttachmentState) //nolint:staticcheck // clients still read attachmentState
	a.want(state == want || state == "", "doc: attachmentState is not %s", want)
}

// diskTie is what a disk and an instance know of each other. Both are in one zone.
func diskTie(r *resource.Resource, to string, d types.Disk) resource.Tie {
	detail, _ := json.Marshal([]any{r.Zone, d.Path, d.SizeInGb, d.Iops, d.Arn, d.SupportCode}) // strings and numbers cannot fail
	return resource.Tie{Account: r.Account, Region: r.Region, Instance: to, Kind: resource.Disk, Name: *d.Name, Detail: string(detail)}
}

// addresses wants those of the IP address type. A static IP has the public one.
func (a *audit) addresses(i *instance.Instance, claims *resource.Claims) {
	r, doc := i.Resource, &i.Doc
	a.want(slices.Contains(doc.IpAddressType.Values(), doc.IpAddressType), "doc: unknown ipAddressType %q", shorten(string(doc.IpAddressType)))
	a.want(doc.IsStaticIp != nil && *doc.IsStaticIp == (i.Priv.StaticIP != ""), "isStaticIp and the static IP do not go together")
	claims.Addresses = []resource.AddressClaim{
		{Pool: instance.PrivatePool(r.Account, r.Region), Address: a.address("privateIpAddress", doc.PrivateIpAddress)}, {Pool: instance.PortPool},
	}
	has4, has6 := doc.IpAddressType != types.IpAddressTypeIpv6, doc.IpAddressType != types.IpAddressTypeIpv4
	a.want(has4 == (doc.PublicIpAddress != nil), "doc: publicIpAddress and ipAddressType do not go together")
	a.want(has4 || i.Priv.StaticIP == "", "priv: an instance without IPv4 has a static IP")
	switch {
	case !has4:
	case i.Priv.StaticIP != "":
		address := a.address("publicIpAddress", doc.PublicIpAddress)
		claims.Ties = append(claims.Ties, staticIPTie(r, r.Name, i.Priv.StaticIP, address.String()))
	default:
		claims.Addresses = append(claims.Addresses,
			resource.AddressClaim{Pool: instance.PublicPool, Address: a.address("publicIpAddress", doc.PublicIpAddress)})
	}
	a.want(has6 == (len(doc.Ipv6Addresses) == 1) && len(doc.Ipv6Addresses) <= 1, "doc: ipv6Addresses and ipAddressType do not go together")
	for _, text := range doc.Ipv6Addresses {
		address, err := netip.ParseAddr(text)
		a.want(err == nil && benchmarkRange.Contains(address) && address.String() == text, "doc: ipv6Addresses are not those that instances have")
		claims.Own = append(claims.Own, text)
	}
}

// firewall wants rules as the actions on ports make them.
func (a *audit) firewall(i *instance.Instance) {
	n := i.Doc.Networking
	a.want(n != nil && n.MonthlyTransfer != nil && n.MonthlyTransfer.GbPerMonthAllocated != nil, "doc: networking has no monthly transfer")
	if n == nil {
		return
	}
	type opening struct {
		protocol types.NetworkProtocol
		from, to int32
	}
	seen := map[opening]bool{}
	for _, rule := range n.Ports {
		given := portOf(rule)
		port, err := checkPort(given)
		a.want(err == nil && reflect.DeepEqual(port, given), "doc: a firewall rule is not valid")
		a.want(rule.AccessFrom != nil && isText(*rule.AccessFrom) && rule.CommonName != nil && *rule.CommonName == "" &&
			rule.AccessDirection == types.AccessDirectionInbound && rule.AccessType == "public", "doc: a firewall rule is not whole")
		at := opening{rule.Protocol, rule.FromPort, rule.ToPort}
		a.want(!seen[at], "doc: two firewall rules are for the same ports")
		seen[at] = true
		for _, sources := range [][]string{rule.Cidrs, rule.Ipv6Cidrs, rule.CidrListAliases} {
			a.want(sources != nil && !repeats(sources), "doc: the sources of a firewall rule are missing, or one is there twice")
		}
	}
}

// repeats reports whether a text is in a list more than once.
func repeats(list []string) bool {
	sorted := slices.Sorted(slices.Values(list))
	return len(slices.Compact(sorted)) < len(list)
}

// portOf is what a rule opens.
func portOf(r types.InstancePortInfo) types.PortInfo {
	return types.PortInfo{
		FromPort: r.FromPort, ToPort: r.ToPort, Protocol: r.Protocol,
		Cidrs: r.Cidrs, Ipv6Cidrs: r.Ipv6Cidrs, CidrListAliases: r.CidrListAliases,
	}
}

// checkInstanceSecret wants keys that a machine can run with.
func checkInstanceSecret(_ *resource.Resource, plain []byte) error {
	var keys instance.Keys
	decoder := json.NewDecoder(bytes.NewReader(plain))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&keys) != nil {
		return errors.New("not the keys of an instance")
	}
	if _, err := machine.HostKeys(keys.HostKeys).Public(); err != nil {
		return err
	}
	if len(keys.UserData) > maxUserData || keys.Password != "" && !isText(keys.Password) {
		return errors.New("the user data or the password are not what an instance can have")
	}
	return nil
}

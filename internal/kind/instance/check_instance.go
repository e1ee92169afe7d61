package instance

import (
	"crypto/rand"
	"crypto/rsa"
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
	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

// checker checks the documents of the kinds of this package.
type checker struct{ audit.Audit }

// Stored is what exports and imports know of the kinds of this package.
func Stored() resource.StoredKinds {
	return resource.StoredKinds{
		resource.StaticIP: {
			Check: checkStaticIP, CheckLinks: checkStaticIPLink, Former: formerStaticIP, Pools: []resource.Pool{publicPool()},
			Classes: []resource.Class{AddressOver.Class},
		},
		resource.Instance: {
			Check: checkInstance, Secrets: secrets, CheckSecret: checkSecret, NewSecret: newSecret,
			Upgrade: SealPlain, Former: formerInstance, Pools: []resource.Pool{publicPool(), privatePool(), portPool()},
			Classes: []resource.Class{BundlesOver.Class, Setups},
		},
		resource.Disk:                      {Check: checkDisk, CheckLinks: checkDiskLink, Former: formerDisk},
		resource.DiskSnapshot:              {Check: checkDiskSnapshot},
		resource.InstanceSnapshot:          {Check: checkSnapshot},
		resource.ExportSnapshotRecord:      {Check: checkExport},
		resource.CloudFormationStackRecord: {Check: checkStack},
		resource.PeeredVPC:                 {Check: checkPeering},
	}
}

func checkInstance(r *resource.Resource) (resource.Claims, error) {
	i, err := Load(r)
	if err != nil {
		return resource.Claims{}, err
	}
	a := checker{}
	doc, claims := &i.Doc, resource.Claims{}
	a.Envelope(i, i.SupportSuffix())
	a.Zonal(r)
	a.Plan(i.Priv.Plan, Pending, Running, Stopping, Stopped)
	a.products(i)
	a.keys(i)
	a.metadataOptions(doc.MetadataOptions)
	a.Want(i.Priv.AutoSnapshot.Check() == nil, "priv: autoSnapshot: %w", i.Priv.AutoSnapshot.Check())
	a.Want(i.Priv.FormerStaticIP == "", "priv: staticIp is a link")
	a.hardware(i)
	a.addresses(i, &claims)
	a.firewall(i)
	return claims, a.Repack(i)
}

// products holds an instance to the catalogue. A bundle may be one that its region does
// not sell: earlier versions sold others.
func (a *checker) products(i *Instance) {
	blueprint, known := catalogue.LookupBlueprint(i.Resource.Region, aws.ToString(i.Doc.BlueprintId))
	a.Want(known, "doc: unknown blueprint %q", audit.Shorten(aws.ToString(i.Doc.BlueprintId)))
	if known {
		a.Want(aws.ToString(i.Doc.Username) == blueprint.Username, "doc: username is not %s, that of the blueprint", blueprint.Username)
	}
	a.Text("blueprintName", i.Doc.BlueprintName)
	_, known = catalogue.FindBundle(aws.ToString(i.Doc.BundleId))
	a.Want(known, "doc: unknown bundle %q", audit.Shorten(aws.ToString(i.Doc.BundleId)))
	if former := i.Priv.FormerBundle; former != "" {
		_, known = catalogue.FindBundle(former)
		a.Want(known, "priv: unknown bundle %q", audit.Shorten(former))
	}
}

// keys holds an instance to what opens it. The key pair need not be there any more.
func (a *checker) keys(i *Instance) {
	a.Name("sshKeyName", i.Doc.SshKeyName)
	public, err := sshkey.ParsePublic(i.Priv.AuthorizedKey)
	a.Want(err == nil && public.Line() == i.Priv.AuthorizedKey, "priv: authorizedKey is not a public key")
	a.Want(isCiphertext(i.Priv.PlainCiphertext, RSAKey(i.Priv.AuthorizedKey)), "priv: encryptedPassword is not what a key encrypted")
	a.Want(len(i.Priv.PlainUserData) <= MaxUserData, "priv: userData is limited to %d bytes", MaxUserData)
}

// isCiphertext reports whether a text is empty, or what encryption to a key makes: in base64 as it is written, and as long as the key.
func isCiphertext(text string, to *rsa.PublicKey) bool {
	bytes, err := base64.StdEncoding.DecodeString(text)
	return text == "" || err == nil && base64.StdEncoding.EncodeToString(bytes) == text && to != nil && len(bytes) == to.Size()
}

func (a *checker) metadataOptions(o *types.InstanceMetadataOptions) {
	if a.Want(o != nil, "doc: metadataOptions are missing"); o == nil {
		return
	}
	a.Want(o.HttpPutResponseHopLimit != nil && *o.HttpPutResponseHopLimit >= 1 && *o.HttpPutResponseHopLimit <= MaxHopLimit,
		"doc: httpPutResponseHopLimit is not from 1 to %d", MaxHopLimit)
	a.Want(slices.Contains(o.HttpEndpoint.Values(), o.HttpEndpoint) && slices.Contains(o.HttpTokens.Values(), o.HttpTokens) &&
		slices.Contains(o.HttpProtocolIpv6.Values(), o.HttpProtocolIpv6) && slices.Contains(o.State.Values(), o.State),
		"doc: metadataOptions have an unknown value")
}

// systemPath is the path of a system disk.
var systemPath = regexp.MustCompile(`\A/dev/(?:xvda|sda1)\z`)

// maxSystemGB bounds the size of a system disk, and what all snapshots hold.
const maxSystemGB = 1 << 20

// hardware wants one system disk, and no other: those are linked.
func (a *checker) hardware(i *Instance) {
	h := i.Doc.Hardware
	if a.Want(h != nil, "doc: hardware is missing"); h == nil {
		return
	}
	a.Want(h.CpuCount != nil && *h.CpuCount > 0 && h.RamSizeInGb != nil && *h.RamSizeInGb > 0, "doc: hardware has no vCPUs or memory")
	a.Want(len(h.Disks) == 1, "doc: hardware does not have one system disk")
	for _, d := range h.Disks {
		a.Want(aws.ToBool(d.IsSystemDisk) && aws.ToString(d.AttachedTo) == i.Resource.Name, "doc: the system disk is not whole")
		a.Size("sizeInGb of the system disk", d.SizeInGb, 1, maxSystemGB)
		a.Want(systemPath.MatchString(aws.ToString(d.Path)), "doc: the path of the system disk is not valid")
	}
}

// addresses wants those of the IP address type. An instance without a public IPv4 address of
// its own has a static IP.
func (a *checker) addresses(i *Instance, claims *resource.Claims) {
	r, doc := i.Resource, &i.Doc
	a.Want(slices.Contains(doc.IpAddressType.Values(), doc.IpAddressType), "doc: unknown ipAddressType %q", audit.Shorten(string(doc.IpAddressType)))
	claims.Addresses = []resource.AddressClaim{
		{Pool: PrivatePool(r.Account, r.Region), Address: a.Address("privateIpAddress", doc.PrivateIpAddress)}, {Pool: PortPool},
	}
	has4, has6 := doc.IpAddressType != types.IpAddressTypeIpv6, doc.IpAddressType != types.IpAddressTypeIpv4
	a.Want(has4 || doc.PublicIpAddress == nil, "doc: publicIpAddress and ipAddressType do not go together")
	switch {
	case !has4:
	case doc.PublicIpAddress == nil:
		claims.Links = []resource.Role{resource.AttachedStaticIP}
	default:
		claims.Addresses = append(claims.Addresses,
			resource.AddressClaim{Pool: PublicPool, Address: a.Address("publicIpAddress", doc.PublicIpAddress)})
	}
	a.Want(has6 == (len(doc.Ipv6Addresses) == 1) && len(doc.Ipv6Addresses) <= 1, "doc: ipv6Addresses and ipAddressType do not go together")
	for _, text := range doc.Ipv6Addresses {
		address, err := netip.ParseAddr(text)
		a.Want(err == nil && IPv6Range.Contains(address) && address.String() == text, "doc: ipv6Addresses are not those that instances have")
		claims.Own = append(claims.Own, text)
	}
}

// firewall wants rules as the actions on ports make them.
func (a *checker) firewall(i *Instance) {
	n := i.Doc.Networking
	a.Want(n != nil && n.MonthlyTransfer != nil && n.MonthlyTransfer.GbPerMonthAllocated != nil, "doc: networking has no monthly transfer")
	if n == nil {
		return
	}
	type opening struct {
		protocol types.NetworkProtocol
		from, to int32
	}
	seen := map[opening]bool{}
	for _, rule := range n.Ports {
		given := portInfo(rule)
		port, err := CheckPort(given)
		a.Want(err == nil && reflect.DeepEqual(port, given), "doc: a firewall rule is not valid")
		a.Want(rule.AccessFrom != nil && audit.IsText(*rule.AccessFrom) && rule.CommonName != nil && *rule.CommonName == "" &&
			rule.AccessDirection == types.AccessDirectionInbound && rule.AccessType == "public", "doc: a firewall rule is not whole")
		at := opening{rule.Protocol, rule.FromPort, rule.ToPort}
		a.Want(!seen[at], "doc: two firewall rules are for the same ports")
		seen[at] = true
		for _, sources := range [][]string{rule.Cidrs, rule.Ipv6Cidrs, rule.CidrListAliases} {
			a.Want(sources != nil && !repeats(sources), "doc: the sources of a firewall rule are missing, or one is there twice")
		}
	}
}

// repeats reports whether a text is in a list more than once.
func repeats(list []string) bool {
	sorted := slices.Sorted(slices.Values(list))
	return len(slices.Compact(sorted)) < len(list)
}

// portInfo is what a rule opens.
func portInfo(r types.InstancePortInfo) types.PortInfo {
	return types.PortInfo{
		FromPort: r.FromPort, ToPort: r.ToPort, Protocol: r.Protocol,
		Cidrs: r.Cidrs, Ipv6Cidrs: r.Ipv6Cidrs, CidrListAliases: r.CidrListAliases,
	}
}

// secrets are those of every instance.
func secrets(*resource.Resource) []string { return []string{resource.FirstSecret} }

// newSecret makes the keys of an instance whose own are not in a file. It gets new host keys, and a Windows instance a new
// password.
func newSecret(r *resource.Resource, _ string) ([]byte, error) {
	i, err := Load(r)
	if err != nil {
		return nil, err
	}
	var keys Keys
	if err := keys.renewPassword(i); err != nil {
		return nil, err
	}
	rand.Read(keys.AuthoritySeed[:]) // never fails: crypto/rand ends the process instead
	host, err := machine.NewHostKeys("")
	if err != nil {
		return nil, err
	}
	keys.HostKeys = string(host)
	return json.Marshal(keys) //nolint:gosec // the caller seals it
}

// checkSecret wants keys that a machine can run with.
func checkSecret(r *resource.Resource, _ string, plain []byte) error {
	i, err := Load(r)
	if err != nil {
		return err
	}
	var keys Keys
	if audit.Decode(plain, &keys) != nil {
		return errors.New("not the keys of an instance")
	}
	if _, err := machine.HostKeys(keys.HostKeys).Public(); err != nil {
		return err
	}
	if len(keys.UserData) > MaxUserData || keys.Password != "" && !audit.IsText(keys.Password) ||
		!isCiphertext(keys.EncryptedPassword, RSAKey(i.Priv.AuthorizedKey)) {
		return errors.New("the user data or the password are not what an instance can have")
	}
	return nil
}

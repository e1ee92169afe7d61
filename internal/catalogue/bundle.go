package catalogue

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// Bundle is a plan: the size of an instance, its platform, whether it has a public
// IPv4 address, and its price.
type Bundle struct {
	// Bundle is what GetBundles shows. All of it is set but SupportedAppCategories,
	// which is for Lightsail for Research only.
	types.Bundle

	otherIPType *Bundle
}

// Platform is the one that the bundle is for.
func (b *Bundle) Platform() types.InstancePlatform { return b.SupportedPlatforms[0] }

// IPv6Only reports whether instances with the bundle have no public IPv4 address.
// Such bundles go with the IP address type ipv6, the others with dualstack and ipv4.
func (b *Bundle) IPv6Only() bool { return *b.PublicIpv4AddressCount == 0 }

// OtherIPType is the same plan with a public IPv4 address, or without: what
// SetIpAddressType changes the bundle to. Generations 1 and 2 have only the former.
func (b *Bundle) OtherIPType() (*Bundle, bool) { return b.otherIPType, b.otherIPType != nil }

// priceClass is what the bundles of some regions have in common: their ids end in its
// suffix (observed in output of the AWS CLI), and their transfer allowance is a share
// of the usual one. Prices are the same everywhere.
type priceClass struct {
	Suffix        string
	TransferShare float64
}

var usualClass = priceClass{Suffix: "0", TransferShare: 1}

// offer is what regions with the same bundles have in common: the price class, and the
// general-purpose generation that was sold when the first of them opened.
type offer struct {
	priceClass

	firstGeneration int
}

// series is a generation of plans of one family. Ids start with its prefix: none for
// general purpose, "m_" for memory-optimized and "c_" for compute-optimized.
type series struct {
	Prefix     string
	Generation int
	// InstanceTypes is what instance types start with (observed in the developer guide's
	// output of 2017).
	InstanceTypes string
	// IsActive says whether the plans are listed by default. New instances get the other
	// ones, too (acceptance tests of Terraform's AWS provider).
	IsActive bool
	Plans    []plan
}

// plan is a row of the price list of the Lightsail user guide: four bundles that
// differ by platform and IP address type.
type plan struct {
	Size                 string
	Power, CPUCount      int32
	RAMSizeInGb          float32
	DiskSizeInGb         int32
	WindowsDiskSizeInGb  int32 // if it differs
	TransferPerMonthInGb int32
	// Prices are US dollars a month, by variant; a variant without one does not exist.
	Prices map[string]float32
}

// variant is one of the four kinds of bundles that a plan has.
type variant struct {
	price, infix string
	platform     types.InstancePlatform
	addresses    int32
}

// variants are in the order of GetBundles.
var variants = []variant{
	{"linux", "", types.InstancePlatformLinuxUnix, 1},
	{"windows", "win_", types.InstancePlatformWindows, 1},
	{"linuxIpv6", "ipv6_", types.InstancePlatformLinuxUnix, 0},
	{"windowsIpv6", "win_ipv6_", types.InstancePlatformWindows, 0},
}

// readBundles returns the bundles of each region. Regions with the same offer share
// them.
func readBundles() map[string]index[Bundle] {
	var file struct {
		PriceClasses     map[string]priceClass
		FirstGenerations map[string]int
		Series           []series
	}
	readFile("bundles.json", bundlesJSON, &file)
	byOffer, byRegion := map[offer]index[Bundle]{}, map[string]index[Bundle]{}
	for _, r := range Regions() {
		o := offer{usualClass, file.FirstGenerations[r.Name]}
		if class, ok := file.PriceClasses[r.Name]; ok {
			o.priceClass = class
		}
		if _, done := byOffer[o]; !done {
			byOffer[o] = bundlesIn(o, file.Series)
		}
		byRegion[r.Name] = byOffer[o]
	}
	return byRegion
}

func bundlesIn(o offer, all []series) index[Bundle] {
	var list []Bundle
	for _, s := range all {
		if s.Prefix == "" && s.Generation < o.firstGeneration {
			continue
		}
		for _, v := range variants {
			for _, p := range s.Plans {
				if _, ok := p.Prices[v.price]; ok {
					list = append(list, Bundle{Bundle: newBundle(o.priceClass, s, v, p)})
				}
			}
		}
	}
	x := newIndex(list, func(b *Bundle) string { return *b.BundleId })
	for id, b := range x.byID {
		if with, found := x.lookup(strings.Replace(id, "ipv6_", "", 1)); found && with != b {
			b.otherIPType, with.otherIPType = with, b
		}
	}
	return x
}

func newBundle(class priceClass, s series, v variant, p plan) types.Bundle {
	id := fmt.Sprintf("%s%s_%s%d_%s", s.Prefix, p.Size, v.infix, s.Generation, class.Suffix)
	name := displayName(p.Size)
	instanceType := s.InstanceTypes + s.Prefix + p.Size
	disk := p.DiskSizeInGb
	if v.platform == types.InstancePlatformWindows && p.WindowsDiskSizeInGb != 0 {
		disk = p.WindowsDiskSizeInGb
	}
	price := p.Prices[v.price]
	transfer := int32(float64(p.TransferPerMonthInGb) * class.TransferShare)
	return types.Bundle{
		BundleId:               &id,
		CpuCount:               &p.CPUCount,
		DiskSizeInGb:           &disk,
		InstanceType:           &instanceType,
		IsActive:               &s.IsActive,
		Name:                   &name,
		Power:                  &p.Power,
		Price:                  &price,
		PublicIpv4AddressCount: &v.addresses,
		RamSizeInGb:            &p.RAMSizeInGb,
		SupportedPlatforms:     []types.InstancePlatform{v.platform},
		TransferPerMonthInGb:   &transfer,
	}
}

// displayName writes the first letter large: Nano, 2Xlarge.
func displayName(size string) string {
	i := strings.IndexFunc(size, unicode.IsLetter)
	return size[:i] + strings.ToUpper(size[i:i+1]) + size[i+1:]
}

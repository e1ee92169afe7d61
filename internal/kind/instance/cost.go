package instance

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/cost"
)

// Terms are what an instance is charged by at present.
func (i *Instance) Terms() cost.BundleTerms { return cost.BundleTerms{BundleID: *i.Doc.BundleId} }

// BundlesOver is how instances are charged.
var BundlesOver = cost.ByBundle(func(id string) (cost.Charge, bool) {
	b, ok := catalogue.FindBundle(id)
	if !ok {
		return cost.Charge{}, false
	}
	return cost.Hourly(bundleUsage(b), 1, *b.Price), true
})

// bundleUsage is the usage type of a bundle: BundleUsage:0.5GB_win (AWS Price List). The ends of
// bundles of other families, and of those without a public IPv4 address, are a guess.
func bundleUsage(b *catalogue.Bundle) string {
	usage := fmt.Sprintf("BundleUsage:%gGB", *b.RamSizeInGb)
	if family, _, _ := strings.Cut(*b.BundleId, "_"); family == "m" || family == "c" {
		usage += "_" + family
	}
	if b.Platform() == types.InstancePlatformWindows {
		usage += "_win"
	}
	if b.IPv6Only() {
		usage += "_ipv6"
	}
	return usage
}

// AddressTerms are what a static IP is charged by.
type AddressTerms struct {
	Attached bool `json:"attached"`
}

// Terms are the present terms of a static IP.
func (s *StaticIP) Terms() AddressTerms { return AddressTerms{s.Attached() != nil} }

// freeDetached is how long a static IP may be attached to nothing before it costs something
// (Lightsail FAQ).
const freeDetached = time.Hour

// AddressOver is how static IPs are charged: while they are attached to nothing.
var AddressOver = cost.NewTerms(func(AddressTerms) error { return nil }, func(t AddressTerms, over cost.Span) (c cost.Charge) {
	if t.Attached {
		return c
	}
	over.From = over.From.Add(freeDetached)
	return cost.Charge{Span: over, UsageType: "UnusedStaticIP", Unit: types.PricingUnitHrs, Amount: 1, Price: catalogue.UnusedStaticIPPrice}
})

// Charge is for the size, attached or not.
func (d *Disk) Charge() cost.Charge {
	return cost.Stored("DiskUsage", d.Doc.SizeInGb, catalogue.DiskPrice)
}

// Charge is for the size.
func (s *DiskSnapshot) Charge() cost.Charge { return snapshotCharge(s.Doc.SizeInGb) }

// Charge is for the size with that of all disks.
func (s *Snapshot) Charge() cost.Charge { return snapshotCharge(s.Doc.SizeInGb) }

func snapshotCharge(sizeInGB *int32) cost.Charge {
	return cost.Stored(catalogue.SnapshotUsage, sizeInGB, catalogue.SnapshotPrice)
}

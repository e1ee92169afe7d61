package compute_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// on is what CreateInstances makes one instance of, named after the bundle.
func (l *lab) on(bundle, zone string) *lightsail.CreateInstancesInput {
	in := l.input("on-" + bundle)
	in.BundleId, in.AvailabilityZone = &bundle, &zone
	return in
}

// bundles lists all pages of GetBundles.
func (l *lab) bundles(inactive bool) []types.Bundle {
	l.T.Helper()
	var all []types.Bundle
	for in := (&lightsail.GetBundlesInput{IncludeInactive: &inactive}); ; {
		page := do(l, l.GetBundles, in)
		all = append(all, page.Bundles...)
		if in.PageToken = page.NextPageToken; in.PageToken == nil {
			return all
		}
	}
}

// TestCreateInstances_takesEveryListedBundle holds that the list's flag is no gate: what
// GetBundles shows with its inactive ones is accepted.
func TestCreateInstances_takesEveryListedBundle(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"instances=200"}})
	inactive := 0
	for _, b := range l.bundles(true) {
		in := l.on(*b.BundleId, "us-east-1a")
		if b.SupportedPlatforms[0] == types.InstancePlatformWindows {
			in.BlueprintId, in.KeyPairName = new("windows_server_2022"), nil
		}
		if *b.PublicIpv4AddressCount == 0 {
			in.IpAddressType = types.IpAddressTypeIpv6
		}
		l.create(in)
		got := l.get(in.InstanceNames[0])
		if *got.BundleId != *b.BundleId || *got.Hardware.CpuCount != *b.CpuCount || *got.Hardware.RamSizeInGb != *b.RamSizeInGb ||
			*got.Hardware.Disks[0].SizeInGb != *b.DiskSizeInGb || *got.Networking.MonthlyTransfer.GbPerMonthAllocated != *b.TransferPerMonthInGb {
			t.Errorf("the instance on %s has the bundle %s and other numbers", *b.BundleId, *got.BundleId)
		}
		if !*b.IsActive {
			inactive++
		}
	}
	if inactive != 24 {
		t.Errorf("GetBundles lists %d inactive bundles, want those of two generations, 24", inactive)
	}
	for _, b := range l.bundles(false) {
		if !*b.IsActive {
			t.Errorf("GetBundles lists %s by default, which is inactive", *b.BundleId)
		}
	}
}

func TestCreateInstances_wantsAGenerationThatTheRegionHad(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	for _, tc := range []struct{ region, takes, refuses string }{
		{"us-east-1", "nano_1_0 micro_2_0", "nano_2_1 nano_0_0 nano_ipv6_2_0"},
		{"ap-south-1", "nano_1_1 micro_2_1", "nano_1_0 nano_2_0 nano_3_0"},
		{"ap-southeast-2", "medium_2_2", "medium_2_0"},
		{"eu-north-1", "nano_2_0", "nano_1_0"},
		{"ap-east-1", "micro_3_1", "micro_3_0 micro_1_1"},
		{"ap-southeast-3", "nano_3_0", "nano_2_0 nano_1_0"},
	} {
		there := &lab{&familytest.Lab{T: t, Server: l.Server, Client: l.Server.Client(tc.region)}}
		if tc.region != region {
			familytest.ImportKey(t, there.Client, "deploy")
		}
		for bundle := range strings.FieldsSeq(tc.takes) {
			there.create(there.on(bundle, tc.region+"a"))
		}
		for bundle := range strings.FieldsSeq(tc.refuses) {
			_, err := there.CreateInstances(t.Context(), there.on(bundle, tc.region+"a"))
			familytest.WantInvalid(t, err, "InvalidParams", "The specified bundle does not exist in this region: "+bundle)
		}
	}
}

// TestBundlesOfEarlierGenerations_goThroughALife goes the way of an instance of 2018.
func TestBundlesOfEarlierGenerations_goThroughALife(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create(l.on("small_1_0", "us-east-1a"))
	l.Pass(time.Minute)
	_, err := l.setType("on-small_1_0", types.IpAddressTypeIpv6, true)
	familytest.WantInvalid(t, err, "InvalidParams", "The instance on-small_1_0 uses a bundle that doesn't support the setIpAddressType operation")
	must(t)(l.setType("on-small_1_0", types.IpAddressTypeIpv4, false))
	l.instanceSnapshot("snap", "on-small_1_0")

	again := restore("snap", "again")
	again.BundleId = new("small_2_0")
	do(l, l.CreateInstancesFromSnapshot, again)
	l.halt("on-small_1_0")
	update := &lightsail.StartInstanceInput{
		InstanceName: new("on-small_1_0"), AttributeUpdates: &types.InstanceAttributeUpdates{BundleId: new("small_2_0")},
	}
	do(l, l.StartInstance, update)
	for _, name := range []string{"again", "on-small_1_0"} {
		if got := *l.get(name).BundleId; got != "small_2_0" {
			t.Errorf("%s is on %s, want small_2_0", name, got)
		}
	}
}

// TestCreateInstancesFromSnapshot_comparesMemoryAndDisk holds that one size of two
// generations is not "smaller" by its number of vCPUs.
func TestCreateInstancesFromSnapshot_comparesMemoryAndDisk(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create(l.on("small_3_0", "us-east-1a"))
	l.Pass(time.Minute)
	l.instanceSnapshot("snap", "on-small_3_0")
	again := restore("snap", "again")
	again.BundleId = new("small_2_0")
	do(l, l.CreateInstancesFromSnapshot, again)
	again.InstanceNames, again.BundleId = []string{"less"}, new("small_1_0") // 40 GB
	familytest.WantInvalid(t, fails(l, l.CreateInstancesFromSnapshot, again), "InvalidParams",
		"The bundle small_1_0 is smaller than the bundle small_3_0 of the snapshot: it has a disk of 40 GB instead of 60.")
}

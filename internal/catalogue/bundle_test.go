package catalogue_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/codec"
)

// priceList is the Lightsail user guide's table of plans for us-east-1: size, vCPUs, memory
// in GB, disk in GB, disk with Windows, transfer in TB; monthly price with Linux, Linux
// IPv6-only, Windows, Windows IPv6-only.
const priceList = `
nano_3        2   0.5   20   30  1     5  3.50  9.50     8
micro_3       2     1   40   40  2     7     5    14    12
small_3       2     2   60   60  3    12    10    22    20
medium_3      2     4   80   80  4    24    20    44    40
large_3       2     8  160  160  5    44    40    74    70
xlarge_3      4    16  320  320  6    84    80   124   120
2xlarge_3     8    32  640  640  7   164   160   244   240
4xlarge_3    16    64 1280 1280  8   384   380   574   570
8xlarge_3    32   128 1280 1280  9   884   880  1254  1250
12xlarge_3   48   192 1280 1280 10  1324  1320  1884  1880
16xlarge_3   64   256 1280 1280 10  1764  1760  2504  2500
m_large_1     2    16  160  160  5    74    70   134   130
m_xlarge_1    4    32  320  320  6   144   140   264   260
m_2xlarge_1   8    64  640  640  7   294   290   524   520
m_4xlarge_1  16   128 1280 1280  8   584   580  1044  1040
m_8xlarge_1  32   256 1280 1280  9  1174  1170  2104  2100
m_12xlarge_1 48   384 1280 1280 10  1764  1760  3164  3160
m_16xlarge_1 64   512 1280 1280 10  2344  2340  4204  4200
c_large_1     2     4  160  160  5    42    38   100    96
c_xlarge_1    4     8  320  320  6    84    80   200   196
c_2xlarge_1   8    16  640  640  7   168   164   400   396
c_4xlarge_1  16    32 1280 1280  8   336   332   800   796
c_9xlarge_1  36    72 1280 1280  9   844   840  1888  1884
c_12xlarge_1 48    96 1280 1280 10  1126  1122  2518  2514
c_18xlarge_1 72   144 1280 1280 10  1688  1684  3776  3772`

func TestBundles_areThoseOfThePriceList(t *testing.T) {
	listed := 0
	for line := range strings.Lines(strings.TrimSpace(priceList)) {
		var plan string
		var cpu, disk, winDisk, transfer int32
		var ram, linux, linuxIPv6, windows, windowsIPv6 float32
		_, err := fmt.Sscan(line, &plan, &cpu, &ram, &disk, &winDisk, &transfer, &linux, &linuxIPv6, &windows, &windowsIPv6)
		if err != nil {
			t.Fatal(err)
		}
		size, generation := plan[:len(plan)-2], plan[len(plan)-1:]
		for _, want := range []struct {
			id       string
			platform types.InstancePlatform
			disk     int32
			ipv4     int32
			price    float32
		}{
			{size + "_" + generation + "_0", types.InstancePlatformLinuxUnix, disk, 1, linux},
			{size + "_ipv6_" + generation + "_0", types.InstancePlatformLinuxUnix, disk, 0, linuxIPv6},
			{size + "_win_" + generation + "_0", types.InstancePlatformWindows, winDisk, 1, windows},
			{size + "_win_ipv6_" + generation + "_0", types.InstancePlatformWindows, winDisk, 0, windowsIPv6},
		} {
			listed++
			b, ok := catalogue.LookupBundle(region, want.id)
			if !ok {
				t.Errorf("%s is missing", want.id)
				continue
			}
			if !*b.IsActive || *b.CpuCount != cpu || *b.RamSizeInGb != ram || *b.DiskSizeInGb != want.disk || *b.TransferPerMonthInGb != transfer*1024 ||
				*b.Price != want.price || b.Platform() != want.platform || *b.PublicIpv4AddressCount != want.ipv4 || b.IPv6Only() != (want.ipv4 == 0) {
				t.Errorf("%s is %s", want.id, codec.Encode(&b.Bundle))
			}
		}
	}
	for _, b := range catalogue.Bundles(region) {
		if *b.IsActive {
			listed--
		}
	}
	if listed != 0 {
		t.Errorf("%d active bundles are missing, or, if negative, too many", listed)
	}
}

func TestBundles_asTheAPIShowsThem(t *testing.T) {
	for _, want := range []types.Bundle{
		{ // observed in AWS CLI examples of 2024
			BundleId: new("small_3_0"), CpuCount: new(int32(2)), DiskSizeInGb: new(int32(60)), InstanceType: new("small"), IsActive: new(true),
			Name: new("Small"), Power: new(int32(1000)), Price: new(float32(12)), PublicIpv4AddressCount: new(int32(1)), RamSizeInGb: new(float32(2)),
			SupportedPlatforms: []types.InstancePlatform{types.InstancePlatformLinuxUnix}, TransferPerMonthInGb: new(int32(3072)),
		},
		{ // observed in AWS CLI output of 2022
			BundleId: new("2xlarge_win_2_0"), CpuCount: new(int32(8)), DiskSizeInGb: new(int32(640)), InstanceType: new("2xlarge"), IsActive: new(false),
			Name: new("2Xlarge"), Power: new(int32(5000)), Price: new(float32(240)), PublicIpv4AddressCount: new(int32(1)), RamSizeInGb: new(float32(32)),
			SupportedPlatforms: []types.InstancePlatform{types.InstancePlatformWindows}, TransferPerMonthInGb: new(int32(7168)),
		},
		{ // observed in the AWS CLI example of 2019
			BundleId: new("nano_2_0"), CpuCount: new(int32(1)), DiskSizeInGb: new(int32(20)), InstanceType: new("nano"), IsActive: new(false),
			Name: new("Nano"), Power: new(int32(300)), Price: new(float32(3.5)), PublicIpv4AddressCount: new(int32(1)), RamSizeInGb: new(float32(0.5)),
			SupportedPlatforms: []types.InstancePlatform{types.InstancePlatformLinuxUnix}, TransferPerMonthInGb: new(int32(1024)),
		},
		{ // observed in the developer guide's output of 2017
			BundleId: new("small_1_0"), CpuCount: new(int32(1)), DiskSizeInGb: new(int32(40)), InstanceType: new("t2.small"), IsActive: new(false),
			Name: new("Small"), Power: new(int32(1000)), Price: new(float32(20)), PublicIpv4AddressCount: new(int32(1)), RamSizeInGb: new(float32(2)),
			SupportedPlatforms: []types.InstancePlatform{types.InstancePlatformLinuxUnix}, TransferPerMonthInGb: new(int32(3072)),
		},
	} {
		got, ok := catalogue.LookupBundle(region, *want.BundleId)
		if !ok {
			t.Fatalf("%s is missing", *want.BundleId)
		}
		if diff := cmp.Diff(want, got.Bundle, cmpopts.IgnoreUnexported(types.Bundle{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", *want.BundleId, diff)
		}
	}
}

func TestBundles_endInThePriceClassOfTheRegion(t *testing.T) {
	for _, tc := range []struct {
		region, id string
		transfer   int32
	}{
		{"us-east-1", "nano_3_0", 1024},
		{"ap-southeast-3", "nano_3_0", 1024},
		{"ap-east-1", "micro_3_1", 1024},
		{"us-west-1", "nano_3_0", 1024},
		{"ap-south-1", "nano_3_1", 512},
		{"ap-south-1", "micro_win_ipv6_3_1", 1024},
		{"ap-southeast-2", "medium_2_2", 2048},
	} {
		b, ok := catalogue.LookupBundle(tc.region, tc.id)
		if !ok || *b.TransferPerMonthInGb != tc.transfer {
			t.Errorf("%s: %s = %v, %v, want a transfer of %d GB", tc.region, tc.id, b, ok, tc.transfer)
		}
		found, ok := catalogue.FindBundle(tc.id)
		if !ok || !same(found, b) {
			t.Errorf("FindBundle(%s) = %v, %v, which is not the one of %s", tc.id, found, ok, tc.region)
		}
		for _, r := range catalogue.Regions() {
			if x, here := catalogue.LookupBundle(r.Name, tc.id); here && !same(x, found) {
				t.Errorf("%s has another %s", r.Name, tc.id)
			}
		}
	}
	if _, ok := catalogue.FindBundle("pico_3_0"); ok {
		t.Error("pico_3_0 exists")
	}
}

func same(a, b *catalogue.Bundle) bool {
	return cmp.Equal(a.Bundle, b.Bundle, cmpopts.IgnoreUnexported(types.Bundle{}))
}

// TestBundles_listTheGenerationsOfTheRegion holds that a region has no generation that
// was out of sale when it opened.
func TestBundles_listTheGenerationsOfTheRegion(t *testing.T) {
	for _, tc := range []struct{ region, has, lacks string }{
		{"us-east-1", "nano_1_0 nano_2_0 nano_3_0 large_win_1_0 c_large_1_0", "nano_1_1 nano_4_0 2xlarge_1_0 nano_ipv6_2_0"},
		{"ap-south-1", "nano_1_1 nano_2_1 nano_3_1 m_large_1_1", "nano_1_0 nano_2_0 nano_3_0"},
		{"ap-southeast-2", "nano_1_2 medium_2_2 nano_3_2", "nano_2_0"},
		{"eu-north-1", "nano_2_0 nano_3_0 m_large_1_0", "nano_1_0"},
		{"ap-east-1", "nano_2_1 nano_3_1", "nano_1_1 nano_3_0"},
		{"ap-southeast-3", "nano_3_0 c_large_1_0", "nano_1_0 nano_2_0"},
		{"ap-southeast-5", "nano_3_0", "nano_2_0"},
	} {
		for id := range strings.FieldsSeq(tc.has) {
			if _, ok := catalogue.LookupBundle(tc.region, id); !ok {
				t.Errorf("%s has no %s", tc.region, id)
			}
		}
		for id := range strings.FieldsSeq(tc.lacks) {
			if _, ok := catalogue.LookupBundle(tc.region, id); ok {
				t.Errorf("%s has %s", tc.region, id)
			}
		}
	}
}

func TestOtherIPType(t *testing.T) {
	for id, want := range map[string]string{
		"nano_3_0": "nano_ipv6_3_0", "nano_win_3_0": "nano_win_ipv6_3_0", "m_large_1_0": "m_large_ipv6_1_0", "c_18xlarge_win_1_0": "c_18xlarge_win_ipv6_1_0",
	} {
		b, _ := catalogue.LookupBundle(region, id)
		other, ok := b.OtherIPType()
		if !ok || *other.BundleId != want {
			t.Errorf("%s goes with %v, want %s", id, other, want)
			continue
		}
		if back, ok := other.OtherIPType(); !ok || back != b {
			t.Errorf("%s goes with %v, want %s", want, back, id)
		}
		if catalogue.FitsSnapshot(b, other) != nil || catalogue.FitsSnapshot(other, b) != nil || b.Platform() != other.Platform() || b.IPv6Only() == other.IPv6Only() {
			t.Errorf("%s and %s differ by more than the address", id, want)
		}
	}
	for _, id := range []string{"nano_2_0", "large_win_1_0"} {
		b, _ := catalogue.LookupBundle(region, id)
		if other, ok := b.OtherIPType(); ok {
			t.Errorf("%s goes with %s, want none", id, *other.BundleId)
		}
	}
}

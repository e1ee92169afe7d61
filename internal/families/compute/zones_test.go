package compute_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// TestAddresses_areOfTheZonesSubnet holds that a zone has a part of its own of the
// private network and of the IPv6 network, as a default VPC's subnets.
func TestAddresses_areOfTheZonesSubnet(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"instances=100"}})
	networks := map[netip.Prefix]bool{}
	for n, zone := range []string{"a", "b", "c", "d", "e", "f"} {
		in := l.input()
		in.AvailabilityZone = new("us-east-1" + zone)
		for k := range 5 {
			in.InstanceNames = append(in.InstanceNames, fmt.Sprintf("%s-%d", zone, k))
		}
		l.create(in)
		for _, name := range in.InstanceNames {
			got := l.get(name)
			wantIn(t, *got.PrivateIpAddress, fmt.Sprintf("172.26.%d.0/20", 16*n))
			v6 := netip.MustParseAddr(got.Ipv6Addresses[0])
			wantIn(t, v6.String(), "2001:2::/48")
			if b := v6.As16(); int(b[7]) != n {
				t.Errorf("%s has %s, of the subnet %d, want %d", name, v6, b[7], n)
			}
			networks[netip.PrefixFrom(v6, 56).Masked()] = true
		}
	}
	if len(networks) != 1 {
		t.Errorf("the instances of one region have %d IPv6 networks, want 1: %v", len(networks), networks)
	}
}

func TestSystemDisk_isThatOfTheBlueprint(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	for _, tc := range []struct {
		blueprint, path string
		iops            int32
	}{
		{"ubuntu_22_04", "/dev/sda1", 180}, {"amazon_linux_2023", "/dev/xvda", 3000}, {"wordpress", "/dev/xvda", 180}, {"freebsd_14", "/dev/sda1", 180},
	} {
		in := l.input("on-" + tc.blueprint)
		in.BlueprintId, in.BundleId = new(tc.blueprint), new("small_3_0")
		l.create(in)
		l.Pass(time.Minute)
		if d := l.get(in.InstanceNames[0]).Hardware.Disks[0]; *d.Path != tc.path || *d.Iops != tc.iops {
			t.Errorf("the system disk of %s is %s with %d IOPS, want %s with %d", tc.blueprint, *d.Path, *d.Iops, tc.path, tc.iops)
		}
		l.instanceSnapshot("snap-"+tc.blueprint, in.InstanceNames[0])
		again := restore("snap-"+tc.blueprint, "again-"+tc.blueprint)
		again.BundleId = in.BundleId
		do(l, l.CreateInstancesFromSnapshot, again)
		if d := l.get(again.InstanceNames[0]).Hardware.Disks[0]; *d.Path != tc.path {
			t.Errorf("the system disk of a restored %s is %s, want %s", tc.blueprint, *d.Path, tc.path)
		}
		name := l.export("snap-" + tc.blueprint)
		for _, r := range l.exportRecords() {
			if *r.Name != name {
				continue
			}
			if got := *r.SourceInfo.InstanceSnapshotInfo.FromDiskInfo[0].Path; got != tc.path {
				t.Errorf("the exported system disk of %s is %s, want %s", tc.blueprint, got, tc.path)
			}
		}
	}
}

// TestAttachDisk_leavesTheSystemDisksPath holds that no disk takes the place of the
// system disk under either of its names.
func TestAttachDisk_leavesTheSystemDisksPath(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	in := l.input("web")
	in.BlueprintId = new("ubuntu_22_04")
	l.create(in)
	l.Pass(time.Minute)
	for _, path := range []string{"/dev/sda1", "/dev/sda", "/dev/xvda", "/dev/xvda1"} {
		if err := fails(l, l.AttachDisk, attachment("data", "web", path)); err == nil {
			t.Errorf("a disk was attached at %s", path)
		}
	}
	do(l, l.AttachDisk, attachment("data", "web", "/dev/sdf"))
	if disks := do(l, l.GetInstance, &lightsail.GetInstanceInput{InstanceName: new("web")}).Instance.Hardware.Disks; *disks[0].Path != "/dev/sda1" || *disks[1].Path != "/dev/sdf" {
		t.Errorf("the disks are at %s and %s", *disks[0].Path, *disks[1].Path)
	}
}

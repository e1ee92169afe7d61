package compute_test

import (
	"context"
	"errors"
	"fmt"
	mathrand "math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// chance draws what a move is about. Names are few, so that moves meet, and sometimes
// of another kind.
type chance struct {
	*mathrand.Rand
	region string
}

func (r chance) name(kind string) *string {
	if r.IntN(20) == 0 {
		kind = []string{"web", "ip", "disk", "image", "snap"}[r.IntN(5)]
	}
	return new(fmt.Sprint(kind, r.IntN(5)))
}

func (r chance) flag() *bool   { return new(r.IntN(2) == 0) }
func (r chance) zone() *string { return new(r.region + "ab"[r.IntN(8)/7:][:1]) }
func (r chance) path() *string { return new("/dev/xvd" + "fgh"[r.IntN(3):][:1]) }

// move is one call, whose answer does not matter.
type move func(context.Context, *lightsail.Client, chance) error

var moves = []move{
	createSome, createSome,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.StartInstance(ctx, &lightsail.StartInstanceInput{InstanceName: r.name("web")})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.StopInstance(ctx, &lightsail.StopInstanceInput{InstanceName: r.name("web"), Force: r.flag()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteInstance(ctx, &lightsail.DeleteInstanceInput{InstanceName: r.name("web"), ForceDeleteAddOns: r.flag()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.SetIpAddressType(ctx, &lightsail.SetIpAddressTypeInput{
			ResourceType: types.ResourceTypeInstance, ResourceName: r.name("web"), AcceptBundleUpdate: r.flag(),
			IpAddressType: types.IpAddressType("").Values()[r.IntN(3)],
		})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.AllocateStaticIp(ctx, &lightsail.AllocateStaticIpInput{StaticIpName: r.name("ip")})
		return err
	},
	attachIP, attachIP,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DetachStaticIp(ctx, &lightsail.DetachStaticIpInput{StaticIpName: r.name("ip")})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.ReleaseStaticIp(ctx, &lightsail.ReleaseStaticIpInput{StaticIpName: r.name("ip")})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.CreateDisk(ctx, &lightsail.CreateDiskInput{DiskName: r.name("disk"), AvailabilityZone: r.zone(), SizeInGb: new(int32(8))})
		return err
	},
	attachSome, attachSome,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DetachDisk(ctx, &lightsail.DetachDiskInput{DiskName: r.name("disk")})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteDisk(ctx, &lightsail.DeleteDiskInput{DiskName: r.name("disk"), ForceDeleteAddOns: r.flag()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.CreateInstanceSnapshot(ctx, &lightsail.CreateInstanceSnapshotInput{
			InstanceName: r.name("web"), InstanceSnapshotName: r.name("image"),
		})
		return err
	},
	restoreSome, restoreSome,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteInstanceSnapshot(ctx, &lightsail.DeleteInstanceSnapshotInput{InstanceSnapshotName: r.name("image")})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.CreateDiskSnapshot(ctx, &lightsail.CreateDiskSnapshotInput{DiskName: r.name("disk"), DiskSnapshotName: r.name("snap")})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.CreateDiskFromSnapshot(ctx, &lightsail.CreateDiskFromSnapshotInput{
			DiskName: r.name("disk"), DiskSnapshotName: r.name("snap"), AvailabilityZone: r.zone(), SizeInGb: new(int32(8)),
		})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.CopySnapshot(ctx, &lightsail.CopySnapshotInput{
			SourceRegion: types.RegionName(walkRegions[r.IntN(2)]), SourceSnapshotName: r.name("image"), TargetSnapshotName: r.name("image"),
		})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.ExportSnapshot(ctx, &lightsail.ExportSnapshotInput{SourceSnapshotName: r.name("snap")})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.EnableAddOn(ctx, &lightsail.EnableAddOnInput{
			ResourceName: r.name("disk"), AddOnRequest: &types.AddOnRequest{AddOnType: types.AddOnTypeAutoSnapshot},
		})
		return err
	},
	readAll,
}

func createSome(ctx context.Context, c *lightsail.Client, r chance) error {
	bundle, kind := "nano_3_0", types.IpAddressTypeDualstack
	if r.IntN(4) == 0 {
		bundle, kind = "nano_ipv6_3_0", types.IpAddressTypeIpv6
	}
	_, err := c.CreateInstances(ctx, &lightsail.CreateInstancesInput{
		InstanceNames: []string{*r.name("web")}, AvailabilityZone: r.zone(), BlueprintId: new("debian_12"), BundleId: &bundle,
		IpAddressType: kind, KeyPairName: new("deploy"),
	})
	return err
}

func restoreSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.CreateInstancesFromSnapshot(ctx, &lightsail.CreateInstancesFromSnapshotInput{
		InstanceNames: []string{*r.name("web")}, AvailabilityZone: r.zone(), BundleId: new("nano_3_0"), KeyPairName: new("deploy"),
		InstanceSnapshotName: r.name("image"),
	})
	return err
}

func attachIP(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.AttachStaticIp(ctx, &lightsail.AttachStaticIpInput{StaticIpName: r.name("ip"), InstanceName: r.name("web")})
	return err
}

func attachSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.AttachDisk(ctx, &lightsail.AttachDiskInput{DiskName: r.name("disk"), InstanceName: r.name("web"), DiskPath: r.path()})
	return err
}

// readAll are the lists that depend on the clock.
func readAll(ctx context.Context, c *lightsail.Client, _ chance) error {
	_, err1 := c.GetInstanceSnapshots(ctx, &lightsail.GetInstanceSnapshotsInput{})
	_, err2 := c.GetDiskSnapshots(ctx, &lightsail.GetDiskSnapshotsInput{})
	_, err3 := c.GetExportSnapshotRecords(ctx, &lightsail.GetExportSnapshotRecordsInput{})
	_, err4 := c.GetOperations(ctx, &lightsail.GetOperationsInput{})
	return errors.Join(err1, err2, err3, err4)
}

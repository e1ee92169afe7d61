//go:build clients

package clients

import (
	"testing"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// done polls the first operation as Terraform's AWS provider does, which reads what was
// changed after that.
func (u *user) done(ops []types.Operation) {
	u.t.Helper()
	end := poll(u, func() *types.Operation {
		return do(u, u.GetOperation, &lightsail.GetOperationInput{OperationId: ops[0].Id}).Operation
	}, func(o *types.Operation) bool { return *o.IsTerminal })
	if end.Status != types.OperationStatusSucceeded {
		u.t.Fatalf("%s of %s ended as %s", end.OperationType, *end.ResourceName, end.Status)
	}
}

// testProvisioning takes the steps of the acceptance tests of Terraform's AWS provider
// at the default time scale: an instance on the bundle nano_1_0, a disk that is attached
// and detached, a static IP, and the end of all three.
func testProvisioning(t *testing.T, c *lightsail.Client) {
	c = lightsail.New(c.Options(), lightsail.WithAPIOptions(awsmiddleware.AddUserAgentKeyValue(terraformAgent, "1")))
	u, web, data, front := newUser(t, c), new("web"), new("data"), new("front")
	in := u.input("web")
	in.BundleId, in.BlueprintId, in.IpAddressType = new("nano_1_0"), new("ubuntu_22_04"), types.IpAddressTypeDualstack
	ops := do(u, u.CreateInstances, in).Operations
	if pending := u.instance("web"); *pending.State.Name == "pending" && pending.PublicIpAddress != nil {
		t.Errorf("a pending instance has the public address %s", *pending.PublicIpAddress)
	}
	u.done(ops)
	made := u.instance("web")
	if made.PublicIpAddress == nil || *made.BundleId != "nano_1_0" || *made.Hardware.CpuCount != 1 || *made.Hardware.Disks[0].Path != "/dev/sda1" {
		t.Fatalf("the instance has the address %v, the bundle %s, %d CPUs, its system disk at %s",
			made.PublicIpAddress, *made.BundleId, *made.Hardware.CpuCount, *made.Hardware.Disks[0].Path)
	}

	u.done(do(u, u.CreateDisk, &lightsail.CreateDiskInput{DiskName: data, AvailabilityZone: in.AvailabilityZone, SizeInGb: new(int32(8))}).Operations)
	u.done(do(u, u.AttachDisk, &lightsail.AttachDiskInput{DiskName: data, InstanceName: web, DiskPath: new("/dev/xvdf")}).Operations)
	if d := u.disk("data"); !*d.IsAttached || *d.AttachedTo != "web" || *d.Path != "/dev/xvdf" {
		t.Errorf("the disk is attached: %t, to %v", *d.IsAttached, d.AttachedTo)
	}
	u.done(do(u, u.StopInstance, &lightsail.StopInstanceInput{InstanceName: web}).Operations)
	u.done(do(u, u.DetachDisk, &lightsail.DetachDiskInput{DiskName: data}).Operations)
	u.done(do(u, u.StartInstance, &lightsail.StartInstanceInput{InstanceName: web}).Operations)
	u.done(do(u, u.DeleteDisk, &lightsail.DeleteDiskInput{DiskName: data}).Operations)

	u.done(do(u, u.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: front}).Operations)
	u.done(do(u, u.AttachStaticIp, &lightsail.AttachStaticIpInput{StaticIpName: front, InstanceName: web}).Operations)
	if ip := u.staticIP("front"); !*ip.IsAttached || *u.instance("web").PublicIpAddress != *ip.IpAddress {
		t.Errorf("the static IP %s is attached: %t, the instance has %s", *ip.IpAddress, *ip.IsAttached, *u.instance("web").PublicIpAddress)
	}
	u.done(do(u, u.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: web, ForceDeleteAddOns: new(true)}).Operations)
	refused(u, u.GetInstance, &lightsail.GetInstanceInput{InstanceName: web}, missing("The Instance does not exist: web"))
	u.done(do(u, u.ReleaseStaticIp, &lightsail.ReleaseStaticIpInput{StaticIpName: front}).Operations)
}

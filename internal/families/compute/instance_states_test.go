package compute_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

func (l *lab) start(name string) ([]types.Operation, error) {
	out, err := l.StartInstance(l.T.Context(), &lightsail.StartInstanceInput{InstanceName: &name})
	if err != nil {
		return nil, err
	}
	return out.Operations, nil
}

func (l *lab) stop(name string, force bool) ([]types.Operation, error) {
	out, err := l.StopInstance(l.T.Context(), &lightsail.StopInstanceInput{InstanceName: &name, Force: &force})
	if err != nil {
		return nil, err
	}
	return out.Operations, nil
}

func (l *lab) reboot(name string) ([]types.Operation, error) {
	out, err := l.RebootInstance(l.T.Context(), &lightsail.RebootInstanceInput{InstanceName: &name})
	if err != nil {
		return nil, err
	}
	return out.Operations, nil
}

func (l *lab) remove(name string) ([]types.Operation, error) {
	out, err := l.DeleteInstance(l.T.Context(), &lightsail.DeleteInstanceInput{InstanceName: &name})
	if err != nil {
		return nil, err
	}
	return out.Operations, nil
}

// must returns the operations of a call that has to succeed.
func must(t *testing.T) func([]types.Operation, error) []types.Operation {
	return func(ops []types.Operation, err error) []types.Operation {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return ops
	}
}

func TestStopInstance_thenStartInstance(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	before := l.get("web")

	ops := must(t)(l.stop("web", false))
	l.WantOperations(ops, "StopInstance Instance web - Started")
	l.wantState("web", "stopping", 64)
	l.WantSucceeds(ops[0], 40*time.Second)
	l.wantState("web", "stopped", 80)
	stopped := l.get("web")
	if stopped.PublicIpAddress != nil || *stopped.PrivateIpAddress != *before.PrivateIpAddress || stopped.Ipv6Addresses[0] != before.Ipv6Addresses[0] {
		t.Errorf("a stopped instance has the addresses %v %s %v", stopped.PublicIpAddress, *stopped.PrivateIpAddress, stopped.Ipv6Addresses)
	}

	l.Server.Restart(t)
	ops = must(t)(l.start("web"))
	l.WantOperations(ops, "StartInstance Instance web  Started")
	l.wantState("web", "pending", 0)
	l.WantSucceeds(ops[0], 20*time.Second)
	l.wantState("web", "running", 16)
	l.Pass(3 * time.Second)
	if after := l.get("web"); *after.PublicIpAddress == *before.PublicIpAddress {
		t.Error("the public address stayed the same over a stop")
	}
}

func TestStopInstance_force(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	must(t)(l.stop("web", true)) // force is for one that is stopping; it does no harm here
	l.wantState("web", "stopping", 64)
	l.Pass(time.Second)
	ops := must(t)(l.stop("web", true))
	l.wantState("web", "stopped", 80)
	l.Pass(time.Hour)
	l.wantState("web", "stopped", 80)
	if op := ops[0]; op.OperationType != types.OperationTypeStopInstance {
		t.Errorf("operation = %s", op.OperationType)
	}
}

func TestRebootInstance_keepsItRunning(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	before := l.get("web")
	ops := must(t)(l.reboot("web"))
	l.WantOperations(ops, "RebootInstance Instance web  Succeeded") // its details are the empty text
	l.wantState("web", "running", 16)
	if after := l.get("web"); *after.PublicIpAddress != *before.PublicIpAddress {
		t.Error("the public address changed by a reboot")
	}
}

func TestInstance_statesAdmitActions(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create(l.input("pending"))
	verbs := map[string]func(string) ([]types.Operation, error){
		"start": l.start, "stop": func(name string) ([]types.Operation, error) { return l.stop(name, false) }, "reboot": l.reboot, "delete": l.remove,
		"set the IP address type of": func(name string) ([]types.Operation, error) { return l.setType(name, types.IpAddressTypeIpv4, false) },
		"get access details of":      func(name string) ([]types.Operation, error) { _, err := l.access(name, ""); return nil, err },
	}
	refused := func(state string, list ...string) {
		t.Helper()
		for _, verb := range list {
			_, err := verbs[verb]("pending")
			familytest.WantFailed(t, err, fmt.Sprintf("You can't %s this instance right now. The state of this instance is: %s", verb, state))
		}
	}
	refused("pending", "start", "stop", "reboot", "delete", "set the IP address type of", "get access details of")
	l.Pass(time.Minute)
	refused("running", "start")
	must(t)(l.stop("pending", false))
	refused("stopping", "start", "stop", "reboot", "delete", "set the IP address type of", "get access details of")
	l.Pass(time.Minute)
	refused("stopped", "stop", "reboot", "get access details of")
	must(t)(l.remove("pending"))
	for _, verb := range verbs {
		_, err := verb("pending")
		if err == nil || !isMissing(err) {
			t.Errorf("on a deleted instance: %v, want NotFoundException", err)
		}
	}
}

func TestDeleteInstance_leavesNothing(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"instances=1"}})
	for range 3 {
		l.run("web")
		l.WantOperations(must(t)(l.remove("web")), "DeleteInstance Instance web - Succeeded")
		_, err := l.GetInstance(t.Context(), &lightsail.GetInstanceInput{InstanceName: new("web")})
		familytest.WantNotFound(t, err, "The Instance does not exist: web")
	}
}

func TestDeleteInstance_requiresForceForAddOns(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web", "other")
	must(t)(l.enable("web", ""))
	_, err := l.remove("web")
	familytest.WantInvalid(t, err, "InvalidParams", "You cannot delete the Instance web with addons. Specify the forceDeleteAddons parameter to delete the Instance and its associated addons.")
	if _, err := l.DeleteInstance(t.Context(), &lightsail.DeleteInstanceInput{InstanceName: new("web"), ForceDeleteAddOns: new(true)}); err != nil {
		t.Error(err)
	}
	must(t)(l.enable("other", ""))
	must(t)(l.disable("other"))
	must(t)(l.remove("other"))
}

func TestDeleteInstance_detachesDisks(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	for name, path := range map[string]string{"data": "/dev/xvdf", "logs": "/dev/xvdg"} {
		if _, err := l.CreateDisk(t.Context(), &lightsail.CreateDiskInput{
			DiskName: &name, AvailabilityZone: new("us-east-1a"), SizeInGb: new(int32(8)),
		}); err != nil {
			t.Fatal(err)
		}
		l.Pass(time.Minute)
		if _, err := l.AttachDisk(t.Context(), &lightsail.AttachDiskInput{DiskName: &name, InstanceName: new("web"), DiskPath: &path}); err != nil {
			t.Fatal(err)
		}
		l.Pass(time.Minute)
	}
	first := *l.get("web").Hardware.Disks[1].Name
	second := *l.get("web").Hardware.Disks[2].Name
	ops := must(t)(l.remove("web"))
	l.WantOperations(ops,
		"DetachDisk Disk "+first+" web Started", "DetachDisk Instance web "+first+" Started",
		"DetachDisk Disk "+second+" web Started", "DetachDisk Instance web "+second+" Started",
		"DeleteInstance Instance web - Succeeded")
	l.WantSucceeds(ops[0], 5*time.Second)
	for _, name := range []string{first, second} {
		out, err := l.GetDisk(t.Context(), &lightsail.GetDiskInput{DiskName: &name})
		if err != nil {
			t.Fatal(err)
		}
		if d := out.Disk; *d.IsAttached || d.AttachedTo != nil || d.State != types.DiskStateAvailable {
			t.Errorf("disk %s is %s, attached: %t", name, d.State, *d.IsAttached)
		}
	}
}

func TestDeleteInstance_freesStaticIP(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	if _, err := l.AllocateStaticIp(t.Context(), &lightsail.AllocateStaticIpInput{StaticIpName: new("front")}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.AttachStaticIp(t.Context(), &lightsail.AttachStaticIpInput{StaticIpName: new("front"), InstanceName: new("web")}); err != nil {
		t.Fatal(err)
	}
	attached := l.get("web")
	must(t)(l.stop("web", false))
	l.Pass(time.Minute)
	must(t)(l.start("web"))
	l.Pass(time.Minute)
	if again := l.get("web"); *again.PublicIpAddress != *attached.PublicIpAddress || !*again.IsStaticIp {
		t.Errorf("over a stop the static IP %s became %s", *attached.PublicIpAddress, *again.PublicIpAddress)
	}
	_, err := l.setType("web", types.IpAddressTypeIpv6, true)
	familytest.WantFailed(t, err, "You can't perform this operation because the static IP is still attached to a Lightsail instance: web")

	l.WantOperations(must(t)(l.remove("web")), "DeleteInstance Instance web - Succeeded")
	out, err := l.GetStaticIp(t.Context(), &lightsail.GetStaticIpInput{StaticIpName: new("front")})
	if err != nil || *out.StaticIp.IsAttached || out.StaticIp.AttachedTo != nil || *out.StaticIp.IpAddress != *attached.PublicIpAddress {
		t.Errorf("after its instance is gone: %+v, %v", out.StaticIp, err)
	}
}

func TestStartInstance_noNewerGeneration(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	must(t)(l.stop("web", false))
	l.Pass(time.Minute)
	for wanted, message := range map[string]string{
		"auto":      "The instance web can't be updated from the bundle nano_3_0 to auto.",
		"nano_3_0":  "The instance web can't be updated from the bundle nano_3_0 to nano_3_0.",
		"micro_3_0": "The instance web can't be updated from the bundle nano_3_0 to micro_3_0.",
		"nano_2_0":  "The instance web can't be updated from the bundle nano_3_0 to nano_2_0.",
		"nano_9_0":  "The specified bundle does not exist in this region: nano_9_0",
	} {
		_, err := l.StartInstance(t.Context(), &lightsail.StartInstanceInput{
			InstanceName: new("web"), AttributeUpdates: &types.InstanceAttributeUpdates{BundleId: &wanted},
		})
		familytest.WantInvalid(t, err, "InvalidParams", message)
	}
	l.wantState("web", "stopped", 80)
}

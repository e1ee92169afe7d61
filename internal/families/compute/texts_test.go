package compute_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// refusal is what a client sees of a refused call. Codes are compared where AWS was
// seen to send one.
type refusal struct{ exception, code, message string }

func refusalOf(err error, withCode bool) refusal {
	var r refusal
	if e, ok := errors.AsType[smithy.APIError](err); ok {
		r.exception, r.message = e.ErrorCode(), e.ErrorMessage()
	}
	if invalid, ok := errors.AsType[*types.InvalidInputException](err); ok && withCode {
		r.code = *invalid.Code
	}
	if missing, ok := errors.AsType[*types.NotFoundException](err); ok && withCode {
		r.code = *missing.Code
	}
	return r
}

// TestRefusals_areInTheWordsOfAWS holds the texts that AWS has published or was seen to
// send, for each the public source.
func TestRefusals_areInTheWordsOfAWS(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.disk("data")
	l.disk("free")
	l.run("web")
	l.attach("data", "web", "/dev/xvdf")
	must(t)(l.enable("web", "06:00"))
	l.allocate("front")
	only6 := l.input("six")
	only6.BundleId, only6.IpAddressType = new("nano_ipv6_3_0"), types.IpAddressTypeIpv6
	l.create(only6)
	l.instanceSnapshot("snap", "web")
	record := l.export("snap")
	l.Pass(10 * time.Minute)

	instance := func(change func(*lightsail.CreateInstancesInput)) error {
		in := l.input("new")
		change(in)
		return fails(l, l.CreateInstances, in)
	}
	addOn := &types.AddOnRequest{
		AddOnType: types.AddOnTypeAutoSnapshot, AutoSnapshotAddOnRequest: &types.AutoSnapshotAddOnRequest{SnapshotTimeOfDay: new("06:00")},
	}
	for _, tc := range []struct {
		name, source string
		err          error
		want         refusal
	}{
		{
			"a disk path", "acceptance test of Terraform's AWS provider", fails(l, l.AttachDisk, attachment("free", "web", "/srv/data")),
			refusal{"InvalidInputException", "InvalidParams", "The disk path is invalid. You must specify a valid disk path."},
		},
		{
			"a disk that is attached", "developer guide, troubleshooting disks", fails(l, l.DeleteDisk, &lightsail.DeleteDiskInput{DiskName: new("data")}),
			refusal{"OperationFailureException", "", "You can't perform this operation because the disk is still attached to a Lightsail instance: web"},
		},
		{
			"a disk of a running instance", "developer guide, troubleshooting disks", fails(l, l.DetachDisk, &lightsail.DetachDiskInput{DiskName: new("data")}),
			refusal{"OperationFailureException", "", "You can't detach this disk right now. The state of this disk is: in-use"},
		},
		{
			"a free disk", "tests of AWS's CloudFormation provider", fails(l, l.DetachDisk, &lightsail.DetachDiskInput{DiskName: new("free")}),
			refusal{"OperationFailureException", "", "You can't detach this disk right now. The state of this disk is: available"},
		},
		{
			"a small disk", "developer guide, troubleshooting disks",
			fails(l, l.CreateDisk, &lightsail.CreateDiskInput{DiskName: new("tiny"), AvailabilityZone: new(region + "a"), SizeInGb: new(int32(7))}),
			refusal{"InvalidInputException", "", "The size of a block storage disk must be between 8 and 16384 GB."},
		},
		{
			"an instance with add-ons", "a user's output, 2021", fails(l, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("web")}),
			refusal{"InvalidInputException", "", "You cannot delete the Instance web with addons. " +
				"Specify the forceDeleteAddons parameter to delete the Instance and its associated addons."},
		},
		{
			"a zone", "a user's output, 2023", instance(func(in *lightsail.CreateInstancesInput) { in.AvailabilityZone = new("us-east-2a") }),
			refusal{"InvalidInputException", "", "The given Availability Zone is invalid. " +
				"It must be one of the following: us-east-1a,us-east-1b,us-east-1c,us-east-1d,us-east-1e,us-east-1f."},
		},
		{
			"a blueprint", "pull request 9080 of Terraform's AWS provider", instance(func(in *lightsail.CreateInstancesInput) { in.BlueprintId = new("debian_10") }),
			refusal{"InvalidInputException", "", "The Debian blueprint debian_10 is not available in us-east-1"},
		},
		{
			"a bundle", "issue 946 of trailofbits/algo", instance(func(in *lightsail.CreateInstancesInput) { in.BundleId = new("nano_3_1") }),
			refusal{"InvalidInputException", "", "The specified bundle does not exist in this region: nano_3_1"},
		},
		{
			"a taken name", "many users' output", instance(func(in *lightsail.CreateInstancesInput) { in.InstanceNames = []string{"front"} }),
			refusal{"InvalidInputException", "NameExists", "Some names are already in use: front"},
		},
		{
			"a bad name", "pull request 8647 of Terraform's AWS provider", instance(func(in *lightsail.CreateInstancesInput) {
				in.InstanceNames = []string{"custom gitlab"}
			}),
			refusal{"InvalidInputException", "InvalidResourceName", "custom gitlab is not a valid resource name. " +
				"Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and ."},
		},
		{
			"a missing instance", "users' fixtures", fails(l, l.GetInstance, &lightsail.GetInstanceInput{InstanceName: new("none")}),
			refusal{"NotFoundException", "DoesNotExist", "The Instance does not exist: none"},
		},
		{
			"a public key", "issue 6020 of the AWS CLI",
			fails(l, l.ImportKeyPair, &lightsail.ImportKeyPairInput{KeyPairName: new("mine"), PublicKeyBase64: new("c3NoLXJzYQ==")}),
			refusal{"InvalidInputException", "InvalidKey.Format", "The format of this public key is not valid."},
		},
		{
			"a static IP for IPv6 only", "a user's output, 2026",
			fails(l, l.AttachStaticIp, &lightsail.AttachStaticIpInput{StaticIpName: new("front"), InstanceName: new("six")}),
			refusal{"InvalidInputException", "", "The instance six uses a bundle that doesn't support the attachStaticIp operation"},
		},
		{
			"tags", "source of Terraform's AWS provider",
			fails(l, l.TagResource, &lightsail.TagResourceInput{ResourceName: &record, Tags: []types.Tag{familytest.Tag("a", "b")}}),
			refusal{"InvalidInputException", "", "The resource type, ExportSnapshotRecord, is not taggable."},
		},
		{
			"an add-on that is on", "source of AWS's CloudFormation provider",
			fails(l, l.EnableAddOn, &lightsail.EnableAddOnInput{ResourceName: new("web"), AddOnRequest: addOn}),
			refusal{"InvalidInputException", "", "The addOn is already in requested state"},
		},
		{
			"an add-on that was never on", "source of AWS's CloudFormation provider",
			fails(l, l.DisableAddOn, &lightsail.DisableAddOnInput{ResourceName: new("six"), AddOnType: types.AddOnTypeAutoSnapshot}),
			refusal{"InvalidInputException", "", "AutoSnapshot not enabled for the resource"},
		},
	} {
		if got := refusalOf(tc.err, tc.want.code != ""); got != tc.want {
			t.Errorf("%s (%s):\n got %+v\nwant %+v", tc.name, tc.source, got, tc.want)
		}
	}
}

// What is left over of an input skeleton is ignored in a member that AWS has
// discontinued, and is named where it is refused.
func TestCreateInstances_emptyMembers(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	in := l.input("web")
	in.CustomImageName = new("") //nolint:staticcheck // clients still send it
	l.create(in)
	in = l.input("other")
	in.KeyPairName = new("")
	const rule = " is not a valid resource name. Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and ."
	familytest.WantInvalid(t, fails(l, l.CreateInstances, in), "InvalidResourceName", `keyPairName ""`+rule)
	in.KeyPairName, in.InstanceNames = nil, []string{"other", ""}
	familytest.WantInvalid(t, fails(l, l.CreateInstances, in), "InvalidResourceName", `instanceNames.2.member ""`+rule)
}

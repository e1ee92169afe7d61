package compute_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

func (l *lab) setType(name string, wanted types.IpAddressType, accept bool) ([]types.Operation, error) {
	out, err := l.SetIpAddressType(l.T.Context(), &lightsail.SetIpAddressTypeInput{
		ResourceName: &name, ResourceType: types.ResourceTypeInstance, IpAddressType: wanted, AcceptBundleUpdate: &accept,
	})
	if err != nil {
		return nil, err
	}
	return out.Operations, nil
}

func isMissing(err error) bool {
	var e *types.NotFoundException
	return errors.As(err, &e)
}

// addresses tells which an instance has.
func addresses(i *types.Instance) (had4, had6 bool) {
	return i.PublicIpAddress != nil, len(i.Ipv6Addresses) == 1
}

func TestSetIpAddressType_givesAndTakesAddresses(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	first := l.get("web")
	for _, step := range []struct {
		to     types.IpAddressType
		bundle string
		v4, v6 bool
	}{
		{types.IpAddressTypeIpv4, "nano_3_0", true, false},
		{types.IpAddressTypeIpv4, "nano_3_0", true, false},
		{types.IpAddressTypeDualstack, "nano_3_0", true, true},
		{types.IpAddressTypeIpv6, "nano_ipv6_3_0", false, true},
		{types.IpAddressTypeDualstack, "nano_3_0", true, true},
		{types.IpAddressTypeIpv6, "nano_ipv6_3_0", false, true},
		{types.IpAddressTypeIpv4, "nano_3_0", true, false},
	} {
		l.Pass(time.Second)
		before := l.get("web")
		l.WantOperations(must(t)(l.setType("web", step.to, true)), "SetIpAddressType Instance web - Succeeded")
		got := l.get("web")
		v4, v6 := addresses(got)
		if got.IpAddressType != step.to || *got.BundleId != step.bundle || v4 != step.v4 || v6 != step.v6 {
			t.Errorf("%s to %s: %s %s, IPv4: %t, IPv6: %t", before.IpAddressType, step.to, got.IpAddressType, *got.BundleId, v4, v6)
		}
		if before.PublicIpAddress != nil && got.PublicIpAddress != nil && *before.PublicIpAddress != *got.PublicIpAddress {
			t.Errorf("%s to %s: the public address changed", before.IpAddressType, step.to)
		}
	}
	if last := l.get("web"); *last.PublicIpAddress == *first.PublicIpAddress {
		t.Error("the public address came back")
	}
}

func TestCreateInstances_ipv6Only(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	in := l.input("web")
	in.BundleId, in.IpAddressType = new("nano_ipv6_3_0"), types.IpAddressTypeIpv6
	l.create(in)
	l.Pass(time.Minute)
	if v4, v6 := addresses(l.get("web")); v4 || !v6 {
		t.Errorf("IPv4: %t, IPv6: %t", v4, v6)
	}
	must(t)(l.stop("web", false))
	l.Pass(time.Minute)
	must(t)(l.start("web"))
	l.Pass(time.Minute)
	if v4, v6 := addresses(l.get("web")); v4 || !v6 {
		t.Errorf("after a start: IPv4: %t, IPv6: %t", v4, v6)
	}
	only4 := l.input("four")
	only4.IpAddressType = types.IpAddressTypeIpv4
	l.create(only4)
	l.Pass(time.Minute)
	if v4, v6 := addresses(l.get("four")); !v4 || v6 {
		t.Errorf("an IPv4 instance: IPv4: %t, IPv6: %t", v4, v6)
	}
}

func TestSetIpAddressType_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	_, err := l.setType("web", types.IpAddressTypeIpv6, false)
	familytest.WantInvalid(t, err, "InvalidParams",
		"You cannot set the IP address type of the Instance web without a bundle update. Specify the acceptBundleUpdate parameter to update the bundle to nano_ipv6_3_0.")
	_, err = l.setType("deploy", types.IpAddressTypeIpv6, true)
	familytest.WantNotFound(t, err, "The Instance does not exist: deploy")

	for kind, want := range map[types.ResourceType]string{
		types.ResourceTypeLoadBalancer: "The LoadBalancer does not exist: web",
		types.ResourceTypeDistribution: "The Distribution does not exist: web",
	} {
		_, err = l.SetIpAddressType(t.Context(), &lightsail.SetIpAddressTypeInput{
			ResourceName: new("web"), ResourceType: kind, IpAddressType: types.IpAddressTypeIpv4,
		})
		familytest.WantNotFound(t, err, want)
	}
	for name, kind := range map[string]types.ResourceType{"web": types.ResourceTypeDisk, "deploy": types.ResourceTypeKeyPair} {
		_, err = l.SetIpAddressType(t.Context(), &lightsail.SetIpAddressTypeInput{
			ResourceName: &name, ResourceType: kind, IpAddressType: types.IpAddressTypeIpv4,
		})
		familytest.WantInvalid(t, err, "InvalidParams", "The resource type, "+string(kind)+", has no IP address type.")
	}
}

func TestUpdateInstanceMetadataOptions_keepsWhatIsNotGiven(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	out, err := l.UpdateInstanceMetadataOptions(t.Context(), &lightsail.UpdateInstanceMetadataOptionsInput{
		InstanceName: new("web"), HttpTokens: types.HttpTokensRequired, HttpPutResponseHopLimit: new(int32(2)),
	})
	if err != nil {
		t.Fatal(err)
	}
	l.WantOperations([]types.Operation{*out.Operation}, "UpdateInstanceMetadataOptions Instance web - Succeeded")
	if _, err := l.UpdateInstanceMetadataOptions(t.Context(), &lightsail.UpdateInstanceMetadataOptionsInput{
		InstanceName: new("web"), HttpEndpoint: types.HttpEndpointDisabled, HttpProtocolIpv6: types.HttpProtocolIpv6Disabled,
	}); err != nil {
		t.Fatal(err)
	}
	o := l.get("web").MetadataOptions
	if o.HttpTokens != "required" || *o.HttpPutResponseHopLimit != 2 || o.HttpEndpoint != "disabled" || o.HttpProtocolIpv6 != "disabled" || o.State != "applied" {
		t.Errorf("metadata options = %+v", o)
	}
	for _, limit := range []int32{0, 65} {
		_, err = l.UpdateInstanceMetadataOptions(t.Context(), &lightsail.UpdateInstanceMetadataOptionsInput{
			InstanceName: new("web"), HttpPutResponseHopLimit: &limit,
		})
		familytest.WantInvalid(t, err, "InvalidParams", "httpPutResponseHopLimit must be from 1 to 64.")
	}
	_, err = l.UpdateInstanceMetadataOptions(t.Context(), &lightsail.UpdateInstanceMetadataOptionsInput{
		InstanceName: new("web"), HttpProtocolIpv6: types.HttpProtocolIpv6Enabled,
	})
	familytest.WantInvalid(t, err, "InvalidParams", "httpProtocolIpv6 is available in the region eu-north-1 only.")
	_, err = l.UpdateInstanceMetadataOptions(t.Context(), &lightsail.UpdateInstanceMetadataOptionsInput{InstanceName: new("none")})
	familytest.WantNotFound(t, err, "The Instance does not exist: none")
}

func TestUpdateInstanceMetadataOptions_runningOrStopped(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	in := &lightsail.UpdateInstanceMetadataOptionsInput{InstanceName: new("web"), HttpTokens: types.HttpTokensRequired}
	l.create(l.input("web"))
	_, err := l.UpdateInstanceMetadataOptions(t.Context(), in)
	familytest.WantFailed(t, err, "You can't update the metadata options of this instance right now. The state of this instance is: pending")
	l.Pass(time.Minute)
	do(l, l.UpdateInstanceMetadataOptions, in)
	l.halt("web")
	do(l, l.UpdateInstanceMetadataOptions, in)
}

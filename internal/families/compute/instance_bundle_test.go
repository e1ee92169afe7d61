package compute

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// onBundle is an instance on any bundle.
func onBundle(t *testing.T, id string) *instance.Instance {
	t.Helper()
	b, ok := catalogue.FindBundle(id)
	if !ok {
		t.Fatalf("there is no bundle %s", id)
	}
	i := instance.New(&resource.Resource{Name: "web", Kind: resource.Instance},
		types.Instance{Hardware: &types.InstanceHardware{}, Networking: &types.InstanceNetworking{}}, instance.Priv{})
	setBundle(i, b)
	return i
}

func TestStartInstance_updatesBundleAndBack(t *testing.T) {
	for _, tc := range []struct {
		name, region, from string
		wanted, become     []string
	}{
		{"to the newest and back", "us-east-1", "nano_2_0", []string{"auto", "nano_2_0", "nano_3_0"}, []string{"nano_3_0", "nano_2_0", "nano_3_0"}},
		{"over two generations", "us-east-1", "small_1_0", []string{"auto", "small_1_0"}, []string{"small_3_0", "small_1_0"}},
		{"on Windows", "us-east-1", "nano_win_2_0", []string{"auto"}, []string{"nano_win_3_0"}},
		{"in a region of another price class", "ap-south-1", "micro_2_1", []string{"auto"}, []string{"micro_3_1"}},
		{"from an id of another price class than its region's", "ap-east-1", "nano_3_0", []string{"auto"}, []string{""}},
		{"to its region's ids", "ap-east-1", "nano_2_0", []string{"auto"}, []string{"nano_3_1"}},
		{"not back to what it never had", "us-east-1", "nano_3_0", []string{"nano_2_0"}, []string{""}},
		{"to a newer generation that is no longer listed", "us-east-1", "nano_1_0", []string{"nano_2_0", "auto"}, []string{"nano_2_0", "nano_3_0"}},
		{"not to another size", "us-east-1", "nano_2_0", []string{"micro_3_0"}, []string{""}},
		{"not to IPv6 only", "us-east-1", "nano_2_0", []string{"nano_ipv6_3_0"}, []string{""}},
		{"not to itself", "us-east-1", "nano_2_0", []string{"nano_2_0"}, []string{""}},
		{"not from the newest", "us-east-1", "m_large_1_0", []string{"auto"}, []string{""}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := &api.Call{Region: tc.region}
			i := onBundle(t, tc.from)
			for n, wanted := range tc.wanted {
				err := updateBundle(c, i, wanted)
				if tc.become[n] == "" {
					var invalid *types.InvalidInputException
					if !errors.As(err, &invalid) || *i.Doc.BundleId != tc.from {
						t.Errorf("%s: %v, and the bundle is %s", wanted, err, *i.Doc.BundleId)
					}
					continue
				}
				if b, _ := catalogue.LookupBundle(tc.region, tc.become[n]); err != nil || *i.Doc.BundleId != tc.become[n] ||
					*i.Doc.Hardware.CpuCount != *b.CpuCount || *i.Doc.Hardware.RamSizeInGb != *b.RamSizeInGb {
					t.Errorf("%s: %v, and the bundle is %s", wanted, err, *i.Doc.BundleId)
				}
			}
		})
	}
}

func TestSetIpAddressType_bundleWithoutIPv6(t *testing.T) {
	i := onBundle(t, "nano_2_0")
	err := changeBundleFor(i, true)
	want := "The instance web uses a bundle that doesn't support the setIpAddressType operation"
	var invalid *types.InvalidInputException
	if !errors.As(err, &invalid) || invalid.ErrorMessage() != want {
		t.Errorf("error = %v, want %q", err, want)
	}
}

func TestSetIpAddressType_attachedStaticIP(t *testing.T) {
	i := onBundle(t, "nano_3_0")
	i.Resource.Links = []resource.Link{{Role: resource.AttachedStaticIP, Side: resource.To, Other: &resource.Resource{Name: "front"}}}
	err := changeBundleFor(i, true)
	want := "You can't perform this operation because the static IP is still attached to a Lightsail instance: web"
	var failed *types.OperationFailureException
	if !errors.As(err, &failed) || failed.ErrorMessage() != want {
		t.Errorf("error = %v, want %q", err, want)
	}
}

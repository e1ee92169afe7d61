package catalogue_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/codec"
)

// region is one with the usual ids and allowances.
const region = "us-east-1"

// TestCatalogue_isComplete holds for each region what the actions rely on: no member is
// missing, every blueprint has a user and ports, and the API takes the ids.
func TestCatalogue_isComplete(t *testing.T) {
	for _, r := range catalogue.Regions() {
		for _, b := range catalogue.Blueprints(r.Name) {
			for member, v := range map[string]*string{
				"blueprintId": b.BlueprintId, "name": b.Name, "group": b.Group, "description": b.Description, "version": b.Version,
				"versionCode": b.VersionCode, "productUrl": b.ProductUrl, "licenseUrl": b.LicenseUrl, "username": &b.Username, "systemDisk": &b.SystemDisk,
			} {
				if v == nil || *v == "" {
					t.Fatalf("%s: blueprint %v has no %s", r.Name, b.Blueprint, member)
				}
			}
			if b.IsActive == nil || b.MinPower == nil || b.Type == "" || b.Platform == "" || b.AppCategory != "" || len(b.DefaultPorts) == 0 {
				t.Errorf("%s: blueprint %s is incomplete", r.Name, *b.BlueprintId)
			}
			if found, ok := catalogue.LookupBlueprint(r.Name, *b.BlueprintId); !ok || *found.BlueprintId != *b.BlueprintId {
				t.Errorf("%s: blueprint %s is not found by its id", r.Name, *b.BlueprintId)
			}
		}
		for _, b := range catalogue.Bundles(r.Name) {
			if b.InstanceType == nil || b.IsActive == nil || b.Name == nil || *b.CpuCount <= 0 || *b.DiskSizeInGb <= 0 || *b.Power <= 0 ||
				*b.Price <= 0 || *b.RamSizeInGb <= 0 || *b.TransferPerMonthInGb <= 0 || len(b.SupportedPlatforms) != 1 || b.SupportedAppCategories != nil {
				t.Errorf("%s: bundle %s is incomplete", r.Name, *b.BundleId)
			}
			if found, ok := catalogue.LookupBundle(r.Name, *b.BundleId); !ok || *found.BundleId != *b.BundleId {
				t.Errorf("%s: bundle %s is not found by its id", r.Name, *b.BundleId)
			}
		}
	}
}

// TestBucketBundles_areComplete wants no member to be missing, and the API to take the ids.
func TestBucketBundles_areComplete(t *testing.T) {
	for _, b := range catalogue.BucketBundles() {
		if b.Name == nil || b.IsActive == nil || *b.Price <= 0 || *b.StoragePerMonthInGb <= 0 || *b.TransferPerMonthInGb <= 0 {
			t.Errorf("bundle %s is incomplete", *b.BundleId)
		}
		if found, ok := catalogue.LookupBucketBundle(*b.BundleId); !ok || *found.BundleId != *b.BundleId {
			t.Errorf("bundle %s is not found by its id", *b.BundleId)
		}
		body := fmt.Sprintf(`{"bucketName":"photos","bundleId":%q}`, *b.BundleId)
		if err := codec.Decode([]byte(body), &lightsail.CreateBucketInput{}); err != nil {
			t.Errorf("%s: %v", *b.BundleId, err)
		}
	}
	if _, ok := catalogue.LookupBucketBundle("nano_3_0"); ok {
		t.Error("buckets have the bundle of an instance")
	}
}

func TestLookupBundle_acceptsListedIDs(t *testing.T) {
	take := func(blueprint, bundle string) {
		t.Helper()
		body := fmt.Sprintf(`{"instanceNames":["web"],"availabilityZone":"us-east-1a","blueprintId":%q,"bundleId":%q}`, blueprint, bundle)
		if err := codec.Decode([]byte(body), &lightsail.CreateInstancesInput{}); err != nil {
			t.Errorf("%s, %s: %v", blueprint, bundle, err)
		}
	}
	for _, b := range catalogue.Blueprints(region) {
		take(*b.BlueprintId, "nano_3_0")
	}
	for _, b := range catalogue.Bundles(region) {
		take("debian_12", *b.BundleId)
	}
}

func TestBundles_ofAnUnknownRegion(t *testing.T) {
	if catalogue.Blueprints("mars-1") != nil || catalogue.Bundles("mars-1") != nil {
		t.Error("mars-1 has products")
	}
	if _, ok := catalogue.LookupBlueprint("mars-1", "debian_12"); ok {
		t.Error("mars-1 has debian_12")
	}
	if _, ok := catalogue.LookupBundle("mars-1", "nano_3_0"); ok {
		t.Error("mars-1 has nano_3_0")
	}
}

// TestSystemDisk holds what was observed of blueprints, and what EC2's images have.
func TestSystemDisk(t *testing.T) {
	for _, tc := range []struct {
		ids, path string
		sizeInGB  int32
		iops      int32
	}{
		{"amazon_linux_2023", "/dev/xvda", 40, 3000},
		{"amazon_linux", "/dev/xvda", 30, 100},
		{"wordpress", "/dev/xvda", 20, 100},
		{"mean", "/dev/xvda", 80, 240},
		{"debian_12 debian_11", "/dev/xvda", 20, 100},
		{"ubuntu_20_04 ubuntu_22_04", "/dev/sda1", 60, 180},
		{"ubuntu_24_04", "/dev/sda1", 60, 3000},
		{"windows_server_2022 freebsd_14 alma_linux_9 centos_stream_9 opensuse_15 plesk_ubuntu_byol", "/dev/sda1", 1280, 3840},
	} {
		for id := range strings.FieldsSeq(tc.ids) {
			b, ok := catalogue.LookupBlueprint(region, id)
			if !ok {
				t.Fatalf("there is no blueprint %s", id)
			}
			if got := b.SystemDiskIOPS(tc.sizeInGB); b.SystemDisk != tc.path || got != tc.iops {
				t.Errorf("%s has %s with %d IOPS for %d GB, want %s with %d", id, b.SystemDisk, got, tc.sizeInGB, tc.path, tc.iops)
			}
		}
	}
	if got := catalogue.DiskIOPS(16384); got != 16000 {
		t.Errorf("DiskIOPS(16384) = %d, want 16000", got)
	}
}

func TestFitsSnapshot_namesWhatIsSmaller(t *testing.T) {
	for _, tc := range []struct{ bundle, of, smaller string }{
		{"small_3_0", "micro_3_0", ""},
		{"nano_3_0", "nano_2_0", ""},
		{"nano_2_0", "nano_3_0", ""},
		{"small_2_0", "small_3_0", ""},
		{"micro_1_0", "micro_3_0", "a disk of 30 GB instead of 40"},
		{"nano_3_0", "nano_win_3_0", "a disk of 20 GB instead of 30"},
		{"c_large_1_0", "large_3_0", "4 GB of memory instead of 8"},
		{"nano_2_0", "xlarge_3_0", "0.5 GB of memory instead of 16, a disk of 20 GB instead of 320"},
	} {
		bundle, _ := catalogue.LookupBundle(region, tc.bundle)
		of, _ := catalogue.LookupBundle(region, tc.of)
		got := ""
		if err := catalogue.FitsSnapshot(bundle, of); err != nil {
			got = err.Error()
		}
		want := ""
		if tc.smaller != "" {
			want = "The bundle " + tc.bundle + " is smaller than the bundle " + tc.of + " of the snapshot: it has " + tc.smaller + "."
		}
		if got != want {
			t.Errorf("%s for a snapshot of %s: got %q, want %q", tc.bundle, tc.of, got, want)
		}
	}
}

// TestBlueprints_usersAndPorts holds what the Lightsail user guide says of blueprints.
func TestBlueprints_usersAndPorts(t *testing.T) {
	for _, tc := range []struct {
		ids, username, ports string
	}{
		{"amazon_linux_2023 amazon_linux_2 amazon_linux freebsd_14 opensuse_15 alma_linux_9 centos_stream_9", "ec2-user", "80 22"},
		{"centos_7_2009_01", "centos", "80 22"},
		{"debian_12 debian_11", "admin", "80 22"},
		{"ubuntu_24_04 ubuntu_22_04 ubuntu_20_04", "ubuntu", "80 22"},
		{"wordpress wordpress_multisite lamp_8_bitnami nodejs mean nginx gitlab redmine joomla drupal", "bitnami", "80 22 443"},
		{"ghost_bitnami magento prestashop_bitnami django_bitnami", "bitnami", "80 22 443"},
		{"wordpress_ls_1_0", "admin", "80 22 443"},
		{"plesk_ubuntu_byol", "ubuntu", "80 22 443 53 53/udp 8443 8447"},
		{"cpanel_whm_almalinux", "ec2-user", "80 22 443 53 53/udp 2078 2083 2087 2089"},
		{"cpanel_whm_linux", "centos", "80 22 443 53 53/udp 2078 2083 2087 2089"},
		{"windows_server_2022 windows_server_2022_sql_2022_express", "Administrator", "80 22 3389"},
	} {
		for id := range strings.FieldsSeq(tc.ids) {
			b, ok := catalogue.LookupBlueprint(region, id)
			if !ok {
				t.Errorf("%s is missing", id)
				continue
			}
			if b.Username != tc.username {
				t.Errorf("%s has the user %s, want %s", id, b.Username, tc.username)
			}
			if got := portList(t, b.DefaultPorts); got != tc.ports {
				t.Errorf("%s opens %s, want %s", id, got, tc.ports)
			}
		}
	}
}

func portList(t *testing.T, ports []types.PortInfo) string {
	t.Helper()
	list := make([]string, len(ports))
	for i, p := range ports {
		list[i] = fmt.Sprint(p.FromPort)
		if p.Protocol != types.NetworkProtocolTcp {
			list[i] += "/" + string(p.Protocol)
		}
		if p.ToPort != p.FromPort || p.Cidrs != nil || p.Ipv6Cidrs != nil || p.CidrListAliases != nil {
			t.Errorf("port %+v is not one port that is open to all", p)
		}
	}
	return strings.Join(list, " ")
}

func TestBlueprints_areOrderedByPlatform(t *testing.T) {
	rank := func(b catalogue.Blueprint) int {
		switch {
		case b.Platform == types.InstancePlatformWindows:
			return 0
		case b.Type == types.BlueprintTypeOs:
			return 1
		}
		return 2
	}
	list := catalogue.Blueprints(region)
	for i := 1; i < len(list); i++ {
		if rank(list[i-1]) > rank(list[i]) {
			t.Errorf("%s is listed after %s, want it before", *list[i].BlueprintId, *list[i-1].BlueprintId)
		}
	}
}

func TestFits(t *testing.T) {
	for _, tc := range []struct {
		blueprint, bundle, want string
	}{
		{"debian_12", "nano_3_0", ""},
		{"debian_12", "nano_ipv6_3_0", ""},
		{"windows_server_2022", "nano_win_3_0", ""},
		{"openclaw_ls_1_0", "small_3_0", ""},
		{"debian_12", "nano_win_3_0", "The blueprint debian_12 is for the platform LINUX_UNIX, the bundle nano_win_3_0 for WINDOWS."},
		{"windows_server_2022", "nano_3_0", "The blueprint windows_server_2022 is for the platform WINDOWS, the bundle nano_3_0 for LINUX_UNIX."},
		{"openclaw_ls_1_0", "micro_3_0", "The blueprint openclaw_ls_1_0 needs a bundle with a power of 1000 or more, the bundle micro_3_0 has 500."},
	} {
		blueprint, _ := catalogue.LookupBlueprint(region, tc.blueprint)
		bundle, _ := catalogue.LookupBundle(region, tc.bundle)
		got := ""
		if err := catalogue.Fits(blueprint, bundle); err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s on %s: %q, want %q", tc.blueprint, tc.bundle, got, tc.want)
		}
	}
}

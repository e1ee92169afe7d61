package account_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// blueprintIDs lists a region's blueprints page by page.
func blueprintIDs(t *testing.T, c *lightsail.Client, in lightsail.GetBlueprintsInput) (pages [][]string) {
	t.Helper()
	for {
		out, err := c.GetBlueprints(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		if out.Blueprints == nil {
			t.Fatal("blueprints is missing, want a list")
		}
		page := []string{}
		for _, b := range out.Blueprints {
			page = append(page, *b.BlueprintId)
		}
		pages = append(pages, page)
		if in.PageToken = out.NextPageToken; in.PageToken == nil {
			return pages
		}
	}
}

// bundleIDs lists a region's bundles page by page.
func bundleIDs(t *testing.T, c *lightsail.Client, in lightsail.GetBundlesInput) (pages [][]string) {
	t.Helper()
	for {
		out, err := c.GetBundles(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		if out.Bundles == nil {
			t.Fatal("bundles is missing, want a list")
		}
		page := []string{}
		for _, b := range out.Bundles {
			page = append(page, *b.BundleId)
		}
		pages = append(pages, page)
		if in.PageToken = out.NextPageToken; in.PageToken == nil {
			return pages
		}
	}
}

func TestGetBlueprints_allOfABlueprint(t *testing.T) {
	out, err := familytest.Client(t).GetBlueprints(t.Context(), &lightsail.GetBlueprintsInput{})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(out.Blueprints, func(b types.Blueprint) bool { return *b.BlueprintId == "nodejs" })
	if i < 0 {
		t.Fatal("nodejs is not listed")
	}
	got := out.Blueprints[i]
	// As in the AWS CLI's example but for the description.
	want := types.Blueprint{
		BlueprintId: new("nodejs"), Name: new("Node.js"), Group: new("node"), Type: types.BlueprintTypeApp, Description: got.Description,
		IsActive: new(true), MinPower: new(int32(0)), Version: new("18.20.2-0"), VersionCode: new("1"),
		ProductUrl: new("https://aws.amazon.com/marketplace/pp/B00NNZUAKO"), LicenseUrl: new("https://aws.amazon.com/marketplace/pp/B00NNZUAKO#pdp-usage"),
		Platform: types.InstancePlatformLinuxUnix,
	}
	if diff := cmp.Diff(want, got, familytest.Plain); diff != "" || *got.Description == "" {
		t.Errorf("nodejs (-want +got):\n%s", diff)
	}
}

func TestGetBlueprints_order(t *testing.T) {
	ids := slices.Concat(blueprintIDs(t, familytest.Client(t), lightsail.GetBlueprintsInput{})...)
	// Observed in AWS CLI output of 2026.
	want := []string{
		"windows_server_2022", "windows_server_2019", "windows_server_2016", "windows_server_2022_sql_2022_express",
		"windows_server_2022_sql_2019_express", "windows_server_2016_sql_2016_express", "amazon_linux_2023", "amazon_linux_2", "ubuntu_24_04",
	}
	if len(ids) < len(want) {
		t.Fatalf("%d blueprints", len(ids))
	}
	if diff := cmp.Diff(want, ids[:len(want)]); diff != "" {
		t.Errorf("the list begins (-want +got):\n%s", diff)
	}
	if slices.Index(ids, "wordpress") < slices.Index(ids, "centos_stream_9") {
		t.Error("wordpress stands before centos_stream_9, an application before an operating system")
	}
}

func TestGetBundles_inactiveOnDemand(t *testing.T) {
	c := familytest.Client(t)
	for _, include := range []bool{false, true} {
		blueprints := slices.Concat(blueprintIDs(t, c, lightsail.GetBlueprintsInput{IncludeInactive: &include})...)
		if got := slices.Contains(blueprints, "ubuntu_20_04"); got != include {
			t.Errorf("includeInactive %v: ubuntu_20_04 is listed: %v", include, got)
		}
		bundles := slices.Concat(bundleIDs(t, c, lightsail.GetBundlesInput{IncludeInactive: &include})...)
		if got := slices.Contains(bundles, "nano_2_0"); got != include {
			t.Errorf("includeInactive %v: nano_2_0 is listed: %v", include, got)
		}
		if !slices.Contains(blueprints, "debian_12") || !slices.Contains(bundles, "nano_3_0") {
			t.Errorf("includeInactive %v: an active product is missing", include)
		}
	}
}

func TestGetBundles_noneForResearch(t *testing.T) {
	c := familytest.Client(t)
	want := [][]string{{}}
	if diff := cmp.Diff(want, blueprintIDs(t, c, lightsail.GetBlueprintsInput{AppCategory: types.AppCategoryLfR})); diff != "" {
		t.Errorf("blueprints (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, bundleIDs(t, c, lightsail.GetBundlesInput{AppCategory: types.AppCategoryLfR})); diff != "" {
		t.Errorf("bundles (-want +got):\n%s", diff)
	}
}

func TestGetBundles_allOfABundle(t *testing.T) {
	out, err := familytest.Client(t).GetBundles(t.Context(), &lightsail.GetBundlesInput{})
	if err != nil {
		t.Fatal(err)
	}
	// As in the AWS CLI's example; publicIpv4AddressCount is younger.
	want := types.Bundle{
		BundleId: new("nano_3_0"), CpuCount: new(int32(2)), DiskSizeInGb: new(int32(20)), InstanceType: new("nano"), IsActive: new(true),
		Name: new("Nano"), Power: new(int32(298)), Price: new(float32(5)), PublicIpv4AddressCount: new(int32(1)), RamSizeInGb: new(float32(0.5)),
		SupportedPlatforms: []types.InstancePlatform{types.InstancePlatformLinuxUnix}, TransferPerMonthInGb: new(int32(1024)),
	}
	if diff := cmp.Diff(want, out.Bundles[0], familytest.Plain); diff != "" {
		t.Errorf("the first bundle (-want +got):\n%s", diff)
	}
}

func TestGetBundles_suffixOfTheRegion(t *testing.T) {
	s := lanyardtest.New(t)
	for region, want := range map[string]string{"eu-west-1": "nano_3_0", "ap-south-1": "nano_3_1", "ap-southeast-2": "nano_3_2"} {
		ids := slices.Concat(bundleIDs(t, s.Client(region), lightsail.GetBundlesInput{})...)
		for _, id := range []string{"nano_3_0", "nano_3_1", "nano_3_2"} {
			if got := slices.Contains(ids, id); got != (id == want) {
				t.Errorf("%s: %s is listed: %v", region, id, got)
			}
		}
	}
}

// TestCatalogue_comesWhole: whatever the size of pages, and no page token fits it.
func TestCatalogue_comesWhole(t *testing.T) {
	c := lanyardtest.NewWith(t, lanyardtest.Options{PageSize: 7}).Client(familytest.Region)
	blueprints, bundles := blueprintIDs(t, c, lightsail.GetBlueprintsInput{}), bundleIDs(t, c, lightsail.GetBundlesInput{})
	if len(blueprints) != 1 || len(blueprints[0]) <= api.ResourcesPage {
		t.Errorf("blueprints: got pages %q, want one of more than %d", blueprints, api.ResourcesPage)
	}
	if len(bundles) != 1 || len(bundles[0]) <= api.ResourcesPage {
		t.Errorf("bundles: got pages %q, want one of more than %d", bundles, api.ResourcesPage)
	}
	const message = "The page token is not valid."
	_, err := c.GetBlueprints(t.Context(), &lightsail.GetBlueprintsInput{PageToken: new("x")})
	familytest.WantInvalid(t, err, "InvalidParams", message)
	_, err = c.GetBundles(t.Context(), &lightsail.GetBundlesInput{PageToken: new("x")})
	familytest.WantInvalid(t, err, "InvalidParams", message)
	_, err = c.GetBundles(t.Context(), &lightsail.GetBundlesInput{PageToken: new("")})
	familytest.NoError(t, err)
}

func TestGetRelationalDatabaseBlueprints(t *testing.T) {
	c := familytest.Client(t)
	out, err := c.GetRelationalDatabaseBlueprints(t.Context(), &lightsail.GetRelationalDatabaseBlueprintsInput{})
	familytest.NoError(t, err)
	ids := []string{}
	for _, b := range out.Blueprints {
		ids = append(ids, *b.BlueprintId)
	}
	if want := []string{"mysql_8_0", "mysql_8_4", "postgres_14", "postgres_15", "postgres_16", "postgres_17", "postgres_18"}; !slices.Equal(ids, want) {
		t.Errorf("got %q, want %q", ids, want)
	}
	last := types.RelationalDatabaseBlueprint{
		BlueprintId: new("postgres_18"), Engine: "postgres", EngineDescription: new("PostgreSQL"), EngineVersion: new("18.4"),
		EngineVersionDescription: new("PostgreSQL 18.4-R1"), IsEngineDefault: new(false),
	}
	if diff := cmp.Diff(last, out.Blueprints[len(ids)-1], familytest.Plain); diff != "" {
		t.Errorf("the last blueprint (-want +got):\n%s", diff)
	}
	_, err = c.GetRelationalDatabaseBlueprints(t.Context(), &lightsail.GetRelationalDatabaseBlueprintsInput{PageToken: new("x")})
	familytest.WantInvalid(t, err, "InvalidParams", "The page token is not valid.")
}

// TestGetRelationalDatabaseBundles has the first rows of the AWS CLI's examples of two years.
func TestGetRelationalDatabaseBundles(t *testing.T) {
	c := familytest.Client(t)
	active, err := c.GetRelationalDatabaseBundles(t.Context(), &lightsail.GetRelationalDatabaseBundlesInput{})
	familytest.NoError(t, err)
	all, err := c.GetRelationalDatabaseBundles(t.Context(), &lightsail.GetRelationalDatabaseBundlesInput{IncludeInactive: new(true)})
	familytest.NoError(t, err)
	if len(active.Bundles) != 12 || len(all.Bundles) != 20 {
		t.Fatalf("%d bundles are active of %d, want 12 of 20", len(active.Bundles), len(all.Bundles))
	}
	want := types.RelationalDatabaseBundle{
		BundleId: new("micro_ha_2_0"), Name: new("Micro with High Availability"), Price: new(float32(30)), RamSizeInGb: new(float32(1)),
		DiskSizeInGb: new(int32(40)), TransferPerMonthInGb: new(int32(100)), CpuCount: new(int32(2)), IsEncrypted: new(true), IsActive: new(true),
	}
	if diff := cmp.Diff(want, active.Bundles[1], familytest.Plain); diff != "" {
		t.Errorf("the second bundle (-want +got):\n%s", diff)
	}
	want.BundleId, want.CpuCount, want.IsEncrypted, want.IsActive = new("micro_ha_1_0"), new(int32(1)), new(false), new(false)
	if diff := cmp.Diff(want, all.Bundles[13], familytest.Plain); diff != "" {
		t.Errorf("the second inactive bundle (-want +got):\n%s", diff)
	}
	_, err = c.GetRelationalDatabaseBundles(t.Context(), &lightsail.GetRelationalDatabaseBundlesInput{PageToken: new("x")})
	familytest.WantInvalid(t, err, "InvalidParams", "The page token is not valid.")
}

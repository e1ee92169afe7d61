//go:build clients

package clients

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
)

func (u *user) autoSnapshots(name string) []types.AutoSnapshotDetails {
	u.t.Helper()
	return do(u, u.GetAutoSnapshots, &lightsail.GetAutoSnapshotsInput{ResourceName: &name}).AutoSnapshots
}

func testAutoSnapshots(t *testing.T, c *lightsail.Client) {
	u, aged := newUser(t, c), new("aged")
	taken := u.autoSnapshots("aged")
	if n := len(taken); n < 3 || n > 5 {
		t.Fatalf("there are %d snapshots of four days", n)
	}
	for n, s := range taken[1:] { // the first may be in progress
		if s.Status != types.AutoSnapshotStatusSuccess || *s.Date != s.CreatedAt.Format(time.DateOnly) || s.CreatedAt.Hour() != 6 || *s.Date >= *taken[n].Date {
			t.Errorf("snapshot of %s: %s at %s, after the one of %s", *s.Date, s.Status, s.CreatedAt, *taken[n].Date)
		}
	}
	date := taken[1].Date
	made := do(u, u.CreateInstancesFromSnapshot, &lightsail.CreateInstancesFromSnapshotInput{
		InstanceNames: []string{"clone"}, SourceInstanceName: aged, RestoreDate: date, AvailabilityZone: new(u.zone()), BundleId: new(nano(u.region)),
	})
	u.wantStarted(made.Operations, u.onInstance("CreateInstancesFromSnapshot", "clone"))
	kept := do(u, u.CopySnapshot, &lightsail.CopySnapshotInput{
		SourceRegion: "us-west-1", SourceResourceName: aged, UseLatestRestorableAutoSnapshot: new(true), TargetSnapshotName: new("kept"),
	})
	u.wantStarted(kept.Operations, onSnapshot("CopySnapshot", types.ResourceTypeInstanceSnapshot, "kept", "us-west-1:aged"))

	deletion := &lightsail.DeleteAutoSnapshotInput{ResourceName: aged, Date: date}
	op := do(u, u.DeleteAutoSnapshot, deletion).Operations[0]
	if *op.OperationDetails != "DeleteAutoSnapshot-"+*date || *op.Location.AvailabilityZone != u.region || op.StatusChangedAt != nil || !*op.IsTerminal {
		t.Errorf("operation = %+v", op)
	}
	if diff := cmp.Diff(slices.Delete(taken, 1, 2), u.autoSnapshots("aged"), ignoreUnexported); diff != "" {
		t.Errorf("snapshots that are left: -want +got\n%s", diff)
	}
	refused(u, u.DeleteAutoSnapshot, deletion, missing("The AutoSnapshot does not exist: "+*date))

	off := &lightsail.DisableAddOnInput{ResourceName: new("vault"), AddOnType: types.AddOnTypeAutoSnapshot}
	u.wantDone(do(u, u.DisableAddOn, off).Operations, u.onDisk("DisableAddOn", "vault"))
	refused(u, u.DisableAddOn, off, invalid("InvalidParams", "The addOn is already in requested state"))
	on := &lightsail.EnableAddOnInput{ResourceName: new("vault"), AddOnRequest: &types.AddOnRequest{AddOnType: types.AddOnTypeAutoSnapshot}}
	u.wantDone(do(u, u.EnableAddOn, on).Operations, u.onDisk("EnableAddOn", "vault"))
	refused(u, u.EnableAddOn, on, invalid("InvalidParams", "The addOn is already in requested state"))
}

func testMetrics(t *testing.T, c *lightsail.Client) {
	u, end := newUser(t, c), time.Now().UTC().Truncate(time.Hour)
	ask := &lightsail.GetInstanceMetricDataInput{
		InstanceName: new("aged"), MetricName: types.InstanceMetricNameCPUUtilization, Unit: types.MetricUnitPercent, Period: new(int32(3600)),
		StartTime: new(end.Add(-6 * time.Hour)), EndTime: &end, Statistics: []types.MetricStatistic{"Minimum", "Average", "SampleCount"},
	}
	out := do(u, u.GetInstanceMetricData, ask)
	if out.MetricName != ask.MetricName || len(out.MetricData) != 6 {
		t.Fatalf("%d datapoints of %s in six hours", len(out.MetricData), out.MetricName)
	}
	for n, p := range out.MetricData {
		if !p.Timestamp.Equal(ask.StartTime.Add(time.Duration(n)*time.Hour)) || p.Unit != types.MetricUnitPercent || *p.SampleCount != 12 || p.Maximum != nil ||
			*p.Minimum < 0 || *p.Average < *p.Minimum || *p.Average > 100 {
			t.Errorf("datapoint %d = %+v", n, p)
		}
	}
	ask.Period = new(int32(90))
	refused(u, u.GetInstanceMetricData, ask, invalid("InvalidParams", "The parameter Period must be a multiple of 60."))
	ask.Period, ask.InstanceName = new(int32(60)), new("nobody")
	refused(u, u.GetInstanceMetricData, ask, missing("The Instance does not exist: nobody"))
}

// testCosts reads what the disk has cost so far today.
func testCosts(t *testing.T, c *lightsail.Client) {
	u, now := newUser(t, c), time.Now().UTC()
	ask := &lightsail.GetCostEstimateInput{ResourceName: new("vault"), StartTime: new(now.Truncate(24 * time.Hour)), EndTime: new(now.AddDate(0, 0, 1))}
	budgets := do(u, u.GetCostEstimate, ask).ResourcesBudgetEstimate
	if len(budgets) != 1 || budgets[0].ResourceType != types.ResourceTypeDisk || len(budgets[0].CostEstimates) != 1 {
		t.Fatalf("estimates: got %+v, want one of a disk", budgets)
	}
	estimate := budgets[0].CostEstimates[0]
	for _, day := range estimate.ResultsByTime {
		if day.PricingUnit != types.PricingUnitGBMo || *day.Unit <= 0 || *day.UsageCost <= 0 || day.Currency != types.CurrencyUsd || day.TimePeriod.Start.Before(*ask.StartTime) {
			t.Errorf("a day: got %+v, want some GB-Mo", day)
		}
	}
	if *estimate.UsageType != "USW1-DiskUsage" || len(estimate.ResultsByTime) == 0 {
		t.Errorf("costs: got %+v, want those of a disk in us-west-1", estimate)
	}
	ask.EndTime = ask.StartTime
	refused(u, u.GetCostEstimate, ask, invalid("InvalidParams", "The startTime must be before the endTime."))
}

// wantCatalogue reads all pages of what the region has on offer.
func wantCatalogue(t *testing.T, c *lightsail.Client) {
	bundles := slices.Concat(pagesOf(t, func(token *string) ([]types.Bundle, *string, error) {
		out, err := c.GetBundles(t.Context(), &lightsail.GetBundlesInput{PageToken: token})
		return out.Bundles, out.NextPageToken, err
	})...)
	want := types.Bundle{
		BundleId: new("nano_3_2"), Name: new("Nano"), InstanceType: new("nano"), Price: new(float32(5)), CpuCount: new(int32(2)), RamSizeInGb: new(float32(0.5)),
		DiskSizeInGb: new(int32(20)), Power: new(int32(298)), TransferPerMonthInGb: new(int32(512)), IsActive: new(true), PublicIpv4AddressCount: new(int32(1)),
		SupportedPlatforms: []types.InstancePlatform{types.InstancePlatformLinuxUnix},
	}
	if n := slices.IndexFunc(bundles, func(b types.Bundle) bool { return *b.BundleId == "nano_3_2" }); n < 0 {
		t.Errorf("nano_3_2 is not among %d bundles", len(bundles))
	} else if diff := cmp.Diff(want, bundles[n], ignoreUnexported); diff != "" {
		t.Errorf("bundle: -want +got\n%s", diff)
	}
	blueprints := slices.Concat(pagesOf(t, func(token *string) ([]types.Blueprint, *string, error) {
		out, err := c.GetBlueprints(t.Context(), &lightsail.GetBlueprintsInput{PageToken: token})
		return out.Blueprints, out.NextPageToken, err
	})...)
	if n := slices.IndexFunc(blueprints, func(b types.Blueprint) bool { return *b.BlueprintId == "debian_12" }); n < 0 ||
		*blueprints[n].Group != "debian_12" || blueprints[n].Type != types.BlueprintTypeOs || blueprints[n].Platform != types.InstancePlatformLinuxUnix {
		t.Errorf("debian_12 is at %d of %d blueprints", n, len(blueprints))
	}
	wantDatabaseCatalogue(t, c)
}

func wantDatabaseCatalogue(t *testing.T, c *lightsail.Client) {
	bundles := slices.Concat(pagesOf(t, func(token *string) ([]types.RelationalDatabaseBundle, *string, error) {
		out, err := c.GetRelationalDatabaseBundles(t.Context(), &lightsail.GetRelationalDatabaseBundlesInput{PageToken: token})
		return out.Bundles, out.NextPageToken, err
	})...)
	want := types.RelationalDatabaseBundle{
		BundleId: new("micro_2_0"), Name: new("Micro"), Price: new(float32(15)), RamSizeInGb: new(float32(1)), DiskSizeInGb: new(int32(40)),
		TransferPerMonthInGb: new(int32(100)), CpuCount: new(int32(2)), IsEncrypted: new(true), IsActive: new(true),
	}
	if diff := cmp.Diff(want, bundles[0], ignoreUnexported); diff != "" {
		t.Errorf("bundle of a database: -want +got\n%s", diff)
	}
	blueprints := slices.Concat(pagesOf(t, func(token *string) ([]types.RelationalDatabaseBlueprint, *string, error) {
		out, err := c.GetRelationalDatabaseBlueprints(t.Context(), &lightsail.GetRelationalDatabaseBlueprintsInput{PageToken: token})
		return out.Blueprints, out.NextPageToken, err
	})...)
	if n := slices.IndexFunc(blueprints, func(b types.RelationalDatabaseBlueprint) bool { return *b.BlueprintId == "mysql_8_4" }); n < 0 ||
		!*blueprints[n].IsEngineDefault || blueprints[n].Engine != types.RelationalDatabaseEngineMysql {
		t.Errorf("mysql_8_4 is at %d of %d blueprints", n, len(blueprints))
	}
}

package account_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// budget is the estimate of all that a resource has cost since the lab was made, and until a day after
// now.
func budget(l *familytest.Lab, name string) types.ResourceBudgetEstimate {
	l.T.Helper()
	out := familytest.Do(l.T, l.GetCostEstimate, &lightsail.GetCostEstimateInput{
		ResourceName: &name, StartTime: new(familytest.Start.Add(-time.Hour)), EndTime: new(l.Now().Add(24 * time.Hour)),
	})
	if len(out.ResourcesBudgetEstimate) != 1 || *out.ResourcesBudgetEstimate[0].ResourceName != name {
		l.T.Fatalf("%s: got %v, want one estimate", name, out.ResourcesBudgetEstimate)
	}
	return out.ResourcesBudgetEstimate[0]
}

// wantCosts checks the sums of an estimate: "usage type: units unit, dollars".
func wantCosts(l *familytest.Lab, name string, want ...string) {
	l.T.Helper()
	var got []string
	for _, e := range budget(l, name).CostEstimates {
		units, dollars := 0.0, 0.0
		for _, r := range e.ResultsByTime {
			units, dollars = units+*r.Unit, dollars+*r.UsageCost
		}
		got = append(got, fmt.Sprintf("%s: %g %s, %g", *e.UsageType, round(units), e.ResultsByTime[0].PricingUnit, round(dollars)))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		l.T.Errorf("costs of %s (-want +got):\n%s", name, diff)
	}
}

func round(x float64) float64 { return math.Round(x*1e6) / 1e6 }

func createInstance(l *familytest.Lab, name, blueprint, bundle string) {
	l.T.Helper()
	familytest.Do(l.T, l.CreateInstances, &lightsail.CreateInstancesInput{
		InstanceNames: []string{name}, AvailabilityZone: new("us-east-1a"), BlueprintId: &blueprint, BundleId: &bundle,
	})
}

func TestGetCostEstimate_ofEachKind(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	createInstance(l, "web", "debian_12", "nano_3_0")
	createInstance(l, "win", "windows_server_2022", "m_large_win_1_0")
	familytest.Do(t, l.CreateDisk, &lightsail.CreateDiskInput{DiskName: new("data"), AvailabilityZone: new("us-east-1a"), SizeInGb: new(int32(30))})
	familytest.Do(t, l.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: new("ip")})
	familytest.Do(t, l.CreateBucket, &lightsail.CreateBucketInput{BucketName: new("photos"), BundleId: new("medium_1_0")})
	familytest.Do(t, l.CreateContainerService, &lightsail.CreateContainerServiceInput{
		ServiceName: new("app"), Power: types.ContainerServicePowerNameMicro, Scale: new(int32(3)),
	})
	familytest.Do(t, l.CreateDomain, &lightsail.CreateDomainInput{DomainName: new("example.com")})
	l.Pass(time.Hour)
	familytest.Do(t, l.CreateInstanceSnapshot, &lightsail.CreateInstanceSnapshotInput{InstanceName: new("web"), InstanceSnapshotName: new("saved")})
	familytest.Do(t, l.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskName: new("data"), DiskSnapshotName: new("kept")})
	familytest.Do(t, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
	l.Pass(71 * time.Hour)
	wantCosts(l, "web", "USE1-BundleUsage:0.5GB: 72 Hrs, 0.483871")
	wantCosts(l, "win", "USE1-BundleUsage:16GB_m_win: 72 Hrs, 12.967742")
	wantCosts(l, "data", "USE1-DiskUsage: 3 GB-Mo, 0.3")
	wantCosts(l, "ip", "USE1-UnusedStaticIP: 71 Hrs, 0.355")
	wantCosts(l, "photos", "USE1-ObjectStorageUsage:100GB: 0.1 Bundles, 0.3")
	wantCosts(l, "app", "USE1-ContainerSvcUsage:Micro-0.25CPU-1GB: 216 Hrs, 2.903226")
	wantCosts(l, "saved", "USE1-SnapshotUsage: 1.972222 GB-Mo, 0.098611")
	wantCosts(l, "kept", "USE1-SnapshotUsage: 2.958333 GB-Mo, 0.147917")
	wantCosts(l, "deploy")
	wantCosts(l, "example.com")
}

func TestGetCostEstimate_ofDatabases(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	for name, bundle := range map[string]string{"db": "micro_2_0", "ha": "large_ha_2_0"} {
		familytest.Do(t, l.CreateRelationalDatabase, &lightsail.CreateRelationalDatabaseInput{
			RelationalDatabaseName: &name, RelationalDatabaseBlueprintId: new("mysql_8_0"), RelationalDatabaseBundleId: &bundle,
			MasterDatabaseName: new("main"), MasterUsername: new("chief"),
		})
	}
	l.Pass(24 * time.Hour)
	familytest.Do(t, l.CreateRelationalDatabaseSnapshot, &lightsail.CreateRelationalDatabaseSnapshotInput{
		RelationalDatabaseName: new("db"), RelationalDatabaseSnapshotName: new("saved"),
	})
	l.Pass(72 * time.Hour)
	familytest.Do(t, l.StopRelationalDatabase, &lightsail.StopRelationalDatabaseInput{RelationalDatabaseName: new("db")})
	l.Pass(24 * time.Hour)
	wantCosts(l, "db", "USE1-DatabaseUsage:1GB: 120 Hrs, 2.419355")
	wantCosts(l, "ha", "USE1-DatabaseUsage:8GB_ha: 120 Hrs, 37.096774")
	wantCosts(l, "saved", "USE1-SnapshotUsage: 5.333333 GB-Mo, 0.266667")
}

func TestGetCostEstimate_ofAnInstanceOverBundles(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	createInstance(l, "web", "debian_12", "nano_2_0")
	l.Pass(12 * time.Hour) // 21:00
	familytest.Do(t, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
	l.Pass(2 * time.Hour)
	familytest.Do(t, l.StartInstance, &lightsail.StartInstanceInput{
		InstanceName: new("web"), AttributeUpdates: &types.InstanceAttributeUpdates{BundleId: new("auto")},
	})
	l.Pass(2 * time.Hour) // the next day, 01:00
	familytest.Do(t, l.SetIpAddressType, &lightsail.SetIpAddressTypeInput{
		ResourceName: new("web"), ResourceType: types.ResourceTypeInstance, IpAddressType: types.IpAddressTypeIpv6, AcceptBundleUpdate: new(true),
	})
	l.Pass(5 * time.Hour)
	wantCosts(l, "web", // 14 hours for $3.50 a month and 2 for $5, then 5 for $3.50
		"USE1-BundleUsage:0.5GB: 16 Hrs, 0.079301", "USE1-BundleUsage:0.5GB_ipv6: 5 Hrs, 0.023522")
	days := budget(l, "web").CostEstimates[0].ResultsByTime
	midnight := familytest.Start.Truncate(24*time.Hour).AddDate(0, 0, 1)
	if len(days) != 2 || *days[0].Unit != 15 || !days[0].TimePeriod.Start.Equal(familytest.Start.Add(-time.Hour)) ||
		*days[1].Unit != 1 || !days[1].TimePeriod.Start.Equal(midnight) || !days[1].TimePeriod.End.Equal(midnight.AddDate(0, 0, 1)) ||
		days[1].Currency != types.CurrencyUsd {
		t.Errorf("by day: got %v", days)
	}
	familytest.Do(t, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("web")})
	createInstance(l, "web", "debian_12", "nano_3_0")
	l.Pass(time.Hour)
	wantCosts(l, "web", "USE1-BundleUsage:0.5GB: 1 Hrs, 0.00672")
}

func TestGetCostEstimate_ofAServiceOverScales(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	familytest.Do(t, l.CreateContainerService, &lightsail.CreateContainerServiceInput{
		ServiceName: new("app"), Power: types.ContainerServicePowerNameNano, Scale: new(int32(1)),
	})
	l.Pass(10 * time.Hour)
	familytest.Do(t, l.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: new("app"), Scale: new(int32(4))})
	l.Pass(time.Hour)
	familytest.Do(t, l.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: new("app"), IsDisabled: new(true)})
	l.Pass(9 * time.Hour)
	wantCosts(l, "app", "USE1-ContainerSvcUsage:Nano-0.25CPU-0.5GB: 50 Hrs, 0.47043")
}

func TestGetCostEstimate_ofABucketOverBundles(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	familytest.Do(t, l.CreateBucket, &lightsail.CreateBucketInput{BucketName: new("photos"), BundleId: new("small_1_0")})
	l.Pass(72 * time.Hour)
	familytest.Do(t, l.UpdateBucketBundle, &lightsail.UpdateBucketBundleInput{BucketName: new("photos"), BundleId: new("large_1_0")})
	l.Pass(36 * time.Hour)
	wantCosts(l, "photos", "USE1-ObjectStorageUsage:250GB: 0.05 Bundles, 0.25", "USE1-ObjectStorageUsage:5GB: 0.1 Bundles, 0.1")
}

// TestGetCostEstimate_ofAStaticIP: it costs something while it is attached to nothing, from the second
// hour on.
func TestGetCostEstimate_ofAStaticIP(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	createInstance(l, "web", "debian_12", "nano_3_0")
	createInstance(l, "other", "debian_12", "nano_3_0")
	attach := func(ip, to string) {
		familytest.Do(t, l.AttachStaticIp, &lightsail.AttachStaticIpInput{StaticIpName: &ip, InstanceName: &to})
	}
	familytest.Do(t, l.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: new("ip")})
	familytest.Do(t, l.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: new("next")})
	l.Pass(3 * time.Hour)
	attach("ip", "web") // 2 hours
	l.Pass(2 * time.Hour)
	attach("ip", "other")
	l.Pass(2 * time.Hour)
	familytest.Do(t, l.DetachStaticIp, &lightsail.DetachStaticIpInput{StaticIpName: new("ip")})
	l.Pass(30 * time.Minute)
	attach("ip", "web")
	wantCosts(l, "ip", "USE1-UnusedStaticIP: 2 Hrs, 0.01")
	attach("next", "web") // in place of the other one; 6.5 hours
	l.Pass(4 * time.Hour) // 3 hours of the other one
	attach("ip", "other")
	l.Pass(time.Hour)
	familytest.Do(t, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("other")})
	l.Pass(2 * time.Hour) // 1 hour of the other one
	wantCosts(l, "ip", "USE1-UnusedStaticIP: 6 Hrs, 0.03")
	wantCosts(l, "next", "USE1-UnusedStaticIP: 6.5 Hrs, 0.0325")
}

func TestGetCostEstimate_refuses(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	now := l.Now()
	createInstance(l, "web", "debian_12", "nano_3_0")
	l.Pass(time.Hour)
	estimate := func(name string, from, until time.Time) error {
		_, err := l.GetCostEstimate(t.Context(), &lightsail.GetCostEstimateInput{ResourceName: &name, StartTime: &from, EndTime: &until})
		return err
	}
	for _, tc := range []struct {
		from, until time.Time
		want        string
	}{
		{now, now, "The startTime must be before the endTime."},
		{now, now.Add(-time.Hour), "The startTime must be before the endTime."},
		{now.AddDate(0, 0, 1), now.AddDate(0, 0, 2), "The startTime must not be after the current date."},
		{now.AddDate(0, -3, 0), now.Add(time.Second), "The time between startTime and endTime must not be more than 3 months."},
	} {
		familytest.WantInvalid(t, estimate("web", tc.from, tc.until), "InvalidParams", tc.want)
	}
	familytest.NoError(t, estimate("web", now.AddDate(0, -3, 0), now))
	familytest.NoError(t, estimate("web", now.Add(10*time.Hour), now.AddDate(0, 3, 0)))
	familytest.WantNotFound(t, estimate("none", now, now.Add(time.Hour)), "The resource does not exist: none")
	familytest.Do(t, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("web")})
	familytest.WantNotFound(t, estimate("web", now, now.Add(time.Hour)), "The resource does not exist: web")
}

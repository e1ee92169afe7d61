package catalogue_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/codec"
)

// TestDatabaseBlueprints_areComplete wants no member to be missing, the API to take the ids, and one default for
// each engine, which is active.
func TestDatabaseBlueprints_areComplete(t *testing.T) {
	var defaults []string
	for _, b := range catalogue.DatabaseBlueprints() {
		if b.Engine == "" || *b.EngineDescription == "" || *b.EngineVersion == "" || *b.EngineVersionDescription == "" || b.Port == 0 || b.Family == "" {
			t.Errorf("blueprint %s is incomplete", *b.BlueprintId)
		}
		if found, ok := catalogue.LookupDatabaseBlueprint(*b.BlueprintId); !ok || *found.BlueprintId != *b.BlueprintId {
			t.Errorf("blueprint %s is not found by its id", *b.BlueprintId)
		}
		if *b.IsEngineDefault && b.IsActive {
			defaults = append(defaults, *b.BlueprintId+" "+b.Family)
		}
		takeDatabase(t, *b.BlueprintId, "micro_2_0")
	}
	if want := []string{"mysql_8_4 mysql8.4", "postgres_17 postgres17"}; !slices.Equal(defaults, want) {
		t.Errorf("the defaults are %q, want %q", defaults, want)
	}
	if _, ok := catalogue.LookupDatabaseBlueprint("debian_12"); ok {
		t.Error("databases have the blueprint of an instance")
	}
}

// TestDatabaseBundles_areComplete wants no member to be missing, the API to take the ids, and high availability for
// twice the price.
func TestDatabaseBundles_areComplete(t *testing.T) {
	list := catalogue.DatabaseBundles()
	for i, b := range list {
		if *b.Name == "" || *b.CpuCount <= 0 || *b.DiskSizeInGb <= 0 || *b.RamSizeInGb <= 0 || *b.TransferPerMonthInGb <= 0 || b.IsActive == nil {
			t.Errorf("bundle %s is incomplete", *b.BundleId)
		}
		if found, ok := catalogue.LookupDatabaseBundle(*b.BundleId); !ok || *found.BundleId != *b.BundleId {
			t.Errorf("bundle %s is not found by its id", *b.BundleId)
		}
		if b.HighAvailability && *b.Price != 2*(*list[i-1].Price) {
			t.Errorf("%s costs %v, %s %v", *b.BundleId, *b.Price, *list[i-1].BundleId, *list[i-1].Price)
		}
		takeDatabase(t, "mysql_8_0", *b.BundleId)
	}
	if _, ok := catalogue.LookupDatabaseBundle("nano_3_0"); ok {
		t.Error("databases have the bundle of an instance")
	}
}

func takeDatabase(t *testing.T, blueprint, bundle string) {
	t.Helper()
	body := fmt.Sprintf(`{"relationalDatabaseName":"shop","relationalDatabaseBlueprintId":%q,"relationalDatabaseBundleId":%q,
		"masterDatabaseName":"shop","masterUsername":"admin1"}`, blueprint, bundle)
	if err := codec.Decode([]byte(body), &lightsail.CreateRelationalDatabaseInput{}); err != nil {
		t.Errorf("%s, %s: %v", blueprint, bundle, err)
	}
}

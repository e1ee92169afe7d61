package catalogue_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
)

func TestZoneIndex_isUniqueInEachRegion(t *testing.T) {
	for _, r := range catalogue.Regions() {
		seen := map[byte]string{}
		for _, zone := range r.Zones {
			n := catalogue.ZoneIndex(zone)
			if n > 15 || seen[n] != "" {
				t.Errorf("ZoneIndex(%s) = %d, which %q has or is too large", zone, n, seen[n])
			}
			seen[n] = zone
		}
	}
	for zone, want := range map[string]byte{"us-east-1a": 0, "ap-northeast-1d": 3, "": 0} {
		if got := catalogue.ZoneIndex(zone); got != want {
			t.Errorf("ZoneIndex(%q) = %d, want %d", zone, got, want)
		}
	}
}

// TestRegions_areThoseOfTheModel holds the catalogue against the SDK's enum.
func TestRegions_areThoseOfTheModel(t *testing.T) {
	enum := types.RegionName("").Values()
	if got, want := len(catalogue.Regions()), len(enum); got != want {
		t.Errorf("the catalogue has %d regions, the API model %d", got, want)
	}
	for _, name := range enum {
		r, ok := catalogue.LookupRegion(string(name))
		if !ok {
			t.Errorf("%s is missing from the catalogue", name)
			continue
		}
		if r.DisplayName == "" || r.Description == "" || r.ContinentCode == "" || len(r.Zones) < 2 {
			t.Errorf("%s is incomplete: %+v", name, r)
		}
	}
	if _, ok := catalogue.LookupRegion("mars-north-1"); ok {
		t.Error("an unknown region was found")
	}
}

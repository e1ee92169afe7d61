package resource_test

import (
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func TestZoneIndex_isUniqueInEachRegion(t *testing.T) {
	for _, r := range resource.Regions() {
		seen := map[byte]string{}
		for _, zone := range r.Zones {
			n := resource.ZoneIndex(zone)
			if n > 15 || seen[n] != "" {
				t.Errorf("ZoneIndex(%s) = %d, which %q has or is too large", zone, n, seen[n])
			}
			seen[n] = zone
		}
	}
	for zone, want := range map[string]byte{"us-east-1a": 0, "ap-northeast-1d": 3, "": 0} {
		if got := resource.ZoneIndex(zone); got != want {
			t.Errorf("ZoneIndex(%q) = %d, want %d", zone, got, want)
		}
	}
}

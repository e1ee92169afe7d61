package account_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

func TestGetActiveNames_allButTheDefaultKeyPair(t *testing.T) {
	c := lanyardtest.NewWith(t, lanyardtest.Options{PageSize: 2}).Client(familytest.Region)
	empty, err := c.GetActiveNames(t.Context(), &lightsail.GetActiveNamesInput{})
	if err != nil || empty.ActiveNames == nil || len(empty.ActiveNames) != 0 {
		t.Fatalf("without resources: %+v, %v", empty, err)
	}
	if _, err := c.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"cc", "AA", "bb"} {
		familytest.ImportKey(t, c, name)
	}
	var pages [][]string
	in := lightsail.GetActiveNamesInput{}
	for {
		out, err := c.GetActiveNames(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, out.ActiveNames)
		if in.PageToken = out.NextPageToken; in.PageToken == nil {
			break
		}
	}
	if diff := cmp.Diff([][]string{{"AA", "bb"}, {"cc"}}, pages); diff != "" {
		t.Errorf("GetActiveNames (-want +got):\n%s", diff)
	}
}

func TestGetRegions(t *testing.T) {
	c := familytest.Client(t)
	for _, include := range []bool{false, true} {
		out, err := c.GetRegions(t.Context(), &lightsail.GetRegionsInput{IncludeAvailabilityZones: &include, IncludeRelationalDatabaseAvailabilityZones: &include})
		if err != nil {
			t.Fatal(err)
		}
		first := out.Regions[0]
		if first.Name != "us-east-1" || *first.DisplayName != "Virginia" || *first.ContinentCode != "NA" ||
			*first.Description != "This region is recommended to serve users in the eastern United States" {
			t.Errorf("the first region is %+v", first)
		}
		for _, r := range out.Regions {
			if r.Name == "us-west-1" {
				t.Error("us-west-1 is listed, where Lightsail is not")
			}
			checkZones(t, r.Name, r.AvailabilityZones, include)
			checkZones(t, r.Name, r.RelationalDatabaseAvailabilityZones, include)
		}
	}
}

// checkZones wants an empty list, not a missing one, where zones are not included.
func checkZones(t *testing.T, region types.RegionName, zones []types.AvailabilityZone, included bool) {
	t.Helper()
	if zones == nil || (len(zones) > 0) != included {
		t.Errorf("%s has the zones %v, included: %v", region, zones, included)
	}
	for _, z := range zones {
		if *z.State != "available" || (*z.ZoneName)[:len(region)] != string(region) {
			t.Errorf("%s has the zone %s, %s", region, *z.ZoneName, *z.State)
		}
	}
}

func TestGetRegions_everyRegionOfTheModel(t *testing.T) {
	s := lanyardtest.New(t)
	for _, name := range types.RegionName("").Values() {
		c := s.Client(string(name))
		familytest.ImportKey(t, c, "deploy")
		out, err := c.GetActiveNames(t.Context(), &lightsail.GetActiveNamesInput{})
		if err != nil || len(out.ActiveNames) != 1 {
			t.Errorf("%s: %+v, %v", name, out, err)
		}
	}
}

func TestGetProfile(t *testing.T) {
	out, err := familytest.Client(t).GetProfile(t.Context(), &lightsail.GetProfileInput{})
	if err != nil || out.ProfileType != types.ProfileTypeLightsailor || out.Partner != nil {
		t.Errorf("GetProfile = %+v, %v", out, err)
	}
}

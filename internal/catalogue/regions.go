package catalogue

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

// Region is one row of the region catalogue. The names are those of the API
// model's RegionName; display names, continents, descriptions and zones come from
// the API reference's examples where AWS publishes them and are AWS's commonly
// known values elsewhere.
type Region struct {
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	// BillingCode stands for the region on bills (Lightsail user guide; newer regions have those
	// of other services' bills).
	BillingCode   string   `json:"billingCode"`
	ContinentCode string   `json:"continentCode"`
	Description   string   `json:"description"`
	Zones         []string `json:"zones"`
	// Listed reports whether GetRegions shows the region. us-west-1 is in the model's
	// enum but has no Lightsail.
	Listed bool `json:"listed"`
	// OptIn marks regions that an AWS account has to switch on first.
	OptIn bool `json:"optIn"`
}

//go:embed data/regions.json
var regionsJSON []byte

type regionTable struct {
	list   []Region
	byName map[string]*Region
}

var regions = sync.OnceValue(func() regionTable {
	var c regionTable
	if err := json.Unmarshal(regionsJSON, &c.list); err != nil {
		panic(fmt.Sprintf("catalogue: embedded region catalogue: %v", err))
	}
	c.byName = make(map[string]*Region, len(c.list))
	for i := range c.list {
		c.byName[c.list[i].Name] = &c.list[i]
	}
	return c
})

// ZoneIndex is the place of an availability zone in its region, from its letter: 0 for
// us-east-1a and for no zone. It is below 16.
func ZoneIndex(zone string) byte {
	if zone == "" {
		return 0
	}
	return (zone[len(zone)-1] - 'a') & 15
}

// Regions returns the catalogue in the order in which GetRegions lists it. The
// caller must not change it.
func Regions() []Region { return regions().list }

// LookupRegion finds a region by its name: every one of the API model's RegionName
// is served, also those that GetRegions does not list.
func LookupRegion(name string) (*Region, bool) {
	r, ok := regions().byName[name]
	return r, ok
}

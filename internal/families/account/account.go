// Package account holds the actions about an account as a whole: its regions, names and
// operations, what a region has on offer, and the tags of resources of all kinds.
//
// It knows no kind of resource.
package account

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Deps is what other families do for actions that serve several kinds.
type Deps struct {
	// Costs are those of the kinds that cost something.
	Costs map[resource.Kind]api.Cost
	// IPAddressTypes are of the kinds that have IP address types.
	IPAddressTypes map[resource.Kind]api.SetIPAddressType
}

// Declare returns what the family has.
func Declare(d Deps) api.Family {
	return api.Family{Actions: actions(d.Costs, d.IPAddressTypes)}
}

func actions(costs costEstimates, addressTypes ipAddressTypes) []api.Action {
	return []api.Action{
		api.New(getActiveNames),
		api.New(getRegions),
		api.New(getProfile),
		api.New(getBlueprints),
		api.New(getBundles),
		api.New(getRelationalDatabaseBlueprints),
		api.New(getRelationalDatabaseBundles),
		api.New(costs.get, api.OnMember("resourceName")),
		api.New(addressTypes.set, api.OnTyped("resourceName", "resourceType", slices.Sorted(maps.Keys(addressTypes))...)),
		api.New(getOperation),
		api.New(getOperations),
		api.New(getOperationsForResource),
		api.New(tagResource, api.OnNamed()),
		api.New(untagResource, api.OnNamed()),
	}
}

// getActiveNames lists the names of all kinds of resources. The default key pair
// is left out, as it is from the list of key pairs.
func getActiveNames(c *api.Call, in *lightsail.GetActiveNamesInput) (*lightsail.GetActiveNamesOutput, error) {
	names, next, err := api.Page(c, api.ResourcesPage, in.PageToken, "", "", func(after string, limit int) ([]string, error) {
		all, err := c.Tx.Names(c.Principal.Account, c.Region, after, limit+1)
		all = slices.DeleteFunc(all, func(name string) bool { return name == resource.DefaultKeyPairName })
		return all[:min(len(all), limit)], err
	}, func(name string) string { return name })
	if err != nil {
		return nil, err
	}
	return &lightsail.GetActiveNamesOutput{ActiveNames: append([]string{}, names...), NextPageToken: next}, nil
}

// getRegions lists the regions that Lightsail has; without the flags the lists of
// zones are empty, not absent (observed in AWS CLI examples).
func getRegions(_ *api.Call, in *lightsail.GetRegionsInput) (*lightsail.GetRegionsOutput, error) {
	out := &lightsail.GetRegionsOutput{Regions: []types.Region{}}
	for _, r := range catalogue.Regions() {
		if !r.Listed {
			continue
		}
		out.Regions = append(out.Regions, types.Region{
			Name:                                types.RegionName(r.Name),
			DisplayName:                         &r.DisplayName,
			Description:                         &r.Description,
			ContinentCode:                       &r.ContinentCode,
			AvailabilityZones:                   zones(r, in.IncludeAvailabilityZones),
			RelationalDatabaseAvailabilityZones: zones(r, in.IncludeRelationalDatabaseAvailabilityZones),
		})
	}
	return out, nil
}

func zones(r catalogue.Region, include *bool) []types.AvailabilityZone {
	list := []types.AvailabilityZone{}
	if !aws.ToBool(include) {
		return list
	}
	state := "available"
	for _, name := range r.Zones {
		list = append(list, types.AvailabilityZone{ZoneName: &name, State: &state})
	}
	return list
}

func getProfile(*api.Call, *lightsail.GetProfileInput) (*lightsail.GetProfileOutput, error) {
	return &lightsail.GetProfileOutput{ProfileType: types.ProfileTypeLightsailor}, nil
}

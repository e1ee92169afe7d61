package account

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
)

// getBlueprints lists what instances are made from. Blueprints of Lightsail for
// Research are shown only to those who ask for their category, and then alone.
func getBlueprints(c *api.Call, in *lightsail.GetBlueprintsInput) (*lightsail.GetBlueprintsOutput, error) {
	list := []types.Blueprint{}
	for _, b := range catalogue.Blueprints(c.Region) {
		if b.AppCategory == in.AppCategory && (*b.IsActive || aws.ToBool(in.IncludeInactive)) {
			list = append(list, b.Blueprint)
		}
	}
	return &lightsail.GetBlueprintsOutput{Blueprints: list}, api.Whole(in.PageToken)
}

// getBundles lists the plans of instances, those of Lightsail for Research as
// getBlueprints does.
func getBundles(c *api.Call, in *lightsail.GetBundlesInput) (*lightsail.GetBundlesOutput, error) {
	list := []types.Bundle{}
	for _, b := range catalogue.Bundles(c.Region) {
		if inCategory(b.SupportedAppCategories, in.AppCategory) && (*b.IsActive || aws.ToBool(in.IncludeInactive)) {
			list = append(list, b.Bundle)
		}
	}
	return &lightsail.GetBundlesOutput{Bundles: list}, api.Whole(in.PageToken)
}

func inCategory(supported []types.AppCategory, wanted types.AppCategory) bool {
	if wanted == "" {
		return len(supported) == 0
	}
	return slices.Contains(supported, wanted)
}

// getRelationalDatabaseBlueprints lists the versions of engines that new databases can have.
func getRelationalDatabaseBlueprints(
	_ *api.Call, in *lightsail.GetRelationalDatabaseBlueprintsInput,
) (*lightsail.GetRelationalDatabaseBlueprintsOutput, error) {
	list := []types.RelationalDatabaseBlueprint{}
	for _, b := range catalogue.DatabaseBlueprints() {
		if b.IsActive {
			list = append(list, b.RelationalDatabaseBlueprint)
		}
	}
	return &lightsail.GetRelationalDatabaseBlueprintsOutput{Blueprints: list}, api.Whole(in.PageToken)
}

// getRelationalDatabaseBundles lists the plans of databases.
func getRelationalDatabaseBundles(
	_ *api.Call, in *lightsail.GetRelationalDatabaseBundlesInput,
) (*lightsail.GetRelationalDatabaseBundlesOutput, error) {
	list := []types.RelationalDatabaseBundle{}
	for _, b := range catalogue.DatabaseBundles() {
		if *b.IsActive || aws.ToBool(in.IncludeInactive) {
			list = append(list, b.RelationalDatabaseBundle)
		}
	}
	return &lightsail.GetRelationalDatabaseBundlesOutput{Bundles: list}, api.Whole(in.PageToken)
}

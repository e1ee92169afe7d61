package actions

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
)

// catalogueActions is the family of what a region has on offer.
var catalogueActions = []api.Action{
	api.New(getBlueprints),
	api.New(getBundles),
}

// getBlueprints lists what instances are made from. Blueprints of Lightsail for
// Research are shown only to those who ask for their category, and then alone.
func getBlueprints(c *api.Call, in *lightsail.GetBlueprintsInput) (*lightsail.GetBlueprintsOutput, error) {
	var list []types.Blueprint
	for _, b := range catalogue.Blueprints(c.Region) {
		if b.AppCategory == in.AppCategory && (*b.IsActive || aws.ToBool(in.IncludeInactive)) {
			list = append(list, b.Blueprint)
		}
	}
	scope := fmt.Sprint(in.AppCategory, aws.ToBool(in.IncludeInactive))
	page, next, err := pageOf(c, in.PageToken, scope, list, func(b types.Blueprint) string { return *b.BlueprintId })
	if err != nil {
		return nil, err
	}
	return &lightsail.GetBlueprintsOutput{Blueprints: page, NextPageToken: next}, nil
}

// getBundles lists the plans of instances, those of Lightsail for Research as
// getBlueprints does.
func getBundles(c *api.Call, in *lightsail.GetBundlesInput) (*lightsail.GetBundlesOutput, error) {
	var list []types.Bundle
	for _, b := range catalogue.Bundles(c.Region) {
		if inCategory(b.SupportedAppCategories, in.AppCategory) && (*b.IsActive || aws.ToBool(in.IncludeInactive)) {
			list = append(list, b.Bundle)
		}
	}
	scope := fmt.Sprint(in.AppCategory, aws.ToBool(in.IncludeInactive))
	page, next, err := pageOf(c, in.PageToken, scope, list, func(b types.Bundle) string { return *b.BundleId })
	if err != nil {
		return nil, err
	}
	return &lightsail.GetBundlesOutput{Bundles: page, NextPageToken: next}, nil
}

func inCategory(supported []types.AppCategory, wanted types.AppCategory) bool {
	if wanted == "" {
		return len(supported) == 0
	}
	return slices.Contains(supported, wanted)
}

// pageOf is a page of a list that is in memory, behind the element that the token
// names. It is never nil.
func pageOf[T any](c *api.Call, token *string, scope string, list []T, id func(T) string) ([]T, *string, error) {
	return api.Page(c, token, scope, "", func(after string, limit int) ([]T, error) {
		behind := 1 + slices.IndexFunc(list, func(v T) bool { return id(v) == after })
		return append([]T{}, list[behind:min(behind+limit, len(list))]...), nil
	}, id)
}

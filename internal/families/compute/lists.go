package compute

import (
	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// listOf is a page of all resources of a kind, by name, each as show makes it.
func listOf[T any](c *api.Call, token *string, kind resource.Kind, show func(*resource.Resource) (*T, error)) ([]T, *string, error) {
	page, next, err := api.Page(c, api.ResourcesPage, token, "", "", func(after string, limit int) ([]*resource.Resource, error) {
		return c.Tx.Resources(c.Principal.Account, c.Region, kind, after, limit)
	}, func(r *resource.Resource) string { return r.Name })
	if err != nil {
		return nil, nil, err
	}
	list := make([]T, len(page))
	for i, r := range page {
		shown, err := show(r)
		if err != nil {
			return nil, nil, err
		}
		list[i] = *shown
	}
	return list, next, nil
}

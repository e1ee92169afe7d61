// Package families lists all actions that are built, and the kinds of resources that
// they make.
//
// It holds no action: each family has a package of its own below this one.
package families

import (
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families/compute"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// All returns every action that is built, and those that answer as in an empty account.
func All() []api.Action {
	return slices.Concat(compute.All())
}

// StoredKinds are the kinds that the actions make, with what their documents are held to
// when they come from a file. A kind that is not here is one that no action knows.
func StoredKinds() map[resource.Kind]resource.Stored { return compute.StoredKinds() }

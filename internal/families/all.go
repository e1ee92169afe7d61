// Package families lists all actions that are built, and the kinds of resources that
// they make.
//
// It holds no action: each family has a package of its own below this one.
package families

import (
	"io"
	"maps"

	"github.com/lanyard-cloud/lanyard/internal/api"
	driver "github.com/lanyard-cloud/lanyard/internal/driver/container"
	databasedriver "github.com/lanyard-cloud/lanyard/internal/driver/database"
	"github.com/lanyard-cloud/lanyard/internal/families/account"
	"github.com/lanyard-cloud/lanyard/internal/families/bucket"
	"github.com/lanyard-cloud/lanyard/internal/families/compute"
	"github.com/lanyard-cloud/lanyard/internal/families/container"
	"github.com/lanyard-cloud/lanyard/internal/families/database"
	"github.com/lanyard-cloud/lanyard/internal/families/domain"
	"github.com/lanyard-cloud/lanyard/internal/families/keypair"
	"github.com/lanyard-cloud/lanyard/internal/families/monitoring"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

// Deps is what the families work with. All of it is required to answer calls; nothing is
// to describe the actions.
type Deps struct {
	// Keys is the pool of fresh RSA keys.
	Keys *sshkey.Pool
	// Sealer seals what has to be kept secret at rest.
	Sealer *seal.Sealer
	// Network is where addresses of instances come from.
	Network compute.Network
	// Rand is the source of addresses.
	Rand io.Reader
	// Containers runs the deployments of container services.
	Containers driver.Driver
	// Databases runs relational databases.
	Databases databasedriver.Driver
}

// list returns all families that are built.
func list(d Deps) []api.Family {
	keyPairs := keypair.New(keypair.Deps{Keys: d.Keys, Sealer: d.Sealer})
	families := []api.Family{
		keyPairs.Declare(),
		monitoring.Declare(),
		compute.New(compute.Deps{KeyPairs: keyPairs, Sealer: d.Sealer, Network: d.Network, Rand: d.Rand}).Declare(),
		domain.Declare(),
		bucket.New(d.Sealer).Declare(),
		container.New(container.Deps{Driver: d.Containers, Sealer: d.Sealer}).Declare(),
		database.New(database.Deps{Driver: d.Databases, Sealer: d.Sealer}).Declare(),
	}
	costs := map[resource.Kind]api.Cost{}
	for _, f := range families {
		maps.Copy(costs, f.Costs)
	}
	return append(families, account.Declare(costs))
}

// All returns every action that is built, and those that answer as in an empty account.
func All(d Deps) []api.Action {
	var all []api.Action
	for _, f := range list(d) {
		all = append(all, f.Actions...)
	}
	return all
}

// Roles are the roles of links that the actions make, with what their families do about them.
func Roles(d Deps) map[resource.Role]api.Role {
	roles := map[resource.Role]api.Role{}
	for _, f := range list(d) {
		maps.Copy(roles, f.Roles)
	}
	return roles
}

// Metrics say what is measured of resources of all kinds.
func Metrics(d Deps) metric.Sources {
	sources := metric.Sources{}
	for _, f := range list(d) {
		maps.Copy(sources, f.Metrics)
	}
	return sources
}

// StoredKinds are the kinds that the actions make, with what their documents are held to
// when they come from a file. A kind that is not here is one that no action knows.
func StoredKinds() resource.StoredKinds {
	kinds := resource.StoredKinds{}
	for _, f := range list(Deps{}) {
		maps.Copy(kinds, f.Kinds)
	}
	return kinds
}

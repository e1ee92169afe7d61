// Package families lists all actions, and the kinds of resources that they make.
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
	"github.com/lanyard-cloud/lanyard/internal/families/certificate"
	"github.com/lanyard-cloud/lanyard/internal/families/compute"
	"github.com/lanyard-cloud/lanyard/internal/families/container"
	"github.com/lanyard-cloud/lanyard/internal/families/database"
	"github.com/lanyard-cloud/lanyard/internal/families/distribution"
	"github.com/lanyard-cloud/lanyard/internal/families/domain"
	"github.com/lanyard-cloud/lanyard/internal/families/keypair"
	"github.com/lanyard-cloud/lanyard/internal/families/loadbalancer"
	"github.com/lanyard-cloud/lanyard/internal/families/monitoring"
	"github.com/lanyard-cloud/lanyard/internal/families/subdomain"
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

// All returns all that the families have, as one. Each action is looked at by reflection: a server does this once.
func All(d Deps) api.Family {
	keyPairs := keypair.New(keypair.Deps{Keys: d.Keys, Sealer: d.Sealer})
	all := merged(
		keyPairs.Declare(),
		monitoring.Declare(),
		compute.New(compute.Deps{KeyPairs: keyPairs, Sealer: d.Sealer, Network: d.Network, Rand: d.Rand}).Declare(),
		domain.Declare(certificate.Prove),
		certificate.Declare(),
		loadbalancer.Declare(),
		distribution.Declare(),
		subdomain.Declare(),
		bucket.New(d.Sealer).Declare(),
		container.New(container.Deps{Driver: d.Containers, Sealer: d.Sealer}).Declare(),
		database.New(database.Deps{Driver: d.Databases, Sealer: d.Sealer}).Declare(),
	)
	all.Actions = append(all.Actions, account.Declare(account.Deps{Costs: all.Costs, IPAddressTypes: all.IPAddressTypes}).Actions...)
	return all
}

func merged(families ...api.Family) api.Family {
	all := api.Family{
		Kinds: resource.StoredKinds{}, Roles: map[resource.Role]api.Role{}, Metrics: metric.Sources{},
		Costs: map[resource.Kind]api.Cost{}, IPAddressTypes: map[resource.Kind]api.SetIPAddressType{},
	}
	for _, f := range families {
		all.Actions = append(all.Actions, f.Actions...)
		maps.Copy(all.Kinds, f.Kinds)
		maps.Copy(all.Roles, f.Roles)
		maps.Copy(all.Metrics, f.Metrics)
		maps.Copy(all.Costs, f.Costs)
		maps.Copy(all.IPAddressTypes, f.IPAddressTypes)
	}
	return all
}

// StoredKinds are the kinds that the actions make, with what their documents are held to
// when they come from a file. A kind that is not here is one that no action knows.
func StoredKinds() resource.StoredKinds { return All(Deps{}).Kinds }

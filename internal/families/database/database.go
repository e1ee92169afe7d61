// Package database holds the actions about relational databases and their snapshots.
//
// It runs no database: a driver is asked which version of an engine it has. Package kind/database says what is
// stored of both kinds.
package database

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	driver "github.com/lanyard-cloud/lanyard/internal/driver/database"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// Deps is what the family works with. All of it is required.
type Deps struct {
	// Driver runs the databases.
	Driver driver.Driver
	// Sealer seals the passwords.
	Sealer *seal.Sealer
}

// Family makes databases and their snapshots.
type Family struct{ d Deps }

// New returns the family.
func New(d Deps) *Family { return &Family{d} }

// Declare returns what the family has.
func (f *Family) Declare() api.Family {
	on, onSnapshot := api.On(resource.RelationalDatabase), api.On(resource.RelationalDatabaseSnapshot)
	return api.Family{Kinds: database.Stored(), Costs: costs(), Metrics: metric.Sources{resource.RelationalDatabase: series}, Actions: []api.Action{
		api.New(f.create, api.Creates(resource.RelationalDatabase)),
		api.New(f.createFromSnapshot,
			api.OnMember("relationalDatabaseSnapshotName", resource.RelationalDatabaseSnapshot), api.Creates(resource.RelationalDatabase)),
		api.New(get, on),
		api.New(list, api.Of(resource.RelationalDatabase)),
		api.New(f.update, on),
		api.New(f.getPassword, on),
		api.New(start, on),
		api.New(stop, on),
		api.New(reboot, on),
		api.New(remove, api.Deletes(resource.RelationalDatabase)),
		api.New(getParameters, on),
		api.New(updateParameters, on),
		api.New(getEvents, on),
		api.New(getLogStreams, on),
		api.New(getLogEvents, on),
		api.New(getMetricData, on),
		api.New(createSnapshot, on, api.Creates(resource.RelationalDatabaseSnapshot)),
		api.New(getSnapshot, onSnapshot),
		api.New(listSnapshots, api.Of(resource.RelationalDatabaseSnapshot)),
		api.New(deleteSnapshot, api.Deletes(resource.RelationalDatabaseSnapshot)),
	}}
}

func costs() map[resource.Kind]api.Cost {
	return map[resource.Kind]api.Cost{
		resource.RelationalDatabase:         api.CostOf[database.Database],
		resource.RelationalDatabaseSnapshot: api.CostOf[database.Snapshot],
	}
}

// targetIn opens the database that the action is on, which must be in one of the states to be changed. The
// changes that are over by now are part of it.
func targetIn(c *api.Call, verb string, states ...string) (*database.Database, error) {
	d, err := api.Target[database.Database](c)
	if err != nil {
		return nil, err
	}
	state := d.State(c.Now)
	if d.IsDeleted() {
		state = database.Deleting
	}
	if !slices.Contains(states, state) {
		return nil, api.WrongState(verb, "database", state)
	}
	if err := note(c, d); err != nil {
		return nil, err
	}
	d.Settle(c.Now)
	return d, nil
}

func lookupBlueprint(id string) (*catalogue.DatabaseBlueprint, error) {
	b, ok := catalogue.LookupDatabaseBlueprint(id)
	if !ok || !b.IsActive {
		return nil, api.InvalidParams(catalogue.MessageNoBlueprint, id)
	}
	return b, nil
}

// lookupBundle takes bundles of the earlier generation, too: new databases got them in 2023 (acceptance tests of
// a Terraform provider).
func lookupBundle(id string) (*catalogue.DatabaseBundle, error) {
	b, ok := catalogue.LookupDatabaseBundle(id)
	if !ok {
		return nil, api.InvalidParams(catalogue.MessageNoBundle, id)
	}
	return b, nil
}

func get(c *api.Call, _ *lightsail.GetRelationalDatabaseInput) (*lightsail.GetRelationalDatabaseOutput, error) {
	d, err := api.Show[database.Database, types.RelationalDatabase](c)
	return &lightsail.GetRelationalDatabaseOutput{RelationalDatabase: d}, err
}

func list(c *api.Call, in *lightsail.GetRelationalDatabasesInput) (*lightsail.GetRelationalDatabasesOutput, error) {
	all, next, err := api.List[database.Database, types.RelationalDatabase](c, in.PageToken)
	return &lightsail.GetRelationalDatabasesOutput{RelationalDatabases: all, NextPageToken: next}, err
}

package database

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func createSnapshot(c *api.Call, in *lightsail.CreateRelationalDatabaseSnapshotInput) (*lightsail.CreateRelationalDatabaseSnapshotOutput, error) {
	d, err := targetIn(c, "create a snapshot of", database.Available)
	if err != nil {
		return nil, err
	}
	if _, err := begin(c, d, database.BackUp); err != nil {
		return nil, err
	}
	snapshot, of, err := take(c, d, c.New(resource.RelationalDatabaseSnapshot, *in.RelationalDatabaseSnapshotName), database.ManualSnapshot)
	if err != nil {
		return nil, err
	}
	return &lightsail.CreateRelationalDatabaseSnapshotOutput{Operations: []types.Operation{*snapshot, *of}}, nil
}

// take stores a snapshot of a database, and records that for both.
func take(c *api.Call, d *database.Database, r *resource.Resource, event string) (snapshot, of *types.Operation, err error) {
	s := database.NewSnapshot(r, d, c.Now, c.Plan(database.SnapshotLifecycle, event))
	if err := c.Insert(s); err != nil {
		return nil, nil, err
	}
	snapshot, of = c.Started(r, s.Priv.Settled()), c.Started(d.Resource, s.Priv.Settled())
	api.EachNamesOther(snapshot, of)
	for _, op := range []*types.Operation{snapshot, of} {
		op.OperationType = types.OperationTypeCreateRelationalDatabaseSnapshot
	}
	return snapshot, of, nil
}

// takeMore is take for an action that creates a snapshot besides what it declares.
func takeMore(c *api.Call, d *database.Database, name, event string) (snapshot, of *types.Operation, err error) {
	if err := c.CheckFree([]string{name}); err != nil {
		return nil, nil, err
	}
	return take(c, d, c.NewResource(resource.RelationalDatabaseSnapshot, name), event)
}

func getSnapshot(c *api.Call, _ *lightsail.GetRelationalDatabaseSnapshotInput) (*lightsail.GetRelationalDatabaseSnapshotOutput, error) {
	s, err := api.Show[database.Snapshot, types.RelationalDatabaseSnapshot](c)
	return &lightsail.GetRelationalDatabaseSnapshotOutput{RelationalDatabaseSnapshot: s}, err
}

func listSnapshots(c *api.Call, in *lightsail.GetRelationalDatabaseSnapshotsInput) (*lightsail.GetRelationalDatabaseSnapshotsOutput, error) {
	all, next, err := api.List[database.Snapshot, types.RelationalDatabaseSnapshot](c, in.PageToken)
	return &lightsail.GetRelationalDatabaseSnapshotsOutput{RelationalDatabaseSnapshots: all, NextPageToken: next}, err
}

// deleteSnapshot deletes a snapshot. Databases that were made from it stay.
func deleteSnapshot(c *api.Call, _ *lightsail.DeleteRelationalDatabaseSnapshotInput) (*lightsail.DeleteRelationalDatabaseSnapshotOutput, error) {
	s, err := completeSnapshot(c, "delete")
	if err != nil {
		return nil, err
	}
	op, err := c.Delete(s.Resource)
	if err != nil {
		return nil, err
	}
	return &lightsail.DeleteRelationalDatabaseSnapshotOutput{Operations: []types.Operation{*op}}, nil
}

// completeSnapshot opens the snapshot that the call is on, which must be complete.
func completeSnapshot(c *api.Call, verb string) (*database.Snapshot, error) {
	s, err := api.Target[database.Snapshot](c)
	if err != nil {
		return nil, err
	}
	if state := s.State(c.Now); state != database.Available {
		return nil, api.WrongState(verb, "database snapshot", state)
	}
	return s, nil
}

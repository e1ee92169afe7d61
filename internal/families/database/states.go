package database

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
)

func start(c *api.Call, _ *lightsail.StartRelationalDatabaseInput) (*lightsail.StartRelationalDatabaseOutput, error) {
	d, err := targetIn(c, "start", database.Stopped)
	if err != nil {
		return nil, err
	}
	plan, err := begin(c, d, database.Start)
	return &lightsail.StartRelationalDatabaseOutput{Operations: []types.Operation{*c.Started(d.Resource, plan.End())}}, err
}

func reboot(c *api.Call, _ *lightsail.RebootRelationalDatabaseInput) (*lightsail.RebootRelationalDatabaseOutput, error) {
	d, err := targetIn(c, "reboot", database.Available)
	if err != nil {
		return nil, err
	}
	plan, err := begin(c, d, database.Reboot)
	if err != nil {
		return nil, err
	}
	op := c.Started(d.Resource, plan.End())
	op.OperationDetails = new("") // observed
	return &lightsail.RebootRelationalDatabaseOutput{Operations: []types.Operation{*op}}, nil
}

// stop stops a database for seven days at most: then it is started again.
func stop(c *api.Call, in *lightsail.StopRelationalDatabaseInput) (*lightsail.StopRelationalDatabaseOutput, error) {
	d, err := targetIn(c, "stop", database.Available)
	if err != nil {
		return nil, err
	}
	event := database.Stop
	if in.RelationalDatabaseSnapshotName != nil {
		event = database.StopAfterSnapshot
	}
	plan := c.Plan(database.Lifecycle, event)
	stopped := plan.End()
	restarts := stopped.Add(database.MaxStopped)
	for _, step := range c.Plan(database.Lifecycle, database.Start) {
		plan = plan.Then(restarts.Add(step.At.Sub(c.Now)), step.State)
	}
	if err := follow(c, d, plan, database.Happenings[event]); err != nil {
		return nil, err
	}
	ops := []types.Operation{*c.Started(d.Resource, stopped)}
	if in.RelationalDatabaseSnapshotName == nil {
		return &lightsail.StopRelationalDatabaseOutput{Operations: ops}, nil
	}
	first, second, err := takeMore(c, d, *in.RelationalDatabaseSnapshotName, database.ManualSnapshot)
	if err != nil {
		return nil, err
	}
	return &lightsail.StopRelationalDatabaseOutput{Operations: append(ops, *first, *second)}, nil
}

// remove deletes a database, with a last snapshot of it unless that is not wanted.
func remove(c *api.Call, in *lightsail.DeleteRelationalDatabaseInput) (*lightsail.DeleteRelationalDatabaseOutput, error) {
	states := []string{database.Available, database.Modifying}
	skip, name := aws.ToBool(in.SkipFinalSnapshot), in.FinalRelationalDatabaseSnapshotName
	switch {
	case skip && name != nil:
		return nil, api.InvalidParams("You can't specify finalRelationalDatabaseSnapshotName when skipFinalSnapshot is true.")
	case skip:
		states = append(states, database.Upgrading, database.Stopping, database.Stopped, database.Starting)
	case name == nil:
		name = new(finalName(c))
	}
	d, err := targetIn(c, "delete", states...)
	if err != nil {
		return nil, err
	}
	if _, err := begin(c, d, database.Delete); err != nil {
		return nil, err
	}
	if err := event(c, d, database.DeletionEvent, "Relational Database deleted"); err != nil {
		return nil, err
	}
	op, err := c.DeleteAt(d.Resource, c.After(database.Lifecycle[database.Delete][0].Takes))
	if err != nil {
		return nil, err
	}
	ops := []types.Operation{*op}
	if !skip {
		snapshot, of, err := takeMore(c, d, *name, database.FinalSnapshot)
		if err != nil {
			return nil, err
		}
		ops = append(ops, *of, *snapshot)
	}
	return &lightsail.DeleteRelationalDatabaseOutput{Operations: ops}, nil
}

// maxName is how long the name of a snapshot is at most (API reference).
const maxName = 255

// finalName is the name of the last snapshot of a database if the call gives none (observed).
func finalName(c *api.Call) string {
	name, suffix := c.Target().Name, "-FinalSnapshot-"+strconv.FormatInt(c.Now.UnixMilli(), 10)
	return name[:min(len(name), maxName-len(suffix))] + suffix
}

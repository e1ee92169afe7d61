package database_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
)

func (l *lab) stop(snapshot *string) []types.Operation {
	l.T.Helper()
	return do(l, l.StopRelationalDatabase, &lightsail.StopRelationalDatabaseInput{RelationalDatabaseName: new("shop"), RelationalDatabaseSnapshotName: snapshot}).Operations
}

// passThrough passes the states of an event, with a restart in each.
func (l *lab) passThrough(event string) {
	l.T.Helper()
	for _, phase := range database.Lifecycle[event] {
		l.Server.Restart(l.T)
		l.wantState("shop", phase.State)
		l.Pass(phase.Takes)
	}
}

func TestStopRelationalDatabase_andStart(t *testing.T) {
	l := newLab(t)
	address := l.create(input("shop")).MasterEndpoint.Address
	stop := l.stop(nil)
	l.WantOperations(stop, "StopRelationalDatabase RelationalDatabase shop - Started")
	l.passThrough(database.Stop)
	l.Pass(time.Hour)
	got := l.get("shop")
	if *got.MasterEndpoint.Address != *address || !got.LatestRestorableTime.Before(l.Now().Add(-time.Hour)) {
		t.Errorf("stopped for an hour: endpoint %s, latest restorable time %s at %s", *got.MasterEndpoint.Address, got.LatestRestorableTime, l.Now())
	}
	start := do(l, l.StartRelationalDatabase, &lightsail.StartRelationalDatabaseInput{RelationalDatabaseName: new("shop")}).Operations
	l.WantOperations(start, "StartRelationalDatabase RelationalDatabase shop - Started")
	l.WantSucceeds(start[0], takes(database.Start))
	l.wantState("shop", database.Available)
	l.Pass(30 * 24 * time.Hour)
	l.wantState("shop", database.Available)
}

// TestStopRelationalDatabase_sevenDays waits until the database is started again.
func TestStopRelationalDatabase_sevenDays(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	l.stop(nil)
	l.Pass(takes(database.Stop) + database.MaxStopped - time.Millisecond)
	l.wantState("shop", database.Stopped)
	l.Server.Restart(t)
	l.Pass(time.Millisecond)
	l.passThrough(database.Start)
}

func TestStopRelationalDatabase_withASnapshot(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	ops := l.stop(new("before"))
	l.WantOperations(ops, "StopRelationalDatabase RelationalDatabase shop - Started",
		"CreateRelationalDatabaseSnapshot RelationalDatabaseSnapshot before shop Started", "CreateRelationalDatabaseSnapshot RelationalDatabase shop before Started")
	l.passThrough(database.StopAfterSnapshot)
	if got := l.snapshot("before"); *got.State != database.Available {
		t.Errorf("the snapshot is %s", *got.State)
	}
	l2 := newLab(t)
	l2.create(input("shop"))
	familytest.WantInvalid(t, fails(l2, l2.StopRelationalDatabase, &lightsail.StopRelationalDatabaseInput{
		RelationalDatabaseName: new("shop"), RelationalDatabaseSnapshotName: new("shop"),
	}), "NameExists", "Some names are already in use: shop")
	l2.wantState("shop", database.Available)
}

func TestRebootRelationalDatabase(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	ops := do(l, l.RebootRelationalDatabase, &lightsail.RebootRelationalDatabaseInput{RelationalDatabaseName: new("shop")}).Operations
	l.WantOperations(ops, "RebootRelationalDatabase RelationalDatabase shop  Started")
	l.WantSucceeds(ops[0], takes(database.Reboot))
	l.wantState("shop", database.Available)
}

// remove deletes database shop.
func (l *lab) remove(skip *bool, snapshot *string) ([]types.Operation, error) {
	out, err := l.DeleteRelationalDatabase(l.T.Context(), &lightsail.DeleteRelationalDatabaseInput{
		RelationalDatabaseName: new("shop"), SkipFinalSnapshot: skip, FinalRelationalDatabaseSnapshotName: snapshot,
	})
	if err != nil {
		return nil, err
	}
	return out.Operations, nil
}

func TestDeleteRelationalDatabase_withoutSnapshot(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	ops, err := l.remove(new(true), nil)
	familytest.NoError(t, err)
	l.WantOperations(ops, "DeleteRelationalDatabase RelationalDatabase shop - Started")
	l.Server.Restart(t)
	l.wantState("shop", database.Deleting)
	_, err = l.remove(new(true), nil)
	familytest.WantFailed(t, err, "You can't delete this database right now. The state of this database is: deleting")
	l.WantSucceeds(ops[0], takes(database.Delete))
	familytest.WantNotFound(t, fails(l, l.GetRelationalDatabase, &lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: new("shop")}),
		"The RelationalDatabase does not exist: shop")
	do(l, l.CreateRelationalDatabase, input("shop")) // the name is free
}

// TestDeleteRelationalDatabase_finalSnapshot deletes the snapshot as soon as the database is gone, as Terraform providers do.
func TestDeleteRelationalDatabase_finalSnapshot(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	ops, err := l.remove(nil, new("last"))
	familytest.NoError(t, err)
	l.WantOperations(ops, "DeleteRelationalDatabase RelationalDatabase shop - Started",
		"CreateRelationalDatabaseSnapshot RelationalDatabase shop last Started", "CreateRelationalDatabaseSnapshot RelationalDatabaseSnapshot last shop Started")
	drop := &lightsail.DeleteRelationalDatabaseSnapshotInput{RelationalDatabaseSnapshotName: new("last")}
	familytest.WantFailed(t, fails(l, l.DeleteRelationalDatabaseSnapshot, drop),
		"You can't delete this database snapshot right now. The state of this database snapshot is: creating")
	l.WantSucceeds(ops[0], takes(database.Delete))
	l.Server.Restart(t)
	if got := l.snapshot("last"); *got.FromRelationalDatabaseName != "shop" || *got.State != database.Available {
		t.Errorf("the snapshot is %s, of %s", *got.State, *got.FromRelationalDatabaseName)
	}
	l.WantOperations(do(l, l.DeleteRelationalDatabaseSnapshot, drop).Operations, "DeleteRelationalDatabaseSnapshot RelationalDatabaseSnapshot last - Succeeded")
}

func TestDeleteRelationalDatabase_nameOfTheFinalSnapshot(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	_, err := l.remove(new(true), new("last"))
	wantInvalid(t, err, "You can't specify finalRelationalDatabaseSnapshotName when skipFinalSnapshot is true.")
	_, err = l.remove(new(false), new("shop"))
	familytest.WantInvalid(t, err, "NameExists", "Some names are already in use: shop")
	ops, err := l.remove(nil, nil)
	familytest.NoError(t, err)
	name := fmt.Sprint("shop-FinalSnapshot-", l.Now().UnixMilli())
	if *ops[2].ResourceName != name {
		t.Errorf("the snapshot has the name %s, want %s", *ops[2].ResourceName, name)
	}
	l.Pass(takes(database.Delete))
	l.snapshot(name)
}

// TestRelationalDatabase_statesOfActions asks in each state for the actions that are refused in it.
func TestRelationalDatabase_statesOfActions(t *testing.T) {
	actions := map[string]struct {
		call   func(*lab) error
		states []string
	}{
		"start": {func(l *lab) error {
			_, err := l.StartRelationalDatabase(l.T.Context(), &lightsail.StartRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
			return err
		}, []string{database.Stopped}},
		"stop": {func(l *lab) error {
			_, err := l.StopRelationalDatabase(l.T.Context(), &lightsail.StopRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
			return err
		}, []string{database.Available}},
		"reboot": {func(l *lab) error {
			_, err := l.RebootRelationalDatabase(l.T.Context(), &lightsail.RebootRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
			return err
		}, []string{database.Available}},
		"update": {func(l *lab) error {
			_, err := l.UpdateRelationalDatabase(l.T.Context(), &lightsail.UpdateRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
			return err
		}, []string{database.Available}},
		"create a snapshot of": {func(l *lab) error {
			_, err := l.CreateRelationalDatabaseSnapshot(l.T.Context(), &lightsail.CreateRelationalDatabaseSnapshotInput{
				RelationalDatabaseName: new("shop"), RelationalDatabaseSnapshotName: new("snap"),
			})
			return err
		}, []string{database.Available}},
		"delete": {func(l *lab) error {
			_, err := l.remove(new(true), nil)
			return err
		}, []string{database.Available, database.Modifying, database.Upgrading, database.Stopping, database.Stopped, database.Starting}},
	}
	prepared := map[string]func(*lab){
		database.Creating:  func(*lab) {},
		database.Modifying: func(l *lab) { l.Pass(database.Lifecycle[database.Create][0].Takes) },
		database.BackingUp: func(l *lab) { l.Pass(takes(database.Create) - time.Millisecond) },
		database.Available: func(l *lab) { l.Pass(takes(database.Create)) },
		database.Stopping:  func(l *lab) { l.Pass(takes(database.Create)); l.stop(nil) },
		database.Stopped:   func(l *lab) { l.Pass(takes(database.Create)); l.stop(nil); l.Pass(takes(database.Stop)) },
		database.Starting: func(l *lab) {
			l.Pass(takes(database.Create))
			l.stop(nil)
			l.Pass(takes(database.Stop) + database.MaxStopped)
		},
		database.Upgrading: func(l *lab) {
			l.Pass(takes(database.Create))
			l.update(func(in *lightsail.UpdateRelationalDatabaseInput) {
				in.RelationalDatabaseBlueprintId, in.ApplyImmediately = new("mysql_8_4"), new(true)
			})
		},
		database.Rebooting: func(l *lab) {
			l.Pass(takes(database.Create))
			do(l, l.RebootRelationalDatabase, &lightsail.RebootRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
		},
	}
	for state, prepare := range prepared {
		l := newLab(t)
		do(l, l.CreateRelationalDatabase, input("shop"))
		prepare(l)
		l.wantState("shop", state)
		for verb, action := range actions {
			if !slices.Contains(action.states, state) {
				familytest.WantFailed(t, action.call(l), fmt.Sprintf("You can't %s this database right now. The state of this database is: %s", verb, state))
			}
		}
		if remove := actions["delete"]; slices.Contains(remove.states, state) {
			familytest.NoError(t, remove.call(l))
		}
	}
}

package database_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
)

// TestDeleteRelationalDatabase_clockPutBack takes no change of a database that will be gone, whatever state it is in.
func TestDeleteRelationalDatabase_clockPutBack(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	l.Pass(time.Minute)
	_, err := l.remove(new(true), nil)
	familytest.NoError(t, err)
	l.Pass(-time.Second)
	l.wantState("shop", database.Available)
	familytest.WantFailed(t, fails(l, l.StopRelationalDatabase, &lightsail.StopRelationalDatabaseInput{RelationalDatabaseName: new("shop")}),
		"You can't stop this database right now. The state of this database is: deleting")
	l.Pass(time.Second + takes(database.Delete))
	familytest.WantNotFound(t, fails(l, l.GetRelationalDatabase, &lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: new("shop")}),
		"The RelationalDatabase does not exist: shop")
}

// TestUpdateRelationalDatabase_clockPutBack keeps the current password: the pending one that lies ahead is replaced.
func TestUpdateRelationalDatabase_clockPutBack(t *testing.T) {
	l := newLab(t)
	in := input("shop")
	in.MasterUserPassword = new("first-password")
	l.create(in)
	l.Pass(time.Hour)
	l.update(func(in *lightsail.UpdateRelationalDatabaseInput) { in.MasterUserPassword = new("second-password") })
	l.Pass(-time.Minute)
	l.wantState("shop", database.Available)
	l.update(func(in *lightsail.UpdateRelationalDatabaseInput) { in.MasterUserPassword = new("third-password") })
	l.wantPasswords("first-password", "", "third-password")
	l.Pass(time.Hour)
	l.wantPasswords("third-password", "first-password", "")
}

// TestGetRelationalDatabaseEvents_clockPutBack has the events of each backup once, whenever the database was changed
// meanwhile.
func TestGetRelationalDatabaseEvents_clockPutBack(t *testing.T) {
	const day = 24 * time.Hour
	l := newLab(t)
	l.create(input("shop"))
	changed := func(after time.Duration) {
		l.Pass(after)
		l.update(func(*lightsail.UpdateRelationalDatabaseInput) {})
	}
	want := func(backups int, more ...string) {
		t.Helper()
		for range backups {
			more = append(more, "backup: Backing up Relational Database", "backup: Finished Relational Database backup")
		}
		if diff := cmp.Diff(more, l.events("shop")); diff != "" {
			t.Errorf("at %s the events are (-want +got):\n%s", l.Now(), diff)
		}
	}
	changed(5 * day)
	changed(-3 * day)
	changed(3 * day)
	want(6, "creation: Relational Database created")
	changed(1000 * day) // which removes all that is older
	changed(-1000 * day)
	changed(2 * day)
	want(2)
}

// TestRebootRelationalDatabase_clockPutBack forgets all that lies ahead, however much it is.
func TestRebootRelationalDatabase_clockPutBack(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	before := l.events("shop")
	l.Pass(time.Hour)
	for n := range 110 {
		do(l, l.UpdateRelationalDatabaseParameters, &lightsail.UpdateRelationalDatabaseParametersInput{
			RelationalDatabaseName: new("shop"), Parameters: []types.RelationalDatabaseParameter{{
				ParameterName: new("max_connections"), ParameterValue: new(strconv.Itoa(100 + n)), ApplyMethod: new("pending-reboot"),
			}},
		})
	}
	l.Pass(-time.Minute)
	do(l, l.RebootRelationalDatabase, &lightsail.RebootRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
	l.Pass(time.Hour)
	want := append(before, "availability: Relational Database shutdown", "availability: Relational Database restarted")
	if diff := cmp.Diff(want, l.events("shop")); diff != "" {
		t.Errorf("the events are (-want +got):\n%s", diff)
	}
}

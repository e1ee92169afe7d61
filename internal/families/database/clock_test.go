package database_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

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

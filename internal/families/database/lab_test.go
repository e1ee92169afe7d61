package database_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// lab is a server with a clock of its own, and what tests do with its databases.
type lab struct{ *familytest.Lab }

func newLab(t *testing.T) *lab {
	t.Helper()
	return &lab{familytest.NewLab(t, lanyardtest.Options{AccountID: "111122223333"})}
}

// takes is how long an event of the lifecycle takes.
func takes(event string) (all time.Duration) {
	for _, phase := range database.Lifecycle[event] {
		all += phase.Takes
	}
	return all
}

// input is that of a small MySQL database.
func input(name string) *lightsail.CreateRelationalDatabaseInput {
	return &lightsail.CreateRelationalDatabaseInput{
		RelationalDatabaseName: &name, RelationalDatabaseBlueprintId: new("mysql_8_0"), RelationalDatabaseBundleId: new("micro_2_0"),
		MasterDatabaseName: new("main"), MasterUsername: new("chief"),
		PreferredBackupWindow: new("20:00-20:30"), PreferredMaintenanceWindow: new("thu:22:00-thu:22:30"),
	}
}

// create makes a database and waits until it is available.
func (l *lab) create(in *lightsail.CreateRelationalDatabaseInput) *types.RelationalDatabase {
	l.T.Helper()
	do(l, l.CreateRelationalDatabase, in)
	l.Pass(takes(database.Create))
	return l.get(*in.RelationalDatabaseName)
}

func (l *lab) get(name string) *types.RelationalDatabase {
	l.T.Helper()
	return do(l, l.GetRelationalDatabase, &lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: &name}).RelationalDatabase
}

func (l *lab) wantState(name, want string) {
	l.T.Helper()
	if got := *l.get(name).State; got != want {
		l.T.Errorf("%s after the start, database %s is %s, want %s", l.Now().Sub(familytest.Start), name, got, want)
	}
}

// do makes a call that must succeed.
func do[I, O any](l *lab, call familytest.Call[I, O], in *I) *O {
	l.T.Helper()
	return familytest.Do(l.T, call, in)
}

// fails makes a call and returns its error.
func fails[I, O any](l *lab, call familytest.Call[I, O], in *I) error {
	l.T.Helper()
	_, err := call(l.T.Context(), in)
	if _, ok := errors.AsType[smithy.APIError](err); !ok {
		l.T.Errorf("error = %v, want one of the API", err)
	}
	return err
}

// wantInvalid checks for an InvalidInputException about a bad value.
func wantInvalid(t *testing.T, err error, message string) {
	t.Helper()
	familytest.WantInvalid(t, err, "InvalidParams", message)
}

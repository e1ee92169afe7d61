package database_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// TestStartRelationalDatabase_takesBackTheStartAhead has no event of a start that did not come about.
func TestStartRelationalDatabase_takesBackTheStartAhead(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	l.stop(nil)
	l.Pass(takes(database.Stop))
	do(l, l.StartRelationalDatabase, &lightsail.StartRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
	l.Pass(10 * 24 * time.Hour)
	events := l.events("shop")
	if slices.ContainsFunc(events, func(e string) bool { return strings.Contains(e, "maximum allowed time") }) ||
		!slices.Contains(events, "notification: Relational Database started") {
		t.Errorf("events of a database that was started: %q", events)
	}
}

// TestGetRelationalDatabaseEvents_dailyBackups has two events of a backup in the window of each day, in pages, too. What is
// changed leaves those that have been.
func TestGetRelationalDatabaseEvents_dailyBackups(t *testing.T) {
	l := &lab{familytest.NewLab(t, lanyardtest.Options{PageSize: 2})}
	l.create(input("shop"))
	const begin, end = "backup: Backing up Relational Database", "backup: Finished Relational Database backup"
	want := []string{"creation: Relational Database created", begin, end}
	check := func(backups int, more ...string) {
		t.Helper()
		all := slices.Clone(want)
		for range backups {
			all = append(all, begin, end)
		}
		want = append(all, more...)
		if diff := cmp.Diff(want, l.events("shop")); diff != "" {
			t.Errorf("at %s the events are (-want +got):\n%s", l.Now(), diff)
		}
	}
	l.Pass(3 * 24 * time.Hour)
	check(3)
	l.update(func(in *lightsail.UpdateRelationalDatabaseInput) {
		in.PreferredBackupWindow, in.DisableBackupRetention, in.ApplyImmediately = new("05:00-05:30"), new(true), new(true)
	})
	l.Pass(changeTakes(database.Modify))
	l.Server.Restart(t)
	check(0, "configuration change: Disabled automatic backups")
	l.Pass(2 * 24 * time.Hour)
	check(0)
	l.update(func(in *lightsail.UpdateRelationalDatabaseInput) {
		in.EnableBackupRetention, in.ApplyImmediately = new(true), new(true)
	})
	l.Pass(changeTakes(database.Modify))
	check(0, "configuration change: Enabled automatic backups")
	l.Pass(24 * time.Hour)
	check(1)
	l.stop(nil)
	l.Pass(2 * 24 * time.Hour)
	check(0, "notification: Relational Database stopped")
}

// TestUpdateRelationalDatabase_duringABackup moves the window of a backup that has begun: it ends all the same.
func TestUpdateRelationalDatabase_duringABackup(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	want := append(l.events("shop"), "backup: Backing up Relational Database")
	for len(l.events("shop")) < len(want) {
		l.Pass(time.Minute)
	}
	l.update(func(in *lightsail.UpdateRelationalDatabaseInput) { in.PreferredBackupWindow = new("05:00-05:30") })
	if diff := cmp.Diff(want, l.events("shop")); diff != "" {
		t.Errorf("during the backup the events are (-want +got):\n%s", diff)
	}
	l.Pass(5 * time.Minute)
	want = append(want, "backup: Finished Relational Database backup")
	if diff := cmp.Diff(want, l.events("shop")); diff != "" {
		t.Errorf("after the backup the events are (-want +got):\n%s", diff)
	}
}

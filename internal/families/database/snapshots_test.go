package database_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
)

func (l *lab) snapshot(name string) *types.RelationalDatabaseSnapshot {
	l.T.Helper()
	return do(l, l.GetRelationalDatabaseSnapshot, &lightsail.GetRelationalDatabaseSnapshotInput{RelationalDatabaseSnapshotName: &name}).RelationalDatabaseSnapshot
}

// take makes a snapshot of database shop and waits until it is available.
func (l *lab) take(name string) {
	l.T.Helper()
	do(l, l.CreateRelationalDatabaseSnapshot, &lightsail.CreateRelationalDatabaseSnapshotInput{
		RelationalDatabaseName: new("shop"), RelationalDatabaseSnapshotName: &name,
	})
	l.Pass(takes(database.BackUp))
}

func TestCreateRelationalDatabaseSnapshot(t *testing.T) {
	l := newLab(t)
	of := l.create(input("shop"))
	tags := []types.Tag{{Key: new("test")}}
	ops := do(l, l.CreateRelationalDatabaseSnapshot, &lightsail.CreateRelationalDatabaseSnapshotInput{
		RelationalDatabaseName: new("shop"), RelationalDatabaseSnapshotName: new("snap"), Tags: tags,
	}).Operations
	l.WantOperations(ops, "CreateRelationalDatabaseSnapshot RelationalDatabaseSnapshot snap shop Started",
		"CreateRelationalDatabaseSnapshot RelationalDatabase shop snap Started")
	got := l.snapshot("snap")
	now := l.Now()
	want := &types.RelationalDatabaseSnapshot{
		Arn: got.Arn, Name: new("snap"), SupportCode: got.SupportCode, CreatedAt: &now, ResourceType: types.ResourceTypeRelationalDatabaseSnapshot,
		Location: &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: "us-east-1"}, Tags: tags, State: new("creating"),
		Engine: new("mysql"), EngineVersion: of.EngineVersion, SizeInGb: new(int32(40)), FromRelationalDatabaseName: new("shop"),
		FromRelationalDatabaseArn: of.Arn, FromRelationalDatabaseBundleId: new("micro_2_0"), FromRelationalDatabaseBlueprintId: new("mysql_8_0"),
	}
	if diff := cmp.Diff(want, got, familytest.Plain); diff != "" {
		t.Errorf("the snapshot (-want +got):\n%s", diff)
	}
	l.passThrough(database.BackUp)
	if state := *l.snapshot("snap").State; state != database.Available {
		t.Errorf("the snapshot is %s", state)
	}
	familytest.WantNotFound(t, fails(l, l.GetRelationalDatabaseSnapshot, &lightsail.GetRelationalDatabaseSnapshotInput{RelationalDatabaseSnapshotName: new("none")}),
		"The RelationalDatabaseSnapshot does not exist: none")
}

// restore makes database "copy" of a snapshot, and shows it when it is available.
func (l *lab) restore(change func(*lightsail.CreateRelationalDatabaseFromSnapshotInput)) *types.RelationalDatabase {
	l.T.Helper()
	in := &lightsail.CreateRelationalDatabaseFromSnapshotInput{RelationalDatabaseName: new("copy")}
	change(in)
	ops := do(l, l.CreateRelationalDatabaseFromSnapshot, in).Operations
	l.WantOperations(ops, "CreateRelationalDatabaseFromSnapshot RelationalDatabase copy - Started")
	l.WantSucceeds(ops[0], takes(database.Restore))
	return l.get("copy")
}

// TestCreateRelationalDatabaseFromSnapshot_ofASnapshot has a larger plan with high availability, a password of its own, and no
// tags of the source.
func TestCreateRelationalDatabaseFromSnapshot_ofASnapshot(t *testing.T) {
	l := newLab(t)
	in := input("shop")
	in.MasterUserPassword, in.Tags, in.PubliclyAccessible = new("the-password"), []types.Tag{familytest.Tag("team", "web")}, new(true)
	from := l.create(in)
	l.take("snap")
	_, err := l.remove(new(true), nil)
	familytest.NoError(t, err)
	l.Pass(takes(database.Delete)) // a snapshot outlives its database
	got := l.restore(func(in *lightsail.CreateRelationalDatabaseFromSnapshotInput) {
		in.RelationalDatabaseSnapshotName, in.RelationalDatabaseBundleId = new("snap"), new("small_ha_2_0")
	})
	if *got.MasterDatabaseName != "main" || *got.MasterUsername != "chief" || *got.RelationalDatabaseBlueprintId != "mysql_8_0" || *got.EngineVersion != *from.EngineVersion {
		t.Errorf("the copy is %+v, want the content of %+v", got, from)
	}
	if *got.PubliclyAccessible || len(got.Tags) > 0 || *got.MasterEndpoint.Address == *from.MasterEndpoint.Address || *got.RelationalDatabaseBundleId != "small_ha_2_0" {
		t.Errorf("the copy is %+v, want private, without tags, with an endpoint and a bundle of its own", got)
	}
	if got.SecondaryAvailabilityZone == nil || *got.SecondaryAvailabilityZone == *got.Location.AvailabilityZone {
		t.Errorf("the copy is in zone %s with a standby in %v", *got.Location.AvailabilityZone, got.SecondaryAvailabilityZone)
	}
	password := do(l, l.GetRelationalDatabaseMasterUserPassword, &lightsail.GetRelationalDatabaseMasterUserPasswordInput{RelationalDatabaseName: new("copy")})
	if *password.MasterUserPassword == "the-password" || len(*password.MasterUserPassword) != 32 {
		t.Errorf("the copy has the password %q, want a new one", *password.MasterUserPassword)
	}
}

// TestCreateRelationalDatabaseFromSnapshot_toAPointInTime restores to the latest point, and to others at the bounds.
func TestCreateRelationalDatabaseFromSnapshot_toAPointInTime(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	first := l.Now()
	l.Pass(time.Hour)
	source := func(at *time.Time, latest *bool) func(*lightsail.CreateRelationalDatabaseFromSnapshotInput) {
		return func(in *lightsail.CreateRelationalDatabaseFromSnapshotInput) {
			in.SourceRelationalDatabaseName, in.RestoreTime, in.UseLatestRestorableTime = new("shop"), at, latest
		}
	}
	if got := l.restore(source(nil, new(true))); *got.RelationalDatabaseBundleId != "micro_2_0" {
		t.Errorf("the bundle is %s, want that of the source", *got.RelationalDatabaseBundleId)
	}
	for name, tc := range map[string]struct {
		at *time.Time
		ok bool
	}{
		"first":      {&first, true},
		"too early":  {new(first.Add(-time.Second)), false},
		"latest":     {l.get("shop").LatestRestorableTime, true},
		"too late":   {new(l.get("shop").LatestRestorableTime.Add(time.Second)), false},
		"in between": {new(first.Add(time.Minute)), true},
	} {
		in := &lightsail.CreateRelationalDatabaseFromSnapshotInput{RelationalDatabaseName: new("db-" + name[:2] + name[len(name)-2:])}
		source(tc.at, nil)(in)
		if _, err := l.CreateRelationalDatabaseFromSnapshot(t.Context(), in); (err == nil) != tc.ok {
			t.Errorf("restore to the point %q: %v, want success %t", name, err, tc.ok)
		}
	}
	l.update(func(in *lightsail.UpdateRelationalDatabaseInput) {
		in.DisableBackupRetention, in.ApplyImmediately = new(true), new(true)
	})
	l.Pass(changeTakes(database.Modify))
	in := &lightsail.CreateRelationalDatabaseFromSnapshotInput{RelationalDatabaseName: new("none")}
	source(nil, new(true))(in)
	wantInvalid(t, fails(l, l.CreateRelationalDatabaseFromSnapshot, in), "The database shop has no automated backup to restore from.")
}

func TestCreateRelationalDatabaseFromSnapshot_refusals(t *testing.T) {
	l := newLab(t)
	in := input("shop")
	in.RelationalDatabaseBundleId = new("small_2_0")
	l.create(in)
	l.take("snap")
	for want, change := range map[string]func(*lightsail.CreateRelationalDatabaseFromSnapshotInput){
		"These parameters are required: relationalDatabaseSnapshotName or sourceRelationalDatabaseName": func(*lightsail.CreateRelationalDatabaseFromSnapshotInput) {},
		"You must specify either relationalDatabaseSnapshotName or sourceRelationalDatabaseName, not both.": func(in *lightsail.CreateRelationalDatabaseFromSnapshotInput) {
			in.RelationalDatabaseSnapshotName, in.SourceRelationalDatabaseName = new("snap"), new("shop")
		},
		"You must specify restoreTime and useLatestRestorableTime only with sourceRelationalDatabaseName.": func(in *lightsail.CreateRelationalDatabaseFromSnapshotInput) {
			in.RelationalDatabaseSnapshotName, in.UseLatestRestorableTime = new("snap"), new(true)
		},
		"These parameters are required: restoreTime or useLatestRestorableTime": func(in *lightsail.CreateRelationalDatabaseFromSnapshotInput) {
			in.SourceRelationalDatabaseName = new("shop")
		},
		"You must specify either restoreTime or useLatestRestorableTime, not both.": func(in *lightsail.CreateRelationalDatabaseFromSnapshotInput) {
			in.SourceRelationalDatabaseName, in.UseLatestRestorableTime, in.RestoreTime = new("shop"), new(true), new(l.Now())
		},
		"The bundle micro_2_0 is smaller than the bundle small_2_0 of the source database.": func(in *lightsail.CreateRelationalDatabaseFromSnapshotInput) {
			in.RelationalDatabaseSnapshotName, in.RelationalDatabaseBundleId = new("snap"), new("micro_2_0")
		},
		"The specified bundle does not exist in this region: nano_9_0": func(in *lightsail.CreateRelationalDatabaseFromSnapshotInput) {
			in.RelationalDatabaseSnapshotName, in.RelationalDatabaseBundleId = new("snap"), new("nano_9_0")
		},
	} {
		in := &lightsail.CreateRelationalDatabaseFromSnapshotInput{RelationalDatabaseName: new("copy")}
		change(in)
		wantInvalid(t, fails(l, l.CreateRelationalDatabaseFromSnapshot, in), want)
	}
	do(l, l.CreateRelationalDatabaseSnapshot, &lightsail.CreateRelationalDatabaseSnapshotInput{RelationalDatabaseName: new("shop"), RelationalDatabaseSnapshotName: new("new")})
	familytest.WantFailed(t, fails(l, l.CreateRelationalDatabaseFromSnapshot, &lightsail.CreateRelationalDatabaseFromSnapshotInput{
		RelationalDatabaseName: new("copy"), RelationalDatabaseSnapshotName: new("new"),
	}), "You can't use this database snapshot right now. The state of this database snapshot is: creating")
}

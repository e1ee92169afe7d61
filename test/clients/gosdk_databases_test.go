//go:build clients

package clients

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// onDatabase is the record of an operation on a database in the region's first zone.
func (u *user) onDatabase(action, name string, details ...string) record {
	return withDetails(record{action: action, kind: types.ResourceTypeRelationalDatabase, name: name, zone: u.zone()}, details)
}

func onDatabaseSnapshot(action, name string, details ...string) record {
	return withDetails(record{action: action, kind: types.ResourceTypeRelationalDatabaseSnapshot, name: name}, details)
}

func (u *user) database(name string) *types.RelationalDatabase {
	u.t.Helper()
	return do(u, u.GetRelationalDatabase, &lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: &name}).RelationalDatabase
}

func (u *user) awaitDatabase(name, state string) *types.RelationalDatabase {
	u.t.Helper()
	return poll(u, func() *types.RelationalDatabase { return u.database(name) }, func(d *types.RelationalDatabase) bool { return *d.State == state })
}

func (u *user) password(name string, version types.RelationalDatabasePasswordVersion) string {
	u.t.Helper()
	return *do(u, u.GetRelationalDatabaseMasterUserPassword, &lightsail.GetRelationalDatabaseMasterUserPasswordInput{
		RelationalDatabaseName: &name, PasswordVersion: version,
	}).MasterUserPassword
}

func (u *user) databaseInput(name string) *lightsail.CreateRelationalDatabaseInput {
	return &lightsail.CreateRelationalDatabaseInput{
		RelationalDatabaseName: &name, AvailabilityZone: new(u.zone()), RelationalDatabaseBlueprintId: new("mysql_8_0"),
		RelationalDatabaseBundleId: new("micro_2_0"), MasterDatabaseName: new("shop"), MasterUsername: new("chief"),
		PreferredBackupWindow: new("05:00-05:30"), PreferredMaintenanceWindow: new("Tue:09:00-Tue:09:30"), Tags: []types.Tag{tag("team", "web")},
	}
}

// wantDatabase is what the API shows of a new database that is available.
func (u *user) wantDatabase(got *types.RelationalDatabase) {
	u.t.Helper()
	want := &types.RelationalDatabase{
		Name: new("db"), ResourceType: types.ResourceTypeRelationalDatabase, State: new("available"), Engine: new("mysql"),
		Location:                  &types.ResourceLocation{AvailabilityZone: new(u.zone()), RegionName: types.RegionName(u.region)},
		PendingMaintenanceActions: []types.PendingMaintenanceAction{}, PendingModifiedValues: &types.PendingModifiedRelationalDatabaseValues{},
		Hardware:                      &types.RelationalDatabaseHardware{CpuCount: new(int32(2)), DiskSizeInGb: new(int32(40)), RamSizeInGb: new(float32(1))},
		RelationalDatabaseBlueprintId: new("mysql_8_0"), RelationalDatabaseBundleId: new("micro_2_0"), MasterDatabaseName: new("shop"),
		MasterUsername: new("chief"), PreferredBackupWindow: new("05:00-05:30"), PreferredMaintenanceWindow: new("tue:09:00-tue:09:30"),
		BackupRetentionEnabled: new(true), PubliclyAccessible: new(false), ParameterApplyStatus: new("in-sync"),
		CaCertificateIdentifier: new("rds-ca-rsa2048-g1"), Tags: []types.Tag{tag("team", "web")},
	}
	drawn := cmpopts.IgnoreFields(types.RelationalDatabase{}, "Arn", "CreatedAt", "SupportCode", "EngineVersion", "MasterEndpoint", "LatestRestorableTime")
	if diff := cmp.Diff(want, got, ignoreUnexported, drawn); diff != "" {
		u.t.Errorf("database: -want +got\n%s", diff)
	}
	_, id, _ := strings.Cut(*got.SupportCode, "/")
	if *got.MasterEndpoint.Port != 3306 || !strings.HasPrefix(*got.MasterEndpoint.Address, id+".") || !strings.HasPrefix(*got.EngineVersion, "8.0.") {
		u.t.Errorf("MySQL %s at %s:%d, with the support code %s", *got.EngineVersion, *got.MasterEndpoint.Address, *got.MasterEndpoint.Port, *got.SupportCode)
	}
}

// testDatabases goes through a database's life.
func testDatabases(t *testing.T, c *lightsail.Client) {
	u, name := newUser(t, c), new("db")
	refused(u, u.GetRelationalDatabase, &lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: name}, missing("The RelationalDatabase does not exist: db"))
	created := do(u, u.CreateRelationalDatabase, u.databaseInput(*name))
	u.wantStarted(created.Operations, u.onDatabase("CreateRelationalDatabase", *name))
	if state := *u.database(*name).State; !slices.Contains([]string{"modifying", "backing-up", "available"}, state) {
		t.Errorf("the operation has ended, and the database is %s", state)
	}
	u.wantDatabase(u.awaitDatabase(*name, "available"))
	refused(u, u.CreateRelationalDatabase, u.databaseInput(*name), invalid("NameExists", "Some names are already in use: db"))

	first := u.password(*name, "")
	if len(first) != 32 {
		t.Errorf("a generated password of %d characters, want 32", len(first))
	}
	update := &lightsail.UpdateRelationalDatabaseInput{RelationalDatabaseName: name, MasterUserPassword: new("correct-horse"), PubliclyAccessible: new(true)}
	u.wantDone(do(u, u.UpdateRelationalDatabase, update).Operations, u.onDatabase("UpdateRelationalDatabase", *name))
	poll(u, func() string { return u.password(*name, "CURRENT") }, func(p string) bool { return p == "correct-horse" })
	if former := u.password(*name, "PREVIOUS"); former != first {
		t.Error("the previous password is not the first one")
	}
	if d := u.awaitDatabase(*name, "available"); !*d.PubliclyAccessible {
		t.Error("the database is not publicly accessible after that was set")
	}

	u.wantStarted(do(u, u.RebootRelationalDatabase, &lightsail.RebootRelationalDatabaseInput{RelationalDatabaseName: name}).Operations,
		u.onDatabase("RebootRelationalDatabase", *name, ""))
	u.wantStarted(do(u, u.StopRelationalDatabase, &lightsail.StopRelationalDatabaseInput{RelationalDatabaseName: name}).Operations,
		u.onDatabase("StopRelationalDatabase", *name))
	refused(u, u.RebootRelationalDatabase, &lightsail.RebootRelationalDatabaseInput{RelationalDatabaseName: name},
		notNow("You can't reboot this database right now. The state of this database is: stopped"))
	u.wantStarted(do(u, u.StartRelationalDatabase, &lightsail.StartRelationalDatabaseInput{RelationalDatabaseName: name}).Operations,
		u.onDatabase("StartRelationalDatabase", *name))
	u.wantStarted(do(u, u.DeleteRelationalDatabase, &lightsail.DeleteRelationalDatabaseInput{RelationalDatabaseName: name, SkipFinalSnapshot: new(true)}).Operations,
		u.onDatabase("DeleteRelationalDatabase", *name))
	if list := do(u, u.GetRelationalDatabases, &lightsail.GetRelationalDatabasesInput{}).RelationalDatabases; len(list) != 0 {
		t.Errorf("%d databases are left, want none", len(list))
	}
}

// testDatabaseSnapshots restores a database from a snapshot, and from a point in time.
func testDatabaseSnapshots(t *testing.T, c *lightsail.Client) {
	u, name := newUser(t, c), new("db")
	do(u, u.CreateRelationalDatabase, u.databaseInput(*name))
	u.awaitDatabase(*name, "available")
	taken := do(u, u.CreateRelationalDatabaseSnapshot, &lightsail.CreateRelationalDatabaseSnapshotInput{RelationalDatabaseName: name, RelationalDatabaseSnapshotName: new("saved")})
	u.wantStarted(taken.Operations, onDatabaseSnapshot("CreateRelationalDatabaseSnapshot", "saved", *name), u.onDatabase("CreateRelationalDatabaseSnapshot", *name, "saved"))
	saved := do(u, u.GetRelationalDatabaseSnapshot, &lightsail.GetRelationalDatabaseSnapshotInput{RelationalDatabaseSnapshotName: new("saved")}).RelationalDatabaseSnapshot
	if *saved.State != "available" || *saved.SizeInGb != 40 || *saved.FromRelationalDatabaseArn != *u.database(*name).Arn || *saved.Engine != "mysql" {
		t.Errorf("snapshot: got %+v, want one of the database db", saved)
	}
	restored := do(u, u.CreateRelationalDatabaseFromSnapshot, &lightsail.CreateRelationalDatabaseFromSnapshotInput{
		RelationalDatabaseName: new("copy"), RelationalDatabaseSnapshotName: new("saved"), AvailabilityZone: new(u.zone()), RelationalDatabaseBundleId: new("small_2_0"),
	})
	u.wantStarted(restored.Operations, u.onDatabase("CreateRelationalDatabaseFromSnapshot", "copy"))
	if d := u.awaitDatabase("copy", "available"); *d.MasterUsername != "chief" || *d.Hardware.DiskSizeInGb != 80 || len(d.Tags) != 0 {
		t.Errorf("a restored database: got the user %s, %d GB and the tags %v", *d.MasterUsername, *d.Hardware.DiskSizeInGb, d.Tags)
	}
	if u.password("copy", "") == u.password(*name, "") {
		t.Error("a restored database has the password of its source")
	}
	last := do(u, u.DeleteRelationalDatabase, &lightsail.DeleteRelationalDatabaseInput{RelationalDatabaseName: name, FinalRelationalDatabaseSnapshotName: new("last")})
	u.wantStarted(last.Operations, u.onDatabase("DeleteRelationalDatabase", *name),
		u.onDatabase("CreateRelationalDatabaseSnapshot", *name, "last"), onDatabaseSnapshot("CreateRelationalDatabaseSnapshot", "last", *name))
	for _, snapshot := range []string{"saved", "last"} {
		deleted := do(u, u.DeleteRelationalDatabaseSnapshot, &lightsail.DeleteRelationalDatabaseSnapshotInput{RelationalDatabaseSnapshotName: &snapshot})
		u.wantDone(deleted.Operations, onDatabaseSnapshot("DeleteRelationalDatabaseSnapshot", snapshot))
	}
	if list := do(u, u.GetRelationalDatabaseSnapshots, &lightsail.GetRelationalDatabaseSnapshotsInput{}).RelationalDatabaseSnapshots; len(list) != 0 {
		t.Errorf("%d snapshots are left, want none", len(list))
	}
}

package database_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
)

// changeTakes is how long a change takes, from its beginning.
func changeTakes(event string) time.Duration { return database.ChangeLifecycle[event][0].Takes }

// update changes database shop, and checks the operation, which succeeds at once.
func (l *lab) update(change func(*lightsail.UpdateRelationalDatabaseInput)) *types.RelationalDatabase {
	l.T.Helper()
	in := &lightsail.UpdateRelationalDatabaseInput{RelationalDatabaseName: new("shop")}
	change(in)
	l.WantOperations(do(l, l.UpdateRelationalDatabase, in).Operations, "UpdateRelationalDatabase RelationalDatabase shop - Succeeded")
	return l.get("shop")
}

// password reads a version of the password of database shop; "" if there is none.
func (l *lab) password(version types.RelationalDatabasePasswordVersion) string {
	l.T.Helper()
	out, err := l.GetRelationalDatabaseMasterUserPassword(l.T.Context(), &lightsail.GetRelationalDatabaseMasterUserPasswordInput{
		RelationalDatabaseName: new("shop"), PasswordVersion: version,
	})
	if err != nil {
		familytest.WantNotFound(l.T, err, "The "+string(version)+" password does not exist: shop")
		return ""
	}
	if out.CreatedAt.After(l.Now()) {
		l.T.Errorf("a password was created at %s, after now", out.CreatedAt)
	}
	return *out.MasterUserPassword
}

// wantPasswords checks the current, the previous and the pending password, after a restart.
func (l *lab) wantPasswords(current, previous, pending string) {
	l.T.Helper()
	l.Server.Restart(l.T)
	for version, want := range map[types.RelationalDatabasePasswordVersion]string{
		"": current, types.RelationalDatabasePasswordVersionCurrent: current,
		types.RelationalDatabasePasswordVersionPrevious: previous, types.RelationalDatabasePasswordVersionPending: pending,
	} {
		if got := l.password(version); got != want {
			l.T.Errorf("the password of version %q is %q, want %q", version, got, want)
		}
	}
}

func TestUpdateRelationalDatabase_windowsAtOnce(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	got := l.update(func(in *lightsail.UpdateRelationalDatabaseInput) {
		in.PreferredBackupWindow, in.PreferredMaintenanceWindow = new("09:45-10:15"), new("WED:06:00-Wed:07:30")
	})
	if *got.PreferredBackupWindow != "09:45-10:15" || *got.PreferredMaintenanceWindow != "wed:06:00-wed:07:30" || *got.State != database.Available {
		t.Errorf("the windows are %s and %s, and the state %s", *got.PreferredBackupWindow, *got.PreferredMaintenanceWindow, *got.State)
	}
	if got := l.update(func(*lightsail.UpdateRelationalDatabaseInput) {}); *got.State != database.Available {
		t.Errorf("after an update of nothing the state is %s", *got.State)
	}
}

// TestUpdateRelationalDatabase_public changes with a delay, also without applyImmediately, and shows it only then.
func TestUpdateRelationalDatabase_public(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	got := l.update(func(in *lightsail.UpdateRelationalDatabaseInput) { in.PubliclyAccessible = new(true) })
	if *got.PubliclyAccessible || *got.State != database.Modifying {
		t.Errorf("at first: public %t, %s", *got.PubliclyAccessible, *got.State)
	}
	familytest.WantFailed(t, fails(l, l.UpdateRelationalDatabase, &lightsail.UpdateRelationalDatabaseInput{RelationalDatabaseName: new("shop")}),
		"You can't update this database right now. The state of this database is: modifying")
	l.Server.Restart(t)
	l.Pass(changeTakes(database.Modify))
	if got := l.get("shop"); !*got.PubliclyAccessible || *got.State != database.Available {
		t.Errorf("in the end: public %t, %s", *got.PubliclyAccessible, *got.State)
	}
	if got := l.update(func(in *lightsail.UpdateRelationalDatabaseInput) { in.PubliclyAccessible = new(true) }); *got.State != database.Available {
		t.Errorf("after an update to what is, the state is %s", *got.State)
	}
}

// TestUpdateRelationalDatabase_inTheMaintenanceWindow has what waits for it: it is pending before, and the latest
// restorable time goes with the backups.
func TestUpdateRelationalDatabase_inTheMaintenanceWindow(t *testing.T) {
	l := newLab(t)
	in := input("shop")
	in.PreferredBackupWindow, in.PreferredMaintenanceWindow = new("07:00-07:30"), new("tue:10:00-tue:10:30")
	l.create(in)
	got := l.update(func(in *lightsail.UpdateRelationalDatabaseInput) {
		in.DisableBackupRetention, in.CaCertificateIdentifier = new(true), new("rds-ca-ecc384-g1")
	})
	if !*got.BackupRetentionEnabled || got.PendingModifiedValues.BackupRetentionEnabled == nil || *got.PendingModifiedValues.BackupRetentionEnabled {
		t.Errorf("before the window: retention %t, pending %v", *got.BackupRetentionEnabled, got.PendingModifiedValues.BackupRetentionEnabled)
	}
	begins := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC) // the Tuesday after the start
	l.Pass(begins.Add(-time.Millisecond).Sub(l.Now()))
	l.wantState("shop", database.Available)
	l.Server.Restart(t)
	l.Pass(time.Millisecond)
	l.wantState("shop", database.Modifying)
	l.Pass(changeTakes(database.Modify))
	got = l.get("shop")
	if *got.BackupRetentionEnabled || got.PendingModifiedValues.BackupRetentionEnabled != nil || got.LatestRestorableTime != nil ||
		*got.CaCertificateIdentifier != "rds-ca-ecc384-g1" || *got.State != database.Available {
		t.Errorf("after the window: %+v, pending %+v", got, got.PendingModifiedValues)
	}
	l.update(func(in *lightsail.UpdateRelationalDatabaseInput) {
		in.EnableBackupRetention, in.ApplyImmediately = new(true), new(true)
	})
	l.Pass(changeTakes(database.Modify))
	if got := l.get("shop"); !*got.BackupRetentionEnabled || !got.LatestRestorableTime.Equal(l.Now()) {
		t.Errorf("with backups again: retention %t, latest restorable time %v, want now", *got.BackupRetentionEnabled, got.LatestRestorableTime)
	}
}

// TestUpdateRelationalDatabase_takesBackWhatIsPending ends a wait by its opposite, or by a change at once.
func TestUpdateRelationalDatabase_takesBackWhatIsPending(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	disable := func(in *lightsail.UpdateRelationalDatabaseInput) { in.DisableBackupRetention = new(true) }
	l.update(disable)
	got := l.update(func(in *lightsail.UpdateRelationalDatabaseInput) { in.EnableBackupRetention = new(true) })
	if got.PendingModifiedValues.BackupRetentionEnabled != nil || *got.State != database.Available {
		t.Errorf("after its opposite %v is pending", *got.PendingModifiedValues.BackupRetentionEnabled)
	}
	l.update(disable)
	if got := l.update(func(in *lightsail.UpdateRelationalDatabaseInput) { in.ApplyImmediately = new(true) }); *got.State != database.Modifying {
		t.Errorf("what was pending does not begin with applyImmediately: the state is %s", *got.State)
	}
	l.Pass(changeTakes(database.Modify))
	if got := l.get("shop"); *got.BackupRetentionEnabled {
		t.Error("what was pending did not change with applyImmediately")
	}
}

func TestUpdateRelationalDatabase_upgrade(t *testing.T) {
	l := newLab(t)
	before := l.create(input("shop"))
	got := l.update(func(in *lightsail.UpdateRelationalDatabaseInput) {
		in.RelationalDatabaseBlueprintId, in.ApplyImmediately = new("mysql_8_4"), new(true)
	})
	pending := got.PendingModifiedValues.EngineVersion
	if *got.State != database.Upgrading || *got.RelationalDatabaseBlueprintId != "mysql_8_0" || pending == nil || *got.EngineVersion != *before.EngineVersion {
		t.Errorf("during the upgrade: %s, %s, version %s, pending %v", *got.State, *got.RelationalDatabaseBlueprintId, *got.EngineVersion, pending)
	}
	l.Server.Restart(t)
	l.Pass(changeTakes(database.Upgrade))
	got = l.get("shop")
	if *got.State != database.Available || *got.RelationalDatabaseBlueprintId != "mysql_8_4" || pending == nil || *got.EngineVersion != *pending {
		t.Errorf("after the upgrade: %s, %s, version %s, want %v", *got.State, *got.RelationalDatabaseBlueprintId, *got.EngineVersion, pending)
	}
	in := &lightsail.UpdateRelationalDatabaseInput{RelationalDatabaseName: new("shop"), RelationalDatabaseBlueprintId: new("mysql_8_0")}
	wantInvalid(t, fails(l, l.UpdateRelationalDatabase, in), "You can't downgrade a database from mysql_8_4 to mysql_8_0.")
	in.RelationalDatabaseBlueprintId = new("postgres_17")
	wantInvalid(t, fails(l, l.UpdateRelationalDatabase, in), "You can't upgrade a database from mysql_8_4 to postgres_17: the engine differs.")
}

func TestUpdateRelationalDatabase_refusals(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	for want, change := range map[string]func(*lightsail.UpdateRelationalDatabaseInput){
		"You can't both enable and disable backup retention.": func(in *lightsail.UpdateRelationalDatabaseInput) {
			in.EnableBackupRetention, in.DisableBackupRetention = new(true), new(true)
		},
		"You must specify either masterUserPassword or rotateMasterUserPassword, not both.": func(in *lightsail.UpdateRelationalDatabaseInput) {
			in.MasterUserPassword, in.RotateMasterUserPassword = new("a new password"), new(true)
		},
		"The certificate rds-ca-2019 does not exist. It must be one of the following: rds-ca-rsa2048-g1, rds-ca-rsa4096-g1, rds-ca-ecc384-g1.": func(in *lightsail.UpdateRelationalDatabaseInput) {
			in.CaCertificateIdentifier = new("rds-ca-2019")
		},
		"The specified blueprint does not exist in this region: mysql_9_9": func(in *lightsail.UpdateRelationalDatabaseInput) {
			in.RelationalDatabaseBlueprintId = new("mysql_9_9")
		},
		`The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', '@', '"', ' ' may be used.`: func(in *lightsail.UpdateRelationalDatabaseInput) {
			in.MasterUserPassword = new("a new password")
		},
		`The backup window "25:00-26:00" is not valid. It must have the format hh24:mi-hh24:mi in UTC and be at least 30 minutes long.`: func(in *lightsail.UpdateRelationalDatabaseInput) {
			in.PreferredBackupWindow = new("25:00-26:00")
		},
	} {
		in := &lightsail.UpdateRelationalDatabaseInput{RelationalDatabaseName: new("shop")}
		change(in)
		wantInvalid(t, fails(l, l.UpdateRelationalDatabase, in), want)
	}
}

// TestGetRelationalDatabaseMasterUserPassword_versions rotates the password twice.
func TestGetRelationalDatabaseMasterUserPassword_versions(t *testing.T) {
	l := newLab(t)
	in := input("shop")
	in.MasterUserPassword = new("first-password")
	l.create(in)
	l.wantPasswords("first-password", "", "")
	got := l.update(func(in *lightsail.UpdateRelationalDatabaseInput) { in.MasterUserPassword = new("second-password") })
	if pending := got.PendingModifiedValues.MasterUserPassword; pending == nil || *pending != "****" {
		t.Errorf("the pending password is shown as %v, want ****", pending)
	}
	l.wantPasswords("first-password", "", "second-password")
	l.Pass(changeTakes(database.Modify))
	l.wantPasswords("second-password", "first-password", "")
	l.update(func(in *lightsail.UpdateRelationalDatabaseInput) { in.RotateMasterUserPassword = new(true) })
	third := l.password(types.RelationalDatabasePasswordVersionPending)
	if len(third) != 32 {
		t.Errorf("the generated password %q has %d characters, want 32", third, len(third))
	}
	l.wantPasswords("second-password", "first-password", third)
	l.Pass(changeTakes(database.Modify))
	l.wantPasswords(third, "second-password", "")
	familytest.WantNotFound(t, fails(l, l.GetRelationalDatabaseMasterUserPassword, &lightsail.GetRelationalDatabaseMasterUserPasswordInput{RelationalDatabaseName: new("none")}),
		"The RelationalDatabase does not exist: none")
}

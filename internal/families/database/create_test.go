package database_test

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// TestCreateRelationalDatabase_shown has everything that AWS was seen to show of a database.
func TestCreateRelationalDatabase_shown(t *testing.T) {
	l := newLab(t)
	in := input("shop")
	in.PreferredBackupWindow, in.PreferredMaintenanceWindow = new("07:51-08:21"), new("Tue:12:18-Tue:12:48")
	in.AvailabilityZone, in.Tags = new("us-east-1c"), []types.Tag{familytest.Tag("team", "web")}
	out := do(l, l.CreateRelationalDatabase, in)
	l.WantOperations(out.Operations, "CreateRelationalDatabase RelationalDatabase shop - Started")
	if zone := *out.Operations[0].Location.AvailabilityZone; zone != "us-east-1c" {
		t.Errorf("the operation is in zone %s, want us-east-1c", zone)
	}
	if got := l.get("shop"); got.MasterEndpoint != nil || got.LatestRestorableTime != nil || *got.State != database.Creating {
		t.Errorf("a database that is being created is %s, with the endpoint %v and the latest restorable time %v", *got.State, got.MasterEndpoint, got.LatestRestorableTime)
	}
	l.WantSucceeds(out.Operations[0], takes(database.Create))
	got := l.get("shop")
	shape := regexp.MustCompile(`^[0-9]{12}/(ls-[0-9a-f]{40})$`).FindStringSubmatch(*got.SupportCode)
	endpoint := regexp.MustCompile(`^(ls-[0-9a-f]{40})\.[a-z0-9]{12}\.us-east-1\.rds\.amazonaws\.com$`).FindStringSubmatch(*got.MasterEndpoint.Address)
	if shape == nil || endpoint == nil || shape[1] != endpoint[1] {
		t.Errorf("support code %s and endpoint %s, want both with the name at Amazon RDS", *got.SupportCode, *got.MasterEndpoint.Address)
	}
	want := &types.RelationalDatabase{
		Arn: got.Arn, Name: new("shop"), SupportCode: got.SupportCode, CreatedAt: &familytest.Start, ResourceType: types.ResourceTypeRelationalDatabase,
		Location: &types.ResourceLocation{AvailabilityZone: new("us-east-1c"), RegionName: "us-east-1"}, Tags: in.Tags,
		RelationalDatabaseBlueprintId: new("mysql_8_0"), RelationalDatabaseBundleId: new("micro_2_0"), MasterDatabaseName: new("main"), MasterUsername: new("chief"),
		Hardware: &types.RelationalDatabaseHardware{CpuCount: new(int32(2)), DiskSizeInGb: new(int32(40)), RamSizeInGb: new(float32(1))},
		State:    new("available"), BackupRetentionEnabled: new(true), PendingModifiedValues: &types.PendingModifiedRelationalDatabaseValues{},
		Engine: new("mysql"), EngineVersion: got.EngineVersion, LatestRestorableTime: new(l.Now()), ParameterApplyStatus: new("in-sync"),
		PreferredBackupWindow: new("07:51-08:21"), PreferredMaintenanceWindow: new("tue:12:18-tue:12:48"), PubliclyAccessible: new(false),
		MasterEndpoint:            &types.RelationalDatabaseEndpoint{Port: new(int32(3306)), Address: got.MasterEndpoint.Address},
		PendingMaintenanceActions: []types.PendingMaintenanceAction{}, CaCertificateIdentifier: new("rds-ca-rsa2048-g1"),
	}
	if diff := cmp.Diff(want, got, familytest.Plain); diff != "" {
		t.Errorf("the database (-want +got):\n%s", diff)
	}
}

// TestCreateRelationalDatabase_states passes each step, with a restart before.
func TestCreateRelationalDatabase_states(t *testing.T) {
	l := newLab(t)
	op := do(l, l.CreateRelationalDatabase, input("shop")).Operations[0]
	for _, phase := range database.Lifecycle[database.Create] {
		l.Server.Restart(t)
		l.wantState("shop", phase.State)
		ended := do(l, l.GetOperation, &lightsail.GetOperationInput{OperationId: op.Id}).Operation.Status == types.OperationStatusSucceeded
		if ended != (phase.State == database.Available) {
			t.Errorf("in state %s the operation has ended: %t", phase.State, ended)
		}
		l.Pass(max(0, phase.Takes-time.Millisecond))
		l.wantState("shop", phase.State)
		l.Pass(time.Millisecond)
	}
}

// TestCreateRelationalDatabase_refusals changes one member of a good input at a time.
func TestCreateRelationalDatabase_refusals(t *testing.T) {
	l := newLab(t)
	l.create(input("taken"))
	familytest.WantInvalid(t, fails(l, l.CreateRelationalDatabase, input("taken")), "NameExists", "Some names are already in use: taken")
	for _, tc := range []struct {
		name, want string
		change     func(*lightsail.CreateRelationalDatabaseInput)
	}{
		{"unknown blueprint", "The specified blueprint does not exist in this region: oracle_19", func(in *lightsail.CreateRelationalDatabaseInput) {
			in.RelationalDatabaseBlueprintId = new("oracle_19")
		}},
		{"blueprint that is not sold any more", "The specified blueprint does not exist in this region: mysql_5_7", func(in *lightsail.CreateRelationalDatabaseInput) {
			in.RelationalDatabaseBlueprintId = new("mysql_5_7")
		}},
		{"unknown bundle", "The specified bundle does not exist in this region: nano_2_0", func(in *lightsail.CreateRelationalDatabaseInput) {
			in.RelationalDatabaseBundleId = new("nano_2_0")
		}},
		{"zone", "The given Availability Zone is invalid. It must be one of the following: us-east-1a,us-east-1b,us-east-1c,us-east-1d,us-east-1e,us-east-1f.", func(in *lightsail.CreateRelationalDatabaseInput) {
			in.AvailabilityZone = new("us-east-2a")
		}},
		{"zone with high availability", "Requesting a specific availability zone is not valid for Multi-AZ instances.", func(in *lightsail.CreateRelationalDatabaseInput) {
			in.AvailabilityZone, in.RelationalDatabaseBundleId = new("us-east-1a"), new("micro_ha_2_0")
		}},
		{"short password", "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.", func(in *lightsail.CreateRelationalDatabaseInput) {
			in.MasterUserPassword = new("short")
		}},
		{"reserved user", "MasterUsername rdsadmin cannot be used as it is a reserved word used by the engine", func(in *lightsail.CreateRelationalDatabaseInput) {
			in.MasterUsername = new("rdsadmin")
		}},
		{"overlapping windows", "The backup window and maintenance window must not overlap.", func(in *lightsail.CreateRelationalDatabaseInput) {
			in.PreferredBackupWindow, in.PreferredMaintenanceWindow = new("07:00-08:00"), new("mon:07:30-mon:08:00")
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			in := input("shop")
			tc.change(in)
			wantInvalid(t, fails(l, l.CreateRelationalDatabase, in), tc.want)
		})
	}
}

// TestCreateRelationalDatabase_highAvailability has a standby in another zone of each region.
func TestCreateRelationalDatabase_highAvailability(t *testing.T) {
	l := newLab(t)
	for _, region := range catalogue.Regions() {
		c := l.Server.Client(region.Name)
		for n := range 3 {
			in := input(fmt.Sprint("shop-", n))
			in.RelationalDatabaseBundleId = new("micro_ha_2_0")
			familytest.Do(t, c.CreateRelationalDatabase, in)
			d := familytest.Do(t, c.GetRelationalDatabase, &lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: in.RelationalDatabaseName}).RelationalDatabase
			first, second := *d.Location.AvailabilityZone, d.SecondaryAvailabilityZone
			if second == nil || *second == first || !slices.Contains(region.Zones, first) || !slices.Contains(region.Zones, *second) {
				t.Errorf("a database in %s is in zone %s with a standby in %v", region.Name, first, second)
			}
		}
	}
}

func TestCreateRelationalDatabase_quota(t *testing.T) {
	l := &lab{familytest.NewLab(t, lanyardtest.Options{Quotas: []string{"databases=1"}})}
	l.create(input("shop"))
	l.take("snap")
	const refused = "Sorry, you've reached your maximum limit of Lightsail Databases : 1. " +
		"If you're new to Lightsail, please try again later. If the issue persists, please contact Customer Support."
	familytest.WantInvalid(t, fails(l, l.CreateRelationalDatabase, input("more")), "LimitExceeded", refused)
	restore := &lightsail.CreateRelationalDatabaseFromSnapshotInput{RelationalDatabaseName: new("more"), RelationalDatabaseSnapshotName: new("snap")}
	familytest.WantInvalid(t, fails(l, l.CreateRelationalDatabaseFromSnapshot, restore), "LimitExceeded", refused)
	familytest.Do(t, l.Server.Client("eu-west-1").CreateRelationalDatabase, input("more")) // another region has its own
	_, err := l.remove(new(true), nil)
	familytest.NoError(t, err)
	familytest.WantInvalid(t, fails(l, l.CreateRelationalDatabaseFromSnapshot, restore), "LimitExceeded", refused)
	l.Pass(takes(database.Delete))
	do(l, l.CreateRelationalDatabaseFromSnapshot, restore)
}

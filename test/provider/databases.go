package provider

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
)

func databaseResources() []resource {
	return []resource{database(newName()), officialDatabase(newName()), databaseWithoutBackups(newName()), databaseWithFinalSnapshot(newName())}
}

// database is managed as the third-party provider does: it waits for an operation, and then for the state, in which only
// "modifying" may come before "available".
func database(name string) resource {
	return resource{
		name:   "database",
		id:     name,
		create: databaseCreated(name, &lightsail.CreateRelationalDatabaseInput{Tags: tags("key1", "value1")}),
		read: reads((*lightsail.Client).GetRelationalDatabase, func(id string) *lightsail.GetRelationalDatabaseInput {
			return &lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: &id}
		}, func(out *lightsail.GetRelationalDatabaseOutput, _ string) (any, error) {
			return out.RelationalDatabase, nil
		}),
		reads: "name! location.availabilityZone! masterDatabaseName! masterUsername! relationalDatabaseBlueprintId! relationalDatabaseBundleId! " +
			"backupRetentionEnabled preferredBackupWindow! preferredMaintenanceWindow! publiclyAccessible arn! caCertificateIdentifier! engine! engineVersion! " +
			"createdAt! hardware.cpuCount! hardware.ramSizeInGb! hardware.diskSizeInGb! masterEndpoint.port! masterEndpoint.address! " +
			"secondaryAvailabilityZone? supportCode! tags",
		want: attributes{
			"name": name, "location.availabilityZone": computeZone, "masterDatabaseName": "testdatabasename", "masterUsername": "uselName1",
			"relationalDatabaseBlueprintId": "mysql_8_0", "relationalDatabaseBundleId": "micro_1_0", "backupRetentionEnabled": "true",
			"publiclyAccessible": "false", "engine": "mysql", "hardware.cpuCount": "1", "secondaryAvailabilityZone": absent, "tags.%": "1", "tags.key1": "value1",
		},
		changes: []change{
			{steps: retagged(name, []string{"key1"}, "key2", "value2"), want: attributes{"tags.%": "1", "tags.key2": "value2"}},
			{
				steps: databaseUpdated(name, &lightsail.UpdateRelationalDatabaseInput{PreferredBackupWindow: new("09:45-10:15")}),
				want:  attributes{"preferredBackupWindow": "09:45-10:15"},
			},
			{
				steps: databaseUpdated(name, &lightsail.UpdateRelationalDatabaseInput{PreferredMaintenanceWindow: new("wed:06:00-wed:07:30")}),
				want:  attributes{"preferredMaintenanceWindow": "wed:06:00-wed:07:30"},
			},
			{
				steps: append(databaseUpdated(name, &lightsail.UpdateRelationalDatabaseInput{PubliclyAccessible: new(true)}), flagged(name, "publiclyAccessible", "true")),
				want:  attributes{"publiclyAccessible": "true"},
			},
			{
				steps: append(databaseUpdated(name, &lightsail.UpdateRelationalDatabaseInput{PubliclyAccessible: new(false)}), flagged(name, "publiclyAccessible", "false")),
				want:  attributes{"publiclyAccessible": "false"},
			},
		},
		remove: databaseDeleted(name, &lightsail.DeleteRelationalDatabaseInput{SkipFinalSnapshot: new(true)}),
	}
}

// databaseCreated creates a database as the providers' tests do.
func databaseCreated(name string, in *lightsail.CreateRelationalDatabaseInput) []step {
	in.RelationalDatabaseName, in.RelationalDatabaseBlueprintId, in.RelationalDatabaseBundleId = &name, new("mysql_8_0"), new("micro_1_0")
	in.MasterDatabaseName, in.MasterUsername, in.MasterUserPassword = new("testdatabasename"), new("uselName1"), new("testdatabasepassword")
	in.AvailabilityZone = new(computeZone)
	in.PreferredBackupWindow, in.PreferredMaintenanceWindow = new("09:30-10:00"), new("tue:04:30-tue:05:00")
	return []step{awaited((*lightsail.Client).CreateRelationalDatabase, in), databaseAvailable(name)}
}

// databaseUpdated changes a database immediately, as both providers do.
func databaseUpdated(name string, in *lightsail.UpdateRelationalDatabaseInput) []step {
	in.RelationalDatabaseName, in.ApplyImmediately = &name, new(true)
	return []step{awaited((*lightsail.Client).UpdateRelationalDatabase, in)}
}

// databaseDeleted waits for the state before.
func databaseDeleted(name string, in *lightsail.DeleteRelationalDatabaseInput) []step {
	in.RelationalDatabaseName = &name
	return []step{databaseAvailable(name), awaited((*lightsail.Client).DeleteRelationalDatabase, in)}
}

// databaseAvailable waits for the state. Any but "modifying" fails before that.
func databaseAvailable(name string) step {
	return settled("the state of "+name, databaseMember(name, "state"), "modifying", "available")
}

// flagged waits until a member has a value.
func flagged(name, member, value string) step {
	pending := map[string]string{"true": "false", "false": "true"}[value]
	return settled(member+" of "+name, databaseMember(name, member), pending, value)
}

func databaseMember(name, member string) func(*session) (string, error) {
	return func(s *session) (string, error) {
		out, err := s.GetRelationalDatabase(s.t.Context(), &lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: &name})
		if err != nil {
			return "", err
		}
		return flatten(out.RelationalDatabase).at(member), nil
	}
}

// officialDatabase sends no zone, windows or flag that is not set, and takes the state after each update, too.
func officialDatabase(name string) resource {
	r := database(name)
	r.name = "database of the official provider"
	r.create = []step{awaited((*lightsail.Client).CreateRelationalDatabase, &lightsail.CreateRelationalDatabaseInput{
		RelationalDatabaseName: &name, RelationalDatabaseBlueprintId: new("postgres_16"), RelationalDatabaseBundleId: new("micro_2_0"),
		MasterDatabaseName: new("testdatabasename"), MasterUsername: new("test"), MasterUserPassword: new("testdatabasepassword"),
	}), databaseAvailable(name)}
	r.want = attributes{"engine": "postgres", "masterEndpoint.port": "5432", "hardware.cpuCount": "2", "tags.%": "0"}
	updated := func(in *lightsail.UpdateRelationalDatabaseInput) []step {
		return append(databaseUpdated(name, in), databaseAvailable(name))
	}
	r.changes = []change{
		{steps: updated(&lightsail.UpdateRelationalDatabaseInput{MasterUserPassword: new("testdatabasepassword2")}), want: attributes{"masterUsername": "test"}},
		{
			steps: updated(&lightsail.UpdateRelationalDatabaseInput{CaCertificateIdentifier: new("rds-ca-rsa4096-g1")}),
			want:  attributes{"caCertificateIdentifier": "rds-ca-rsa4096-g1"},
		},
		{steps: updated(&lightsail.UpdateRelationalDatabaseInput{PubliclyAccessible: new(true)}), want: attributes{"publiclyAccessible": "true"}},
	}
	return r
}

// databaseWithoutBackups has them disabled as soon as it is there, and enables them.
func databaseWithoutBackups(name string) resource {
	r := database(name)
	r.name = "database without backup retention"
	r.create = append(r.create, databaseUpdated(name, &lightsail.UpdateRelationalDatabaseInput{DisableBackupRetention: new(true)})...)
	r.create = append(r.create, flagged(name, "backupRetentionEnabled", "false"), databaseAvailable(name))
	r.want = attributes{"backupRetentionEnabled": "false"}
	r.changes = []change{{
		steps: append(databaseUpdated(name, &lightsail.UpdateRelationalDatabaseInput{EnableBackupRetention: new(true)}), flagged(name, "backupRetentionEnabled", "true")),
		want:  attributes{"backupRetentionEnabled": "true"},
	}}
	return r
}

// databaseWithFinalSnapshot leaves a snapshot, which the providers' tests delete as soon as the database is deleted.
func databaseWithFinalSnapshot(name string) resource {
	last := name + "-last"
	r := database(name)
	r.name = "database with a final snapshot"
	r.changes = nil
	r.remove = append(databaseDeleted(name, &lightsail.DeleteRelationalDatabaseInput{FinalRelationalDatabaseSnapshotName: &last}),
		awaited((*lightsail.Client).DeleteRelationalDatabaseSnapshot, &lightsail.DeleteRelationalDatabaseSnapshotInput{RelationalDatabaseSnapshotName: &last}))
	r.shared = true
	return r
}

package database_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/kind/database"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// stored is a database as a file has it: without its passwords, with a change that waits.
func stored(t *testing.T) *database.Database {
	t.Helper()
	d := newDatabase(t, "mysql_8_0")
	d.Priv.Passwords = []database.Password{{Member: resource.DatabasePasswords[0], CreatedAt: start, From: start}}
	d.Alter(database.Change{Begins: start, Ends: start.Add(time.Minute), Blueprint: new("mysql_8_4"), EngineVersion: new("8.4.8")})
	d.Priv.Settings = []database.Setting{
		{Name: "lower_case_table_names", Value: "1", At: start, AtRestart: true}, {Name: "wait_timeout", Value: "60", Former: "70", At: start, From: start},
	}
	return d
}

// TestStored_checksDatabases changes one thing of a good database at a time.
func TestStored_checksDatabases(t *testing.T) {
	check := database.Stored()[resource.RelationalDatabase].Check
	for _, tc := range []struct {
		want   string
		change func(*database.Database)
	}{
		{"", func(*database.Database) {}},
		{"unknown blueprint", func(d *database.Database) { d.Doc.RelationalDatabaseBlueprintId = new("oracle_1") }},
		{"unknown bundle", func(d *database.Database) { d.Doc.RelationalDatabaseBundleId = nil }},
		{"engineVersion", func(d *database.Database) { d.Doc.EngineVersion = nil }},
		{"caCertificateIdentifier", func(d *database.Database) { d.Doc.CaCertificateIdentifier = new("own") }},
		{"publiclyAccessible", func(d *database.Database) { d.Doc.PubliclyAccessible = nil }},
		{"masterUsername", func(d *database.Database) { d.Doc.MasterUsername = new("rdsadmin") }},
		{"the windows", func(d *database.Database) { d.Doc.PreferredBackupWindow = new("always") }},
		{"secondaryAvailabilityZone", func(d *database.Database) { d.Doc.SecondaryAvailabilityZone = new("us-east-1b") }},
		{"location", func(d *database.Database) { d.Resource.Zone = "mars-1a" }},
		{"unknown state", func(d *database.Database) { d.Priv.Plan[0].State = "lost" }},
		{"does not have from 1", func(d *database.Database) { d.Priv.Plan = nil }},
		{"goneAt", func(d *database.Database) { d.Priv.Plan = resource.Plan{{At: start, State: database.Deleting}} }},
		{"no passwords", func(d *database.Database) { d.Priv.Passwords = nil }},
		{"two passwords", func(d *database.Database) { d.Priv.Passwords = append(d.Priv.Passwords, d.Priv.Passwords[0]) }},
		{"unknown one", func(d *database.Database) { d.Priv.Passwords[0].Member = "sealed" }},
		{"has no time", func(d *database.Database) { d.Priv.Passwords[0].From = time.Time{} }},
		{"changes nothing", func(d *database.Database) { d.Priv.Changes[0] = database.Change{Begins: start, Ends: start} }},
		{"ends before", func(d *database.Database) { d.Priv.Changes[0].Ends = start.Add(-time.Second) }},
		{"more than 30 days", func(d *database.Database) { d.Priv.Changes[0].Ends = start.Add(31 * 24 * time.Hour) }},
		{"no upgrade leads to", func(d *database.Database) { d.Priv.Changes[0].Blueprint = new("postgres_17") }},
		{"engine version only", func(d *database.Database) { d.Priv.Changes[0].EngineVersion = nil }},
		{"settings are not in order", func(d *database.Database) { d.Priv.Settings[1].Name = "general_log" }},
		{"settings are not in order", func(d *database.Database) { d.Priv.Settings[1] = d.Priv.Settings[0] }},
		{"unknown parameter", func(d *database.Database) { d.Priv.Settings[1].Name = "work_mem" }},
		{"unknown parameter", func(d *database.Database) { d.Priv.Settings[0].Name = "basedir" }},
		{"cannot have", func(d *database.Database) { d.Priv.Settings[1].Value = "always" }},
		{"a setting has no time", func(d *database.Database) { d.Priv.Settings[1].From = time.Time{} }},
		{"a setting has no time", func(d *database.Database) { d.Priv.Settings[0].At = time.Time{} }},
		{"former value", func(d *database.Database) { d.Priv.Settings[0].Former = strings.Repeat("x", database.MaxValue+1) }},
	} {
		d := stored(t)
		tc.change(d)
		if err := d.Pack(); err != nil {
			t.Fatal(err)
		}
		_, err := check(d.Resource)
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("check = %v, want an error with %q", err, tc.want)
		}
	}
}

// TestStored_checksSnapshots does the same for a snapshot.
func TestStored_checksSnapshots(t *testing.T) {
	check := database.Stored()[resource.RelationalDatabaseSnapshot].Check
	for _, tc := range []struct {
		want   string
		change func(*database.Snapshot)
	}{
		{"", func(*database.Snapshot) {}},
		{"engine is not", func(s *database.Snapshot) { s.Doc.Engine = new("postgres") }},
		{"unknown bundle", func(s *database.Snapshot) { s.Doc.FromRelationalDatabaseBundleId = new("nano_2_0") }},
		{"fromRelationalDatabaseName", func(s *database.Snapshot) { s.Doc.FromRelationalDatabaseName = new("-") }},
		{"fromRelationalDatabaseArn", func(s *database.Snapshot) { s.Doc.FromRelationalDatabaseArn = s.Doc.Arn }},
		{"sizeInGb", func(s *database.Snapshot) { s.Doc.SizeInGb = new(int32(0)) }},
		{"master user name", func(s *database.Snapshot) { s.Priv.MasterUser = "1" }},
		{"unknown parameter", func(s *database.Snapshot) { s.Priv.Parameters["work_mem"] = "64" }},
		{"cannot have", func(s *database.Snapshot) { s.Priv.Parameters["wait_timeout"] = "" }},
		{"the plan is not", func(s *database.Snapshot) { s.Priv.Plan = s.Priv.Plan[:1] }},
	} {
		r := &resource.Resource{
			ID: "19a4efdf-2222-4222-8333-123456789012", Account: "111122223333", Region: "us-east-1", Name: "snap", Kind: resource.RelationalDatabaseSnapshot,
			Zone: "all", CreatedAt: start,
		}
		s := database.NewSnapshot(r, stored(t), start, resource.Plan{{At: start, State: database.Creating}, {At: start.Add(time.Minute), State: database.Available}})
		s.Fill(s.SupportSuffix())
		tc.change(s)
		if err := s.Pack(); err != nil {
			t.Fatal(err)
		}
		_, err := check(r)
		if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
			t.Errorf("check = %v, want an error with %q", err, tc.want)
		}
	}
}

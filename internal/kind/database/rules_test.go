package database_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// newDatabase is a database as the actions make it, with the plan of its creation and without a password.
func newDatabase(t *testing.T, blueprint string) *database.Database {
	t.Helper()
	b, _ := catalogue.LookupDatabaseBlueprint(blueprint)
	bundle, _ := catalogue.LookupDatabaseBundle("micro_2_0")
	r := &resource.Resource{
		ID: "19a4efdf-1111-4222-8333-123456789012", Account: "111122223333", Region: "us-east-1", Name: "shop", Kind: resource.RelationalDatabase, CreatedAt: start,
	}
	d, err := database.New(r, database.Order{
		Blueprint: b, Version: *b.EngineVersion, Bundle: bundle, Content: database.Content{MasterDatabase: "main", MasterUser: "chief"},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Enter(database.Lifecycle.Plan(database.Create, start, start.Add))
	d.Priv.BackedUpFrom = d.Priv.Settled()
	d.Fill(d.SupportSuffix())
	return d
}

func TestCheckContent(t *testing.T) {
	for _, tc := range []struct {
		name, engine, database, user string
		ok                           bool
	}{
		{"usual names", "mysql", "dbmaster", "dbmasteruser", true},
		{"capitals, digits and underscores", "mysql", "Db_1", "uselName1", true},
		{"longest names of MySQL", "mysql", strings.Repeat("d", 64), strings.Repeat("u", 16), true},
		{"a database that is too long for MySQL", "mysql", strings.Repeat("d", 65), "chief", false},
		{"a user that is too long for MySQL", "mysql", "main", strings.Repeat("u", 17), false},
		{"longest names of PostgreSQL", "postgres", strings.Repeat("d", 63), strings.Repeat("u", 63), true},
		{"a database that is too long for PostgreSQL", "postgres", strings.Repeat("d", 64), "chief", false},
		{"a user that is too long for PostgreSQL", "postgres", "main", strings.Repeat("u", 64), false},
		{"a digit first", "mysql", "1main", "chief", false},
		{"an underscore first", "mysql", "main", "_chief", false},
		{"a hyphen", "mysql", "my-db", "chief", false},
		{"no name", "mysql", "", "chief", false},
		{"a reserved word of MySQL", "mysql", "Table", "chief", false},
		{"a word that only PostgreSQL has", "mysql", "ilike", "chief", true},
		{"a reserved word of PostgreSQL", "postgres", "user", "chief", false},
		{"a reserved user", "mysql", "main", "rdsadmin", false},
		{"admin of MySQL", "mysql", "main", "admin", true},
		{"admin of PostgreSQL", "postgres", "main", "Admin", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := database.CheckContent(tc.engine, database.Content{MasterDatabase: tc.database, MasterUser: tc.user})
			if (err == nil) != tc.ok {
				t.Errorf("database %q and user %q of %s: %v, want success %t", tc.database, tc.user, tc.engine, err, tc.ok)
			}
		})
	}
}

func TestCheckPassword(t *testing.T) {
	for _, tc := range []struct {
		name, engine, password string
		ok                     bool
	}{
		{"eight characters", "mysql", "12345678", true},
		{"seven characters", "mysql", "1234567", false},
		{"longest one of MySQL", "mysql", strings.Repeat("p", 41), true},
		{"too long for MySQL", "mysql", strings.Repeat("p", 42), false},
		{"longest one of PostgreSQL", "postgres", strings.Repeat("p", 128), true},
		{"too long for PostgreSQL", "postgres", strings.Repeat("p", 129), false},
		{"symbols", "mysql", "!#$%&'()*+,-.:;<=>?[]^_`{|}~", true},
		{"a slash", "mysql", "pass/word", false},
		{"an at sign", "mysql", "pass@word", false},
		{"a quote", "mysql", `pass"word`, false},
		{"a space", "mysql", "pass word", false},
		{"a letter that is not in ASCII", "mysql", "passwörter", false},
		{"a control character", "mysql", "pass\x7fword", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := database.CheckPassword(tc.engine, tc.password); (err == nil) != tc.ok {
				t.Errorf("password %q of %s: %v, want success %t", tc.password, tc.engine, err, tc.ok)
			}
		})
	}
}

func TestGeneratePassword(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		p := database.GeneratePassword()
		if err := database.CheckPassword("mysql", p); err != nil || len(p) != 32 || seen[p] {
			t.Errorf("the password %q: %v, there before: %t", p, err, seen[p])
		}
		seen[p] = true
	}
}

// TestAddPassword_secretsAreSealed rotates a password several times: there are three at most, each opens for its own member
// alone, and nothing of them is in the documents.
func TestAddPassword_secretsAreSealed(t *testing.T) {
	s, err := seal.New(seal.NewMasterKey())
	if err != nil {
		t.Fatal(err)
	}
	d := newDatabase(t, "mysql_8_0")
	for n, text := range []string{"password-0", "password-1", "password-2", "password-3", "password-4"} {
		at := start.Add(time.Duration(n) * time.Hour)
		d.AddPassword(s, text, at, at.Add(time.Minute))
		if err := d.Pack(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(d.Resource.Priv), "password-") || strings.Contains(string(d.Resource.Doc), "password-") {
			t.Fatalf("a password is stored in the open: %s %s", d.Resource.Doc, d.Resource.Priv)
		}
	}
	now := start.Add(24 * time.Hour)
	for version, want := range map[types.RelationalDatabasePasswordVersion]string{"CURRENT": "password-4", "PREVIOUS": "password-3"} {
		p := d.Password(version, now)
		if got, err := d.OpenPassword(s, p); err != nil || got != want {
			t.Errorf("the password of version %s is %q, %v, want %q", version, got, err, want)
		}
		moved := *d
		moved.Priv.First, moved.Priv.Second, moved.Priv.Third = d.Priv.Second, d.Priv.Third, d.Priv.First
		if got, err := moved.OpenPassword(s, p); err == nil {
			t.Errorf("a password opens as another member: %q", got)
		}
	}
	if d.Password("PENDING", now) != nil || len(d.Priv.Passwords) > 3 {
		t.Errorf("there are %d passwords, one of them pending: %v", len(d.Priv.Passwords), d.Password("PENDING", now))
	}
}

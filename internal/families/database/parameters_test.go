package database_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
)

// parameters reads all pages of a database's parameters, and returns how many each page has.
func (l *lab) parameters(name string) (all []types.RelationalDatabaseParameter, pages []int) {
	l.T.Helper()
	in := &lightsail.GetRelationalDatabaseParametersInput{RelationalDatabaseName: &name}
	for {
		out := do(l, l.GetRelationalDatabaseParameters, in)
		all, pages = append(all, out.Parameters...), append(pages, len(out.Parameters))
		if in.PageToken = out.NextPageToken; in.PageToken == nil {
			return all, pages
		}
	}
}

// value is the value of a parameter as it is shown; "-" if there is none.
func (l *lab) value(name, parameter string) string {
	l.T.Helper()
	all, _ := l.parameters(name)
	i := slices.IndexFunc(all, func(p types.RelationalDatabaseParameter) bool { return *p.ParameterName == parameter })
	if i < 0 || all[i].ParameterValue == nil {
		return "-"
	}
	return *all[i].ParameterValue
}

// set changes parameters, each given as "name=value" or "name=value by method".
func set(name string, settings ...string) *lightsail.UpdateRelationalDatabaseParametersInput {
	in := &lightsail.UpdateRelationalDatabaseParametersInput{RelationalDatabaseName: &name}
	for _, s := range settings {
		setting, method, given := strings.Cut(s, " by ")
		parameter, value, _ := strings.Cut(setting, "=")
		p := types.RelationalDatabaseParameter{ParameterName: &parameter, ParameterValue: &value}
		if given {
			p.ApplyMethod = &method
		}
		in.Parameters = append(in.Parameters, p)
	}
	return in
}

func (l *lab) wantStatus(name, want string) {
	l.T.Helper()
	if got := *l.get(name).ParameterApplyStatus; got != want {
		l.T.Errorf("the parameters of %s are %s, want %s", name, got, want)
	}
}

// TestGetRelationalDatabaseParameters_rows has the first rows of the AWS CLI's example but for descriptions of ours.
func TestGetRelationalDatabaseParameters_rows(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	all, pages := l.parameters("shop")
	if len(all) < 500 || pages[0] != 100 || len(pages) != (len(all)+99)/100 {
		t.Errorf("%d parameters come in pages of %v", len(all), pages)
	}
	row := func(name, value, kind string, modifiable bool, description *string) types.RelationalDatabaseParameter {
		p := types.RelationalDatabaseParameter{
			ParameterName: &name, AllowedValues: new("0,1"), ApplyMethod: new("pending-reboot"), ApplyType: &kind, DataType: new("boolean"),
			Description: description, IsModifiable: &modifiable,
		}
		if value != "" {
			p.ParameterValue = &value
		}
		return p
	}
	want := []types.RelationalDatabaseParameter{
		row("activate_all_roles_on_login", "0", "dynamic", true, new("Whether all roles of a user are active after login.")),
		row("allow-suspicious-udfs", "", "static", false, new("The system variable allow-suspicious-udfs of MySQL.")),
	}
	if diff := cmp.Diff(want, all[:2], familytest.Plain); diff != "" {
		t.Errorf("the first rows (-want +got):\n%s", diff)
	}
	for _, p := range all {
		if *p.ApplyMethod != "pending-reboot" || *p.Description == "" || p.ParameterValue != nil && *p.ParameterValue == "" {
			t.Errorf("%+v is incomplete", p)
		}
	}
}

// TestGetRelationalDatabaseParameters_afterUpgrade lists those of the new version, with what was set.
func TestGetRelationalDatabaseParameters_afterUpgrade(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	do(l, l.UpdateRelationalDatabaseParameters, set("shop", "wait_timeout=60", "slave_net_timeout=70"))
	do(l, l.UpdateRelationalDatabase, &lightsail.UpdateRelationalDatabaseInput{
		RelationalDatabaseName: new("shop"), RelationalDatabaseBlueprintId: new("mysql_8_4"), ApplyImmediately: new(true),
	})
	l.Pass(time.Hour)
	if old, kept, renamed := l.value("shop", "slave_net_timeout"), l.value("shop", "wait_timeout"), l.value("shop", "replica_net_timeout"); old != "-" || kept != "60" || renamed != "-" {
		t.Errorf("after the upgrade slave_net_timeout is %s, wait_timeout %s, replica_net_timeout %s", old, kept, renamed)
	}
}

// TestUpdateRelationalDatabaseParameters_applied follows the status of each kind of change, over restarts of the server.
func TestUpdateRelationalDatabaseParameters_applied(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	l.wantStatus("shop", "in-sync")
	in := set("shop", "max_connections=50", "lower_case_table_names=1 by pending-reboot")
	in.Parameters[0].AllowedValues, in.Parameters[0].IsModifiable, in.Parameters[0].DataType = new("any"), new(false), new("list") // not read
	out := do(l, l.UpdateRelationalDatabaseParameters, in)
	l.WantOperations(out.Operations, "UpdateRelationalDatabaseParameters RelationalDatabase shop  Succeeded")
	if got := l.value("shop", "max_connections"); got != "50" {
		t.Errorf("max_connections = %s, want 50 at once", got)
	}
	l.wantStatus("shop", "pending-reboot")
	l.Server.Restart(t)
	l.Pass(24 * time.Hour)
	l.wantStatus("shop", "pending-reboot")

	do(l, l.RebootRelationalDatabase, &lightsail.RebootRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
	l.wantStatus("shop", "pending-reboot")
	l.Pass(takes(database.Reboot))
	l.wantStatus("shop", "in-sync")

	do(l, l.UpdateRelationalDatabaseParameters, set("shop", "wait_timeout=60 by immediate"))
	l.wantStatus("shop", "applying")
	l.Server.Restart(t)
	l.Pass(10 * time.Second)
	l.wantStatus("shop", "in-sync")
	do(l, l.UpdateRelationalDatabaseParameters, set("shop", "wait_timeout=70 by pending-reboot"))
	l.wantStatus("shop", "pending-reboot")
	do(l, l.UpdateRelationalDatabaseParameters, set("shop", "wait_timeout=60 by pending-reboot"))
	l.Pass(10 * time.Second)
	l.wantStatus("shop", "in-sync") // what is in effect already waits for nothing
	if got := l.events("shop"); !slices.Contains(got, "configuration change: Updated parameter wait_timeout to 70 with apply method pending-reboot") {
		t.Errorf("events: %q", got)
	}
}

// TestUpdateRelationalDatabaseParameters_appliedByRestarts wants a stop and a start to do, and a change that restarts the
// engine, but not a stop alone.
func TestUpdateRelationalDatabaseParameters_appliedByRestarts(t *testing.T) {
	l := newLab(t)
	in := input("shop")
	in.RelationalDatabaseBlueprintId = new("postgres_16")
	l.create(in)
	connections := 50
	pending := func() {
		connections++
		do(l, l.UpdateRelationalDatabaseParameters, set("shop", fmt.Sprint("max_connections=", connections)))
		l.wantStatus("shop", "pending-reboot")
	}
	pending()
	do(l, l.StopRelationalDatabase, &lightsail.StopRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
	l.Pass(time.Hour)
	l.wantStatus("shop", "pending-reboot")
	do(l, l.StartRelationalDatabase, &lightsail.StartRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
	l.Pass(takes(database.Start))
	l.wantStatus("shop", "in-sync")

	pending()
	do(l, l.StopRelationalDatabase, &lightsail.StopRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
	l.Pass(database.MaxStopped)
	l.wantStatus("shop", "pending-reboot")
	l.Pass(time.Hour) // it was started by itself
	l.wantStatus("shop", "in-sync")

	pending()
	do(l, l.UpdateRelationalDatabase, &lightsail.UpdateRelationalDatabaseInput{
		RelationalDatabaseName: new("shop"), RelationalDatabaseBlueprintId: new("postgres_17"), ApplyImmediately: new(true),
	})
	l.Pass(time.Hour)
	l.wantStatus("shop", "in-sync")
	do(l, l.UpdateRelationalDatabase, &lightsail.UpdateRelationalDatabaseInput{RelationalDatabaseName: new("shop"), PubliclyAccessible: new(true)})
	l.wantStatus("shop", "in-sync")
}

// TestUpdateRelationalDatabaseParameters_refusals changes nothing if one of several parameters is refused.
func TestUpdateRelationalDatabaseParameters_refusals(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	for _, tc := range []struct {
		in   *lightsail.UpdateRelationalDatabaseParametersInput
		want string
	}{
		{set("shop", "no_such=1"), "Could not find parameter with name: no_such"},
		{set("shop", "basedir=/tmp"), "The parameter basedir cannot be modified."},
		{set("shop", "lower_case_table_names=1 by immediate"), "cannot use immediate apply method for static parameter lower_case_table_names"},
		{set("shop", "general_log=1 by tomorrow"), "Invalid apply method for: general_log. It must be immediate or pending-reboot."},
		{set("shop", "general_log=yes"), "Invalid parameter value: yes for: general_log allowed values are: 0,1"},
		{set("shop", "max_connections=0"), "Invalid parameter value: 0 for: max_connections allowed values are: 1-100000"},
		{set("shop", "max_connections={Memory/2}"), "Invalid parameter value: {Memory/2} for: max_connections allowed values are: 1-100000"},
		{set("shop", "time_zone=a\nb"), "Invalid parameter value: a\nb for: time_zone. It must be of the type string, and have at most 1024 printable characters."},
		{set("shop", "general_log=1", "general_log=0"), "The parameter general_log is given more than once."},
		{
			&lightsail.UpdateRelationalDatabaseParametersInput{RelationalDatabaseName: new("shop"), Parameters: []types.RelationalDatabaseParameter{{ParameterValue: new("1")}}},
			"These parameters are required: parameters.1.member.parameterName",
		},
		{
			&lightsail.UpdateRelationalDatabaseParametersInput{RelationalDatabaseName: new("shop"), Parameters: []types.RelationalDatabaseParameter{{ParameterName: new("general_log")}}},
			"These parameters are required: parameters.1.member.parameterValue",
		},
	} {
		tc.in.Parameters = append(set("shop", "wait_timeout=60").Parameters, tc.in.Parameters...)
		want := strings.Replace(tc.want, "parameters.1", "parameters.2", 1)
		wantInvalid(t, fails(l, l.UpdateRelationalDatabaseParameters, tc.in), want)
	}
	if got := l.value("shop", "wait_timeout"); got != "-" {
		t.Errorf("after refused updates wait_timeout = %s", got)
	}
	do(l, l.StopRelationalDatabase, &lightsail.StopRelationalDatabaseInput{RelationalDatabaseName: new("shop")})
	familytest.WantFailed(t, fails(l, l.UpdateRelationalDatabaseParameters, set("shop", "wait_timeout=60")),
		"You can't update this database right now. The state of this database is: stopping")
	familytest.WantNotFound(t, fails(l, l.UpdateRelationalDatabaseParameters, set("none", "wait_timeout=60")), "The RelationalDatabase does not exist: none")
}

// TestCreateRelationalDatabaseFromSnapshot_parameters carry over, also those that waited for a restart.
func TestCreateRelationalDatabaseFromSnapshot_parameters(t *testing.T) {
	l := newLab(t)
	l.create(input("shop"))
	do(l, l.UpdateRelationalDatabaseParameters, set("shop", "wait_timeout=60", "lower_case_table_names=1"))
	do(l, l.CreateRelationalDatabaseSnapshot, &lightsail.CreateRelationalDatabaseSnapshotInput{
		RelationalDatabaseName: new("shop"), RelationalDatabaseSnapshotName: new("safe"),
	})
	l.Pass(time.Hour)
	for name, in := range map[string]*lightsail.CreateRelationalDatabaseFromSnapshotInput{
		"copy": {RelationalDatabaseSnapshotName: new("safe")},
		"past": {SourceRelationalDatabaseName: new("shop"), UseLatestRestorableTime: new(true)},
	} {
		in.RelationalDatabaseName = &name
		do(l, l.CreateRelationalDatabaseFromSnapshot, in)
		l.wantStatus(name, "in-sync")
		if a, b := l.value(name, "wait_timeout"), l.value(name, "lower_case_table_names"); a != "60" || b != "1" {
			t.Errorf("%s: wait_timeout = %s, lower_case_table_names = %s", name, a, b)
		}
	}
}

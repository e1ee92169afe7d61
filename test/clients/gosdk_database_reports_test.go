//go:build clients

package clients

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
)

// setting is a parameter as an update has it.
func setting(name, value, method string) types.RelationalDatabaseParameter {
	return types.RelationalDatabaseParameter{ParameterName: &name, ParameterValue: &value, ApplyMethod: &method}
}

// testDatabaseReports changes parameters of a database, and reads what there is of it: parameters, events, logs and metrics.
func testDatabaseReports(t *testing.T, c *lightsail.Client) {
	u, name := newUser(t, c), new("db")
	do(u, u.CreateRelationalDatabase, u.databaseInput(*name))
	u.awaitDatabase(*name, "available")
	update := &lightsail.UpdateRelationalDatabaseParametersInput{RelationalDatabaseName: name, Parameters: []types.RelationalDatabaseParameter{
		setting("max_connections", "{DBInstanceClassMemory/25165760}", "immediate"), setting("lower_case_table_names", "1", "pending-reboot"),
	}}
	u.wantDone(do(u, u.UpdateRelationalDatabaseParameters, update).Operations, u.onDatabase("UpdateRelationalDatabaseParameters", *name, ""))
	if status := *u.database(*name).ParameterApplyStatus; status != "pending-reboot" {
		t.Errorf("the parameters are %s", status)
	}
	do(u, u.RebootRelationalDatabase, &lightsail.RebootRelationalDatabaseInput{RelationalDatabaseName: name})
	if status := *u.awaitDatabase(*name, "available").ParameterApplyStatus; status != "in-sync" {
		t.Errorf("after a reboot the parameters are %s", status)
	}
	wantParameter(u, *name, types.RelationalDatabaseParameter{
		ParameterName: new("max_connections"), ParameterValue: new("{DBInstanceClassMemory/25165760}"), AllowedValues: new("1-100000"), DataType: new("integer"),
		ApplyType: new("dynamic"), ApplyMethod: new("pending-reboot"), IsModifiable: new(true), Description: new("How many clients can be connected at one time."),
	})
	for _, tc := range []struct{ name, value, method, want string }{
		{"max_connections", "0", "immediate", "Invalid parameter value: 0 for: max_connections allowed values are: 1-100000"},
		{"datadir", "/tmp", "pending-reboot", "The parameter datadir cannot be modified."},
		{"no_such", "0", "immediate", "Could not find parameter with name: no_such"},
	} {
		update.Parameters = []types.RelationalDatabaseParameter{setting(tc.name, tc.value, tc.method)}
		refused(u, u.UpdateRelationalDatabaseParameters, update, invalid("InvalidParams", tc.want))
	}
	wantEvents(u, *name)
	wantLogs(u, *name)
	now := time.Now()
	data := do(u, u.GetRelationalDatabaseMetricData, &lightsail.GetRelationalDatabaseMetricDataInput{
		RelationalDatabaseName: name, MetricName: types.RelationalDatabaseMetricNameFreeableMemory, Unit: types.MetricUnitBytes,
		StartTime: new(now.Add(-time.Hour)), EndTime: &now, Period: new(int32(300)), Statistics: []types.MetricStatistic{types.MetricStatisticAverage},
	})
	if data.MetricName != types.RelationalDatabaseMetricNameFreeableMemory || data.MetricData == nil {
		t.Errorf("the data of %s are %v", data.MetricName, data.MetricData)
	}
}

func wantParameter(u *user, name string, want types.RelationalDatabaseParameter) {
	u.t.Helper()
	all := slices.Concat(pagesOf(u.t, func(token *string) ([]types.RelationalDatabaseParameter, *string, error) {
		out, err := u.GetRelationalDatabaseParameters(u.t.Context(), &lightsail.GetRelationalDatabaseParametersInput{RelationalDatabaseName: &name, PageToken: token})
		return out.Parameters, out.NextPageToken, err
	})...)
	n := slices.IndexFunc(all, func(p types.RelationalDatabaseParameter) bool { return *p.ParameterName == *want.ParameterName })
	if n < 0 {
		u.t.Fatalf("%s is not among %d parameters", *want.ParameterName, len(all))
	}
	if diff := cmp.Diff(want, all[n], ignoreUnexported); diff != "" {
		u.t.Errorf("parameter: -want +got\n%s", diff)
	}
}

func wantEvents(u *user, name string) {
	u.t.Helper()
	all := slices.Concat(pagesOf(u.t, func(token *string) ([]types.RelationalDatabaseEvent, *string, error) {
		out, err := u.GetRelationalDatabaseEvents(u.t.Context(), &lightsail.GetRelationalDatabaseEventsInput{RelationalDatabaseName: &name, PageToken: token})
		return out.RelationalDatabaseEvents, out.NextPageToken, err
	})...)
	if first, last := *all[0].Message, *all[len(all)-1].Message; first != "Relational Database created" || last != "Relational Database restarted" {
		u.t.Errorf("the events begin with %q and end with %q", first, last)
	}
}

func wantLogs(u *user, name string) {
	u.t.Helper()
	streams := do(u, u.GetRelationalDatabaseLogStreams, &lightsail.GetRelationalDatabaseLogStreamsInput{RelationalDatabaseName: &name}).LogStreams
	if !slices.Equal(streams, []string{"audit", "error", "general", "slowquery"}) {
		u.t.Errorf("the streams are %q", streams)
	}
	in := &lightsail.GetRelationalDatabaseLogEventsInput{RelationalDatabaseName: &name, LogStreamName: new("error")}
	tail := do(u, u.GetRelationalDatabaseLogEvents, in)
	if n := len(tail.ResourceLogEvents); n == 0 || !strings.Contains(*tail.ResourceLogEvents[n-1].Message, "ready for connections") {
		u.t.Fatalf("the log ends with %+v", tail.ResourceLogEvents)
	}
	in.PageToken = tail.NextForwardToken
	if end := do(u, u.GetRelationalDatabaseLogEvents, in); len(end.ResourceLogEvents) != 0 || *end.NextForwardToken != *in.PageToken || end.NextBackwardToken == nil {
		u.t.Errorf("after the last line come %+v", end.ResourceLogEvents)
	}
	in.LogStreamName = new("postgresql")
	refused(u, u.GetRelationalDatabaseLogEvents, in, invalid("InvalidParams", ""))
}

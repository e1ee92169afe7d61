package export_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/kind/alarm"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// fillAlarms adds three alarms of the instance site to what fillInstances adds: busy and calm about one metric, and out about
// another. busy has all members and is being tested.
func (s *site) fillAlarms() *site {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		web, err := tx.Resource(root, region, "site")
		busy := s.alarm(70, "busy", types.MetricNameCPUUtilization)
		busy.Doc.ContactProtocols = []types.ContactProtocol{types.ContactProtocolEmail, types.ContactProtocolSms}
		busy.Doc.NotificationTriggers = types.AlarmState("").Values()
		busy.Try(types.AlarmStateAlarm, now, now.Add(alarm.TestTakes))
		busy.Priv.Prompt = now.Add(alarm.PromptAfter)
		for _, a := range []*alarm.Alarm{busy, s.alarm(71, "calm", types.MetricNameCPUUtilization), s.alarm(72, "out", types.MetricNameNetworkOut)} {
			err = firstOf(err, a.Pack(), tx.InsertResource(a.Resource), tx.InsertLink(a.Resource, resource.MonitoredInstance, web, a.Monitoring()))
		}
		return err
	})
	return s
}

func (s *site) alarm(n int, name string, metric types.MetricName) *alarm.Alarm {
	s.t.Helper()
	r := newResource(n, root, name, resource.Alarm)
	r.Zone = "all"
	a := alarm.New(r)
	refusal := a.Configure(types.Alarm{
		MetricName: metric, ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, Threshold: new(80.0), EvaluationPeriods: new(int32(3)),
	}, resource.Instance)
	if refusal != "" {
		s.t.Fatal(refusal)
	}
	a.Fill(a.SupportSuffix())
	return a
}

// TestImport_alarms moves alarms with their links.
func TestImport_alarms(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances().fillAlarms(), newSite(t, newDSN(t))
	file, exported := from.export(export.Options{})
	imported, err := to.load(export.ImportOptions{}, file)
	if err != nil || exported.Links != 3 || imported.Links != 3 {
		t.Fatalf("exported %+v, imported %+v, %v, want 3 links", exported, imported, err)
	}
	of := func(s *site) (lines []string) {
		for _, line := range s.contents() {
			if strings.Contains(line, "larm") {
				lines = append(lines, line)
			}
		}
		return lines
	}
	if diff := cmp.Diff(of(from), of(to)); diff != "" || len(of(to)) < 3 {
		t.Errorf("alarms of %d lines (-from +to):\n%s", len(of(to)), diff)
	}
}

// TestImport_invalidAlarms changes one thing about an alarm or its link. The API would not have made any of them.
func TestImport_invalidAlarms(t *testing.T) {
	good, _ := newSite(t, sqliteDSN(t)).fill().fillInstances().fillAlarms().export(export.Options{})
	to := newSite(t, newDSN(t))
	const config = "it is not a configuration that PutAlarm makes"
	line, link := "", linkLine(t, good, resource.MonitoredInstance)
	for l := range strings.Lines(good) {
		if strings.Contains(l, `"name":"busy","kind":"Alarm"`) {
			line = l
		}
	}
	for title, tc := range map[string]struct{ old, with, want string }{
		"another support code":       {`/busy`, `/other`, "supportCode is not the resource's"},
		"a zone":                     {`"zone":"all"`, `"zone":"us-east-1a"`, "location is not the resource's"},
		"a state in the document":    {`"doc":\{`, `"doc":{"state":"OK",`, "doc: state is in the private document"},
		"an unknown metric":          {`"CPUUtilization"`, `"RequestCount"`, config},
		"another unit":               {`"unit":"Percent"`, `"unit":"Bytes"`, config},
		"another statistic":          {`"Average"`, `"Sum"`, config},
		"another period":             {`"period":300`, `"period":60`, config},
		"no threshold":               {`"threshold":80.0,`, ``, config},
		"no operator":                {`"comparisonOperator":"[^"]*",`, ``, config},
		"an unknown operator":        {`GreaterThanThreshold`, `EqualToThreshold`, config},
		"too many periods":           {`"evaluationPeriods":3`, `"evaluationPeriods":289`, config},
		"too many datapoints":        {`"datapointsToAlarm":3`, `"datapointsToAlarm":4`, config},
		"no datapoints":              {`"datapointsToAlarm":3,`, ``, config},
		"an unknown treatment":       {`"treatMissingData":"missing"`, `"treatMissingData":"guess"`, config},
		"no switch":                  {`"notificationEnabled":true,`, ``, config},
		"a protocol twice":           {`\["Email","SMS"\]`, `["Email","Email"]`, config},
		"an unknown protocol":        {`\["Email","SMS"\]`, `["Fax"]`, config},
		"no trigger ALARM":           {`"notificationTriggers":\["OK","ALARM"`, `"notificationTriggers":["OK"`, config},
		"no trigger":                 {`"notificationTriggers":\[[^]]*\],`, ``, config},
		"the name of what it is of":  {`"monitoredResourceInfo":\{`, `"monitoredResourceInfo":{"name":"site",`, config},
		"no kind of what it is of":   {`"monitoredResourceInfo":\{[^}]*\},`, ``, config},
		"an unknown state":           {`"priv":\{"state":"INSUFFICIENT_DATA"`, `"priv":{"state":"GOOD"`, "unknown state"},
		"no beginning":               {`"since":"[^"]*",`, ``, "the state has no beginning or no evaluation"},
		"no evaluation":              {`"evaluated":"[^"]*",`, ``, "the state has no beginning or no evaluation"},
		"a prompt of ancient times":  {`"prompt":"2`, `"prompt":"0`, "is before 1970"},
		"a test of an unknown state": {`"test":\{"state":"ALARM"`, `"test":{"state":"GOOD"`, "the test has an unknown state"},
		"a test that ends too early": {`"until":"2`, `"until":"1`, "the test has an unknown state, or ends before it begins"},
		"a test that does not end":   {`"until":"2`, `"until":"9`, "the test takes more than 30 days"},
		"more to know":               {`"priv":\{`, `"priv":{"more":1,`, "priv: more is not what Lanyard writes"},
	} {
		t.Run(title, func(t *testing.T) { wantLineRefused(t, to, good, line, replaceRegexp(line, tc.old, tc.with), tc.want) })
	}
	for title, tc := range map[string]struct{ changed, want string }{
		"a link that is missing":        {"", ""},
		"a link about nothing":          {replaceRegexp(link, `"doc":\{[^}]*\}`, `"doc":{}`), "it is not about the metric of the alarm"},
		"a link with more to say":       {replaceRegexp(link, `"doc":\{`, `"doc":{"more":1,`), "it is not about the metric of the alarm"},
		"a link about another metric":   {replaceRegexp(link, `CPUUtilization`, `NetworkIn`), "it is not about the metric of the alarm"},
		"a link to a database":          {replaceRegexp(link, `monitoredInstance`, `monitoredDatabase`), "it is not from a Alarm to a RelationalDatabase of one region"},
		"a link that is there twice":    {link + link, "the record is not in order, or there twice"},
		"a link to what does not exist": {replaceRegexp(link, `"to":"[^"]*"`, `"to":"00000000-0000-4000-8000-000000000099"`), "that could have a link"},
	} {
		t.Run(title, func(t *testing.T) { wantLineRefused(t, to, good, link, tc.changed, tc.want) })
	}
}

// TestImport_tooManyAlarms makes two metrics one, which has three alarms then.
func TestImport_tooManyAlarms(t *testing.T) {
	good, _ := newSite(t, sqliteDSN(t)).fill().fillInstances().fillAlarms().export(export.Options{})
	changed := strings.NewReplacer("NetworkOut", "CPUUtilization", `"statistic":"Sum"`, `"statistic":"Average"`, `"unit":"Bytes"`, `"unit":"Percent"`).Replace(good)
	_, err := newSite(t, newDSN(t)).try(changed)
	if want := "the metric of the resource has more alarms than it can have"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error: %v, want …%s", err, want)
	}
}

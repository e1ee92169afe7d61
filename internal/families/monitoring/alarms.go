package monitoring

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/alarm"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	alarmruntime "github.com/lanyard-cloud/lanyard/internal/runtime/alarm"
)

func alarms() []api.Action {
	return []api.Action{
		api.New(putAlarm, api.Puts(resource.Alarm), api.OnMember("monitoredResourceName", alarm.Kinds()...)),
		api.New(getAlarms, api.On(resource.Alarm), api.MayBeOn("monitoredResourceName", alarm.Kinds()...)),
		api.New(testAlarm, api.On(resource.Alarm)),
		api.New(deleteAlarm, api.Deletes(resource.Alarm)),
	}
}

// putAlarm makes an alarm, or replaces the whole configuration of one, which keeps its state and its tags.
func putAlarm(c *api.Call, in *lightsail.PutAlarmInput) (*lightsail.PutAlarmOutput, error) {
	a, err := api.Target[alarm.Alarm](c)
	if err != nil {
		return nil, err
	}
	monitored, err := monitorable(c)
	if err != nil {
		return nil, err
	}
	store := c.Save
	if a == nil {
		a, store = alarm.New(c.New(resource.Alarm, *in.AlarmName)), c.Insert
	} else if err := alarmruntime.Settle(c.Tx, c.Metrics(), a, c.Now); err != nil {
		return nil, err
	}
	a.Priv.Prompt = c.After(alarm.PromptAfter)
	refusal := a.Configure(configuration(in), monitored.Kind)
	switch {
	case refusal != "":
		return nil, api.InvalidParams("%s", refusal)
	case a.Full(monitored):
		return nil, api.InvalidInput(api.CodeLimitExceeded, "You can configure up to two alarms per metric. The metric %s of %s has two.",
			in.MetricName, monitored.Name)
	}
	if err := store(a); err != nil {
		return nil, err
	}
	if err := monitor(c, a, monitored); err != nil {
		return nil, err
	}
	return &lightsail.PutAlarmOutput{Operations: recorded(c, a)}, nil
}

// configuration is what an input says of an alarm.
func configuration(in *lightsail.PutAlarmInput) types.Alarm {
	return types.Alarm{
		ComparisonOperator: in.ComparisonOperator, ContactProtocols: in.ContactProtocols, DatapointsToAlarm: in.DatapointsToAlarm,
		EvaluationPeriods: in.EvaluationPeriods, MetricName: in.MetricName, NotificationEnabled: in.NotificationEnabled,
		NotificationTriggers: in.NotificationTriggers, Threshold: in.Threshold, TreatMissingData: in.TreatMissingData,
	}
}

// monitorable is the resource to be monitored. One that is being deleted has lost its alarms, and gets
// no others.
func monitorable(c *api.Call) (*resource.Resource, error) {
	r, err := c.Tx.ResourceByID(c.Target(alarm.Kinds()...).ID)
	if err == nil && !r.GoneAt.IsZero() {
		err = api.WrongState("monitor", "resource", "deleting")
	}
	return r, err
}

// monitor links an alarm to the resource that it monitors, and to no other.
func monitor(c *api.Call, a *alarm.Alarm, monitored *resource.Resource) error {
	if a.Monitors(monitored) {
		return nil
	}
	if link := a.Link(); link != nil {
		if err := c.Unlink(a.Resource, link); err != nil {
			return err
		}
	}
	return c.Link(a, alarm.RoleOf(monitored.Kind), monitored, a.Monitoring())
}

// recorded records one operation on an alarm, with the monitored resource in its details.
func recorded(c *api.Call, a *alarm.Alarm) []types.Operation {
	op := c.Record(a.Resource)
	op.OperationDetails = &a.Link().Other.Name
	return []types.Operation{*op}
}

// getAlarms lists all alarms by name, or those of a resource, or the one of a name. A resource that
// does not exist has none.
func getAlarms(c *api.Call, in *lightsail.GetAlarmsInput) (*lightsail.GetAlarmsOutput, error) {
	scope, fetch := "", c.ByName(resource.Alarm)
	if in.AlarmName != nil || in.MonitoredResourceName != nil {
		scope = fmt.Sprintf("%s of %s", aws.ToString(in.AlarmName), aws.ToString(in.MonitoredResourceName))
		fetch = func(after string, limit int) ([]*resource.Resource, error) { return selected(c, in, after, limit) }
	}
	list, next, err := api.ListBy(c, in.PageToken, scope, fetch, func(r *resource.Resource) (*types.Alarm, error) { return shown(c, r) })
	return &lightsail.GetAlarmsOutput{Alarms: list, NextPageToken: next}, err
}

// shown is an alarm as its metric has it by now, whatever is stored of it.
func shown(c *api.Call, r *resource.Resource) (*types.Alarm, error) {
	a := &alarm.Alarm{}
	if err := a.Open(r); err != nil {
		return nil, err
	}
	_, err := alarmruntime.Advance(c.Tx, c.Metrics(), a, c.Now)
	return a.Show(c.Now), err
}

// selected reads up to limit alarms after a name of those that the input selects.
func selected(c *api.Call, in *lightsail.GetAlarmsInput, after string, limit int) (all []*resource.Resource, err error) {
	var ids []string
	for _, l := range monitoring(c, in) {
		if l.Name > after && len(ids) < limit {
			ids = append(ids, l.ID)
		}
	}
	for _, id := range ids {
		r, err := c.Tx.ResourceByID(id)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// monitoring lists the alarms that the input selects, by name.
func monitoring(c *api.Call, in *lightsail.GetAlarmsInput) (all []*resource.Resource) {
	named, monitored := c.Target(resource.Alarm), c.Target(alarm.Kinds()...)
	if in.MonitoredResourceName == nil {
		return append(all, named)
	}
	if monitored == nil {
		return nil
	}
	for _, l := range monitored.Links {
		if l.Other.Kind == resource.Alarm && (named == nil || named.ID == l.Other.ID) {
			all = append(all, l.Other)
		}
	}
	slices.SortFunc(all, func(x, y *resource.Resource) int { return strings.Compare(x.Name, y.Name) })
	return all
}

// testAlarm notifies as a change to the state does.
func testAlarm(c *api.Call, in *lightsail.TestAlarmInput) (*lightsail.TestAlarmOutput, error) {
	a, err := api.Target[alarm.Alarm](c)
	if err != nil {
		return nil, err
	}
	if err := alarmruntime.Settle(c.Tx, c.Metrics(), a, c.Now); err != nil {
		return nil, err
	}
	if err := alarmruntime.Notify(c.Tx, a, c.Now, a.Try(in.State, c.Now, c.After(alarm.TestTakes))); err != nil {
		return nil, err
	}
	return &lightsail.TestAlarmOutput{Operations: recorded(c, a)}, c.Save(a)
}

func deleteAlarm(c *api.Call, _ *lightsail.DeleteAlarmInput) (*lightsail.DeleteAlarmOutput, error) {
	a, err := api.Target[alarm.Alarm](c)
	if err != nil {
		return nil, err
	}
	monitored := a.Link().Other.Name
	op, err := c.Delete(a.Resource)
	if err != nil {
		return nil, err
	}
	op.OperationDetails = &monitored
	return &lightsail.DeleteAlarmOutput{Operations: []types.Operation{*op}}, nil
}

package alarm

import (
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Stored is how an import checks alarms.
func Stored() resource.StoredKinds {
	return resource.StoredKinds{resource.Alarm: {Check: check, CheckLinks: checkLink}}
}

func check(r *resource.Resource) (claims resource.Claims, err error) {
	al := &Alarm{}
	if err := al.Open(r); err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(al, al.SupportSuffix())
	a.Everywhere(r)
	a.Name("name", &r.Name)
	a.Want(al.Doc.State == "", "doc: state is in the private document")
	a.Want(al.isConfigured(), "doc: it is not a configuration that PutAlarm makes")
	al.checkState(&a)
	if role := RoleOf(al.monitoredKind()); role != "" {
		claims.Links = []resource.Role{role}
	}
	return claims, a.Repack(al)
}

// monitoredKind is the kind of the monitored resource, as the document says.
func (a *Alarm) monitoredKind() resource.Kind {
	if a.Doc.MonitoredResourceInfo == nil {
		return ""
	}
	return resource.Kind(a.Doc.MonitoredResourceInfo.ResourceType)
}

// isConfigured reports whether Configure could have made the document.
func (a *Alarm) isConfigured() bool {
	made := Alarm{}
	if made.Configure(a.Doc, a.monitoredKind()) != "" {
		return false
	}
	info, period := a.Doc.MonitoredResourceInfo, made.Doc.Period
	return info.Arn == nil && info.Name == nil && a.Doc.Threshold != nil && len(a.Doc.NotificationTriggers) > 0 &&
		slices.Contains(types.ComparisonOperator("").Values(), a.Doc.ComparisonOperator) &&
		slices.Contains(types.TreatMissingData("").Values(), a.Doc.TreatMissingData) &&
		a.Doc.DatapointsToAlarm != nil && a.Doc.NotificationEnabled != nil &&
		aws.ToInt32(a.Doc.Period) == *period && a.Doc.Unit == made.Doc.Unit && a.Doc.Statistic == made.Doc.Statistic &&
		among(a.Doc.ContactProtocols, types.ContactProtocol("").Values()) && among(a.Doc.NotificationTriggers, types.AlarmState("").Values())
}

// among reports whether a list has only some values, each once.
func among[T comparable](list, values []T) bool {
	return len(list) == len(once(list)) && !slices.ContainsFunc(list, func(v T) bool { return !slices.Contains(values, v) })
}

func (a *Alarm) checkState(to *audit.Audit) {
	states := types.AlarmState("").Values()
	to.Want(slices.Contains(states, a.Priv.State), "priv: unknown state")
	to.Want(!a.Priv.Since.IsZero() && !a.Priv.Evaluated.IsZero(), "priv: the state has no beginning or no evaluation")
	for member, at := range map[string]time.Time{
		"since": a.Priv.Since, "evaluated": a.Priv.Evaluated, "prompt": a.Priv.Prompt,
	} {
		to.Moment(member, at)
	}
	if t := a.Priv.Test; t != nil {
		to.Want(slices.Contains(states, t.State) && !t.Until.Before(t.At), "priv: the test has an unknown state, or ends before it begins")
		to.Moment("at of the test", t.At)
		to.Want(t.Until.Sub(t.At) <= audit.MaxTransition, "priv: the test takes more than 30 days")
	}
}

// checkLink wants the link of the alarm's metric, of which the resource has not too many.
func checkLink(role resource.Role, from, to *resource.Resource, doc []byte) error {
	a, m := &Alarm{}, Monitoring{}
	if err := a.Open(from); err != nil {
		return err
	}
	switch {
	case audit.Decode(doc, &m) != nil || m.Metric != a.Doc.MetricName:
		return errors.New("doc: it is not about the metric of the alarm")
	case role != RoleOf(a.monitoredKind()):
		return errors.New("the alarm monitors a resource of another kind")
	case a.Full(to):
		return errors.New("the metric of the resource has more alarms than it can have")
	}
	return nil
}

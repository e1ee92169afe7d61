package alarm

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
)

// Notifies reports whether the alarm sends notifications of changes to a state.
func (a *Alarm) Notifies(of types.AlarmState) bool {
	return *a.Doc.NotificationEnabled && slices.Contains(a.Doc.NotificationTriggers, of)
}

// Mail is the mail about a change of state. AWS's is not known.
func (a *Alarm) Mail(c Change) (subject, text string) {
	region := a.Resource.Region
	if known, ok := catalogue.LookupRegion(region); ok {
		region = known.DisplayName
	}
	monitored := a.Link().Other
	return fmt.Sprintf("%s: %q in %s", c.To, a.Resource.Name, region), strings.Join([]string{
		fmt.Sprintf("The state of the alarm %q in %s has changed.", a.Resource.Name, region), "",
		fmt.Sprintf("Resource: %s (%s)", monitored.Name, monitored.Kind),
		fmt.Sprintf("Metric: %s (%s of 5 minutes, in %s)", a.Doc.MetricName, a.Doc.Statistic, a.Doc.Unit),
		fmt.Sprintf("State: %s -> %s", c.From, c.To),
		"Reason: " + c.Reason,
		"Time: " + c.At.UTC().Format(time.DateTime) + " UTC", "",
		"Alarm: " + a.Resource.ARN(), "",
	}, "\n")
}

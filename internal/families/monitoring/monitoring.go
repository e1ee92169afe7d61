// Package monitoring holds the actions about alarms and contact methods.
//
// It does not send mails: it queues them.
package monitoring

import (
	"maps"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/alarm"
	"github.com/lanyard-cloud/lanyard/internal/kind/contactmethod"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Declare returns what the family has.
func Declare() api.Family {
	return api.Family{
		Actions: slices.Concat(alarms(), contactMethods()),
		Kinds:   kinds(),
		Roles:   map[resource.Role]api.Role{resource.MonitoredBalancer: {}, resource.MonitoredDatabase: {}, resource.MonitoredInstance: {}},
	}
}

func kinds() resource.StoredKinds {
	all := alarm.Stored()
	maps.Copy(all, contactmethod.Stored())
	return all
}

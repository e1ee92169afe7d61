package api

import (
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Family is what a family of actions gives to the server.
type Family struct {
	Actions []Action
	// Kinds are those that the actions make, with what their documents are held to when they
	// come from a file.
	Kinds resource.StoredKinds
	// Roles are those of links that the actions make.
	Roles map[resource.Role]Role
	// Metrics say what is measured of resources. Alarms and the Get…MetricData actions read the same.
	Metrics metric.Sources
	// Costs are those of the kinds that cost something.
	Costs map[resource.Kind]Cost
}

package api

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

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
	// IPAddressTypes has what SetIpAddressType does to the kinds that have IP address types.
	IPAddressTypes map[resource.Kind]SetIPAddressType
}

// SetIPAddressType gives the resource that a call of SetIpAddressType is on its new IP address type.
// It returns the operation that the answer has.
type SetIPAddressType func(*Call, *lightsail.SetIpAddressTypeInput) (*types.Operation, error)

package subdomain

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The states of a stored subdomain. One that is implicit is not stored: see Claim.
const (
	creating     = string(types.SubdomainStateCreating)
	createFailed = string(types.SubdomainStateCreateFailed)
	unattached   = string(types.SubdomainStateUnattached)
	attaching    = string(types.SubdomainStateAttaching)
	attached     = string(types.SubdomainStateAttached)
	detaching    = string(types.SubdomainStateDetaching)
	transferring = string(types.SubdomainStateTransferring)
)

// The events of Lifecycle.
const (
	// Create makes a subdomain, and Fail makes one of a name of which the creation fails.
	Create = "create"
	Fail   = "fail"
	// Serve makes a subdomain for a new distribution.
	Serve = "serve"
	// Associate, Disassociate and Transfer are the changes of an association.
	Associate    = "associate"
	Disassociate = "disassociate"
	Transfer     = "transfer"
)

// changeTakes is how long a change of an association takes: as long as the deployment of the distribution. createTakes is how long
// a creation does. Both are guesses.
const (
	changeTakes = 300 * time.Second
	createTakes = 10 * time.Second
)

// Lifecycle is how the state of a subdomain moves. With a new distribution it is created once that is deployed (API reference,
// CreateDistribution).
var Lifecycle = resource.Lifecycle{
	Create: {{State: creating, Takes: createTakes}, {State: unattached}},
	Fail:   {{State: creating, Takes: createTakes}, {State: createFailed}},
	Serve: {
		{State: creating, Takes: changeTakes + createTakes}, {State: attaching, Takes: changeTakes}, {State: attached},
	},
	Associate:    {{State: attaching, Takes: changeTakes}, {State: attached}},
	Disassociate: {{State: detaching, Takes: changeTakes}, {State: unattached}},
	Transfer:     {{State: transferring, Takes: changeTakes}, {State: attached}},
}

// Times that are AWS's on any time scale (API reference).
const (
	// ReservedFor is how long a reservation lasts.
	ReservedFor = 15 * time.Minute
	// HeldFor is how long a deleted subdomain that was associated with a resource is not available to other accounts.
	HeldFor = 30 * 24 * time.Hour
	// transferEvery is the period in which a subdomain can be transferred once.
	transferEvery = 24 * time.Hour
)

// maxHistory is how many steps of its plan a subdomain remembers.
const maxHistory = 8

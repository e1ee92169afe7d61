package distribution

import (
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The states of a distribution. The first two are the words that it shows (AWS's CloudFormation provider
// waits for the second). One that is disabled shows the second, too.
const (
	inProgress = "InProgress"
	deployed   = "Deployed"
	disabled   = "Disabled"
)

// Change is the event of Lifecycle: a distribution is made or changed.
const Change = "change"

// Lifecycle is how the state of a distribution moves. On AWS a change takes a bit more than five minutes
// (times of the acceptance tests of Terraform's AWS provider).
var Lifecycle = resource.Lifecycle{
	Change: {{State: inProgress, Takes: 300 * time.Second}, {State: deployed}},
}

// ResetTakes is how long it takes to empty the cache. On CloudFront it is about a minute.
const ResetTakes = 60 * time.Second

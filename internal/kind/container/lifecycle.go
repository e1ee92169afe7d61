package container

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	driver "github.com/lanyard-cloud/lanyard/internal/driver/container"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The states of a service between which it moves. Those in which it works on something have a
// detail after a blank.
const (
	pending   = string(types.ContainerServiceStatePending)
	ready     = string(types.ContainerServiceStateReady)
	deploying = string(types.ContainerServiceStateDeploying)
	running   = string(types.ContainerServiceStateRunning)
	updating  = string(types.ContainerServiceStateUpdating)
	disabled  = string(types.ContainerServiceStateDisabled)
	deleting  = string(types.ContainerServiceStateDeleting)

	// rest is the place of ready, running or disabled in the lifecycle: Enter knows which.
	rest = "rest"
)

// The events of a service that Lifecycle has. What becomes of a deployment is an event of its own:
// the fate that a driver says.
const (
	Create = "create"
	// Update changes a service, Keep changes nothing of it, and Delete deletes it.
	Update = "update"
	Keep   = "keep"
	Delete = "delete"
)

func detailed(state string, detail types.ContainerServiceStateDetailCode) string {
	return state + " " + string(detail)
}

// Lifecycle is how the state of a service moves. On AWS a service is there after one to five minutes,
// and a deployment after two to five; one that never gets healthy is activating for many minutes
// (observed by users). How long the single steps take is a guess.
var Lifecycle = resource.Lifecycle{
	Create: {
		{State: pending, Takes: 2 * time.Second}, // without a detail, as the first answer is (API reference)
		{State: detailed(pending, types.ContainerServiceStateDetailCodeCreatingSystemResources), Takes: 38 * time.Second},
		{State: detailed(pending, types.ContainerServiceStateDetailCodeCreatingNetworkInfrastructure), Takes: 40 * time.Second},
		{State: detailed(pending, types.ContainerServiceStateDetailCodeProvisioningCertificate), Takes: 40 * time.Second},
		{State: detailed(pending, types.ContainerServiceStateDetailCodeProvisioningService), Takes: 30 * time.Second},
		{State: rest},
	},
	string(driver.Healthy): {
		{State: detailed(deploying, types.ContainerServiceStateDetailCodeCreatingDeployment), Takes: 60 * time.Second},
		{State: detailed(deploying, types.ContainerServiceStateDetailCodeEvaluatingHealthCheck), Takes: 60 * time.Second},
		{State: detailed(deploying, types.ContainerServiceStateDetailCodeActivatingDeployment), Takes: 30 * time.Second},
		{State: rest},
	},
	string(driver.Unhealthy): {
		{State: detailed(deploying, types.ContainerServiceStateDetailCodeCreatingDeployment), Takes: 60 * time.Second},
		{State: detailed(deploying, types.ContainerServiceStateDetailCodeEvaluatingHealthCheck), Takes: 540 * time.Second},
		{State: rest},
	},
	string(driver.Unpullable): {
		{State: detailed(deploying, types.ContainerServiceStateDetailCodeCreatingDeployment), Takes: 240 * time.Second},
		{State: rest},
	},
	Update: {{State: detailed(updating, types.ContainerServiceStateDetailCodeProvisioningService), Takes: 120 * time.Second}, {State: rest}},
	Keep:   {{State: detailed(updating, types.ContainerServiceStateDetailCodeProvisioningService), Takes: 10 * time.Second}, {State: rest}},
	// Terraform providers want a service to be gone seven seconds after its deletion, here at the
	// default time scale.
	Delete: {{State: deleting, Takes: 40 * time.Second}},
}

// Logs are the lines that a service writes to the logs of a deployment's containers, by the
// deployment's fate, each with how long it is until the next one (observed; the times are a guess).
// %s stands for the number of nodes.
var Logs = resource.Lifecycle{
	string(driver.Healthy): {
		{State: "Creating your deployment", Takes: 30 * time.Second},
		{State: "Started %s", Takes: 120 * time.Second},
		{State: "Reached a steady state"},
	},
	string(driver.Unhealthy): {
		{State: "Creating your deployment", Takes: 30 * time.Second},
		{State: "Started %s", Takes: 569 * time.Second},
		{State: "Took too long", Takes: time.Second},
		{State: "Canceled"},
	},
	// AWS tries three times.
	string(driver.Unpullable): {
		{State: "Creating your deployment", Takes: 30 * time.Second},
		{State: "Started %s", Takes: 70 * time.Second},
		{State: "Started %s", Takes: 70 * time.Second},
		{State: "Started %s", Takes: 70 * time.Second},
		{State: "Canceled"},
	},
}

// finalizing is the last line that a service writes to the logs of a deployment that another one
// has replaced (observed).
const finalizing = "Finalizing your deployment"

// states are all that a plan has steps of.
func states() []string {
	all := []string{ready, running, disabled}
	for _, phases := range Lifecycle {
		for _, p := range phases {
			if p.State != rest {
				all = append(all, p.State)
			}
		}
	}
	return all
}

// stateOf separates the two parts of a state.
func stateOf(step string) (types.ContainerServiceState, *types.ContainerServiceStateDetail) {
	state, detail, _ := strings.Cut(step, " ")
	if detail == "" {
		return types.ContainerServiceState(state), nil
	}
	return types.ContainerServiceState(state), &types.ContainerServiceStateDetail{Code: types.ContainerServiceStateDetailCode(detail)}
}

package container

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The states of a deployment.
const (
	activating = string(types.ContainerServiceDeploymentStateActivating)
	active     = string(types.ContainerServiceDeploymentStateActive)
	inactive   = string(types.ContainerServiceDeploymentStateInactive)
	failed     = string(types.ContainerServiceDeploymentStateFailed)
)

// MaxDeployments is how many versions of a service are kept (API reference). The active one is among
// them, however old it is.
const MaxDeployments = 50

// Deployments is the class of a service's deployments. The number of an entry is the deployment's
// version.
var Deployments = resource.Class{Name: "deployments", Exported: true, Check: checkDeployment}

// Deployment is a stored deployment, opened.
type Deployment struct {
	// Entry is where the deployment is stored.
	Entry *resource.Entry
	// Doc has what the deployment's maker gave, with all defaults.
	Doc types.ContainerServiceDeployment
	deploymentPriv
}

// deploymentPriv is what Lanyard knows of a deployment.
type deploymentPriv struct {
	// Plan is the state over time.
	Plan resource.Plan `json:"plan"`
	// Images are the numbers of the registered images that the containers run, by their names.
	Images map[string]int64 `json:"images,omitempty"`
}

// storedDeployment is the document of an entry.
type storedDeployment struct {
	Doc json.RawMessage `json:"doc"`
	deploymentPriv
}

// OpenDeployment opens a stored deployment.
func OpenDeployment(e *resource.Entry) (*Deployment, error) {
	var stored storedDeployment
	d := &Deployment{Entry: e}
	err := json.Unmarshal(e.Doc, &stored)
	if err == nil {
		d.deploymentPriv = stored.deploymentPriv
		err = codec.Unmarshal(stored.Doc, &d.Doc)
	}
	if err != nil {
		return nil, fmt.Errorf("stored deployment %d of %s: %w", e.Seq, e.Owner, err)
	}
	return d, nil
}

// Pack returns the document of the deployment's entry.
func (d *Deployment) Pack() ([]byte, error) {
	doc := types.ContainerServiceDeployment{Containers: d.Doc.Containers, PublicEndpoint: d.Doc.PublicEndpoint}
	return json.Marshal(storedDeployment{codec.Encode(&doc), d.deploymentPriv})
}

// Begin gives a new deployment its plan: it is activating until a moment, and then it is active or has
// failed.
func (d *Deployment) Begin(now, until time.Time, healthy bool) {
	end := failed
	if healthy {
		end = active
	}
	d.Plan = resource.Plan{{At: now, State: activating}, {At: until, State: end}}
}

// Rewind fits a deployment to a clock that was put back: one that is not made yet then has failed,
// and one that is active stays so. Others have nothing ahead of them.
func (d *Deployment) Rewind(now time.Time) {
	switch {
	case d.Entry.At.After(now):
		d.Begin(now, now, false)
	case d.State(now) == types.ContainerServiceDeploymentStateActive:
		d.Plan = slices.DeleteFunc(d.Plan, func(s resource.Step) bool { return s.At.After(now) })
	}
}

// Replace ends an active deployment at a moment.
func (d *Deployment) Replace(at time.Time) { d.Plan = d.Plan.Then(at, inactive) }

// State is the state of a deployment at a moment.
func (d *Deployment) State(now time.Time) types.ContainerServiceDeploymentState {
	return types.ContainerServiceDeploymentState(d.Plan.At(now).State)
}

// Runs reports whether a deployment runs a registered image.
func (d *Deployment) Runs(image int64) bool {
	if d != nil {
		for _, number := range d.Images {
			if number == image {
				return true
			}
		}
	}
	return false
}

// Show is the deployment as the API shows it at a moment; nil for none.
func (d *Deployment) Show(now time.Time) *types.ContainerServiceDeployment {
	if d == nil {
		return nil
	}
	return d.showIn(string(d.State(now)))
}

// showIn is the deployment as the API shows it in a state; nil for none.
func (d *Deployment) showIn(state string) *types.ContainerServiceDeployment {
	if d == nil {
		return nil
	}
	shown := d.Doc
	shown.State, shown.Version, shown.CreatedAt = types.ContainerServiceDeploymentState(state), new(int32(d.Entry.Seq)), &d.Entry.At
	return &shown
}

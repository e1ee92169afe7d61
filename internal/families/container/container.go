// Package container holds the actions about container services: their deployments, images, logs
// and metrics.
//
// It runs no container: a driver says what becomes of a deployment. Package kind/container says what
// is stored of a service.
package container

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	driver "github.com/lanyard-cloud/lanyard/internal/driver/container"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Deps is what the family works with. All of it is required.
type Deps struct {
	// Driver runs the deployments.
	Driver driver.Driver
	// Sealer seals the passwords of the registry.
	Sealer *seal.Sealer
}

// Family makes container services.
type Family struct{ d Deps }

// New returns the family.
func New(d Deps) *Family { return &Family{d} }

// Declare returns what the family has.
func (f *Family) Declare() api.Family {
	on, of := api.On(resource.ContainerService), api.Of(resource.ContainerService)
	costs := map[resource.Kind]api.Cost{resource.ContainerService: api.CostByTerms[container.Service](container.NodesOver)}
	return api.Family{Kinds: container.Stored(), Metrics: metric.Sources{resource.ContainerService: series}, Costs: costs, Actions: []api.Action{
		api.New(f.create, api.Creates(resource.ContainerService)),
		api.New(list, of, on),
		api.New(update, on),
		api.New(remove, api.Deletes(resource.ContainerService)),
		api.New(getPowers, of),
		api.New(f.createDeployment, on),
		api.New(getDeployments, on),
		api.New(registerImage, on),
		api.New(getImages, on),
		api.New(deleteImage, on),
		api.New(f.createRegistryLogin, of),
		api.New(getLog, on),
		api.New(getMetricData, on),
		api.New(getAPIMetadata, of),
	}}
}

// open opens services with the deployments that are shown with them.
func open(tx *store.Tx, rows ...*resource.Resource) ([]*container.Service, error) {
	services, byID := make([]*container.Service, len(rows)), map[string]*container.Service{}
	var keys []store.EntryKey
	for i, r := range rows {
		s, err := container.Load(r)
		if err != nil {
			return nil, err
		}
		services[i], byID[r.ID] = s, s
		for _, version := range s.Versions() {
			keys = append(keys, store.EntryKey{Owner: r.ID, Seq: version})
		}
	}
	entries, err := tx.EntriesOf(container.Deployments, keys)
	deployments, err := api.OpenAll(entries, err, container.OpenDeployment)
	for _, d := range deployments {
		s := byID[d.Entry.Owner]
		s.Deployments = append(s.Deployments, d)
	}
	return services, err
}

// target opens the service that the action is on.
func target(c *api.Call) (*container.Service, error) {
	services, err := open(c.Tx, c.Target(resource.ContainerService))
	if err != nil {
		return nil, err
	}
	return services[0], nil
}

// changeable opens the service that the action changes. It returns an error if the service is
// being changed already, or deleted. AWS's text is known of deployments.
func changeable(c *api.Call) (*container.Service, error) {
	s, err := target(c)
	if err != nil {
		return nil, err
	}
	if s.IsDeleted() {
		return nil, beingDeleted(s)
	}
	var what string
	switch s.State(c.Now) {
	case types.ContainerServiceStatePending:
		what = "the creation"
	case types.ContainerServiceStateUpdating:
		what = "an update"
	case types.ContainerServiceStateDeploying:
		what = "deployment " + s.Latest()
	default:
		return s, rewind(c, s)
	}
	return nil, inProgress(what, s)
}

// rewind takes back what deployments have ahead of them if the clock was put back, before the service
// begins something else.
func rewind(c *api.Call, s *container.Service) error {
	if !s.Ahead(c.Now) {
		return nil
	}
	all, err := deploymentsOf(c, s.Resource)
	if err != nil {
		return err
	}
	s.Deployments = all
	s.Rewind(c.Now)
	for _, d := range all {
		if err := save(c, d); err != nil {
			return err
		}
	}
	return nil
}

func inProgress(what string, s *container.Service) error {
	return api.InvalidParams("Sorry, %s is in progress for service %q. Please wait for it to complete before trying again.", what, s.Resource.Name)
}

func beingDeleted(s *container.Service) error {
	return api.InvalidParams("Sorry, service %q is being deleted.", s.Resource.Name)
}

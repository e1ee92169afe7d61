package container

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	driver "github.com/lanyard-cloud/lanyard/internal/driver/container"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func (f *Family) createDeployment(
	c *api.Call, in *lightsail.CreateContainerServiceDeploymentInput,
) (*lightsail.CreateContainerServiceDeploymentOutput, error) {
	s, err := changeable(c)
	if err != nil {
		return nil, err
	}
	if aws.ToBool(s.Doc.IsDisabled) { // the end of this text was observed
		return nil, api.InvalidParams("Sorry, service %q is disabled and cannot be deployed to.", s.Resource.Name)
	}
	d, err := container.NewDeployment(in.Containers, in.PublicEndpoint)
	if err != nil {
		return nil, api.Refused(err)
	}
	if err := f.deploy(c, s, d, c.Now); err != nil {
		return nil, err
	}
	c.Record(s.Resource)
	return &lightsail.CreateContainerServiceDeploymentOutput{ContainerService: s.Begun(c.Now)}, nil
}

// deploy gives a service another deployment, which begins at a moment. What becomes of it, the driver
// says: that is stored as steps that lie ahead.
func (f *Family) deploy(c *api.Call, s *container.Service, d *container.Deployment, begins time.Time) error {
	images, err := pull(c, s, d)
	if err != nil {
		return err
	}
	fate := f.d.Driver.Deploy(ordered(s, d, images, begins))
	plan := func(l resource.Lifecycle) resource.Plan {
		return l.Plan(string(fate), begins, func(d time.Duration) time.Time { return begins.Add(c.After(d).Sub(c.Now)) })
	}
	states, current := plan(container.Lifecycle), s.Current(c.Now)
	healthy := fate == driver.Healthy
	d.Begin(c.Now, states.End(), healthy)
	if err := add(c, s, d, current); err != nil {
		return err
	}
	lines := d.Lines(plan(container.Logs), *s.Doc.Scale)
	if healthy && current != nil {
		current.Replace(states.End())
		lines = append(lines, current.LastLine(states.End()))
		if err := save(c, current); err != nil {
			return err
		}
	}
	if err := write(c, s, lines); err != nil {
		return err
	}
	s.Enter(states, healthy || current != nil)
	s.Deployed(d, current)
	return c.Save(s)
}

// ordered is a deployment as a driver gets it.
func ordered(s *container.Service, d *container.Deployment, images map[string]container.Image, at time.Time) driver.Deployment {
	order := driver.Deployment{
		Service: s.Resource.ID, Version: s.Priv.Latest + 1, Region: s.Resource.Region, Nodes: int(*s.Doc.Scale), PrivateRegistry: s.Pulls(at),
	}
	order.CPUs, order.RAMGiB = s.Capacity()
	for name, c := range d.Doc.Containers {
		one := driver.Container{Name: name, Image: *c.Image, Command: c.Command, Environment: c.Environment, Ports: container.Ports(c)}
		if image, own := images[name]; own {
			one.Image, one.Digest = "", image.Digest
		}
		order.Containers = append(order.Containers, one)
	}
	if e := d.Doc.PublicEndpoint; e != nil {
		order.Endpoint = &driver.Endpoint{Container: *e.ContainerName, Port: int(*e.ContainerPort), Path: *e.HealthCheck.Path, Accepts: d.Accepts}
	}
	return order
}

// add stores a new deployment, which gets its version. Of too many, the oldest one goes that is not
// active.
func add(c *api.Call, s *container.Service, d, current *container.Deployment) error {
	doc, err := d.Pack()
	if err != nil {
		return err
	}
	d.Entry = &resource.Entry{Owner: s.Resource.ID, Class: container.Deployments.Name, At: c.Now, Doc: doc}
	if d.Entry.Seq, err = c.Tx.AppendEntry(s.Resource.ID, container.Deployments, c.Now, doc); err != nil {
		return err
	}
	n, err := c.Tx.CountEntries(s.Resource.ID, container.Deployments)
	if err != nil || n <= container.MaxDeployments {
		return err
	}
	oldest, err := c.Tx.Entries(s.Resource.ID, container.Deployments, store.EntryPage{OldestFirst: true, Limit: 2})
	if err != nil {
		return err
	}
	at := 0
	if current != nil && oldest[0].Seq == current.Entry.Seq {
		at = 1
	}
	return c.Tx.DeleteEntry(oldest[at])
}

// save stores a deployment that has changed.
func save(c *api.Call, d *container.Deployment) (err error) {
	if d.Entry.Doc, err = d.Pack(); err != nil {
		return err
	}
	return c.Tx.UpdateEntry(d.Entry)
}

func getDeployments(c *api.Call, _ *lightsail.GetContainerServiceDeploymentsInput) (*lightsail.GetContainerServiceDeploymentsOutput, error) {
	all, err := deploymentsOf(c, c.Target())
	list := make([]types.ContainerServiceDeployment, len(all))
	for i, d := range all {
		list[i] = *d.Show(c.Now)
	}
	return &lightsail.GetContainerServiceDeploymentsOutput{Deployments: list}, err
}

// deploymentsOf reads the deployments of a service, the newest first.
func deploymentsOf(c *api.Call, r *resource.Resource) ([]*container.Deployment, error) {
	entries, err := c.Tx.Entries(r.ID, container.Deployments, store.EntryPage{Limit: container.MaxDeployments})
	return api.OpenAll(entries, err, container.OpenDeployment)
}

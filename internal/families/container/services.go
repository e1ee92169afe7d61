package container

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// create makes a service. A deployment that comes with it begins when the service is there.
func (f *Family) create(c *api.Call, in *lightsail.CreateContainerServiceInput) (*lightsail.CreateContainerServiceOutput, error) {
	s := container.New(c.New(resource.ContainerService, *in.ServiceName), in.Power, *in.Scale)
	s.Enter(c.Plan(container.Lifecycle, container.Create), false)
	s.SetPuller(wantsPuller(in.PrivateRegistryAccess), s.Priv.Settled())
	if err := c.Insert(s); err != nil {
		return nil, err
	}
	if _, err := setDomains(c, s, in.PublicDomainNames); err != nil {
		return nil, err
	}
	if in.Deployment != nil {
		d, err := container.NewDeployment(in.Deployment.Containers, in.Deployment.PublicEndpoint)
		if err != nil {
			return nil, api.Refused(err)
		}
		if err := f.deploy(c, s, d, s.Priv.Settled()); err != nil {
			return nil, err
		}
	}
	c.Record(s.Resource)
	return &lightsail.CreateContainerServiceOutput{ContainerService: s.Begun(c.Now)}, nil
}

// list has all services in one page, or the one of a name.
func list(c *api.Call, _ *lightsail.GetContainerServicesInput) (*lightsail.GetContainerServicesOutput, error) {
	rows := c.Targets(resource.ContainerService)
	if len(rows) == 0 {
		var err error
		if rows, err = c.All(resource.ContainerService); err != nil {
			return nil, err
		}
	}
	services, err := open(c.Tx, rows...)
	if err != nil {
		return nil, err
	}
	out := &lightsail.GetContainerServicesOutput{ContainerServices: make([]types.ContainerService, len(services))}
	for i, s := range services {
		out.ContainerServices[i] = *s.Show(c.Now)
	}
	return out, nil
}

// update changes a service, which takes a while. What it has of deployments stays.
func update(c *api.Call, in *lightsail.UpdateContainerServiceInput) (*lightsail.UpdateContainerServiceOutput, error) {
	s, err := changeable(c)
	if err != nil {
		return nil, err
	}
	renamed, err := setDomains(c, s, in.PublicDomainNames)
	if err != nil {
		return nil, err
	}
	former := s.Terms()
	event, puller := container.Keep, wantsPuller(in.PrivateRegistryAccess)
	if s.Change(in.Power, in.Scale, in.IsDisabled) || s.ChangesPuller(puller) || renamed {
		event = container.Update
	}
	s.Enter(c.Plan(container.Lifecycle, event), s.Current(c.Now) != nil)
	s.SetPuller(puller, s.Priv.Settled())
	if err := api.KeepTerms(c, s.Resource, container.NodesOver, former, s.Terms()); err != nil {
		return nil, err
	}
	c.Record(s.Resource)
	return &lightsail.UpdateContainerServiceOutput{ContainerService: s.Begun(c.Now)}, c.Save(s)
}

// remove deletes a service with all that it has, whatever it is doing.
func remove(c *api.Call, _ *lightsail.DeleteContainerServiceInput) (*lightsail.DeleteContainerServiceOutput, error) {
	s, err := target(c)
	if err != nil {
		return nil, err
	}
	if s.State(c.Now) == types.ContainerServiceStateDeleting {
		return nil, beingDeleted(s)
	}
	s.Enter(c.Plan(container.Lifecycle, container.Delete), false)
	if err := c.Save(s); err != nil {
		return nil, err
	}
	op, err := c.DeleteAt(s.Resource, c.After(container.Lifecycle[container.Delete][0].Takes))
	if err != nil {
		return nil, err
	}
	c.Ends(op)
	return &lightsail.DeleteContainerServiceOutput{}, nil
}

// wantsPuller is what an input says of access to Amazon ECR; nil if it says nothing.
func wantsPuller(access *types.PrivateRegistryAccessRequest) *bool {
	if access == nil || access.EcrImagePullerRole == nil {
		return nil
	}
	return access.EcrImagePullerRole.IsActive
}

func getPowers(*api.Call, *lightsail.GetContainerServicePowersInput) (*lightsail.GetContainerServicePowersOutput, error) {
	return &lightsail.GetContainerServicePowersOutput{Powers: catalogue.Powers()}, nil
}

// getAPIMetadata says which version of AWS's plugin for the AWS CLI is the newest (of 2026-05).
func getAPIMetadata(*api.Call, *lightsail.GetContainerAPIMetadataInput) (*lightsail.GetContainerAPIMetadataOutput, error) {
	return &lightsail.GetContainerAPIMetadataOutput{Metadata: []map[string]string{{"name": "lightsailctlVersion", "value": "v1.0.8"}}}, nil
}

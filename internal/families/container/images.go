package container

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func registerImage(c *api.Call, in *lightsail.RegisterContainerImageInput) (*lightsail.RegisterContainerImageOutput, error) {
	s, err := there(c)
	if err != nil {
		return nil, err
	}
	image := container.Image{Label: *in.Label, Digest: *in.Digest, CreatedAt: c.Now}
	if err := image.Check(); err != nil {
		return nil, api.Refused(err)
	}
	n, err := c.Tx.CountEntries(s.Resource.ID, container.Images)
	if err != nil {
		return nil, err
	}
	if n >= container.MaxImages {
		return nil, api.InvalidParams("Sorry, you've reached the maximum of %d images for service %q. Delete images that you don't use.",
			container.MaxImages, s.Resource.Name)
	}
	if image.Number, err = c.Tx.AppendEntry(s.Resource.ID, container.Images, c.Now, image.Pack()); err != nil {
		return nil, err
	}
	c.Record(s.Resource)
	return &lightsail.RegisterContainerImageOutput{ContainerImage: new(image.Show(s.Resource.Name))}, nil
}

// getImages lists the newest first (observed).
func getImages(c *api.Call, _ *lightsail.GetContainerImagesInput) (*lightsail.GetContainerImagesOutput, error) {
	r := c.Target(resource.ContainerService)
	images, err := imagesOf(c, r)
	list := make([]types.ContainerImage, len(images))
	for i, image := range images {
		list[i] = image.Show(r.Name)
	}
	return &lightsail.GetContainerImagesOutput{ContainerImages: list}, err
}

// imagesOf reads the images of a service, the newest first.
func imagesOf(c *api.Call, r *resource.Resource) ([]container.Image, error) {
	entries, err := c.Tx.Entries(r.ID, container.Images, store.EntryPage{Limit: container.MaxImages})
	return api.OpenAll(entries, err, container.OpenImage)
}

// deleteImage leaves alone what the current or the next deployment runs.
func deleteImage(c *api.Call, in *lightsail.DeleteContainerImageInput) (*lightsail.DeleteContainerImageOutput, error) {
	s, err := there(c)
	if err != nil {
		return nil, err
	}
	e, err := find(c, s, *in.Image)
	if err != nil {
		return nil, err
	}
	if s.Current(c.Now).Runs(e.Seq) || s.Next(c.Now).Runs(e.Seq) {
		return nil, api.InvalidParams("Image %q is used by the current deployment of service %q and cannot be deleted.", *in.Image, s.Resource.Name)
	}
	c.Record(s.Resource)
	return &lightsail.DeleteContainerImageOutput{}, c.Tx.DeleteEntry(e)
}

// find finds the registered image of a name, which has a number.
func find(c *api.Call, s *container.Service, name string) (*resource.Entry, error) {
	missing := api.NotFound("ContainerImage", name)
	ref, ok := container.ParseRegistered(name)
	if !ok || ref.Service != s.Resource.Name || ref.Number == 0 {
		return nil, missing
	}
	e, err := c.Tx.Entry(s.Resource.ID, container.Images, ref.Number)
	if errors.Is(err, store.ErrNotFound) {
		return nil, missing
	}
	if err != nil {
		return nil, err
	}
	image, err := container.OpenImage(e)
	if err == nil && image.Label != ref.Label {
		err = missing
	}
	return e, err
}

// there opens the service that the action adds to, or takes from: it may be doing anything, but
// being deleted.
func there(c *api.Call) (*container.Service, error) {
	s, err := target(c)
	if err == nil && s.IsDeleted() {
		err = beingDeleted(s)
	}
	return s, err
}

// pull finds the registered images that a deployment's containers run, by the containers' names, and
// notes their numbers. All have to be there.
func pull(c *api.Call, s *container.Service, d *container.Deployment) (map[string]container.Image, error) {
	if !d.Pulls() {
		return nil, nil
	}
	images, err := imagesOf(c, s.Resource)
	if err != nil {
		return nil, err
	}
	found, err := d.Pull(s.Resource.Name, images)
	return found, api.Refused(err)
}

// createRegistryLogin is for an account that has a service in the region (observed).
func (f *Family) createRegistryLogin(
	c *api.Call, _ *lightsail.CreateContainerServiceRegistryLoginInput,
) (*lightsail.CreateContainerServiceRegistryLoginOutput, error) {
	n, err := c.Tx.Count(c.Principal.Account, resource.ContainerService, c.Region)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, api.InvalidParams("You must create a container service before retrieving container registry login credentials")
	}
	login, err := container.Login{
		Account: c.Principal.Account, Generation: c.Principal.Generation, Region: c.Region, ExpiresAt: c.Now.Add(container.LoginLasts),
	}.Show(f.d.Sealer)
	if err != nil {
		return nil, err
	}
	c.Record(c.NewResource(resource.ContainerService, *login.Registry))
	return &lightsail.CreateContainerServiceRegistryLoginOutput{RegistryLogin: login}, nil
}

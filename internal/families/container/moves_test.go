package container_test

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// chance draws what a move is about. Names are few, so that moves meet.
type chance struct{ *mathrand.Rand }

func (r chance) service() *string { return new(fmt.Sprint("svc-", r.IntN(4))) }
func (r chance) label() string    { return []string{"app", "web"}[r.IntN(2)] }
func (r chance) flag() *bool      { return new(r.IntN(2) == 0) }

func (r chance) power() types.ContainerServicePowerName {
	return types.ContainerServicePowerName("").Values()[r.IntN(6)]
}

// maybe draws whether an update has a member.
func maybe[T any](r chance, value *T) *T {
	if r.IntN(3) > 0 {
		return nil
	}
	return value
}

func (r chance) access() *types.PrivateRegistryAccessRequest {
	return maybe(r, &types.PrivateRegistryAccessRequest{EcrImagePullerRole: &types.ContainerServiceECRImagePullerRoleRequest{IsActive: maybe(r, r.flag())}})
}

// image draws the image of a container of a service, which may not be there.
func (r chance) image(service string) *string {
	switch r.IntN(6) {
	case 0:
		return new("registry.invalid/app")
	case 1:
		return new("111122223333.dkr.ecr.us-east-1.amazonaws.com/app")
	case 2:
		return new("nginx:latest")
	case 3:
		return new(fmt.Sprintf(":%s.%s.%d", service, r.label(), 1+r.IntN(4)))
	}
	return new(fmt.Sprintf(":%s.%s.latest", service, r.label()))
}

func (r chance) containers(service string) (map[string]types.Container, *types.EndpointRequest) {
	c := types.Container{Image: r.image(service), Ports: map[string]types.ContainerServiceProtocol{"80": "HTTP"}}
	if r.IntN(8) == 0 {
		c.Command = []string{"false"}
	}
	endpoint := &types.EndpointRequest{ContainerName: new("app"), ContainerPort: new(int32(80 + r.IntN(12)/11))}
	return map[string]types.Container{"app": c}, maybe(r, endpoint)
}

// move is one call, whose answer does not matter.
type move func(context.Context, *lightsail.Client, chance) error

var moves = []move{
	createSome, createSome, deploySome, deploySome, deploySome, registerSome, registerSome,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.UpdateContainerService(ctx, &lightsail.UpdateContainerServiceInput{
			ServiceName: r.service(), Power: r.power(), Scale: maybe(r, new(1+r.Int32N(20))), IsDisabled: maybe(r, r.flag()), PrivateRegistryAccess: r.access(),
		})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteContainerService(ctx, &lightsail.DeleteContainerServiceInput{ServiceName: new(fmt.Sprint("svc-", r.IntN(30)))})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		name := r.service()
		_, err := c.DeleteContainerImage(ctx, &lightsail.DeleteContainerImageInput{
			ServiceName: name, Image: new(fmt.Sprintf(":%s.%s.%d", *name, r.label(), 1+r.IntN(9))),
		})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.TagResource(ctx, &lightsail.TagResourceInput{ResourceName: r.service(), Tags: []types.Tag{{Key: new("team"), Value: new("web")}}})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, _ chance) error {
		_, err := c.CreateContainerServiceRegistryLogin(ctx, &lightsail.CreateContainerServiceRegistryLoginInput{})
		return err
	},
}

func createSome(ctx context.Context, c *lightsail.Client, r chance) error {
	in := &lightsail.CreateContainerServiceInput{ServiceName: r.service(), Power: r.power(), Scale: new(1 + r.Int32N(20)), PrivateRegistryAccess: r.access()}
	if r.IntN(2) == 0 {
		containers, endpoint := r.containers(*in.ServiceName)
		in.Deployment = &types.ContainerServiceDeploymentRequest{Containers: containers, PublicEndpoint: endpoint}
	}
	_, err := c.CreateContainerService(ctx, in)
	return err
}

func deploySome(ctx context.Context, c *lightsail.Client, r chance) error {
	in := &lightsail.CreateContainerServiceDeploymentInput{ServiceName: r.service()}
	in.Containers, in.PublicEndpoint = r.containers(*in.ServiceName)
	_, err := c.CreateContainerServiceDeployment(ctx, in)
	return err
}

func registerSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.RegisterContainerImage(ctx, &lightsail.RegisterContainerImageInput{
		ServiceName: r.service(), Label: new(r.label()), Digest: new(digestOf(r.IntN(3))),
	})
	return err
}

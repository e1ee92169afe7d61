package provider

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

func containerResources() []resource {
	return []resource{
		containerService(newName()), officialService(newName()), servicePullingFromECR(newName()), serviceWithDomains(newName()),
		containerDeployments(newName()), containerEndpoints(newName()), deploymentVersion(newName()),
	}
}

// containerService is managed as the third-party provider does. Its answers have no operations.
func containerService(name string) resource {
	updated := func(in lightsail.UpdateContainerServiceInput) []step {
		in.ServiceName = &name
		return []step{sent((*lightsail.Client).UpdateContainerService, &in), serviceReady(name)}
	}
	return resource{
		name: "container_service",
		id:   name,
		create: []step{sent((*lightsail.Client).CreateContainerService, &lightsail.CreateContainerServiceInput{
			ServiceName: &name, Power: types.ContainerServicePowerNameNano, Scale: new(int32(1)), Tags: tags("key1", "value1", "key2", "value2"),
		}), serviceReady(name)},
		read: reads((*lightsail.Client).GetContainerServices,
			func(id string) *lightsail.GetContainerServicesInput {
				return &lightsail.GetContainerServicesInput{ServiceName: &id}
			},
			func(out *lightsail.GetContainerServicesOutput, _ string) (any, error) {
				return first(out.ContainerServices)
			}),
		reads: "containerServiceName! power! scale! isDisabled arn! location.availabilityZone! createdAt! powerId! principalArn! privateDomainName! " +
			"resourceType! state! url! tags publicDomainNames? privateRegistryAccess?",
		want: attributes{
			"containerServiceName": name, "power": "nano", "powerId": "nano-1", "scale": "1", "isDisabled": "false", "resourceType": "ContainerService",
			"state": "READY", "privateDomainName": name + ".service.local", "tags.%": "2", "tags.key1": "value1", "tags.key2": "value2",
		},
		changes: []change{
			{steps: retagged(name, []string{"key2"}, "key1", "new_value1"), want: attributes{"tags.%": "1", "tags.key1": "new_value1"}},
			{steps: updated(lightsail.UpdateContainerServiceInput{Scale: new(int32(2))}), want: attributes{"scale": "2", "power": "nano"}},
			{steps: updated(lightsail.UpdateContainerServiceInput{Power: types.ContainerServicePowerNameMicro}), want: attributes{"power": "micro", "powerId": "micro-1"}},
			{steps: updated(lightsail.UpdateContainerServiceInput{IsDisabled: new(true)}), want: attributes{"isDisabled": "true", "state": "DISABLED"}},
		},
		remove: []step{sent((*lightsail.Client).DeleteContainerService, &lightsail.DeleteContainerServiceInput{ServiceName: &name}), serviceGone(name)},
	}
}

// serviceReady waits as the third-party provider does. The state DELETING fails it.
func serviceReady(name string) step {
	return serviceIs(name, "PENDING UPDATING DEPLOYING", "READY RUNNING DISABLED")
}

func serviceGone(name string) step { return serviceIs(name, "DELETING", "gone") }

// serviceIs waits until a service is in a final state.
func serviceIs(name, pending, final string) step {
	return settled("the state of "+name, func(s *session) (string, error) {
		out, err := s.GetContainerServices(s.t.Context(), &lightsail.GetContainerServicesInput{ServiceName: &name})
		switch {
		case err != nil && isGone(err):
			return "gone", nil
		case err != nil:
			return "", err
		}
		one, err := first(out.ContainerServices)
		if err != nil {
			return "", err
		}
		return string(one.(types.ContainerService).State), nil
	}, pending, final)
}

// officialService is managed as the official provider does, which sends all settings with every update, and waits for
// READY alone after a creation.
func officialService(name string) resource {
	updated := func(power types.ContainerServicePowerName, scale int32, disabled bool, final string) []step {
		return []step{sent((*lightsail.Client).UpdateContainerService, &lightsail.UpdateContainerServiceInput{
			ServiceName: &name, IsDisabled: &disabled, Power: power, Scale: &scale, PublicDomainNames: map[string][]string{},
		}), serviceIs(name, "UPDATING", final)}
	}
	r := containerService(name)
	r.name = "container_service of the official provider"
	r.create = []step{sent((*lightsail.Client).CreateContainerService, &lightsail.CreateContainerServiceInput{
		ServiceName: &name, Power: types.ContainerServicePowerNameNano, Scale: new(int32(1)),
	}), serviceIs(name, "PENDING", "READY")}
	r.want = attributes{"state": "READY", "isDisabled": "false", "tags.%": "0"}
	r.changes = []change{
		{steps: updated("micro", 2, false, "READY RUNNING"), want: attributes{"power": "micro", "scale": "2", "state": "READY"}},
		{steps: updated("micro", 2, true, "DISABLED"), want: attributes{"isDisabled": "true"}},
		{steps: updated("micro", 2, false, "READY RUNNING"), want: attributes{"isDisabled": "false", "state": "READY"}},
		{steps: updated("micro", 2, false, "READY RUNNING"), want: attributes{"state": "READY"}},
	}
	return r
}

// servicePullingFromECR has a role, whose ARN users put into the policy of their repository.
func servicePullingFromECR(name string) resource {
	r := officialService(name)
	r.name = "container_service with private registry access"
	r.create = []step{sent((*lightsail.Client).CreateContainerService, &lightsail.CreateContainerServiceInput{
		ServiceName: &name, Power: types.ContainerServicePowerNameMicro, Scale: new(int32(1)),
		PrivateRegistryAccess: &types.PrivateRegistryAccessRequest{EcrImagePullerRole: &types.ContainerServiceECRImagePullerRoleRequest{IsActive: new(true)}},
	}), serviceIs(name, "PENDING", "READY")}
	r.reads += " privateRegistryAccess.ecrImagePullerRole.principalArn!"
	r.want = attributes{"privateRegistryAccess.ecrImagePullerRole.isActive": "true"}
	r.changes = nil
	return r
}

// serviceWithDomains is refused the names of certificates that do not exist, in both providers' ways.
func serviceWithDomains(name string) resource {
	const unknown = "InvalidInputException: .*do not exist"
	domains := map[string][]string{"NonExistingCertificate": {"nonexisting1.com", "nonexisting2.com"}}
	r := containerService(name)
	r.name = "container_public_domain_names"
	r.create = append(append([]step{
		refused((*lightsail.Client).CreateContainerService, &lightsail.CreateContainerServiceInput{
			ServiceName: &name, Power: types.ContainerServicePowerNameNano, Scale: new(int32(1)), PublicDomainNames: domains,
		}, unknown),
	}, r.create...), refused((*lightsail.Client).UpdateContainerService, &lightsail.UpdateContainerServiceInput{
		ServiceName: &name, PublicDomainNames: domains,
	}, unknown))
	r.changes = []change{{
		steps: []step{sent((*lightsail.Client).UpdateContainerService, &lightsail.UpdateContainerServiceInput{
			ServiceName: &name, PublicDomainNames: map[string][]string{},
		}), serviceReady(name)},
		want: attributes{"state": "READY", "publicDomainNames.NonExistingCertificate.#": absent},
	}}
	return r
}

// refused calls an action that is to fail with a text.
func refused[I, O any](m method[I, O], in *I, text string) step {
	return step{
		send: func(s *session) any {
			s.t.Helper()
			_, err := m(s.Client, s.t.Context(), in)
			if err == nil || !regexp.MustCompile(text).MatchString(err.Error()) {
				s.t.Errorf("%s for %s: error = %v, want %s", actionOf(in), s.resource.name, err, text)
			}
			return nil
		},
		wait: func(*session, any) {},
	}
}

// container is what the third-party provider sends: members without values, too.
func container(image string, environment map[string]string, ports map[string]types.ContainerServiceProtocol) types.Container {
	if environment == nil {
		environment = map[string]string{}
	}
	if ports == nil {
		ports = map[string]types.ContainerServiceProtocol{}
	}
	return types.Container{Image: &image, Environment: environment, Ports: ports}
}

const helloWorld = "amazon/amazon-lightsail:hello-world"

// containerDeployments replaces a deployment several times. The provider reads the newest one when the service runs, and wants what it sent.
func containerDeployments(name string) resource {
	deployed := func(containers map[string]types.Container) []step {
		return []step{sent((*lightsail.Client).CreateContainerServiceDeployment, &lightsail.CreateContainerServiceDeploymentInput{
			ServiceName: &name, Containers: containers,
		}), serviceReady(name)}
	}
	const hello, test1 = "containers.test1", "containers.test1.image"
	return resource{
		name:   "container_deployment",
		needs:  []resource{containerService(name)},
		id:     name,
		stays:  true,
		create: deployed(map[string]types.Container{"test1": container(helloWorld, nil, nil)}),
		read:   readDeployments(func(all []types.ContainerServiceDeployment, _ string) (any, error) { return all[0], nil }),
		reads:  "state! version! containers publicEndpoint?",
		want: attributes{
			"state": "ACTIVE", "version": "1", "containers.%": "1", test1: helloWorld, hello + ".command.#": "0", hello + ".environment.%": "0",
			hello + ".ports.%": "0", "publicEndpoint.containerName": absent,
		},
		changes: []change{{
			steps: deployed(map[string]types.Container{"test1": container(helloWorld, nil, nil), "test2": container("redis:latest", nil, nil)}),
			want:  attributes{"state": "ACTIVE", "version": "2", "containers.%": "2", test1: helloWorld, "containers.test2.image": "redis:latest"},
		}, {
			steps: deployed(map[string]types.Container{"test3": container("nginx:latest", nil, nil)}),
			want:  attributes{"state": "ACTIVE", "version": "3", "containers.%": "1", test1: absent, "containers.test3.image": "nginx:latest"},
		}, {
			steps: deployed(map[string]types.Container{"test1": container(helloWorld, map[string]string{"C": "c", "D": "d"},
				map[string]types.ContainerServiceProtocol{"80": "HTTP", "90": "TCP"})}),
			want: attributes{
				"version": "4", hello + ".environment.%": "2", hello + ".environment.C": "c", hello + ".environment.D": "d",
				hello + ".ports.%": "2", hello + ".ports.80": "HTTP", hello + ".ports.90": "TCP",
			},
		}},
		remove: []step{sent((*lightsail.Client).UpdateContainerService, &lightsail.UpdateContainerServiceInput{
			ServiceName: &name, IsDisabled: new(true),
		}), serviceReady(name)},
	}
}

// containerEndpoints are deployments with a public endpoint, which is echoed as it was sent.
func containerEndpoints(name string) resource {
	deployed := func(app string, check types.ContainerServiceHealthCheckConfig) []step {
		ports := map[string]types.ContainerServiceProtocol{"80": "HTTP"}
		return []step{sent((*lightsail.Client).CreateContainerServiceDeployment, &lightsail.CreateContainerServiceDeploymentInput{
			ServiceName: &name, Containers: map[string]types.Container{app: container(helloWorld, nil, ports)},
			PublicEndpoint: &types.EndpointRequest{ContainerName: &app, ContainerPort: new(int32(80)), HealthCheck: &check},
		}), serviceReady(name)}
	}
	healthCheck := func(healthy, interval int32, path, codes string, timeout, unhealthy int32) types.ContainerServiceHealthCheckConfig {
		return types.ContainerServiceHealthCheckConfig{
			HealthyThreshold: &healthy, IntervalSeconds: &interval, Path: &path, SuccessCodes: &codes, TimeoutSeconds: &timeout, UnhealthyThreshold: &unhealthy,
		}
	}
	const check = "publicEndpoint.healthCheck."
	r := containerDeployments(name)
	r.name = "container_deployment with an endpoint"
	r.reads = "state! version! containers publicEndpoint.containerName! publicEndpoint.containerPort! publicEndpoint.healthCheck"
	r.create = deployed("test1", healthCheck(2, 5, "/", "200-499", 2, 2))
	r.want = attributes{
		"state": "ACTIVE", "version": "1", "publicEndpoint.containerName": "test1", "publicEndpoint.containerPort": "80", check + "healthyThreshold": "2",
		check + "intervalSeconds": "5", check + "path": "/", check + "successCodes": "200-499", check + "timeoutSeconds": "2", check + "unhealthyThreshold": "2",
	}
	r.changes = []change{{
		steps: deployed("test2", healthCheck(3, 6, "/.", "200", 3, 3)),
		want: attributes{
			"state": "ACTIVE", "version": "2", "publicEndpoint.containerName": "test2", "containers.test2.ports.80": "HTTP", check + "healthyThreshold": "3",
			check + "intervalSeconds": "6", check + "path": "/.", check + "successCodes": "200", check + "timeoutSeconds": "3", check + "unhealthyThreshold": "3",
		},
	}}
	return r
}

// deploymentVersion is one deployment of the official provider, which leaves out what has no value. Its version comes with
// the answer.
func deploymentVersion(name string) resource {
	input := &lightsail.CreateContainerServiceDeploymentInput{
		ServiceName: &name,
		Containers: map[string]types.Container{"test": {
			Image: new(helloWorld), Ports: map[string]types.ContainerServiceProtocol{"80": types.ContainerServiceProtocolHttp},
		}},
	}
	r := containerDeployments(name)
	r.name = "container_service_deployment_version"
	r.id = ""
	r.create = []step{
		identified(sent((*lightsail.Client).CreateContainerServiceDeployment, input), func(out *lightsail.CreateContainerServiceDeploymentOutput) string {
			return fmt.Sprintf("%s/%d", name, *out.ContainerService.NextDeployment.Version)
		}),
		settled("the deployment of "+name, func(s *session) (string, error) {
			found, err := r.read(s, s.id)
			if err != nil {
				return "", err
			}
			return string(found.(types.ContainerServiceDeployment).State), nil
		}, "ACTIVATING", "ACTIVE"),
	}
	r.read = readDeployments(func(all []types.ContainerServiceDeployment, id string) (any, error) {
		return find(all, func(d types.ContainerServiceDeployment) bool { return fmt.Sprintf("%s/%d", name, *d.Version) == id })
	})
	r.reads = "createdAt! state! version! containers publicEndpoint?"
	r.want = attributes{"state": "ACTIVE", "version": "1", "containers.test.image": helloWorld, "containers.test.ports.80": "HTTP"}
	r.changes = nil
	r.remove = nil
	return r
}

// readDeployments reads the deployments of the service whose name an id begins with.
func readDeployments(pick func(all []types.ContainerServiceDeployment, id string) (any, error)) func(*session, string) (any, error) {
	return reads((*lightsail.Client).GetContainerServiceDeployments, func(id string) *lightsail.GetContainerServiceDeploymentsInput {
		service, _, _ := strings.Cut(id, "/")
		return &lightsail.GetContainerServiceDeploymentsInput{ServiceName: &service}
	}, func(out *lightsail.GetContainerServiceDeploymentsOutput, id string) (any, error) {
		if len(out.Deployments) == 0 {
			return first(out.Deployments)
		}
		return pick(out.Deployments, id)
	})
}

//go:build clients

package clients

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
)

// noService is the refusal of a container service that is not there. Exceptions of the family have no code.
func noService(name string) smithy.APIError {
	return &types.NotFoundException{Message: new("The ContainerService does not exist: " + name)}
}

// invalidService is a refusal of the family.
func invalidService(message string) smithy.APIError {
	return &types.InvalidInputException{Message: &message}
}

func (u *user) service(name string) *types.ContainerService {
	u.t.Helper()
	list := do(u, u.GetContainerServices, &lightsail.GetContainerServicesInput{ServiceName: &name}).ContainerServices
	if len(list) != 1 {
		u.t.Fatalf("GetContainerServices returned %d services, want %s alone", len(list), name)
	}
	return &list[0]
}

func (u *user) awaitService(name string, state types.ContainerServiceState) *types.ContainerService {
	u.t.Helper()
	return poll(u, func() *types.ContainerService { return u.service(name) }, func(s *types.ContainerService) bool { return s.State == state })
}

// testContainerServices goes through a service's life.
func testContainerServices(t *testing.T, c *lightsail.Client) {
	u, name := newUser(t, c), new("shop")
	refused(u, u.CreateContainerServiceRegistryLogin, &lightsail.CreateContainerServiceRegistryLoginInput{},
		invalidService("You must create a container service before retrieving container registry login credentials"))
	in := &lightsail.CreateContainerServiceInput{ServiceName: name, Power: "nano", Scale: new(int32(1)), Tags: []types.Tag{tag("team", "web")}}
	made := do(u, u.CreateContainerService, in).ContainerService
	if made.State != types.ContainerServiceStatePending || *made.PrincipalArn != "" || made.CurrentDeployment != nil || made.NextDeployment != nil {
		t.Errorf("a new service is %s with the principal %s and the deployments %v, %v", made.State, *made.PrincipalArn, made.CurrentDeployment, made.NextDeployment)
	}
	ready := u.awaitService(*name, types.ContainerServiceStateReady)
	if !strings.HasPrefix(*ready.PrincipalArn, "arn:aws:iam::") || *ready.Url != *made.Url || *ready.Arn != *made.Arn || ready.StateDetail != nil {
		t.Errorf("a ready service has the principal %s, the URL %s, the ARN %s and the detail %v", *ready.PrincipalArn, *ready.Url, *ready.Arn, ready.StateDetail)
	}
	refused(u, u.CreateContainerService, in, invalidService(""))
	if login := do(u, u.CreateContainerServiceRegistryLogin, &lightsail.CreateContainerServiceRegistryLoginInput{}).RegistryLogin; *login.Username != "AWS" || *login.Password == "" {
		t.Errorf("the login of the registry is for %s", *login.Username)
	}
	updated := do(u, u.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: name, Power: "micro", Scale: new(int32(2))}).ContainerService
	if updated.State != types.ContainerServiceStateUpdating || updated.Power != "micro" || *updated.PowerId != "micro-1" || *updated.Scale != 2 {
		t.Errorf("an updated service is %s with %d %s nodes", updated.State, *updated.Scale, updated.Power)
	}
	u.awaitService(*name, types.ContainerServiceStateReady)
	do(u, u.DeleteContainerService, &lightsail.DeleteContainerServiceInput{ServiceName: name})
	poll(u, func() int {
		return len(do(u, u.GetContainerServices, &lightsail.GetContainerServicesInput{}).ContainerServices)
	}, func(n int) bool { return n == 0 })
	refused(u, u.GetContainerServices, &lightsail.GetContainerServicesInput{ServiceName: name}, noService(*name))
	refused(u, u.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: name}, noService(*name))
	if powers := do(u, u.GetContainerServicePowers, &lightsail.GetContainerServicePowersInput{}).Powers; len(powers) != 6 {
		t.Errorf("GetContainerServicePowers returned %d powers, want 6", len(powers))
	}
	if metadata := do(u, u.GetContainerAPIMetadata, &lightsail.GetContainerAPIMetadataInput{}).Metadata; len(metadata) != 1 || metadata[0]["value"] == "" {
		t.Errorf("GetContainerAPIMetadata returned %v", metadata)
	}
}

// testContainerDeployments pushes by digests, deploys, fails, and reads what is left of it.
func testContainerDeployments(t *testing.T, c *lightsail.Client) {
	u, name := newUser(t, c), new("api")
	do(u, u.CreateContainerService, &lightsail.CreateContainerServiceInput{ServiceName: name, Power: "nano", Scale: new(int32(1))})
	u.awaitService(*name, types.ContainerServiceStateReady)
	for _, label := range []string{"web", "jobs", "web"} {
		digest := "sha256:" + strings.Repeat("1", 64)
		do(u, u.RegisterContainerImage, &lightsail.RegisterContainerImageInput{ServiceName: name, Label: &label, Digest: &digest})
	}
	u.wantImages(*name, ":api.web.3", ":api.jobs.2", ":api.web.1")

	deployment := func(image string, command ...string) *lightsail.CreateContainerServiceDeploymentInput {
		return &lightsail.CreateContainerServiceDeploymentInput{
			ServiceName:    name,
			Containers:     map[string]types.Container{"web": {Image: &image, Command: command, Ports: map[string]types.ContainerServiceProtocol{"80": "HTTP"}}},
			PublicEndpoint: &types.EndpointRequest{ContainerName: new("web"), ContainerPort: new(int32(80))},
		}
	}
	started := do(u, u.CreateContainerServiceDeployment, deployment(":api.web.1")).ContainerService
	if next := started.NextDeployment; next == nil || *next.Version != 1 || next.State != "ACTIVATING" || started.CurrentDeployment != nil {
		t.Fatalf("the first deployment is %+v, the current one %+v", next, started.CurrentDeployment)
	}
	if running := u.awaitService(*name, types.ContainerServiceStateRunning); *running.CurrentDeployment.Version != 1 || running.NextDeployment != nil {
		t.Errorf("the service runs %+v, next is %+v", running.CurrentDeployment, running.NextDeployment)
	}
	refused(u, u.DeleteContainerImage, &lightsail.DeleteContainerImageInput{ServiceName: name, Image: new(":api.web.1")}, invalidService(""))
	do(u, u.DeleteContainerImage, &lightsail.DeleteContainerImageInput{ServiceName: name, Image: new(":api.jobs.2")})
	u.wantImages(*name, ":api.web.3", ":api.web.1")

	do(u, u.CreateContainerServiceDeployment, deployment("nginx", "false"))
	u.awaitService(*name, types.ContainerServiceStateRunning)
	var states []string
	for _, d := range do(u, u.GetContainerServiceDeployments, &lightsail.GetContainerServiceDeploymentsInput{ServiceName: name}).Deployments {
		states = append(states, string(d.State))
	}
	if diff := cmp.Diff([]string{"FAILED", "ACTIVE"}, states); diff != "" {
		t.Errorf("deployments, newest first: -want +got\n%s", diff)
	}
	events := pagesOf(t, func(token *string) ([]types.ContainerServiceLogEvent, *string, error) {
		out, err := c.GetContainerLog(t.Context(), &lightsail.GetContainerLogInput{ServiceName: name, ContainerName: new("web"), PageToken: token})
		return out.LogEvents, out.NextPageToken, err
	})
	if first := events[0]; len(first) == 0 || *first[0].Message != "[deployment:1] Creating your deployment" {
		t.Errorf("the log begins with %v", first)
	}
	data := do(u, u.GetContainerServiceMetricData, &lightsail.GetContainerServiceMetricDataInput{
		ServiceName: name, MetricName: types.ContainerServiceMetricNameCPUUtilization, Statistics: []types.MetricStatistic{"Average"},
		StartTime: new(time.Now().Add(-time.Hour)), EndTime: new(time.Now()), Period: new(int32(300)),
	})
	if data.MetricName != types.ContainerServiceMetricNameCPUUtilization {
		t.Errorf("metric data is of %s", data.MetricName)
	}
}

// testPendingService is about a service that takes as long as on AWS, while it takes.
func testPendingService(t *testing.T, c *lightsail.Client) {
	u, name := newUser(t, c), new("api")
	containers := map[string]types.Container{"web": {Image: new("nginx")}}
	do(u, u.CreateContainerService, &lightsail.CreateContainerServiceInput{
		ServiceName: name, Power: "nano", Scale: new(int32(1)), Deployment: &types.ContainerServiceDeploymentRequest{Containers: containers},
	})
	if s := u.service(*name); s.State != types.ContainerServiceStatePending || *s.PrincipalArn != "" {
		t.Errorf("the service is %s with the principal %s", s.State, *s.PrincipalArn)
	}
	refused(u, u.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: name, Scale: new(int32(2))}, invalidService(""))
	refused(u, u.CreateContainerServiceDeployment, &lightsail.CreateContainerServiceDeploymentInput{ServiceName: name, Containers: containers}, invalidService(""))
	do(u, u.DeleteContainerService, &lightsail.DeleteContainerServiceInput{ServiceName: name})
	if s := u.service(*name); s.State != types.ContainerServiceStateDeleting {
		t.Errorf("the service is %s, want DELETING", s.State)
	}
}

func (u *user) wantImages(service string, want ...string) {
	u.t.Helper()
	var got []string
	for _, i := range do(u, u.GetContainerImages, &lightsail.GetContainerImagesInput{ServiceName: &service}).ContainerImages {
		got = append(got, *i.Image)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		u.t.Errorf("images of %s, newest first: -want +got\n%s", service, diff)
	}
}

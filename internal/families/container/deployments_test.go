package container_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
)

func TestCreateContainerServiceDeployment(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	got := familytest.Do(t, l.CreateContainerServiceDeployment, web("nginx:latest")).ContainerService
	want := &types.ContainerServiceDeployment{
		Version: new(int32(1)), State: types.ContainerServiceDeploymentStateActivating, CreatedAt: new(l.Now()),
		Containers: map[string]types.Container{"app": {
			Image: new("nginx:latest"), Command: []string{}, Environment: map[string]string{}, Ports: map[string]types.ContainerServiceProtocol{"80": "HTTP"},
		}},
		PublicEndpoint: &types.ContainerServiceEndpoint{
			ContainerName: new("app"), ContainerPort: new(int32(80)),
			HealthCheck: &types.ContainerServiceHealthCheckConfig{
				HealthyThreshold: new(int32(2)), UnhealthyThreshold: new(int32(2)), TimeoutSeconds: new(int32(2)), IntervalSeconds: new(int32(5)),
				Path: new("/"), SuccessCodes: new("200-499"),
			},
		},
	}
	if diff := cmp.Diff(want, got.NextDeployment, familytest.Plain); diff != "" {
		t.Errorf("the next deployment (-want +got):\n%s", diff)
	}
	if got.State != types.ContainerServiceStateDeploying || got.CurrentDeployment != nil {
		t.Errorf("the service is %s with the current deployment %v, want DEPLOYING and none", got.State, got.CurrentDeployment)
	}
	ops := familytest.Do(t, l.GetOperations, &lightsail.GetOperationsInput{}).Operations
	l.WantOperations(ops[:1], "CreateContainerServiceDeployment ContainerService svc - Succeeded")
}

// TestCreateContainerServiceDeployment_states replaces a deployment, which stays the current one until
// the new one takes its place.
func TestCreateContainerServiceDeployment_states(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	if got := brief(l.deploy(web("nginx:1"), "healthy")); got != "RUNNING 1 ACTIVE" {
		t.Fatalf("after the first deployment the service is %q", got)
	}
	familytest.Do(t, l.CreateContainerServiceDeployment, web("nginx:2"))
	busy := `Sorry, deployment 2 is in progress for service "svc". Please wait for it to complete before trying again.`
	for _, phase := range container.Lifecycle["healthy"] {
		if phase.Takes == 0 {
			break
		}
		l.wantBrief("svc", phase.State+" 1 ACTIVE 2 ACTIVATING")
		wantRefused(t, fails(l, l.CreateContainerServiceDeployment, web("nginx:3")), busy)
		wantRefused(t, fails(l, l.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: new("svc")}), busy)
		l.Pass(phase.Takes - time.Millisecond)
		l.wantBrief("svc", phase.State+" 1 ACTIVE 2 ACTIVATING")
		l.Pass(time.Millisecond)
	}
	l.wantBrief("svc", "RUNNING 2 ACTIVE")
	l.wantVersions("2 ACTIVE", "1 INACTIVE")
}

// wantVersions checks the list of deployments as "version state".
func (l *lab) wantVersions(want ...string) {
	l.T.Helper()
	got := []string{}
	for _, d := range familytest.Do(l.T, l.GetContainerServiceDeployments, &lightsail.GetContainerServiceDeploymentsInput{ServiceName: new("svc")}).Deployments {
		got = append(got, fmt.Sprint(*d.Version, " ", d.State))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		l.T.Errorf("deployments (-want +got):\n%s", diff)
	}
}

// TestCreateContainerServiceDeployment_fails has deployments that fail, without an active one and with
// one. No version is used twice.
func TestCreateContainerServiceDeployment_fails(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	unhealthy := web("nginx")
	unhealthy.PublicEndpoint.HealthCheck = &types.ContainerServiceHealthCheckConfig{SuccessCodes: new("201,300-399")}
	if got := brief(l.deploy(unhealthy, "unhealthy")); got != "READY" {
		t.Errorf("after a first deployment that failed the service is %q, want READY", got)
	}
	if got := brief(l.deploy(web("nginx"), "healthy")); got != "RUNNING 2 ACTIVE" {
		t.Errorf("after a deployment the service is %q, want RUNNING 2 ACTIVE", got)
	}
	ends := web("nginx")
	ends.Containers["side"] = types.Container{Image: new("busybox"), Command: []string{"sh", "-c", "exit 1"}}
	for fate, in := range map[string]*lightsail.CreateContainerServiceDeploymentInput{"unpullable": web("registry.invalid/app"), "unhealthy": ends} {
		familytest.Do(t, l.CreateContainerServiceDeployment, in)
		l.Pass(takes(fate) - time.Millisecond)
		if s := l.get("svc"); s.State != types.ContainerServiceStateDeploying || *s.CurrentDeployment.Version != 2 {
			t.Errorf("just before its end the %s deployment has the service %q", fate, brief(s))
		}
		l.Pass(time.Millisecond)
		l.wantBrief("svc", "RUNNING 2 ACTIVE")
	}
	l.wantVersions("4 FAILED", "3 FAILED", "2 ACTIVE", "1 FAILED")
}

func TestCreateContainerService_withDeployment(t *testing.T) {
	l := newLab(t)
	in := web("nginx")
	out := familytest.Do(t, l.CreateContainerService, &lightsail.CreateContainerServiceInput{
		ServiceName: new("svc"), Power: types.ContainerServicePowerNameNano, Scale: new(int32(1)),
		Deployment: &types.ContainerServiceDeploymentRequest{Containers: in.Containers, PublicEndpoint: in.PublicEndpoint},
	}).ContainerService
	if got := brief(out); got != "PENDING 1 ACTIVATING" {
		t.Errorf("the new service is %q, want PENDING 1 ACTIVATING", got)
	}
	l.Pass(takes(container.Create))
	l.wantBrief("svc", "DEPLOYING CREATING_DEPLOYMENT 1 ACTIVATING")
	l.Pass(takes("healthy"))
	l.wantBrief("svc", "RUNNING 1 ACTIVE")
}

// TestGetContainerServiceDeployments_keepsFifty makes more deployments than are kept. The active one
// is an old one, and stays.
func TestGetContainerServiceDeployments_keepsFifty(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	l.deploy(web("nginx"), "healthy")
	for range 55 {
		l.deploy(web("a.invalid/b"), "unpullable")
	}
	l.wantBrief("svc", "RUNNING 1 ACTIVE")
	list := familytest.Do(t, l.GetContainerServiceDeployments, &lightsail.GetContainerServiceDeploymentsInput{ServiceName: new("svc")}).Deployments
	if n := len(list); n != container.MaxDeployments || *list[0].Version != 56 || *list[n-2].Version != 8 || *list[n-1].Version != 1 {
		t.Errorf("%d deployments are kept, from version %d to %d and %d; want %d, 56 to 8 and 1", n, *list[0].Version, *list[n-2].Version, *list[n-1].Version, container.MaxDeployments)
	}
	if got := brief(l.deploy(web("nginx"), "healthy")); got != "RUNNING 57 ACTIVE" {
		t.Errorf("after another deployment the service is %q", got)
	}
}

// TestCreateContainerServiceDeployment_refused has what a deployment may not have, with AWS's texts
// where they are known.
func TestCreateContainerServiceDeployment_refused(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	const pattern = "^(?:[a-z0-9]{1,2}|[a-z0-9][a-z0-9-]+[a-z0-9])$"
	check := func(set func(h *types.ContainerServiceHealthCheckConfig)) func(*lightsail.CreateContainerServiceDeploymentInput) {
		return func(in *lightsail.CreateContainerServiceDeploymentInput) {
			in.PublicEndpoint.HealthCheck = &types.ContainerServiceHealthCheckConfig{}
			set(in.PublicEndpoint.HealthCheck)
		}
	}
	image := func(ref string) func(*lightsail.CreateContainerServiceDeploymentInput) {
		return func(in *lightsail.CreateContainerServiceDeploymentInput) {
			in.Containers["app"] = types.Container{Image: &ref, Ports: in.Containers["app"].Ports}
		}
	}
	ports := func(ports map[string]types.ContainerServiceProtocol) func(*lightsail.CreateContainerServiceDeploymentInput) {
		return func(in *lightsail.CreateContainerServiceDeploymentInput) {
			in.Containers["app"] = types.Container{Image: new("nginx"), Ports: ports}
		}
	}
	const badCodes = `". Codes must be from 200 to 499, as in "200", "200,202" or "200-299".`
	for _, tt := range []struct {
		name   string
		change func(*lightsail.CreateContainerServiceDeploymentInput)
		want   string
	}{
		{"no container", func(in *lightsail.CreateContainerServiceDeploymentInput) { in.Containers = nil }, "A deployment must have at least one container."},
		{"eleven containers", func(in *lightsail.CreateContainerServiceDeploymentInput) {
			for n := range 10 {
				in.Containers[fmt.Sprint("c", n)] = types.Container{Image: new("nginx")}
			}
		}, "A deployment can have at most 10 containers, not 11."},
		{"a bad name", func(in *lightsail.CreateContainerServiceDeploymentInput) {
			in.Containers["Bad_Name"] = types.Container{Image: new("nginx")}
		}, `Container name "Bad_Name" does not match pattern: ` + pattern},
		{"latest in capitals", image(":svc.app.LATEST"), `Container "app" has invalid image ":svc.app.LATEST". Example of valid image: ":container-service-1.app.123".`},
		{"no image", image(""), `Container "app" has invalid image "". Example of valid image: ":container-service-1.app.123".`},
		{"a reference with a blank", image("nginx latest"), `Container "app" has invalid image "nginx latest". Example of valid image: ":container-service-1.app.123".`},
		{"an image that is not registered", image(":svc.app.7"), `Container "app" has image ":svc.app.7", which is not registered with service "svc".`},
		{"the newest of no image", image(":svc.app.latest"), `Container "app" has image ":svc.app.latest", which is not registered with service "svc".`},
		{"an image of another service", image(":other.app.1"), `Container "app" has image ":other.app.1", which is not registered with service "svc".`},
		{"port 0", ports(map[string]types.ContainerServiceProtocol{"0": "HTTP"}), `Container "app" has invalid port "0". A port must be a number from 1 to 65535.`},
		{"port 65536", ports(map[string]types.ContainerServiceProtocol{"65536": "HTTP"}), `Container "app" has invalid port "65536". A port must be a number from 1 to 65535.`},
		{"a port with a zero", ports(map[string]types.ContainerServiceProtocol{"080": "HTTP"}), `Container "app" has invalid port "080". A port must be a number from 1 to 65535.`},
		{"one port twice", func(in *lightsail.CreateContainerServiceDeploymentInput) {
			in.Containers["two"] = in.Containers["app"]
		}, `Containers "app" and "two" have the same port 80. Each port can be open on one container only.`},
		{"an endpoint of no container", func(in *lightsail.CreateContainerServiceDeploymentInput) {
			in.PublicEndpoint.ContainerName = new("none")
		}, `Public endpoint has container "none", which is not in the deployment.`},
		{"an endpoint at no port", func(in *lightsail.CreateContainerServiceDeploymentInput) {
			in.PublicEndpoint.ContainerPort = new(int32(81))
		}, "Invalid port specified. You must specify a port that is in the list of ports of the specified container."},
		{"an endpoint at TCP", ports(map[string]types.ContainerServiceProtocol{"80": "TCP"}), `Public endpoint has port 80 of container "app" with protocol TCP. The protocol must be HTTP or HTTPS.`},
		{"a threshold", check(func(h *types.ContainerServiceHealthCheckConfig) { h.HealthyThreshold = new(int32(1)) }), "Health check has invalid healthyThreshold 1. It must be from 2 to 10."},
		{"another threshold", check(func(h *types.ContainerServiceHealthCheckConfig) { h.UnhealthyThreshold = new(int32(11)) }), "Health check has invalid unhealthyThreshold 11. It must be from 2 to 10."},
		{"a timeout", check(func(h *types.ContainerServiceHealthCheckConfig) { h.TimeoutSeconds = new(int32(61)) }), "Health check has invalid timeoutSeconds 61. It must be from 2 to 60."},
		{"an interval", check(func(h *types.ContainerServiceHealthCheckConfig) { h.IntervalSeconds = new(int32(4)) }), "Health check has invalid intervalSeconds 4. It must be from 5 to 300."},
		{"a path", check(func(h *types.ContainerServiceHealthCheckConfig) { h.Path = new("health") }), `Health check has invalid path "health". A path must begin with a slash and have no blanks.`},
		{"a code", check(func(h *types.ContainerServiceHealthCheckConfig) { h.SuccessCodes = new("200,500") }), `Health check has invalid successCodes "200,500` + badCodes},
		{"a range", check(func(h *types.ContainerServiceHealthCheckConfig) { h.SuccessCodes = new("299-200") }), `Health check has invalid successCodes "299-200` + badCodes},
		{"too much", func(in *lightsail.CreateContainerServiceDeploymentInput) {
			in.Containers["app"] = types.Container{Image: new("nginx"), Ports: in.Containers["app"].Ports, Environment: map[string]string{"A": strings.Repeat("<", 70_000)}}
		}, "The deployment has 70293 bytes. It can have at most 65536."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := web("nginx")
			tt.change(in)
			wantRefused(t, fails(l, l.CreateContainerServiceDeployment, in), tt.want)
		})
	}
	l.wantBrief("svc", "READY")
}

// TestCreateContainerServiceDeployment_partialHealthCheck adds what is missing.
func TestCreateContainerServiceDeployment_partialHealthCheck(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	in := web("nginx")
	in.PublicEndpoint.HealthCheck = &types.ContainerServiceHealthCheckConfig{HealthyThreshold: new(int32(3)), SuccessCodes: new("200"), Path: new("/.")}
	h := familytest.Do(t, l.CreateContainerServiceDeployment, in).ContainerService.NextDeployment.PublicEndpoint.HealthCheck
	got := fmt.Sprint(*h.HealthyThreshold, *h.UnhealthyThreshold, *h.TimeoutSeconds, *h.IntervalSeconds, *h.Path, " ", *h.SuccessCodes)
	if want := "3 2 2 5/. 200"; got != want {
		t.Errorf("the health check is %q, want %q", got, want)
	}
}

// TestCreateContainerServiceDeployment_onNoTime shows the beginning of a change in its answer, also if it
// takes no time: clients wait for the version that they read there.
func TestCreateContainerServiceDeployment_onNoTime(t *testing.T) {
	c := familytest.Client(t)
	made := familytest.Do(t, c.CreateContainerService, &lightsail.CreateContainerServiceInput{
		ServiceName: new("svc"), Power: types.ContainerServicePowerNameNano, Scale: new(int32(1)),
	}).ContainerService
	first := familytest.Do(t, c.CreateContainerServiceDeployment, web("nginx:1")).ContainerService
	second := familytest.Do(t, c.CreateContainerServiceDeployment, web("nginx:2")).ContainerService
	updated := familytest.Do(t, c.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: new("svc"), Scale: new(int32(2))}).ContainerService
	now := familytest.Do(t, c.GetContainerServices, &lightsail.GetContainerServicesInput{}).ContainerServices[0]
	got := []string{brief(made), brief(first), brief(second), brief(updated), brief(&now)}
	want := []string{
		"PENDING", "DEPLOYING CREATING_DEPLOYMENT 1 ACTIVATING", "DEPLOYING CREATING_DEPLOYMENT 1 ACTIVE 2 ACTIVATING", "UPDATING PROVISIONING_SERVICE 2 ACTIVE",
		"RUNNING 2 ACTIVE",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers, and the service after them (-want +got):\n%s", diff)
	}
}

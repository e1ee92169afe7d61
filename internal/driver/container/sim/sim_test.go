package sim_test

import (
	"slices"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/driver/container"
	"github.com/lanyard-cloud/lanyard/internal/driver/container/sim"
)

func TestDeploy(t *testing.T) {
	const own = "111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1"
	only := func(codes ...int) func(int) bool {
		return func(status int) bool { return slices.Contains(codes, status) }
	}
	for _, tt := range []struct {
		name      string
		container container.Container
		accepts   func(int) bool
		private   bool
		want      container.Fate
	}{
		{"a public image", container.Container{Image: "nginx:latest"}, only(200), false, container.Healthy},
		{"no endpoint", container.Container{Image: "public.ecr.aws/nginx/nginx"}, nil, false, container.Healthy},
		{"a pushed image", container.Container{Digest: "sha256:0"}, only(200, 404), false, container.Healthy},
		{"a registry that cannot be", container.Container{Image: "registry.invalid/app"}, nil, false, container.Unpullable},
		{"a registry that cannot be, with a port", container.Container{Image: "registry.invalid:5000/app"}, nil, false, container.Unpullable},
		{"an image of that name", container.Container{Image: "library/app.invalid"}, nil, false, container.Healthy},
		{"a private image without the role", container.Container{Image: own}, nil, false, container.Unpullable},
		{"a private image with the role", container.Container{Image: own}, nil, true, container.Healthy},
		{"a private image of another region", container.Container{Image: "111122223333.dkr.ecr.eu-west-1.amazonaws.com/app"}, nil, true, container.Unpullable},
		{"false", container.Container{Image: "a", Command: []string{"/bin/false"}}, nil, false, container.Unhealthy},
		{"exit 1 of a shell", container.Container{Image: "a", Command: []string{"sh", "-c", "exit 1"}}, nil, false, container.Unhealthy},
		{"exit 1 as one word", container.Container{Image: "a", Command: []string{"exit 1"}}, nil, false, container.Unhealthy},
		{"exit 0", container.Container{Image: "a", Command: []string{"sh", "-c", "exit 0"}}, nil, false, container.Healthy},
		{"exit with more", container.Container{Image: "a", Command: []string{"sh", "-c", "exit 1 || serve"}}, nil, false, container.Healthy},
		{"false with an argument", container.Container{Image: "a", Command: []string{"false", "friend"}}, nil, false, container.Healthy},
		{"a check without 200", container.Container{Image: "a"}, only(201, 404), false, container.Unhealthy},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := container.Deployment{Region: "us-east-1", PrivateRegistry: tt.private, Containers: []container.Container{{Image: "redis"}, tt.container}}
			if tt.accepts != nil {
				d.Endpoint = &container.Endpoint{Accepts: tt.accepts}
			}
			if got := (sim.Driver{}).Deploy(d); got != tt.want {
				t.Errorf("the fate is %s, want %s", got, tt.want)
			}
		})
	}
}

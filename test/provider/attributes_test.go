package provider

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
)

func TestAttributes(t *testing.T) {
	container := types.Container{Image: new("nginx"), Command: []string{}, Ports: map[string]types.ContainerServiceProtocol{"80": "HTTP"}}
	got := flatten(&types.ContainerService{
		Arn: new("arn:1"), Url: new(""), Scale: new(int32(2)), CreatedAt: new(time.Unix(1e9, 7e8)), Location: &types.ResourceLocation{RegionName: "us-east-1"},
		CurrentDeployment: &types.ContainerServiceDeployment{Containers: map[string]types.Container{"app": container}}, Tags: tags("team", "web"),
	})
	want := attributes{
		"arn": "arn:1", "url": "", "scale": "2", "createdAt": "2001-09-09T01:46:40Z", "location.regionName": "us-east-1", "tags.%": "1", "tags.team": "web",
		"currentDeployment.containers.%": "1", "currentDeployment.containers.app.image": "nginx", "currentDeployment.containers.app.command.#": "0",
		"currentDeployment.containers.app.ports.%": "1", "currentDeployment.containers.app.ports.80": "HTTP",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("attributes: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(attributes{"tags.%": "1", "tags.team": "web", "url": ""}, got.only("url! tags powerId?")); diff != "" {
		t.Errorf("kept attributes: -want +got\n%s", diff)
	}
}

func TestAttributes_faults(t *testing.T) {
	read := attributes{"name": "a", "arn": "", "tags.%": "0", "disks.#": "2", "disks.0.path": "/dev/sda1", "disks.1.name": "b"}
	got := read.faults("name! arn arn! tags url location.regionName powerId? disks.*.path entries.*.name")
	want := []string{
		"arn is empty: the provider's test fails", "url is absent: the provider panics", "location.regionName is absent: the provider panics",
		"disks.1.path is absent: the provider panics", "entries is absent: the provider panics",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults: -want +got\n%s", diff)
	}
}

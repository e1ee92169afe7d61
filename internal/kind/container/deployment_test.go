package container_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// TestDeployment_Rewind leaves a deployment that an import takes, whenever the clock was put back.
func TestDeployment_Rewind(t *testing.T) {
	made := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for at, want := range map[time.Duration]types.ContainerServiceDeploymentState{
		-time.Hour: types.ContainerServiceDeploymentStateFailed, 10 * time.Minute: types.ContainerServiceDeploymentStateActive,
		30 * time.Minute: types.ContainerServiceDeploymentStateInactive, time.Hour: types.ContainerServiceDeploymentStateInactive,
	} {
		d, err := container.NewDeployment(map[string]types.Container{"app": {Image: new("nginx")}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		d.Entry = &resource.Entry{Seq: 1, At: made}
		d.Begin(made, made.Add(5*time.Minute), true)
		d.Replace(made.Add(20 * time.Minute))
		now := made.Add(at)
		d.Rewind(now)
		if want == types.ContainerServiceDeploymentStateActive {
			d.Replace(now.Add(time.Minute))
		}
		if got := d.State(now); got != want {
			t.Errorf("at %s the deployment is %s, want %s", at, got, want)
		}
		if d.Entry.Doc, err = d.Pack(); err != nil {
			t.Fatal(err)
		}
		if err := container.Deployments.Check(d.Entry); err != nil {
			t.Errorf("at %s the deployment cannot be imported: %v", at, err)
		}
	}
}

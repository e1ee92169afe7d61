package container_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// lab is a server with a clock of its own, and what tests do with its container services.
type lab struct{ *familytest.Lab }

func newLab(t *testing.T) *lab {
	t.Helper()
	return &lab{familytest.NewLab(t, lanyardtest.Options{})}
}

// takes is how long the service works on an event.
func takes(event string) (all time.Duration) {
	for _, phase := range container.Lifecycle[event] {
		all += phase.Takes
	}
	return all
}

// create makes a service and waits until it is there.
func (l *lab) create(name string) *types.ContainerService {
	l.T.Helper()
	familytest.Do(l.T, l.CreateContainerService, &lightsail.CreateContainerServiceInput{
		ServiceName: &name, Power: types.ContainerServicePowerNameNano, Scale: new(int32(1)),
	})
	l.Pass(takes(container.Create))
	return l.get(name)
}

func (l *lab) get(name string) *types.ContainerService {
	l.T.Helper()
	out := familytest.Do(l.T, l.GetContainerServices, &lightsail.GetContainerServicesInput{ServiceName: &name})
	if len(out.ContainerServices) != 1 {
		l.T.Fatalf("got %d services of the name %s, want one", len(out.ContainerServices), name)
	}
	return &out.ContainerServices[0]
}

// web is a deployment of one container, open at port 80.
func web(image string) *lightsail.CreateContainerServiceDeploymentInput {
	return &lightsail.CreateContainerServiceDeploymentInput{
		ServiceName:    new("svc"),
		Containers:     map[string]types.Container{"app": {Image: &image, Ports: map[string]types.ContainerServiceProtocol{"80": "HTTP"}}},
		PublicEndpoint: &types.EndpointRequest{ContainerName: new("app"), ContainerPort: new(int32(80))},
	}
}

// deploy makes a deployment and waits until its fate is there.
func (l *lab) deploy(in *lightsail.CreateContainerServiceDeploymentInput, fate string) *types.ContainerService {
	l.T.Helper()
	familytest.Do(l.T, l.CreateContainerServiceDeployment, in)
	l.Pass(takes(fate))
	return l.get(*in.ServiceName)
}

// brief is a service in short: its state, and the versions that are shown with it.
func brief(s *types.ContainerService) string {
	text := string(s.State)
	if s.StateDetail != nil {
		text += " " + string(s.StateDetail.Code)
	}
	for _, d := range []*types.ContainerServiceDeployment{s.CurrentDeployment, s.NextDeployment} {
		if d != nil {
			text += fmt.Sprintf(" %d %s", *d.Version, d.State)
		}
	}
	return text
}

func (l *lab) wantBrief(name, want string) {
	l.T.Helper()
	if got := brief(l.get(name)); got != want {
		l.T.Errorf("service %s is %q, want %q", name, got, want)
	}
}

// wantRefused checks for an InvalidInputException without a code.
func wantRefused(t *testing.T, err error, message string) {
	t.Helper()
	var e *types.InvalidInputException
	if !errors.As(err, &e) || e.Code != nil || e.ErrorMessage() != message {
		t.Errorf("error = %v, want InvalidInputException %q without a code", err, message)
	}
}

// fails makes a call and returns its error.
func fails[I, O any](l *lab, call familytest.Call[I, O], in *I) error {
	l.T.Helper()
	_, err := call(l.T.Context(), in)
	if _, ok := errors.AsType[smithy.APIError](err); !ok {
		l.T.Errorf("error = %v, want one of the API", err)
	}
	return err
}

// wantNotFound checks for a NotFoundException without a code.
func wantNotFound(t *testing.T, err error, message string) {
	t.Helper()
	var e *types.NotFoundException
	if !errors.As(err, &e) || e.Code != nil || e.ErrorMessage() != message {
		t.Errorf("error = %v, want NotFoundException %q without a code", err, message)
	}
}

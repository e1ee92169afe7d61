package loadbalancer_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// TestAttachInstancesToLoadBalancer_healthOverTime follows two instances from their attachment until they are gone.
func TestAttachInstancesToLoadBalancer_healthOverTime(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.createInstances("web", "db")
	ops := l.attach("lb", "web", "db", "web")
	l.WantOperations(ops,
		"AttachInstancesToLoadBalancer LoadBalancer lb web Started", "AttachInstancesToLoadBalancer Instance web lb Started",
		"AttachInstancesToLoadBalancer LoadBalancer lb db Started", "AttachInstancesToLoadBalancer Instance db lb Started")
	if zone := *ops[1].Location.AvailabilityZone; zone != "all" {
		t.Errorf("the operation on the instance is in %s, want all", zone)
	}
	l.wantHealth("lb", "web initial Lb.RegistrationInProgress", "db initial Lb.RegistrationInProgress")
	l.Pass(15 * time.Second)
	l.wantHealth("lb", "web initial Lb.InitialHealthChecking", "db initial Lb.InitialHealthChecking")
	l.Pass(-15 * time.Second)
	l.WantSucceeds(ops[0], 30*time.Second)
	l.wantHealth("lb", "web healthy ", "db healthy ")
	familytest.Do(t, l.CloseInstancePublicPorts, &lightsail.CloseInstancePublicPortsInput{
		InstanceName: new("db"), PortInfo: &types.PortInfo{FromPort: 80, ToPort: 80, Protocol: types.NetworkProtocolTcp},
	})
	l.wantHealth("lb", "web healthy ", "db unhealthy Instance.Timeout")
	l.attach("lb", "web")
	l.wantHealth("lb", "web healthy ", "db unhealthy Instance.Timeout")
	ops = l.detach("lb", "web")
	l.WantOperations(ops,
		"DetachInstancesFromLoadBalancer LoadBalancer lb web Started", "DetachInstancesFromLoadBalancer Instance web lb Started")
	l.wantHealth("lb", "db unhealthy Instance.Timeout", "web draining Instance.DeregistrationInProgress")
	l.WantSucceeds(ops[1], 300*time.Second)
	l.wantHealth("lb", "db unhealthy Instance.Timeout")
}

func TestAttachInstancesToLoadBalancer_stoppedInstanceIsUnused(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.createInstances("web")
	l.attach("lb", "web")
	l.Pass(time.Minute)
	familytest.Do(t, l.StopInstance, &lightsail.StopInstanceInput{InstanceName: new("web")})
	l.wantHealth("lb", "web unused Instance.InvalidState")
	_, err := l.AttachInstancesToLoadBalancer(t.Context(), &lightsail.AttachInstancesToLoadBalancerInput{
		LoadBalancerName: new("lb"), InstanceNames: []string{"web"},
	})
	familytest.WantInvalid(t, err, "InvalidParams", "You can't attach this instance right now. The state of this instance is: stopping")
	l.Pass(time.Hour)
	l.wantHealth("lb", "web unused Instance.InvalidState")
	familytest.Do(t, l.StartInstance, &lightsail.StartInstanceInput{InstanceName: new("web")})
	l.wantHealth("lb", "web unused Instance.InvalidState")
	l.Pass(20 * time.Second)
	l.wantHealth("lb", "web initial Lb.RegistrationInProgress")
	l.Pass(30 * time.Second)
	l.wantHealth("lb", "web healthy ")
}

// TestAttachInstancesToLoadBalancer_checksEachSecondAtLeast has no time scale at all: everything else takes no time.
func TestAttachInstancesToLoadBalancer_checksEachSecondAtLeast(t *testing.T) {
	l := newLab(t, lanyardtest.Options{TimeScale: 1e-9})
	l.create("lb")
	l.createInstances("web")
	l.attach("lb", "web")
	l.Pass(999 * time.Millisecond)
	l.wantHealth("lb", "web initial Lb.InitialHealthChecking")
	l.Pass(time.Millisecond)
	l.wantHealth("lb", "web healthy ")
}

// TestDeleteInstance_leavesItsLoadBalancer wants nothing to block the deletion of an instance.
func TestDeleteInstance_leavesItsLoadBalancer(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.createInstances("web", "db", "old")
	l.attach("lb", "web", "db", "old")
	l.detach("lb", "old")
	for _, name := range []string{"web", "old"} {
		out := familytest.Do(t, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: &name})
		l.WantOperations(out.Operations, "DeleteInstance Instance "+name+" - Succeeded")
	}
	l.wantHealth("lb", "db initial Lb.RegistrationInProgress")
	familytest.Do(t, l.DeleteLoadBalancer, &lightsail.DeleteLoadBalancerInput{LoadBalancerName: new("lb")})
	familytest.Do(t, l.GetInstance, &lightsail.GetInstanceInput{InstanceName: new("db")})
	l.create("lb")
	l.wantHealth("lb")
}

func TestAttachInstancesToLoadBalancer_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"instances-per-load-balancer=1", "load-balancers-per-instance=1"}})
	l.create("lb")
	l.create("lb2")
	l.createInstances("web", "db")
	attach := func(balancer string, names ...string) error {
		_, err := l.AttachInstancesToLoadBalancer(t.Context(), &lightsail.AttachInstancesToLoadBalancerInput{LoadBalancerName: &balancer, InstanceNames: names})
		return err
	}
	familytest.WantInvalid(t, attach("lb", []string{}...), "InvalidParams", "These parameters are required: instanceNames")
	familytest.WantNotFound(t, attach("none", "web"), "The LoadBalancer does not exist: none")
	familytest.WantNotFound(t, attach("lb", "web", "none"), "The Instance does not exist: none")
	full := "Sorry, you've reached the maximum number of instances you can attach to this load balancer."
	familytest.WantInvalid(t, attach("lb", "web", "db"), "LimitExceeded", full)
	l.wantHealth("lb")
	l.attach("lb", "web")
	familytest.WantInvalid(t, attach("lb", "db"), "LimitExceeded", full)
	familytest.WantInvalid(t, attach("lb2", "web"), "LimitExceeded",
		"Sorry, you've reached the maximum number of times an instance can be registered with a load balancer.")
	l.detach("lb", "web")
	familytest.WantInvalid(t, attach("lb2", "web"), "LimitExceeded",
		"Sorry, you've reached the maximum number of times an instance can be registered with a load balancer.")
	l.Pass(300 * time.Second)
	l.attach("lb2", "web")
	l.attach("lb", "db")
}

// TestDetachInstancesFromLoadBalancer_comesBackWhileItDrains attaches an instance again that finishes its requests.
func TestDetachInstancesFromLoadBalancer_comesBackWhileItDrains(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.createInstances("web", "db")
	l.attach("lb", "web")
	detach := func(name string) error {
		_, err := l.DetachInstancesFromLoadBalancer(t.Context(), &lightsail.DetachInstancesFromLoadBalancerInput{
			LoadBalancerName: new("lb"), InstanceNames: []string{name},
		})
		return err
	}
	familytest.WantInvalid(t, detach("db"), "InvalidParams", "The instance db is not attached to the load balancer lb.")
	l.detach("lb", "web")
	familytest.WantInvalid(t, detach("web"), "InvalidParams", "The instance web is not attached to the load balancer lb.")
	l.Pass(time.Minute)
	l.attach("lb", "web")
	l.wantHealth("lb", "web initial Lb.RegistrationInProgress")
	l.Pass(time.Hour)
	l.wantHealth("lb", "web healthy ")
	l.Server.Restart(t)
	l.Client = l.Server.Client(familytest.Region)
	l.wantHealth("lb", "web healthy ")
}

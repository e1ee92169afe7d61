package container_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
)

func TestCreateContainerService(t *testing.T) {
	l := newLab(t)
	got := familytest.Do(t, l.CreateContainerService, &lightsail.CreateContainerServiceInput{
		ServiceName: new("svc-1"), Power: types.ContainerServicePowerNameSmall, Scale: new(int32(2)), Tags: []types.Tag{familytest.Tag("team", "web")},
	}).ContainerService
	host := strings.Split(strings.TrimPrefix(*got.Url, "https://svc-1."), ".")
	if len(host) != 5 || len(host[0]) != 13 || strings.Join(host[1:], ".") != "us-east-1.cs.amazonlightsail.com/" {
		t.Errorf("url = %s", *got.Url)
	}
	want := &types.ContainerService{
		ContainerServiceName: new("svc-1"), Arn: got.Arn, CreatedAt: new(l.Now()), Url: got.Url,
		Location:     &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: "us-east-1"},
		ResourceType: types.ResourceTypeContainerService, Tags: []types.Tag{familytest.Tag("team", "web")},
		Power: types.ContainerServicePowerNameSmall, PowerId: new("small-1"), Scale: new(int32(2)), IsDisabled: new(false),
		State: types.ContainerServiceStatePending, PrincipalArn: new(""), PrivateDomainName: new("svc-1.service.local"),
		PrivateRegistryAccess: &types.PrivateRegistryAccess{EcrImagePullerRole: &types.ContainerServiceECRImagePullerRole{IsActive: new(false), PrincipalArn: new("")}},
	}
	if diff := cmp.Diff(want, got, familytest.Plain); diff != "" {
		t.Errorf("the new service (-want +got):\n%s", diff)
	}
	ops := familytest.Do(t, l.GetOperationsForResource, &lightsail.GetOperationsForResourceInput{ResourceName: new("svc-1")}).Operations
	l.WantOperations(ops, "CreateContainerService ContainerService svc-1 - Succeeded")
}

// TestCreateContainerService_states walks through the states until the service is there.
func TestCreateContainerService_states(t *testing.T) {
	l := newLab(t)
	familytest.Do(t, l.CreateContainerService, &lightsail.CreateContainerServiceInput{
		ServiceName: new("svc"), Power: types.ContainerServicePowerNameNano, Scale: new(int32(1)),
	})
	for _, phase := range container.Lifecycle[container.Create] {
		want := strings.Replace(phase.State, "rest", "READY", 1)
		l.wantBrief("svc", want)
		l.Pass(phase.Takes - time.Millisecond)
		if phase.Takes > 0 {
			l.wantBrief("svc", want)
		}
		l.Pass(time.Millisecond)
	}
	first := l.get("svc")
	if !strings.HasPrefix(*first.PrincipalArn, "arn:aws:iam::") || !strings.Contains(*first.PrincipalArn, ":role/amazon/lightsail/us-east-1/containers/svc/") {
		t.Errorf("principalArn of a service that is there = %s", *first.PrincipalArn)
	}
	second := l.create("other")
	if id := strings.Split(*first.Url, ".")[1]; id != strings.Split(*second.Url, ".")[1] {
		t.Errorf("two services of one account and region have the URLs %s and %s, want one id", *first.Url, *second.Url)
	}
}

func TestDeleteContainerService(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	familytest.Do(t, l.DeleteContainerService, &lightsail.DeleteContainerServiceInput{ServiceName: new("svc")})
	l.wantBrief("svc", "DELETING")
	wantRefused(t, fails(l, l.DeleteContainerService, &lightsail.DeleteContainerServiceInput{ServiceName: new("svc")}), `Sorry, service "svc" is being deleted.`)
	ops := familytest.Do(t, l.GetOperations, &lightsail.GetOperationsInput{}).Operations
	l.WantOperations(ops[:1], "DeleteContainerService ContainerService svc - Succeeded")
	l.Pass(takes(container.Delete) - time.Millisecond)
	l.wantBrief("svc", "DELETING")
	l.Pass(time.Millisecond)
	err := fails(l, l.GetContainerServices, &lightsail.GetContainerServicesInput{ServiceName: new("svc")})
	wantNotFound(t, err, "The ContainerService does not exist: svc")
	if again := l.create("svc"); again.State != types.ContainerServiceStateReady {
		t.Errorf("a new service of the name is %s, want READY", again.State)
	}
}

func TestUpdateContainerService(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	out := familytest.Do(t, l.UpdateContainerService, &lightsail.UpdateContainerServiceInput{
		ServiceName: new("svc"), Power: types.ContainerServicePowerNameMicro, Scale: new(int32(3)),
	}).ContainerService
	if brief(out) != "UPDATING PROVISIONING_SERVICE" || *out.Scale != 3 || *out.PowerId != "micro-1" {
		t.Errorf("the updated service is %s with %d nodes of %s", brief(out), *out.Scale, *out.PowerId)
	}
	wantRefused(t, fails(l, l.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: new("svc")}),
		`Sorry, an update is in progress for service "svc". Please wait for it to complete before trying again.`)
	l.Pass(takes(container.Update))
	l.wantBrief("svc", "READY")

	familytest.Do(t, l.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: new("svc"), Scale: new(int32(3))})
	l.Pass(takes(container.Keep))
	l.wantBrief("svc", "READY")
}

// TestUpdateContainerService_disables has a service with a deployment, which it keeps.
func TestUpdateContainerService_disables(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	l.deploy(web("nginx:latest"), "healthy")
	for _, off := range []bool{true, false} {
		out := familytest.Do(t, l.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: new("svc"), IsDisabled: &off}).ContainerService
		if want := "UPDATING PROVISIONING_SERVICE 1 ACTIVE"; brief(out) != want || *out.IsDisabled != off {
			t.Errorf("the service is %s, disabled %t, want %s, %t", brief(out), *out.IsDisabled, want, off)
		}
		l.Pass(takes(container.Update))
		if !off {
			l.wantBrief("svc", "RUNNING 1 ACTIVE")
			continue
		}
		l.wantBrief("svc", "DISABLED 1 ACTIVE")
		wantRefused(t, fails(l, l.CreateContainerServiceDeployment, web("nginx")), `Sorry, service "svc" is disabled and cannot be deployed to.`)
	}
}

// TestUpdateContainerService_privateRegistry gets the role that pulls images from Amazon ECR, and
// deploys such an image.
func TestUpdateContainerService_privateRegistry(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	const image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/app:1"
	if got := brief(l.deploy(web(image), "unpullable")); got != "READY" {
		t.Errorf("without the role the service is %s, want READY", got)
	}
	role := func(s *types.ContainerService) *types.ContainerServiceECRImagePullerRole {
		return s.PrivateRegistryAccess.EcrImagePullerRole
	}
	set := func(active bool) *types.ContainerServiceECRImagePullerRole {
		return role(familytest.Do(t, l.UpdateContainerService, &lightsail.UpdateContainerServiceInput{
			ServiceName:           new("svc"),
			PrivateRegistryAccess: &types.PrivateRegistryAccessRequest{EcrImagePullerRole: &types.ContainerServiceECRImagePullerRoleRequest{IsActive: &active}},
		}).ContainerService)
	}
	if r := set(true); !*r.IsActive || *r.PrincipalArn != "" {
		t.Errorf("while it is made the role is active %t with the ARN %q, want true and none", *r.IsActive, *r.PrincipalArn)
	}
	l.Pass(takes(container.Update))
	r := role(l.get("svc"))
	if !strings.Contains(*r.PrincipalArn, ":role/amazon/lightsail/us-east-1/containers/svc/private-repo-access/") {
		t.Errorf("the role has the ARN %q", *r.PrincipalArn)
	}
	if got := brief(l.deploy(web(image), "healthy")); got != "RUNNING 2 ACTIVE" {
		t.Errorf("with the role the service is %s, want RUNNING 2 ACTIVE", got)
	}
	if r := set(false); *r.IsActive || *r.PrincipalArn != "" {
		t.Errorf("without access the role is active %t with the ARN %q, want neither", *r.IsActive, *r.PrincipalArn)
	}
}

func TestGetContainerServicePowers(t *testing.T) {
	powers := familytest.Do(t, familytest.Client(t).GetContainerServicePowers, &lightsail.GetContainerServicePowersInput{}).Powers
	if len(powers) != 6 || *powers[0].PowerId != "nano-1" || *powers[0].Price != 7 || *powers[5].RamSizeInGb != 8 || !*powers[5].IsActive {
		t.Errorf("powers = %+v", powers)
	}
}

func TestGetContainerAPIMetadata(t *testing.T) {
	got := familytest.Do(t, familytest.Client(t).GetContainerAPIMetadata, &lightsail.GetContainerAPIMetadataInput{}).Metadata
	if diff := cmp.Diff([]map[string]string{{"name": "lightsailctlVersion", "value": "v1.0.8"}}, got); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
}

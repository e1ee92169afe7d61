package container_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
)

// backToFirst makes three deployments, and puts the clock back to when the first one was active.
func (l *lab) backToFirst() {
	l.T.Helper()
	l.create("svc")
	l.deploy(web("nginx:1"), "healthy")
	l.Pass(time.Minute)
	active := l.Now()
	l.Pass(time.Minute)
	for n := range 2 {
		l.deploy(web(fmt.Sprint("nginx:", n+2)), "healthy")
	}
	l.wantVersions("3 ACTIVE", "2 INACTIVE", "1 INACTIVE")
	l.Pass(active.Sub(l.Now()))
	l.wantBrief("svc", "RUNNING 3 ACTIVATING")
}

// TestCreateContainerServiceDeployment_clockPutBack takes back deployments that are not made yet: only one is active ever.
func TestCreateContainerServiceDeployment_clockPutBack(t *testing.T) {
	l := newLab(t)
	l.backToFirst()
	familytest.Do(t, l.CreateContainerServiceDeployment, web("nginx:4"))
	l.wantVersions("4 ACTIVATING", "3 FAILED", "2 FAILED", "1 ACTIVE")
	l.Pass(takes("healthy"))
	l.wantBrief("svc", "RUNNING 4 ACTIVE")
	l.Pass(time.Hour)
	l.wantVersions("4 ACTIVE", "3 FAILED", "2 FAILED", "1 INACTIVE")
}

func TestUpdateContainerService_clockPutBack(t *testing.T) {
	l := newLab(t)
	l.backToFirst()
	familytest.Do(t, l.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: new("svc"), Scale: new(int32(2))})
	l.wantBrief("svc", "UPDATING PROVISIONING_SERVICE 1 ACTIVE")
	l.Pass(time.Hour)
	l.wantBrief("svc", "RUNNING 1 ACTIVE")
	l.wantVersions("3 FAILED", "2 FAILED", "1 ACTIVE")
}

// TestDeleteContainerService_clockPutBack takes no change of a service that will be gone, whatever state it is in.
func TestDeleteContainerService_clockPutBack(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	l.Pass(time.Minute)
	remove := func() {
		familytest.Do(t, l.DeleteContainerService, &lightsail.DeleteContainerServiceInput{ServiceName: new("svc")})
	}
	remove()
	l.Pass(-time.Second)
	l.wantBrief("svc", "READY")
	const refused = `Sorry, service "svc" is being deleted.`
	wantRefused(t, fails(l, l.CreateContainerServiceDeployment, web("nginx")), refused)
	wantRefused(t, fails(l, l.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: new("svc")}), refused)
	wantRefused(t, fails(l, l.RegisterContainerImage, &lightsail.RegisterContainerImageInput{
		ServiceName: new("svc"), Label: new("app"), Digest: new(digestOf(1)),
	}), refused)
	l.Pass(-24 * time.Hour)
	remove() // again, so that it is gone sooner
	l.Pass(time.Minute)
	if got := familytest.Do(t, l.GetContainerServices, &lightsail.GetContainerServicesInput{}).ContainerServices; len(got) != 0 {
		t.Errorf("a minute after the second deletion there are %d services, want none", len(got))
	}
}

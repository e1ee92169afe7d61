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

// digestOf is a digest of its own for a number.
func digestOf(n int) string { return fmt.Sprintf("sha256:%064x", n) }

func (l *lab) register(label string, n int) string {
	l.T.Helper()
	out := familytest.Do(l.T, l.RegisterContainerImage, &lightsail.RegisterContainerImageInput{ServiceName: new("svc"), Label: &label, Digest: new(digestOf(n))})
	if *out.ContainerImage.Digest != digestOf(n) || !out.ContainerImage.CreatedAt.Equal(l.Now()) {
		l.T.Errorf("the registered image = %+v", out.ContainerImage)
	}
	return *out.ContainerImage.Image
}

func (l *lab) wantImages(want ...string) {
	l.T.Helper()
	got := []string{}
	for _, i := range familytest.Do(l.T, l.GetContainerImages, &lightsail.GetContainerImagesInput{ServiceName: new("svc")}).ContainerImages {
		got = append(got, *i.Image)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		l.T.Errorf("images (-want +got):\n%s", diff)
	}
}

// TestRegisterContainerImage_numbers counts over all labels, and gives no number twice.
func TestRegisterContainerImage_numbers(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	for n, label := range []string{"web", "api", "web"} {
		if got, want := l.register(label, 1), fmt.Sprintf(":svc.%s.%d", label, n+1); got != want {
			t.Errorf("the image is %s, want %s", got, want)
		}
	}
	l.wantImages(":svc.web.3", ":svc.api.2", ":svc.web.1")
	familytest.Do(t, l.DeleteContainerImage, &lightsail.DeleteContainerImageInput{ServiceName: new("svc"), Image: new(":svc.web.3")})
	if got := l.register("web", 2); got != ":svc.web.4" {
		t.Errorf("after the newest image was deleted the next one is %s, want :svc.web.4", got)
	}
	l.wantImages(":svc.web.4", ":svc.api.2", ":svc.web.1")
	ops := familytest.Do(t, l.GetOperations, &lightsail.GetOperationsInput{}).Operations
	l.WantOperations(ops[:2], "RegisterContainerImage ContainerService svc - Succeeded", "DeleteContainerImage ContainerService svc - Succeeded")
}

func TestRegisterContainerImage_refused(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	register := func(label, digest string) error {
		return fails(l, l.RegisterContainerImage, &lightsail.RegisterContainerImageInput{ServiceName: new("svc"), Label: &label, Digest: &digest})
	}
	wantRefused(t, register("Web_1", digestOf(1)), `Image label "Web_1" does not match pattern: ^(?:[a-z0-9]{1,2}|[a-z0-9][a-z0-9-]+[a-z0-9])$`)
	wantRefused(t, register("web", "sha256:1"), `Image digest "sha256:1" is not valid. Example of valid digest: "sha256:" with 64 hexadecimal digits.`)
	for n := range container.MaxImages {
		l.register("web", n)
	}
	wantRefused(t, register("web", digestOf(1)), `Sorry, you've reached the maximum of 150 images for service "svc". Delete images that you don't use.`)
	familytest.Do(t, l.DeleteContainerImage, &lightsail.DeleteContainerImageInput{ServiceName: new("svc"), Image: new(":svc.web.1")})
	if got := l.register("web", 1); got != ":svc.web.151" {
		t.Errorf("the image is %s, want :svc.web.151", got)
	}
}

// TestDeleteContainerImage_inUse has the images of the current deployment and of the next one, which
// names the newest.
func TestDeleteContainerImage_inUse(t *testing.T) {
	l := newLab(t)
	l.create("svc")
	l.register("app", 1)
	l.register("app", 2)
	l.register("other", 3)
	l.deploy(web(":svc.app.1"), "healthy")
	s := familytest.Do(t, l.CreateContainerServiceDeployment, web(":svc.app.latest")).ContainerService
	if got := *s.NextDeployment.Containers["app"].Image; got != ":svc.app.latest" {
		t.Errorf("the deployment shows the image %s, want it as it was sent", got)
	}
	remove := func(image string) error {
		_, err := l.DeleteContainerImage(t.Context(), &lightsail.DeleteContainerImageInput{ServiceName: new("svc"), Image: &image})
		return err
	}
	for _, image := range []string{":svc.app.1", ":svc.app.2"} {
		wantRefused(t, remove(image), `Image "`+image+`" is used by the current deployment of service "svc" and cannot be deleted.`)
	}
	for _, image := range []string{":svc.app.3", ":svc.other.latest", ":other.app.1", ":svc.app.9", "nginx", ""} {
		wantNotFound(t, remove(image), "The ContainerImage does not exist: "+image)
	}
	l.Pass(takes("healthy"))
	familytest.NoError(t, remove(":svc.app.1"))
	l.wantImages(":svc.other.3", ":svc.app.2")
}

func TestCreateContainerServiceRegistryLogin(t *testing.T) {
	l := newLab(t)
	wantRefused(t, fails(l, l.CreateContainerServiceRegistryLogin, &lightsail.CreateContainerServiceRegistryLoginInput{}),
		"You must create a container service before retrieving container registry login credentials")
	l.create("svc")
	login := func() *types.ContainerServiceRegistryLogin {
		return familytest.Do(t, l.CreateContainerServiceRegistryLogin, &lightsail.CreateContainerServiceRegistryLoginInput{}).RegistryLogin
	}
	first, second := login(), login()
	account, host, _ := strings.Cut(*first.Registry, ".")
	if len(account) != 12 || host != "dkr.ecr.us-east-1.amazonaws.com" || *first.Registry != *second.Registry {
		t.Errorf("the registries are %s and %s", *first.Registry, *second.Registry)
	}
	if *first.Username != "AWS" || !first.ExpiresAt.Equal(l.Now().Add(12*time.Hour)) || *first.Password == *second.Password {
		t.Errorf("logins of %s until %s; the passwords are equal: %t", *first.Username, first.ExpiresAt, *first.Password == *second.Password)
	}
	ops := familytest.Do(t, l.GetOperations, &lightsail.GetOperationsInput{}).Operations
	l.WantOperations(ops[:1], "CreateContainerServiceRegistryLogin ContainerService "+*first.Registry+" - Succeeded")
}

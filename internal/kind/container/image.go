package container

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// MaxImages is how many registered images a service has (General Reference).
const MaxImages = 150

// Images is the class of a service's registered images. The number of an entry is the image's,
// which counts over all labels (observed).
var Images = resource.Class{Name: "images", Exported: true, Check: checkImage}

// Image is a registered image.
type Image struct {
	Label  string `json:"label"`
	Digest string `json:"digest"`
	// Number and CreatedAt are those of the image's entry.
	Number    int64     `json:"-"`
	CreatedAt time.Time `json:"-"`
}

// digestForm is that of the digest of an image's manifest.
var digestForm = regexp.MustCompile(`\Asha256:[0-9a-f]{64}\z`)

// Check returns a resource.RefusalError if the image cannot be registered.
func (i Image) Check() error {
	if err := checkName("ContainerLabel", i.Label); err != nil {
		return err
	}
	if !digestForm.MatchString(i.Digest) {
		return resource.Refuse("Image digest %q is not valid. Example of valid digest: \"sha256:\" with 64 hexadecimal digits.", i.Digest)
	}
	return nil
}

// Pack returns the document of the image's entry.
func (i Image) Pack() []byte {
	doc, _ := json.Marshal(i) // texts cannot fail
	return doc
}

// OpenImage opens a stored image.
func OpenImage(e *resource.Entry) (Image, error) {
	i := Image{Number: e.Seq, CreatedAt: e.At}
	if err := json.Unmarshal(e.Doc, &i); err != nil {
		return i, fmt.Errorf("stored image %d of %s: %w", e.Seq, e.Owner, err)
	}
	return i, nil
}

// Show is an image of a service as the API shows it.
func (i Image) Show(service string) types.ContainerImage {
	return types.ContainerImage{Image: new(":" + service + "." + i.Label + "." + strconv.FormatInt(i.Number, 10)), Digest: &i.Digest, CreatedAt: &i.CreatedAt}
}

func checkImage(e *resource.Entry) error {
	var i Image
	if err := audit.Decode(e.Doc, &i); err != nil {
		return err
	}
	return i.Check()
}

// Forms of references to images.
var (
	// registered is that of an image that was pushed to a service: ":service.label.number".
	registered = regexp.MustCompile(`\A:([a-z0-9-]+)\.([a-z0-9-]+)\.([1-9][0-9]{0,17}|latest)\z`)
	// public is that of the references of Docker: a registry, a path, a tag and a digest.
	public = regexp.MustCompile(`\A(?:(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?/)?` +
		`[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*` +
		`(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?\z`)
)

// maxImage bounds references to images, as Docker does for their names.
const maxImage = 512

// isImage reports whether a container's image is one of the forms.
func isImage(image string) bool {
	return len(image) <= maxImage && (public.MatchString(image) || registered.MatchString(image))
}

// invalidImage is the resource.RefusalError for an image that no container can have (observed).
func invalidImage(container, image string) error {
	return resource.Refuse("Container %q has invalid image %q. Example of valid image: \":container-service-1.%s.123\".", container, image, container)
}

// Registered is what a reference says of an image that was pushed to a service.
type Registered struct {
	Service, Label string
	// Number is 0 for the newest one of the label.
	Number int64
}

// Pulls reports whether a container of the deployment runs a registered image.
func (d *Deployment) Pulls() bool {
	for _, c := range d.Doc.Containers {
		if _, own := ParseRegistered(*c.Image); own {
			return true
		}
	}
	return false
}

// Pull finds the registered images that the containers run among those of the service, the newest of
// which come first, and notes their numbers. It returns them by the names of the containers, or
// a resource.RefusalError if one is not there.
func (d *Deployment) Pull(service string, images []Image) (map[string]Image, error) {
	found := map[string]Image{}
	d.Images = map[string]int64{}
	for _, name := range slices.Sorted(maps.Keys(d.Doc.Containers)) {
		text := *d.Doc.Containers[name].Image
		ref, own := ParseRegistered(text)
		if !own {
			continue
		}
		at := slices.IndexFunc(images, func(i Image) bool {
			return ref.Service == service && i.Label == ref.Label && (ref.Number == 0 || i.Number == ref.Number)
		})
		if at < 0 {
			return nil, resource.Refuse("Container %q has image %q, which is not registered with service %q.", name, text, service)
		}
		found[name], d.Images[name] = images[at], images[at].Number
	}
	return found, nil
}

// ParseRegistered reads a reference to an image that was pushed to a service; false for others.
func ParseRegistered(image string) (r Registered, ok bool) {
	parts := registered.FindStringSubmatch(image)
	if parts == nil {
		return r, false
	}
	r.Service, r.Label = parts[1], parts[2]
	r.Number, _ = strconv.ParseInt(parts[3], 10, 64) // 0 for latest; the form bounds others
	return r, true
}

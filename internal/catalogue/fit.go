package catalogue

import (
	"cmp"
	"fmt"
	"strings"
)

// What is said of ids that a region does not have; each takes the id. The text about
// bundles was observed, the other follows it.
const (
	MessageNoBundle    = "The specified bundle does not exist in this region: %s"
	MessageNoBlueprint = "The specified blueprint does not exist in this region: %s"
)

// MessageBlueprintUnavailable is said of a blueprint that is known but not offered for
// new instances; it takes the name, the id and the region (observed text: "The GitLab CE
// blueprint gitlab_8_12_6 is not available in us-west-2").
const MessageBlueprintUnavailable = "The %s blueprint %s is not available in %s"

// MisfitError says why a blueprint does not run on a bundle, or why a bundle is too
// small for a snapshot.
type MisfitError struct {
	// Message is a sentence for the client.
	Message string
}

func (e *MisfitError) Error() string { return e.Message }

// Fits returns nil if a blueprint runs on a bundle, and a *MisfitError if the
// platforms differ or the bundle has less power than the blueprint needs. Whether
// they are active, and which IP address type is asked for, it does not look at.
func Fits(blueprint *Blueprint, bundle *Bundle) error {
	if blueprint.Platform != bundle.Platform() {
		return &MisfitError{fmt.Sprintf("The blueprint %s is for the platform %s, the bundle %s for %s.",
			*blueprint.BlueprintId, blueprint.Platform, *bundle.BundleId, bundle.Platform())}
	}
	if *blueprint.MinPower > *bundle.Power {
		return &MisfitError{fmt.Sprintf("The blueprint %s needs a bundle with a power of %d or more, the bundle %s has %d.",
			*blueprint.BlueprintId, *blueprint.MinPower, *bundle.BundleId, *bundle.Power)}
	}
	return nil
}

// FitsSnapshot returns nil if an instance with a bundle can be made from a snapshot of
// one with another, and a *MisfitError if the bundle has less memory or a smaller disk. The
// number of vCPUs does not matter, as one size has more of them in a newer generation.
func FitsSnapshot(bundle, of *Bundle) error {
	var smaller []string
	less(&smaller, "%v GB of memory instead of %v", *bundle.RamSizeInGb, *of.RamSizeInGb)
	less(&smaller, "a disk of %v GB instead of %v", *bundle.DiskSizeInGb, *of.DiskSizeInGb)
	if smaller == nil {
		return nil
	}
	return &MisfitError{fmt.Sprintf("The bundle %s is smaller than the bundle %s of the snapshot: it has %s.",
		*bundle.BundleId, *of.BundleId, strings.Join(smaller, ", "))}
}

// less adds a sentence's part about two sizes to a list if the first is the smaller one.
func less[N cmp.Ordered](list *[]string, format string, has, needs N) {
	if has < needs {
		*list = append(*list, fmt.Sprintf(format, has, needs))
	}
}

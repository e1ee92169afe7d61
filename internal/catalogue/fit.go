package catalogue

import "fmt"

// What is said of ids that a region does not have; each takes the id. The text about
// bundles was observed, the other follows it.
const (
	MessageNoBundle    = "The specified bundle does not exist in this region: %s"
	MessageNoBlueprint = "The specified blueprint does not exist in this region: %s"
)

// MisfitError says why a blueprint does not run on a bundle.
type MisfitError struct {
	// Message is a sentence for the client.
	Message string
}

func (e *MisfitError) Error() string { return e.Message }

// Fits returns nil where a blueprint runs on a bundle, and a *MisfitError where the
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

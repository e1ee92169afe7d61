// Package sim is the embedded driver of container services. It does not run containers or pull
// images: what becomes of a deployment follows from what it says.
//
// docs/containers.md has the rules for users.
package sim

import (
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/driver/container"
)

// Driver simulates deployments. It has no state.
type Driver struct{}

var _ container.Driver = Driver{}

// Deploy finds out which images cannot be pulled, which containers end at once, and which health
// checks do not accept the answer of a simulated container.
func (Driver) Deploy(d container.Deployment) container.Fate {
	switch {
	case slices.ContainsFunc(d.Containers, func(c container.Container) bool { return !pulls(c, d) }):
		return container.Unpullable
	case slices.ContainsFunc(d.Containers, func(c container.Container) bool { return fails(c.Command) }):
		return container.Unhealthy
	case d.Endpoint != nil && !d.Endpoint.Accepts(http.StatusOK): // all that a simulated container answers
		return container.Unhealthy
	}
	return container.Healthy
}

// privateECR is the host of an account's private registry in a region.
var privateECR = regexp.MustCompile(`\A[0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\z`)

// pulls reports whether the image of a container can be pulled. The top-level domain "invalid" has
// no hosts (RFC 2606).
func pulls(c container.Container, d container.Deployment) bool {
	if c.Digest != "" {
		return true
	}
	host, _, _ := strings.Cut(c.Image, "/")
	host, _, _ = strings.Cut(host, ":")
	if own := privateECR.FindStringSubmatch(host); own != nil {
		return d.PrivateRegistry && own[1] == d.Region
	}
	return !strings.HasSuffix(host, ".invalid")
}

// fails reports whether a command ends at once with an error: it is "false", or "exit" with
// another number than 0, as it is or as the text of a shell.
func fails(command []string) bool {
	words := strings.Fields(strings.Join(command, " "))
	if len(words) > 2 && words[1] == "-c" && slices.Contains([]string{"sh", "bash", "ash", "dash"}, path.Base(words[0])) {
		words = words[2:]
	}
	switch len(words) {
	case 1:
		return path.Base(words[0]) == "false"
	case 2:
		status, err := strconv.ParseUint(words[1], 10, 8)
		return words[0] == "exit" && err == nil && status != 0
	}
	return false
}

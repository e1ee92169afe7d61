package container

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

const (
	// maxContainers is how many containers a deployment has (General Reference).
	maxContainers = 10
	// maxDeployment is how many bytes a deployment has as JSON: what the task definitions of
	// Amazon ECS, which runs the containers on AWS, have. That Lightsail has that limit is a guess.
	maxDeployment = 64 << 10
	maxPort       = 65535
)

// NewDeployment returns a deployment with all defaults that is not stored yet, or a resource.RefusalError.
func NewDeployment(containers map[string]types.Container, endpoint *types.EndpointRequest) (*Deployment, error) {
	d := &Deployment{}
	switch {
	case len(containers) == 0:
		return nil, resource.Refuse("A deployment must have at least one container.")
	case len(containers) > maxContainers:
		return nil, resource.Refuse("A deployment can have at most %d containers, not %d.", maxContainers, len(containers))
	}
	d.Doc.Containers = map[string]types.Container{}
	ports := map[int]string{}
	for _, name := range slices.Sorted(maps.Keys(containers)) {
		c, err := newContainer(name, containers[name], ports)
		if err != nil {
			return nil, err
		}
		d.Doc.Containers[name] = c
	}
	var err error
	if d.Doc.PublicEndpoint, err = newEndpoint(d.Doc.Containers, endpoint); err != nil {
		return nil, err
	}
	if n := len(codec.Encode(&d.Doc)); n > maxDeployment {
		return nil, resource.Refuse("The deployment has %d bytes. It can have at most %d.", n, maxDeployment)
	}
	return d, nil
}

// newContainer is a container as it is stored, or a resource.RefusalError. ports are those that other containers of
// the deployment have: all share one network.
func newContainer(name string, c types.Container, ports map[int]string) (types.Container, error) {
	if err := checkName("ContainerName", name); err != nil {
		return c, err
	}
	if !isImage(aws.ToString(c.Image)) {
		return c, invalidImage(name, aws.ToString(c.Image))
	}
	for text := range c.Ports {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil || port == 0 || strconv.FormatUint(port, 10) != text {
			return c, resource.Refuse("Container %q has invalid port %q. A port must be a number from 1 to %d.", name, text, maxPort)
		}
	}
	for _, text := range slices.Sorted(maps.Keys(c.Ports)) {
		port, _ := strconv.Atoi(text) // checked above
		if other, taken := ports[port]; taken {
			return c, resource.Refuse("Containers %q and %q have the same port %d. Each port can be open on one container only.", other, name, port)
		}
		ports[port] = name
	}
	if c.Command == nil {
		c.Command = []string{} // shown so (observed), as the environment is
	}
	if c.Environment == nil {
		c.Environment = map[string]string{}
	}
	if c.Ports == nil {
		c.Ports = map[string]types.ContainerServiceProtocol{}
	}
	return c, nil
}

// Ports are the open ports of a stored container with their protocols.
func Ports(c types.Container) map[int]string {
	ports := map[int]string{}
	for text, protocol := range c.Ports {
		port, _ := strconv.Atoi(text) // newContainer checked it
		ports[port] = string(protocol)
	}
	return ports
}

// checkName returns a resource.RefusalError if a name is not one of its shape.
func checkName(shape, name string) error {
	rule := model.Constraints(shape)
	if !rule.Match(name) || int64(len(name)) > rule.Max {
		return resource.Refuse("%s", model.Mismatch(shape, name))
	}
	return nil
}

// newEndpoint is the public endpoint as it is stored, or a resource.RefusalError; nil for none.
func newEndpoint(containers map[string]types.Container, e *types.EndpointRequest) (*types.ContainerServiceEndpoint, error) {
	if e == nil {
		return nil, nil //nolint:nilnil // a deployment need not have an endpoint
	}
	name, port := aws.ToString(e.ContainerName), aws.ToInt32(e.ContainerPort)
	c, there := containers[name]
	if !there {
		return nil, resource.Refuse("Public endpoint has container %q, which is not in the deployment.", name)
	}
	protocol, open := c.Ports[strconv.Itoa(int(port))]
	switch {
	case !open: // AWS's text (pull request 34694 of Terraform's AWS provider)
		return nil, resource.Refuse("Invalid port specified. You must specify a port that is in the list of ports of the specified container.")
	case protocol != types.ContainerServiceProtocolHttp && protocol != types.ContainerServiceProtocolHttps:
		return nil, resource.Refuse("Public endpoint has port %d of container %q with protocol %s. The protocol must be HTTP or HTTPS.", port, name, protocol)
	}
	check, err := newHealthCheck(e.HealthCheck)
	return &types.ContainerServiceEndpoint{ContainerName: &name, ContainerPort: &port, HealthCheck: check}, err
}

// newHealthCheck adds the defaults (API reference) to what is given of a health check, or returns
// a resource.RefusalError.
func newHealthCheck(h *types.ContainerServiceHealthCheckConfig) (*types.ContainerServiceHealthCheckConfig, error) {
	if h == nil {
		h = &types.ContainerServiceHealthCheckConfig{}
	}
	full := *h
	for _, n := range []struct {
		member      string
		value       **int32
		usual       int32
		least, most int32
	}{
		// The bounds of times are the API reference's, those of thresholds are those of the load
		// balancer that AWS has before the containers.
		{"healthyThreshold", &full.HealthyThreshold, 2, 2, 10},
		{"unhealthyThreshold", &full.UnhealthyThreshold, 2, 2, 10},
		{"timeoutSeconds", &full.TimeoutSeconds, 2, 2, 60},
		{"intervalSeconds", &full.IntervalSeconds, 5, 5, 300},
	} {
		if *n.value == nil {
			*n.value = &n.usual
		}
		if v := **n.value; v < n.least || v > n.most {
			return nil, resource.Refuse("Health check has invalid %s %d. It must be from %d to %d.", n.member, v, n.least, n.most)
		}
	}
	if aws.ToString(full.Path) == "" {
		full.Path = new("/")
	}
	if aws.ToString(full.SuccessCodes) == "" {
		full.SuccessCodes = new("200-499")
	}
	if !isPath(*full.Path) {
		return nil, resource.Refuse("Health check has invalid path %q. A path must begin with a slash and have no blanks.", *full.Path)
	}
	if _, ok := successCodes(*full.SuccessCodes); !ok {
		return nil, resource.Refuse("Health check has invalid successCodes %q. Codes must be from 200 to 499, as in %q, %q or %q.",
			*full.SuccessCodes, "200", "200,202", "200-299")
	}
	return &full, nil
}

func isPath(path string) bool {
	return strings.HasPrefix(path, "/") && len(path) <= 1024 && !strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r > '~' })
}

// span is a range of status codes, both of which it has.
type span struct{ first, last int }

// successCodes reads a list of codes and ranges.
func successCodes(text string) (spans []span, ok bool) {
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			last = first
		}
		s := span{statusCode(first), statusCode(last)}
		if s.first == 0 || s.last < s.first {
			return nil, false
		}
		spans = append(spans, s)
	}
	return spans, true
}

// statusCode reads a code from 200 to 499; 0 for others.
func statusCode(text string) int {
	code, err := strconv.Atoi(text)
	if err != nil || len(text) != 3 || code < 200 || code > 499 {
		return 0
	}
	return code
}

// Accepts reports whether the deployment's health check takes a status for a healthy one.
func (d *Deployment) Accepts(status int) bool {
	spans, _ := successCodes(*d.Doc.PublicEndpoint.HealthCheck.SuccessCodes)
	return slices.ContainsFunc(spans, func(s span) bool { return s.first <= status && status <= s.last })
}

package loadbalancer

import (
	"maps"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// The two configuration options, which a load balancer always has (Terraform's AWS provider reads both).
const (
	stickiness    = string(types.LoadBalancerAttributeNameSessionStickinessEnabled)
	cookieSeconds = string(types.LoadBalancerAttributeNameSessionStickinessLbCookieDurationSeconds)
)

const (
	// maxPath is how long a path for health checks is at most (Elastic Load Balancing API reference, CreateTargetGroup).
	maxPath = 1024
	// maxCookie is for how many seconds a client stays with an instance at most, a week (Elastic Load Balancing user
	// guide, sticky sessions).
	maxCookie = 604_800
	// maxPort is the last port. The API model admits -1, too, which no instance listens on.
	maxPort = 65_535
)

// CheckPort returns a resource.RefusalError for a port that requests cannot be sent to.
func CheckPort(port int32) error {
	if port < 0 || port > maxPort {
		return resource.Refuse("The instancePort must be from 0 to %d, not %d.", maxPort, port)
	}
	return nil
}

// Set changes an attribute, or returns a resource.RefusalError.
func (b *LoadBalancer) Set(name types.LoadBalancerAttributeName, value string) error {
	switch name {
	case types.LoadBalancerAttributeNameHealthCheckPath:
		if err := checkPath(value); err != nil {
			return err
		}
		b.Doc.HealthCheckPath = &value
		return nil
	case types.LoadBalancerAttributeNameHttpsRedirectionEnabled:
		return b.setRedirection(value)
	case types.LoadBalancerAttributeNameTlsPolicyName:
		if !isPolicy(value) {
			return resource.Refuse("The TLS policy does not exist: %s", value)
		}
		b.Doc.TlsPolicyName = &value
		return nil
	}
	if err := checkOption(string(name), value); err != nil {
		return err
	}
	options := maps.Clone(b.Doc.ConfigurationOptions)
	options[string(name)] = value
	b.Doc.ConfigurationOptions = options
	return nil
}

// setRedirection has AWS's text (seen in a test of Terraform's AWS provider).
func (b *LoadBalancer) setRedirection(value string) error {
	on, ok := flags[value]
	switch {
	case !ok:
		return notFlag(string(types.LoadBalancerAttributeNameHttpsRedirectionEnabled), value)
	case on && b.Serving() == nil:
		return resource.Refuse("cannot enable https redirection while https is disabled.")
	}
	b.Doc.HttpsRedirectionEnabled = &on
	return nil
}

// flags are the values of an attribute that is on or off.
var flags = map[string]bool{"true": true, "false": false}

func notFlag(name, value string) error {
	return resource.Refuse("The value of %s must be true or false, not %q.", name, value)
}

func checkPath(path string) error {
	printable := !strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || '~' < r })
	if !strings.HasPrefix(path, "/") || len(path) > maxPath || !printable {
		return resource.Refuse("The health check path must begin with / and have at most %d printable ASCII characters without spaces.", maxPath)
	}
	return nil
}

// checkOption returns a resource.RefusalError for a value that a configuration option cannot have.
func checkOption(name, value string) error {
	switch name {
	case stickiness:
		if _, ok := flags[value]; !ok {
			return notFlag(name, value)
		}
		return nil
	case cookieSeconds:
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > maxCookie || strconv.Itoa(n) != value {
			return resource.Refuse("The value of %s must be from 1 to %d, not %q.", name, maxCookie, value)
		}
		return nil
	}
	return resource.Refuse("There is no attribute %s.", name)
}

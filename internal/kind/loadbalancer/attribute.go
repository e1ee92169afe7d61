package loadbalancer

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
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

// RefusePort says what is wrong with a port that requests are sent to; "" if nothing is.
func RefusePort(port int32) string {
	if port < 0 || port > maxPort {
		return fmt.Sprintf("The instancePort must be from 0 to %d, not %d.", maxPort, port)
	}
	return ""
}

// Set changes an attribute, and returns why it cannot do that, or "".
func (b *LoadBalancer) Set(name types.LoadBalancerAttributeName, value string) (refusal string) {
	switch name {
	case types.LoadBalancerAttributeNameHealthCheckPath:
		if refusal = refusePath(value); refusal == "" {
			b.Doc.HealthCheckPath = &value
		}
		return refusal
	case types.LoadBalancerAttributeNameHttpsRedirectionEnabled:
		return b.setRedirection(value)
	case types.LoadBalancerAttributeNameTlsPolicyName:
		if !isPolicy(value) {
			return "The TLS policy does not exist: " + value
		}
		b.Doc.TlsPolicyName = &value
		return ""
	}
	if refusal = refuseOption(string(name), value); refusal == "" {
		options := maps.Clone(b.Doc.ConfigurationOptions)
		options[string(name)] = value
		b.Doc.ConfigurationOptions = options
	}
	return refusal
}

// setRedirection has AWS's text (seen in a test of Terraform's AWS provider).
func (b *LoadBalancer) setRedirection(value string) string {
	on, ok := flags[value]
	switch {
	case !ok:
		return notFlag(string(types.LoadBalancerAttributeNameHttpsRedirectionEnabled), value)
	case on && b.Serving() == nil:
		return "cannot enable https redirection while https is disabled."
	}
	b.Doc.HttpsRedirectionEnabled = &on
	return ""
}

// flags are the values of an attribute that is on or off.
var flags = map[string]bool{"true": true, "false": false}

func notFlag(name, value string) string {
	return fmt.Sprintf("The value of %s must be true or false, not %q.", name, value)
}

func refusePath(path string) string {
	printable := !strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || '~' < r })
	if !strings.HasPrefix(path, "/") || len(path) > maxPath || !printable {
		return fmt.Sprintf("The health check path must begin with / and have at most %d printable ASCII characters without spaces.", maxPath)
	}
	return ""
}

// refuseOption says what is wrong with the value of a configuration option; "" if nothing is.
func refuseOption(name, value string) string {
	switch name {
	case stickiness:
		if _, ok := flags[value]; !ok {
			return notFlag(name, value)
		}
		return ""
	case cookieSeconds:
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > maxCookie || strconv.Itoa(n) != value {
			return fmt.Sprintf("The value of %s must be from 1 to %d, not %q.", name, maxCookie, value)
		}
		return ""
	}
	return "There is no attribute " + name + "."
}

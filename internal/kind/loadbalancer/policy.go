package loadbalancer

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// forwardSecrecy are the ciphers of the stricter policy, in order of preference (Elastic Load Balancing user guide,
// ELBSecurityPolicy-FS-1-2-Res-2019-08).
var forwardSecrecy = []string{
	"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256",
	"ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384",
}

// policies are the TLS policies, the default first. Their names are AWS's (developer guide, TLS policies of load
// balancers); protocols and ciphers are those that Elastic Load Balancing has for policies of these names.
var policies = []types.LoadBalancerTlsPolicy{
	{
		Name: new("TLS-2016-08"), IsDefault: new(true), Description: new("TLS version 1.0, 1.1, and 1.2"),
		Protocols: []string{"TLSv1", "TLSv1.1", "TLSv1.2"},
		Ciphers: []string{
			"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-RSA-AES128-SHA256",
			"ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
			"ECDHE-ECDSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES256-SHA", "ECDHE-ECDSA-AES256-SHA",
			"AES128-GCM-SHA256", "AES128-SHA256", "AES128-SHA", "AES256-GCM-SHA384", "AES256-SHA256", "AES256-SHA",
		},
	},
	{
		Name: new("TLS-FS-1-2-Res-2019-08"), IsDefault: new(false), Description: new("TLS version 1.2"),
		Protocols: []string{"TLSv1.2"}, Ciphers: forwardSecrecy,
	},
}

// Policies are the TLS policies that a load balancer can have.
func Policies() []types.LoadBalancerTlsPolicy { return slices.Clone(policies) }

func isPolicy(name string) bool {
	return slices.ContainsFunc(policies, func(p types.LoadBalancerTlsPolicy) bool { return *p.Name == name })
}

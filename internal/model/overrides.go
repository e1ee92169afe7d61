package model

import "github.com/lanyard-cloud/lanyard/internal/pattern"

// ignored names members that the service takes and never looks at, so that their values
// need not satisfy their shape's constraint.
var ignored = [...]member{
	{"CreateInstancesRequest", "customImageName"}, // "discontinued" (API reference)
}

// overrides replaces rows of the generated table for which the service is known to differ from its model.
var overrides = [...]Constraint{
	{Shape: "ResourceName", Pattern: pattern.ResourceName},
	// Examples of the AWS CLI give protocols in upper case. "-1" is how the service shows "all", and clients send back what they were
	// shown.
	{
		Shape:     "NetworkProtocol",
		Enum:      []string{"tcp", "all", "udp", "icmp", "icmpv6"},
		Spellings: []string{"TCP", "ALL", "UDP", "ICMP", "ICMPV6", "-1"},
	},
	// The service writes IPv6 addresses in lower case (observed in output of the AWS CLI), and "::" belongs to their usual form.
	{Shape: "Ipv6Address", Pattern: `[A-Fa-f0-9:]{2,39}`},
	// The service shows the access type of a firewall rule in lower case (observed in output of the AWS CLI).
	{Shape: "PortAccessType", Enum: []string{"Public", "Private"}, Spellings: []string{"public"}},
}

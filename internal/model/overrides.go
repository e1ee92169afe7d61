package model

import "github.com/lanyard-cloud/lanyard/internal/pattern"

// ignored names members that the service takes and never looks at, so that their values
// need not satisfy their shape's constraint.
var ignored = [...]member{
	{"CreateInstancesRequest", "customImageName"}, // "discontinued" (API reference)
}

// requiredBesides are the members of structures that the actions cannot do without, and of which the model requires
// none. That the service says the same of them as of members that the model requires is a guess.
var requiredBesides = map[string][]string{
	"CacheBehavior":                   {"behavior"},
	"CacheBehaviorPerPath":            {"behavior", "path"},
	"DeleteDistributionRequest":       {"distributionName"},
	"DistributionCustomErrorResponse": {"errorCode"},
	"InputOrigin":                     {"name", "regionName"},
	"ResetDistributionCacheRequest":   {"distributionName"},
	"UpdateDistributionBundleRequest": {"bundleId", "distributionName"},
	"WafAcfpConfig":                   {"creationPath", "payloadType", "registrationPagePath", "responseInspection"},
	"WafAtpConfig":                    {"loginPath", "passwordField", "payloadType", "responseInspection", "usernameField"},
	"WafBotControlConfig":             {"inspectionLevel"},
	"WafResponseInspection":           {"failureCodes", "successCodes"},
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
	// The service shows headers of which only the default ones are forwarded as "default", and takes that back (acceptance tests of
	// Terraform's AWS provider).
	{Shape: "ForwardValues", Enum: []string{"none", "allow-list", "all"}, Spellings: []string{"default"}},
	// The service shows the access type of a firewall rule in lower case (observed in output of the AWS CLI).
	{Shape: "PortAccessType", Enum: []string{"Public", "Private"}, Spellings: []string{"public"}},
}

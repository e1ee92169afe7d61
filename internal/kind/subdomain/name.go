package subdomain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// domain is the one that web addresses are in.
const domain = "amazonlightsail.com"

// Bounds of names, periods included. The longest is the API reference's, the shortest that of all names of resources.
const (
	minName = 2
	maxName = 39
)

// label is the form of the labels of a name (API reference).
var label = regexp.MustCompile(`\A[a-z0-9]([a-z0-9-]*[a-z0-9])?\z`)

// reserved are top-level subdomains that no account can have. That there are some is AWS's word, which ones is not known.
var reserved = []string{
	"admin", "amazon", "api", "aws", "console", "ftp", "lightsail", "localhost", "mail", "ns1", "ns2", "root", "smtp", "support", "www",
}

// failing begins the labels of names of which the creation fails.
const failing = "fail-"

// CheckName returns a resource.RefusalError if no subdomain can have the name (rules of the API reference).
func CheckName(name string) error {
	labels := strings.Split(name, ".")
	var rule string
	switch {
	case strings.HasSuffix(name, "."+domain):
		rule = "Specify only the subdomain, not its web address."
	case len(name) < minName || len(name) > maxName:
		rule = fmt.Sprintf("A subdomain must be from %d to %d characters long, including periods.", minName, maxName)
	case len(labels) > 2:
		rule = "A subdomain can contain one or two labels separated by a period."
	case slices.ContainsFunc(labels, func(l string) bool { return !label.MatchString(l) }):
		rule = "Each label must start and end with a lowercase letter or a number, and can contain only lowercase letters, numbers, and hyphens."
	case slices.ContainsFunc(labels, func(l string) bool { return strings.HasPrefix(l, "xn--") }):
		rule = "Labels that start with xn-- aren't supported."
	default:
		return nil
	}
	return resource.Refuse("%s is not a valid subdomain. %s", name, rule)
}

// IsReserved reports whether no account can have the name.
func IsReserved(name string) bool { return slices.Contains(reserved, Top(name)) }

// Fails reports whether the creation of a subdomain of the name fails: a rule of Lanyard's own.
func Fails(name string) bool {
	return slices.ContainsFunc(strings.Split(name, "."), func(l string) bool { return strings.HasPrefix(l, failing) })
}

// Top is the top-level subdomain that a name is in, or is.
func Top(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// Address is the web address of a subdomain.
func Address(name string) string { return name + "." + domain }

// depth is how many labels a name has.
func depth(name string) int32 { return int32(strings.Count(name, ".")) + 1 }

package instance

import (
	"net/netip"
	"regexp"
)

const (
	// MinDiskGB is the size of the smallest disk, in GB (developer guide, troubleshooting
	// disks).
	MinDiskGB = 8
	// MaxDiskGB is the size of the largest disk, in GB (developer guide, troubleshooting
	// disks). No version made larger ones.
	MaxDiskGB = 16384
	// MaxUserData is EC2's limit of a launch script in bytes.
	MaxUserData = 16384
	// MaxHopLimit is EC2's limit of the metadata service's hops.
	MaxHopLimit = 64
)

// IPv6Range is reserved for tests: no host has its addresses (RFC 5180).
var IPv6Range = netip.MustParsePrefix("2001:2::/48")

// diskPath is a device's path as EC2 has it; the first disk, a, is the system's.
var diskPath = regexp.MustCompile(`\A/dev/(?:xvd|sd)([b-z])\z`)

// Device is the letter of a disk's path; false if it is not the path of an attached disk.
// sdf and xvdf are two names of one device.
func Device(path string) (letter string, ok bool) {
	match := diskPath.FindStringSubmatch(path)
	if match == nil {
		return "", false
	}
	return match[1], true
}

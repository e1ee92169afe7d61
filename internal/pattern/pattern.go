// Package pattern has regular expressions of texts that several packages check: the API when
// a client sends one, and others before they pass a stored one on to OpenSSH or to a driver.
// They match whole texts only between \A and \z, and callers compile them when they need
// them.
//
// It has only what at least two packages need. It does not have the constraints of the API,
// which are in package model.
package pattern

const (
	// ID matches the id of a resource, a UUID in lower case.
	ID = `[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`

	// ResourceName matches a name that the API accepts. The API model's `\w[\w\-]*\w` has no dot and no upper bound. But the
	// service's own error about a name ("must be at least 2 characters long and contain only alphanumerics, -, _, and .") admits
	// dots, and its documentation says 255 characters at most.
	ResourceName = `[A-Za-z0-9_][A-Za-z0-9_.-]{0,253}[A-Za-z0-9_]`
)

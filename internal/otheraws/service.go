// Package otheraws answers calls that were meant for another AWS service, such as those of
// clients whose endpoint was set for all services at once. The error has the form of the
// service's own protocol, so that the client shows its message, which says what Lanyard
// serves.
//
// It verifies no signature, since such a call has no effect. A call that names
// Lightsail or STS anywhere is left to those services, which have their own errors
// for what is wrong with it.
package otheraws

import (
	"mime"
	"net/http"
	"regexp"
	"strings"
)

// lightsailTarget begins the X-Amz-Target of a Lightsail call.
const lightsailTarget = "Lightsail_"

// servicePattern is how service names look in a credential scope. An access key's
// secret, which may be there by mistake, does not look so.
var servicePattern = regexp.MustCompile(`^[a-z][a-z0-9-]{1,31}$`)

// Service returns the service that the request's credential scope names, or "" if it names
// none or one that Lanyard has. It accepts Authorization headers that are not valid.
func Service(r *http.Request) string {
	header := r.Header.Get("Authorization")
	_, credential, found := strings.Cut(header, "Credential=")
	if !strings.HasPrefix(header, "AWS4-") || !found {
		return ""
	}
	if end := strings.IndexAny(credential, ", \t"); end >= 0 {
		credential = credential[:end]
	}
	parts := strings.Split(credential, "/")
	if len(parts) < 5 || parts[len(parts)-1] != "aws4_request" {
		return ""
	}
	service := parts[len(parts)-2]
	if service == "lightsail" || service == "sts" || !servicePattern.MatchString(service) {
		return ""
	}
	return service
}

// IsForm reports whether the request is one of the query protocol: a posted form.
func IsForm(r *http.Request) bool {
	contentType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return r.Method == http.MethodPost && err == nil && contentType == "application/x-www-form-urlencoded"
}

// Meant reports whether a request was meant for another service: its credential scope
// says so, and nothing else says otherwise. A form posted to / may still do that by
// its action; package sts reads those.
func Meant(r *http.Request) bool {
	switch {
	case Service(r) == "", strings.HasPrefix(r.Header.Get("X-Amz-Target"), lightsailTarget):
		return false
	}
	return !IsForm(r) || r.URL.Path != "/"
}

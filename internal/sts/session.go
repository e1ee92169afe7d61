package sts

import (
	"encoding/xml"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/identity"
)

// Lengths of sessions in seconds (API reference).
const (
	shortestSession = 900
	hour            = 3600
	// GetSessionToken.
	longestToken = 129600
	defaultToken = 43200
	// AssumeRole, as long as the role admits; also the default of roles and callers.
	longestRole = 43200
	defaultRole = hour
	// Sessions of an account's root, and of roles assumed with temporary credentials.
	longestOfRoot  = hour
	longestChained = hour
)

type sessionToken struct {
	XMLName     xml.Name `xml:"GetSessionTokenResult"`
	Credentials credentials
	tokenUse
}

// maxToken is what the largest session token may have, in bytes: it goes into a
// header of each request, for which HTTP servers have limits.
const maxToken = 12 << 10

// tokenUse tells how large a session token is, in bytes and in percent of what it
// may be.
type tokenUse struct {
	Size        int `xml:"SessionTokenSize"`
	Utilization int `xml:"SessionTokenUtilization"`
}

func (c credentials) use() tokenUse {
	return tokenUse{len(c.SessionToken), percent(len(c.SessionToken), maxToken)}
}

// getSessionToken makes temporary credentials of the caller's own. It needs no
// permission, and policies cannot forbid it (IAM User Guide, "Permissions for
// GetSessionToken").
func getSessionToken(c *call) (any, error) {
	r := &reader{form: c.form}
	seconds, err := r.seconds(shortestSession, longestToken)
	if err != nil {
		return nil, err
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	if err := unsupported(c.form, "GetSessionToken"); err != nil {
		return nil, err
	}
	if c.temporary() {
		return nil, accessDenied("Cannot call GetSessionToken with session credentials")
	}
	if seconds == 0 {
		seconds = defaultToken
	}
	session := identity.Session{Account: c.principal.Account}
	if c.principal.Root {
		seconds = min(seconds, longestOfRoot) // cut, not refused (API reference)
		session.Generation = c.principal.Generation
	} else {
		session.Owner = c.principal.UserID
	}
	issued, err := c.issue(session, seconds)
	return sessionToken{Credentials: issued, tokenUse: issued.use()}, err
}

// temporary reports whether the caller signed with a session's credentials.
func (c *call) temporary() bool { return !c.principal.Expires.IsZero() }

// unsupported refuses what Lanyard cannot honour: an MFA device that the caller
// believes to have shown, and parameters that would have to be kept in the session.
func unsupported(f form, action string) error {
	_, serial := f["SerialNumber"]
	_, code := f["TokenCode"]
	if serial || code {
		return accessDenied("MultiFactorAuthentication failed: Lanyard has no MFA devices. Leave out SerialNumber and TokenCode.")
	}
	least, sent := f["MinimumSessionTokenSize"]
	for _, parameter := range []struct {
		name  string
		asked bool
	}{
		{"MinimumSessionTokenSize", sent && least != "0"},
		{"ProvidedContexts", f.has("ProvidedContexts")},
		{"SourceIdentity", f.has("SourceIdentity")},
	} {
		if parameter.asked {
			return validationError("Lanyard does not support the parameter %s of %s.", parameter.name, action)
		}
	}
	return nil
}

// issue makes a session's credentials. It lasts from now on for that many seconds.
func (c *call) issue(s identity.Session, seconds int) (credentials, error) {
	s.Issued, s.Expires = c.now, c.now.Add(time.Duration(seconds)*time.Second)
	made, err := s.Credentials(c.handler.o.Sealer)
	if err != nil {
		return credentials{}, err
	}
	c.request.issued(made.AccessKeyID)
	return credentials{made.AccessKeyID, made.SecretAccessKey, made.SessionToken, timestamp(made.Expires)}, nil
}

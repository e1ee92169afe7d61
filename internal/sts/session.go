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
	if err := noMFA(c.form); err != nil {
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
	} else {
		session.Owner = c.principal.UserID
	}
	issued, err := c.issue(session, seconds)
	return sessionToken{Credentials: issued}, err
}

// temporary tells whether the caller signed with a session's credentials.
func (c *call) temporary() bool { return !c.principal.Expires.IsZero() }

// noMFA refuses what the caller believes to have proven.
func noMFA(f form) error {
	_, serial := f["SerialNumber"]
	_, code := f["TokenCode"]
	if serial || code {
		return accessDenied("MultiFactorAuthentication failed: Lanyard has no MFA devices. Leave out SerialNumber and TokenCode.")
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
	c.request.issued = made.AccessKeyID
	return credentials{made.AccessKeyID, made.SecretAccessKey, made.SessionToken, timestamp(made.Expires)}, nil
}

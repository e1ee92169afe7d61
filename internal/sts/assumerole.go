package sts

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/policy"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

type assumedRole struct {
	XMLName          xml.Name `xml:"AssumeRoleResult"`
	ID               string   `xml:"AssumedRoleUser>AssumedRoleId"`
	ARN              string   `xml:"AssumedRoleUser>Arn"`
	Credentials      credentials
	PackedPolicySize int `xml:",omitempty"`
	tokenUse
}

// assumeRole makes a session of a role. Who may, and whether there is such a role,
// is decided before anything else about the role is told.
func assumeRole(c *call) (any, error) {
	in, err := readAssumeRole(c.form)
	if err != nil {
		return nil, err
	}
	if c.principal.Root {
		return nil, accessDenied("Roles may not be assumed by root accounts.")
	}
	role, err := c.role(in)
	if err != nil {
		return nil, err
	}
	if err := c.authorize(in, role); err != nil {
		return nil, err
	}
	seconds, err := c.duration(in, role)
	if err != nil {
		return nil, err
	}
	session := identity.Session{Account: role.Account, Owner: role.ID, Role: role.Name, Name: in.session, Tags: in.tags}
	if session.Policies, err = c.sessionPolicies(in); err != nil {
		return nil, err
	}
	packed, err := packedSize(in, &session)
	if err != nil {
		return nil, err
	}
	issued, err := c.issue(session, seconds)
	return assumedRole{
		ID:               role.ID + ":" + in.session,
		ARN:              "arn:aws:sts::" + role.Account + ":assumed-role/" + role.Name + "/" + in.session,
		Credentials:      issued,
		PackedPolicySize: packed,
		tokenUse:         issued.use(),
	}, err
}

// role reads the role to be assumed; nil if it does not exist.
func (c *call) role(in *assumeRoleInput) (*identity.Entity, error) {
	role, err := c.handler.resolver.Role(c.tx, in.account, in.roleName)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // a role that does not exist trusts no caller, which is all that matters
	}
	if err != nil {
		return nil, err
	}
	if served, err := c.serves(in.account); err != nil || !served {
		return nil, err
	}
	return role, nil
}

// duration is how long the session may be: as long as was asked for, or an hour.
func (c *call) duration(in *assumeRoleInput, role *identity.Entity) (int, error) {
	longest := role.MaxSession
	if longest == 0 {
		longest = defaultRole
	}
	switch {
	case in.seconds == 0:
		return min(defaultRole, longest), nil
	case in.seconds > longestChained && c.temporary():
		return 0, validationError("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	case in.seconds > longest:
		return 0, validationError("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return in.seconds, nil
}

// sessionPolicies are the texts of the policies that restrict the session; nil when
// none does. Managed ones are those of the role's account, as they are now.
func (c *call) sessionPolicies(in *assumeRoleInput) ([]string, error) {
	var texts []string
	if in.policy != "" {
		texts = append(texts, in.policy)
	}
	for _, arn := range in.policyARNs {
		name, ok := strings.CutPrefix(arn, "arn:aws:iam::"+in.account+":policy/")
		if !ok {
			return nil, validationError("The policy %s is not one of the role's account.", cut(arn))
		}
		managed, err := c.handler.resolver.ManagedPolicy(c.tx, in.account, name)
		if errors.Is(err, store.ErrNotFound) {
			return nil, validationError("The policy %s does not exist.", cut(arn))
		}
		if err != nil {
			return nil, err
		}
		texts = append(texts, managed.Document)
	}
	return texts, nil
}

// maxPacked is how many bytes policies and tags may have inside a session token. The
// token, which has a third more in base64, stays below maxToken with all else that is
// in it.
const maxPacked = 8 << 10

// packedSize is how much of the space for policies and tags the session takes, in
// percent; 0 when it has neither. What takes more than all is refused.
func packedSize(in *assumeRoleInput, s *identity.Session) (int, error) {
	if len(s.Policies) == 0 && len(s.Tags) == 0 {
		return 0, nil
	}
	tags, err := json.Marshal(s.Tags)
	if err != nil {
		return 0, err
	}
	policies, err := json.Marshal(s.Policies)
	if err != nil {
		return 0, err
	}
	ofTags := percent(len(tags), maxPacked)
	size := max(percent(len(tags)+len(policies), maxPacked), percent(utf8.RuneCountInString(in.policy), policy.MaxSessionPolicySize))
	switch {
	case ofTags > 100:
		return 0, badRequest("PackedPolicyTooLarge", "Packed size of session tags consumes %d%% of allotted space.", ofTags)
	case size > 100:
		return 0, badRequest("PackedPolicyTooLarge", "Packed policy consumes %d%% of allotted space, please use smaller policy.", size)
	}
	return size, nil
}

// percent rounds up, so that only nothing is 0 and only what fits is 100.
func percent(n, of int) int { return (100*n + of - 1) / of }

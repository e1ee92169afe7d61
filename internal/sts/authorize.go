package sts

import (
	"log/slog"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/policy"
)

// authorize decides whether the caller may assume the role, and tag the session
// if it does. The role is nil if it does not exist.
func (c *call) authorize(in *assumeRoleInput, role *identity.Entity) error {
	actions := []string{"sts:AssumeRole"}
	if len(in.tags) > 0 {
		actions = append(actions, "sts:TagSession")
	}
	for _, action := range actions {
		r := c.describeRole(action, in, role)
		if d := c.decide(r, in, role); !d.Allowed {
			c.logDenial(r, d)
			return accessDenied("User: %s is not authorized to perform: %s on resource: %s%s",
				c.principal.ARN, action, in.roleARN, c.because(d, r, in))
		}
	}
	return nil
}

// describeRole is describe with the condition keys of the actions on roles (Service
// Authorization Reference for AWS STS).
func (c *call) describeRole(action string, in *assumeRoleInput, role *identity.Entity) *identity.Request {
	r := c.describe(action, in.roleARN)
	r.More = map[string]string{"sts:RoleSessionName": in.session}
	if in.externalID != "" {
		r.More["sts:ExternalId"] = in.externalID
	}
	r.RequestTags = in.tags
	for _, t := range in.tags {
		r.TagKeys = append(r.TagKeys, t.Key)
	}
	if role != nil {
		r.ResourceTags = role.Tags
	}
	return r
}

// decide combines the role's trust policy with the caller's own policies (IAM User
// Guide, "Policy evaluation logic", "Cross-account policy evaluation logic"):
//
//   - An explicit deny in any of them counts.
//   - The trust policy must allow it, always.
//   - Within an account that is enough if the trust policy names the caller. If it names
//     the account, and across accounts, the caller's policies must allow it, too.
//   - What bounds a role's session, its permissions boundary and session policies,
//     bounds it in each case.
func (c *call) decide(r *identity.Request, in *assumeRoleInput, role *identity.Entity) policy.Decision {
	own := c.principal.Evaluate(r)
	if own.Kind == policy.ExplicitDeny {
		return own
	}
	trust := c.principal.TrustedBy(role, r)
	named := trust.Allowed && !trust.Delegated && c.principal.Account == in.account
	switch {
	case !trust.Allowed:
		return trust
	case !named:
		return own
	case c.principal.RoleARN != "":
		return c.principal.EvaluateLimits(r)
	}
	return trust
}

// because is the end of the sentence about a denial: nothing but for explicit denies
// within the account (observed; IAM User Guide, "Troubleshoot access denied error
// messages").
func (c *call) because(d policy.Decision, r *identity.Request, in *assumeRoleInput) string {
	if d.Kind != policy.ExplicitDeny || c.principal.Account != in.account {
		return ""
	}
	return " " + d.Because(r.Action)
}

// logDenial says at debug level what a policy's author wants to know.
func (c *call) logDenial(r *identity.Request, d policy.Decision) {
	c.handler.o.Log.LogAttrs(c.request.Context, slog.LevelDebug, "denied", c.principal.Denial(c.request.ID, r, d)...)
}

package identity

import (
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/policy"
)

// Principal is the signer of a request, with all policies that apply to it.
type Principal struct {
	// Account is the 12-digit account id. Generation tells the account from one of the
	// same id that was there before it.
	Account, Generation string
	// ARN is what messages and GetCallerIdentity say: …:root, …:user/alice, or
	// arn:aws:sts::…:assumed-role/deploy/session.
	ARN string
	// UserID is aws:userid: the account of a root, a user's unique id, or a role's with
	// its session: AROA…:session.
	UserID string
	// UserName is aws:username; only users have one.
	UserName string
	// RoleARN is the role of a session, which is aws:PrincipalArn then.
	RoleARN string
	// Root is not subject to identity policies.
	Root bool
	// Tags are aws:PrincipalTag.
	Tags []Tag
	// Policies are all policies that apply to it.
	Policies policy.Set
	// Closed accounts are not served; SetupUntil and RegionSetupUntil are when the
	// account and the request's region will be set up.
	Closed                       bool
	SetupUntil, RegionSetupUntil time.Time
	// Issued and Expires are when a session began and ends; zero for long-term keys.
	Issued, Expires time.Time
}

// Request is what a principal wants to do, as policies see it.
type Request struct {
	// Action is lightsail:CreateKeyPair, Resource an ARN or "*".
	Action, Resource string
	// RequestTags are the tags in the request. TagKeys are their keys, or those of the
	// tags to be removed.
	RequestTags []Tag
	TagKeys     []string
	// ResourceTags are those of the resource.
	ResourceTags []Tag
	// SourceIP, UserAgent and Secure describe how the request came.
	SourceIP, UserAgent string
	Secure              bool
	Region              string
	Time                time.Time
	// More are further condition keys: the simulator's.
	More map[string]string
}

// Evaluate decides a request by the principal's policies. Root may do everything.
func (p *Principal) Evaluate(r *Request) policy.Decision {
	if p.Root {
		return policy.Decision{Allowed: true, Kind: policy.Allow}
	}
	return policy.Evaluate(p.Policies, policy.Request{Action: r.Action, Resource: r.Resource, Context: p.context(r)})
}

// Denial is what the log says of a request that was denied: what a policy's author wants to
// know.
func (p *Principal) Denial(requestID string, r *Request, d policy.Decision) []slog.Attr {
	return []slog.Attr{
		slog.String("request_id", requestID), slog.String("principal", p.ARN),
		slog.String("action", r.Action), slog.String("resource", r.Resource),
		slog.String("decision", d.Kind.String()), slog.String("by", string(d.By)),
		slog.String("policy", d.Policy), slog.String("sid", d.Sid), slog.Int("line", d.Line),
		slog.Any("missing", d.Missing),
	}
}

// context gathers the condition keys (Service Authorization Reference; IAM User
// Guide, "AWS global condition context keys"). An absent value is an absent key.
func (p *Principal) context(r *Request) policy.Context {
	c := policy.NewContext()
	principal := p.ARN
	if p.RoleARN != "" {
		principal = p.RoleARN
	}
	c.Set("aws:PrincipalArn", principal)
	c.Set("aws:PrincipalAccount", p.Account)
	c.Set("aws:PrincipalType", p.principalType())
	c.Set("aws:userid", p.UserID)
	c.Set("aws:CurrentTime", r.Time.UTC().Format(time.RFC3339))
	c.Set("aws:EpochTime", strconv.FormatInt(r.Time.Unix(), 10))
	c.Set("aws:SecureTransport", strconv.FormatBool(r.Secure))
	for key, value := range map[string]string{
		"aws:username": p.UserName, "aws:SourceIp": r.SourceIP, "aws:UserAgent": r.UserAgent, "aws:RequestedRegion": r.Region,
	} {
		if value != "" {
			c.Set(key, value)
		}
	}
	if !p.Issued.IsZero() {
		c.Set("aws:TokenIssueTime", p.Issued.UTC().Format(time.RFC3339))
		c.Set("aws:MultiFactorAuthPresent", "false") // absent for long-term keys
	}
	addTags(c, "aws:PrincipalTag/", p.Tags)
	addTags(c, "aws:RequestTag/", r.RequestTags)
	addTags(c, "aws:ResourceTag/", r.ResourceTags)
	c.SetList("aws:TagKeys", r.TagKeys...)
	addMore(c, r.More)
	return c
}

// addMore adds further keys. Tags of the request and the resource are added to
// those of the same key. Any other key replaces its former value: so do the tags of a
// session, which are given as aws:PrincipalTag.
func addMore(c policy.Context, more map[string]string) {
	for key := range more {
		if prefix, _, tag := strings.Cut(key, "/"); !tag || policy.EqualFold(prefix, "aws:PrincipalTag") {
			c.Unset(key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(more)) {
		c.Add(key, more[key])
	}
}

func (p *Principal) principalType() string {
	switch {
	case p.Root:
		return "Account"
	case p.RoleARN != "":
		return "AssumedRole"
	}
	return "User"
}

// addTags keeps the value of each tag: keys may differ by case alone, and policies do
// not tell case.
func addTags(c policy.Context, prefix string, tags []Tag) {
	for _, t := range tags {
		c.Add(prefix+t.Key, t.Value)
	}
}

// overridden is a role's tags in a session that has its own: those replace the role's
// of the same key, whose case does not matter (IAM User Guide, "Pass session tags in
// AWS STS").
func overridden(tags, by []Tag) []Tag {
	kept := slices.DeleteFunc(slices.Clone(tags), func(t Tag) bool {
		return slices.ContainsFunc(by, func(own Tag) bool { return policy.EqualFold(own.Key, t.Key) })
	})
	return append(kept, by...)
}

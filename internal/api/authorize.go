package api

import (
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/policy"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// authorize asks the principal's policies about each resource that the access table
// names for the action; all must be allowed. The input may be nil: nothing is known
// of the request's tags then.
func (c *Call) authorize(in smithy.Serializable) error {
	if c.Principal.Root {
		return nil
	}
	r := c.request(in)
	for _, on := range c.authorizedOn() {
		r.Resource, r.ResourceTags = on.arn, on.tags
		if d := c.Principal.Evaluate(r); !d.Allowed {
			c.logDenial(r, d)
			return accessDenied(c.Principal.ARN, r.Action, on.shown, d.Because(r.Action))
		}
	}
	return nil
}

// subject is something that an action is authorised on.
type subject struct {
	// arn is what policies match, shown what the refusal says.
	arn, shown string
	tags       []identity.Tag
}

// authorizedOn lists what the action is authorised on. A resource that does not
// exist has "*" for its id: who may not act on any resource of the kind does not
// learn whether there is one.
func (c *Call) authorizedOn() []subject {
	var list []subject
	for _, kind := range c.action.access.Required {
		list = append(list, c.subjectsOf(resource.Kind(kind))...)
	}
	for _, r := range c.loaded {
		if slices.Contains(c.action.access.Optional, types.ResourceType(r.Kind)) {
			list = append(list, subjectOf(r))
		}
	}
	if len(list) == 0 {
		return []subject{{arn: "*", shown: "arn:aws:lightsail:" + c.Region + ":" + c.Principal.Account + ":*"}}
	}
	return list
}

// subjectsOf are all resources of a kind that the call is on, or any resource of the kind.
func (c *Call) subjectsOf(kind resource.Kind) (list []subject) {
	for _, r := range c.loaded {
		if r.Kind == kind {
			list = append(list, subjectOf(r))
		}
	}
	if list == nil {
		arn := resource.ARN(kind, c.Principal.Account, c.Region, "*")
		list = []subject{{arn: arn, shown: arn}}
	}
	return list
}

func subjectOf(r *resource.Resource) subject {
	arn := r.ARN()
	return subject{arn, arn, toTags(r.Tags)}
}

// DefaultResources are what an action is authorised on while nothing is known of
// the request: "*", or any resource of each kind that the action needs.
func DefaultResources(action, account, region string) []string {
	row, ok := model.LookupAccess(action)
	if !ok || len(row.Required) == 0 {
		return []string{"*"}
	}
	var list []string
	for _, kind := range row.Required {
		list = append(list, resource.ARN(resource.Kind(kind), account, region, "*"))
	}
	return list
}

// request describes the call for policies. Tags count only if the Service
// Authorization Reference lists their condition keys for the action.
func (c *Call) request(in smithy.Serializable) *identity.Request {
	r := &identity.Request{
		Action:    "lightsail:" + c.action.name,
		SourceIP:  c.origin.SourceIP,
		UserAgent: c.origin.UserAgent,
		Secure:    c.origin.Secure,
		Region:    c.Region,
		Time:      time.Now(),
	}
	if in == nil {
		return r
	}
	if c.action.access.RequestTags {
		r.RequestTags = toTags(member[[]types.Tag](in, "Tags"))
		for _, t := range r.RequestTags {
			r.TagKeys = append(r.TagKeys, t.Key)
		}
	}
	if c.action.access.TagKeys {
		r.TagKeys = member[[]string](in, "TagKeys")
	}
	return r
}

// member reads a member of an input that has one of that name and type.
func member[T any](in smithy.Serializable, name string) T {
	value, _ := reflect.TypeAssert[T](reflect.ValueOf(in).Elem().FieldByName(name))
	return value
}

func toTags(tags []types.Tag) []identity.Tag {
	list := make([]identity.Tag, 0, len(tags))
	for _, t := range tags {
		if t.Key != nil {
			list = append(list, identity.Tag{Key: *t.Key, Value: resource.TagValue(t)})
		}
	}
	return list
}

// logDenial says at debug level what a policy's author wants to know.
func (c *Call) logDenial(r *identity.Request, d policy.Decision) {
	c.pipe.o.Log.LogAttrs(c.Context, slog.LevelDebug, "denied", c.Principal.Denial(c.RequestID, r, d)...)
}

// accessDenied is AWS's sentence for a refused action.
func accessDenied(principal, action, on, because string) error {
	code := "AccessDenied"
	message := fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s %s", principal, action, on, because)
	return &types.AccessDeniedException{Code: &code, Message: &message}
}

// checkServed returns an error if the account is closed or still being set up, or if the
// opt-in region is still being set up for the account. An action whose exceptions do not have
// that of a set-up (API model: those of buckets, container services and others) does not wait for it.
func (c *Call) checkServed() error {
	waits := func(until time.Time, exception string) bool {
		return c.Now.Before(until) && c.action.model.MayFailWith(exception)
	}
	switch {
	case c.Principal.Closed:
		return unauthenticated()
	case waits(c.Principal.SetupUntil, "AccountSetupInProgressException"):
		return accountSetup()
	case waits(c.Principal.RegionSetupUntil, "RegionSetupInProgressException"):
		return regionSetup(c.Region)
	}
	return nil
}

func unauthenticated() error {
	code, message := "Unauthenticated", "The account of this access key is closed."
	return &types.UnauthenticatedException{Code: &code, Message: &message}
}

func accountSetup() error {
	code, message := "AccountSetupInProgress", "Your account is still being set up. Please try again in a few minutes."
	return &types.AccountSetupInProgressException{Code: &code, Message: &message}
}

// regionSetup has the documentation's link and advice (API model: docs and tip of
// RegionSetupInProgressException).
func regionSetup(region string) error {
	code := "RegionSetupInProgress"
	message := "The Region " + region + " is still being set up for your account. Please try again in a few minutes."
	docs := "https://docs.aws.amazon.com/lightsail/latest/userguide/understanding-regions-and-availability-zones-in-amazon-lightsail.html"
	tip := "Opt-in Regions typically take a few minutes to finish setting up before you can work with them. Wait a few minutes and try again."
	return &types.RegionSetupInProgressException{Code: &code, Message: &message, Docs: &docs, Tip: &tip}
}

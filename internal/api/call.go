package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Call is one running action. It is valid until the action's function returns.
type Call struct {
	// Context ends when the client goes away or the server stops.
	Context context.Context
	// Principal is who calls, Region where.
	Principal *identity.Principal
	Region    string
	// RequestID is the x-amzn-RequestId of the answer.
	RequestID string
	// Now is the moment of the call's transaction by the lifecycle clock, in whole milliseconds: all
	// that one call makes has one time. It is not before those of the writes that the transaction sees,
	// unless the clock was put back, or another server's is ahead.
	Now time.Time
	// Tx is the call's transaction: a read transaction for reads, a write transaction
	// for writes; nil in a prepare function, which has View.
	Tx *store.Tx

	action *Action
	caller Caller
	origin Origin
	// body is the input as it came, in what it was decoded to.
	body []byte
	in   smithy.Serializable
	// entry is the call's line in the log.
	entry  *httpcall.Entry
	pipe   *Pipeline
	loaded []*resource.Resource
	// tags are those of the resources that the call creates.
	tags    []types.Tag
	records []record
}

// Target returns the resource that the action is on and that is of one of the kinds, or of
// any if none is given; nil if an optional member did not name one. The action has
// declared that it is on such a kind.
func (c *Call) Target(kinds ...resource.Kind) *resource.Resource {
	for _, r := range c.loaded {
		if len(kinds) == 0 || slices.Contains(kinds, r.Kind) {
			return r
		}
	}
	c.action.mustBeOn(kinds)
	return nil
}

// Targets returns all resources of a kind that the action is on, in the order in which the
// input names them.
func (c *Call) Targets(kind resource.Kind) []*resource.Resource {
	c.action.mustBeOn([]resource.Kind{kind})
	var all []*resource.Resource
	for _, r := range c.loaded {
		if r.Kind == kind {
			all = append(all, r)
		}
	}
	return all
}

// mustBeOn panics unless the action declares to be on one of the kinds.
func (a *Action) mustBeOn(kinds []resource.Kind) {
	for _, t := range a.targets {
		if t.takes(kinds) {
			return
		}
	}
	panic(fmt.Sprintf("api: %s does not declare to be on a resource of %v", a.name, kinds))
}

// View runs fn in a read transaction of its own, in which Tx works. It is for
// prepare functions, which run outside of any transaction.
func (c *Call) View(fn func() error) error {
	return c.pipe.view(c, fn)
}

// NewResource makes a resource of the caller's account and region that exists from
// now on, in all availability zones and without tags. It is not stored yet.
func (c *Call) NewResource(kind resource.Kind, name string) *resource.Resource {
	return &resource.Resource{
		ID:        c.pipe.newID(),
		Account:   c.Principal.Account,
		Region:    c.Region,
		Name:      name,
		Kind:      kind,
		Zone:      "all",
		CreatedAt: c.Now,
		Tags:      []types.Tag{},
	}
}

// Find reads a resource of a kind that the call's input names in another way than
// its declaration says, or returns NotFoundException. The call is not authorized on it.
func (c *Call) Find(kind resource.Kind, name string) (*resource.Resource, error) {
	return c.find(c.Region, name, []resource.Kind{kind})
}

// FindIn is Find in another region, for one of several kinds.
func (c *Call) FindIn(region, name string, kinds ...resource.Kind) (*resource.Resource, error) {
	return c.find(region, name, kinds)
}

// find reads a resource of one of the kinds; with none, any kind will do.
func (c *Call) find(region, name string, kinds []resource.Kind) (*resource.Resource, error) {
	r, err := c.lookup(region, name, kinds)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && len(kinds) > 0 && !slices.Contains(kinds, r.Kind):
		return nil, missing(kinds, name)
	}
	return r, err
}

// lookup reads the resource that has the name in the namespace of the kinds. With none, it
// is the one in the namespace that most kinds share, or else in another one.
func (c *Call) lookup(region, name string, kinds []resource.Kind) (*resource.Resource, error) {
	r, err := c.Tx.ResourceIn(c.Principal.Account, region, spaceOf(kinds), name)
	for _, space := range ownSpaces {
		if len(kinds) > 0 || !errors.Is(err, store.ErrNotFound) {
			break
		}
		r, err = c.Tx.ResourceIn(c.Principal.Account, region, space, name)
	}
	return r, err
}

// ownSpaces are the namespaces that single kinds have for themselves, but for those of Lanyard's own kinds.
var ownSpaces = func() (spaces []string) {
	for _, kind := range resource.Kinds() {
		if space := kind.Space(); space != "" && !kind.Hidden() {
			spaces = append(spaces, space)
		}
	}
	return spaces
}()

// spaceOf is the namespace of one kind, or the one that several kinds share.
func spaceOf(kinds []resource.Kind) string {
	if len(kinds) != 1 {
		return ""
	}
	return kinds[0].Space()
}

// missing is the error of a name that no resource of one of the kinds has.
func missing(kinds []resource.Kind, name string) error {
	switch {
	case len(kinds) != 1:
		return NotFound("resource", name)
	case kinds[0].Missing() != "":
		return InvalidInput(CodeDoesNotExist, "%s", kinds[0].Missing())
	}
	return NotFound(string(kinds[0]), name)
}

// After is the moment at which something is done that takes AWS so long: the
// server's time scale makes it shorter.
func (c *Call) After(onAWS time.Duration) time.Time {
	return c.Now.Add(time.Duration(float64(onAWS) * c.pipe.o.TimeScale)).Truncate(time.Millisecond)
}

// Realistic reports whether what takes AWS a time takes at least as long here.
func (c *Call) Realistic() bool { return c.pipe.o.TimeScale >= 1 }

// Quota is how many of something an account may have.
func (c *Call) Quota(name quota.Name) int { return c.pipe.o.Quotas[name] }

// Plan is the plan of an event that happens now to a resource with the lifecycle.
func (c *Call) Plan(l resource.Lifecycle, event string) resource.Plan {
	return l.Plan(event, c.Now, c.After)
}

package api

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// open does in a read transaction what comes before the action: it resolves the caller,
// decodes the input, loads the targets and authorizes the call.
func (c *Call) open() error {
	if err := c.identify(); err != nil {
		return err
	}
	c.in = c.action.model.NewInput()
	if c.strays() {
		return c.refuseRegion()
	}
	if err := codec.Decode(c.body, c.in); err != nil {
		return c.refuseInput(err)
	}
	return c.admit()
}

// identify resolves the caller, and returns an error if the account or the region is not
// served.
func (c *Call) identify() error {
	principal, err := c.caller.Resolve(c.Tx, c.Region)
	if err != nil {
		return err
	}
	return c.is(principal)
}

// is sets who the caller is, for the action and for the log, and what time it is. The transaction has
// read something before, and so sees no write whose time is after that.
func (c *Call) is(principal *identity.Principal) error {
	c.Now = c.pipe.o.Clock().Truncate(time.Millisecond)
	c.Tx.SetNow(c.Now)
	c.Principal, c.entry.Signer, c.entry.Region = principal, c.origin.Signer, c.Region
	return c.checkServed()
}

// refuseInput returns the error of an invalid input. What is wrong with a well-formed one
// is told only to callers that may call the action on some resource.
func (c *Call) refuseInput(err error) error {
	if _, invalid := errors.AsType[*codec.ValidationError](err); invalid {
		if err := c.authorize(c.in); err != nil {
			return err
		}
	}
	return inputError(err)
}

// admit loads what the action is on and authorizes the call. Only callers
// with the right to the action learn that a resource does not exist.
func (c *Call) admit() error {
	missing := c.load()
	if missing != nil && !isNotFound(missing) {
		return missing
	}
	if err := c.authorize(c.in); err != nil {
		return err
	}
	if err := c.checkHome(); err != nil {
		return err
	}
	if missing != nil {
		return missing
	}
	if err := c.checkLinks(); err != nil {
		return err
	}
	return c.checkNew()
}

// load reads the resources that the action is on. If some are missing it loads
// the others all the same, and returns the error of the first.
func (c *Call) load() error {
	c.loaded = make([]*resource.Resource, 0, len(c.action.targets))
	var missing error
	for i := range c.action.targets {
		err := c.loadTarget(&c.action.targets[i])
		switch {
		case err != nil && !isNotFound(err):
			return err
		case missing == nil:
			missing = err
		}
	}
	return missing
}

// loadTarget is load for one target.
func (c *Call) loadTarget(t *target) (missing error) {
	names := t.names(c.in)
	if len(names) > maxNames {
		return InvalidParams("At most %d resources can be named at a time.", maxNames)
	}
	for _, name := range names {
		r, err := c.findTarget(t, name)
		if err == nil {
			c.loaded = append(c.loaded, r)
			err = t.checkTyped(c.in, r)
		}
		switch {
		case err != nil && !isNotFound(err):
			return err
		case missing == nil && !t.optional:
			missing = err
		}
	}
	return missing
}

// findTarget reads a resource of a target. If the input has the ARN of a kind with names of
// its own, those names come first.
func (c *Call) findTarget(t *target, name string) (*resource.Resource, error) {
	if t.arn != nil {
		kind := resource.KindOf(strings.Join(t.arn(c.in), ""))
		if kind.Space() != "" {
			if r, err := c.find(c.Region, name, []resource.Kind{kind}); !isNotFound(err) {
				return r, err
			}
		}
	}
	if t.typed != nil && !slices.Contains(t.kinds, t.typed(c.in)) {
		return c.find(c.Region, name, nil) // the action's function refuses the kind
	}
	r, err := c.find(c.Region, name, t.kinds)
	if t.typed != nil && isNotFound(err) {
		err = missing([]resource.Kind{t.typed(c.in)}, name)
	}
	return r, err
}

// checkTyped returns an error if a resource is of another kind than the input says. Kinds
// that the action is not on are left to the action's function.
func (t *target) checkTyped(in any, r *resource.Resource) error {
	if t.typed == nil {
		return nil
	}
	if kind := t.typed(in); kind != r.Kind && slices.Contains(t.kinds, kind) {
		return NotFound(string(kind), r.Name)
	}
	return nil
}

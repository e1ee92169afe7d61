package api

import (
	"errors"
	"slices"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// open is what a read transaction is for: who is it, is the input valid, may they, and is
// there what they name. It leaves the input in the call.
func (c *Call) open() error {
	if err := c.identify(); err != nil {
		return err
	}
	c.in = c.action.model.NewInput()
	if c.strays() {
		return c.refuseRegion()
	}
	if c.action.invoke == nil {
		if err := c.authorize(nil); err != nil {
			return err
		}
		return notBuilt(c.action.name)
	}
	if err := codec.Decode(c.body, c.in); err != nil {
		return c.refuseInput(err)
	}
	return c.admit()
}

// identify finds out who the caller is, and that the account and the region are served.
func (c *Call) identify() error {
	principal, err := c.caller.Resolve(c.Tx, c.Region)
	if err != nil {
		return err
	}
	return c.is(principal)
}

// is takes down who the caller is.
func (c *Call) is(principal *identity.Principal) error {
	c.Principal, c.entry.Signer, c.entry.Region = principal, c.origin.Signer, c.Region
	return c.checkServed()
}

// refuseInput answers an input that is no good. What is wrong with a well-formed one
// is told only to those who may call the action at all, on some resource.
func (c *Call) refuseInput(err error) error {
	if _, invalid := errors.AsType[*codec.ValidationError](err); invalid {
		if err := c.authorize(c.in); err != nil {
			return err
		}
	}
	return inputError(err)
}

// admit loads what the action is on and authorizes the call. A resource that is
// not there is told only to those who may ask.
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
	return c.checkNames()
}

// maxNewNames bounds what one call looks up.
const maxNewNames = 1000

// checkNames refuses names of resources to be created that are too many, or not free.
func (c *Call) checkNames() error {
	if c.action.newNames == nil {
		return nil
	}
	names := c.action.newNames(c.in)
	if len(names) > maxNewNames {
		return InvalidInput(CodeInvalidParams, "At most %d resources can be created at a time.", maxNewNames)
	}
	return c.CheckFree(names)
}

// CheckFree refuses names of which some are taken, come twice, or are kept for the
// default key pairs. It is for what an action creates besides what it declares.
func (c *Call) CheckFree(names []string) error {
	var taken []string
	for i, name := range names {
		if name == resource.DefaultKeyPairName || slices.Contains(names[:i], name) {
			taken = append(taken, name)
			continue
		}
		_, err := c.Tx.Resource(c.Principal.Account, c.Region, name)
		switch {
		case err == nil:
			taken = append(taken, name)
		case !errors.Is(err, store.ErrNotFound):
			return err
		}
	}
	if len(taken) > 0 {
		return NameExists(strings.Join(taken, ", "))
	}
	return nil
}

// load reads the resources that the action is on. Where some are missing it loads
// the others all the same, and returns the error of the first.
func (c *Call) load() error {
	c.loaded = make([]*resource.Resource, len(c.action.targets))
	var missing error
	for i, t := range c.action.targets {
		for _, name := range t.names(c.in) {
			r, err := c.find(c.Region, name, t.kinds)
			switch {
			case err == nil:
				c.loaded[i] = r
			case !isNotFound(err):
				return err
			case missing == nil:
				missing = err
			}
		}
	}
	return missing
}

package api

import (
	"errors"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// strays reports whether the call is for a region that does not serve its action.
func (c *Call) strays() bool {
	return c.action.home != "" && c.action.home.OnlyIn() != c.Region
}

// refuseRegion returns the error of a call that strays, or that of missing rights. Nothing
// else is said of such a call.
func (c *Call) refuseRegion() error {
	err := codec.Decode(c.body, c.in)
	if _, invalid := errors.AsType[*codec.ValidationError](err); err != nil && !invalid {
		return inputError(err)
	}
	if err := c.authorize(c.in); err != nil {
		return err
	}
	return wrongRegion(c.action.home)
}

// checkHome returns an error if the input says what kind the call is about, and only
// another region serves that kind.
func (c *Call) checkHome() error {
	for _, t := range c.action.targets {
		if t.typed == nil {
			continue
		}
		if kind := t.typed(c.in); kind.OnlyIn() != "" && kind.OnlyIn() != c.Region {
			return wrongRegion(kind)
		}
	}
	return nil
}

// wrongRegion is the error of a call that is about a kind outside its only region. The text
// was seen of CreateDomain (defect of a Terraform module, 2023); of distributions its
// beginning was (Terraform's AWS provider).
func wrongRegion(kind resource.Kind) error {
	return InvalidInput(CodeUnsupportedOperation, "%[1]s-related APIs are only available in the %[3]s Region. "+
		"Please set your Region configuration to %[3]s to create, view, or edit %[2]s resources.",
		kind, strings.ToLower(string(kind)), kind.OnlyIn())
}

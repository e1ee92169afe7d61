package api

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// homeRegion is the one region that serves domains and distributions.
const homeRegion = "us-east-1"

// homeFamily is the family of an action that only the home region serves, built or not,
// as AWS's refusal calls it; "" for any other action.
func homeFamily(action string) string {
	for _, family := range [...]string{"Domain", "Distribution"} {
		if strings.Contains(action, family) {
			return family
		}
	}
	return ""
}

// strays reports whether the call is for a region that does not serve its action.
func (c *Call) strays() bool {
	return c.Region != homeRegion && homeFamily(c.action.name) != ""
}

// refuseRegion answers a call that strays: before anything that its action would say,
// but after what the caller may not do at all.
func (c *Call) refuseRegion() error {
	err := codec.Decode(c.body, c.in)
	if _, invalid := errors.AsType[*codec.ValidationError](err); err != nil && !invalid {
		return inputError(err)
	}
	if err := c.authorize(c.in); err != nil {
		return err
	}
	return wrongRegion(homeFamily(c.action.name))
}

// checkHome refuses the one call whose input decides what family it is about.
func (c *Call) checkHome() error {
	if c.Region == homeRegion || c.action.name != "SetIpAddressType" ||
		member[types.ResourceType](c.in, "ResourceType") != types.ResourceTypeDistribution {
		return nil
	}
	return wrongRegion(string(resource.Distribution))
}

// wrongRegion refuses a call that is about a family outside its home region. The text
// was seen of CreateDomain (defect of a Terraform module, 2023); of distributions its
// beginning was (Terraform's AWS provider).
func wrongRegion(family string) error {
	return InvalidInput(CodeUnsupportedOperation, "%s-related APIs are only available in the us-east-1 Region. "+
		"Please set your Region configuration to us-east-1 to create, view, or edit %s resources.", family, strings.ToLower(family))
}

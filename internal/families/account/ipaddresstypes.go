package account

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// ipAddressTypes sets the IP address types of resources, given what does that for each kind that has some.
type ipAddressTypes map[resource.Kind]api.SetIPAddressType

// set leaves it to the kind of the named resource.
func (t ipAddressTypes) set(c *api.Call, in *lightsail.SetIpAddressTypeInput) (*lightsail.SetIpAddressTypeOutput, error) {
	set := t[resource.Kind(in.ResourceType)]
	if set == nil {
		return nil, api.InvalidParams("The resource type, %s, has no IP address type.", in.ResourceType)
	}
	op, err := set(c, in)
	if err != nil {
		return nil, err
	}
	return &lightsail.SetIpAddressTypeOutput{Operations: []types.Operation{*op}}, nil
}

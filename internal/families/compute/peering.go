package compute

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// peerVPC takes every account to have a default VPC. Peering again succeeds.
func peerVPC(c *api.Call, _ *lightsail.PeerVpcInput) (*lightsail.PeerVpcOutput, error) {
	r, err := peering(c)
	if err == nil && r == nil {
		r = c.NewResource(resource.PeeredVPC, instance.LightsailVPC(c.Principal.Account, c.Region))
		err = c.Insert(instance.NewPeering(r))
	}
	if err != nil {
		return nil, err
	}
	return &lightsail.PeerVpcOutput{Operation: ofPeering(c, c.Record(r), resource.PeeredVPCOperation)}, nil
}

// unpeerVPC ends the peering. AWS's text for one that is not there is not known.
func unpeerVPC(c *api.Call, _ *lightsail.UnpeerVpcInput) (*lightsail.UnpeerVpcOutput, error) {
	r, err := peering(c)
	switch {
	case err != nil:
		return nil, err
	case r == nil:
		return nil, api.InvalidParams("The Lightsail VPC in the Region %s is not peered with your default VPC.", c.Region)
	}
	op, err := c.Delete(r)
	if err != nil {
		return nil, err
	}
	return &lightsail.UnpeerVpcOutput{Operation: ofPeering(c, op, resource.UnpeeredVPCOperation)}, nil
}

func isVPCPeered(c *api.Call, _ *lightsail.IsVpcPeeredInput) (*lightsail.IsVpcPeeredOutput, error) {
	r, err := peering(c)
	return &lightsail.IsVpcPeeredOutput{IsPeered: new(r != nil)}, err
}

// peering is that of the call's region; nil if there is none.
func peering(c *api.Call) (*resource.Resource, error) {
	account := c.Principal.Account
	r, err := c.Tx.ResourceIn(account, c.Region, resource.PeeredVPC.Space(), instance.LightsailVPC(account, c.Region))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // no peering is no error
	}
	return r, err
}

// ofPeering makes an operation one of a type that is on a peering. Its details are the default VPC (observed).
func ofPeering(c *api.Call, op *types.Operation, of types.OperationType) *types.Operation {
	op.OperationType, op.OperationDetails = of, new(instance.DefaultVPC(c.Principal.Account, c.Region))
	return op
}

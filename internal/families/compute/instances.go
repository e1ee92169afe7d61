package compute

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

func (f *Family) takeKeyForInstances(c *api.Call, in *lightsail.CreateInstancesInput) (*sshkey.Pair, func(), error) {
	return f.takeKeyForNewInstance(c, in.KeyPairName)
}

// createInstances makes all the instances or none.
func (f *Family) createInstances(c *api.Call, in *lightsail.CreateInstancesInput, fresh *sshkey.Pair) (*lightsail.CreateInstancesOutput, error) {
	blueprint, err := lookupBlueprint(c, *in.BlueprintId)
	if err != nil {
		return nil, err
	}
	if !*blueprint.IsActive {
		return nil, api.InvalidParams(catalogue.MessageBlueprintUnavailable, *blueprint.Name, *in.BlueprintId, c.Region)
	}
	bundle, err := lookupBundle(c, *in.BundleId)
	if err != nil {
		return nil, err
	}
	made, err := f.insertInstances(c, instanceSpec{
		names: in.InstanceNames, zone: *in.AvailabilityZone, blueprint: blueprint, bundle: bundle, keyPair: in.KeyPairName,
		userData: in.UserData, addOns: in.AddOns, ipAddressType: in.IpAddressType,
	}, fresh, nil)
	if err != nil {
		return nil, err
	}
	out := &lightsail.CreateInstancesOutput{}
	for _, i := range made {
		op := c.Started(i.Resource, i.RunsFrom())
		op.OperationType = types.OperationTypeCreateInstance
		out.Operations = append(out.Operations, *op)
	}
	return out, nil
}

func getInstance(c *api.Call, in *lightsail.GetInstanceInput) (*lightsail.GetInstanceOutput, error) {
	shown, err := showInstance(c, c.Target(resource.Instance), in.IncludeHealthStatus)
	return &lightsail.GetInstanceOutput{Instance: shown}, err
}

// getInstances lists the instances by name.
func getInstances(c *api.Call, in *lightsail.GetInstancesInput) (*lightsail.GetInstancesOutput, error) {
	list, next, err := api.ListShown(c, in.PageToken, resource.Instance, func(r *resource.Resource) (*types.Instance, error) {
		return showInstance(c, r, in.IncludeHealthStatus)
	})
	return &lightsail.GetInstancesOutput{Instances: list, NextPageToken: next}, err
}

func getInstanceState(c *api.Call, _ *lightsail.GetInstanceStateInput) (*lightsail.GetInstanceStateOutput, error) {
	i, err := api.Target[instance.Instance](c)
	if err != nil {
		return nil, err
	}
	return &lightsail.GetInstanceStateOutput{State: instance.WireState(i.State(c.Now))}, nil
}

func showInstance(c *api.Call, r *resource.Resource, withHealth *bool) (*types.Instance, error) {
	i, err := instance.Load(r)
	if err != nil {
		return nil, err
	}
	shown := i.Show(c.Now)
	if aws.ToBool(withHealth) {
		shown.InstanceStatus, shown.SystemStatus = health(c, i), health(c, i)
	}
	return shown, nil
}

// health is the result of the status checks. They never fail: nothing here breaks.
func health(c *api.Call, i *instance.Instance) *types.InstanceHealthStatus {
	status, detail := types.InstanceHealthStatusValueOk, types.InstanceHealthStatusDetailValuePassed
	switch {
	case !i.Runs(c.Now):
		return &types.InstanceHealthStatus{Status: types.InstanceHealthStatusValueNotApplicable, Details: []types.InstanceHealthStatusDetail{}}
	case i.BootedAt(c.Now).Add(c.After(instance.HealthChecksTake).Sub(c.Now)).After(c.Now):
		status, detail = types.InstanceHealthStatusValueInitializing, types.InstanceHealthStatusDetailValueInitializing
	}
	return &types.InstanceHealthStatus{Status: status, Details: []types.InstanceHealthStatusDetail{{
		Name: types.InstanceHealthStatusDetailNameReachability, Status: detail,
	}}}
}

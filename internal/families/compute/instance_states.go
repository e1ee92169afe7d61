package compute

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
)

// boot makes an instance pending and then running. Its public address and its host keys
// are shown when it runs, or after a while if the server takes as long as AWS does.
func boot(c *api.Call, i *instance.Instance, event string) {
	i.Enter(c.Plan(instance.Lifecycle, event))
	i.Priv.KnownFrom = i.RunsFrom()
	if c.Realistic() {
		i.Priv.KnownFrom = i.RunsFrom().Add(c.After(instance.AddressTakes).Sub(c.Now))
	}
}

// targetIn opens the call's instance and returns an error if its state does not admit the
// call.
func targetIn(c *api.Call, verb string, admits ...string) (*instance.Instance, error) {
	i, err := api.Target[instance.Instance](c)
	if err != nil {
		return nil, err
	}
	return i, checkState(i, c.Now, verb, admits...)
}

func checkState(i *instance.Instance, now time.Time, verb string, admits ...string) error {
	state := i.State(now)
	if slices.Contains(admits, state) {
		return nil
	}
	return api.WrongState(verb, "instance", state)
}

// startInstance gives the instance a new public address, unless it has a static one.
func (f *Family) startInstance(c *api.Call, in *lightsail.StartInstanceInput) (*lightsail.StartInstanceOutput, error) {
	i, err := targetIn(c, "start", instance.Stopped)
	if err != nil {
		return nil, err
	}
	if in.AttributeUpdates != nil && in.AttributeUpdates.BundleId != nil {
		if err := keepTerms(c, i, func() error { return updateBundle(c, i, *in.AttributeUpdates.BundleId) }); err != nil {
			return nil, err
		}
	}
	if i.Doc.IpAddressType != types.IpAddressTypeIpv6 && i.StaticIP() == nil {
		if err := f.takePublicAddress(c, i); err != nil {
			return nil, err
		}
	}
	boot(c, i, "start")
	if err := c.Save(i); err != nil {
		return nil, err
	}
	op := c.Started(i.Resource, i.RunsFrom())
	op.OperationDetails = new("") // observed
	return &lightsail.StartInstanceOutput{Operations: []types.Operation{*op}}, nil
}

// stopInstance ends at once what takes long to stop where it is forced.
func stopInstance(c *api.Call, in *lightsail.StopInstanceInput) (*lightsail.StopInstanceOutput, error) {
	admits := []string{instance.Running}
	if aws.ToBool(in.Force) {
		admits = append(admits, instance.Stopping)
	}
	i, err := targetIn(c, "stop", admits...)
	if err != nil {
		return nil, err
	}
	event := "stop"
	if !i.Runs(c.Now) {
		event = "stop hard"
	}
	i.Enter(c.Plan(instance.Lifecycle, event))
	if err := c.Save(i); err != nil {
		return nil, err
	}
	return &lightsail.StopInstanceOutput{Operations: []types.Operation{*c.Started(i.Resource, i.Priv.Settled())}}, nil
}

// rebootInstance begins the instance's run anew; it stays in the state running. Its
// operation has empty details (observed in an AWS CLI example).
func rebootInstance(c *api.Call, _ *lightsail.RebootInstanceInput) (*lightsail.RebootInstanceOutput, error) {
	i, err := targetIn(c, "reboot", instance.Running)
	if err != nil {
		return nil, err
	}
	i.Enter(c.Plan(instance.Lifecycle, "reboot"))
	if err := c.Save(i); err != nil {
		return nil, err
	}
	op := c.Record(i.Resource)
	op.OperationDetails = new("")
	return &lightsail.RebootInstanceOutput{Operations: []types.Operation{*op}}, nil
}

// deleteInstance also detaches disks and the static IP. The operations come in AWS's
// order: those of the disks first (observed in an AWS CLI example).
func deleteInstance(c *api.Call, in *lightsail.DeleteInstanceInput) (*lightsail.DeleteInstanceOutput, error) {
	i, err := targetIn(c, "delete", instance.Running, instance.Stopped)
	if err != nil {
		return nil, err
	}
	if i.Priv.AutoSnapshot.On() && !aws.ToBool(in.ForceDeleteAddOns) {
		return nil, errHasAddOns(i.Resource)
	}
	if _, err := c.Delete(i.Resource); err != nil {
		return nil, err
	}
	return &lightsail.DeleteInstanceOutput{Operations: c.Recorded()}, nil
}

// autoBundle asks for the newest generation of an instance's bundle (API reference).
const autoBundle = "auto"

// updateBundle changes a stopped instance's bundle to one of another generation: a
// newer one, or the one that it had before an update.
func updateBundle(c *api.Call, i *instance.Instance, wanted string) error {
	now, err := bundleOf(i)
	if err != nil {
		return err
	}
	next := newestGeneration(c.Region, now)
	if wanted != autoBundle {
		if next, err = lookupBundle(c, wanted); err != nil {
			return err
		}
	}
	switch {
	case next != now && *next.BundleId == i.Priv.FormerBundle:
		i.Priv.FormerBundle = ""
	case isNewer(next, now):
		i.Priv.FormerBundle = *now.BundleId
	default:
		return api.InvalidParams("The instance %s can't be updated from the bundle %s to %s.",
			i.Resource.Name, *now.BundleId, wanted)
	}
	setBundle(i, next)
	return nil
}

// newestGeneration is the newest active bundle of the same size and platform, or the
// bundle itself.
func newestGeneration(region string, b *catalogue.Bundle) *catalogue.Bundle {
	newest := b
	for _, other := range catalogue.Bundles(region) {
		if *other.IsActive && isNewer(&other, newest) {
			newest = &other
		}
	}
	return newest
}

// isNewer reports whether two bundles differ by their generation only, and which way.
// A bundle's id is its size and platform, the generation, and the price class of the
// region: nano_win_3_0.
func isNewer(b, than *catalogue.Bundle) bool {
	kind, generation := splitBundleID(*b.BundleId)
	otherKind, otherGeneration := splitBundleID(*than.BundleId)
	return kind == otherKind && generation > otherGeneration
}

func splitBundleID(id string) (kind string, generation int) {
	rest := id[:strings.LastIndexByte(id, '_')]
	cut := strings.LastIndexByte(rest, '_')
	generation, _ = strconv.Atoi(rest[cut+1:])
	return rest[:cut], generation
}

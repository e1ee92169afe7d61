package compute

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// guiSessions are the actions on sessions of virtual computers of Lightsail for Research. The
// catalogue has no bundles of those, so each instance that there can be refuses them.
func guiSessions() []api.Action {
	return []api.Action{
		refused[lightsail.CreateGUISessionAccessDetailsInput, lightsail.CreateGUISessionAccessDetailsOutput](),
		refused[lightsail.StartGUISessionInput, lightsail.StartGUISessionOutput](),
		refused[lightsail.StopGUISessionInput, lightsail.StopGUISessionOutput](),
	}
}

// refused makes an action that no instance admits. AWS's text is not known.
func refused[I, O any, PI api.Input[I], PO api.Output[O]]() api.Action {
	return api.New(func(c *api.Call, _ PI) (PO, error) {
		return nil, api.InvalidParams("The instance %s does not support GUI sessions.", c.Target().Name)
	}, api.OnMember("resourceName", resource.Instance), api.AlwaysRefused())
}

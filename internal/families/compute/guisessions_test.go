package compute_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

func TestStartGUISession_isForLightsailForResearch(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	for name, call := range map[string]func(instance string) error{
		"StartGUISession": func(instance string) error {
			_, err := l.StartGUISession(t.Context(), &lightsail.StartGUISessionInput{ResourceName: &instance})
			return err
		},
		"StopGUISession": func(instance string) error {
			_, err := l.StopGUISession(t.Context(), &lightsail.StopGUISessionInput{ResourceName: &instance})
			return err
		},
		"CreateGUISessionAccessDetails": func(instance string) error {
			_, err := l.CreateGUISessionAccessDetails(t.Context(), &lightsail.CreateGUISessionAccessDetailsInput{ResourceName: &instance})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			familytest.WantInvalid(t, call("web"), "InvalidParams", "The instance web does not support GUI sessions.")
			familytest.WantNotFound(t, call("deploy"), "The Instance does not exist: deploy")
			familytest.WantNotFound(t, call("none"), "The Instance does not exist: none")
		})
	}
}

//go:build clients

package clients

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func onContact(action string) record {
	return record{action: action, kind: types.ResourceTypeContactMethod, name: "Email"}
}

// testContacts goes through the life of a contact method as providers do: an empty list
// says that it is not there.
func testContacts(t *testing.T, c *lightsail.Client) {
	u := newUser(t, c)
	get := func() []types.ContactMethod {
		t.Helper()
		return do(u, u.GetContactMethods, &lightsail.GetContactMethodsInput{Protocols: []types.ContactProtocol{"Email"}}).ContactMethods
	}
	created := do(u, u.CreateContactMethod, &lightsail.CreateContactMethodInput{Protocol: "Email", ContactEndpoint: new("ops@example.com")})
	u.wantDone(created.Operations, onContact("CreateContactMethod"))
	want := []types.ContactMethod{{
		ContactEndpoint: new("ops@example.com"), Name: new("Email"), Protocol: "Email", ResourceType: types.ResourceTypeContactMethod,
		Location: &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: types.RegionName(u.region)},
		Status:   types.ContactMethodStatusPendingVerification, Tags: []types.Tag{},
	}}
	if diff := cmp.Diff(want, get(), ignoreUnexported, cmpopts.IgnoreFields(types.ContactMethod{}, "Arn", "SupportCode", "CreatedAt")); diff != "" {
		t.Errorf("contact methods: -want +got\n%s", diff)
	}
	sent := do(u, u.SendContactMethodVerification, &lightsail.SendContactMethodVerificationInput{Protocol: "Email"})
	u.wantDone(sent.Operations, onContact("SendContactMethodVerification"))
	refused(u, u.CreateContactMethod, &lightsail.CreateContactMethodInput{Protocol: "SMS", ContactEndpoint: new("123")}, invalid("InvalidParams", ""))
	deleted := do(u, u.DeleteContactMethod, &lightsail.DeleteContactMethodInput{Protocol: "Email"})
	u.wantDone(deleted.Operations, onContact("DeleteContactMethod"))
	refused(u, u.DeleteContactMethod, &lightsail.DeleteContactMethodInput{Protocol: "Email"}, missing("The ContactMethod does not exist: Email"))
	if left := get(); len(left) != 0 {
		t.Errorf("%d contact methods are left, want none", len(left))
	}
}

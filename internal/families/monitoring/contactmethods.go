package monitoring

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/contactmethod"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func contactMethods() []api.Action {
	return []api.Action{
		api.New(createContactMethod, api.Puts(resource.ContactMethod)),
		api.New(getContactMethods, api.Of(resource.ContactMethod)),
		api.New(sendVerification, api.On(resource.ContactMethod)),
		api.New(deleteContactMethod, api.Deletes(resource.ContactMethod)),
	}
}

// createContactMethod replaces the endpoint of a contact method that exists, which then has
// to be verified. The same endpoint changes nothing.
func createContactMethod(c *api.Call, in *lightsail.CreateContactMethodInput) (*lightsail.CreateContactMethodOutput, error) {
	if refusal := contactmethod.Refusal(c.Region, in.Protocol, *in.ContactEndpoint); refusal != "" {
		return nil, api.InvalidParams("%s", refusal)
	}
	m, err := api.Target[contactmethod.ContactMethod](c)
	if err != nil {
		return nil, err
	}
	store := c.Save
	if m == nil {
		m, store = contactmethod.New(c.New(resource.ContactMethod, string(in.Protocol))), c.Insert
	}
	out := &lightsail.CreateContactMethodOutput{Operations: []types.Operation{*c.Record(m.Resource)}}
	if m.Reaches(*in.ContactEndpoint, c.Now) {
		return out, nil
	}
	m.Doc.ContactEndpoint = in.ContactEndpoint
	m.Verify(c.Now)
	if err := store(m); err != nil {
		return nil, err
	}
	return out, m.Ask(c.Tx, c.Now)
}

// getContactMethods lists those of the wanted protocols; without any, all.
func getContactMethods(c *api.Call, in *lightsail.GetContactMethodsInput) (*lightsail.GetContactMethodsOutput, error) {
	all, err := api.All[contactmethod.ContactMethod, types.ContactMethod](c)
	if len(in.Protocols) > 0 {
		all = slices.DeleteFunc(all, func(m types.ContactMethod) bool { return !slices.Contains(in.Protocols, m.Protocol) })
	}
	return &lightsail.GetContactMethodsOutput{ContactMethods: all}, err
}

// sendVerification gives an address another day, and sends the mail anew.
func sendVerification(c *api.Call, _ *lightsail.SendContactMethodVerificationInput) (*lightsail.SendContactMethodVerificationOutput, error) {
	m, err := api.Target[contactmethod.ContactMethod](c)
	if err != nil {
		return nil, err
	}
	if m.Show(c.Now).ContactEndpoint == nil {
		return nil, api.InvalidParams("The contact method %s has no contact endpoint. Create it again.", m.Resource.Name)
	}
	out := &lightsail.SendContactMethodVerificationOutput{Operations: []types.Operation{*c.Record(m.Resource)}}
	if !m.Awaits(c.Now) {
		return out, nil
	}
	m.Verify(c.Now)
	if err := c.Save(m); err != nil {
		return nil, err
	}
	return out, m.Ask(c.Tx, c.Now)
}

func deleteContactMethod(c *api.Call, _ *lightsail.DeleteContactMethodInput) (*lightsail.DeleteContactMethodOutput, error) {
	op, err := c.Delete(c.Target(resource.ContactMethod))
	if err != nil {
		return nil, err
	}
	return &lightsail.DeleteContactMethodOutput{Operations: []types.Operation{*op}}, nil
}

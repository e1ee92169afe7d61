//go:build postgres

package replicas

import (
	"fmt"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// TestCreateContactMethod_byManyClients lets clients of two replicas create, and so replace, the contact methods of an
// account at the same time: each call succeeds with an operation of its own, and there is one contact method of a protocol.
func TestCreateContactMethod_byManyClients(t *testing.T) {
	const clients = 40
	a, b := pair(t)
	var all sync.WaitGroup
	answered := make([]string, clients)
	for n := range clients {
		c := [...]*replica{a, b}[n%2].client()
		in := &lightsail.CreateContactMethodInput{Protocol: types.ContactProtocolEmail, ContactEndpoint: new(fmt.Sprintf("n%d@example.com", n))}
		if n%4 > 1 {
			in.Protocol, in.ContactEndpoint = types.ContactProtocolSms, new(fmt.Sprintf("+155555501%02d", n))
		}
		all.Go(func() {
			out, err := c.CreateContactMethod(t.Context(), in)
			if err != nil {
				t.Errorf("CreateContactMethod of %s: %v", *in.ContactEndpoint, err)
				return
			}
			answered[n] = *out.Operations[0].Id
		})
	}
	all.Wait()
	list, err := b.client().GetContactMethods(t.Context(), &lightsail.GetContactMethodsInput{})
	if err != nil {
		t.Fatal(err)
	}
	if m := list.ContactMethods; len(m) != 2 || m[0].Protocol != types.ContactProtocolEmail || m[1].Protocol != types.ContactProtocolSms {
		t.Errorf("contact methods: got %+v, want one of each protocol", m)
	}
	for n, id := range answered {
		if _, err := a.client().GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: &id}); err != nil {
			t.Errorf("the operation of call %d: %v", n, err)
		}
	}
}

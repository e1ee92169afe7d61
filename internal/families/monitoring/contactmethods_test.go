package monitoring_test

import (
	"errors"
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// TestMain fails if a goroutine is left after all tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func create(l *familytest.Lab, protocol types.ContactProtocol, endpoint string, tags ...types.Tag) []types.Operation {
	l.T.Helper()
	return familytest.Do(l.T, l.CreateContactMethod, &lightsail.CreateContactMethodInput{Protocol: protocol, ContactEndpoint: &endpoint, Tags: tags}).Operations
}

func get(l *familytest.Lab, protocols ...types.ContactProtocol) []types.ContactMethod {
	l.T.Helper()
	return familytest.Do(l.T, l.GetContactMethods, &lightsail.GetContactMethodsInput{Protocols: protocols}).ContactMethods
}

// states lists contact methods as "protocol endpoint status".
func states(l *familytest.Lab, protocols ...types.ContactProtocol) []string {
	l.T.Helper()
	list := []string{}
	for _, m := range get(l, protocols...) {
		endpoint := "none"
		if m.ContactEndpoint != nil {
			endpoint = *m.ContactEndpoint
		}
		list = append(list, fmt.Sprintf("%s %s %s", m.Protocol, endpoint, m.Status))
	}
	return list
}

func wantStates(l *familytest.Lab, want ...string) {
	l.T.Helper()
	if diff := cmp.Diff(append([]string{}, want...), states(l)); diff != "" {
		l.T.Errorf("contact methods (-want +got):\n%s", diff)
	}
}

func TestCreateContactMethod_makesWhatGetContactMethodsShows(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{PageSize: 1})
	ops := create(l, "Email", "ops@example.com", familytest.Tag("team", "web"))
	l.WantOperations(ops, "CreateContactMethod ContactMethod Email - Succeeded")
	create(l, "SMS", "+15555550100")
	wantStates(l, "Email ops@example.com PendingVerification", "SMS +15555550100 Valid")
	if diff := cmp.Diff([]string{"SMS +15555550100 Valid"}, states(l, "SMS")); diff != "" {
		t.Errorf("contact methods of one protocol (-want +got):\n%s", diff)
	}
	got := get(l, "Email")[0]
	want := types.ContactMethod{
		ContactEndpoint: new("ops@example.com"), CreatedAt: new(familytest.Start), Name: new("Email"), Protocol: "Email",
		Location:     &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: familytest.Region},
		ResourceType: types.ResourceTypeContactMethod, Status: types.ContactMethodStatusPendingVerification, Tags: []types.Tag{familytest.Tag("team", "web")},
	}
	differs := cmpopts.IgnoreFields(types.ContactMethod{}, "Arn", "SupportCode")
	if diff := cmp.Diff(want, got, differs, familytest.Plain); diff != "" {
		t.Errorf("GetContactMethods (-want +got):\n%s", diff)
	}
	if form := `^arn:aws:lightsail:us-east-1:` + l.Server.AccountID + `:ContactMethod/[0-9a-f-]{36}$`; !regexp.MustCompile(form).MatchString(*got.Arn) {
		t.Errorf("the ARN is %s, want %s", *got.Arn, form)
	}
	l.Server.Restart(t)
	wantStates(l, "Email ops@example.com PendingVerification", "SMS +15555550100 Valid")
}

func TestCreateContactMethod_replacesTheEndpoint(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	create(l, "Email", "ops@example.com")
	arn := *get(l)[0].Arn
	l.Pass(20 * time.Hour)
	create(l, "Email", "ops@example.com") // does not begin anew
	l.Pass(5 * time.Hour)
	wantStates(l, "Email none Invalid")
	create(l, "Email", "ops@example.com")
	wantStates(l, "Email ops@example.com PendingVerification")
	create(l, "Email", "other@example.com")
	wantStates(l, "Email other@example.com PendingVerification")
	if got := *get(l)[0].Arn; got != arn {
		t.Errorf("the ARN after a replacement is %s, want %s", got, arn)
	}
}

func TestSendContactMethodVerification_givesAnotherDay(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{TimeScale: 0.001})
	send := func() ([]types.Operation, error) {
		out, err := l.SendContactMethodVerification(t.Context(), &lightsail.SendContactMethodVerificationInput{Protocol: "Email"})
		if err != nil {
			return nil, err
		}
		return out.Operations, nil
	}
	_, err := send()
	familytest.WantNotFound(t, err, "The ContactMethod does not exist: Email")
	create(l, "Email", "ops@example.com")
	l.Pass(23 * time.Hour)
	ops, err := send()
	familytest.NoError(t, err)
	l.WantOperations(ops, "SendContactMethodVerification ContactMethod Email - Succeeded")
	l.Pass(23 * time.Hour)
	wantStates(l, "Email ops@example.com PendingVerification")
	l.Pass(time.Hour)
	wantStates(l, "Email none Invalid")
	_, err = send()
	familytest.WantInvalid(t, err, "InvalidParams", "The contact method Email has no contact endpoint. Create it again.")
}

func TestDeleteContactMethod(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	remove := func() ([]types.Operation, error) {
		out, err := l.DeleteContactMethod(t.Context(), &lightsail.DeleteContactMethodInput{Protocol: "SMS"})
		if err != nil {
			return nil, err
		}
		return out.Operations, nil
	}
	_, err := remove()
	familytest.WantNotFound(t, err, "The ContactMethod does not exist: SMS")
	create(l, "SMS", "+15555550100")
	ops, err := remove()
	familytest.NoError(t, err)
	l.WantOperations(ops, "DeleteContactMethod ContactMethod SMS - Succeeded")
	wantStates(l)
}

func TestCreateContactMethod_refusals(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	elsewhere := l.Server.Client("eu-central-1")
	for _, tc := range []struct {
		client             *lightsail.Client
		protocol, endpoint string
	}{
		{l.Client, "Email", "nobody"},
		{l.Client, "Email", "a@b, c@d"},
		{l.Client, "Email", "Ops <ops@example.com>"},
		{l.Client, "Email", "a b@example.com"},
		{l.Client, "Email", "ops@example.com\r\nBcc: x@example.com"},
		{l.Client, "SMS", "5555550100"},
		{l.Client, "SMS", "+0555"},
		{l.Client, "SMS", "+1234567890123456"},
		{elsewhere, "SMS", "+15555550100"},
		{l.Client, "Fax", "+15555550100"},
		{l.Client, "Email", ""},
	} {
		_, err := tc.client.CreateContactMethod(t.Context(), &lightsail.CreateContactMethodInput{
			Protocol: types.ContactProtocol(tc.protocol), ContactEndpoint: &tc.endpoint,
		})
		if _, ok := errors.AsType[*types.InvalidInputException](err); !ok {
			t.Errorf("%s %q: error %v, want InvalidInputException", tc.protocol, tc.endpoint, err)
		}
	}
	wantStates(l)
}

func TestTagResource_acceptsAContactMethod(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	create(l, "Email", "ops@example.com")
	familytest.Do(t, l.TagResource, &lightsail.TagResourceInput{ResourceName: new("Email"), Tags: []types.Tag{familytest.Tag("a", "b")}})
	if got := get(l)[0].Tags; len(got) != 1 || *got[0].Key != "a" {
		t.Errorf("tags are %v, want a=b", got)
	}
}

// TestTagResource_findsAContactMethodByItsARN has a key pair of the same name.
func TestTagResource_findsAContactMethodByItsARN(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	create(l, "Email", "ops@example.com")
	familytest.ImportKey(t, l.Client, "Email")
	name, arn := new("Email"), get(l)[0].Arn
	tags := func() (method, key int) {
		pair := familytest.Do(t, l.GetKeyPair, &lightsail.GetKeyPairInput{KeyPairName: name}).KeyPair
		return len(get(l)[0].Tags), len(pair.Tags)
	}
	familytest.Do(t, l.TagResource, &lightsail.TagResourceInput{ResourceName: name, ResourceArn: arn, Tags: []types.Tag{familytest.Tag("a", "b")}})
	if method, key := tags(); method != 1 || key != 0 {
		t.Errorf("by the contact method's ARN: it has %d tags and the key pair %d, want 1 and 0", method, key)
	}
	familytest.Do(t, l.TagResource, &lightsail.TagResourceInput{ResourceName: name, Tags: []types.Tag{familytest.Tag("c", "d"), familytest.Tag("e", "f")}})
	if method, key := tags(); method != 1 || key != 2 {
		t.Errorf("by the name alone: the contact method has %d tags and the key pair %d, want 1 and 2", method, key)
	}
	familytest.Do(t, l.UntagResource, &lightsail.UntagResourceInput{ResourceName: name, ResourceArn: arn, TagKeys: []string{"a"}})
	if method, key := tags(); method != 0 || key != 2 {
		t.Errorf("after UntagResource: the contact method has %d tags and the key pair %d, want 0 and 2", method, key)
	}
	familytest.Do(t, l.DeleteContactMethod, &lightsail.DeleteContactMethodInput{Protocol: types.ContactProtocolEmail})
	_, err := l.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: name, ResourceArn: arn, Tags: []types.Tag{familytest.Tag("a", "b")}})
	familytest.WantInvalid(t, err, "InvalidParams", "The ARN "+*arn+" is not that of the resource Email.")
}

// TestCreateContactMethod_hasNamesOfItsOwn gives a key pair the name of a contact method.
func TestCreateContactMethod_hasNamesOfItsOwn(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	create(l, "Email", "ops@example.com")
	familytest.ImportKey(t, l.Client, "Email")
	familytest.ImportKey(t, l.Client, "SMS")
	create(l, "SMS", "+15555550100")
	wantStates(l, "Email ops@example.com PendingVerification", "SMS +15555550100 Valid")
	names := familytest.Do(t, l.GetActiveNames, &lightsail.GetActiveNamesInput{}).ActiveNames
	if diff := cmp.Diff([]string{"Email", "SMS", "deploy"}, names); diff != "" {
		t.Errorf("active names (-want +got):\n%s", diff)
	}
}

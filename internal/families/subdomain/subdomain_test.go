package subdomain_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// TestCreateSubdomain_example has each member that the API reference names.
func TestCreateSubdomain_example(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	tags := []types.Tag{familytest.Tag("team", "web")}
	out := familytest.Do(t, l.CreateSubdomain, &lightsail.CreateSubdomainInput{SubdomainName: new("mysite"), Tags: tags})
	l.WantOperations([]types.Operation{*out.Operation}, "CreateSubdomain Subdomain mysite - Started")
	s := *out.Subdomain
	if !regexp.MustCompile(`^arn:aws:lightsail:us-east-1:\d{12}:Subdomain/[0-9a-f-]{36}$`).MatchString(*s.Arn) {
		t.Errorf("the ARN is %s", *s.Arn)
	}
	want := types.Subdomain{
		Arn: s.Arn, SubdomainName: new("mysite"), Fqdn: new("mysite.amazonlightsail.com"), Depth: new(int32(1)), CreatedAt: new(familytest.Start),
		Location: &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: "us-east-1"}, State: types.SubdomainStateCreating,
	}
	if diff := gocmp.Diff(want, s, familytest.Plain); diff != "" {
		t.Errorf("the new subdomain (-want +got):\n%s", diff)
	}
	l.WantSucceeds(*out.Operation, creation)
	want.State, want.Tags = types.SubdomainStateUnattached, tags
	if diff := gocmp.Diff(want, *l.get("mysite"), familytest.Plain); diff != "" {
		t.Errorf("the subdomain by its name (-want +got):\n%s", diff)
	}
	listed := familytest.Do(t, l.GetSubdomains, &lightsail.GetSubdomainsInput{}).Subdomains
	want.Tags = nil
	if diff := gocmp.Diff([]types.Subdomain{want}, listed, familytest.Plain); diff != "" {
		t.Errorf("the list (-want +got):\n%s", diff)
	}
}

// TestCreateSubdomain_nested has a top-level subdomain that is implicit, then created, then implicit again, and at last gone.
func TestCreateSubdomain_nested(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	blog := l.create("blog.mysite")
	if *blog.Depth != 2 || *blog.Fqdn != "blog.mysite.amazonlightsail.com" || *blog.ParentFqdn != "mysite.amazonlightsail.com" {
		t.Errorf("the nested subdomain has the depth %d, the address %s and the parent %s", *blog.Depth, *blog.Fqdn, *blog.ParentFqdn)
	}
	l.wantList("mysite IMPLICIT [blog.mysite UNATTACHED]\n")
	implicit := l.get("mysite")
	want := types.Subdomain{
		SubdomainName: new("mysite"), Fqdn: new("mysite.amazonlightsail.com"), Depth: new(int32(1)), CreatedAt: new(familytest.Start),
		Location: blog.Location, State: types.SubdomainStateImplicit,
	}
	if diff := gocmp.Diff(want, *implicit, familytest.Plain); diff != "" {
		t.Errorf("the implicit subdomain (-want +got):\n%s", diff)
	}
	_, err := l.remove("mysite")
	familytest.WantFailed(t, err, "You can't delete this subdomain right now. The state of this subdomain is: IMPLICIT")
	_, err = l.update("mysite", types.SubdomainAssociationActionAssociate, "any")
	familytest.WantFailed(t, err, "You can't associate this subdomain right now. The state of this subdomain is: IMPLICIT")
	_, err = l.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("mysite"), Tags: []types.Tag{familytest.Tag("a", "b")}})
	familytest.WantNotFound(t, err, "The resource does not exist: mysite")

	l.create("mysite")
	l.wantList("mysite UNATTACHED [blog.mysite UNATTACHED]\n")
	out, err := l.remove("mysite")
	familytest.NoError(t, err)
	l.WantOperations([]types.Operation{*out.Operation}, "DeleteSubdomain Subdomain mysite - Succeeded")
	if out.Subdomain == nil || out.Subdomain.State != types.SubdomainStateImplicit || out.Subdomain.Arn != nil {
		t.Errorf("DeleteSubdomain shows %+v, want the implicit subdomain", out.Subdomain)
	}
	l.wantList("mysite IMPLICIT [blog.mysite UNATTACHED]\n")
	if out, err = l.remove("blog.mysite"); err != nil || out.Subdomain != nil {
		t.Errorf("DeleteSubdomain of the last nested one: %+v, %v, want no subdomain", out, err)
	}
	l.wantList("")
	_, err = l.GetSubdomains(t.Context(), &lightsail.GetSubdomainsInput{SubdomainName: new("mysite")})
	familytest.WantNotFound(t, err, "The Subdomain does not exist: mysite")
}

func TestCreateSubdomain_names(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	for name, rule := range map[string]string{
		"mysite.amazonlightsail.com": "Specify only the subdomain, not its web address.",
		"a":                          "A subdomain must be from 2 to 39 characters long, including periods.",
		strings.Repeat("a", 40):      "A subdomain must be from 2 to 39 characters long, including periods.",
		"a.b.c":                      "A subdomain can contain one or two labels separated by a period.",
		"MySite":                     "Each label must start and end with a lowercase letter or a number, and can contain only lowercase letters, numbers, and hyphens.",
		"blog.-mysite":               "Each label must start and end with a lowercase letter or a number, and can contain only lowercase letters, numbers, and hyphens.",
		".mysite":                    "Each label must start and end with a lowercase letter or a number, and can contain only lowercase letters, numbers, and hyphens.",
		"xn--mysite":                 "Labels that start with xn-- aren't supported.",
	} {
		want := name + " is not a valid subdomain. " + rule
		_, err := l.CreateSubdomain(t.Context(), &lightsail.CreateSubdomainInput{SubdomainName: &name})
		wantRefused(t, err, want)
		_, err = l.CheckSubdomainAvailability(t.Context(), &lightsail.CheckSubdomainAvailabilityInput{SubdomainName: &name})
		wantRefused(t, err, want)
	}
	_, err := l.CreateSubdomain(t.Context(), &lightsail.CreateSubdomainInput{SubdomainName: new("blog.www")})
	familytest.WantInvalid(t, err, "NameExists", "The subdomain is not available: blog.www")
	l.create(strings.Repeat("a", 39))
	l.create("photos") // a bucket has the name
	_, err = l.CreateSubdomain(t.Context(), &lightsail.CreateSubdomainInput{SubdomainName: new("photos")})
	familytest.WantInvalid(t, err, "NameExists", "Some names are already in use: photos")
}

// TestCreateSubdomain_fails has names of which the creation fails.
func TestCreateSubdomain_fails(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	out := familytest.Do(t, l.CreateSubdomain, &lightsail.CreateSubdomainInput{SubdomainName: new("fail-1.mysite")})
	l.wantList("mysite IMPLICIT [fail-1.mysite CREATING]\n")
	_, err := l.remove("fail-1.mysite")
	familytest.WantFailed(t, err, "You can't delete this subdomain right now. The state of this subdomain is: CREATING")
	l.Pass(creation)
	l.wantList("mysite IMPLICIT [fail-1.mysite CREATE_FAILED]\n")
	op := familytest.Do(t, l.GetOperation, &lightsail.GetOperationInput{OperationId: out.Operation.Id}).Operation
	if op.Status != types.OperationStatusFailed || *op.ErrorCode != "SubdomainCreationFailed" {
		t.Errorf("the operation is %s with the code %v", op.Status, op.ErrorCode)
	}
	_, err = l.remove("fail-1.mysite")
	familytest.NoError(t, err)
	l.wantList("")
}

// TestCreateSubdomain_quota counts nested subdomains, those that failed, and deleted ones that were associated, but no implicit ones.
func TestCreateSubdomain_quota(t *testing.T) {
	l := newLab(t, lanyardtest.Options{Quotas: []string{"subdomains=3"}})
	arn := l.cdn("cdn")
	l.create("a.one")
	l.create("fail-b.two")
	l.create("three")
	refused := "Sorry, you've reached your maximum limit of Lightsail Subdomains : 3. " +
		"If you're new to Lightsail, please try again later. If the issue persists, please contact Customer Support."
	full := func() {
		t.Helper()
		_, err := l.CreateSubdomain(t.Context(), &lightsail.CreateSubdomainInput{SubdomainName: new("five")})
		familytest.WantInvalid(t, err, "LimitExceeded", refused)
	}
	full()
	l.updated("three", types.SubdomainAssociationActionAssociate, arn)
	l.updated("three", types.SubdomainAssociationActionDisassociate, "")
	_, err := l.remove("three")
	familytest.NoError(t, err)
	full()
	l.create("three") // it is its own place
	_, err = l.remove("fail-b.two")
	familytest.NoError(t, err)
	l.create("four")
	full()
}

func TestGetSubdomains_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("mysite")
	_, err := l.GetSubdomains(t.Context(), &lightsail.GetSubdomainsInput{SubdomainName: new("mysite"), PageToken: new("any")})
	wantRefused(t, err, "You can't specify pageToken together with subdomainName.")
	for _, name := range []string{"none", "blog.mysite", "mysite.amazonlightsail.com"} {
		_, err = l.GetSubdomains(t.Context(), &lightsail.GetSubdomainsInput{SubdomainName: &name})
		familytest.WantNotFound(t, err, "The Subdomain does not exist: "+name)
		_, err = l.remove(name)
		familytest.WantNotFound(t, err, "The Subdomain does not exist: "+name)
	}
}

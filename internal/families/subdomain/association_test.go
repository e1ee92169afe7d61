package subdomain_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

const (
	associate    = types.SubdomainAssociationActionAssociate
	disassociate = types.SubdomainAssociationActionDisassociate
	transfer     = types.SubdomainAssociationActionTransfer
)

// wantState checks a subdomain's state, and the names of what it is associated with and of what it is being associated with.
func wantState(t *testing.T, s *types.Subdomain, want types.SubdomainState, attached, attaching string) {
	t.Helper()
	name := func(r *types.SubdomainAttachableResource) string {
		if r == nil {
			return ""
		}
		return aws.ToString(r.Name)
	}
	if s.State != want || name(s.AttachedResource) != attached || name(s.AttachingResource) != attaching {
		t.Errorf("%s is %s, associated with %q, and being associated with %q; want %s, %q and %q",
			*s.SubdomainName, s.State, name(s.AttachedResource), name(s.AttachingResource), want, attached, attaching)
	}
}

// TestUpdateSubdomainAssociation goes through all changes and their states.
func TestUpdateSubdomainAssociation(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	first, second := l.cdn("first"), l.cdn("second")
	l.create("mysite")
	for _, step := range []struct {
		action               types.SubdomainAssociationAction
		arn, details         string
		during, after        types.SubdomainState
		attached, attaching  string
		then                 string
		firstShows, lastShow string
	}{
		{associate, first, "first", "ATTACHING", "ATTACHED", "", "first", "first", "mysite Attached", "-"},
		{transfer, second, "second", "TRANSFERRING", "ATTACHED", "first", "second", "second", "-", "mysite Attached"},
		{disassociate, "ignored", "second", "DETACHING", "UNATTACHED", "second", "", "", "-", "-"},
	} {
		out, err := l.update("mysite", step.action, step.arn)
		familytest.NoError(t, err)
		l.WantOperations([]types.Operation{*out.Operation}, "UpdateSubdomainAssociation Subdomain mysite "+step.details+" Started")
		wantState(t, out.Subdomain, step.during, step.attached, step.attaching)
		wantState(t, l.get("mysite"), step.during, step.attached, step.attaching)
		if step.attaching != "" {
			l.wantServed(step.attaching, "mysite Attaching")
		}
		if got := *l.distribution(step.details).Status; got != "InProgress" {
			t.Errorf("after %s the distribution is %s, want InProgress", step.action, got)
		}
		began := l.Now()
		l.WantSucceeds(*out.Operation, change)
		s := l.get("mysite")
		wantState(t, s, step.after, step.then, "")
		if r := s.AttachedResource; r != nil && !r.AttachedAt.Equal(began.Add(change)) {
			t.Errorf("after %s it was associated at %s, want %s", step.action, r.AttachedAt, began.Add(change))
		}
		l.wantServed("first", step.firstShows)
		l.wantServed("second", step.lastShow)
	}
}

func TestUpdateSubdomainAssociation_refusals(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	first, second := l.cdn("first"), l.cdn("second")
	l.create("mysite")
	l.create("other")
	key := familytest.Do(t, l.GetKeyPair, &lightsail.GetKeyPairInput{KeyPairName: new("deploy")}).KeyPair
	_, err := l.update("mysite", associate, "")
	wantRefused(t, err, "These parameters are required: targetResourceArn")
	_, err = l.update("mysite", associate, *key.Arn)
	wantRefused(t, err, "You can associate a subdomain only with a Lightsail content delivery network (CDN) distribution.")
	_, err = l.update("mysite", associate, first+"0")
	familytest.WantNotFound(t, err, "The resource does not exist: "+first+"0")
	_, err = l.update("none", associate, first)
	familytest.WantNotFound(t, err, "The Subdomain does not exist: none")
	_, err = l.update("mysite", disassociate, "")
	familytest.WantFailed(t, err, "You can't disassociate this subdomain right now. The state of this subdomain is: UNATTACHED")
	l.updated("mysite", associate, first)
	taken := "The resource first is already associated with the subdomain mysite. A resource can be associated with only one subdomain at a time."
	_, err = l.update("other", associate, first)
	wantRefused(t, err, taken)
	_, err = l.update("mysite", transfer, first)
	wantRefused(t, err, taken)
	_, err = l.remove("mysite")
	familytest.WantFailed(t, err, "You can't delete this subdomain right now. The state of this subdomain is: ATTACHED")
	_, err = l.update("mysite", disassociate, "")
	familytest.NoError(t, err)
	_, err = l.update("other", associate, first)
	wantRefused(t, err, taken)
	_, err = l.update("mysite", associate, second)
	familytest.WantFailed(t, err, "You can't associate this subdomain right now. The state of this subdomain is: DETACHING")
}

// TestUpdateSubdomainAssociation_transfersOnceADay has the period of 24 hours.
func TestUpdateSubdomainAssociation_transfersOnceADay(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	first, second := l.cdn("first"), l.cdn("second")
	l.create("mysite")
	l.updated("mysite", associate, first)
	l.updated("mysite", transfer, second)
	once := "You can transfer each subdomain to another resource only once in a 24-hour period."
	l.Pass(24*time.Hour - change - time.Millisecond)
	_, err := l.update("mysite", transfer, first)
	wantRefused(t, err, once)
	l.Pass(time.Millisecond)
	l.updated("mysite", transfer, first)
	l.wantServed("first", "mysite Attached")
}

// certificate makes one of a name in a zone of the account, which is issued.
func (l *lab) certificate(name string) {
	l.T.Helper()
	familytest.Do(l.T, l.CreateDomain, &lightsail.CreateDomainInput{DomainName: new("example.com")})
	familytest.Do(l.T, l.CreateCertificate, &lightsail.CreateCertificateInput{CertificateName: &name, DomainName: new("www.example.com")})
	l.Pass(time.Minute)
}

// TestUpdateSubdomainAssociation_customDomain: a certificate and a subdomain keep each other out.
func TestUpdateSubdomainAssociation_customDomain(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.certificate("shop")
	arn := l.cdn("cdn")
	l.create("mysite")
	attach := &lightsail.AttachCertificateToDistributionInput{DistributionName: new("cdn"), CertificateName: new("shop")}
	familytest.Do(t, l.AttachCertificateToDistribution, attach)
	_, err := l.update("mysite", associate, arn)
	wantRefused(t, err, "You can't associate a subdomain with a distribution that uses a custom domain. Detach the certificate from the distribution first: cdn")
	familytest.Do(t, l.DetachCertificateFromDistribution, &lightsail.DetachCertificateFromDistributionInput{DistributionName: new("cdn")})
	l.updated("mysite", associate, arn)
	_, err = l.AttachCertificateToDistribution(t.Context(), attach)
	wantRefused(t, err, "You can't attach a certificate to a distribution that is associated with a subdomain. Disassociate the subdomain first: mysite")
}

// TestDeleteDistribution_ofASubdomain disassociates the subdomain.
func TestDeleteDistribution_ofASubdomain(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("mysite")
	l.updated("mysite", associate, l.cdn("cdn"))
	familytest.Do(t, l.DeleteDistribution, &lightsail.DeleteDistributionInput{DistributionName: new("cdn")})
	wantState(t, l.get("mysite"), types.SubdomainStateDetaching, "cdn", "")
	l.Pass(change)
	wantState(t, l.get("mysite"), types.SubdomainStateUnattached, "", "")
}

// TestCreateDistribution_subdomain creates and associates one after the deployment.
func TestCreateDistribution_subdomain(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	in := of("cdn")
	in.SubdomainName = new("blog.mysite")
	out := familytest.Do(t, l.CreateDistribution, in)
	l.WantOperations([]types.Operation{*out.Operation}, "CreateDistribution Distribution cdn - Started")
	if s := out.Distribution.Subdomain; s == nil || s.State != "Creating" || *s.Name != "blog.mysite" {
		t.Errorf("the new distribution shows the subdomain %+v, want one that is Creating", s)
	}
	wantState(t, l.get("blog.mysite"), types.SubdomainStateCreating, "", "")
	l.Pass(change + creation)
	l.wantServed("cdn", "blog.mysite Attaching")
	wantState(t, l.get("blog.mysite"), types.SubdomainStateAttaching, "", "cdn")
	l.WantSucceeds(*out.Operation, change)
	l.wantServed("cdn", "blog.mysite Attached")
	wantState(t, l.get("blog.mysite"), types.SubdomainStateAttached, "cdn", "")

	in = of("early")
	in.SubdomainName = new("early")
	familytest.Do(t, l.CreateDistribution, in)
	familytest.Do(t, l.DeleteDistribution, &lightsail.DeleteDistributionInput{DistributionName: new("early")})
	wantState(t, l.get("early"), types.SubdomainStateCreating, "", "")
	l.Pass(creation)
	wantState(t, l.get("early"), types.SubdomainStateUnattached, "", "")
}

// TestCreateDistribution_subdomainFails creates the distribution all the same.
func TestCreateDistribution_subdomainFails(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.certificate("shop")
	l.create("mysite")
	for name, tt := range map[string]struct{ subdomain, certificate, code, details string }{
		"taken":    {"mysite", "", "NameExists", "The subdomain is not available: mysite"},
		"reserved": {"www", "", "NameExists", "The subdomain is not available: www"},
		"fails":    {"fail-x", "", "SubdomainCreationFailed", "The subdomain could not be created: fail-x"},
		"custom": {
			"shop", "shop", "InvalidParams",
			"You can't associate a subdomain with a distribution that uses a custom domain. Detach the certificate from the distribution first: custom",
		},
	} {
		in := of(name)
		in.SubdomainName = &tt.subdomain
		if tt.certificate != "" {
			in.CertificateName = &tt.certificate
		}
		out := familytest.Do(t, l.CreateDistribution, in)
		l.wantServed(name, tt.subdomain+" Creating")
		l.Pass(change)
		s, op := l.distribution(name).Subdomain, familytest.Do(t, l.GetOperation, &lightsail.GetOperationInput{OperationId: out.Operation.Id}).Operation
		if s.State != "Error" || aws.ToString(s.ErrorCode) != tt.code || aws.ToString(s.ErrorDetails) != tt.details {
			t.Errorf("%s: the subdomain is %s with %q %q, want Error with %q %q", name, s.State, aws.ToString(s.ErrorCode), aws.ToString(s.ErrorDetails), tt.code, tt.details)
		}
		if op.Status != types.OperationStatusFailed || aws.ToString(op.ErrorCode) != tt.code || aws.ToString(op.ErrorDetails) != tt.details {
			t.Errorf("%s: the operation is %s with %q, want Failed with %q", name, op.Status, aws.ToString(op.ErrorCode), tt.code)
		}
	}
	l.wantList("mysite UNATTACHED\n")
	l.updated("mysite", associate, *l.distribution("taken").Arn)
	l.wantServed("taken", "mysite Attached")
	in := of("invalid")
	in.SubdomainName = new("a.b.c")
	_, err := l.CreateDistribution(t.Context(), in)
	wantRefused(t, err, "a.b.c is not a valid subdomain. A subdomain can contain one or two labels separated by a period.")
}
